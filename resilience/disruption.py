"""What can go wrong: each disruption is a value object whose one method, `strike`, writes its mark on a `Shock`.

Weeks count from 1. A disruption holds in full from `first_week` for `weeks` weeks, then fades as its recovery says.
Selectors (`good`, `tier`, `place`, `country`, `bloc`, ...) take one name or a tuple of names; all that are given must
hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields, replace
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.errors import AskError, near
from resilience.network import Network
from resilience.recovery import Floats, Recovery, Step

AT_ONCE = Step()

Names = str | tuple[str, ...] | None
Rows = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shock:
    """What a scenario does to one network over its weeks: an array of rows x weeks for each thing that can change.

    `left` is the share of each producer's capacity left; `open` the share of each lane's baseline flow that may pass
    (1: up to its limit); `added` whole weeks of extra transit; `wanted` a multiple of each demand; `lost` the share of
    each stock point's stock lost that week; `hoarded` the extra weeks of stock each point's users try to hold. Rows
    follow the network's own tables. `found` remembers which rows selectors meant.
    """

    network: Network
    points: pd.DataFrame
    weeks: int
    left: Floats
    open: Floats
    added: Floats
    wanted: Floats
    lost: Floats
    hoarded: Floats
    found: dict[Hashable, Rows] = field(default_factory=dict, repr=False)

    def rows(self, disruption: _Spell, choose: Callable[[], np.ndarray]) -> Rows:
        """The rows that `choose` picks for a disruption with these selectors, worked out once for each slate.

        Ten thousand drawn years strike the same few hundred targets again and again, and to look one up in the
        tables takes longer than to simulate the year.
        """
        key = (type(disruption), *(getattr(disruption, name) for name in disruption.selectors))
        if key not in self.found:
            self.found[key] = np.flatnonzero(choose())
        return self.found[key]

    @classmethod
    def none(cls, network: Network, weeks: int) -> Shock:
        """The calm: nothing is lost, closed, late, surged or hoarded."""
        points = network.points
        makers, lanes, demand = len(network.producers), len(network.lanes), len(network.demand)
        return cls(
            network=network,
            points=points,
            weeks=weeks,
            left=np.ones((makers, weeks)),
            open=np.ones((lanes, weeks)),
            added=np.zeros((lanes, weeks)),
            wanted=np.ones((demand, weeks)),
            lost=np.zeros((len(points), weeks)),
            hoarded=np.zeros((len(points), weeks)),
        )

    def again(self) -> Shock:
        """The calm of the same network over the same weeks, which shares what is remembered of selectors."""
        return replace(
            self,
            left=np.ones_like(self.left),
            open=np.ones_like(self.open),
            added=np.zeros_like(self.added),
            wanted=np.ones_like(self.wanted),
            lost=np.zeros_like(self.lost),
            hoarded=np.zeros_like(self.hoarded),
        )

    def within(self, part: Network) -> Shock:
        """What this does to a part of its network, as `Network.only` gives it, where selectors may hit nothing."""
        if part is self.network:
            return self
        goods = set(part.goods["good"])
        network = self.network
        makers, lanes, demand = (
            frame["good"].isin(goods).to_numpy() for frame in (network.producers, network.lanes, network.demand)
        )
        keys = (pd.MultiIndex.from_frame(points[["good", "place"]]) for points in (self.points, part.points))
        points = next(keys).get_indexer(next(keys))  # a part also lacks points whose only users it leaves out
        return Shock(
            network=part,
            points=part.points,
            weeks=self.weeks,
            left=self.left[makers],
            open=self.open[lanes],
            added=self.added[lanes],
            wanted=self.wanted[demand],
            lost=self.lost[points],
            hoarded=self.hoarded[points],
        )


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
class _Spell:
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
                object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        faults = []
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
            if getattr(self, name) is not None and not _names(getattr(self, name))
        ]
        if faults:
            raise AskError(f"{type(self).__name__} cannot be as described", faults)

    def severity(self, horizon: int) -> Floats:
        """Share of the disruption in force in each week, 0 to 1. Shape (horizon,). A broken week counts in part."""
        after = np.arange(1, horizon + 1) - (self.first_week - 1) - self.weeks
        inside = np.clip(1.0 - after, 0.0, 1.0) * (np.arange(1, horizon + 1) >= self.first_week)
        fading = np.where(after > 0, self.recovery.remaining(np.maximum(after, 1e-9)), 0.0)
        return np.asarray(np.maximum(inside, fading), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class _Local(_Spell):
    """A spell that strikes rows with a good and a place: which of them."""

    good: Names = None
    tier: Names = None
    place: Names = None
    country: Names = None
    bloc: Names = None


@dataclass(frozen=True, kw_only=True)
class Outage(_Local):
    """Producers lose the share `lost` of their capacity.

    >>> Outage(good="gallium", country="CHN", lost=1.0, weeks=26)
    Outage(first_week=1, weeks=26, recovery=Step(),
           good='gallium', tier=None, place=None, country='CHN', bloc=None, lost=1.0)
    """

    lost: float = 1.0

    shares: ClassVar[tuple[str, ...]] = ("lost",)

    def strike(self, shock: Shock) -> None:
        """Lower `left`."""
        rows = shock.rows(self, lambda: _select(self, shock.network, shock.network.producers))
        shock.left[rows] *= 1.0 - self.lost * self.severity(shock.weeks)


@dataclass(frozen=True, kw_only=True)
class ExportControl(_Spell):
    """`exporter` ships to `importer` only the share `licensed` of the baseline flow, plus the share that leaks.

    Exporter and importer are countries, blocs or places; leave `importer` out for a ban on every export. Lanes within
    one country are no exports and stay open.
    """

    good: Names = None
    tier: Names = None
    exporter: Names = None
    importer: Names = None
    licensed: float = 0.0
    leaked: float = 0.0

    shares: ClassVar[tuple[str, ...]] = ("licensed", "leaked")
    selectors: ClassVar[tuple[str, ...]] = ("good", "tier", "exporter", "importer")

    def strike(self, shock: Shock) -> None:
        """Lower `open` on the lanes from exporter to importer."""
        rows = shock.rows(self, lambda: self._lanes(shock.network))
        closed = 1.0 - min(self.licensed + self.leaked, 1.0)
        shock.open[rows] *= 1.0 - closed * self.severity(shock.weeks)

    def _lanes(self, network: Network) -> np.ndarray:
        lanes = network.lanes
        rows = _goods(self, network, lanes) & _ends(self, network, lanes, "exporter", "origin")
        rows &= _ends(self, network, lanes, "importer", "destination")
        country = network.places.set_index("place")["country"]
        rows &= (lanes["origin"].map(country) != lanes["destination"].map(country)).to_numpy()
        _must_hit(self, rows, "lane")
        return np.asarray(rows)


@dataclass(frozen=True, kw_only=True)
class RouteClosure(_Spell):
    """Lanes that pass `route` carry only `open_share` of their baseline flow, or take `added_weeks` longer, or both.

    Left out, `open_share` is 0 for a closure and 1 for a mere delay (`added_weeks` above 0). Goods that are already
    past the dispatch gate arrive as planned.
    """

    route: Names = None
    good: Names = None
    tier: Names = None
    exporter: Names = None
    importer: Names = None
    open_share: float | None = None
    added_weeks: int = 0

    shares: ClassVar[tuple[str, ...]] = ("open_share",)
    delays: ClassVar[tuple[str, ...]] = ("added_weeks",)
    selectors: ClassVar[tuple[str, ...]] = ("route", "good", "tier", "exporter", "importer")

    def __post_init__(self) -> None:
        if self.open_share is None:
            object.__setattr__(self, "open_share", 1.0 if self.added_weeks else 0.0)
        super().__post_init__()

    def strike(self, shock: Shock) -> None:
        """Lower `open` and raise `added` on the lanes through the route."""
        rows = shock.rows(self, lambda: self._lanes(shock.network))
        severity = self.severity(shock.weeks)
        closed = 1.0 - (self.open_share or 0.0)
        shock.open[rows] *= 1.0 - closed * severity
        shock.added[rows] += np.where(severity > 0, self.added_weeks, 0)

    def _lanes(self, network: Network) -> np.ndarray:
        lanes = network.lanes
        rows = _goods(self, network, lanes) & _ends(self, network, lanes, "exporter", "origin")
        rows &= _ends(self, network, lanes, "importer", "destination")
        if self.route is not None:
            passed = lanes["routes"].str.split(";")
            known = {route for routes in passed for route in routes if route}
            wanted = _names(self.route)
            _all_known(self, "route", wanted, known)
            rows &= passed.map(lambda routes: bool(wanted & set(routes))).to_numpy(dtype=bool)
        _must_hit(self, rows, "lane")
        return np.asarray(rows)


@dataclass(frozen=True, kw_only=True)
class DemandSurge(_Local):
    """Demand becomes `factor` times its baseline; `tier` is that of use: defence, essential, other."""

    factor: float = 1.5

    amounts: ClassVar[tuple[str, ...]] = ("factor",)

    def strike(self, shock: Shock) -> None:
        """Raise `wanted`."""
        rows = shock.rows(self, lambda: _select(self, shock.network, shock.network.demand, tier_of="use"))
        shock.wanted[rows] *= 1.0 + (self.factor - 1.0) * self.severity(shock.weeks)


@dataclass(frozen=True, kw_only=True)
class StockLoss(_Local):
    """The share `lost` of the private stock there is lost at once in `first_week` (contamination, seizure, fire)."""

    lost: float = 1.0

    shares: ClassVar[tuple[str, ...]] = ("lost",)

    def strike(self, shock: Shock) -> None:
        """Mark `lost` in the first week."""
        rows = shock.rows(self, lambda: _select(self, shock.network, shock.points))
        if self.first_week <= shock.weeks:
            week = self.first_week - 1
            shock.lost[rows, week] = 1.0 - (1.0 - shock.lost[rows, week]) * (1.0 - self.lost)


@dataclass(frozen=True, kw_only=True)
class Hoarding(_Local):
    """Users try to hold `extra_weeks` more of private stock. It moves simulated orders; a planner would not do it."""

    extra_weeks: float = 4.0

    amounts: ClassVar[tuple[str, ...]] = ("extra_weeks",)

    def strike(self, shock: Shock) -> None:
        """Raise `hoarded`."""
        rows = shock.rows(self, lambda: _select(self, shock.network, shock.points))
        shock.hoarded[rows] += self.extra_weeks * self.severity(shock.weeks)


def _names(names: Names) -> set[str]:
    if names is None:
        return set()
    return {name for name in ((names,) if isinstance(names, str) else names) if name}


def _all_known(disruption: object, field: str, wanted: set[str], known: set[str]) -> None:
    strange = sorted(wanted - known)
    if strange:
        faults = [f"{field} {name!r} is not in the network. {near(name, known)}" for name in strange]
        raise AskError(f"{type(disruption).__name__} names what is not there", faults)


def _goods(disruption: object, network: Network, rows: pd.DataFrame) -> np.ndarray:
    """Which rows carry a good that the selectors `good` and `tier` admit."""
    hit = np.ones(len(rows), dtype=bool)
    goods = network.goods
    good, tier = _names(getattr(disruption, "good", None)), _names(getattr(disruption, "tier", None))
    if good:
        _all_known(disruption, "good", good, set(goods["good"]))
        hit &= rows["good"].isin(good).to_numpy()
    if tier:
        _all_known(disruption, "tier", tier, set(goods["tier"]))
        hit &= rows["good"].map(goods.set_index("good")["tier"]).isin(tier).to_numpy()
    return hit


def _ends(disruption: object, network: Network, lanes: pd.DataFrame, field: str, column: str) -> np.ndarray:
    """Which lanes have an end among the places, countries or blocs that `field` names."""
    wanted = _names(getattr(disruption, field))
    if not wanted:
        return np.ones(len(lanes), dtype=bool)
    places, blocs = network.places, network.blocs
    _all_known(disruption, field, wanted, set(places["place"]) | set(places["country"]) | set(blocs))
    countries = set().union(*(blocs.get(name, (name,)) for name in wanted))
    chosen = places.loc[places["country"].isin(countries) | places["place"].isin(wanted), "place"]
    return lanes[column].isin(chosen).to_numpy()


def _select(disruption: _Local, network: Network, rows: pd.DataFrame, *, tier_of: str = "good") -> np.ndarray:
    """Which rows (with columns good and place) all given selectors admit; none is an error."""
    places, blocs = network.places, network.blocs
    if tier_of == "use":
        hit = np.ones(len(rows), dtype=bool)
        for field, column in (("good", "good"), ("tier", "tier")):
            asked = _names(getattr(disruption, field))
            if asked:
                _all_known(disruption, field, asked, set(rows[column]))
                hit &= rows[column].isin(asked).to_numpy()
    else:
        hit = _goods(disruption, network, rows)
    country = rows["place"].map(places.set_index("place")["country"])
    wanted = {name: _names(getattr(disruption, name)) for name in ("place", "country", "bloc")}
    if wanted["place"]:
        _all_known(disruption, "place", wanted["place"], set(places["place"]))
        hit &= rows["place"].isin(wanted["place"]).to_numpy()
    if wanted["country"]:
        _all_known(disruption, "country", wanted["country"], set(places["country"]))
        hit &= country.isin(wanted["country"]).to_numpy()
    if wanted["bloc"]:
        _all_known(disruption, "bloc", wanted["bloc"], set(blocs))
        hit &= country.isin(set().union(*(blocs[name] for name in wanted["bloc"]))).to_numpy()
    _must_hit(disruption, hit, "row")
    return hit


def _must_hit(disruption: object, rows: np.ndarray, what: str) -> None:
    if not rows.any():
        given = {entry.name: getattr(disruption, entry.name) for entry in fields(disruption)}  # type: ignore[arg-type]
        spell = {"first_week", "weeks", "recovery"} | set(getattr(disruption, "shares", ()))
        asked = ", ".join(f"{key}={value!r}" for key, value in given.items() if value is not None and key not in spell)
        remedy = "Each name is known, but no row meets all of them together: leave one out"
        raise AskError(f"{type(disruption).__name__}({asked}) strikes no {what} of the network. {remedy}.")
