"""What becomes of what was asked and not given: orders between firms, and final demand.

Either may lapse or wait. What waits is asked for again, beside what is new. Value at stake in final demand is lost when
a unit is not served in the week it is wanted, as the program has it; serving it late takes a unit and gives nothing
back, so what is new goes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats


class Unmet(Protocol):
    """Any fate of what was not filled."""

    def carry(self, unfilled: Floats) -> Floats:
        """What still stands of `unfilled` next week, rows x scenarios."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What is not filled lapses; the gap that an order leaves is ordered anew."""

    def carry(self, unfilled: Floats) -> Floats:
        """Nothing."""
        return np.zeros_like(unfilled)


@dataclass(frozen=True, kw_only=True)
class Backlogged:
    """What is not filled stays on the supplier's books: a lane's origin, a maker, who sells to final users.

    The share `lapse_per_week` of the books is withdrawn each week.

    With `lapse_per_week=0` a customer goes on counting on a lane that may never open again.
    """

    lapse_per_week: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.lapse_per_week <= 1:
            raise AskError(f"Backlogged.lapse_per_week is {self.lapse_per_week!r}: it must lie between 0 and 1")

    def carry(self, unfilled: Floats) -> Floats:
        """All but what is withdrawn."""
        return (1.0 - self.lapse_per_week) * unfilled
