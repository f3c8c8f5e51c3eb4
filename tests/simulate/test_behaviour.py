"""Every behaviour by hand: three claims, three suppliers, two members."""

import numpy as np
import pytest
from scipy import sparse

from resilience.errors import AskError
from resilience.simulate.behaviour import (
    Backlogged,
    BaseStock,
    ByContribution,
    ByNeed,
    ByStake,
    ByUse,
    Contract,
    CoverBelow,
    CrowdedOut,
    Declared,
    EarmarkFirst,
    EqualDays,
    FixedBaseStock,
    Lost,
    Loyal,
    Panic,
    PriceAbove,
    Proportional,
    Qualify,
    StockGap,
    TierPriority,
    Tranches,
    Unmoved,
)
from resilience.simulate.behaviour.allocation import Calls
from resilience.simulate.behaviour.ordering import Seen
from resilience.simulate.behaviour.rationing import Claims
from resilience.simulate.behaviour.release import Watched
from resilience.simulate.behaviour.switching import Sources


def column(*values):
    return np.array(values, dtype=float)[:, None]


def claims(available, *, amount=(20.0, 10.0, 10.0), usual=(10.0, 10.0, 5.0), rank=(-1, 2, 0)):
    """A lane that asks for double, other and defence demand that ask 10 each, at one point."""
    return Claims(
        amount=column(*amount),
        usual=np.array(usual),
        rank=np.array(rank),
        point=np.zeros(3, dtype=int),
        available=column(available),
        sums=sparse.csr_matrix(np.ones((1, 3))),
    )


@pytest.mark.parametrize(
    ("rule", "available", "given"),
    [
        (Proportional(), 20.0, [10.0, 5.0, 5.0]),
        (TierPriority(), 20.0, [10.0, 0.0, 10.0]),
        (TierPriority(order=("other", "essential", "defence")), 20.0, [10.0, 10.0, 0.0]),
        (Contract(), 25.0, [10.0, 10.0, 5.0]),
        (Contract(), 32.5, [15.0, 10.0, 7.5]),
        (EqualDays(), 20.0, [8.0, 8.0, 4.0]),
        (EqualDays(), 34.0, [16.0, 10.0, 8.0]),
    ],
)
def test_rationing_by_hand(rule, available, given):
    assert rule.allot(claims(available))[:, 0] == pytest.approx(given)


@pytest.mark.parametrize("rule", [Proportional(), TierPriority(), Contract(), EqualDays()])
def test_rationing_gives_all_that_is_asked_where_it_is_there_and_nothing_twice(rule):
    assert rule.allot(claims(40.0))[:, 0] == pytest.approx([20.0, 10.0, 10.0])
    assert rule.allot(claims(0.0)).sum() == 0
    for available in (1.0, 17.0, 39.9):
        assert rule.allot(claims(available)).sum() == pytest.approx(available)


def test_equal_days_serves_those_without_a_usual_use_last():
    given = EqualDays().allot(claims(25.0, usual=(10.0, 5.0, 0.0)))
    assert given[:, 0] == pytest.approx([50 / 3, 25 / 3, 0.0])
    assert EqualDays().allot(claims(34.0, usual=(10.0, 5.0, 0.0)))[:, 0] == pytest.approx([20.0, 10.0, 4.0])


def test_tier_priority_refuses_a_tier_it_does_not_know():
    with pytest.raises(AskError, match="name each of defence, essential, other once"):
        TierPriority(order=("defense", "essential", "other"))


def seen(here):
    rest = {"position": column(30.0), "target": column(50.0), "normal": column(20.0), "usual": column(4.0)}
    return Seen(asked=column(10.0), here=column(here), **rest)


@pytest.mark.parametrize(
    ("rule", "here", "ordered"),
    [
        (StockGap(weeks=4), 20.0, 15.0),
        (BaseStock(), 20.0, 30.0),
        (FixedBaseStock(), 20.0, 24.0),
        (Panic(below=0.5, extra=1.0, weeks=4), 20.0, 15.0),
        (Panic(below=0.5, extra=1.0, weeks=4), 5.0, 20.0),
    ],
)
def test_ordering_by_hand(rule, here, ordered):
    assert rule.order(seen(here))[0, 0] == pytest.approx(ordered)


def test_nobody_orders_less_than_nothing():
    rest = {"position": column(90.0), "target": column(10.0), "normal": column(9.0), "usual": column(1.0)}
    full = Seen(asked=column(1.0), here=column(9.0), **rest)
    assert BaseStock().order(full)[0, 0] == FixedBaseStock().order(full)[0, 0] == 0


def test_unfilled_orders_lapse_or_wait():
    assert Lost().carry(column(8.0))[0, 0] == 0
    assert Backlogged(lapse_per_week=0.25).carry(column(8.0))[0, 0] == 6


