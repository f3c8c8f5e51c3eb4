"""When a disruption holds and how it fades: what all kinds of disruptions have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from resilience.disruption.selected import Names, named
from resilience.disruption.shock import Shock
from resilience.errors import AskError
from resilience.recovery import Floats, Recovery, Step

AT_ONCE = Step()


class Disruption(Protocol):
    """Anything that can strike a network."""

    @property
    def first_week(self) -> int:
        """The week it begins, counted from 1."""
        ...

    def strike(self, shock: Shock) -> None:
        """Write this disruption's mark on the arrays of `shock`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Spell:
    """When a disruption holds, and how it fades."""

    first_week: int = 1
    weeks: float = 4
    recovery: Recovery = AT_ONCE

    shares: ClassVar[tuple[str, ...]] = ()
    amounts: ClassVar[tuple[str, ...]] = ()
    delays: ClassVar[tuple[str, ...]] = ()
    selectors: ClassVar[tuple[str, ...]] = ("good", "tier", "place", "country", "bloc")

    def __post_init__(self) -> None:
        for name in self.selectors:  # a list, as TOML and notebooks write it, would not compare or hash
            if isinstance(getattr(self, name), list | set | frozenset):
                object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=str)))
        faults = [
            f"{name} is {given!r}: it must be a name or several names"
            for name, given in ((name, getattr(self, name)) for name in self.selectors)
            if given is not None and not _names(given)
        ]
        if not self.first_week >= 1 or self.first_week % 1 != 0:
            faults.append(f"first_week is {self.first_week!r}: weeks count from 1, in whole weeks")
        if not self.weeks >= 0:
            faults.append(f"weeks is {self.weeks!r}: it must be 0 or more")
        faults += [
            f"{name} is {getattr(self, name)!r}: it is a share and must lie between 0 and 1"
            for name in self.shares
            if not 0 <= getattr(self, name) <= 1
        ]
        faults += [
            f"{name} is {getattr(self, name)!r}: it must be 0 or more"
            for name in self.amounts
            if not 0 <= getattr(self, name) < math.inf
        ]
        faults += [
            f"{name} is {getattr(self, name)!r}: it must be a whole number of weeks, 0 or more"
            for name in self.delays
            if not getattr(self, name) >= 0 or getattr(self, name) % 1 != 0
        ]
        faults += [
            f"{name} names nothing: leave it out to mean all"
            for name in self.selectors
            if _names(getattr(self, name)) and not named(getattr(self, name))
        ]
        if faults:
            raise AskError(f"{type(self).__name__} cannot be as described", faults)

    def severity(self, horizon: int) -> Floats:
        """Share of the disruption in force in each week, 0 to 1. Shape (horizon,). A broken week counts in part."""
        after = np.arange(1, horizon + 1) - float(self.first_week - 1) - float(self.weeks)
        inside = np.clip(1.0 - after, 0.0, 1.0) * (np.arange(1, horizon + 1) >= self.first_week)
        fading = np.where(after > 0, self.recovery.remaining(np.maximum(after, 1e-9)), 0.0)
        return np.asarray(np.maximum(inside, fading), dtype=np.float64)


def _names(given: object) -> bool:
    return isinstance(given, str) or (isinstance(given, tuple) and all(isinstance(name, str) for name in given))


@dataclass(frozen=True, kw_only=True)
class LocalSpell(Spell):
    """A spell that strikes rows with a good and a place: which of them."""

    good: Names = None
    tier: Names = None
    place: Names = None
    country: Names = None
    bloc: Names = None
