"""What figures and reports show: small frames worked out from a result. `plot` and `report` draw the same ones.

Every function takes a `Reported`, which a `Result` is, and returns a tidy frame whose columns end in their unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.network import CONFIDENCES, Network
from resilience.scenario import Scenario
from resilience.sizing.size import Sizing

TIERS = ("raw", "material", "tool", "design", "fabrication", "assembly", "chip")
USE_TIERS = ("defence", "essential", "other")
NOISE = 1e-9  # share of what all demand of the horizon is worth that counts as rounding


class ReportedStudy(Protocol):
    """What a report says of the study it answers."""

    @property
    def name(self) -> str:
        """Its short name."""
        ...

    @property
    def title(self) -> str:
        """Its title, for people."""
        ...

    @property
    def question(self) -> str:
        """What it asks, in a sentence."""
        ...

    @property
    def weeks(self) -> int:
        """Its horizon."""
        ...

    @property
    def members(self) -> str | None:
        """The bloc that owns the reserve, if one does."""
        ...

    @property
    def scenarios(self) -> Iterable[Scenario]:
        """What may happen."""
        ...


class Reported(Protocol):
    """What plots and reports read of a result."""

    @property
    def study(self) -> ReportedStudy:
        """The question."""
        ...

    @property
    def network(self) -> Network:
        """What it was asked of."""
        ...

    @property
    def sizing(self) -> Sizing:
        """The answer."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the answer rests on: hashes, versions, seed, solver."""
        ...

    def headline(self) -> str:
        """The answer in a sentence or two."""
        ...

    def summary(self) -> pd.DataFrame:
        """The answer in a dozen rows."""
        ...


def reserve_by_good(result: Reported) -> pd.DataFrame:
    """One row a good that is held, dearest first.

    Columns good, name, tier, units, unit, usd, days, usd_per_year, places. `days` counts baseline use in the countries
    that own it.
    """
    held = result.sizing.reserve.table()
    held["use"] = held["units"] / held["days"].where(held["days"] > 0)
    owners = held.groupby(["good", "owner"], as_index=False).agg(use=("use", "max"))
    table = held.groupby("good").agg(units=("units", "sum"), usd=("usd", "sum"), places=("place", "nunique"))
    table["days"] = table["units"] / owners.groupby("good")["use"].sum()
    goods = result.network.goods.set_index("good")
    table = table.join(goods[["name", "tier", "unit", "holding_share_per_year"]])
    table["usd_per_year"] = table["usd"] * table["holding_share_per_year"]
    table = table.sort_values(["usd", "good"], ascending=[False, True]).reset_index()
    return table[["good", "name", "tier", "units", "unit", "usd", "days", "usd_per_year", "places"]]


def reserve_by_place(result: Reported) -> pd.DataFrame:
    """What stands where and whose it is, dearest first. Columns place, place_name, owner, goods, usd."""
    held = result.sizing.reserve.table()
    table = held.groupby(["place", "owner"]).agg(goods=("good", "nunique"), usd=("usd", "sum")).reset_index()
    table.insert(1, "place_name", place_names(result.network, table["place"]))
    return table.sort_values(["usd", "place"], ascending=[False, True], ignore_index=True)


def losses(result: Reported) -> pd.DataFrame:
    """Loss in each scenario, gravest first. Columns scenario, probability, without_usd, loss_usd, avoided_usd."""
    table = result.sizing.losses.copy()
    dust = NOISE * _stake(result.network, result.study.weeks)
    for column in ("without_usd", "loss_usd"):
        table[column] = table[column].where(table[column] > dust, 0.0)
    table["avoided_usd"] = table["without_usd"] - table["loss_usd"]
    return table.sort_values(["without_usd", "scenario"], ascending=[False, True], ignore_index=True)


def unmet(result: Reported) -> pd.DataFrame:
    """Demand that stays short in spite of the reserve, rounding left out, and whether a member wanted it.

    Columns as in `sizing.unmet`, and `member`.
    """
    table = result.sizing.unmet.copy()
    totals = table.groupby("scenario")["usd"].transform("sum")
    stake = _stake(result.network, result.study.weeks)
    own = NOISE * stake / max(len(result.network.demand), 1)
    table = table[(totals > NOISE * stake) & (table["usd"] > own)].reset_index(drop=True)
    country = table["place"].map(result.network.places.set_index("place")["country"])
    return table.assign(member=country.isin(member_countries(result)))


def unmet_by_week(result: Reported, *, members: bool | None = None) -> pd.DataFrame:
    """Value of unmet demand in each week, in USD a week. Rows: weeks from 1; columns: scenarios in the study's order.

    `members` keeps the demand of members (True) or of everybody else (False). A period longer than a week is spread
    evenly over its weeks.
    """
    weeks = result.study.weeks
    names = [scenario.name for scenario in result.study.scenarios]
    table = pd.DataFrame(0.0, index=pd.RangeIndex(1, weeks + 1, name="week"), columns=names)
    rows = unmet(result)
    rows = rows if members is None else rows[rows["member"] == members]
    spans = rows.groupby(["scenario", "week", "weeks"], as_index=False)["usd"].sum()
    for row in spans.itertuples():
        last = min(row.week + row.weeks - 1, weeks)
        table.loc[row.week : last, row.scenario] += row.usd / row.weeks
    return table


