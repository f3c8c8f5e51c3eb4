"""How firms and states behave: a choice is an object with one method, and `Behaviour` holds one of each kind."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.simulate.behaviour.allocation import Allocation, ByContribution, ByNeed, ByStake, ByUse, EarmarkFirst
from resilience.simulate.behaviour.ordering import BaseStock, FixedBaseStock, Ordering, Panic, StockGap
from resilience.simulate.behaviour.private import CrowdedOut, PrivateResponse, Unmoved
from resilience.simulate.behaviour.rationing import Contract, EqualDays, Proportional, Rationing, TierPriority
from resilience.simulate.behaviour.release import CoverBelow, Declared, PriceAbove, Tranches, Trigger
from resilience.simulate.behaviour.switching import Loyal, Qualify, Switching
from resilience.simulate.behaviour.unmet import Backlogged, Lost, Unmet

__all__ = [
    "Backlogged",
    "BaseStock",
    "Behaviour",
    "ByContribution",
    "ByNeed",
    "ByStake",
    "ByUse",
    "Contract",
    "CoverBelow",
    "CrowdedOut",
    "Declared",
    "EarmarkFirst",
    "EqualDays",
    "FixedBaseStock",
    "Lost",
    "Loyal",
    "Panic",
    "PriceAbove",
    "Proportional",
    "Qualify",
    "StockGap",
    "TierPriority",
    "Tranches",
    "Unmoved",
]


ORDERING, UNMET, RATIONING, SWITCHING = StockGap(), Lost(), TierPriority(), Loyal()
PRIVATE, TRIGGER, ALLOCATION = Unmoved(), Declared(), ByNeed()


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One choice of each kind. Any object with the same method may stand in for these.

    `trigger` and `allocation` hold for every reserve whose own `Release` names no other.

    >>> Behaviour(rationing=TierPriority(), unmet=Backlogged()).ordering
    StockGap(weeks=4.0)
    """

    ordering: Ordering = ORDERING
    unmet: Unmet = UNMET  # orders between firms
    final: Unmet = UNMET  # final demand
    rationing: Rationing = RATIONING
    switching: Switching = SWITCHING
    private: PrivateResponse = PRIVATE
    trigger: Trigger = TRIGGER
    allocation: Allocation = ALLOCATION
