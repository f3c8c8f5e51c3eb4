"""Published two-stage programs, solved whole and taken apart, to their published digits.

Sources: J. R. Birge and F. Louveaux, Introduction to Stochastic Programming, chapter 1 (the farmer; mpi-sppy,
examples/farmer); F. Louveaux and Y. Smeers (1988) (LandS; also SDDP.jl, test/MSPFormat.jl); SDDP.jl,
StructDualDynProg.jl_prob5.2_2stages.jl (capacity); mpi-sppy, examples/netdes (network design); S. Ahmed, F. Cabral and
B. Freitas Paulo da Costa (2019), section 4.3, after R. Schultz, L. Stougie and M. van der Vlerk (1998) (whole numbers).
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from two_stage_programs import expected, linear

from resilience.sizing.lshaped import decompose
from resilience.sizing.twostage import extensive
from resilience.solver import Method, solve


def farmer(factors=(0.8, 1.0, 1.2)):
    recourses = []
    for factor in factors:
        wheat, corn, beets = np.array([2.5, 3.0, 20.0]) * factor
        rows = [[1, 0, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0], [0, 0, 0, 0, -1, -1]]  # buy two, sell two, beets in two parts
        cost = [238, 210, -170, -150, -36, -10]
        program = linear(cost, rows, [200, 240, 0], [np.inf] * 3, most=[1e5, 1e5, 1e5, 1e5, 6000, 1e5])
        recourses.append((program, np.diag([wheat, corn, beets])))
    count = len(factors)
    return expected(
        [150, 230, 260], [[1, 1, 1]], [-np.inf], [500], most=500, chances=[1 / count] * count, recourses=recourses
    )


def electricity():
    cost = [40, 24, 4, 45, 27, 4.5, 32, 19.2, 3.2, 55, 33, 5.5]  # four technologies x three modes
    made = np.kron(np.eye(4), np.ones(3))
    served = np.tile(np.eye(3), 4)
    tie = np.vstack([-np.eye(4), np.zeros((3, 4))])
    recourses = [
        (linear(cost, np.vstack([made, served]), [-np.inf] * 4 + [demand, 3, 2], [0] * 4 + [np.inf] * 3, most=50), tie)
        for demand in (3, 5, 7)
    ]
    return expected(
        [10, 7, 16, 6], [[1, 1, 1, 1], [10, 7, 16, 6]], [12, -np.inf], [np.inf, 120], most=50, chances=[0.3, 0.4, 0.3],
        recourses=recourses,
    )  # fmt: skip


def capacity():
    fuel, duration = [25, 80, 6.5, 160], [1, 0.7990867579908676, 0.17123287671232876]
    cost = [*np.outer(fuel, duration).ravel(), 1e6]
    made = np.hstack([np.kron(np.eye(4), np.ones(3)), np.zeros((4, 1))])
    served = np.hstack([np.tile(np.eye(3), 4), np.ones((3, 1))])
    tie = np.vstack([-np.eye(4), np.zeros((3, 4))])
    recourses = [
        (linear(cost, np.vstack([made, served]), [-np.inf] * 4 + wanted, [0] * 4 + [np.inf] * 3, most=2e4), tie)
        for wanted in ([3919, 3410, 2986], [7086, 1918, 2165])
    ]
    return expected([16, 5, 32, 2], [], [], [], most=2e4, chances=[0.9, 0.1], recourses=recourses)


def network_design():
    case = json.loads((Path(__file__).parent / "network_design.json").read_text())
    arcs, count = case["arcs"], len(case["arcs"])
    leaves = np.zeros((case["nodes"], count))
    for number, (origin, destination) in enumerate(arcs):
        leaves[origin, number], leaves[destination, number] = 1.0, -1.0
    recourses = []
    for one in case["scenarios"]:
        rows = np.vstack([np.eye(count), leaves])
        lower, upper = [-np.inf] * count + one["net_supply"], [0.0] * count + one["net_supply"]
        tie = np.vstack([-np.diag(one["capacity"]), np.zeros((case["nodes"], count))])
        recourses.append((linear(one["unit_cost"], rows, lower, upper, most=one["capacity"]), tie))
    two_stage = expected(
        case["open_cost"], [], [], [], most=1.0, chances=case["prob"], recourses=recourses, integer=[True] * count
    )
    return two_stage, case["optimal_cost"]


@pytest.mark.parametrize(
    ("two_stage", "cost", "digits"),
    [(farmer(), -108390.0, 0.01), (electricity(), 381.8533, 0.001), (capacity(), 340315.52, 0.1)],
    ids=["farmer", "electricity", "capacity"],
)
def test_published_costs_are_met_whole_and_taken_apart(two_stage, cost, digits):
    assert solve(extensive(two_stage).program).objective == pytest.approx(cost, abs=digits)
    found = decompose(two_stage, gap=1e-8)
    assert found.objective == pytest.approx(cost, abs=digits)
    assert found.bound == pytest.approx(cost, abs=digits)


def test_the_farmer_plants_as_published():
    assert decompose(farmer(), gap=1e-9).x[:3] == pytest.approx([170.0, 80.0, 250.0], abs=1e-3)


@pytest.mark.parametrize(("factor", "cost"), [(0.8, -59950.0), (1.0, -118600.0), (1.2, -167666.67)])
def test_a_farmer_who_knows_the_weather_earns_as_published(factor, cost):
    assert decompose(farmer([factor]), gap=1e-9).objective == pytest.approx(cost, abs=0.01)


def test_arcs_are_opened_at_the_published_cost():
    two_stage, cost = network_design()
    found = decompose(two_stage, gap=1e-6)
    assert found.objective == pytest.approx(cost, abs=0.1)
    assert set(found.x[:27].round(6)) <= {0.0, 1.0}


@pytest.mark.parametrize(("side", "cost"), [(2, -57.0), (3, -59.3333), (6, -61.2222)])
def test_recourse_in_whole_numbers_is_solved_as_one_program(side, cost):
    grid = np.linspace(5, 15, side)
    whole = np.array([True] * 4)
    rows = [[2, 3, 4, 5], [6, 1, 3, 2]]
    recourses = [
        (linear([-16, -19, -23, -28], rows, [-np.inf] * 2, wanted, most=1, integer=whole), np.eye(2))
        for wanted in product(grid, grid)
    ]
    two_stage = expected(
        [-1.5, -4], [], [], [], most=5, chances=[1 / side**2] * side**2, recourses=recourses, integer=[True, True]
    )
    assert solve(extensive(two_stage).program, Method(gap=1e-7)).objective == pytest.approx(cost, abs=1e-3)
