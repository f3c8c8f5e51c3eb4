"""Who pays what for a reserve held in common, and whether everybody stays.

A member's yearly cost is its own loss that is left, plus what it pays towards holding (below zero: what it is paid).
All of it adds up to what the members' common reserve costs together. A rule is an object with one method, `divide`,
that says what each member's cost is to be; payments make it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.sharing.coalitions import (
    Coalitions,
    least_transfers,
    nucleolus_of_costs,
    settled,
    shapley_of_costs,
    would_leave,
)
from resilience.sharing.core import least_core


class BurdenRule(Protocol):
    """Anything that divides the cost of a common reserve."""

    def divide(self, coalitions: Coalitions) -> pd.Series[float]:
        """Each member's yearly cost in USD; they add up to what all reach together."""
        ...


@dataclass(frozen=True, kw_only=True)
class ByNucleolus:
    """The division that gives the coalition with least to gain from staying as much as can be; in the core.

    It does not always charge everybody more when the total grows: fix it for the life of a reserve.
    """

    def divide(self, coalitions: Coalitions) -> pd.Series[float]:
        """Each member's yearly cost in USD."""
        return nucleolus_of_costs(coalitions)


@dataclass(frozen=True, kw_only=True)
class ByShapley:
    """What each member adds to the cost, on average over all orders of joining.

    Exact where `pairs` is None; else from so many drawn orders and their reverses. It
    need not lie in the core: ask who would leave.
    """

    pairs: int | None = None
    seed: int = 0

    def divide(self, coalitions: Coalitions) -> pd.Series[float]:
        """Each member's yearly cost in USD."""
        return self.interval(coalitions)["payoff"]

    def interval(self, coalitions: Coalitions) -> pd.DataFrame:
        """The same with `low` and `high`, between which it lies at 95 % for each member on its own."""
        return shapley_of_costs(coalitions, pairs=self.pairs, rng=np.random.default_rng(self.seed))


@dataclass(frozen=True, kw_only=True)
class ByLeastCore:
    """A division that leaves every coalition as much to gain from staying as all can have at once.

    One of many: do not propose it, for the next version of a solver may find another. It says how firm the coalition
    can be made; ask `ByNucleolus` for a division.
    """

    def divide(self, coalitions: Coalitions) -> pd.Series[float]:
        """Each member's yearly cost in USD."""
        return -settled(coalitions, lambda costs: least_core(costs.negated()), lambda found: found.grounds).payoffs


@dataclass(frozen=True, kw_only=True)
class InProportion:
    """Everybody bears its own loss and pays for holding in proportion to `weights`: GDP, imports, use.

    `weights` has a number of 0 or more for every member. Nobody is asked whether it gains: ask who would leave.
    """

    weights: Mapping[str, float]

    def divide(self, coalitions: Coalitions) -> pd.Series[float]:
        """Each member's yearly cost in USD."""
        missing = [name for name in coalitions.members if not self.weights.get(name, -1.0) >= 0]
        total = sum(self.weights.get(name, 0.0) for name in coalitions.members)
        if missing or not total > 0:
            faults = [f"{name}: {self.weights.get(name)!r}, must be a number of 0 or more" for name in missing]
            raise AskError("Weights must say what each member counts", faults or ["they add up to nothing"])
        share = np.array([self.weights[name] for name in coalitions.members]) / total
        return pd.Series(
            np.array(coalitions.together.loss_usd) + share * coalitions.together.holding_usd,
            index=pd.Index(coalitions.members, name="player"),
        )


def use_weights(network: Network, members: Sequence[str], goods: Sequence[str]) -> dict[str, float]:
    """What each member's use of some goods in a normal week costs, in USD."""
    return _by_country(network, use_per_week(balance(network).network), members, goods)


def import_weights(network: Network, members: Sequence[str], goods: Sequence[str]) -> dict[str, float]:
    """What each member's imports of some goods in a normal week cost, in USD; trade within the country is none."""
    lanes = balance(network).network.lanes
    country = network.places.set_index("place")["country"]
    abroad = lanes["origin"].map(country) != lanes["destination"].map(country)
    arrivals = lanes[abroad].groupby(["good", "destination"])["flow_per_week"].sum()
    return _by_country(network, arrivals, members, goods)


def _by_country(network: Network, weekly: pd.Series, members: Sequence[str], goods: Sequence[str]) -> dict[str, float]:
    rows = weekly.rename("units").rename_axis(["good", "place"]).reset_index()
    rows = rows[rows["good"].isin(goods)]
    usd = rows["units"] * looked_up(rows["good"], network.goods.set_index("good")["usd_per_unit"])
    by_member = usd.groupby(rows["place"].map(network.places.set_index("place")["country"])).sum()
    return {name: float(by_member.get(name, 0.0)) for name in members}


