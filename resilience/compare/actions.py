"""Actions that a policy is made of: each changes a network, adds a reserve, or both, at a yearly cost.

An action is an object with one method, `apply`. What the shipped ones cost beside the holding of stock is `assumed`:
nobody publishes what a second supplier or idle capacity costs a year, so both are shares of value, to be varied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.compare.reshare import Sources, reshared, sources
from resilience.errors import AskError, near
from resilience.mitigation import Measure, with_measures
from resilience.network import Network
from resilience.physics import Whole
from resilience.policy import Release, Reserve, holding_cost
from resilience.sizing.case import candidates

WEEKS_A_YEAR = 52
DAYS_A_WEEK = 7.0
AT_ONCE = Release()


@dataclass(frozen=True, kw_only=True, eq=False)
class Applied:
    """What actions make of a network: what `simulate` is given, and what it costs. `network` is balanced."""

    network: Network
    reserves: tuple[Reserve, ...] = ()
    cost_usd_per_year: float = 0.0


class Action(Protocol):
    """Anything that can be done beforehand."""

    def apply(self, network: Network) -> Applied:
        """What it makes of a balanced network: the network after it, the reserves it adds, and its yearly cost.

        Raises
        ------
        AskError
            Where it cannot be done there.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class NationalReserves:
    """Each member country holds `days` of its own baseline use of each good, at home and for itself.

    Japan states 60 days (180 for metals at high risk) and Korea 100 days of consumption for such reserves, both for
    metals alone. `members` is a bloc or a country; None means every country. Holding costs what the network's goods
    say.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [3.0], "holding_share_per_year": [0.1]},
    ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [7.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [7.0], "usd_per_unit_unmet": [9.0]})
    >>> round(NationalReserves(days=60, goods=("gas",)).apply(network).cost_usd_per_year, 6)
    18.0
    """

    days: float
    goods: tuple[str, ...]
    members: str | None = None
    release: Release = AT_ONCE

    def __post_init__(self) -> None:
        if not 0 <= self.days < math.inf:
            raise AskError(f"NationalReserves.days is {self.days!r}: days of cover are 0 or more")
        _named(self.goods, "NationalReserves")

    def apply(self, network: Network) -> Applied:
        """The reserve of every member that uses any of the goods, by its use where the network is balanced."""
        parts = [candidates(network, country, goods=self.goods) for country in countries(network, self.members)]
        rows = pd.concat(parts, ignore_index=True)
        used = use_per_week(balance(network).network)
        use = used.reindex(pd.MultiIndex.from_frame(rows[["good", "place"]])).to_numpy()
        held = Reserve.of(network, rows.assign(units=use * self.days / DAYS_A_WEEK), release=self.release)
        return Applied(network=network, reserves=(held,), cost_usd_per_year=holding_cost(network, held))


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """A reserve as it is: one that was sized, or one of your own. Holding costs what the network's goods say."""

    reserve: Reserve

    def apply(self, network: Network) -> Applied:
        """The reserve, on a network that stays as it is."""
        cost = holding_cost(network, self.reserve)
        return Applied(network=network, reserves=(self.reserve,), cost_usd_per_year=cost)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """Measures that the sizing program can buy (`resilience.mitigation`), so much of each, at what they cost a year.

    Options stand built from the start, which flatters them: `mitigation.until_built` gives scenarios without that. A
    second source that is new to the network is not asked under the behaviours that ship: see `Diversified`.
    """

    bought: tuple[tuple[Measure, float], ...]

    def apply(self, network: Network) -> Applied:
        """The network with them in place."""
        cost = sum(extent * measure.usd_per_year for measure, extent in self.bought)
        return Applied(network=with_measures(network, self.bought), cost_usd_per_year=float(cost))


@dataclass(frozen=True, kw_only=True)
class Diversified:
    """A second source: members buy `share` of each good, which their largest supplier outside had, from others.

    It is bought so in calm weeks too: others make more and the largest supplier less, their inputs follow, and every
    other share of every user stays. A user without another supplier, or supplied by members alone, keeps what it has.
    Yearly cost: `premium` times the price of what is moved (0.25, `assumed`: nobody publishes what buyers pay for not
    depending on the cheapest). Do not use it for a supplier that does not deliver yet: put its lane into the network.
    """

    goods: tuple[str, ...]
    members: str | None = None
    share: float = 0.2
    premium: float = 0.25

    def __post_init__(self) -> None:
        _named(self.goods, "Diversified")
        if not 0 < self.share <= 1:
            raise AskError(f"Diversified.share is {self.share!r}: it must lie above 0 and at most at 1")
        if not 0 <= self.premium < math.inf:
            raise AskError(f"Diversified.premium is {self.premium!r}: a share of the price, 0 or more")

    def apply(self, network: Network) -> Applied:
        """The network with these shares moved."""
        _known(network, self.goods, "Diversified")
        inside = set(countries(network, self.members))
        now = sources(network)
        share, moved_usd = now.share.copy(), 0.0
        for point in np.flatnonzero(now.points["good"].isin(self.goods) & now.points["country"].isin(inside)):
            away, to = _largest(now, int(point), inside)
            part = min(self.share, float(share[away].sum()))
            if not part > 0 or not share[to].sum() > 0:
                continue
            share[away] *= 1.0 - part / share[away].sum()
            share[to] *= 1.0 + part / share[to].sum()
            moved_usd += part * now.usd[point]
        if moved_usd == 0:
            what = f"No member buys {', '.join(self.goods)} from outside and has a second supplier"
            raise AskError(f"{what}. Name other goods, or give the network the lanes of one")
        cost = self.premium * WEEKS_A_YEAR * moved_usd
        return Applied(network=reshared(network, now, share), cost_usd_per_year=cost)


