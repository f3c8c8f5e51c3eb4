"""The world in which controls are weighed: how long, how firms behave, what the target builds and strikes back with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from resilience.controls.control import OwnProduction, Reach
from resilience.disruption import Disruption, ExportControl, Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.simulate import Behaviour
from resilience.simulate.behaviour import Contract, Qualify


class Retaliation(Protocol):
    """Any answer of the target to a coalition: stated, or sought by an adversary."""

    def disruptions(self, network: Network, members: Collection[str]) -> Sequence[Disruption]:
        """What it imposes when these countries control."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A retaliation written down beforehand.

    An export control without an importer is aimed at those members that buy what it stops, and at nobody else.
    """

    imposed: tuple[Disruption, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "imposed", tuple(self.imposed))

    def disruptions(self, network: Network, members: Collection[str]) -> Sequence[Disruption]:
        """The same whoever controls, but for those it is aimed at."""
        found: list[Disruption] = []
        for one in self.imposed:
            if not isinstance(one, ExportControl) or one.importer is not None:
                found.append(one)
            elif at := tuple(sorted(_buyers(network, one) & set(members))):
                found.append(replace(one, importer=at))
        return tuple(found)


def _buyers(network: Network, control: ExportControl) -> set[str]:
    """The countries whose lanes a control without an importer closes."""
    shock = Shock.none(network, 1)
    replace(control, first_week=1, weeks=1, licensed=0.0, leaked=0.0).strike(shock)
    ends = network.lanes["destination"][shock.open[:, 0] < 1.0]
    return set(ends.map(network.places.set_index("place")["country"]))


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
