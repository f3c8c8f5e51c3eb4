"""Studies of drawn years."""

import tomllib

import pytest

from resilience import models
from resilience.balance import balance
from resilience.drawing import drawn, fresh_years
from resilience.errors import AskError


@pytest.fixture(scope="module")
def study():
    return models.load("ipef_reserve")


@pytest.fixture(scope="module")
def network(study):
    return balance(study.network()).network


def test_drawn_years_take_the_place_of_the_named_scenarios_and_nothing_else_changes(study, network):
    years = drawn(study, network, draws=60, seed=3)
    assert len(years.scenario) == 60
    assert years.seed == 3
    before, after = (tomllib.loads(one.text) for one in (study, years))
    assert before["periods"]["drawn_steps"] == after["periods"].pop("steps")
    assert {**before, "scenario": [], "seed": 3, "periods": {}} == {**after, "scenario": []}
    assert years.faults(network) == []


def test_the_same_seed_draws_the_same_study_and_another_does_not(study, network):
    first, again, other = (drawn(study, network, draws=60, seed=seed).text for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_dataset_without_hazards_is_told(study, network):
    with pytest.raises(AskError, match="No hazards ship for 'elsewhere'"):
        drawn(study.having({"dataset": "elsewhere"}), network, draws=60, seed=1)


def test_fresh_years_are_those_of_no_other_sample_and_the_same_each_time(study, network):
    first, again, other = (fresh_years(study, network, years=20, sample=n).checksum() for n in (0, 0, 1))
    assert first == again
    assert first != other


def test_a_study_without_periods_for_drawn_years_draws_them_in_its_own(study, network):
    own = study.having({"periods": {"steps": [[26, 4]]}})
    assert drawn(own, network, draws=60, seed=3).periods.steps == ((26, 4),)


def test_periods_for_drawn_years_that_cannot_be_are_told(study):
    with pytest.raises(AskError, match="at least 1"):
        study.having({"periods": {"drawn_steps": [[0, 8]]}})
