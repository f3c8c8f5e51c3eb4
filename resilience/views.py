"""What figures and reports show: small frames worked out from a reading. `plot` and `report` draw the same ones.

Each is a pure function that returns a tidy frame whose columns end in their unit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.metrics import concentrations
from resilience.network import CONFIDENCES, Network
from resilience.reading import Reading
from resilience.sizing.ranges import ALL

USE_TIERS = ("defence", "essential", "other")
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
    """Loss in each scenario, gravest first. Columns scenario, probability, without_usd, loss_usd, avoided_usd.

    What the solver leaves open (its gap) is not told as avoided.
    """
    table = reading.table("losses")
    dust = NOISE * _stake(reading.network, reading.study.weeks)
    for column in ("without_usd", "loss_usd"):
        table[column] = table[column].where(table[column] > dust, 0.0)
    open_usd = reading.provenance["gap"] * abs(reading.figures()["objective_usd"]) / table["probability"].clip(lower=NOISE)
    avoided = table["without_usd"] - table["loss_usd"]
    table["avoided_usd"] = avoided.where(avoided.abs() > np.maximum(open_usd, dust), 0.0)
    return table.sort_values(["without_usd", "scenario"], ascending=[False, True], ignore_index=True)


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
    found = pd.DataFrame(0.0, index=pd.RangeIndex(1, weeks + 1, name="week"), columns=names)
    for row in table.groupby(["scenario", "week", "weeks"], as_index=False)["usd"].sum().itertuples():
        last = min(row.week + row.weeks - 1, weeks)
        found.loc[row.week : last, row.scenario] += row.usd / row.weeks
    return found.where(found > NOISE * _stake(reading.network, weeks), 0.0)


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
    table = table.sort_values(["ratio", "good", "place"], ascending=[False, True, True]).drop_duplicates("good")
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
    return counts.assign(total=counts.sum(axis=1)).rename_axis("table").reset_index()


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
