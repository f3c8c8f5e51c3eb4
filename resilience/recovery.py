"""How a disruption fades once its full weeks are over. Each choice is an object with one method.

`remaining(after)` gives the share of the disruption that is left `after` weeks (1, 2, ...) past its last full week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError

Floats = NDArray[np.float64]


class Recovery(Protocol):
    """Any shape of recovery."""

    def remaining(self, after: Floats) -> Floats:
        """Share of the disruption left, 0 to 1, never rising, `after` weeks past its last full week."""
        ...


@dataclass(frozen=True, kw_only=True)
class Step:
    """All is back the week after.

    >>> Step().remaining(np.array([1.0, 2.0]))
    array([0., 0.])
    """

    def remaining(self, after: Floats) -> Floats:
        """Nothing is left."""
        return np.zeros_like(after)


@dataclass(frozen=True, kw_only=True)
class Linear:
    """An equal part comes back each week; all is back after `weeks`.

    >>> Linear(weeks=4).remaining(np.array([1.0, 2.0, 4.0, 9.0]))
    array([0.75, 0.5 , 0.  , 0.  ])
    """

    weeks: float

    def __post_init__(self) -> None:
        _positive("Linear", "weeks", self.weeks)

    def remaining(self, after: Floats) -> Floats:
        """A straight line to nothing."""
        return np.clip(1.0 - after / self.weeks, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Exponential:
    """Half of what is lost comes back every `half_life_weeks`; it is never wholly over.

    >>> Exponential(half_life_weeks=2).remaining(np.array([2.0, 4.0]))
    array([0.5 , 0.25])
    """

    half_life_weeks: float

    def __post_init__(self) -> None:
        _positive("Exponential", "half_life_weeks", self.half_life_weeks)

    def remaining(self, after: Floats) -> Floats:
        """A half for each half-life."""
        return np.asarray(0.5 ** (after / self.half_life_weeks), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class SCurve:
    """Slow, then fast, then slow (the smoothstep polynomial); all is back after `weeks`.

    >>> SCurve(weeks=4).remaining(np.array([1.0, 2.0, 4.0]))
    array([0.84375, 0.5    , 0.     ])
    """

    weeks: float

    def __post_init__(self) -> None:
        _positive("SCurve", "weeks", self.weeks)

    def remaining(self, after: Floats) -> Floats:
        """One less 3 x^2 - 2 x^3, with x the part of `weeks` gone by."""
        gone = np.clip(after / self.weeks, 0.0, 1.0)
        return np.asarray(1.0 - gone * gone * (3.0 - 2.0 * gone), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Series:
    """The share left in the first, second, ... week after, as reported; nothing after the last.

    >>> Series(left=(0.5, 0.2)).remaining(np.array([1.0, 2.0, 3.0]))
    array([0.5, 0.2, 0. ])
    """

    left: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", tuple(float(part) for part in self.left))
        if any(not 0 <= part <= 1 for part in self.left):
            raise AskError(f"Series.left is {self.left}: each share must lie between 0 and 1")

    def remaining(self, after: Floats) -> Floats:
        """The reported shares in turn."""
        known = np.array([*self.left, 0.0])
        return np.asarray(known[np.minimum(np.ceil(after).astype(int) - 1, len(self.left))], dtype=np.float64)


def _positive(what: str, name: str, value: float) -> None:
    if not value > 0:
        raise AskError(f"{what}.{name} is {value!r}: it must be above 0 (use Step() for an immediate return)")
