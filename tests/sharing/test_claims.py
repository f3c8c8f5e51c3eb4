from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.errors import AskError
from resilience.sharing.claims import (
    AllocationRule,
    ByWeight,
    EarmarkFirst,
    EqualAwards,
    EqualDays,
    EqualLosses,
    Proportional,
    RandomArrival,
    Talmud,
    TierPriority,
)
from resilience.sharing.fairness import waste

amounts = st.floats(0, 1000).map(lambda amount: round(amount, 2))
CLAIMANTS = 4


def several(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[numbers] * CLAIMANTS)


PLAIN = [Proportional(), EqualAwards(), EqualLosses(), Talmud(), RandomArrival()]
plain = st.sampled_from(PLAIN)
rules = st.one_of(
    plain,
    several(amounts).map(lambda weights: ByWeight(weights=weights)),
    st.builds(EqualDays, use_per_day=several(amounts), held=st.none() | several(amounts)),
    st.builds(TierPriority, tiers=several(st.integers(-1, 2)), within=plain),
    st.builds(EarmarkFirst, earmarks=several(amounts), rest=plain),
)
strict = st.builds(EarmarkFirst, earmarks=several(amounts), rest=plain, unclaimed_is_shared=st.just(False))


@given(rules, st.floats(0, 5000), several(amounts))
def test_all_is_handed_out_or_all_claims_are_met(rule, available, claims):
    assert rule.share(available, claims).sum() == pytest.approx(min(available, sum(claims)), abs=1e-6)


@given(rules | strict, st.floats(0, 5000), several(amounts))
def test_nobody_gets_less_than_nothing_or_more_than_it_claims(rule, available, claims):
    shares = rule.share(available, claims)
    assert (shares >= -1e-9).all()
    assert (shares <= np.array(claims) + 1e-9).all()
    assert shares.sum() <= available + 1e-6


@given(rules | strict, st.floats(0, 2000), st.floats(0, 2000), several(amounts))
def test_nobody_gets_less_when_more_is_available(rule, available, more, claims):
    assert (rule.share(available + more, claims) >= rule.share(available, claims) - 1e-6).all()


@given(plain, st.floats(0, 2000), several(amounts), st.integers(0, CLAIMANTS - 1), amounts)
def test_nobody_gets_less_by_claiming_more(rule, available, claims, who, more):
    raised = np.array(claims) + more * (np.arange(CLAIMANTS) == who)
    assert rule.share(available, raised)[who] >= rule.share(available, claims)[who] - 1e-6


@given(plain, st.floats(0, 2000), several(amounts))
def test_whoever_claims_more_gets_no_less_and_loses_no_less(rule, available, claims):
    order = np.argsort(claims, kind="stable")
    shares = rule.share(available, claims)[order]
    assert (np.diff(shares) >= -1e-6).all()
    assert (np.diff(np.array(claims)[order] - shares) >= -1e-6).all()


def reordered(rule: AllocationRule, order: list[int]) -> AllocationRule:
    """The same rule for the same claimants, listed in another order."""
    fields = {
        name: tuple(np.array(held)[order]) if isinstance(held, tuple) else held for name, held in vars(rule).items()
    }
    return type(rule)(**fields)


@given(rules | strict, st.floats(0, 5000), several(amounts), st.permutations(range(CLAIMANTS)))
def test_the_order_of_the_claimants_does_not_matter(rule, available, claims, order):
    shares = reordered(rule, order).share(available, np.array(claims)[order])
    assert shares.tolist() == pytest.approx(rule.share(available, claims)[order].tolist(), abs=1e-6)


def dual(rule: AllocationRule, available: float, claims: tuple[float, ...]) -> list[float]:
    """What `rule` says when it shares out the losses."""
    missing = max(sum(claims) - available, 0.0)
    return (np.array(claims) - rule.share(missing, claims)).tolist()


@given(st.sampled_from([Proportional(), Talmud(), RandomArrival()]), st.floats(0, 1), several(amounts))
def test_three_rules_share_gains_as_they_share_losses(rule, part, claims):
    available = part * sum(claims)
    assert rule.share(available, claims).tolist() == pytest.approx(dual(rule, available, claims), abs=1e-6)


