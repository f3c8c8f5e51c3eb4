import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience.errors import AskError
from resilience.risk import CVaR, Expectation, TotalVariation, Wasserstein, WorstCase, measure

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


def by_scipy(losses, chances, moved):
    """Largest mean loss when at most `moved` may move: each year loses mass to any other at a cost per unit."""
    cost, radius = moved
    count = len(losses)
    gain = (losses[None, :] - losses[:, None]).ravel()  # from a year to another
    leaves = np.kron(np.eye(count), np.ones(count))
    found = linprog(-gain, A_ub=np.vstack([leaves, cost.ravel()]), b_ub=np.append(chances, radius))
    return chances @ losses - found.fun


@LAWS
@given(years(), st.floats(0, 1.2))
def test_total_variation_is_the_worst_that_moving_so_much_probability_can_do(year, radius):
    losses, chances = year
    everywhere = 1.0 - np.eye(len(losses))
    expected = by_scipy(losses, chances, (everywhere, min(radius, 1.0)))
    assert measure(TotalVariation(radius=min(radius, 1.0)), *year) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@st.composite
def placed(draw):
    """Losses, chances that leave some of a year calm, and points of their own on a plane, the calm at its origin."""
    losses, chances = draw(years())
    spot = st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(any)
    points = draw(st.lists(spot, min_size=len(losses), max_size=len(losses), unique=True))
    return losses, chances * draw(st.floats(0.1, 1.0)), points


def apart(points):
    at = np.array([*points, (0, 0)], dtype=float)
    return np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)


@LAWS
@given(placed(), st.floats(0, 6))
def test_a_wasserstein_ball_is_the_worst_transport_within_its_radius(year, radius):
    losses, chances, points = year
    every, all_of_it = np.append(losses, 0.0), np.append(chances, 1.0 - chances.sum())
    expected = by_scipy(every, all_of_it, (apart(points), radius))
    found = measure(Wasserstein(radius=radius, points=tuple(points)), losses, chances)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@LAWS
@given(placed(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_ball_is_never_milder_from_the_mean_up_to_the_worst_case(year, one, other):
    losses, chances, points = year
    small, large = sorted((one, other))
    far = apart(points).max() + 1.0
    for ball in (
        lambda share: TotalVariation(radius=share),
        lambda share: Wasserstein(radius=share * far, points=tuple(points)),
    ):
        at = [measure(ball(share), losses, chances) for share in (0.0, small, large, 1.0)]
        assert at == sorted(at) or np.diff(at).min() > -1e-6 * losses.max()
        assert at[0] == pytest.approx(measure(Expectation(), losses, chances), rel=1e-7, abs=1e-6)
        assert at[3] == pytest.approx(measure(WorstCase(), losses, chances), rel=1e-7, abs=1e-6)


MEASURES = st.one_of(
    st.just(Expectation()), st.just(WorstCase()), st.builds(lambda r: TotalVariation(radius=r), st.floats(0, 1)),
    st.builds(lambda tail, weight: CVaR(tail=tail, weight=weight), TAILS, st.floats(0, 1)),
)  # fmt: skip


@LAWS
@given(years(), MEASURES)
def test_what_a_mixture_measures_is_the_worst_mean_of_its_ambiguity(year, risk):
    losses, chances = year
    allowed = risk.ambiguity(chances)
    gain = allowed.spread.T @ losses
    worst = allowed.kept @ losses
    if len(gain):
        moved = linprog(-gain, A_ub=allowed.limits, b_ub=allowed.sides)
        worst -= moved.fun
        q = allowed.kept + allowed.spread @ moved.x
        assert (q >= -1e-9).all()
        assert q.sum() <= 1.0 + 1e-9
    assert measure(risk, losses, chances) == pytest.approx(worst, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: TotalVariation(radius=1.5), "radius is 1.5"),
        (lambda: Wasserstein(radius=-1, points=((1.0,),)), "radius is -1"),
        (lambda: Wasserstein(radius=1, points=((1.0,), (1.0, 2.0))), "different numbers of coordinates"),
        (lambda: Wasserstein(radius=1, points=((float("nan"),),)), "not a finite number"),
        (lambda: measure(Wasserstein(radius=1, points=((1.0,),)), [1.0, 2.0], [0.1, 0.1]), "1 points for 2 scenarios"),
    ],
)
def test_a_ball_that_makes_no_sense_is_refused(build, told):
    with pytest.raises(AskError, match=told):
        build()


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
