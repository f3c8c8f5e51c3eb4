"""How many threads numerical libraries take."""

import os

import pytest

from resilience.engine.threads import THREADS, keep_to_one_thread


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    for name in THREADS:
        monkeypatch.setenv(name, "7")  # so that it is put back, whatever the test leaves
        monkeypatch.delenv(name)


def test_the_environment_has_the_last_word_on_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    keep_to_one_thread()
    assert {name: os.environ[name] for name in THREADS} == {**dict.fromkeys(THREADS, "1"), "OMP_NUM_THREADS": "3"}
