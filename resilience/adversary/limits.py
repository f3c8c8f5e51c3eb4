"""What an adversary keeps to. Each limit is an object with one method, `row`; several hold together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError

Floats = NDArray[np.float64]
EXACT = 1e-9  # by which a row may be missed, beside the size of its side


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """factors @ chosen + on_harm * harm <= most, with a 0 or 1 for each cut-off, and harm and costs in one money."""

    factors: Floats
    on_harm: float
    most: float

    def allows(self, chosen: NDArray[np.bool_], harm: float) -> bool:
        """Whether a choice that does so much harm keeps to it."""
        taken = float(self.factors @ chosen)
        return taken + self.on_harm * harm <= self.most + EXACT * max(abs(taken), abs(self.most), 1e-3)


class Limit(Protocol):
    """Any limit that is a row over what is chosen and the harm it does."""

    def row(self, own: Floats, usd: float) -> Row:
        """The row, from what each cut-off costs its author; `usd` is what a unit of money is worth."""
        ...


@dataclass(frozen=True, kw_only=True)
class Count:
    """At most so many cut-offs.

    >>> Count(most=1).row(np.ones(2), 1.0).allows(np.array([True, True]), 0.0)
    False
    """

    most: int

    def __post_init__(self) -> None:
        if not self.most >= 0 or self.most % 1 != 0:
            raise AskError(f"Count.most is {self.most!r}: it must be a whole number, 0 or more")

    def row(self, own: Floats, usd: float) -> Row:
        """As `Limit` says."""
        return Row(factors=np.ones(len(own)), on_harm=0.0, most=float(self.most))


@dataclass(frozen=True, kw_only=True)
class OwnCost:
    """Lost revenue of its own of at most so much, in USD."""

    most_usd: float

    def __post_init__(self) -> None:
        if not 0 <= self.most_usd < math.inf:
            raise AskError(f"OwnCost.most_usd is {self.most_usd!r}: it must be a number, 0 or more")

    def row(self, own: Floats, usd: float) -> Row:
        """As `Limit` says."""
        return Row(factors=own, on_harm=0.0, most=self.most_usd / usd)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Harm done of at least so many times the revenue lost: `least=10` asks for ten dollars of harm for each.

    Alone it lets many cheap cut-offs pass; give a `Count` with it.
    """

    least: float

    def __post_init__(self) -> None:
        if not 0 <= self.least < math.inf:
            raise AskError(f"Ratio.least is {self.least!r}: it must be a number, 0 or more")

    def row(self, own: Floats, usd: float) -> Row:
        """As `Limit` says."""
        return Row(factors=self.least * own, on_harm=-1.0, most=0.0)
