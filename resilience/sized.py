"""What a sized reserve means in the analyst's tables: what to hold of each good, what stays short, what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.lookup import looked_up
from resilience.network import Network
from resilience.sizing.ranges import ALL
from resilience.sizing.size import Sizing
from resilience.study import Study

NOISE = 1e-9  # share of the largest figure of its kind, or of all of them, that counts as rounding


def goods(network: Network, sizing: Sizing) -> pd.DataFrame:
    """What to hold of each good, dearest first.

    Columns good, quantity, unit, reserve_usd, cover_days (of the owners' baseline use), held_at (places, most first),
    holding_usd_per_year, avoided_usd_per_year (expected; attributed as `resilience.sizing.credit` says),
    avoided_unmet_usd_per_year (of which demand that would go unmet: in each scenario the same part for every good),
    saved_usd_per_usd_held (a year, by the last unit held, before holding cost), least_quantity and most_quantity (of
    any reserve within a twentieth of the best cost; see `resilience.sizing.ranges`).
    """
    held = sizing.reserve.table()
    known = network.goods.set_index("good")
    losses, credit = sizing.losses.set_index("scenario"), sizing.credit
    yearly = credit["avoided_usd"] * looked_up(credit["scenario"], losses["probability"])
    yearly = yearly.where(yearly > NOISE * yearly.sum(), 0.0)
    avoided = yearly.groupby(credit["good"]).sum()
    of_demand = (yearly * looked_up(credit["scenario"], unmet_share(losses))).groupby(credit["good"]).sum()
    worth, spans = sizing.marginal_value, sizing.ranges
    ends = spans[(spans["place"] == ALL) & (spans["within"] == spans["within"].max())].set_index("good")
    rows = []
    for good, stores in held.groupby("good"):
        units, usd = float(stores["units"].sum()), float(stores["usd"].sum())
        use = (stores["units"] / stores["days"]).groupby(stores["owner"]).max().sum()
        most = stores.sort_values(["usd", "place"], ascending=[False, True])
        last = worth[(worth["good"] == good) & (worth["units"] > 0)]
        saved = float((last["saved_usd_per_unit"] * last["units"]).sum() / last["units"].sum())
        price = float(known["usd_per_unit"][good])
        rows.append(
            {
                "good": good,
                "quantity": units,
                "unit": known.at[good, "unit"],
                "reserve_usd": usd,
                "cover_days": units / use if use > 0 else np.nan,
                "held_at": _places(most),
                "holding_usd_per_year": usd * float(known["holding_share_per_year"][good]),
                "avoided_usd_per_year": float(avoided.get(good, 0.0)),
                "avoided_unmet_usd_per_year": float(of_demand.get(good, 0.0)),
                "saved_usd_per_usd_held": saved / price if price > 0 else np.nan,
                "least_quantity": float(ends.at[good, "least_units"]),
                "most_quantity": float(ends.at[good, "most_units"]),
            }
        )
    table = pd.DataFrame(rows, columns=_GOODS)
    return table.sort_values(["reserve_usd", "good"], ascending=[False, True], ignore_index=True)


_GOODS = [
    "good", "quantity", "unit", "reserve_usd", "cover_days", "held_at", "holding_usd_per_year", "avoided_usd_per_year",
    "avoided_unmet_usd_per_year", "saved_usd_per_usd_held", "least_quantity", "most_quantity",
]  # fmt: skip


def unmet_share(losses: pd.DataFrame) -> pd.Series:
    """In each scenario of a sizing's `losses`, the part of the loss avoided that is demand which would go unmet. [0..1]

    The rest is stock which would be missing at the horizon, less what is drawn from the reserve.

    >>> unmet_share(pd.DataFrame({"without_usd": [100.0, 50.0], "loss_usd": [20.0, 50.0],
    ...                           "without_unmet_usd": [60.0, 0.0], "unmet_usd": [0.0, 0.0]})).tolist()
    [0.75, 0.0]
    """
    avoided = losses["without_usd"] - losses["loss_usd"]
    met = (losses["without_unmet_usd"] - losses["unmet_usd"]).fillna(0.0)
    return (met / avoided.where(avoided > 0)).clip(0.0, 1.0).fillna(0.0)


def _places(stores: pd.DataFrame) -> str:
    """The three places that hold most, with their shares, and how many more there are."""
    share = (stores.groupby("place", sort=False)["units"].sum() / stores["units"].sum()).head(3)
    more = stores["place"].nunique() - len(share)
    shown = ", ".join(f"{place} {part:.0%}" for place, part in share.items())
    return f"{shown} and {more} more" if more else shown


def shortfall(study: Study, network: Network, sizing: Sizing) -> pd.DataFrame:
    """What stays short over the horizon.

    Columns scenario, good, tier (of use), who (members or others), unit, without_units, units, without_usd, usd; money
    is the value at stake, unweighted.
    """
    members = study.members
    inside = set(network.countries(members)) if members else set(network.places["country"])
    country = network.places.set_index("place")["country"]
    keys = ["scenario", "good", "tier", "who"]

    def by_user(name: str) -> pd.DataFrame:
        rows = sizing.table(name)
        rows["who"] = np.where(rows["place"].map(country).isin(inside), "members", "others")
        return rows.groupby(keys)[["units", "usd"]].sum()

    table = _beside(study, network, without=by_user("unmet_without"), held=by_user("unmet"))
    table = table.sort_values(["order", *keys[1:]])
    return table[[*keys, *_AMOUNTS]].reset_index(drop=True)


def missing(study: Study, network: Network, sizing: Sizing) -> pd.DataFrame:
    """What stock is missing at the horizon, goods on their way and in process included.

    Columns scenario, good, unit, without_units, units, without_usd, usd; money is the price of putting it back,
    unweighted. A plan: others that lose as little may be short of other goods.
    """
    keys = ["scenario", "good"]
    without, held = (sizing.table(name).set_index(keys)[["units", "usd"]] for name in ("missing_without", "missing"))
    table = _beside(study, network, without=without, held=held)
    table = table.sort_values(["order", "without_usd", "good"], ascending=[True, False, True])
    return table[[*keys, *_AMOUNTS]].reset_index(drop=True)


_AMOUNTS = ["unit", "without_units", "units", "without_usd", "usd"]


def _beside(study: Study, network: Network, *, without: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Units and usd without the reserve and with it in one table, but for what is rounding; with the unit of the good
    and the `order` of the scenario.
    """
    table = pd.concat([without.add_prefix("without_"), held], axis=1).fillna(0.0)
    dust = NOISE * float(table[["without_usd", "usd"]].to_numpy().max(initial=0.0))
    table = table[table[["without_usd", "usd"]].max(axis=1) > dust].reset_index()
    order = {scenario.name: number for number, scenario in enumerate(study.scenarios)}
    unit = network.goods.set_index("good")["unit"]
    return table.assign(order=table["scenario"].map(order), unit=table["good"].map(unit))
