"""Sizings whose joined program has blocks for the scenarios alone that need one, against all of them joined."""

import numpy as np
import pytest
from small_networks import by_clarabel

from resilience import Network, Outage, Scenario
from resilience.policy import Release
from resilience.risk import CVaR, Expectation, WorstCase
from resilience.scenario import ScenarioSet
from resilience.sizing.reserve import Floor
from resilience.sizing.response import with_units
from resilience.sizing.solved import as_one, in_part
from resilience.sizing.spared import sparable
from resilience.sizing.stated import state_sizing
from resilience.solver import solve


def sized(*, rare=0.0001, risk=None, floors=(), budget=None, release=None):
    """Two gases, a week of each in stock: one is cut off often, the other too rarely to be worth holding."""
    network = Network.from_frames(
        goods={"good": ["neon", "xenon"], "usd_per_unit": [1.0] * 2, "holding_share_per_year": [0.5] * 2},
        producers={"good": ["neon", "xenon"], "place": ["A"] * 2, "output_per_week": [10.0] * 2, "surge": [2.0] * 2},
        demand={"good": ["neon", "xenon"], "place": ["A"] * 2, "units_per_week": [10.0] * 2,
                "usd_per_unit_unmet": [21.0] * 2},
        stocks={"good": ["neon", "xenon"], "place": ["A"] * 2, "weeks": [1.0] * 2},
        blocs={"club": ["A"]},
    )  # fmt: skip
    scenarios = [
        Scenario(name=f"{good} {weeks}", probability=chance, disruptions=(Outage(good=good, weeks=weeks),))
        for good, weeks, chance in (("neon", 2, 0.1), ("neon", 5, 0.05), ("xenon", 3, rare), ("xenon", 6, rare))
    ]
    stated = state_sizing(
        network, ScenarioSet(scenarios=tuple(scenarios)), weeks=9, risk=risk or Expectation(),
        floors=floors, budget_usd=budget, members="club", release=release or Release(),
    )  # fmt: skip
    without = [
        solve(with_units(block, case, np.zeros(len(case.stores))).program)
        for block, case in zip(stated.blocks, stated.cases, strict=True)
    ]
    return stated, without


@pytest.mark.parametrize(
    "ask",
    [{}, {"rare": 0.05}, {"budget": 30.0}, {"risk": CVaR(tail=0.1, weight=0.5)}, {"risk": WorstCase()},
     {"release": Release(decision_weeks=1, rate_per_week=0.5)}],
    ids=["expectation", "all matter", "budget", "tail", "worst", "slow release"],
)  # fmt: skip
def test_the_answer_is_that_of_the_program_with_every_block(ask):
    stated, without = sized(**ask)
    assert sparable(stated, without)
    found, whole = in_part(stated, without, method=None, gap=1e-7, say=str), as_one(stated, None, str)
    assert found.objective == pytest.approx(whole.objective, rel=1e-6)
    assert found.objective == pytest.approx(by_clarabel(stated.joined.program), rel=1e-6)
    assert found.bound <= found.objective
    assert found.objective - found.bound <= 1e-6 * found.objective
    for block, case, mine, plan in zip(stated.blocks, stated.cases, stated.mine, found.plans, strict=True):
        program = with_units(block, case, found.held[mine]).program
        rows = program.matrix @ plan
        assert (rows <= program.row_upper + 1e-6).all()
        assert (rows >= program.row_lower - 1e-6).all()


def test_a_scenario_that_no_reserve_helps_has_no_block():
    stated, without = sized()
    found, whole = in_part(stated, without, method=None, gap=1e-4, say=str), as_one(stated, None, str)
    assert "extensive form of 2 scenarios and a cut for each of 2" in found.how
    assert found.size < whole.size
    assert found.held == pytest.approx(whole.held, abs=1e-4)
    assert found.weight == pytest.approx(whole.weight, rel=1e-6)
    neon = found.held > 0  # where nothing is held, worth is a ceiling, of which there are many
    assert np.add(*found.worth[:2])[neon] == pytest.approx(np.add(*whole.worth[:2])[neon], rel=1e-4)


def test_floors_are_left_to_the_whole_program():
    stated, without = sized(floors=(Floor(tier="essential", served=0.9, within=WorstCase()),))
    assert not sparable(stated, without)
