"""Losses without a reserve, with and without solving each scenario."""

import numpy as np
import pytest
from small_networks import one_good

from resilience import Outage, Scenario, best_response
from resilience.scenario import ScenarioSet
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided.without import Traced, without_reserve
from resilience.solver import Method

LENGTHS = [1, 2, 3, 4, 6, 8, 10, 12]


def test_an_easier_scenario_than_a_harmless_one_is_not_solved_and_every_loss_is_right():
    network = one_good(surge=1.5, stock_weeks=4.0)
    years = [Scenario(name=f"{weeks} weeks", probability=0.01, disruptions=(Outage(weeks=weeks),)) for weeks in LENGTHS]
    stated = state_sizing(network, ScenarioSet(scenarios=tuple(years)), weeks=30)
    told = []
    found = without_reserve(stated.cases, stated.blocks, method=Method(), say=told.append).most
    losses = found * stated.laws.usd
    alone = [best_response(network, year, weeks=30).loss_usd for year in years]
    assert losses == pytest.approx(alone, abs=1e-4, rel=1e-6)
    harmless = int((losses < 1e-3).sum())
    assert 2 <= harmless < len(years)
    assert len(told) < len(years)


def test_of_what_is_left_only_years_that_weigh_too_much_together_are_asked():
    """Ten chips a week and no stock but what is under way: the first four are asked at once, and of the rest one."""
    years = [
        Scenario(name=f"{weeks} weeks", probability=chance, disruptions=(Outage(weeks=weeks),))
        for weeks, chance in ((12, 0.1), (11, 0.1), (10, 0.1), (9, 0.1), (8, 0.05), (7, 0.001))
    ]
    stated = state_sizing(one_good(), ScenarioSet(scenarios=tuple(years)), weeks=30)
    all_of_them = without_reserve(stated.cases, stated.blocks, method=Method(), say=str)
    weight = np.array([year.probability for year in years])
    weighed = all_of_them.most * weight
    told = []
    spare = 2.0 * weighed[5] / weighed[:4].sum()  # the last alone may be spared, the last two may not
    traced = Traced(most=1.5 * all_of_them.most, weight=weight, spare=spare)
    found = without_reserve(stated.cases, stated.blocks, traced=traced, method=Method(), say=told.append)
    assert sorted(found.answers) == [0, 1, 2, 3, 4]
    assert len(told) == 5
    assert found.most[:5] == pytest.approx(all_of_them.most[:5], rel=1e-6)
    assert found.most[5] == found.most[4]  # a week longer is no easier
