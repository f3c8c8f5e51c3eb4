"""The farmer's problem: what knowing the weather, and planning for all of it, are worth.

J. R. Birge and F. Louveaux (2011), Introduction to Stochastic Programming, chapter 1; also examples/farmer of
Pyomo/mpi-sppy. Costs are negative: the farmer earns.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from resilience.sizing.information import expected_cost, for_the_mean, wait_and_see
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import LinearProgram, solve

GIVEN = {
    "acres": 500, "plant_cost": {"wheat": 150, "corn": 230, "beets": 260},
    "mean_yield": {"wheat": 2.5, "corn": 3, "beets": 20}, "yield_factor": [0.8, 1, 1.2], "prob": [1 / 3] * 3,
    "need": {"wheat": 200, "corn": 240}, "buy_price": {"wheat": 238, "corn": 210},
    "sell_price": {"wheat": 170, "corn": 150, "beets_quota": 36, "beets_over": 10}, "beet_quota": 6000,
}  # fmt: skip
WANT = {
    "min_expected_cost": -108390.0, "plant": {"wheat": 170, "corn": 80, "beets": 250}, "wait_and_see": -115405.56,
    "expected_result_of_mean_value": -107240.0, "evpi": 7015.56, "vss": 1150.0,
    "scenario_optima": [-59950.0, -118600.0, -167666.67],
}  # fmt: skip
TOLERANCE = 0.01
CROPS = ("wheat", "corn", "beets")
MOST = 1e6


def program(cost, matrix, low, high, most):
    return LinearProgram(
        cost=np.array(cost, dtype=float), matrix=sparse.csc_matrix(np.array(matrix, dtype=float)),
        row_lower=np.array(low, dtype=float), row_upper=np.array(high, dtype=float),
        column_lower=np.zeros(len(cost)), column_upper=np.array(most, dtype=float),
    )  # fmt: skip


def weather(number, factor):
    """Buy wheat and corn; sell wheat, corn, beets within the quota and beyond: what is grown and bought covers them."""
    buy, sell = GIVEN["buy_price"], GIVEN["sell_price"]
    cost = [buy["wheat"], buy["corn"], -sell["wheat"], -sell["corn"], -sell["beets_quota"], -sell["beets_over"]]
    rows = [[1, 0, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0], [0, 0, 0, 0, -1, -1]]
    need = [GIVEN["need"]["wheat"], GIVEN["need"]["corn"], 0.0]
    quota = [MOST, MOST, MOST, MOST, GIVEN["beet_quota"], MOST]
    width = 3 + len(GIVEN["prob"])
    grown = [
        [factor * GIVEN["mean_yield"][crop] if at == n else 0.0 for at in range(width)] for n, crop in enumerate(CROPS)
    ]
    own = program(cost, rows, need, [np.inf] * 3, quota)
    return Recourse(program=own, tie=sparse.csc_matrix(np.array(grown)), measured=((3 + number, own.cost),))


@pytest.fixture(scope="module")
def farm():
    count = len(GIVEN["prob"])
    cost = [*(GIVEN["plant_cost"][crop] for crop in CROPS), *GIVEN["prob"]]
    first = program(cost, [[1.0] * 3 + [0.0] * count], [-np.inf], [GIVEN["acres"]], [MOST] * (3 + count))
    first = replace(first, column_lower=np.array([0.0] * 3 + [-MOST] * count))  # harvests earn
    return TwoStage(first=first, recourses=tuple(weather(n, factor) for n, factor in enumerate(GIVEN["yield_factor"])))


def test_the_farmer_plants_as_published(farm):
    found = solve(extensive(farm).program)
    assert found.objective == pytest.approx(WANT["min_expected_cost"], abs=TOLERANCE)
    assert found.x[:3] == pytest.approx([WANT["plant"][crop] for crop in CROPS])


def test_knowing_the_weather_is_worth_what_was_published(farm):
    known = wait_and_see(farm)
    assert known.costs[:-1] == pytest.approx(WANT["scenario_optima"], abs=TOLERANCE)
    assert known.cost == pytest.approx(WANT["wait_and_see"], abs=TOLERANCE)
    assert WANT["min_expected_cost"] - known.cost == pytest.approx(WANT["evpi"], abs=TOLERANCE)


def test_planning_for_the_mean_weather_costs_what_was_published(farm):
    planted = for_the_mean(farm, weather(0, 1.0))  # yields are linear in the weather, whose mean is the middle one
    cost = expected_cost(farm, planted)
    assert cost == pytest.approx(WANT["expected_result_of_mean_value"], abs=TOLERANCE)
    assert cost - WANT["min_expected_cost"] == pytest.approx(WANT["vss"], abs=TOLERANCE)
