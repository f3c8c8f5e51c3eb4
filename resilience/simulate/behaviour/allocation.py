"""How what a pool can send this week is shared among its members' stock points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError
from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Calls:
    """What the members of one pool lack, receivers x scenarios, and what the pool could send, (scenarios,).

    By the rest (receivers) some rules share: baseline use a week, money at stake a week, the country of each, and the
    units that country put into the pool. A country with several receivers counts its part for each of them in
    proportion to use.
    """

    lacking: Floats
    supply: Floats
    use: Floats
    stake: Floats
    country: NDArray[Any]
    contributed: Floats


class Allocation(Protocol):
    """Any way to share a pool."""

    def split(self, calls: Calls) -> Floats:
        """What each receiver gets: no more than it lacks, no more in all than the supply."""
        ...


def floored(weight: Floats) -> Floats:
    """Weights above nothing, so that a member without one is served last and not never."""
    return np.where(weight > 0, weight, 1e-12 * max(float(weight.max(initial=0.0)), 1.0))


def by_weight(calls: Calls, weight: Floats) -> Floats:
    """In proportion to `weight` (receivers), and no more than is lacking; what one leaves goes to the others."""
    weight = floored(weight)[:, None]
    sated = np.zeros(calls.lacking.shape, dtype=bool)
    for _ in range(len(weight) + 1):
        left = np.maximum(calls.supply - np.where(sated, calls.lacking, 0.0).sum(axis=0), 0.0)
        total = np.where(sated, 0.0, weight).sum(axis=0)
        level = np.divide(left, total, out=np.zeros_like(left), where=total > 0)
        more = sated | (calls.lacking <= level * weight)
        if (more == sated).all():
            break
        sated = more
    return np.where(sated, calls.lacking, level * weight)


@dataclass(frozen=True, kw_only=True)
class ByNeed:
    """Every member gets the same share of what it lacks."""

    def split(self, calls: Calls) -> Floats:
        """In proportion to what is lacking."""
        lacking = calls.lacking.sum(axis=0)
        share = np.divide(calls.supply, lacking, out=np.ones_like(lacking), where=lacking > calls.supply)
        got: Floats = calls.lacking * share
        return got


@dataclass(frozen=True, kw_only=True)
class ByUse:
    """Every member gets the same number of days of its baseline use, and no more than it lacks."""

    def split(self, calls: Calls) -> Floats:
        """In proportion to use."""
        return by_weight(calls, self.weight(calls))

    def weight(self, calls: Calls) -> Floats:
        """Use."""
        return calls.use


@dataclass(frozen=True, kw_only=True)
class ByStake:
    """In proportion to what a week of unmet final demand would cost each member, and no more than it lacks."""

    def split(self, calls: Calls) -> Floats:
        """In proportion to the money at stake."""
        return by_weight(calls, self.weight(calls))

    def weight(self, calls: Calls) -> Floats:
        """Money at stake."""
        return calls.stake


@dataclass(frozen=True, kw_only=True)
class ByContribution:
    """In proportion to what each member put into the pool, and no more than it lacks.

    What it put in is the units that stand at its places, or its part of `shares` (by country). What one leaves goes to
    the others; who put in nothing comes last.
    """

    shares: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        _check_shares(type(self).__name__, self.shares)

    def split(self, calls: Calls) -> Floats:
        """In proportion to contribution."""
        return by_weight(calls, self.weight(calls))

    def weight(self, calls: Calls) -> Floats:
        """What each put in."""
        return contribution(calls, self.shares)


@dataclass(frozen=True, kw_only=True)
class EarmarkFirst:
    """Of what can be sent this week, each member has first call on the part it put in; the rest is shared by need.

    What a member leaves of its part this week is open to the others: for units that nobody else may touch, let the
    country own its store. `shares` as in `ByContribution`.
    """

    shares: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        _check_shares(type(self).__name__, self.shares)

    def split(self, calls: Calls) -> Floats:
        """The earmarked part as far as it is lacking, then the rest in proportion to what is still lacking."""
        first = np.minimum(calls.lacking, calls.supply * self.weight(calls)[:, None])
        left = np.maximum(calls.lacking - first, 0.0)
        rest = np.maximum(calls.supply - first.sum(axis=0), 0.0)
        return first + ByNeed().split(replace(calls, lacking=left, supply=rest))

    def weight(self, calls: Calls) -> Floats:
        """The share of the pool that is earmarked for each."""
        put_in = contribution(calls, self.shares)
        whole = float(put_in.sum())
        return put_in / whole if whole > 0 else np.zeros_like(put_in)


def contribution(calls: Calls, shares: Mapping[str, float] | None) -> Floats:
    """What each receiver's country put into the pool: as stated, or the units that stand at its places."""
    if shares is None:
        return calls.contributed
    stated = np.array([shares.get(country, 0.0) for country in calls.country], dtype=np.float64)
    return stated * within_country(calls.country, calls.use)


def within_country(country: NDArray[Any], use: Floats) -> Floats:
    """Each receiver's part of its country's use."""
    whole = np.array([use[country == one].sum() for one in country], dtype=np.float64)
    return np.divide(use, whole, out=np.zeros_like(whole), where=whole > 0)


def _check_shares(rule: str, shares: Mapping[str, float] | None) -> None:
    if shares is None:
        return
    wrong = [f"{who}: {share!r}" for who, share in shares.items() if not 0 <= share < math.inf]
    if wrong or not sum(shares.values()) > 0:
        raise AskError(f"{rule}.shares must be numbers, 0 or more, and not all 0", wrong)
