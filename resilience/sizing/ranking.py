"""Stock and measures in one ranking: what each costs a year for each USD of loss that it avoids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.lookup import looked_up

KEYS = ["kind", "name"]
COLUMNS = [
    "kind", "name", "amount", "usd", "usd_per_year", "avoided_usd_per_year", "usd_per_usd_avoided",
    "next_usd_per_usd_saved",
]  # fmt: skip
STOCK, MEASURE = "stock", "measure"


def ranking(*, held: pd.DataFrame, goods: pd.DataFrame, measures: pd.DataFrame, spared: pd.DataFrame) -> pd.DataFrame:
    """Every good and measure that is bought, cheapest for what it avoids first; then those that are not.

    Parameters
    ----------
    held
        Of each store: good, units, saved_usd_per_unit, holding_usd_per_unit (both a year).
    goods
        good, usd_per_unit.
    measures
        measure, bought, usd, usd_per_year (of what is bought), one_usd_per_year and one_saves_usd_per_year (of one).
    spared
        kind, name, avoided_usd_per_year: expected, as `credit` splits it.

    Returns
    -------
    Columns kind (stock or measure), name, amount (units, or how many of a measure), usd (to buy), usd_per_year,
    avoided_usd_per_year, usd_per_usd_avoided (the mean, over all that is bought) and next_usd_per_usd_saved (of one
    more, by its dual: past 1 it is not worth buying; below 1 a limit, a budget or a whole number is in the way). For
    what is not bought the dual tells the most that a first one can save. Goods that could save nothing are left out.
    """
    price = looked_up(held["good"], goods.set_index("good")["usd_per_unit"])
    stores = held.assign(usd=held["units"] * price, usd_per_year=held["units"] * held["holding_usd_per_unit"])
    stock = stores.groupby("good")[["units", "usd", "usd_per_year"]].sum().rename(columns={"units": "amount"})
    more = _per_saved(held["holding_usd_per_unit"], held["saved_usd_per_unit"])
    stock["next_usd_per_usd_saved"] = more.groupby(held["good"]).min()
    bought = measures.set_index("measure").rename(columns={"bought": "amount"})
    bought["next_usd_per_usd_saved"] = _per_saved(bought["one_usd_per_year"], bought["one_saves_usd_per_year"])
    table = pd.concat({STOCK: stock, MEASURE: bought[stock.columns]}, names=KEYS).reset_index()
    known = spared.set_index(KEYS)["avoided_usd_per_year"].reindex(pd.MultiIndex.from_frame(table[KEYS]))
    table["avoided_usd_per_year"] = known.fillna(0.0).to_numpy()
    mean = _per_saved(table["usd_per_year"], table["avoided_usd_per_year"])
    table["usd_per_usd_avoided"] = mean.where(table["amount"] > 0)
    wanted = (table["amount"] > 0) | (table["kind"] == MEASURE) | np.isfinite(table["next_usd_per_usd_saved"])
    order = ["usd_per_usd_avoided", "next_usd_per_usd_saved", *KEYS]
    chosen: pd.DataFrame = table.loc[wanted, COLUMNS]
    return chosen.sort_values(order, ignore_index=True)  # what is not bought has no mean, and so is last


def _per_saved(usd: pd.Series, saved: pd.Series) -> pd.Series:
    """USD spent for each saved; without end where nothing is."""
    some = saved > 1e-12 * max(float(saved.abs().max()) if len(saved) else 0.0, 1e-300)
    return (usd / saved.where(some, 1.0)).where(some, np.inf)
