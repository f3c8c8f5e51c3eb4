from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.sharing.claims import EqualAwards, EqualLosses, Proportional, Talmud
from resilience.sharing.fairness import envy, waste, worst_off_ratio

claims = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


@given(st.floats(0, 3000), claims)
def test_equal_awards_leave_no_envy(available, claims):
    assert envy(claims, EqualAwards().share(available, claims)) == pytest.approx(0, abs=1e-6)


@given(st.floats(0, 3000), claims, st.sampled_from([EqualAwards(), EqualLosses(), Talmud()]))
def test_no_rule_leaves_the_worst_off_a_larger_part_than_the_proportional(available, claims, rule):
    best = worst_off_ratio(claims, Proportional().share(available, claims))
    assert worst_off_ratio(claims, rule.share(available, claims)) <= best + 1e-9


def test_what_nobody_claims_is_not_wasted():
    assert waste(100, [10, 20], [10, 20]) == 0
    assert waste(100, [10, 200], [10, 60]) == 30
    assert waste(100, [60, 60], [50, 50]) == 0


def test_a_full_claimant_envies_nobody():
    assert envy([10, 100], [10, 90]) == 0
    assert envy([20, 100], [10, 90]) == 10


def test_whoever_claims_nothing_is_not_the_worst_off():
    assert worst_off_ratio([0, 10], [0, 5]) == 0.5
    assert worst_off_ratio([0, 0], [0, 0]) == 1
    assert envy([], []) == 0
