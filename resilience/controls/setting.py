"""The world in which controls are weighed: how long, how firms behave, what the target builds and strikes back with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from resilience.controls.control import OwnProduction, Reach
from resilience.disruption import Disruption, ExportControl
from resilience.errors import AskError
from resilience.simulate import Behaviour
from resilience.simulate.behaviour import Contract, Qualify


class Retaliation(Protocol):
    """Any answer of the target to a coalition: stated, or sought by an adversary."""

    def disruptions(self, members: Collection[str]) -> Sequence[Disruption]:
        """What it imposes when these countries control."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A retaliation written down beforehand. An export control without an importer is aimed at the members.

    >>> tit = Stated(imposed=(ExportControl(good="gallium", exporter="CHN"),))
    >>> [one.importer for one in tit.disruptions(["USA", "JPN"])]
    [('JPN', 'USA')]
    """

    imposed: tuple[Disruption, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "imposed", tuple(self.imposed))

    def disruptions(self, members: Collection[str]) -> Sequence[Disruption]:
        """The same whoever controls, but for those it is aimed at."""
        at = tuple(sorted(members))
        return tuple(
            replace(one, importer=at) if isinstance(one, ExportControl) and one.importer is None else one
            for one in self.imposed
        )


BEHAVIOUR = Behaviour(switching=Qualify(weeks=26.0), rationing=Contract())


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What holds for every coalition alike.

    Buyers move to suppliers that deliver (26 weeks to qualify one) and makers serve their usual customers first, so
    that backfill comes out of spare capacity and not out of other buyers' deliveries; `behaviour` may say otherwise. A
    good or an output is said to be hit from the week on in which it loses the share `bite`.
    """

    weeks: int = 104
    behaviour: Behaviour = BEHAVIOUR
    reach: tuple[Reach, ...] = ()
    own: tuple[OwnProduction, ...] = ()
    retaliation: Retaliation | None = None
    bite: float = 0.05

    def __post_init__(self) -> None:
        for name in ("reach", "own"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        faults = [] if self.weeks >= 1 else [f"weeks is {self.weeks!r}: it must be 1 or more"]
        if not 0 < self.bite <= 1:
            faults.append(f"bite is {self.bite!r}: it is a share above 0 and at most 1")
        if faults:
            raise AskError("Controls cannot be weighed in this setting", faults)
