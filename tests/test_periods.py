from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.errors import AskError
from resilience.periods import Coarsening, Grid, Weekly

LAWS = settings(max_examples=40, deadline=None)
GRIDS = st.lists(st.integers(1, 6), min_size=1, max_size=8).map(lambda lengths: Grid(lengths=tuple(lengths)))


@LAWS
@given(st.integers(0, 150), st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4))
def test_periods_add_up_to_the_horizon(weeks, steps):
    for periods in (Weekly(), Coarsening(), Coarsening(steps=tuple(steps))):
        lengths = periods.lengths(weeks)
        assert sum(lengths) == weeks
        assert all(length >= 1 for length in lengths)


@pytest.mark.parametrize("steps", [(), ((0, 1),), ((1, 0),), ((2, 1), (-1, 4))])
def test_steps_that_are_no_periods_are_refused(steps):
    with pytest.raises(AskError, match=r"Coarsening.steps is .* each at least 1"):
        Coarsening(steps=steps)


def test_edges_and_means_by_hand():
    grid = Grid(lengths=(1, 2, 3))
    assert grid.weeks == 6
    assert grid.edges.tolist() == [0, 1, 3, 6]
    assert grid.mean(np.array([[6.0, 1, 3, 1, 1, 4]])).tolist() == [[6, 2, 2]]
    assert grid.overlap(0.5, 4).tolist() == [0.5, 2, 1]
    assert grid.overlap(4, 2).tolist() == [0, 0, 0]
    assert grid.underway(2).tolist() == [1, 1, 0]


@LAWS
@given(GRIDS, st.data())
def test_means_keep_the_sum(grid, data):
    weekly = np.array([data.draw(st.lists(st.floats(0, 100), min_size=grid.weeks, max_size=grid.weeks))])
    assert grid.mean(weekly) @ np.array(grid.lengths) == pytest.approx(weekly.sum(axis=1))


@LAWS
@given(GRIDS, st.floats(0, 60), st.floats(0, 60))
def test_overlaps_add_up_to_the_stretch_within_the_horizon(grid, one, other):
    start, end = sorted((one, other))
    within = min(end, grid.weeks) - min(start, grid.weeks)
    assert grid.overlap(start, end).sum() == pytest.approx(within)


@LAWS
@given(GRIDS, st.data())
def test_every_unit_arrives_once_or_is_still_on_its_way(grid, data):
    lags = data.draw(st.lists(st.floats(0, 10), min_size=grid.weeks, max_size=grid.weeks))
    shares = grid.arrivals(lags)
    assert (shares >= 0).all()
    assert not np.triu(shares, 1).any()  # nothing arrives before it leaves
    edges = grid.edges.astype(int)
    for j, (first, last) in enumerate(pairwise(edges)):
        late = [min(max(week + lags[week] + 1 - grid.weeks, 0.0), 1.0) for week in range(first, last)]
        assert shares[:, j].sum() == pytest.approx(1.0 - np.mean(late))


@LAWS
@given(GRIDS, st.floats(0, 20))
def test_a_calm_flow_arrives_as_it_left(grid, lag):
    lengths = np.array(grid.lengths, dtype=float)
    assert grid.arrivals([lag] * grid.weeks) @ lengths + grid.underway(lag) == pytest.approx(lengths)


@LAWS
@given(GRIDS, st.integers(0, 8))
def test_what_leaves_by_the_week_lands_whole_weeks_later(grid, lag):
    weekly = Grid(lengths=(1,) * grid.weeks).arrivals([lag] * grid.weeks)
    assert np.array_equal(weekly, np.eye(grid.weeks, k=-lag))
