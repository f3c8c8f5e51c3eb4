"""What one scenario loses with nothing held: how it is asked, against the least loss."""

import numpy as np
import pytest

from resilience import Network, Outage, Scenario
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.steady import tools_as_ever
from resilience.sizing.unaided.bare import Bare, Look, Near, solved
from resilience.sizing.unaided.nearby import surroundings
from resilience.sizing.unaided.unharmed import narrowed, unharmed
from resilience.solver import INNER, solve

OTHERS = [f"metal {number}" for number in range(8)]


def spare_maker(essential):
    """Ten chips a week, twice that at most, from gas that is partly essential; and eight metals beside them."""
    goods = ["chip", "gas", *OTHERS]
    return Network.from_frames(
        goods={"good": goods, "usd_per_unit": [1.0] * len(goods)},
        producers={"good": goods, "place": ["A"] * len(goods), "output_per_week": [10.0] * len(goods),
                   "surge": [2.0] + [1.0] * (len(goods) - 1)},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0], "essential": [essential]},
        demand={"good": ["chip", *OTHERS], "place": ["A"] * (1 + len(OTHERS)),
                "units_per_week": [10.0] * (1 + len(OTHERS)), "usd_per_unit_unmet": [100.0] * (1 + len(OTHERS))},
    )  # fmt: skip


def asked(essential, for_now=False):
    stop = Scenario(name="stop", disruptions=(Outage(good="gas", first_week=2, weeks=4),))
    case = build_case(physics(spare_maker(essential)), stop, weeks=12)
    block = Compiler().compile(case)
    usual = tools_as_ever(case, block)
    narrow, around = narrowed(block, usual), surroundings(case, block)
    near = Near(narrow=narrow, around=around, look=Look(for_now=for_now))
    return Bare(program=block.program, usual=usual, near=near, method=INNER)


def test_a_maker_with_spare_capacity_does_without_half_an_input_and_is_told_so_near_it():
    ask = asked(essential=0.5)  # with the gas gone twice the plan yields a half of it: as much as ever
    assert unharmed(ask.near.narrow, ask.near.around, None) is None  # inputs taken as wholly essential tell nothing
    found = solved(None, ask)
    assert found.objective == pytest.approx(0.0, abs=1e-6)
    assert found.bound == 0.0
    assert not found.row_dual.any()  # near what is struck, no prices of the whole are known


def test_a_plan_near_what_is_struck_that_loses_something_serves_for_now_alone():
    least = solve(asked(essential=0.75).program)  # twice the plan yields half of ten chips, four weeks long
    assert least.objective * physics(spare_maker(0.75)).usd == pytest.approx(4 * 5 * 100.0)
    whole, for_now = (solved(None, asked(essential=0.75, for_now=now)) for now in (False, True))
    assert whole.objective == pytest.approx(least.objective)
    assert whole.bound == pytest.approx(least.objective, rel=1e-5)
    assert for_now.objective == pytest.approx(least.objective)
    assert np.isneginf(for_now.bound)
