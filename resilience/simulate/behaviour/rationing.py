"""Who gets what when a stock point cannot give all that is asked. Never by the order of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from resilience.errors import AskError, near
from resilience.physics import Floats, Whole
from resilience.policy import TIERS

BOUNDLESS = 1e200  # weeks of usual use beyond which nobody is short; finite, so that none of it times 0 is 0
INDUSTRY = -1  # the rank of a claim that is not final demand


@dataclass(frozen=True, kw_only=True, eq=False)
class Claims:
    """What is asked of some stock points in one week.

    `amount` is claims x scenarios; `usual` (claims) what each claims in a calm week; `rank` (claims) the place
    of a final
    use in TIERS, or INDUSTRY; `point` (claims) the row of `available` (points x scenarios) each is made on; `sums` adds
    claims up by point.
    """

    amount: Floats
    usual: Floats
    rank: Whole
    point: Whole
    available: Floats
    sums: Any  # scipy.sparse.csc_matrix, points x claims


class Rationing(Protocol):
    """Any way to share what is too little."""

    def allot(self, claims: Claims) -> Floats:
        """What each claim gets: no more than it asks, no more in all than is available, all that is asked if
        it is there.
        """
        ...


def filled(available: Floats, asked: Floats) -> Floats:
    """Share of what is asked that can be given, 0 to 1."""
    return np.divide(available, asked, out=np.ones_like(asked), where=asked > available)


@dataclass(frozen=True, kw_only=True)
class Proportional:
    """Every claim gets the same share of what it asks. Whoever asks for more gets more."""

    def allot(self, claims: Claims) -> Floats:
        """Amount times the filled share at its point."""
        share = filled(claims.available, claims.sums @ claims.amount)
        return claims.amount * share[claims.point]


@dataclass(frozen=True, kw_only=True)
class TierPriority:
    """Final uses get in proportion to industry's, then share that pot by tier: the first in `order` before the next."""

    order: tuple[str, ...] = TIERS

    def __post_init__(self) -> None:
        strange = sorted(set(self.order) ^ set(TIERS)) or [t for t in self.order if self.order.count(t) > 1]
        if strange:
            raise AskError(
                f"TierPriority.order is {self.order}: name each of {', '.join(TIERS)} once", [near(strange[0], TIERS)]
            )

    def allot(self, claims: Claims) -> Floats:
        """Proportional to industry; by rank to final uses."""
        given = Proportional().allot(claims)
        final = np.where((claims.rank != INDUSTRY)[:, None], given, 0.0)
        pot = claims.sums @ final
        for tier in self.order:
            here = claims.rank == TIERS.index(tier)
            if here.any():
                asked = claims.sums @ np.where(here[:, None], claims.amount, 0.0)
                share = filled(pot, asked)
                given[here] = (claims.amount * share[claims.point])[here]
                pot = np.maximum(pot - asked * share, 0.0)
        return given


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What each claims in a calm week comes first; only then what is asked beyond it."""

    def allot(self, claims: Claims) -> Floats:
        """Proportional within the usual claims, then within the rest."""
        usual = np.minimum(claims.amount, claims.usual[:, None])
        rest = claims.amount - usual
        contracted = claims.sums @ usual
        first = filled(claims.available, contracted)
        second = filled(np.maximum(claims.available - contracted, 0.0), claims.sums @ rest)
        return usual * first[claims.point] + rest * second[claims.point]


@dataclass(frozen=True, kw_only=True)
class EqualDays:
    """Everybody gets the same number of days of usual use, and no more than asked. Claims without a usual use
    come last.
    """

    def allot(self, claims: Claims) -> Floats:
        """The level d at which sum of min(amount, d usual) is what is available."""
        usual = claims.usual[:, None]
        whole = claims.sums @ claims.amount <= claims.available
        known = np.where(usual > 0, claims.amount, 0.0)
        sated = np.zeros(claims.amount.shape, dtype=bool)
        for _ in range(len(claims.usual) + 1):  # each round sates at least one claim more at a point, or ends there
            left = np.maximum(claims.available - claims.sums @ np.where(sated, known, 0.0), 0.0)
            weight = claims.sums @ np.where(sated, 0.0, np.broadcast_to(usual, sated.shape))
            with np.errstate(over="ignore"):  # a trace of usual use may stand against a whole stock
                level = np.minimum(np.divide(left, weight, out=np.zeros_like(left), where=weight > 0), BOUNDLESS)
            more = sated | (known <= level[claims.point] * usual)
            if (more == sated).all():
                break
            sated = more
        by_level = np.where(sated, known, level[claims.point] * usual)
        strangers = np.where(usual > 0, 0.0, claims.amount)
        left = np.maximum(claims.available - claims.sums @ by_level, 0.0)
        by_level = by_level + strangers * filled(left, claims.sums @ strangers)[claims.point]
        return np.where(whole[claims.point], claims.amount, by_level)
