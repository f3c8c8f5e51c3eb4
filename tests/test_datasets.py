import pytest

from resilience import datasets, library
from resilience.errors import AskError


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    package = tmp_path / "resilience"
    folder = package / "_library" / "datasets" / "tiny"
    folder.mkdir(parents=True)
    (folder / "goods.csv").write_text("good\nchip\n")
    (folder / "producers.csv").write_text("good,place,output_per_week\nchip,JPN,5\n")
    (folder.parent / "README.md").write_text("not a dataset")
    monkeypatch.setattr(library, "PACKAGE", package)
    monkeypatch.setitem(library.shelf.__kwdefaults__, "package", package)


@pytest.mark.usefixtures("shipped")
def test_a_dataset_loads_by_name():
    assert datasets.names() == ["tiny"]
    assert list(datasets.load("tiny").producers["output_per_week"]) == [5.0]


@pytest.mark.usefixtures("shipped")
def test_an_unknown_dataset_is_answered_with_the_closest():
    with pytest.raises(AskError, match=r"(?s)No dataset is called 'tinny'.*Did you mean tiny"):
        datasets.load("tinny")
