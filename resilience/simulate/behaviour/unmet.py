"""What becomes of an order between firms that was not filled. Final demand that is not met is lost, as the
program has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats


class Unmet(Protocol):
    """Any fate of unfilled orders."""

    def carry(self, unfilled: Floats) -> Floats:
        """What still stands of `unfilled` next week, lanes x scenarios."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lost:
    """An unfilled order lapses; the gap it leaves is ordered anew."""

    def carry(self, unfilled: Floats) -> Floats:
        """Nothing."""
        return np.zeros_like(unfilled)


@dataclass(frozen=True, kw_only=True)
class Backlogged:
    """An unfilled order stays on the supplier's books; the share `lapse_per_week` of the books is withdrawn each week.

    With `lapse_per_week=0` a customer goes on counting on a lane that may never open again.
    """

    lapse_per_week: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.lapse_per_week <= 1:
            raise AskError(f"Backlogged.lapse_per_week is {self.lapse_per_week!r}: it must lie between 0 and 1")

    def carry(self, unfilled: Floats) -> Floats:
        """All but what is withdrawn."""
        return (1.0 - self.lapse_per_week) * unfilled