@given(st.floats(0, 1), several(amounts))
def test_equal_losses_are_equal_awards_of_what_is_missing(part, claims):
    available = part * sum(claims)
    assert EqualLosses().share(available, claims).tolist() == pytest.approx(dual(EqualAwards(), available, claims))
    assert EqualAwards().share(available, claims).tolist() == pytest.approx(
        dual(EqualLosses(), available, claims), abs=1e-6
    )


@given(st.floats(0, 2000), several(amounts))
@settings(max_examples=30)
def test_random_arrival_is_the_mean_over_all_queues(available, claims):
    total = np.zeros(CLAIMANTS)
    queues = list(permutations(range(CLAIMANTS)))
    for queue in queues:
        left = available
        for who in queue:
            total[who] += min(claims[who], left)
            left -= min(claims[who], left)
    assert RandomArrival().share(available, claims).tolist() == pytest.approx((total / len(queues)).tolist(), abs=1e-6)


@given(st.floats(0, 2000), several(amounts))
def test_equal_weights_are_equal_awards_and_weights_like_claims_are_proportional(available, claims):
    even = ByWeight(weights=(3,) * CLAIMANTS).share(available, claims)
    assert even.tolist() == pytest.approx(EqualAwards().share(available, claims).tolist(), abs=1e-6)
    alike = ByWeight(weights=claims).share(available, claims)
    assert alike.tolist() == pytest.approx(Proportional().share(available, claims).tolist(), abs=1e-6)


def test_equal_days_are_equal_until_a_claim_is_full():
    shares = EqualDays(use_per_day=(1, 2, 4)).share(50, [100, 8, 100])
    assert (shares / [1, 2, 4]).tolist() == pytest.approx([8.4, 4, 8.4])


def test_days_already_held_count():
    shares = EqualDays(use_per_day=(10, 10), held=(300, 100)).share(400, [900, 900])
    assert np.add(shares, [300, 100]).tolist() == [400, 400]


def test_whoever_has_no_weight_gets_only_what_is_left():
    rule = ByWeight(weights=(1, 0, 0))
    assert rule.share(50, [60, 30, 30]).tolist() == [50, 0, 0]
    assert rule.share(90, [60, 30, 30]).tolist() == [60, 15, 15]


def test_the_first_tier_is_full_before_the_second_is_served():
    rule = TierPriority(tiers=(1, 0, 1), within=EqualAwards())
    assert rule.share(25, [10, 30, 10]).tolist() == [0, 25, 0]
    assert rule.share(38, [10, 30, 10]).tolist() == [4, 30, 4]


def test_a_strict_earmark_its_owner_does_not_need_is_wasted():
    claims = [0, 90]
    loose, kept = (EarmarkFirst(earmarks=(60, 40), unclaimed_is_shared=shared) for shared in (True, False))
    assert waste(100, claims, loose.share(100, claims)) == 0
    assert waste(100, claims, kept.share(100, claims)) == 50


def test_earmarks_beyond_what_is_there_are_shared_by_the_rule_for_the_rest():
    assert EarmarkFirst(earmarks=(60, 40), rest=EqualAwards()).share(70, [100, 100]).tolist() == [35, 35]


def test_every_fault_in_the_claims_is_named_at_once():
    with pytest.raises(AskError) as caught:
        ByWeight(weights=(1, -1)).share(-5, [1, np.nan, 3])
    assert len(caught.value.faults) == 4


def test_random_arrival_refuses_more_claimants_than_it_can_count():
    with pytest.raises(AskError, match="21 claimants"):
        RandomArrival().share(1, np.ones(21))


@pytest.mark.parametrize("rule", PLAIN, ids=lambda rule: type(rule).__name__)
def test_nothing_claimed_is_nothing_shared(rule):
    assert rule.share(5, [0, 0]).tolist() == [0, 0]
    assert rule.share(0, [5, 5]).tolist() == [0, 0]


def test_claims_are_not_edited():
    claims = np.array([10.0, 20.0])
    EqualAwards().share(100, claims)[0] = 99
    assert claims.tolist() == [10, 20]
