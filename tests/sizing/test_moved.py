import numpy as np
import pytest
from small_networks import one_good, recipe

from resilience.disruption import DemandSurge, Outage
from resilience.physics import physics
from resilience.scenario import Scenario
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.moved import sides, upper_bounds


def struck(*disruptions):
    return Scenario(name="struck", disruptions=disruptions)


def test_an_outage_moves_what_may_start_and_a_surge_moves_what_is_wanted():
    # Ten chips a week count as 1,000. One week of them stands in America, and two more are on their way there.
    laws = physics(one_good())
    stop, rush = (
        build_case(laws, struck(shock), weeks=4) for shock in (Outage(weeks=2), DemandSurge(factor=1.5, weeks=2))
    )
    assert upper_bounds(stop)["start"] == pytest.approx(np.array([[0, 0, 1000, 1000]]))
    assert upper_bounds(rush)["start"] == pytest.approx(np.full((1, 4), 1000))
    assert upper_bounds(rush)["short"] == pytest.approx(np.array([[1500, 1500, 1000, 1000]]))
    assert sides(stop)["balance"] == pytest.approx(np.array([[0, 0, 0, 0], [1000, 0, -1000, -1000]]))  # Taiwan, America
    assert sides(rush)["balance"] == pytest.approx(np.array([[0, 0, 0, 0], [500, -500, -1000, -1000]]))


def test_what_may_wait_is_all_that_was_wanted_and_nothing_waits_unless_served_late():
    laws = physics(one_good())
    now, late = (build_case(laws, struck(), weeks=3, serves_late=late) for late in (False, True))
    assert upper_bounds(now)["waiting"].shape == (0, 3)
    assert upper_bounds(late)["waiting"] == pytest.approx(np.array([[1000, 2000, 3000]]))


def test_nothing_else_differs_between_cases_of_one_structure():
    laws = physics(recipe(essential=0.4))
    compiler = Compiler()
    cases = [
        build_case(laws, struck(shock), weeks=9)
        for shock in (Outage(weeks=2), Outage(good="gas", weeks=5), DemandSurge())
    ]
    compiler.compile(cases[0])
    for case in cases:
        shared, fresh = compiler.compile(case).program, Compiler().compile(case).program
        assert len(compiler.stated) == 1
        assert (shared.matrix != fresh.matrix).nnz == 0
        for side in ("cost", "row_lower", "row_upper", "column_lower", "column_upper"):
            np.testing.assert_array_equal(getattr(shared, side), getattr(fresh, side))
