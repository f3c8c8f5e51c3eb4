"""What figures and reports show: small frames worked out from a reading. `plot` and `report` draw the same ones.

Each is a pure function that returns a tidy frame whose columns end in their unit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.lookup import looked_up
from resilience.metrics import concentrations
from resilience.network import CONFIDENCES, Network
from resilience.reading import Reading
from resilience.sizing.ranges import ALL

USE_TIERS = ("defence", "essential", "other")
MOST_SCENARIOS = 30  # of which a table tells one by one, the gravest first
FAR = 1.0  # ranges past the ends of a reported one at which an outcome is drawn at the edge
PERIOD = 13  # weeks of a row of the ledger
WEEK_DAYS = 7
WEEKS_A_YEAR = 52
ROUNDING = 1e-6  # share of the largest row of a ledger below which another is none
NOISE = 1e-9  # share of what all demand of the horizon is worth that counts as rounding


def reserve_by_good(reading: Reading) -> pd.DataFrame:
    """`table("goods")`, with the name of each good after its id."""
    table = reading.table("goods")
    table.insert(1, "name", table["good"].map(reading.network.goods.set_index("good")["name"]))
    return table


def reserve_by_place(reading: Reading) -> pd.DataFrame:
    """What stands where and whose it is, dearest first. Columns place, place_name, owner, goods, usd."""
    held = reading.table("reserve")
    table = held.groupby(["place", "owner"]).agg(goods=("good", "nunique"), usd=("usd", "sum")).reset_index()
    table.insert(1, "place_name", place_names(reading.network, table["place"]))
    return table.sort_values(["usd", "place"], ascending=[False, True], ignore_index=True)


def losses(reading: Reading) -> pd.DataFrame:
    """Loss in each scenario, gravest first.

    Columns scenario, probability, without_usd, loss_usd, avoided_usd, and without_demand and demand: the parts of the
    losses that are unmet demand, where anything is lost. What the solver leaves open (its gap) is not told as avoided.
    """
    table = reading.table("losses")
    dust = NOISE * _stake(reading.network, reading.study.weeks)
    for column, unmet, part in _LOSSES:
        for amount in (column, unmet):
            table[amount] = table[amount].where((table[amount] > dust) | table[amount].isna(), 0.0)
        table[part] = (table.pop(unmet) / table[column].where(table[column] > 0)).clip(0.0, 1.0)
    open_usd = (
        reading.provenance["gap"] * abs(reading.figures()["objective_usd"]) / table["probability"].clip(lower=NOISE)
    )
    avoided = table["without_usd"] - table["loss_usd"]
    table["avoided_usd"] = avoided.where(avoided.abs() > np.maximum(open_usd, dust), 0.0)
    return table.sort_values(["without_usd", "scenario"], ascending=[False, True], ignore_index=True)


_LOSSES = (("without_usd", "without_unmet_usd", "without_demand"), ("loss_usd", "unmet_usd", "demand"))


def beside_simulation(reading: Reading) -> pd.DataFrame:
    """`table("simulated")` with what is rounding as nothing; of many scenarios the gravest as simulated."""
    table = reading.table("simulated")
    amounts = [name for name in table.columns if name.endswith("_usd")]
    table[amounts] = table[amounts].where(table[amounts] > NOISE * _stake(reading.network, reading.study.weeks), 0.0)
    gravest = table["simulated_without_usd"].sort_values(ascending=False, kind="stable").index[:MOST_SCENARIOS]
    kept: pd.DataFrame = table.loc[gravest].sort_index()
    return kept


def unmet_by_week(reading: Reading, *, members: bool | None = None, reserve: bool = True) -> pd.DataFrame:
    """Value of unmet demand in each week, in USD a week. Rows: weeks from 1; columns: scenarios in the study's order.

    Parameters
    ----------
    members
        Keep the demand of members (True) or of everybody else (False).
    reserve
        With the reserve in use (True) or with nothing held.

    A period longer than a week is spread evenly over its weeks. What is rounding counts as nothing.
    """
    weeks = reading.study.weeks
    table = reading.table("unmet" if reserve else "unmet_without")
    if members is not None:
        country = table["place"].map(reading.network.places.set_index("place")["country"])
        table = table[country.isin(member_countries(reading)) == members]
    names = [scenario.name for scenario in reading.study.scenarios]
    summed = _week_by_week(table, weeks).pivot_table(values="usd", index="week", columns="scenario", aggfunc="sum")
    found = summed.reindex(index=pd.RangeIndex(1, weeks + 1, name="week"), columns=names).fillna(0.0)
    return found.where(found > NOISE * _stake(reading.network, weeks), 0.0).rename_axis(columns=None)


def still_short(reading: Reading) -> pd.DataFrame:
    """What stays short over the horizon, by scenario and tier of use; rows in which nothing is short are left out.

    Columns scenario, tier, then for members and others: without_usd (with nothing held), usd (with the reserve), share
    (of their demand over the horizon, by value, with the reserve).
    """
    money = ["without_usd", "usd"]
    rows = reading.table("shortfall").groupby(["scenario", "tier", "who"])[money].sum()
    rows = rows.where(rows > NOISE * _stake(reading.network, reading.study.weeks), 0.0)
    demand = reading.network.demand
    demand["usd"] = demand["units_per_week"] * demand["usd_per_unit_unmet"] * reading.study.weeks
    inside = demand["place"].map(reading.network.places.set_index("place")["country"]).isin(member_countries(reading))
    wanted = demand.assign(who=np.where(inside, "members", "others")).groupby(["tier", "who"])["usd"].sum()
    names = [scenario.name for scenario in reading.study.scenarios]
    tiers = [*USE_TIERS, *sorted(set(demand["tier"]) - set(USE_TIERS))]
    found = pd.DataFrame(index=pd.MultiIndex.from_product([names, tiers], names=["scenario", "tier"]))
    for who in ("members", "others"):
        part = rows[rows.index.get_level_values("who") == who].droplevel("who").reindex(found.index, fill_value=0.0)
        found[f"{who}_without_usd"], found[f"{who}_usd"] = part["without_usd"], part["usd"]
        wanted_by = {tier: float(wanted.get((tier, who), np.nan)) for tier in tiers}
        found[f"{who}_share"] = [
            short / wanted_by[tier]
            for tier, short in zip(found.index.get_level_values("tier"), part["usd"], strict=True)
        ]
    return found[(found.filter(like="usd") > 0).any(axis=1)].reset_index()


def missing(reading: Reading) -> pd.DataFrame:
    """`table("missing")`, dearest without the reserve first; rows that are rounding beside the largest are left out."""
    table = reading.table("missing")
    amounts = table[["without_usd", "usd"]].max(axis=1)
    kept: pd.DataFrame = table[amounts > ROUNDING * amounts.max()]
    return kept.sort_values(["without_usd", "usd", "scenario", "good"], ascending=[False, False, True, True])


def bands(reading: Reading, *, reserve: bool = True) -> pd.DataFrame:
    """Value of unmet demand by week over all scenarios, weighed by their chances. Rows: weeks from 1. [USD a week]

    Columns low and high (the tenth and the ninetieth percentile), mean, most: of the scenarios, given that one of them
    happens.
    """
    weekly = unmet_by_week(reading, reserve=reserve)
    losses = reading.table("losses").set_index("scenario")["probability"].reindex(weekly.columns)
    chance = losses.to_numpy() / losses.sum() if losses.sum() > 0 else np.full(len(losses), 1.0 / max(len(losses), 1))
    values = weekly.to_numpy()
    order = np.argsort(values, axis=1, kind="stable")
    ranked, reached = np.take_along_axis(values, order, axis=1), np.cumsum(chance[order], axis=1)
    at = {name: (reached >= level - NOISE).argmax(axis=1)[:, None] for name, level in (("low", 0.1), ("high", 0.9))}
    found = {name: np.take_along_axis(ranked, column, axis=1)[:, 0] for name, column in at.items()}
    return pd.DataFrame({**found, "mean": values @ chance, "most": values.max(axis=1)}, index=weekly.index)


def ledger(reading: Reading, scenario: str) -> pd.DataFrame:
    """What goes short in one scenario, period by period.

    Columns good, tier, first_week, last_week, without_units, units, without_usd, usd, without_days, days: days of what
    all who want that good for that tier use, a period at most; weeks that the program takes together count as even.
    """
    keys = ["good", "tier", "period"]
    parts = []
    for name, prefix in (("unmet_without", "without_"), ("unmet", "")):
        rows = reading.table(name)
        rows = _week_by_week(rows[rows["scenario"] == scenario], reading.study.weeks)
        parts.append(rows.groupby(keys)[["units", "usd"]].sum().add_prefix(prefix))
    table = pd.concat(parts, axis=1).fillna(0.0).reset_index()
    most = float(table[["without_usd", "usd"]].to_numpy().max(initial=0.0))
    for prefix in ("without_", ""):
        dust = table[f"{prefix}usd"] <= ROUNDING * most
        table.loc[dust, [f"{prefix}usd", f"{prefix}units"]] = 0.0
    table = table[table[["without_usd", "usd"]].max(axis=1) > 0]
    wanted = reading.network.demand.groupby(["good", "tier"])["units_per_week"].sum()
    use = wanted.reindex(pd.MultiIndex.from_frame(table[["good", "tier"]])).to_numpy()
    for prefix in ("without_", ""):
        table[f"{prefix}days"] = WEEK_DAYS * table[f"{prefix}units"] / use
    table["first_week"] = table["period"] * PERIOD + 1
    table["last_week"] = np.minimum((table["period"] + 1) * PERIOD, reading.study.weeks)
    columns = ["good", "tier", "first_week", "last_week", "without_units", "units", "without_usd", "usd"]
    table = table.sort_values(["first_week", "without_usd", "good"], ascending=[True, False, True])
    return table[[*columns, "without_days", "days"]].reset_index(drop=True)


def _week_by_week(rows: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Rows over several weeks as one a week, spread evenly, with the period of each."""
    rows = rows.assign(count=np.minimum(rows["weeks"], weeks - rows["week"] + 1).astype(int)).reset_index(drop=True)
    spread = rows.loc[rows.index.repeat(rows["count"])].copy()
    for name in ("units", "usd"):
        spread[name] = spread[name] / spread["count"]
    spread["week"] = (spread["week"] + spread.groupby(level=0).cumcount()).astype(int)
    return spread.assign(period=(spread["week"] - 1) // PERIOD)


def exposure(reading: Reading) -> pd.DataFrame:
    """What is at stake in each country that wants anything: expected value of unmet demand, most without first.

    Columns country, name, without_usd and usd (a year, without the reserve and with it), share (of a year's demand by
    value, without it; what an event takes over more than a year counts in the year it begins).
    """
    network = reading.network
    country = network.places.set_index("place")["country"]
    chance = reading.table("losses").set_index("scenario")["probability"]
    found = {}
    for column, name in (("without_usd", "unmet_without"), ("usd", "unmet")):
        rows = reading.table(name)
        expected = rows["usd"] * looked_up(rows["scenario"], chance)
        found[column] = expected.groupby(rows["place"].map(country)).sum()
    demand = network.demand
    yearly = demand["units_per_week"] * demand["usd_per_unit_unmet"] * WEEKS_A_YEAR
    wanted = yearly.groupby(demand["place"].map(country)).sum()
    table = pd.DataFrame(found).reindex(wanted.index).fillna(0.0)
    table = table.where(table > NOISE * float(wanted.sum()), 0.0)
    table["share"] = table["without_usd"] / wanted.where(wanted > 0)
    table = table.fillna(0.0).rename_axis("country").reset_index()
    table.insert(1, "name", place_names(network, table["country"]))
    return table.sort_values(["without_usd", "country"], ascending=[False, True], ignore_index=True)


def stores_by_country(reading: Reading) -> pd.DataFrame:
    """Where the reserve stands. Columns country, name, usd; most first."""
    held, network = reading.table("reserve"), reading.network
    usd = held.groupby(held["place"].map(network.places.set_index("place")["country"]))["usd"].sum()
    table = usd[usd > 0].rename_axis("country").reset_index()
    table.insert(1, "name", place_names(network, table["country"]))
    return table.sort_values(["usd", "country"], ascending=[False, True], ignore_index=True)


def assumed(network: Network, *, rows: int = 12) -> pd.DataFrame:
    """The kinds of figure that are assumed, by what their range could move.

    One row a table and column: how many are assumed, and the one whose (high - low) / value times the weekly value of
    the good it speaks of is largest. Columns table, column, assumed, widest, value, low, high, good_usd_per_week.
    """
    figures = network.figures
    figures = figures[figures["confidence"] == "assumed"].copy()
    price = network.goods.set_index("good")["usd_per_unit"]
    weekly = use_per_week(balance(network).network).groupby("good").sum() * price
    figures["good"] = figures["key"].str.split("/").str[0]
    figures["usd_per_week"] = looked_up(figures["good"], weekly).fillna(0.0)
    spread = (figures["high"] - figures["low"]) / figures["value"].abs().where(figures["value"] != 0)
    figures["reach"] = spread.fillna(0.0) * figures["usd_per_week"]
    counts = figures.groupby(["table", "column"]).size().rename("assumed")
    widest = figures.sort_values(["reach", "key"], ascending=[False, True]).drop_duplicates(["table", "column"])
    found = widest.merge(counts.reset_index(), on=["table", "column"]).head(rows)
    found = found.rename(columns={"key": "widest", "usd_per_week": "good_usd_per_week"})
    columns = ["table", "column", "assumed", "widest", "value", "low", "high", "good_usd_per_week"]
    return found[columns].reset_index(drop=True)


def marginal(reading: Reading) -> pd.DataFrame:
    """For each good, the place where one more unit saves most, against what holding it costs; best first.

    Columns good, name, place, unit, saved_usd_per_unit, holding_usd_per_unit, ratio, held. A ratio of one is where
    more is not worth its cost; above one a limit stops the reserve from growing.
    """
    table = reading.table("marginal_value")
    table["ratio"] = table["saved_usd_per_unit"] / table["holding_usd_per_unit"].where(
        table["holding_usd_per_unit"] > 0
    )
    table["held"] = table.groupby("good")["units"].transform("sum") > 0
    table["told"] = table["ratio"].round(2)  # what is told alike ranks alike: what is held comes first then
    table = table.sort_values(["told", "held", "ratio", "good", "place"], ascending=[False, False, False, True, True])
    table = table.drop_duplicates("good")
    goods = reading.network.goods.set_index("good")
    table["name"], table["unit"] = table["good"].map(goods["name"]), table["good"].map(goods["unit"])
    columns = ["good", "name", "place", "unit", "saved_usd_per_unit", "holding_usd_per_unit", "ratio", "held"]
    return table[columns].reset_index(drop=True)


def ranges(reading: Reading) -> pd.DataFrame:
    """What any reserve of nearly the best cost may hold of each good held, in units; dearest to do without first.

    Columns good, name, unit, units, then least and most within each share (as "least_1 %"), dearer_usd.
    """
    every = reading.table("ranges")
    table = every[(every["place"] == ALL) & (every["units"] > 0)]
    found = table.drop_duplicates("good").set_index("good")[["units"]]
    for share in every["within"].unique():
        ends = table[table["within"] == share].set_index("good")
        for end in ("least", "most"):
            found[f"{end}_{share:.0%}".replace("%", " %")] = ends[f"{end}_units"]
    found["dearer_usd"] = reading.table("without_good").set_index("good")["dearer_usd"]
    goods = reading.network.goods.set_index("good")
    found.insert(0, "name", goods["name"])
    found.insert(1, "unit", goods["unit"])
    return found.sort_values(["dearer_usd", "good"], ascending=[False, True]).reset_index()


def against_reports(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Simulated outcomes of past events on a scale of their own: 0 is the low, 1 the high end of what was reported.

    Columns event, what, verdict, at, off (-1 or 1 where it lies further out than `FAR` ranges, and is put there). What
    was not simulated is left out. Where low and high are one figure, a met outcome is put in the middle.
    """
    table = outcomes[outcomes["verdict"] != "not simulated"]
    low, high, found = (table[name].astype(float).to_numpy() for name in ("low", "high", "simulated"))
    never = np.where(table["verdict"] == "too low", -np.inf, np.inf)  # what never comes is no number in an answer.json
    found = np.where(np.isnan(found), never, found)
    wide = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    at = np.where((table["verdict"] == "met") & (high <= low), 0.5, (found - low) / wide)
    off = np.where(at < -FAR, -1, np.where(at > 1.0 + FAR, 1, 0))
    placed = table[["event", "what", "verdict"]].assign(at=np.clip(at, -FAR, 1.0 + FAR), off=off)
    return placed.reset_index(drop=True)


def goods_in_layers(network: Network) -> pd.DataFrame:
    """Each good that is made and used, with what the baseline makes of it and on whom it hangs.

    Columns good, name, tier, usd_per_week, and those of `metrics.concentrations`.
    """
    network = balance(network).network
    measured = concentrations(network)
    goods = network.goods.set_index("good")
    output = network.producers.groupby("good")["output_per_week"].sum()
    table = goods[["name", "tier"]].assign(usd_per_week=goods["usd_per_unit"] * output)
    return table.join(measured, how="inner").reset_index()


def coverage(network: Network) -> pd.DataFrame:
    """How many figures by table and confidence, with a last row for all. Columns table, then the confidences, total."""
    figures = network.figures
    counts = pd.crosstab(figures["table"], figures["confidence"])
    counts = counts.reindex(columns=list(CONFIDENCES), fill_value=0)
    counts.loc["all tables"] = counts.sum()
    return counts.assign(total=counts.sum(axis=1)).rename_axis("table").rename_axis(columns=None).reset_index()


def member_countries(reading: Reading) -> tuple[str, ...]:
    """The countries that own the reserve; all of them where the study names no bloc."""
    network = reading.network
    if reading.study.members:
        return network.countries(reading.study.members)
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
