import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience.errors import AskError
from resilience.risk import CVaR, Expectation, WorstCase, measure

LAWS = settings(max_examples=40, deadline=None)
TAILS = st.floats(0.01, 1.0)


@st.composite
def years(draw, least=0.0):
    """Losses and chances that add up to one."""
    losses = draw(st.lists(st.floats(least, 1e4), min_size=1, max_size=8))
    parts = np.array(draw(st.lists(st.floats(0.01, 1), min_size=len(losses), max_size=len(losses))))
    return np.array(losses), parts / parts.sum()


@LAWS
@given(years(), TAILS)
def test_a_tail_mean_lies_between_the_mean_and_the_worst(year, tail):
    slack = 1e-9 * (1 + year[0].max())
    assert measure(Expectation(), *year) - slack <= measure(CVaR(tail=tail), *year) <= year[0].max() + slack


@LAWS
@given(years(), TAILS, TAILS)
def test_a_thinner_tail_is_never_better(year, one, other):
    thin, thick = sorted((one, other))
    assert measure(CVaR(tail=thin), *year) >= measure(CVaR(tail=thick), *year) - 1e-9 * (1 + year[0].max())


@LAWS
@given(years(), TAILS, st.floats(0, 1))
def test_a_mixture_weighs_tail_and_mean(year, tail, weight):
    mixed = weight * measure(CVaR(tail=tail), *year) + (1 - weight) * measure(Expectation(), *year)
    assert measure(CVaR(tail=tail, weight=weight), *year) == pytest.approx(mixed, rel=1e-9, abs=1e-9)


@LAWS
@given(years(least=-1e4), st.sampled_from([Expectation(), CVaR(tail=0.3), CVaR(tail=0.1, weight=0.5), WorstCase()]),
       st.floats(-1e4, 1e4))  # fmt: skip
def test_a_sure_loss_on_top_moves_every_measure_by_itself(year, risk, more):
    losses, chances = year
    moved = measure(risk, losses + more, chances)
    assert moved == pytest.approx(measure(risk, losses, chances) + more, rel=1e-9, abs=1e-5)


@LAWS
@given(years(), TAILS)
def test_a_tail_mean_is_the_least_of_rockafellar_and_uryasev(year, tail):
    losses, chances = year
    count = len(losses)
    found = linprog(  # edge, then what lies beyond it in each year
        np.concatenate([[1.0], chances / tail]),
        A_ub=np.hstack([-np.ones((count, 1)), -np.eye(count)]),
        b_ub=-losses,
        bounds=[(None, None)] + [(0, None)] * count,
    )
    assert measure(CVaR(tail=tail), losses, chances) == pytest.approx(found.fun, rel=1e-7, abs=1e-6)


def test_what_chances_leave_of_one_is_a_year_without_loss():
    assert measure(Expectation(), [50.0], [0.1]) == pytest.approx(5.0)
    assert measure(CVaR(tail=0.2), [50.0], [0.1]) == pytest.approx(25.0)
    assert measure(WorstCase(), [-50.0], [0.1]) == 0.0
    assert measure(CVaR(tail=0.2), [], []) == 0.0


def test_where_no_calm_year_is_left_the_worst_is_the_smallest_gain():
    assert measure(WorstCase(), [-3.0, -5.0], [0.5, 0.5]) == -3.0


def test_the_whole_tail_is_the_mean():
    assert measure(CVaR(tail=1.0), [1.0, 9.0], [0.5, 0.25]) == measure(Expectation(), [1.0, 9.0], [0.5, 0.25])


@pytest.mark.parametrize(
    ("losses", "chances", "message"),
    [
        ([1.0], [-0.1], "0 or more"),
        ([1.0, 2.0], [0.6, 0.6], "at most 1, not 1.2"),
        ([1.0], [float("nan")], "not nan"),
        ([1.0, 2.0], [0.5], "2 losses do not go with 1 probabilities"),
        ([float("nan")], [0.5], "not a number"),
    ],
)
def test_years_that_make_no_sense_are_refused(losses, chances, message):
    with pytest.raises(AskError, match=message):
        measure(Expectation(), losses, chances)


def test_a_tail_mean_tells_every_fault_at_once():
    with pytest.raises(AskError) as caught:
        CVaR(tail=0.0, weight=1.5)
    assert len(caught.value.faults) == 2
