"""Programs of two stages small enough to work by hand, and random ones."""

import numpy as np
from scipy import sparse

from resilience.sizing.twostage import Recourse, TwoStage
from resilience.solver import LinearProgram

MUCH = 1e11  # past any cost of a recourse


def linear(cost, rows, lower, upper, *, most, least=0.0, integer=None):
    rows = sparse.csc_matrix(np.array(rows, dtype=float).reshape(-1, len(cost)))
    width = len(cost)
    return LinearProgram(
        cost=np.array(cost, dtype=float), matrix=rows, row_lower=np.array(lower, dtype=float),
        row_upper=np.array(upper, dtype=float), column_lower=np.broadcast_to(least, width).astype(float),
        column_upper=np.broadcast_to(most, width).astype(float), integer=integer,
    )  # fmt: skip


def expected(first_cost, rows, lower, upper, *, most, chances, recourses, integer=None):
    """Decisions with their cost and rows, and recourses (program, tie over decisions) that come with chances."""
    width, count = len(first_cost), len(chances)
    rows = np.hstack([np.array(rows, dtype=float).reshape(-1, width), np.zeros((len(lower), count))])
    first = linear(
        [*first_cost, *chances], rows, lower, upper, most=[*np.broadcast_to(most, width), *[MUCH] * count],
        least=[*[0.0] * width, *[-MUCH] * count],
        integer=None if integer is None else np.array([*integer, *[False] * count]),
    )  # fmt: skip
    made = []
    for number, (program, tie) in enumerate(recourses):
        tie = sparse.csc_matrix(np.hstack([np.array(tie, dtype=float), np.zeros((len(tie), count))]))
        made.append(Recourse(program=program, tie=tie, measured=((width + number, program.cost),)))
    return TwoStage(first=first, recourses=tuple(made))


def program(cost, matrix, row_lower, row_upper, upper, integer=None):
    matrix = sparse.csc_matrix(np.atleast_2d(np.array(matrix, dtype=float)))
    return LinearProgram(
        cost=np.array(cost, dtype=float), matrix=matrix, row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float), column_lower=np.zeros(len(cost)),
        column_upper=np.array(upper, dtype=float), integer=integer,
    )  # fmt: skip


def newsvendor(demands, *, cost=1.0, price=3.0, whole=False):
    """Buy x at `cost`; a unit short of demand costs `price`; columns x and a loss for each equally likely demand."""
    count = len(demands)
    first = program(
        [cost, *[1 / count] * count], np.zeros((0, count + 1)), [], [], [100.0, *[1000.0] * count],
        integer=np.array([whole] + [False] * count) if whole else None,
    )  # fmt: skip
    tie = sparse.csc_matrix(([1.0], ([0], [0])), shape=(1, count + 1))
    recourses = [
        Recourse(
            program=program([price], [[1.0]], [demand], [np.inf], [100.0]), tie=tie,
            measured=((number + 1, np.array([price])),),
        )
        for number, demand in enumerate(demands)
    ]  # fmt: skip
    return TwoStage(first=first, recourses=tuple(recourses))


def random_two_stage(seed, *, scenarios=6, shared=True):
    """A feasible program of two stages: four decisions; eight columns and five rows a scenario."""
    rng = np.random.default_rng(seed)
    width = 4 + scenarios
    chances = rng.dirichlet(np.ones(scenarios))
    first = program(
        [*rng.uniform(1, 3, 4), *chances], [[*rng.uniform(0, 1, 4), *[0.0] * scenarios]], [-np.inf], [6.0],
        [*[4.0] * 4, *[1e4] * scenarios],
    )  # fmt: skip
    recourses, made = [], None
    for number in range(scenarios):
        if made is None or not shared:
            cost = np.concatenate([rng.uniform(0.5, 2, 8), np.full(5, 30.0)])  # the last five cover any row at a price
            matrix = np.hstack([rng.uniform(0, 1, (5, 8)), np.eye(5)])
            tie = sparse.csc_matrix(np.hstack([rng.uniform(0, 1, (5, 4)), np.zeros((5, scenarios))]))
            made = cost, matrix, tie
        cost, matrix, tie = made
        recourses.append(
            Recourse(
                program=program(
                    cost, matrix, rng.uniform(2, 8, 5), [np.inf] * 5, [*rng.uniform(0, 1.5, 8), *[99.0] * 5]
                ),
                tie=tie,
                measured=((4 + number, cost),),
            )
        )
    assert first.shape[1] == width
    return TwoStage(first=first, recourses=tuple(recourses))
