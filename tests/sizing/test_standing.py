"""Parts of a network against the whole: the loss is the same, the plan stands, and repair is made where needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario, seeds
from small_networks import gas, recipe

from resilience import Network, Outage, Scenario, best_response, size_reserve
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.scope import Binding, Downstream, closed, struck
from resilience.sizing.standing import Footing
from resilience.sizing.supply import outside
from resilience.solver import solve

SCOPES = [Binding(), Downstream()]


def catching_up():
    """Chips in A from wafers, stopped for a while, and gas, which nobody stops but nobody can make faster either."""
    return Network.from_frames(
        goods={"good": ["chip", "wafer", "gas"], "storable": [True, True, False], "usd_per_unit": [5.0, 1.0, 1.0]},
        producers={"good": ["chip", "wafer", "gas"], "place": ["A"] * 3, "output_per_week": [10.0] * 3,
                   "surge": [2.0, 2.0, 1.0]},
        needs={"good": ["chip", "chip"], "input": ["wafer", "gas"], "units": [1.0, 1.0]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [50.0]},
        stocks={"good": ["chip"], "place": ["A"], "weeks": [2.0]},
    )  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_a_good_that_binds_when_users_catch_up_is_put_back(scope):
    # Three weeks without wafers: two of chips in stock, one unmet. With gas for ten chips a week and no more, the
    # stock of twenty stays missing at 5 USD each; a part without gas would make it good, and lose 500 only.
    network, stop = catching_up(), Scenario(name="stop", disruptions=(Outage(good="wafer", weeks=3),))
    case = build_case(physics(network), stop, weeks=12)
    _, part = Compiler().part(case, closed(network, struck(case)))
    assert solve(part.program).objective * case.physics.usd == pytest.approx(500)
    found = best_response(network, stop, weeks=12, scope=scope)
    assert found.loss_usd == pytest.approx(500 + 20 * 5, rel=1e-6)
    assert found.bound_usd == pytest.approx(found.loss_usd, rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans(), st.sampled_from(SCOPES))
def test_with_and_without_what_is_left_out_the_loss_is_the_same_and_the_plan_stands(seed, goods, places, ring, scope):
    network = random_network(seed, goods, places, ring)
    scenario = random_scenario(seed + 1, network)
    case = build_case(physics(network), scenario, weeks=10)
    footing, nothing = Footing(compiler=Compiler()), np.zeros(0)
    found = footing.least_loss(case, scope.goods(case), nothing)
    program = footing.whole(case, nothing).program
    whole = solve(program).objective
    assert outside(program, found.x) < 1e-6
    assert found.loss == pytest.approx(whole, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_reserve_is_sized_alike_from_a_part_and_from_the_whole(scope):
    stops = [
        Scenario(name=f"no {good}", probability=0.1, disruptions=(Outage(good=good, weeks=weeks),))
        for good, weeks in (("gas", 3), ("wafer", 4))
    ]
    whole = size_reserve(recipe(), stops, weeks=14)
    part = size_reserve(recipe(), stops, weeks=14, scope=scope)
    assert part.objective_usd == pytest.approx(whole.objective_usd, rel=1e-5)
    assert part.without_reserve_usd == pytest.approx(whole.without_reserve_usd, rel=1e-5, abs=1e-3)


def test_a_scenario_that_loses_nothing_keeps_no_goods_at_all():
    calm = Scenario(name="nothing lost", probability=0.1, disruptions=(Outage(lost=0.0, weeks=2),))
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=2),))
    sizing = size_reserve(gas(), [calm, stop], weeks=8, scope=Binding())
    assert sizing.losses.set_index("scenario")["without_usd"]["nothing lost"] == pytest.approx(0.0, abs=1e-9)
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([20.0])
