"""What a sized reserve means in the analyst's tables: what to hold of each good, and what stays short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.network import Network
from resilience.sizing.ranges import ALL
from resilience.sizing.size import Sizing
from resilience.study import Study

NOISE = 1e-9  # share of the largest figure of its kind that counts as rounding


def goods(network: Network, sizing: Sizing) -> pd.DataFrame:
    """What to hold of each good, dearest first.

    Columns good, quantity, unit, reserve_usd, cover_days (of the owners' baseline use), held_at (places, most first),
    holding_usd_per_year, avoided_usd_per_year (expected; attributed as `resilience.sizing.credit` says),
    saved_usd_per_usd_held (a year, by the last unit held, before holding cost), least_quantity and most_quantity (of
    any reserve within a twentieth of the best cost; see `resilience.sizing.ranges`).
    """
    held = sizing.reserve.table()
    known = network.goods.set_index("good")
    chance = sizing.losses.set_index("scenario")["probability"]
    credit = sizing.credit
    avoided = (credit["avoided_usd"] * credit["scenario"].map(chance)).groupby(credit["good"]).sum()
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
                "saved_usd_per_usd_held": saved / price if price > 0 else np.nan,
                "least_quantity": float(ends.at[good, "least_units"]),
                "most_quantity": float(ends.at[good, "most_units"]),
            }
        )
    table = pd.DataFrame(rows, columns=_GOODS)
    return table.sort_values(["reserve_usd", "good"], ascending=[False, True], ignore_index=True)


_GOODS = [
    "good", "quantity", "unit", "reserve_usd", "cover_days", "held_at", "holding_usd_per_year", "avoided_usd_per_year",
    "saved_usd_per_usd_held", "least_quantity", "most_quantity",
]  # fmt: skip


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
    parts = []
    for name, prefix in (("unmet_without", "without_"), ("unmet", "")):
        rows = sizing.table(name)
        rows["who"] = np.where(rows["place"].map(country).isin(inside), "members", "others")
        parts.append(rows.groupby(keys)[["units", "usd"]].sum().add_prefix(prefix))
    table = pd.concat(parts, axis=1).fillna(0.0)
    dust = NOISE * float(table[["without_usd", "usd"]].to_numpy().max(initial=0.0))
    table = table[(table["without_usd"] > dust) | (table["usd"] > dust)].reset_index()
    order = {scenario.name: number for number, scenario in enumerate(study.scenarios)}
    table = table.sort_values(keys, key=lambda column: column.map(order) if column.name == "scenario" else column)
    table["unit"] = table["good"].map(network.goods.set_index("good")["unit"])
    columns = [*keys, "unit", "without_units", "units", "without_usd", "usd"]
    return table[columns].reset_index(drop=True)
