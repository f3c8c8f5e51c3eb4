"""In what sense years are a sample: intervals that hold what they say as often as they say."""

import numpy as np
import pytest

from resilience.compare import DrawnYears, StatedChances
from resilience.compare.statistics import intervals
from resilience.errors import AskError

REPEATS = 1000


def coverage(differences, chances, truth):
    """How often the 95 % interval of the mean difference holds the truth; a column a repeat."""
    low, high = intervals(chances @ differences, 0.95)
    return float(((low <= truth) & (truth <= high)).mean())


def test_intervals_of_drawn_years_hold_a_known_difference_in_95_of_100_repeats():
    """Two policies lose X and 0.6 X + Y in each of 200 years; half of all years are disturbed."""
    rng = np.random.default_rng(3)
    first, second = rng.gamma(2.0, 50.0, (200, REPEATS)), rng.normal(20.0, 5.0, (200, REPEATS))
    chances = DrawnYears().chances(np.full(200, 0.5 / 200), 1000, rng)
    assert 0.93 <= coverage(first - (0.6 * first + second), chances, 0.5 * (0.4 * 100.0 - 20.0)) <= 0.97


def test_intervals_of_stratified_years_hold_it_too_where_one_kind_has_few_years():
    """Forty years of a kind of chance 0.02 that decides, 160 of one of chance 0.6."""
    rng = np.random.default_rng(5)
    rare, usual = rng.gamma(4.0, 1000.0, (40, REPEATS)), rng.gamma(2.0, 10.0, (160, REPEATS))
    stated = np.r_[np.full(40, 0.02 / 40), np.full(160, 0.6 / 160)]
    chances = DrawnYears().chances(stated, 1000, rng)
    assert chances.sum(axis=1) == pytest.approx(0.62)  # the chance of each kind is known
    assert 0.93 <= coverage(np.vstack([rare, usual]), chances, 0.02 * 4000 + 0.6 * 20) <= 0.97


def test_the_bootstrap_has_the_variance_of_the_mean_even_of_three_years():
    """Which is s^2 / n with the sample's own s^2, over n - 1."""
    losses = np.array([1.0, 5.0, 12.0])
    means = DrawnYears().chances(np.full(3, 1 / 3), 200_000, np.random.default_rng(1)) @ losses
    assert means.mean() == pytest.approx(losses.mean(), rel=0.01)
    assert means.var() == pytest.approx(losses.var(ddof=1) / 3, rel=0.02)


def test_weights_of_their_own_are_drawn_together_and_keep_their_total():
    stated = np.array([0.1, 0.2, 0.3])
    for sampling in (DrawnYears(), DrawnYears(alike=False)):
        assert sampling.chances(stated, 4000, np.random.default_rng(1)).sum(axis=1).mean() == pytest.approx(
            0.6, rel=0.02
        )
    assert DrawnYears(alike=False).chances(stated, 9, np.random.default_rng(1)).sum(axis=1) == pytest.approx(0.6)


def test_intervals_of_stated_chances_hold_what_so_many_years_bring_in_95_of_100_spells():
    rng, stated = np.random.default_rng(7), np.array([0.1, 0.05, 0.02, 0.01])
    differences = np.array([3.0, -8.0, 20.0, 90.0])
    spells = StatedChances(years=400).chances(stated, REPEATS, rng) @ differences
    low, high = intervals(StatedChances(years=400).chances(stated, 4000, rng) @ differences[:, None], 0.95)
    assert 0.93 <= ((low <= spells) & (spells <= high)).mean() <= 0.97


def test_a_long_spell_comes_out_as_stated():
    chances = StatedChances(years=10**9).chances(np.array([0.25, 0.5]), 2, np.random.default_rng(1))
    assert chances == pytest.approx(np.array([[0.25, 0.5]] * 2), rel=1e-3)
    with pytest.raises(AskError, match="years is 0"):
        StatedChances(years=0)
