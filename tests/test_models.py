import pytest

from resilience import models
from resilience.errors import AskError


def test_every_shipped_model_reads_under_its_own_name():
    assert models.names()
    for name in models.names():
        assert models.load(name).name == name


def test_every_shipped_model_says_what_it_asks_and_why_each_chance():
    for name in models.names():
        study = models.load(name)
        assert study.title
        assert study.question
        assert all(scenario.note and scenario.source for scenario in study.scenario)


def test_an_unknown_model_is_answered_with_the_closest():
    with pytest.raises(AskError, match=r"(?s)No model is called 'ipef_reserv'.*Did you mean ipef_reserve"):
        models.load("ipef_reserv")
