"""How much the users at a stock point order each week. Each rule is an object with one method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What a stock point knows when it orders, points x scenarios, in scaled units.

    `asked` is what was asked of it last week; `here` what stands there; `position` that and all that is on its way, in
    process or on suppliers' books, less what stands on its own; `target` the position it wants; `normal` and `usual`
    (points x 1) the stock of a calm week and what is asked in one.
    """

    asked: Floats
    here: Floats
    position: Floats
    target: Floats
    normal: Floats
    usual: Floats


class Ordering(Protocol):
    """Any way to order."""

    def order(self, seen: Seen) -> Floats:
        """Units ordered this week, points x scenarios, 0 or more."""
        ...


@dataclass(frozen=True, kw_only=True)
class StockGap:
    """Replace what was asked, and close the gap to the wanted position over `weeks` weeks.

    >>> one = np.ones((1, 1))
    >>> StockGap(weeks=4).order(Seen(asked=one, here=one, position=one, target=3 * one, normal=one, usual=one))
    array([[1.5]])
    """

    weeks: float = 4.0

    def __post_init__(self) -> None:
        if not self.weeks >= 1:
            raise AskError(f"StockGap.weeks is {self.weeks!r}: it must be 1 or more (1 closes the gap at once)")

    def order(self, seen: Seen) -> Floats:
        """What was asked + (target - position) / weeks, or nothing."""
        return np.maximum(seen.asked + (seen.target - seen.position) / self.weeks, 0.0)


@dataclass(frozen=True, kw_only=True)
class BaseStock:
    """Order up to the wanted position every week. Nervous: small gaps travel up the chain as large orders."""

    def order(self, seen: Seen) -> Floats:
        """What was asked + target - position, or nothing."""
        return StockGap(weeks=1.0).order(seen)


@dataclass(frozen=True, kw_only=True)
class FixedBaseStock:
    """Order up to a level that does not follow demand: the wanted position and one calm week's use.

    The textbook's base stock. What one week takes, the next orders, no more and no less, so that with backlogs
    (`unmet` and `final` both `Backlogged(lapse_per_week=0)`) nothing is ever ordered twice.
    """

    def order(self, seen: Seen) -> Floats:
        """What is usual + target - position, or nothing."""
        return np.maximum(seen.usual + (seen.target - seen.position), 0.0)


@dataclass(frozen=True, kw_only=True)
class Panic:
    """Once less than the share `below` of the normal stock stands there, want `extra` times the normal stock more."""

    below: float = 0.5
    extra: float = 1.0
    weeks: float = 4.0

    def __post_init__(self) -> None:
        if not (0 <= self.below <= 1 and self.extra >= 0 and self.weeks >= 1):
            raise AskError(f"{self!r}: below lies between 0 and 1, extra is 0 or more, weeks is 1 or more")

    def order(self, seen: Seen) -> Floats:
        """As `StockGap`, with the wanted position raised where the stock is low."""
        wanted = seen.target + np.where(seen.here < self.below * seen.normal, self.extra * seen.normal, 0.0)
        return np.maximum(seen.asked + (wanted - seen.position) / self.weeks, 0.0)