def still_short(result: Reported) -> pd.DataFrame:
    """What stays short over the horizon, by scenario and tier of use.

    Columns scenario, tier, members_usd, members_share, others_usd, others_share; a share is of the demand of the whole
    horizon, by value.
    """
    rows = unmet(result)
    demand = result.network.demand
    demand["usd"] = demand["units_per_week"] * demand["usd_per_unit_unmet"] * result.study.weeks
    country = demand["place"].map(result.network.places.set_index("place")["country"])
    wanted = demand.assign(member=country.isin(member_countries(result))).groupby(["tier", "member"])["usd"].sum()
    short = rows.groupby(["scenario", "tier", "member"])["usd"].sum()
    found = []
    for scenario in (scenario.name for scenario in result.study.scenarios):
        for tier in (tier for tier in USE_TIERS if tier in set(demand["tier"])):
            row: dict[str, Any] = {"scenario": scenario, "tier": tier}
            for who, inside in (("members", True), ("others", False)):
                value = float(short.get((scenario, tier, inside), 0.0))
                whole = float(wanted.get((tier, inside), 0.0))
                row |= {f"{who}_usd": value, f"{who}_share": value / whole if whole > 0 else np.nan}
            found.append(row)
    columns = ["scenario", "tier", "members_usd", "members_share", "others_usd", "others_share"]
    return pd.DataFrame(found, columns=columns)


def marginal(result: Reported) -> pd.DataFrame:
    """For each good, the place where one more unit saves most, against what holding it costs; best first.

    Columns good, name, place, unit, saved_usd_per_unit, holding_usd_per_unit, ratio, held. A ratio of one is where
    more is not worth its cost; above one a limit stops the reserve from growing.
    """
    table = result.sizing.marginal_value.copy()
    table["ratio"] = table["saved_usd_per_unit"] / table["holding_usd_per_unit"].where(table["holding_usd_per_unit"] > 0)
    table["held"] = table.groupby("good")["units"].transform("sum") > 0
    table = table.sort_values(["ratio", "good", "place"], ascending=[False, True, True]).drop_duplicates("good")
    goods = result.network.goods.set_index("good")
    table["name"], table["unit"] = table["good"].map(goods["name"]), table["good"].map(goods["unit"])
    columns = ["good", "name", "place", "unit", "saved_usd_per_unit", "holding_usd_per_unit", "ratio", "held"]
    return table[columns].reset_index(drop=True)


def goods_in_layers(network: Network) -> pd.DataFrame:
    """Each good with what the baseline makes of it and on whom it hangs.

    Columns good, name, tier, usd_per_week, country (its largest), share (of that country, 0 to 1), herfindahl.
    """
    baseline = balance(network).network
    made = baseline.producers[["good", "place", "output_per_week"]]
    made = made.assign(country=made["place"].map(baseline.places.set_index("place")["country"]))
    output = made.groupby(["good", "country"])["output_per_week"].sum()
    total = output.groupby("good").sum()
    shares = (output / total.where(total > 0)).dropna()
    largest = shares.groupby("good").idxmax().map(lambda key: key[1])
    goods = baseline.goods.set_index("good")[["name", "tier", "usd_per_unit"]]
    table = goods.assign(
        usd_per_week=goods["usd_per_unit"] * total,
        country=largest,
        share=shares.groupby("good").max(),
        herfindahl=(shares**2).groupby("good").sum(),
    )
    columns = ["good", "name", "tier", "usd_per_week", "country", "share", "herfindahl"]
    return table.reset_index()[columns]


def coverage(network: Network) -> pd.DataFrame:
    """How many figures by table and confidence, with a last row for all. Columns table, then the confidences, total."""
    figures = network.figures
    counts = figures.groupby(["table", "confidence"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(CONFIDENCES), fill_value=0)
    counts.loc["all tables"] = counts.sum()
    return counts.assign(total=counts.sum(axis=1)).rename_axis("table").reset_index()


def member_countries(result: Reported) -> tuple[str, ...]:
    """The countries that own the reserve; all of them where the study names no bloc."""
    network = result.network
    if result.study.members:
        return network.countries(result.study.members)
    return tuple(sorted(set(network.places["country"])))


def place_names(network: Network, places: pd.Series) -> pd.Series:
    """Names for people; the id where a place has none."""
    names = network.places.set_index("place")["name"]
    found = places.map(names).fillna("")
    return found.where(found != "", places)


def _stake(network: Network, weeks: int) -> float:
    """Value at stake in all demand over the horizon, in USD."""
    demand = network.demand
    return float((demand["units_per_week"] * demand["usd_per_unit_unmet"]).sum() * weeks)
