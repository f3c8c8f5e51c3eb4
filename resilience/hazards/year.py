"""How many events of which hazards a year has, and how the years to be tried are chosen.

Given the state of the world (the common causes), hazards come independently, each as a Poisson process. So a year has
N events, N Poisson with the sum of the rates, and each is of hazard h with the chance rate_h / sum. Years without an
event need no drawing: their chance is known exactly. Every method therefore draws disturbed years only, and its
weights add up to their chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError
from resilience.hazards.distribution import nth

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class YearLaw:
    """`chance` of each state of the world (states), and the `rates` of the hazards `names` in each (states x
    hazards).
    """

    names: tuple[str, ...]
    chance: Floats
    rates: Floats

    def __post_init__(self) -> None:
        if not self.rates.sum() > 0:
            raise AskError("No hazard comes by itself: every rate_per_year is 0. Give at least one a rate above 0")

    def at_least(self, events: int) -> float:
        """Chance of a year with at least so many events."""
        return math.fsum(self._tails(events))

    def exactly_one(self) -> Floats:
        """Chance of a year with one event, by the hazard it is of."""
        total = self.rates.sum(axis=1)
        return np.asarray((self.chance * np.exp(-total)) @ self.rates, dtype=np.float64)

    def state(self, chance: float, least: int = 1, most: int | None = None) -> int:
        """The state of a year that has `least` to `most` events, at a chance."""
        tails = self._tails(least) if most is None else self._tails(least) - self._tails(most + 1)
        return nth(np.cumsum(np.maximum(tails, 0.0)), chance)

    def count(self, state: int, chance: float, events: int = 1) -> int:
        """How many events a year of this state has, if it has at least `events`, at a chance."""
        rate = float(self.rates[state].sum())
        below, term = 0.0, math.exp(-rate)
        for number in range(events):
            below += term
            term *= rate / (number + 1)
        target, number = below + chance * (1.0 - below), events
        while below + term <= target and term > 1e-300:
            below += term
            number += 1
            term *= rate / number
        return number

    def hazard(self, state: int, chance: float) -> int:
        """Which hazard an event in this state is of, at a chance."""
        return nth(np.cumsum(self.rates[state]), chance)

    def _tails(self, events: int) -> Floats:
        """Chance of each state together with at least `events` events."""
        total = self.rates.sum(axis=1)
        if events == 1:
            return np.asarray(-self.chance * np.expm1(-total), dtype=np.float64)
        fewer = sum(np.exp(-total) * total**number / math.factorial(number) for number in range(events))
        return np.asarray(self.chance * np.maximum(1.0 - fewer, 0.0), dtype=np.float64)