def test_orders_move_to_those_who_deliver_at_the_qualification_speed():
    sources = Sources(
        share=column(0.5, 0.25, 0.25),
        usual=column(0.5, 0.25, 0.25),
        filled=column(0.0, 1.0, 1.0),
        point=np.zeros(3, dtype=int),
        sums=sparse.csr_matrix(np.ones((1, 3))),
    )
    assert Qualify(weeks=10).shares(sources)[:, 0] == pytest.approx([0.45, 0.275, 0.275])
    assert Loyal().shares(sources) is sources.share


def test_private_holders_answer_a_public_reserve():
    stock, covered = np.array([10.0, 2.0]), np.array([20.0, 20.0])
    assert CrowdedOut(share=0.3).wanted(stock, covered) == pytest.approx([4.0, 0.0])
    assert Unmoved().wanted(stock, covered) is stock


def watched(cover_weeks, tightness=1.0, struck=True):
    return Watched(struck=np.array([[struck]]), cover_weeks=column(cover_weeks), tightness=column(tightness))


def test_triggers_open_when_their_sign_is_seen_and_never_in_a_calm_world():
    assert Declared().calls(watched(9.0))[0, 0]
    assert CoverBelow(days=30).calls(watched(4.0))[0, 0]
    assert not CoverBelow(days=30).calls(watched(5.0))[0, 0]
    assert PriceAbove(factor=1.5, elasticity=0.5).calls(watched(9.0, tightness=1.3))[0, 0]
    assert not PriceAbove(factor=1.5, elasticity=0.5).calls(watched(9.0, tightness=1.2))[0, 0]
    for rule in (Declared(), CoverBelow(days=30), PriceAbove(), Tranches()):
        assert not rule.calls(watched(0.0, tightness=9.0, struck=False))[0, 0]


@pytest.mark.parametrize(("cover_weeks", "share"), [(9.0, 0.0), (8.0, 0.3), (5.0, 0.3), (4.0, 1.0), (0.0, 1.0)])
def test_tranches_open_part_by_part_as_cover_falls(cover_weeks, share):
    assert Tranches(steps=((60, 0.3), (30, 1.0))).calls(watched(cover_weeks)).item() == share


@pytest.mark.parametrize("steps", [(), ((30, 0.3), (60, 1.0)), ((60, 0.5), (30, 0.5)), ((60, 1.1),), ((0, 1.0),)])
def test_tranches_that_do_not_fall_are_refused(steps):
    with pytest.raises(AskError, match="days falling and above 0, shares rising"):
        Tranches(steps=steps)


def calls(lacking, *, use=(5.0, 5.0), stake=(1.0, 1.0), country=("A", "B"), contributed=(1.0, 1.0)):
    """Two members that lack, of a pool that can send nine."""
    return Calls(
        lacking=column(*lacking), supply=np.array([9.0]), use=np.array(use), stake=np.array(stake),
        country=np.array(country), contributed=np.array(contributed),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "got"),
    [
        (ByNeed(), [6.0, 3.0]),
        (ByUse(), [4.5, 4.5]),
        (ByStake(), [8.1, 0.9]),
        (ByContribution(), [3.0, 6.0]),
        (ByContribution(shares={"A": 0.5, "B": 0.25}), [6.0, 3.0]),
        (EarmarkFirst(), [3.0, 6.0]),
        (EarmarkFirst(shares={"A": 1.0, "B": 8.0}), [1.0 + 2.0, 6.0]),
        (EarmarkFirst(shares={"B": 1.0}), [3.0, 6.0]),
    ],
)
def test_a_pool_is_shared_by_its_rule(rule, got):
    found = rule.split(calls((12.0, 6.0), stake=(9.0, 1.0), contributed=(10.0, 20.0)))
    assert found[:, 0] == pytest.approx(got)


def test_what_one_member_leaves_goes_to_the_other():
    assert ByUse().split(calls((1.0, 20.0)))[:, 0] == pytest.approx([1.0, 8.0])
    assert ByContribution().split(calls((1.0, 20.0)))[:, 0] == pytest.approx([1.0, 8.0])
    assert EarmarkFirst().split(calls((1.0, 20.0)))[:, 0] == pytest.approx([1.0, 8.0])


def test_who_put_in_nothing_comes_last():
    assert ByContribution().split(calls((6.0, 6.0), contributed=(0.0, 3.0)))[:, 0] == pytest.approx([3.0, 6.0])
    nothing = calls((12.0, 6.0), contributed=(0.0, 0.0))
    assert EarmarkFirst().split(nothing)[:, 0] == pytest.approx(ByNeed().split(nothing)[:, 0])


def test_a_country_with_two_receivers_counts_its_stated_share_once():
    one = calls((9.0, 9.0), use=(3.0, 1.0), country=("A", "A"))
    assert ByContribution(shares={"A": 1.0}).split(one)[:, 0] == pytest.approx([6.75, 2.25])


@pytest.mark.parametrize("rule", [ByContribution, EarmarkFirst])
@pytest.mark.parametrize("shares", [{}, {"A": 0.0}, {"A": -1.0, "B": 2.0}, {"A": float("nan")}])
def test_shares_that_share_nothing_are_refused(rule, shares):
    with pytest.raises(AskError, match="shares must be numbers, 0 or more, and not all 0"):
        rule(shares=shares)
