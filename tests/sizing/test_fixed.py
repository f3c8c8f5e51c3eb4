"""Plans that known prices would choose, against the least cost of the whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_reserve, random_scenario, seeds
from small_networks import one_good

from resilience import Outage, Scenario
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.fixed import cost_of_raising, least_at_prices
from resilience.sizing.response import with_units
from resilience.solver import certified_bound, solve
from resilience.stores import stores


def empty_and_held(network, scenario, reserve, *, weeks):
    """The scenario's program with the reserve's stores empty, and as it holds them."""
    laws, rows = physics(network), reserve.table()
    held = stores(laws, rows, weeks=weeks, release=reserve.release)
    case = build_case(laws, scenario, weeks=weeks, held=held)
    block = Compiler().compile(case)
    units = rows["units"].to_numpy() / laws.scale[held.point]
    return tuple(with_units(block, case, share * units).program for share in (0.0, 1.0))


@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(2, 4), st.booleans())
def test_what_prices_choose_is_a_plan_of_the_whole_and_within_the_gap_of_its_least(seed, goods, places, ring):
    network = random_network(seed, goods, places, ring)
    reserve = random_reserve(seed + 2, network)
    if reserve is None:
        return
    empty, held = empty_and_held(network, random_scenario(seed + 1, network), reserve, weeks=10)
    prices, least = solve(empty).row_dual, solve(held).objective
    found = least_at_prices(held, prices, gap=1e-3, method=None)
    if found is not None:
        taken = held.matrix @ found.x
        assert (taken <= held.row_upper + 1e-6).all()
        assert (taken >= held.row_lower - 1e-6).all()
        assert (found.x <= held.column_upper + 1e-6).all()
        assert (found.x >= held.column_lower - 1e-6).all()
        assert least * (1 - 1e-6) - 1e-6 <= found.objective <= least * (1 + 2e-3) + 1e-6
        assert found.bound <= least * (1 + 1e-9) + 1e-9


def test_prices_of_the_program_itself_find_its_least():
    laws = physics(one_good())
    case = build_case(laws, Scenario(name="stop", disruptions=(Outage(weeks=3),)), weeks=20)
    program = Compiler().compile(case).program
    whole = solve(program)
    found = least_at_prices(program, whole.row_dual, gap=1e-9, method=None)
    assert found.objective == pytest.approx(whole.objective)
    assert found.bound == pytest.approx(certified_bound(program, whole.row_dual))


def test_prices_that_say_too_little_find_nothing():
    laws = physics(one_good())
    case = build_case(laws, Scenario(name="stop", disruptions=(Outage(weeks=3),)), weeks=20)
    program = Compiler().compile(case).program
    assert least_at_prices(program, np.zeros(program.shape[0]), gap=1e-3, method=None) is None
    shut = replace(program, column_upper=np.zeros_like(program.column_upper))
    assert least_at_prices(shut, np.zeros(program.shape[0]), gap=1e-3, method=None) is None


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.0, 1.0))
def test_raising_lower_bounds_costs_what_a_bound_by_any_duals_gains(seed, share):
    rng = np.random.default_rng(seed)
    laws = physics(one_good())
    case = build_case(laws, Scenario(name="stop", disruptions=(Outage(weeks=3),)), weeks=20)
    program = Compiler().compile(case).program
    lower = program.column_lower + share * (program.column_upper - program.column_lower)
    duals = rng.normal(0, 3, program.shape[0])
    gained = certified_bound(replace(program, column_lower=lower), duals) - certified_bound(program, duals)
    assert cost_of_raising(program, lower, duals) == pytest.approx(gained, rel=1e-9, abs=1e-9)
