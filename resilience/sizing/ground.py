"""What limits on a reserve are said about, and the amounts they are said in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.errors import AskError, near
from resilience.physics import Floats, Mask, Physics, Whole

DAYS_A_WEEK = 7.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """One row over what stores hold: factors @ held, in scaled units, at most or at least `side`.

    `words` says what it is about. `key` is the figure of the ask that could give way ("" if the side is none), `told`
    its value (or what a miss is measured by) and `unit` what it is counted in; one more of it adds `per` to the side.
    Rows that belong to one limit share its number, `asked`, and give way together.
    """

    asked: int = 0
    words: str
    key: str
    told: float
    unit: str
    factors: Floats  # per store; the largest is 1
    side: float
    at_most: bool
    per: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The stores that limits speak of, on their network."""

    laws: Physics
    rows: pd.DataFrame  # good, place, owner of each store
    point: Whole  # stock point of each

    @property
    def usd(self) -> Floats:
        """Purchase value of one unit in each store."""
        return self.laws.price[self.point] * self.laws.usd / self.laws.scale[self.point]

    def stores(self, *, goods: Sequence[str] = (), owners: Sequence[str] = (), places: Sequence[str] = ()) -> Mask:
        """The stores of these goods and owners at these places; all of them where none are named.

        A country or bloc among `places` stands for every place in it.

        Raises
        ------
        AskError
            Naming every name that no store bears.
        """
        asked = {"good": goods, "owner": owners, "place": places}
        borne = {"good": set(self.rows["good"]), "owner": set(self.rows["owner"]), "place": self._spots()}
        faults = [
            f"no store has the {what} {name!r}. {self._remedy(what, name, borne[what])}"
            for what, names in asked.items()
            for name in names
            if name not in borne[what]
        ]
        if faults:
            raise AskError("A limit names what is not there", faults)
        chosen = np.ones(len(self.rows), dtype=bool)
        for column, names in (("good", goods), ("owner", owners)):
            if names:
                chosen &= self.rows[column].isin(names).to_numpy()
        if places:
            chosen &= np.any([self.within(place)[self.point] for place in places], axis=0)
        return chosen

    def _remedy(self, what: str, name: str, borne: set[str]) -> str:
        network = self.laws.network
        if what == "good" and name in set(network.goods["good"]):
            return "It cannot be stored, no member uses it, or `goods` leaves it out"
        lands = set(network.places["country"]) | set(network.blocs)
        if name in lands | set(network.places["place"]):
            return "Only members own stores" if what == "owner" else "Stores stand where members use their good"
        return near(name, borne | (set() if what == "good" else lands))

    def _spots(self) -> set[str]:
        """Every name of a place, country or bloc in which some store stands."""
        at = self.laws.points.iloc[self.point]
        here = set(at["country"])
        return set(at["place"]) | here | {bloc for bloc, of in self.laws.network.blocs.items() if here & set(of)}

    def within(self, who: str) -> Mask:
        """The stock points at a place or, where no place bears the name, in a country or bloc."""
        points = self.laws.points
        there = points["place"] == who
        return (there if there.any() else points["country"].isin(self.laws.network.countries(who))).to_numpy()

    def of(self, good: str) -> Mask:
        """The stock points of a good."""
        return np.asarray(self.laws.points["good"] == good, dtype=bool)

    def total(self, values: Floats, points: Mask) -> float:
        """The sum of scaled `values` over some stock points of one good, in its own units."""
        return float((values * self.laws.scale)[points].sum())

    @property
    def output(self) -> Floats:
        """Baseline output a week at each stock point, scaled."""
        laws = self.laws
        return np.bincount(laws.made_at, weights=laws.output, minlength=len(laws.points)).astype(np.float64)

    def line(
        self, words: str, *, of: Floats, side: float, at_most: bool, key: str, told: float, unit: str = "", per: float
    ) -> Line:
        """A row over units held, `of` a factor for each store, as one over scaled units."""
        factors = of * self.laws.scale[self.point]
        size = float(np.abs(factors).max(initial=0.0)) or 1.0
        return Line(
            words=words, key=key, told=told, unit=unit, factors=factors / size, side=side / size, at_most=at_most,
            per=per / size,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Some of the stores, and what to call them."""

    ground: Ground
    chosen: Mask
    who: str  # an owner or a place
    words: str  # with {goods} where they are named

    def by_good(self) -> Iterator[tuple[str, Floats]]:
        """Each good with a 1 for each of its stores."""
        goods = self.ground.rows["good"].to_numpy()
        for good in np.unique(goods[self.chosen]):
            yield str(good), np.asarray(self.chosen & (goods == good), dtype=np.float64)

    def called(self, goods: str) -> str:
        """What the limit on some goods is called."""
        return self.words.format(goods=goods)


class Base(Protocol):
    """What days of cover are counted in."""

    def per_week(self, ground: Ground, good: str, who: str) -> float:
        """Units a week of a good, at a place or in a country or bloc."""
        ...


@dataclass(frozen=True, kw_only=True)
class Use:
    """Baseline consumption, by makers and by final demand."""

    def per_week(self, ground: Ground, good: str, who: str) -> float:
        """What is used there."""
        return ground.total(ground.laws.use, ground.of(good) & ground.within(who))


@dataclass(frozen=True, kw_only=True)
class NetImports:
    """Baseline consumption less own output; nothing for whoever makes more than it uses."""

    def per_week(self, ground: Ground, good: str, who: str) -> float:
        """What has to come from outside."""
        own = ground.total(ground.output, ground.of(good) & ground.within(who))
        return max(Use().per_week(ground, good, who) - own, 0.0)


class Amount(Protocol):
    """A quantity as an analyst states it."""

    def lines(self, part: Part, *, at_most: bool) -> list[Line]:
        """At most it, or at least it, in some stores."""
        ...


@dataclass(frozen=True, kw_only=True)
class Units:
    """So many units of each good."""

    units: float

    def __post_init__(self) -> None:
        refuse(self, negative(self, "units"))

    def lines(self, part: Part, *, at_most: bool) -> list[Line]:
        """One row a good."""
        return [
            part.ground.line(
                part.called(good), of=mine, side=self.units, at_most=at_most, key=_key(at_most), told=self.units,
                unit=" units", per=1.0,
            )
            for good, mine in part.by_good()
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Days:
    """So many days of each good's baseline at that owner or place. A good with none is left out.

    Say which base: days of `NetImports` and days of `Use` differ by the share that is made at home.
    """

    days: float
    base: Base = Use()

    def __post_init__(self) -> None:
        refuse(self, negative(self, "days"))

    def lines(self, part: Part, *, at_most: bool) -> list[Line]:
        """One row a good."""
        daily = {good: self.base.per_week(part.ground, good, part.who) / DAYS_A_WEEK for good, _ in part.by_good()}
        return [
            part.ground.line(
                part.called(good), of=mine, side=self.days * daily[good], at_most=at_most, key=_key(at_most),
                told=self.days, unit=" days", per=daily[good],
            )
            for good, mine in part.by_good()
            if daily[good] > 0
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Usd:
    """So much purchase value, of the goods together."""

    usd: float

    def __post_init__(self) -> None:
        refuse(self, negative(self, "usd"))

    def lines(self, part: Part, *, at_most: bool) -> list[Line]:
        """One row."""
        goods = " and ".join(good for good, _ in part.by_good())
        line = part.ground.line(
            part.called(goods if len(goods) < 60 else "all its goods"), of=part.ground.usd * part.chosen,
            side=self.usd, at_most=at_most, key=_key(at_most), told=self.usd, unit=" USD", per=1.0,
        )  # fmt: skip
        return [line] if part.chosen.any() else []


def _key(at_most: bool) -> str:
    return "at_most" if at_most else "at_least"


def negative(limit: object, *names: str, least: float = 0.0) -> list[str]:
    """The fault of each figure that is no finite number of `least` or more."""
    values = {name: getattr(limit, name) for name in names}
    return [
        f"{name} is {value!r}: it must be a number, {least:g} or more"
        for name, value in values.items()
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < float("inf")
    ]


def uncounted(*amounts: object) -> list[str]:
    """The fault of each amount that is a bare number."""
    return [
        f"{amount!r} is no amount: say Units(units=...), Days(days=...) or Usd(usd=...)"
        for amount in amounts
        if isinstance(amount, int | float | str)
    ]


def refuse(limit: object, faults: Sequence[str]) -> None:
    """Raise if there is any fault.

    Raises
    ------
    AskError
        With all of them.
    """
    if faults:
        raise AskError(f"{type(limit).__name__} cannot be as described", faults)
