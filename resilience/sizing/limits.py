"""What else a reserve must keep to: cover, earmarks, storage, the pace at which it is filled, and rotation.

Each limit is a value with one method, `lines`, that says it as rows over what the stores hold, in words an analyst
knows, so that an ask which cannot be met can name it. With u_i the units in store i:

    Rotation     sum u_i  <=  shelf life x the owner's weekly use          the stores of one owner and good
    FillPace     sum u_i  <=  share x world output a year x years          all stores of one good
    Cover        sum u_i  >=  days x the owner's base (- private stock)    the stores of one owner and good
    Earmark      sum u_i  at least or at most an amount                    the stores of one owner
    CostShare    sum usd_i u_i  at least or at most share x that of all    the stores of one owner
    Capacity     sum u_i  <=  an amount                                    the stores at one place

An amount is in `Units` or `Days`, each good by itself, or in `Usd`, the goods together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError, near
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.policy import Reserve
from resilience.sizing.ground import (
    DAYS_A_WEEK,
    Amount,
    Base,
    Days,
    Ground,
    Line,
    NetImports,
    Part,
    Units,
    Usd,
    Use,
    negative,
    refuse,
    uncounted,
)

__all__ = [
    "Amount", "Base", "Capacity", "CostShare", "Cover", "Days", "Earmark", "FillPace", "Limit", "NetImports",
    "Rotation", "Units", "Usd", "Use", "build_up", "kept", "own_stores", "unknown",
]  # fmt: skip

WEEKS_A_YEAR = 52.0


class Limit(Protocol):
    """Anything a reserve must keep to."""

    def lines(self, ground: Ground) -> list[Line]:
        """It as rows over what the stores hold; raises `AskError` with every name it does not find."""
        ...


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """No more of a perishable than its owner's normal use turns over within its shelf life, over all its stores.

    Kept in every sizing, since what outlives its shelf life is no reserve.
    """

    def lines(self, ground: Ground) -> list[Line]:
        """One row for each owner and perishable good."""
        life = ground.laws.network.goods.set_index("good")["shelf_life_weeks"].dropna()
        found = []
        for owner in ground.rows["owner"].unique():
            part = Part(ground=ground, chosen=ground.stores(owners=[owner]), who=owner, words="")
            for good, mine in part.by_good():
                if good in life.index:
                    use, weeks = Use().per_week(ground, good, owner), float(life[good])
                    words = f"{good} held by {owner}, which its use must turn over"
                    found.append(
                        ground.line(words, of=mine, side=use * weeks, at_most=True, key="shelf_life_weeks", told=weeks,
                                    per=use)
                    )  # fmt: skip
        return found


@dataclass(frozen=True, kw_only=True)
class FillPace:
    """No more than the share `share_per_year` of a good's world output is bought in a year, for `years` years.

    The program sizes the reserve as it stands when these years are over: its cost and losses are those of a year with
    what has been bought by then. Until then the reserve is smaller and the losses are larger. Size with `years=1`, 2,
    3 and so on to see what is best held by each; `build_up` tells how one reserve grows. What rotation or a crisis
    makes one buy again is not counted; a reserve that is drawn and refilled over years takes the multistage program.
    """

    share_per_year: float
    years: float = 1.0
    goods: tuple[str, ...] = ()  # all, if none are named

    def __post_init__(self) -> None:
        object.__setattr__(self, "goods", names(self.goods))
        refuse(self, negative(self, "share_per_year", "years"))

    def lines(self, ground: Ground) -> list[Line]:
        """One row a good, over all owners."""
        part = Part(ground=ground, chosen=ground.stores(goods=self.goods), who="", words="the fill pace of {goods}")
        per = {
            good: ground.total(ground.output, ground.of(good)) * WEEKS_A_YEAR * self.years for good, _ in part.by_good()
        }
        return [
            ground.line(
                part.called(good), of=mine, side=self.share_per_year * per[good], at_most=True, key="share_per_year",
                told=self.share_per_year, per=per[good],
            )
            for good, mine in part.by_good()
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cover:
    """At least `days` of an owner's baseline of each good, as governments state their targets (60, 100, 180 days).

    `base` is `Use()` or `NetImports()`. With `private_counts`, the private stock that stands with the owner counts
    towards the target; by default the reserve meets it alone. Every owner by default; an owner named here has stores of
    its own even where the reserve is otherwise pooled.
    """

    days: float
    base: Base = Use()  # noqa: RUF009 (frozen value object)
    goods: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    private_counts: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "goods", names(self.goods))
        object.__setattr__(self, "owners", names(self.owners))
        refuse(self, negative(self, "days"))

    def lines(self, ground: Ground) -> list[Line]:
        """One row for each owner and good with a base; none where private stock is enough."""
        ground.stores(goods=self.goods, owners=self.owners)
        found = []
        for owner in self.owners or ground.rows["owner"].unique():
            part = Part(ground=ground, chosen=ground.stores(goods=self.goods, owners=[owner]), who=owner, words="")
            for good, mine in part.by_good():
                daily = self.base.per_week(ground, good, owner) / DAYS_A_WEEK
                private = ground.total(ground.laws.stock, ground.of(good) & ground.within(owner))
                side = self.days * daily - (private if self.private_counts else 0.0)
                if side > 0:
                    words = f"the cover of {good} for {owner}"
                    found.append(
                        ground.line(words, of=mine, side=side, at_most=False, key="days", told=self.days, per=daily)
                    )
        return found


@dataclass(frozen=True, kw_only=True)
class Earmark:
    """At least, or at most, so much is owned by one country or bloc and serves its users alone.

    Where the reserve is otherwise pooled, the owner gets stores of its own beside the pool.
    """

    owner: str
    goods: tuple[str, ...] = ()
    at_least: Amount | None = None
    at_most: Amount | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "goods", names(self.goods))
        given = [amount for amount in (self.at_least, self.at_most) if amount is not None]
        refuse(self, uncounted(*given) if given else ["neither at_least nor at_most is given"])

    def lines(self, ground: Ground) -> list[Line]:
        """The rows of each amount."""
        chosen = ground.stores(goods=self.goods, owners=[self.owner])
        part = Part(ground=ground, chosen=chosen, who=self.owner, words=f"the earmark of {{goods}} for {self.owner}")
        least = self.at_least.lines(part, at_most=False) if self.at_least else []
        return least + (self.at_most.lines(part, at_most=True) if self.at_most else [])


@dataclass(frozen=True, kw_only=True)
class CostShare:
    """What one owner holds is at least, or at most, a share of the purchase value of the whole reserve. [0 to 1]

    It says who pays only where each pays for what it owns; a pool's costs are shared out by `resilience.sharing`.
    """

    owner: str
    at_least: float = 0.0
    at_most: float = 1.0

    def __post_init__(self) -> None:
        faults = negative(self, "at_least", "at_most")
        if not faults and not self.at_least <= self.at_most <= 1:
            faults = [f"at_least is {self.at_least:g}, at_most {self.at_most:g}: 0 <= at_least <= at_most <= 1"]
        refuse(self, faults)

    def lines(self, ground: Ground) -> list[Line]:
        """A row for each end that says anything."""
        mine = ground.stores(owners=[self.owner])
        ends = ((self.at_least, False, "at least"), (self.at_most, True, "at most"))
        return [
            ground.line(
                f"the share of {self.owner} in the purchase value ({word} {share:g})", of=ground.usd * (mine - share),
                side=0.0, at_most=at_most, key="", told=ground.laws.usd, unit=" USD", per=1.0,
            )
            for share, at_most, word in ends
            if share != float(at_most)
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """No more than an amount stands at one place (or in a country or bloc), whoever owns it."""

    place: str
    at_most: Amount
    goods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "goods", names(self.goods))
        refuse(self, uncounted(self.at_most))

    def lines(self, ground: Ground) -> list[Line]:
        """The rows of the amount."""
        chosen = ground.stores(goods=self.goods, places=[self.place])
        words = f"the storage of {{goods}} at {self.place}"
        return self.at_most.lines(Part(ground=ground, chosen=chosen, who=self.place, words=words), at_most=True)


def kept(limits: Iterable[Limit], ground: Ground) -> tuple[Line, ...]:
    """Rotation and every other limit as rows.

    Raises
    ------
    AskError
        Naming every good, place and owner that a limit asks about and no store bears.
    """
    lines = [replace(line, asked=-number) for number, line in enumerate(Rotation().lines(ground), 1)]
    faults = []
    for number, limit in enumerate(limits, 1):
        try:
            lines += [replace(line, asked=number) for line in limit.lines(ground)]
        except AskError as error:
            faults += [f"limit {number}, {type(limit).__name__}: {fault}" for fault in error.faults or [error.what]]
    if faults:
        raise AskError("These limits cannot be kept", faults)
    return tuple(lines)


def own_stores(limits: Iterable[Limit]) -> list[str]:
    """Owners that limits name: each is to have stores of its own."""
    found: list[str] = []
    for limit in limits:
        if isinstance(limit, Cover):
            found += limit.owners
        elif isinstance(limit, Earmark | CostShare):
            found.append(limit.owner)
    return list(dict.fromkeys(found))


def unknown(limit: Limit, network: Network) -> list[str]:
    """Names in a limit that the network does not know, each with the nearest it does; stores are not asked for."""
    goods = network.goods.set_index("good")["storable"]
    lands = set(network.places["country"]) | set(network.blocs)
    known = {"goods": set(goods.index), "owners": lands, "owner": lands, "place": lands | set(network.places["place"])}
    asked = [(key, names(getattr(limit, key))) for key in known if hasattr(limit, key)]
    strange = [f"no {key.removesuffix('s')} {name!r}. {near(name, known[key])}"
               for key, given in asked for name in given if name not in known[key]]  # fmt: skip
    held = dict(asked).get("goods", ())
    return strange + [f"{good} cannot be stored" for good in held if good in goods.index and not goods[good]]


def names(value: str | Iterable[str]) -> tuple[str, ...]:
    """One name or several as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def build_up(network: Network, reserve: Reserve, *, share_per_year: float) -> pd.DataFrame:
    """How a reserve grows when a good's purchases in a year are no more than a share of its world output.

    Every store of a good grows at the same pace, from nothing, until it is full. Columns year (from 1), good, place,
    owner, units, usd (held when the year is over), share (of what it will hold).

    Raises
    ------
    AskError
        If the share is not above 0, or the world makes none of a good that is held.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [9.0]})
    >>> reserve = Reserve.of(network, [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}])
    >>> build_up(network, reserve, share_per_year=0.05)[["year", "units", "share"]].round(3)
       year  units  share
    0     1   26.0  0.433
    1     2   52.0  0.867
    2     3   60.0  1.000
    """
    if not share_per_year > 0:
        raise AskError(f"share_per_year is {share_per_year!r}: a reserve filled at no pace is never full")
    held = reserve.table()
    output = balance(network).network.producers.groupby("good")["output_per_week"].sum()
    yearly = looked_up(held["good"], output).fillna(0.0) * WEEKS_A_YEAR * share_per_year
    if (yearly <= 0).any():
        lacking = sorted(set(held.loc[yearly <= 0, "good"]))
        raise AskError("The world makes none of what this reserve holds", [f"{good}: no output" for good in lacking])
    whole = held.groupby("good")["units"].transform("sum")
    pace = yearly / whole.where(whole > 0, 1.0)
    years = int(np.ceil((1.0 / pace).max() - 1e-9)) if len(held) else 0
    columns = ["good", "place", "owner", "units", "usd"]
    parts = []
    for year in range(1, years + 1):
        share = (pace * year).clip(upper=1.0)
        parts.append(held[columns].assign(year=year, units=held["units"] * share, usd=held["usd"] * share, share=share))
    order = ["year", *columns, "share"]
    return pd.concat(parts, ignore_index=True)[order] if parts else pd.DataFrame(columns=order)
