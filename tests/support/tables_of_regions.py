"""Two regions and two sectors in the frames that pymrio's tables have, small enough to work by hand."""

from dataclasses import dataclass

import pandas as pd

ENDS = pd.MultiIndex.from_product([["east", "west"], ["ore", "steel"]], names=["region", "sector"])


@dataclass
class Tables:
    """As much of an IOSystem as is read."""

    Z: pd.DataFrame | None
    Y: pd.DataFrame | None


def table(**cells):
    """East digs ore for both regions' steel; each sells steel to both. Output: ore 52 and 0, steel 104 and 208."""
    between = pd.DataFrame(0.0, ENDS, ENDS)
    between.loc[("east", "ore"), [("east", "steel"), ("west", "steel")]] = [20.0, 26.0]
    between.loc[("east", "steel"), ("east", "ore")] = 5.2
    columns = pd.MultiIndex.from_product([["east", "west"], ["households", "stocks"]], names=["region", "category"])
    final = pd.DataFrame(0.0, ENDS, columns)
    final.loc[("east", "ore"), ("east", "households")] = 6.0
    final.loc[("east", "steel")] = [80.0, 0.0, 10.0, 8.8]
    final.loc[("west", "steel")] = [8.0, 0.0, 200.0, 0.0]
    for (name, row, column), value in cells.get("put", {}).items():
        {"Z": between, "Y": final}[name].loc[row, column] = value
    return Tables(Z=between, Y=final)
