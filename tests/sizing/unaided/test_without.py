"""Losses without a reserve, with and without solving each scenario."""

import pytest
from small_networks import one_good

from resilience import Outage, Scenario, best_response
from resilience.scenario import ScenarioSet
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided.without import without_reserve
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
