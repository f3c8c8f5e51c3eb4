import pytest

from resilience.errors import AskError
from resilience.library import choose, shelf


def test_a_shelf_inside_the_package_comes_first(tmp_path):
    package = tmp_path / "site-packages" / "resilience"
    packed = package / "_library" / "models"
    packed.mkdir(parents=True)
    (package.parent / "models").mkdir()  # somebody else's
    assert shelf("models", package=package) == packed


def test_without_one_the_shelf_beside_the_package_is_taken(tmp_path):
    package = tmp_path / "checkout" / "resilience"
    package.mkdir(parents=True)
    assert shelf("models", package=package) == tmp_path / "checkout" / "models"


def test_a_wrong_name_is_answered_with_the_closest(tmp_path):
    held = {"ipef_reserve": tmp_path}
    assert choose("model", "ipef_reserve", held) == tmp_path
    with pytest.raises(AskError, match=r"(?s)No model is called 'ipef_reserv'.*Did you mean ipef_reserve"):
        choose("model", "ipef_reserv", held)
