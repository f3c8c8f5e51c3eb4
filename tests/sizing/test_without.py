"""Losses without a reserve, with and without solving each scenario."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario, seeds
from small_networks import one_good, recipe

from resilience import Outage, Scenario, best_response
from resilience.physics import physics
from resilience.scenario import ScenarioSet
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.size import state_sizing
from resilience.sizing.without import unharmed, without_reserve
from resilience.solver import Method, solve

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


@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans())
def test_a_plan_that_loses_nothing_is_a_plan_and_is_found_only_where_there_is_one(seed, goods, places, ring):
    network = random_network(seed, goods, places, ring)
    case = build_case(physics(network), random_scenario(seed + 1, network), weeks=10)
    block = Compiler().compile(case)
    found, least = unharmed(case, block, None), solve(block.program).objective
    if least > 1e-4:
        assert found is None
    if found is not None:
        program, rows = block.program, block.program.matrix @ found.x
        slack = 1e-6 * (1.0 + abs(program.matrix) @ np.abs(found.x))
        assert program.cost @ found.x == 0
        assert (rows <= program.row_upper + slack).all()
        assert (rows >= program.row_lower - slack).all()
        assert (found.x <= program.column_upper + 1e-6).all()
        assert (found.x >= program.column_lower - 1e-6).all()


@pytest.mark.parametrize(
    ("network", "stop"),
    [(one_good(surge=2.0, stock_weeks=4.0), Outage(weeks=2)), (recipe(essential=0.5), Outage(good="gas", lost=0.0))],
    ids=["stocks bridge it", "an input is partly essential"],
)
def test_a_year_that_loses_nothing_is_found_unharmed(network, stop):
    case = build_case(physics(network), Scenario(name="stop", disruptions=(stop,)), weeks=20)
    assert unharmed(case, Compiler().compile(case), Method(algorithm="ipm", crossover=False)) is not None
