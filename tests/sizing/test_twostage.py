"""Two-stage programs put straight into arrays, against answers worked by hand."""

import numpy as np
import pytest
from scipy import sparse
from two_stage_programs import newsvendor

from resilience.errors import AskError
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import solve


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
    bad = Recourse(
        program=good.recourses[0].program,
        tie=sparse.csc_matrix((2, 2)),
        measured=((7, np.ones(3)),),
        steady=np.ones(4, dtype=bool),
    )
    with pytest.raises(AskError) as caught:
        TwoStage(first=good.first, recourses=(bad,))
    assert len(caught.value.faults) == 4
