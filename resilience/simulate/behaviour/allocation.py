"""How what a pool can send this week is shared among its members' stock points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Calls:
    """What the members of one pool lack, receivers x scenarios, and what the pool could send, (scenarios,).

    `use` and `stake` (receivers) are baseline use a week and money at stake a week, by which some rules share.
    """

    lacking: Floats
    supply: Floats
    use: Floats
    stake: Floats


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
        return by_weight(calls, calls.use)


@dataclass(frozen=True, kw_only=True)
class ByStake:
    """In proportion to what a week of unmet final demand would cost each member, and no more than it lacks."""

    def split(self, calls: Calls) -> Floats:
        """In proportion to the money at stake."""
        return by_weight(calls, calls.stake)
