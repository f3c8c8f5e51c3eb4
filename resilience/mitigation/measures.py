"""Measures. Each is a value with one method, `adds`: what one of it adds to a network.

It adds units a week of what a lane may carry or a producer may start, or a good that can stand in for another. A
measure is bought in part (0 to 1), whole, or by the module; in part it costs, and adds, that part. It changes no
baseline week: it is there for the weeks after a disruption begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from resilience.errors import AskError, near
from resilience.network import FINAL, Network

Swap = tuple[str, str, str, float, float, float]  # user, input, substitute, units, most, qualify_weeks


@dataclass(frozen=True, kw_only=True)
class Additions:
    """What one of a measure adds, in the goods' own units a week.

    `capacity` holds good, place, units; `lanes` good, origin, destination, units and the transit weeks of a lane that
    is new; `swaps` rows as a network's `substitutes` has them, in place of its own for the same user, input and
    substitute. None of it is there before `after_weeks` weeks of the first disruption have passed.
    """

    capacity: tuple[tuple[str, str, float], ...] = ()
    lanes: tuple[tuple[str, str, str, float, int], ...] = ()
    swaps: tuple[Swap, ...] = ()
    after_weeks: int = 0

    @property
    def goods(self) -> frozenset[str]:
        """Every good it touches."""
        swapped = [name for row in self.swaps for name in row[:3] if name != FINAL]
        return frozenset([row[0] for row in self.capacity] + [row[0] for row in self.lanes] + swapped)


class Measure(Protocol):
    """Anything that can be bought beside stock."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def usd(self) -> float:
        """What one costs to set up; the budget counts it."""
        ...

    @property
    def usd_per_year(self) -> float:
        """What one costs a year: capital charge and upkeep."""
        ...

    @property
    def note(self) -> str:
        """Where the costs come from, or why they are assumed."""
        ...

    @property
    def most(self) -> int:
        """How many can be bought."""
        ...

    @property
    def whole(self) -> bool:
        """Whether only whole ones can."""
        ...

    def adds(self, network: Network) -> Additions:
        """What one adds; raises `AskError` with every name that `network` does not know."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Priced:
    """What all measures have: a name, what one costs at once and by the year, and who says so."""

    name: str
    usd: float
    usd_per_year: float
    note: str

    counted: ClassVar[tuple[str, ...]] = ("usd", "usd_per_year")  # fields that are 0 or more

    def __post_init__(self) -> None:
        faults = [] if self.name else ["name is empty"]
        faults += [
            f"{key} is {getattr(self, key)!r}: it must be 0 or more"
            for key in self.counted
            if not 0 <= getattr(self, key) < math.inf
        ]
        if not self.note:
            faults.append("note is empty: say where its costs come from or, where they are assumed, why these")
        faults += self._faults()
        if faults:
            raise AskError(f"{type(self).__name__} {self.name!r} cannot be as described", faults)

    def _faults(self) -> list[str]:
        units = getattr(self, "units_per_week", 1.0)
        return [] if 0 < units < math.inf else [f"units_per_week is {units!r}: it must be above 0"]


@dataclass(frozen=True, kw_only=True)
class SecondSource(_Priced):
    """Qualify one maker's good at each of `destinations`, for up to `units_per_week` more to each.

    The lane may be new to the network: it then takes `transit_weeks` and carries nothing in a calm week. One that a
    control or a closure narrows carries its share of the calm week's flow, as every lane does, and so nothing of this.
    It moves what the maker can make; that a maker has anything to spare, its surge must allow or a measure add.

    In simulation, firms order from the suppliers of the calm week alone: a lane that carries nothing then is used by
    the program, which may send anything anywhere, and by no rule of behaviour that ships here.
    """

    good: str
    origin: str
    destinations: tuple[str, ...]
    units_per_week: float
    transit_weeks: int = 0
    whole: bool = False

    counted: ClassVar[tuple[str, ...]] = (*_Priced.counted, "transit_weeks")

    def __post_init__(self) -> None:
        given: Any = self.destinations
        object.__setattr__(self, "destinations", (given,) if isinstance(given, str) else tuple(given))
        super().__post_init__()

    @property
    def most(self) -> int:
        """One."""
        return 1

    def adds(self, network: Network) -> Additions:
        """So many units on each lane."""
        points = network.points
        users = set(points.loc[points["good"] == self.good, "place"])
        faults = _no_maker(network, self.good, self.origin, key="origin")
        if not faults:
            faults = [
                f"nobody at destination {place!r} uses {self.good}. {near(place, users - {self.origin})}"
                for place in self.destinations
                if place not in users or place == self.origin
            ]
        _refuse(self, faults if self.destinations else [*faults, "destinations names nowhere"])
        lanes = [
            (self.good, self.origin, place, self.units_per_week, self.transit_weeks) for place in self.destinations
        ]
        return Additions(lanes=tuple(lanes))


@dataclass(frozen=True, kw_only=True)
class SurgeCapacity(_Priced):
    """Standby capacity at a producer: it can start `units_per_week` more than its surge allows, while inputs last.

    A disruption that closes a share of the plant closes that share of this too. Its tools wear with those of the plant.
    """

    good: str
    place: str
    units_per_week: float
    whole: bool = False

    @property
    def most(self) -> int:
        """One."""
        return 1

    def adds(self, network: Network) -> Additions:
        """So many units at the plant."""
        _refuse(self, _no_maker(network, self.good, self.place))
        return Additions(capacity=((self.good, self.place, self.units_per_week),))


@dataclass(frozen=True, kw_only=True)
class NewCapacity(_Priced):
    """Up to `modules` plants of `units_per_week` each, beside one that makes the good at that place already.

    With `build_weeks` 0 they are bought in advance and stand from the start, idle in a calm year. Otherwise an option
    is bought (site, permits, tools on order), and what it stands for makes nothing until `build_weeks` after the first
    disruption; what exercising it costs is not counted, so state its expected value within `usd_per_year`. Costs are of
    one module.

    Do not use it for a place that makes none of the good: the network knows no inputs and no lanes for such a plant.
    State it as a producer with a small output of its own, with its lanes, and add to that.
    """

    good: str
    place: str
    units_per_week: float
    modules: int = 1
    build_weeks: int = 0

    counted: ClassVar[tuple[str, ...]] = (*_Priced.counted, "build_weeks")

    def _faults(self) -> list[str]:
        few = self.modules < 1 or self.modules % 1 != 0
        return super()._faults() + ([f"modules is {self.modules!r}: a whole number, 1 or more"] if few else [])

    @property
    def most(self) -> int:
        """All its modules."""
        return self.modules

    @property
    def whole(self) -> bool:
        """Half a plant makes nothing."""
        return True

    def adds(self, network: Network) -> Additions:
        """One module at the plant."""
        _refuse(self, _no_maker(network, self.good, self.place))
        return Additions(capacity=((self.good, self.place, self.units_per_week),), after_weeks=self.build_weeks)


@dataclass(frozen=True, kw_only=True)
class SubstituteQualified(_Priced):
    """A substitute made ready: `substitute` can then stand in for `input` where makers of `user` consume it.

    With `user` "final" it stands in for the finished good `input`. `units` of it do the work of one; of a normal week's
    need it meets at most the `share`, reached by equal steps over `qualify_weeks` weeks from the first disruption; 0:
    at once. It comes whole: approved or not. Where the network's `substitutes` has the pair already, what is bought is
    to have it sooner, or for more of the need. The substitute itself must be there: made or held at the user's place,
    or shipped to it by a lane.

    In simulation, firms use substitutes only under a rule that does, such as `Qualified`.
    """

    user: str
    input: str
    substitute: str
    units: float = 1.0
    share: float = 1.0
    qualify_weeks: float = 0.0

    counted: ClassVar[tuple[str, ...]] = (*_Priced.counted, "qualify_weeks")

    def _faults(self) -> list[str]:
        few = [] if 0 < self.units < math.inf else [f"units is {self.units!r}: it must be above 0"]
        wide = [] if 0 < self.share <= 1 else [f"share is {self.share!r}: it must lie above 0 and at most at 1"]
        return few + wide

    @property
    def most(self) -> int:
        """One."""
        return 1

    @property
    def whole(self) -> bool:
        """Half an approval is none."""
        return True

    def adds(self, network: Network) -> Additions:
        """The pair, on these terms."""
        _refuse(self, _no_pair(network, self.user, self.input, self.substitute) or self._no_better(network))
        terms = (self.user, self.input, self.substitute, self.units, self.share, float(self.qualify_weeks))
        return Additions(swaps=(terms,))

    def _no_better(self, network: Network) -> list[str]:
        """Why the pair that the network has cannot be bettered, if it has it and it cannot."""
        swaps = network.substitutes
        same = (swaps["user"] == self.user) & (swaps["input"] == self.input)
        found = []
        for row in swaps[same & (swaps["substitute"] == self.substitute)].itertuples():
            units, most, weeks = (float(getattr(row, key)) for key in ("units", "most", "qualify_weeks"))
            stands = f"{self.substitute} stands in for {self.input} in {self.user} already"
            if units != self.units:
                found.append(f"{stands}, at {units:g} units for one: give units = {units:g}")
            if self.share < most or self.qualify_weeks > weeks or (self.share, self.qualify_weeks) == (most, weeks):
                found.append(
                    f"{stands}, for the share {most:g} in {weeks:g} weeks: state a larger share or fewer weeks, and "
                    "neither worse"
                )
        return found


def _no_pair(network: Network, user: str, taken: str, substitute: str) -> list[str]:
    """Why one good cannot stand in for another, if it cannot."""
    goods, makers, needs = set(network.goods["good"]), set(network.producers["good"]), network.needs
    asked = {taken, substitute} | ({user} - {FINAL})
    strange = [f"no good {name!r}. {near(name, goods)}" for name in sorted(asked - goods)]
    if strange:
        return strange
    found = [f"{taken} would stand in for itself: name another good"] if taken == substitute else []
    if substitute not in makers:
        found.append(f"nobody makes {substitute}")
    if user == FINAL:
        wanted = set(network.demand["good"])
        return found + ([] if taken in wanted else [f"nobody wants {taken}: it has no demand. {near(taken, wanted)}"])
    mine = needs[(needs["good"] == user) & (needs["kind"] == "consumed")]
    if taken not in set(mine["input"]):
        found.append(f"{user} consumes no {taken}. {near(taken, mine['input'])}")
    return found


def _no_maker(network: Network, good: str, place: str, *, key: str = "place") -> list[str]:
    """Why a producer cannot be added to, if it cannot."""
    goods, makers = network.goods["good"], network.producers
    if good not in set(goods):
        return [f"no good {good!r}. {near(good, goods)}"]
    mine = makers[makers["good"] == good]
    here = mine[mine["place"] == place]
    if here.empty:
        return [f"nobody at {key} {place!r} makes {good}. {near(place, mine['place'])}"]
    if (here["output_per_week"] == 0).all():
        return [f"{key} {place!r} makes no {good} in a calm week. Give it a small output and its lanes"]
    return []


def _refuse(measure: Measure, faults: Sequence[str]) -> None:
    if faults:
        raise AskError(f"{type(measure).__name__} {measure.name!r} does not fit the network", faults)
