import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.errors import AskError
from resilience.recovery import Exponential, Linear, SCurve, Series, Step

LAWS = settings(max_examples=40, deadline=None)
WEEKS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        (Step(), [0, 0, 0, 0, 0]),
        (Linear(weeks=4), [0.75, 0.5, 0.25, 0, 0]),
        (Linear(weeks=2.5), [0.6, 0.2, 0, 0, 0]),
        (Exponential(half_life_weeks=1), [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32]),
        (Exponential(half_life_weeks=2), [0.5**0.5, 0.5, 0.5**1.5, 0.25, 0.5**2.5]),
        (SCurve(weeks=4), [1 - 3 / 16 + 2 / 64, 0.5, 1 - 27 / 16 + 54 / 64, 0, 0]),
        (Series(left=(0.9, 0.3)), [0.9, 0.3, 0, 0, 0]),
        (Series(left=()), [0, 0, 0, 0, 0]),
    ],
    ids=repr,
)
def test_each_curve_leaves_what_is_worked_out_by_hand(recovery, expected):
    assert recovery.remaining(WEEKS) == pytest.approx(np.array(expected, dtype=float))


def test_a_reported_series_holds_through_broken_weeks():
    assert Series(left=(0.9, 0.3)).remaining(np.array([0.5, 1.5, 2.5])).tolist() == [0.9, 0.3, 0.0]


@LAWS
@given(
    st.sampled_from([Linear, SCurve, Exponential]),
    st.floats(0.1, 200),
    st.lists(st.floats(0.01, 500), min_size=2, max_size=20),
)
def test_what_is_left_is_a_share_and_never_rises(shape, length, after):
    recovery = shape(half_life_weeks=length) if shape is Exponential else shape(weeks=length)
    left = recovery.remaining(np.sort(np.array(after)))
    assert ((left >= 0) & (left <= 1)).all()
    assert (np.diff(left) <= 1e-12).all()


@pytest.mark.parametrize("shape", [Linear, SCurve])
@pytest.mark.parametrize("weeks", [0, -1, float("nan")])
def test_a_recovery_takes_time_or_is_a_step(shape, weeks):
    with pytest.raises(AskError, match=r"weeks is .*use Step\(\)"):
        shape(weeks=weeks)


def test_half_lives_are_above_nothing():
    with pytest.raises(AskError, match="half_life_weeks is 0"):
        Exponential(half_life_weeks=0)


def test_a_series_holds_shares_only():
    with pytest.raises(AskError, match=r"\(0.5, 1.2\): each share must lie between 0 and 1"):
        Series(left=(0.5, 1.2))
