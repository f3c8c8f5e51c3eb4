"""A reserve's stores tied to the stock points they supply: what the simulator and the program share of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.physics import Floats, Physics, Whole
from resilience.policy import Release
from resilience.tables import cells, numbered


@dataclass(frozen=True, kw_only=True, eq=False)
class Stores:
    """Where a reserve stands or could stand: one row for each good, place and owner.

    A bloc's stores form one pool for each good: what one sends, any member may receive. A country's own stores
    supply only its own stock points.
    """

    rows: pd.DataFrame  # good, place, owner
    point: Whole  # stock point of each row
    largest: Floats  # scaled units beyond which more could never be drawn
    pool: Whole  # pool of each row, -1 for a country's own
    receiver_pool: Whole  # per receiver of pooled draws: its pool
    receiver_point: Whole
    release: Release

    def __len__(self) -> int:
        return len(self.rows)


def stores(physics: Physics, rows: pd.DataFrame, *, weeks: int, release: Release) -> Stores:
    """The stores in `rows` (good, place, owner), tied to the stock points they supply.

    Raises
    ------
    AskError
        If a store stands where the network has no such stock point.
    """
    points = physics.points
    at = numbered(points, "good", "place")
    rows = rows[["good", "place", "owner"]].reset_index(drop=True)
    point = np.array([at.get(name, -1) for name in cells(rows, "good", "place")], dtype=np.int64)
    lost = rows[point < 0]
    if len(lost):
        named = [f"{row.good} at {row.place}: nobody there makes, uses or wants it" for row in lost.itertuples()]
        raise AskError("A reserve can only be held where its good has a stock point", named)
    network = physics.network
    blocs = network.blocs
    pooled = rows[rows["owner"].isin(blocs)]
    pools = list(dict.fromkeys(pooled[["good", "owner"]].itertuples(index=False, name=None)))
    number = {pool: n for n, pool in enumerate(pools)}
    owned = rows[["good", "owner"]].itertuples(index=False, name=None)
    pool = np.array([number.get(key, -1) for key in owned], dtype=np.int64)
    use = physics.use + physics.swaps.most_taken(len(points))  # whoever could be served, and with how much
    receivers = [
        (number[good, owner], at)
        for good, owner in pools
        for at in np.flatnonzero((points["good"] == good) & points["country"].isin(blocs[owner]))
        if use[at] > 0
    ]
    inside = {
        owner: points["country"].isin(network.countries(str(owner))).to_numpy() for owner in rows["owner"].unique()
    }
    good = points["good"].to_numpy(dtype=object)
    of_good = {name: good == name for name in rows["good"].unique()}
    drawn = [use[of_good[row.good] & inside[row.owner]].sum() for row in rows.itertuples()]
    pairs = np.array(receivers, dtype=np.int64).reshape(-1, 2)
    return Stores(
        rows=rows,
        point=point,
        largest=2.0 * weeks * np.array(drawn, dtype=np.float64).reshape(-1),
        pool=pool,
        receiver_pool=pairs[:, 0],
        receiver_point=pairs[:, 1],
        release=release,
    )


def no_stores(physics: Physics) -> Stores:
    """No reserve at all."""
    return stores(physics, pd.DataFrame(columns=["good", "place", "owner"]), weeks=0, release=Release())
