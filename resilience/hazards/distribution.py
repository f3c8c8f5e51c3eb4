"""How hard and how long: distributions as value objects with one method.

`at(chance)` gives the value that is not exceeded with that chance (the quantile, 0 to 1). One number between 0 and 1
thus makes one value, so that random, stratified and Sobol points all work, and a point moved a little moves the value
a little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import betaincinv, ndtri

from resilience.errors import AskError


class Distribution(Protocol):
    """Anything that turns a chance into a value."""

    def at(self, chance: float) -> float:
        """The value not exceeded with `chance`; it never falls as `chance` rises."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Always `value`.

    >>> Fixed(value=4.0).at(0.9)
    4.0
    """

    value: float

    def at(self, chance: float) -> float:
        """The value, whatever the chance."""
        return self.value


@dataclass(frozen=True, kw_only=True)
class Triangular:
    """From `low` to `high`, most likely near `mode`. It says least where only a range and a best guess are known.

    >>> Triangular(low=0, mode=0, high=4).at(0.75)
    2.0
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not (self.low <= self.mode <= self.high and math.isfinite(self.high - self.low)):
            raise AskError(
                f"Triangular({self.low}, {self.mode}, {self.high}): low, mode and high must stand in this order"
            )

    def at(self, chance: float) -> float:
        """The quantile: a square root on either side of the mode."""
        width, rise = self.high - self.low, self.mode - self.low
        if chance * width <= rise:
            return self.low + math.sqrt(chance * width * rise)
        return self.high - math.sqrt((1.0 - chance) * width * (self.high - self.mode))


@dataclass(frozen=True, kw_only=True)
class LogNormal:
    """Half the values lie below `median`; `spread` is the standard deviation of the logarithm. Values above `most`
    become `most`.

    >>> LogNormal(median=8, spread=1).at(0.5)
    8.0
    >>> LogNormal(median=8, spread=1, most=10.0).at(0.99)
    10.0
    """

    median: float
    spread: float
    most: float = math.inf

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.median < math.inf:
            faults.append(f"median is {self.median!r}: it must be above 0")
        if not 0 <= self.spread < math.inf:
            faults.append(f"spread is {self.spread!r}: it must be 0 or more")
        if not self.most > 0:
            faults.append(f"most is {self.most!r}: it must be above 0")
        if faults:
            raise AskError("LogNormal cannot be as described", faults)

    def at(self, chance: float) -> float:
        """The quantile: the median times e to the `spread` normal quantiles."""
        if self.spread == 0:
            return min(self.median, self.most)
        if chance <= 0:
            return 0.0
        power = self.spread * float(ndtri(chance))
        return min(self.median * math.exp(min(power, 700.0)), self.most)


@dataclass(frozen=True, kw_only=True)
class Beta:
    """A share between `low` and `high`, its mean at alpha / (alpha + beta) of the way. Both below 1: mostly slight or
    total.

    >>> Beta(alpha=1, beta=1).at(0.25)
    0.25
    """

    alpha: float
    beta: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        faults = []
        if not (self.alpha > 0 and self.beta > 0):
            faults.append(f"alpha is {self.alpha!r} and beta {self.beta!r}: both must be above 0")
        if not self.low <= self.high:
            faults.append(f"low is {self.low!r}, above high, {self.high!r}")
        if faults:
            raise AskError("Beta cannot be as described", faults)

    def at(self, chance: float) -> float:
        """The quantile, by the inverse of the incomplete beta function."""
        seen = max(chance, 2.0**-60)  # finer than any generator draws; for some smaller ones the inverse answers NaN
        return self.low + (self.high - self.low) * float(betaincinv(self.alpha, self.beta, seen))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of `values`, in rising order, each with its weight (all alike if left out).

    >>> Choice(values=(4, 12, 26), weights=(5, 3, 2)).at(0.6)
    12
    """

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "weights", tuple(self.weights) or (1.0,) * len(self.values))
        faults = []
        if not self.values or list(self.values) != sorted(self.values):
            faults.append(f"values are {self.values}: at least one, in rising order")
        if len(self.weights) != len(self.values) or min(self.weights, default=0) < 0 or not sum(self.weights) > 0:
            faults.append(f"weights are {self.weights}: one for each value, 0 or more, not all 0")
        if faults:
            raise AskError("Choice cannot be as described", faults)

    def at(self, chance: float) -> float:
        """The first value whose weights so far pass the chance."""
        return self.values[nth(np.cumsum(self.weights), chance)]


DISTRIBUTIONS: Mapping[str, type] = {
    "fixed": Fixed,
    "triangular": Triangular,
    "log_normal": LogNormal,
    "beta": Beta,
    "choice": Choice,
}


def nth(running: np.ndarray, chance: float) -> int:
    """Which of some weighted things a chance falls on; `running` are their weights added up, not all 0.

    >>> nth(np.array([1.0, 1.0, 4.0]), 0.25)
    2
    """
    reached = int(np.searchsorted(running, chance * running[-1], side="right"))
    return min(reached, int(np.searchsorted(running, running[-1], side="left")))
