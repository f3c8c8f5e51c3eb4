"""What can be bought beside stock: a second source, standby capacity, a new plant.

Each measure is a value with one method, `adds`: what one of it adds to a network, in units a week of what a lane may
carry or a producer may start. A measure is bought in part (0 to 1), whole, or by the module; in part it costs, and
adds, that part. It changes no baseline week: it is there for the weeks after a disruption begins.

    size_reserve(..., measures=...)     how much of which is worth its price, beside stock and in the same budget
    with_measures(network, bought)      the network with them in place, for `simulate` and `best_response`
    until_built(scenario, ...)          the same scenario, in which what is only an option still has to be built

Costs are the analyst's. Nobody publishes what it takes to qualify a lane or to keep a plant on standby, so `note` must
say where the figures come from or, where they are assumed, why these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.disruption import Outage
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.scenario import Scenario

LIMITS = ["limit_per_week", "limit_factor"]


@dataclass(frozen=True, kw_only=True)
class Additions:
    """What one of a measure adds, in the goods' own units a week.

    `capacity` holds good, place, units; `lanes` good, origin, destination, units and the transit weeks of a lane that
    is new. None of it is there before `after_weeks` weeks of the first disruption have passed.
    """

    capacity: tuple[tuple[str, str, float], ...] = ()
    lanes: tuple[tuple[str, str, str, float, int], ...] = ()
    after_weeks: int = 0

    @property
    def goods(self) -> frozenset[str]:
        """Every good it touches."""
        return frozenset([row[0] for row in self.capacity] + [row[0] for row in self.lanes])


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


def offered(network: Network, measures: Sequence[Measure]) -> Network:
    """`network` balanced, with every lane that a measure could open, closed.

    Raises
    ------
    AskError
        If two measures share a name, or one names what the network does not have; it tells all.
    """
    network = balance(network).network
    names = [measure.name for measure in measures]
    faults = [f"two measures are called {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]
    rows: list[tuple[str, str, str, float, int]] = []
    for measure in measures:
        try:
            rows += measure.adds(network).lanes
        except AskError as error:
            faults += [f"{error.what}: {fault}" for fault in error.faults]
    if faults:
        raise AskError("These measures cannot be bought", faults)
    lanes = network.lanes
    known = set(lanes[["good", "origin", "destination"]].itertuples(index=False, name=None))
    new = {row[:3]: row[4] for row in rows if row[:3] not in known}
    if not new:
        return network
    ends = pd.DataFrame(list(new), columns=["good", "origin", "destination"])
    added = ends.assign(transit_weeks=list(new.values()), flow_per_week=0.0, limit_per_week=0.0, routes="")
    added = added.reindex(columns=lanes.columns).astype(lanes.dtypes.to_dict())
    every = pd.concat([lanes, added], ignore_index=True)
    return network.with_balanced(producers=network.producers, lanes=every)


def with_measures(network: Network, bought: Iterable[tuple[Measure, float]]) -> Network:
    """The network with so much of each measure in place: surges raised, lanes opened or widened.

    What is an option stands built; `until_built` gives the scenarios in which it is not yet.

    Raises
    ------
    AskError
        If more of a measure is bought than there is, or it does not fit the network.

    >>> network = Network.from_frames(
    ...     goods={"good": ["chip"]}, producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]},
    ...     demand={"good": ["chip"], "place": ["TWN"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]})
    >>> standby = SurgeCapacity(name="standby", good="chip", place="TWN", units_per_week=4.0, usd=9.0, usd_per_year=1.0,
    ...                         note="assumed: an example")
    >>> with_measures(network, [(standby, 0.5)]).producers["surge"].tolist()
    [1.2]
    """
    chosen = [(measure, float(extent)) for measure, extent in bought]
    wrong = [f"{extent:g} of {measure.name}: there are 0 to {measure.most}" for measure, extent in chosen
             if not 0 <= extent <= measure.most * (1 + 1e-9)]  # fmt: skip
    if wrong:
        raise AskError("These measures cannot be in place", wrong)
    network = offered(network, [measure for measure, _ in chosen])
    added = [(measure.adds(network), extent) for measure, extent in chosen]
    built = network.with_balanced(producers=_surged(network, added), lanes=_widened(network, added))
    figures = network.figures
    told = figures["column"].isin(["surge", *LIMITS])  # evidence is for what stands, not for what is bought
    return replace(built, frames={**built.frames, "figures": figures[~told].reset_index(drop=True)})


def until_built(scenario: Scenario, network: Network, bought: Iterable[tuple[Measure, float]]) -> Scenario:
    """`scenario` on a network in which options stand built: each is an outage until it could be.

    `network` is the one without measures.

    Raises
    ------
    AskError
        If the scenario gives notice: in those weeks the options would stand already.
    """
    waiting = [(added, extent) for measure, extent in bought if (added := measure.adds(network)).after_weeks and extent]
    if waiting and scenario.notice_weeks:
        raise AskError(f"Scenario {scenario.name!r} gives notice: an option cannot be shown unbuilt in those weeks")
    able = capacity(balance(network).network)
    disruptions: list[Any] = list(scenario.disruptions)
    for added, extent in waiting:
        for good, place, units in added.capacity:
            whole = able[good, place] + units * extent
            disruptions.append(
                Outage(good=good, place=place, first_week=scenario.first_week, weeks=added.after_weeks,
                       lost=units * extent / whole)
            )  # fmt: skip
            able[good, place] = whole
    return replace(scenario, disruptions=tuple(disruptions))


def capacity(network: Network) -> dict[tuple[str, str], float]:
    """Most that each producer of a balanced network can start a week, by good and place."""
    makers = network.producers
    able = makers["output_per_week"] * makers["surge"]
    return dict(zip(makers[["good", "place"]].itertuples(index=False, name=None), able, strict=True))


def _surged(network: Network, added: Sequence[tuple[Additions, float]]) -> pd.DataFrame:
    makers = network.producers
    keys = pd.MultiIndex.from_frame(makers[["good", "place"]])
    more = pd.Series(0.0, index=keys)
    for additions, extent in added:
        for good, place, units in additions.capacity:
            more[good, place] += units * extent
    output = makers["output_per_week"].to_numpy()
    raised = np.divide(more.to_numpy(), output, out=np.zeros(len(makers)), where=output > 0)
    return makers.assign(surge=makers["surge"] + raised)


def stated_limit(lanes: pd.DataFrame) -> pd.Series:
    """Most that each lane of a balanced network may carry a week, whatever its origin makes; NaN where none is said."""
    factor = lanes["limit_factor"] * lanes["flow_per_week"]
    said = lanes["limit_per_week"].where(lanes["limit_per_week"] <= factor, factor.fillna(lanes["limit_per_week"]))
    return said.where(said.isna() | (said >= lanes["flow_per_week"]), lanes["flow_per_week"])


def _widened(network: Network, added: Sequence[tuple[Additions, float]]) -> pd.DataFrame:
    """Lanes whose stated limit is that much higher; one without a stated limit carries all its origin makes anyway."""
    lanes = network.lanes
    more = pd.Series(0.0, index=pd.MultiIndex.from_frame(lanes[["good", "origin", "destination"]]))
    for additions, extent in added:
        for good, origin, destination, units, _ in additions.lanes:
            more[good, origin, destination] += units * extent
    wider = more.to_numpy() > 0
    limit = stated_limit(lanes) + more.to_numpy()
    return lanes.assign(
        limit_per_week=lanes["limit_per_week"].where(~wider, limit),
        limit_factor=lanes["limit_factor"].where(~wider, np.nan),
    )


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
