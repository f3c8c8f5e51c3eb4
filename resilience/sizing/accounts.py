"""What an answer says of measures, and of what to thank for the loss avoided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resilience.physics import Floats
from resilience.sizing.credit import credit
from resilience.sizing.ranking import MEASURE, STOCK
from resilience.solver import Solution

if TYPE_CHECKING:
    from resilience.sizing.size import Stated

BARELY = 1e-6  # of a measure that counts as none bought


def measures_table(asked: Stated, found: Solution) -> pd.DataFrame:
    """What is bought of each measure, what it costs, and what one more costs and, by its duals, saves.

    Columns measure, kind, bought, most, usd, usd_per_year, one_usd_per_year, one_saves_usd_per_year, note.
    """
    joined, usd, offers = asked.joined, asked.laws.usd, asked.terms.offers
    bought = joined.bought(found.x)
    bought = np.where(np.arange(len(bought)) < offers.parts, np.where(bought > BARELY, bought, 0.0), np.round(bought))
    saved = np.zeros(len(bought))
    for number, rows in enumerate(joined.rows):
        saved += joined.lifted(found.row_dual[rows], number)
    return pd.DataFrame({
        "measure": [one.name for one in asked.measures],
        "kind": [type(one).__name__ for one in asked.measures],
        "bought": bought,
        "most": offers.most,
        "usd": bought * offers.purchase * usd,
        "usd_per_year": bought * offers.yearly * usd,
        "one_usd_per_year": offers.yearly * usd,
        "one_saves_usd_per_year": saved * usd,
        "note": [one.note for one in asked.measures],
    })  # fmt: skip


def split(
    asked: Stated, found: Solution, alone: Sequence[Solution], held: Floats, losses: pd.DataFrame
) -> pd.DataFrame:
    """The loss avoided in each scenario, split over goods and measures."""
    joined, stocks, count = asked.joined, len(asked.rows), len(asked.measures)
    names = [*asked.rows["good"], *(measure.name for measure in asked.measures)]
    items = pd.DataFrame({"kind": [STOCK] * stocks + [MEASURE] * count, "name": names})

    def worth(number: int, dual: Floats) -> Floats:
        return np.concatenate([joined.worth(dual, number), joined.lifted(dual, number)])

    return credit(
        items,
        np.concatenate([held, joined.bought(found.x)]),
        [np.concatenate([mine, np.arange(stocks, stocks + count)]) for mine in joined.mine],
        [worth(number, response.row_dual) for number, response in enumerate(alone)],
        [worth(number, found.row_dual[rows]) for number, rows in enumerate(joined.rows)],
        np.array([joined.weight(found.row_dual, number) for number in range(len(alone))]),
        losses,
    )


def of_stock(spared: pd.DataFrame) -> pd.DataFrame:
    """The part of a split that goods are thanked for. Columns scenario, good, avoided_usd."""
    rows = spared.loc[spared["kind"] == STOCK, ["scenario", "name", "avoided_usd"]]
    return rows.rename(columns={"name": "good"}).reset_index(drop=True)


def expected(spared: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """A split over all years. Columns kind, name, avoided_usd_per_year."""
    chance = spared["scenario"].map(losses.set_index("scenario")["probability"])
    yearly = spared.assign(avoided_usd_per_year=spared["avoided_usd"] * chance)
    return yearly.groupby(["kind", "name"])["avoided_usd_per_year"].sum().reset_index()
