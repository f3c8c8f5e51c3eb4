"""What opens a reserve. `Release` in the policy says how long decision and delivery then take."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError
from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Watched:
    """What a reserve's keepers see in one week, stores x scenarios.

    `struck` says whether the first disruption has begun; `cover_weeks` is the stock of the store's owner over its use;
    `tightness` what the owner's users ask over what they asked in a calm week and could be given.
    """

    struck: NDArray[np.bool_]
    cover_weeks: Floats
    tightness: Floats


class Trigger(Protocol):
    """Any rule that opens a reserve."""

    def calls(self, watched: Watched) -> NDArray[np.bool_] | Floats:
        """The share of the store that is called upon, 0 to 1 (False and True do). What was called once stays open."""
        ...


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A crisis is declared as soon as the first disruption begins."""

    def calls(self, watched: Watched) -> NDArray[np.bool_]:
        """From the first struck week."""
        return watched.struck


@dataclass(frozen=True, kw_only=True)
class CoverBelow:
    """Called when the owner's private stock falls below `days` of baseline use, in a struck world only."""

    days: float = 30.0

    def __post_init__(self) -> None:
        if not self.days > 0:
            raise AskError(f"CoverBelow.days is {self.days!r}: it must be above 0")

    def calls(self, watched: Watched) -> NDArray[np.bool_]:
        """Where the cover is too low."""
        return watched.struck & (watched.cover_weeks * 7.0 < self.days)


@dataclass(frozen=True, kw_only=True)
class Tranches:
    """Opens part by part: `steps` of (days of cover, share of the reserve open below it), in a struck world only.

    Each part waits for its own decision. What is not yet open stays in the store.

    >>> one = Watched(struck=np.ones((1, 1), bool), cover_weeks=np.full((1, 1), 6.0), tightness=np.ones((1, 1)))
    >>> Tranches(steps=((60, 0.3), (30, 1.0))).calls(one).item()
    0.3
    """

    steps: tuple[tuple[float, float], ...] = ((60.0, 0.3), (30.0, 1.0))

    def __post_init__(self) -> None:
        days, shares = ([step[part] for step in self.steps] for part in (0, 1))
        falling = all(later < earlier for earlier, later in pairwise(days))
        rising = all(later > earlier for earlier, later in pairwise([0.0, *shares]))
        if not (self.steps and falling and rising and days[-1] > 0 and shares[-1] <= 1):
            raise AskError(
                f"Tranches.steps is {self.steps!r}: give (days, share) pairs, days falling and above 0, shares rising "
                "and at most 1"
            )

    def calls(self, watched: Watched) -> Floats:
        """The share of the deepest step that the cover has passed."""
        share = np.zeros(watched.cover_weeks.shape)
        for days, opened in self.steps:
            share = np.where(watched.struck & (watched.cover_weeks * 7.0 < days), opened, share)
        return share


@dataclass(frozen=True, kw_only=True)
class PriceAbove:
    """Called when a price proxy passes `factor` times the calm price.

    The proxy is tightness to the power 1/`elasticity`: what is asked over what could be given. It is no
    forecast of prices.
    """

    factor: float = 1.5
    elasticity: float = 0.3

    def __post_init__(self) -> None:
        if not (self.factor > 1 and self.elasticity > 0):
            raise AskError(f"{self!r}: factor must be above 1 and elasticity above 0")

    def calls(self, watched: Watched) -> NDArray[np.bool_]:
        """Where the proxy is too high."""
        return watched.struck & (watched.tightness > self.tightness)

    @property
    def tightness(self) -> float:
        """Tightness at which the proxy is `factor`."""
        return float(self.factor**self.elasticity)
