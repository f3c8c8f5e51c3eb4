"""Plans of one scenario put to another."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario, seeds
from small_networks import one_good

from resilience import Network, Outage, RouteClosure, Scenario
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided.lent import lent
from resilience.sizing.unaided.without import without_reserve
from resilience.solver import Method, solve


def block_of(network, *disruptions, weeks=20):
    return Compiler().compile(build_case(physics(network), Scenario(name="year", disruptions=disruptions), weeks=weeks))


@settings(max_examples=8, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(2, 4), st.booleans())
def test_a_lent_plan_is_a_plan_and_so_costs_no_less_than_the_least(seed, goods, places, ring):
    network = random_network(seed, goods, places, ring)
    one, other = (
        Compiler().compile(build_case(physics(network), random_scenario(seed + n, network), weeks=10)) for n in (1, 2)
    )
    if one.program.shape != other.program.shape:
        return
    program, plan = other.program, lent(solve(one.program).x, other)
    if plan is not None:
        taken = program.matrix @ plan
        assert (plan <= program.column_upper + 1e-6).all()
        assert (plan >= program.column_lower - 1e-6).all()
        assert (taken <= program.row_upper + 1e-6).all()
        assert (taken >= program.row_lower - 1e-6).all()
        assert program.cost @ plan >= solve(program).objective - 1e-6


def test_a_scenarios_own_plan_is_lent_as_it_is():
    block = block_of(one_good(surge=1.5, stock_weeks=4.0), Outage(weeks=3))
    own = solve(block.program).x
    np.testing.assert_allclose(lent(own, block), own, atol=1e-7)


def test_a_long_stops_plan_does_for_a_short_one_and_not_the_other_way_round():
    network = one_good(surge=1.5, stock_weeks=4.0)
    long, short = (block_of(network, Outage(weeks=weeks)) for weeks in (4, 2))
    assert lent(solve(long.program).x, short) is not None
    assert lent(solve(short.program).x, long) is None


def test_one_delay_settles_others_though_each_has_coefficients_of_its_own():
    bare = one_good(stock_weeks=3.0)
    network = Network.from_frames(**{
        name: getattr(bare, name) for name in ("goods", "producers", "demand", "stocks")
    }, lanes=bare.lanes.assign(routes="strait"))  # fmt: skip
    years = [
        Scenario(
            name=f"{weeks} weeks",
            probability=0.1,
            disruptions=(RouteClosure(route="strait", weeks=weeks, added_weeks=1),),
        )
        for weeks in (2, 4, 6)
    ]
    stated = state_sizing(network, years, weeks=20)
    assert len({id(block.program.matrix) for block in stated.blocks}) == 3
    told = []
    found = without_reserve(stated.cases, stated.blocks, method=Method(), say=told.append)
    assert (found.most <= 1e-6).all()
    assert [line.split()[-2] for line in told] == ["4"]  # in the middle: its plan does for the harder one as well
