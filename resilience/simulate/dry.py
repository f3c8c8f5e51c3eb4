"""Which stock points run dry in a simulated scenario, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.physics import Physics
from resilience.simulate.records import Records

EMPTY = 1e-6  # share of the opening stock below which a stock point counts as dry


def ran_dry(physics: Physics, records: Records, column: int) -> pd.DataFrame:
    """Stock points that hold stock in a calm week and lose all of it: first dry week, dearest use first.

    Columns week, good, place, tier (of the good), weeks_held (calm stock over use), usd_per_week (use at the good's own
    price). A point that is dry may still be served from week to week: what goes unmet says whether it mattered.
    """
    full = records.full
    assert full is not None
    rows = np.flatnonzero((physics.stock > 0) & (physics.use > 0))
    dry = full.stock[rows, :, column] <= EMPTY * physics.stock[rows, None]
    hit = dry.any(axis=1)
    rows, first = rows[hit], dry[hit].argmax(axis=1)
    found = physics.points.iloc[rows][["good", "place", "tier"]].reset_index(drop=True)
    found.insert(0, "week", first + 1)
    found["weeks_held"] = physics.stock[rows] / physics.use[rows]
    found["usd_per_week"] = physics.use[rows] * physics.price[rows] * physics.usd
    order = ["week", "usd_per_week", "good", "place"]
    return found.sort_values(order, ascending=[True, False, True, True], ignore_index=True)
