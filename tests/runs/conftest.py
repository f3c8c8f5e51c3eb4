"""Runs of the study of two goods, stopped and gone on with."""

import pytest

from resilience.runs import Asked, answer, begin
from resilience.study import Study


@pytest.fixture(scope="module")
def study(tiny_kept):
    return Study.read(tiny_kept)


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    """The folder of an undisturbed run."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    answer(begin(folder, Asked.of(study)), say=lambda text: None)
    return folder


@pytest.fixture
def ask(study, tmp_path):
    """A run that has begun in `tmp_path`."""

    def begun(name="run", changes=None, **settings):
        return begin(tmp_path / name, Asked.of(study.having(changes) if changes else study, **settings))

    return begun