@dataclass(frozen=True, kw_only=True, eq=False)
class Burden:
    """A division of what a common reserve costs, and how it stands with the members.

    `table` has a row a member: member, without_usd (loss with no reserve), alone_usd (cost with a reserve of its own),
    loss_usd (left with the common one), pays_usd, cost_usd, saves_usd (alone less cost). `leavers` are the coalitions
    found that would pay less alone; `undecided` more could not be ruled out. All in USD a year.
    """

    table: pd.DataFrame
    leavers: pd.DataFrame
    undecided: int

    @property
    def stable(self) -> bool:
        """Whether it is proved that nobody gains by leaving: the division lies in the core."""
        return not len(self.leavers) and not self.undecided


def burden(coalitions: Coalitions, rule: BurdenRule) -> Burden:
    """What `rule` asks of each member.

    Raises
    ------
    AskError
        If the rule lacks a number for a member.
    """
    shares = rule.divide(coalitions)
    alone = np.array([coalitions.cost([name]) for name in coalitions.members])
    loss, cost = np.array(coalitions.together.loss_usd), shares.to_numpy()
    table = pd.DataFrame(
        {
            "member": list(coalitions.members),
            "without_usd": coalitions.alliance.market_usd,
            "alone_usd": alone,
            "loss_usd": loss,
            "pays_usd": cost - loss,
            "cost_usd": cost,
            "saves_usd": alone - cost,
        }
    )
    leavers, undecided = would_leave(coalitions, shares)
    return Burden(table=table, leavers=leavers, undecided=undecided)


def to_keep_all(coalitions: Coalitions, shares: pd.Series[float]) -> pd.Series[float]:
    """The least side payments under which nobody gains by leaving, by member; received above zero."""
    return least_transfers(coalitions, shares).transfers


def arrangements(coalitions: Coalitions) -> pd.DataFrame:
    """What the members cost together: with no reserve, in autarky, with earmarked stores, with a pool.

    Columns arrangement, holding_usd, loss_usd, cost_usd (a year), reserve_usd. In autarky each holds for itself and
    trades as the market has it; earmarked, they trade among themselves as they please; pooled, stores serve all.
    """
    alone = [coalitions.found[1 << place] for place in range(len(coalitions.members))]
    earmarked = coalitions.otherwise(coalitions.members, pooled=False)
    market = float(coalitions.alliance.market_usd.sum())
    rows: list[tuple[str, float, float, float]] = [("no reserve", 0.0, market, 0.0)]
    for name, parts in (("autarky", alone), ("earmarked", [earmarked]), ("pooled", [coalitions.together])):
        holding, loss = sum(part.holding_usd for part in parts), sum(sum(part.loss_usd) for part in parts)
        rows.append((name, holding, loss, sum(part.reserve.usd for part in parts)))
    table = pd.DataFrame(rows, columns=["arrangement", "holding_usd", "loss_usd", "reserve_usd"])
    table.insert(3, "cost_usd", table["holding_usd"] + table["loss_usd"])
    return table


def departures(coalitions: Coalitions, shares: pd.Series[float]) -> pd.DataFrame:
    """What it costs the rest if one member leaves, or stays and sends nothing when a crisis comes.

    Columns member, leaves_usd (what the rest pays more, a year, when it goes before anything is held), refuses_usd
    (what all lose more when it sends nothing and gets nothing, the reserve standing where it was meant to) and
    gains_usd (what the one who leaves saves by it; below zero it loses).
    """
    rows = []
    together = coalitions.together
    for name in coalitions.members:
        rest = coalitions.cost([other for other in coalitions.members if other != name])
        refused = coalitions.otherwise(coalitions.members, held=together.held, refusing=[name])
        others = float(shares.drop(name).sum())
        rows.append((name, rest - others, refused.cost_usd - together.cost_usd,
                     float(shares[name]) - coalitions.cost([name])))  # fmt: skip
    return pd.DataFrame(rows, columns=["member", "leaves_usd", "refuses_usd", "gains_usd"])


def joiners(coalitions: Coalitions, base: Sequence[str]) -> pd.DataFrame:
    """What it is worth that each member outside `base` joins it, one at a time.

    Columns joins, before_usd (what `base` costs), alone_usd (the joiner), together_usd, saves_usd (a year, to share).
    """
    before = coalitions.cost(base)
    rows = []
    for name in coalitions.members:
        if name not in base:
            alone, together = coalitions.cost([name]), coalitions.cost([*base, name])
            rows.append((name, before, alone, together, before + alone - together))
    return pd.DataFrame(rows, columns=["joins", "before_usd", "alone_usd", "together_usd", "saves_usd"])
