"""How users move their orders between suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats, Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """The suppliers of every stock point (its own producer and its lanes), with what each filled last week.

    `share` (sources x scenarios) is the part of the point's order each gets now; `usual` (sources x 1) in a calm week;
    `filled` the part of that order it met; `point` whose supplier it is; `sums` adds sources up by point.
    """

    share: Floats
    usual: Floats
    filled: Floats
    point: Whole
    sums: Any  # scipy.sparse.csc_matrix, points x sources


class Switching(Protocol):
    """Any way to move orders."""

    def shares(self, sources: Sources) -> Floats:
        """Next week's shares; those of one point add up to one where they did."""
        ...


@dataclass(frozen=True, kw_only=True)
class Loyal:
    """Shares stay as in a calm week."""

    def shares(self, sources: Sources) -> Floats:
        """What they are."""
        return sources.share


@dataclass(frozen=True, kw_only=True)
class Qualify:
    """Each week 1/`weeks` of the way to the shares that would match what each supplier delivers; and back likewise.

    Only suppliers of the calm week take part: a new one has to be a lane of the network with some flow.
    """

    weeks: float = 26.0

    def __post_init__(self) -> None:
        if not self.weeks >= 1:
            raise AskError(f"Qualify.weeks is {self.weeks!r}: it must be 1 or more")

    def shares(self, sources: Sources) -> Floats:
        """A step toward usual share times what is filled, scaled to one."""
        reliable = sources.usual * sources.filled
        total = (sources.sums @ reliable)[sources.point]
        sought = np.divide(reliable, total, out=sources.usual + np.zeros_like(total), where=total > 0)
        moved: Floats = sources.share + (sought - sources.share) / self.weeks
        return moved
