"""Two-stage programs put straight into arrays, against answers worked by hand."""

import numpy as np
import pytest
from scipy import sparse

from resilience.errors import AskError
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import LinearProgram, solve


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


def test_the_newsvendor_buys_the_critical_fractile():
    # A unit is worth buying while P(demand > x) * 3 > 1: up to the third of four demands.
    joined = extensive(newsvendor([10, 20, 30, 40]))
    found = solve(joined.program)
    assert found.x[0] == pytest.approx(30.0)
    assert found.objective == pytest.approx(30.0 + 3.0 * 10 / 4)


def test_each_scenario_keeps_its_place_in_the_joined_program():
    joined = extensive(newsvendor([10, 20, 30, 40]))
    found = solve(joined.program)
    assert [found.x[span].tolist() for span in joined.columns] == [[0.0], [0.0], [0.0], [10.0]]
    assert joined.links[0] == slice(0, 1)
    assert joined.rows == tuple(slice(n, n + 1) for n in range(4, 8))


def test_whole_numbers_of_the_first_stage_stay_whole():
    found = solve(extensive(newsvendor([10.5, 20.5], cost=1.5, price=4.0, whole=True)).program)
    assert found.x[0] == pytest.approx(20.0)
    assert found.objective == pytest.approx(1.5 * 20 + 4.0 * 0.5 / 2)  # one more would cost 1.5 and save 1


def test_a_recourse_that_does_not_fit_is_refused_with_every_fault():
    good = newsvendor([10])
    bad = Recourse(program=good.recourses[0].program, tie=sparse.csc_matrix((2, 2)), measured=((7, np.ones(3)),))
    with pytest.raises(AskError) as caught:
        TwoStage(first=good.first, recourses=(bad,))
    assert len(caught.value.faults) == 3
