"""Parts of a program near what is struck, against the whole; and the calm year they hold the rest to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario, seeds

from resilience import Outage, Scenario
from resilience.network import Network
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.fixed import least_fixed
from resilience.sizing.steady import least_loss, tools_as_ever
from resilience.sizing.unaided.calm import calm_year, struck_goods
from resilience.sizing.unaided.nearby import FAR, surroundings
from resilience.solver import Method, solve

WEEKS = 10
CALM = Scenario(name="calm", disruptions=())


def stated(network, scenario):
    case = build_case(physics(network), scenario, weeks=WEEKS)
    return case, Compiler().compile(case)


def chain():
    """Ore to metal to wire, each made and used in one place, with stocks of four weeks."""
    goods = ["ore", "metal", "wire"]
    return Network.from_frames(
        goods={"good": goods, "usd_per_unit": [1.0, 2.0, 4.0]},
        producers={"good": goods, "place": ["A"] * 3, "output_per_week": [10.0] * 3},
        needs={"good": goods[1:], "input": goods[:2], "units": [1.0, 1.0]},
        demand={"good": ["wire"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [50.0]},
        stocks={"good": goods[:2], "place": ["A"] * 2, "weeks": [4.0, 4.0]},
    )


def tooled():
    """A gas maker in A whose capacity wears without tools from B."""
    return Network.from_frames(
        goods={"good": ["gas", "tool"], "usd_per_unit": [1.0, 5.0]},
        producers={"good": ["gas", "tool"], "place": ["A", "B"], "output_per_week": [10.0, 1.0]},
        needs={"good": ["gas"], "input": ["tool"], "units": [0.1], "kind": ["capital"], "wear_per_week": [0.05]},
        demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]},
        lanes={"good": ["tool"], "origin": ["B"], "destination": ["A"], "flow_per_week": [1.0]},
    )


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans())
def test_the_calm_year_is_a_plan_that_costs_nothing_and_strikes_no_good(seed, goods, places, ring):
    case, block = stated(random_network(seed, goods, places, ring), CALM)
    calm = calm_year(case, block)
    assert block.program.cost @ calm.plan == 0
    assert not struck_goods(case, block, calm).any()
    taken = block.program.matrix @ calm.plan
    assert (taken <= block.program.row_upper + 1e-7).all()
    assert (taken >= block.program.row_lower - 1e-7).all()


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans(), st.integers(0, 2))
def test_the_least_loss_of_a_part_is_a_plan_of_the_whole_and_no_less_than_its_least(seed, goods, places, ring, steps):
    network = random_network(seed, goods, places, ring)
    case, block = stated(network, random_scenario(seed + 1, network))
    program, around = block.program, surroundings(case, block)
    found = least_fixed(program, around.supplied <= steps, around.calm, None)
    if found is None:
        return
    least = solve(program).objective
    assert found.objective >= least - 1e-6 * (1.0 + abs(least))
    taken, slack = program.matrix @ found.x, 1e-6 * (1.0 + abs(program.matrix) @ np.abs(found.x))
    assert (taken <= program.row_upper + slack).all()
    assert (taken >= program.row_lower - slack).all()
    assert (found.x <= program.column_upper + 1e-6).all()
    assert (found.x >= program.column_lower - 1e-6).all()


def test_steps_are_those_of_making_and_an_input_lies_as_near_as_what_is_made_from_it():
    stop = Scenario(name="stop", disruptions=(Outage(good="metal", weeks=2),))
    case, block = stated(chain(), stop)
    around = surroundings(case, block)
    starts = block.columns["start"][0]
    order = list(case.physics.network.producers["good"])
    first = dict(zip(order, np.arange(starts.start, starts.stop, len(case.grid)), strict=True))
    assert {good: int(around.steps[at]) for good, at in first.items()} == {"metal": 0, "wire": 1, "ore": FAR}
    assert {good: int(around.supplied[at]) for good, at in first.items()} == {"metal": 0, "wire": 1, "ore": 0}


def test_stocks_that_outlast_a_stop_are_seen_at_the_struck_good_alone():
    case, block = stated(chain(), Scenario(name="stop", disruptions=(Outage(good="metal", weeks=2),)))
    around = surroundings(case, block)
    found = least_fixed(block.program, around.supplied <= 0, around.calm, None)
    whole = solve(block.program)
    assert found.objective == pytest.approx(whole.objective, abs=1e-6)


@pytest.mark.parametrize("weeks", [2, 6])
def test_tools_that_arrive_as_ever_change_no_loss(weeks):
    case, block = stated(tooled(), Scenario(name="stop", disruptions=(Outage(good="gas", weeks=weeks),)))
    usual = tools_as_ever(case, block)
    assert usual.any()
    assert not usual[block.columns["start"][0]].any()
    found, whole = least_loss(block.program, usual, Method()), solve(block.program)
    assert found.objective == pytest.approx(whole.objective, rel=1e-7)
    assert found.bound <= whole.objective * (1 + 1e-9)
    assert found.bound >= whole.objective * (1 - 1e-5)


def test_tools_that_are_held_up_are_not_taken_to_arrive():
    case, block = stated(tooled(), Scenario(name="stop", disruptions=(Outage(good="tool", weeks=4),)))
    assert not tools_as_ever(case, block).any()
