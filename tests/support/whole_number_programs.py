"""Published two-stage programs in whole numbers, as arrays: servers, capacity and sizes.

Each function gives the program and the published figures; `tests/cases/test_whole_numbers.py` says whence they come.
"""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from two_stage_programs import expected, linear

CASES = Path(__file__).parents[1] / "cases"


def servers():
    """sslp_15_45_5: sites are opened, then the clients that are there each get one; overflow is dear."""
    case = json.loads((CASES / "server_location.json").read_text())
    demand = np.array(case["demand"], dtype=float)  # client x server, and what serving earns
    clients, sites = demand.shape
    given = np.kron(np.eye(clients), np.ones(sites))  # columns: client by client, a server each; then overflow
    loaded = np.hstack([np.diag(row) for row in demand])
    rows = np.block([[given, np.zeros((clients, sites))], [loaded, -np.eye(sites)]])
    tie = np.vstack([np.zeros((clients, sites)), -case["capacity"] * np.eye(sites)])
    cost = [*-demand.ravel(), *[case["overflow_cost"]] * sites]
    whole = np.array([True] * demand.size + [False] * sites)
    most = [*[1.0] * demand.size, *demand.sum(axis=0)]
    recourses = [
        (linear(cost, rows, [*there, *[-np.inf] * sites], [*there, *[0.0] * sites], most=most, integer=whole), tie)
        for there in case["present"]
    ]
    count = len(recourses)
    two_stage = expected(
        case["open_cost"], [], [], [], most=1.0, chances=[1 / count] * count, recourses=recourses,
        integer=[True] * sites,
    )  # fmt: skip
    return two_stage, case


def capacity(years=range(200)):
    """dcap332_200, or some of its years: three machines are enlarged in two periods, then do three tasks in each."""
    case = json.loads((CASES / "capacity_expansion.json").read_text())
    add, setup = np.array(case["add_cost"]).ravel(), np.array(case["setup_cost"]).ravel()  # period by period
    first_rows = np.hstack([np.eye(6), -np.eye(6)])  # only a machine set up for it is enlarged
    tie = np.zeros((12, 12))
    tie[:3, :3] = tie[3:6, :3] = tie[3:6, 3:6] = -np.eye(3)  # what is added stays
    done_once = np.hstack([np.kron(np.eye(2), np.tile(np.eye(3), 3)), np.eye(6)])
    cost = [*np.ravel(case["do_cost"]), *np.ravel(case["miss_cost"])]  # period, machine, task; then tasks missed
    recourses = []
    for need in (case["need"][year] for year in years):
        taken = np.zeros((6, 24))
        for period, machine in product((0, 1), range(3)):
            at = period * 9 + machine * 3
            taken[period * 3 + machine, at : at + 3] = need[period * 3 : period * 3 + 3]
        program = linear(
            cost, np.vstack([taken, done_once]), [-np.inf] * 6 + [1] * 6, [0] * 6 + [1] * 6, most=1.0,
            integer=np.ones(24, dtype=bool),
        )  # fmt: skip
        recourses.append((program, tie))
    two_stage = expected(
        [*add, *setup], first_rows, [-np.inf] * 6, [0] * 6, most=1.0, chances=[1 / len(years)] * len(years),
        recourses=recourses, integer=[False] * 6 + [True] * 6,
    )  # fmt: skip
    return two_stage, case


SIZES = 10
UNIT_COST = 0.748 + 0.0104 * np.arange(SIZES)
SET_UP_COST, CUT_COST, CAPACITY = 453.0, 0.008, 200_000
WANTED = np.array([2500, 7500, 12500, 10000, 35000, 25000, 15000, 12500, 12500, 5000])
CUTS = [(large, small) for large in range(SIZES) for small in range(large + 1)]


def sizes():
    """SIZES with three scenarios: ten sizes are made in two periods, and a larger one may be cut to serve a smaller."""
    count = len(CUTS)
    cost = [*UNIT_COST, *[SET_UP_COST] * SIZES, *[CUT_COST * (large != small) for large, small in CUTS]]
    of_size, serves = np.zeros((2, SIZES, count))
    for number, (large, small) in enumerate(CUTS):
        of_size[large, number] = serves[small, number] = 1.0
    none, made, set_up = np.zeros((SIZES, SIZES)), np.eye(SIZES), np.eye(SIZES)
    common = np.vstack([
        np.hstack([made, -CAPACITY * set_up, 0 * of_size]),
        np.hstack([np.ones(SIZES), np.zeros(SIZES + count)]),
        np.hstack([none, none, serves]),
        np.hstack([-made, none, of_size]),
    ])  # fmt: skip
    tie = np.zeros((len(common), len(cost)))
    tie[-SIZES:] = common[-SIZES:]  # what is made and not cut in the first period may be cut in the second
    most = [*[CAPACITY] * SIZES, *[1] * SIZES, *[CAPACITY] * count]
    whole = np.ones(len(cost), dtype=bool)

    def sides(wanted):
        lower = [*[-np.inf] * (SIZES + 1), *wanted, *[-np.inf] * SIZES]
        return lower, [*[0] * SIZES, CAPACITY, *[np.inf] * SIZES, *[0] * SIZES]

    recourses = [
        (linear(cost, common, *sides(factor * WANTED), most=most, integer=whole), tie) for factor in (0.7, 1.0, 1.3)
    ]
    return expected(
        cost, common, *sides(WANTED), most=most, chances=[1 / 3] * 3, recourses=recourses, integer=whole.tolist()
    )


def relaxed(two_stage):
    """The same program without its whole numbers."""
    recourses = tuple(replace(one, program=replace(one.program, integer=None)) for one in two_stage.recourses)
    return replace(two_stage, first=replace(two_stage.first, integer=None), recourses=recourses)


def cost_of(two_stage, decided, solve):
    """What the decisions cost, each scenario's whole numbers found by itself."""
    width = len(decided)
    total = float(two_stage.first.cost[:width] @ decided)
    for chance, recourse in zip(two_stage.first.cost[width:], two_stage.recourses, strict=True):
        moved = recourse.tie[:, :width] @ decided
        program = replace(
            recourse.program, row_lower=recourse.program.row_lower - moved,
            row_upper=recourse.program.row_upper - moved,
        )  # fmt: skip
        total += chance * solve(program).objective
    return total