@dataclass(frozen=True, kw_only=True)
class IdleCapacity:
    """Members' makers of these goods can make `factor` times their baseline, by capacity that idles in calm weeks.

    Who can do more already stays as he is. Yearly cost: `upkeep` times the price of what the idle capacity could make
    in a year (0.1, `assumed`: a plant's yearly charge is of the order of a tenth of its yearly output).
    """

    goods: tuple[str, ...]
    members: str | None = None
    factor: float = 1.3
    upkeep: float = 0.1

    def __post_init__(self) -> None:
        _named(self.goods, "IdleCapacity")
        if not 1 <= self.factor < math.inf:
            raise AskError(f"IdleCapacity.factor is {self.factor!r}: a multiple of baseline output, 1 or more")
        if not 0 <= self.upkeep < math.inf:
            raise AskError(f"IdleCapacity.upkeep is {self.upkeep!r}: a share of value a year, 0 or more")

    def apply(self, network: Network) -> Applied:
        """The network with these makers' surge raised."""
        _known(network, self.goods, "IdleCapacity")
        makers = network.producers
        home = makers["place"].map(network.places.set_index("place")["country"])
        mine = makers["good"].isin(self.goods) & home.isin(countries(network, self.members))
        if not mine.any():
            raise AskError(f"No member makes {', '.join(self.goods)}: name goods that members make")
        more = np.where(mine, np.maximum(self.factor - makers["surge"], 0.0), 0.0)
        price = makers["good"].map(network.goods.set_index("good")["usd_per_unit"])
        cost = self.upkeep * WEEKS_A_YEAR * float((price * makers["output_per_week"] * more).sum())
        raised = network.with_balanced(producers=makers.assign(surge=makers["surge"] + more), lanes=network.lanes)
        return Applied(network=raised, cost_usd_per_year=cost)


def earmarked(network: Network, reserve: Reserve) -> Reserve:
    """A pooled reserve with the same units of each good, each member holding its part at home and for itself.

    Parts go by baseline use. Beside the pool it tells what sharing is worth: quantities, goods and cost are the same.
    """
    rows = []
    used = use_per_week(balance(network).network)
    for (good, owner), stores in reserve.table().groupby(["good", "owner"]):
        homes = candidates(network, str(owner), goods=(str(good),))
        homes["owner"] = homes["place"].map(network.places.set_index("place")["country"])
        use = used.reindex(pd.MultiIndex.from_frame(homes[["good", "place"]])).to_numpy()
        rows.append(homes.assign(units=float(stores["units"].sum()) * use / use.sum()))
    held = pd.concat(rows) if rows else reserve.table()[["good", "place", "owner", "units"]]
    return Reserve.of(network, held.groupby(["good", "place", "owner"], as_index=False)["units"].sum(),
                      release=reserve.release)  # fmt: skip


def countries(network: Network, members: str | None) -> tuple[str, ...]:
    """The members' countries in their order by name; every country where no members are named."""
    return tuple(sorted(network.countries(members) if members else set(network.places["country"])))


def _largest(now: Sources, point: int, inside: set[str]) -> tuple[Whole, Whole]:
    """Rows of the point's largest supplying country outside the members, and those of all its other suppliers."""
    mine = np.flatnonzero(now.point == point).astype(np.int64)
    by_country = pd.Series(now.share[mine]).groupby(now.country[mine]).sum()
    outside = by_country[~by_country.index.isin(inside)].sort_index()
    if outside.empty:
        return mine[:0], mine[:0]
    first = now.country[mine] == outside.idxmax()
    return mine[first], mine[~first]


def _named(goods: object, where: str) -> None:
    if not isinstance(goods, tuple) or not goods:
        raise AskError(f'{where}.goods is {goods!r}: name goods, as in goods=("gallium",)')


def _known(network: Network, goods: tuple[str, ...], where: str) -> None:
    known = set(network.goods["good"])
    faults = [f"unknown good {good!r}. {near(good, known)}" for good in goods if good not in known]
    if faults:
        raise AskError(f"{where} names goods that the network does not have", faults)
