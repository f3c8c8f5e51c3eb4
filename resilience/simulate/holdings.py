"""One or several reserves as arrays: what stands where, who may draw it, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from resilience.physics import Floats, Physics, Whole
from resilience.policy import Reserve
from resilience.stores import stores


@dataclass(frozen=True, kw_only=True, eq=False)
class Holdings:
    """Stores of all reserves, one row each, and the receivers of their pools.

    A pool is one good of one bloc in one reserve; `pool` is -1 for what a country keeps for its own.
    """

    rows: pd.DataFrame  # good, place, owner
    point: Whole
    held: Floats  # scaled units
    pool: Whole
    decision: Whole
    lag: Whole  # weeks from dispatch to arrival, for this store's kind of draw
    rate: Floats  # most that leaves in a week
    receiver_pool: Whole
    receiver_point: Whole
    watch: sparse.csr_matrix  # stores x points: the points of the owner's users
    covered: Floats  # per point: units that stand behind it

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pools(self) -> int:
        """How many pools there are."""
        return int(self.pool.max(initial=-1)) + 1


def holdings(physics: Physics, reserves: Sequence[Reserve], *, weeks: int) -> Holdings:
    """All stores of `reserves`.

    Raises
    ------
    AskError
        If a store stands where the network has no such stock point.
    """
    parts = [(reserve, stores(physics, reserve.table(), weeks=weeks, release=reserve.release)) for reserve in reserves]
    offsets = np.cumsum([0, *(int(part.pool.max(initial=-1)) + 1 for _, part in parts)])
    rows = pd.concat([part.rows for _, part in parts] or [pd.DataFrame(columns=["good", "place", "owner"])])
    pool = [np.where(part.pool >= 0, part.pool + first, -1) for (_, part), first in zip(parts, offsets, strict=False)]
    point = _join([part.point for _, part in parts], np.int64)
    units = _join([reserve.table()["units"].to_numpy() for reserve, _ in parts], np.float64)
    held = units / physics.scale[point]
    release = [part.release for _, part in parts for _ in range(len(part))]
    pools = _join(pool, np.int64)
    lag = [rule.delivery_weeks + rule.pooled_weeks * (n >= 0) for rule, n in zip(release, pools, strict=True)]
    received = [part.receiver_pool + first for (_, part), first in zip(parts, offsets, strict=False)]
    receiver_point = _join([part.receiver_point for _, part in parts], np.int64)
    receiver_pool = _join(received, np.int64)
    return Holdings(
        rows=rows.reset_index(drop=True),
        point=point,
        held=held,
        pool=pools,
        decision=np.array([rule.decision_weeks for rule in release], dtype=np.int64),
        lag=np.array(lag, dtype=np.int64),
        rate=held * np.array([rule.rate_per_week for rule in release], dtype=np.float64),
        receiver_pool=receiver_pool,
        receiver_point=receiver_point,
        watch=_watched(physics, rows),
        covered=_covered(physics, point, held, pools, receiver_pool, receiver_point),
    )


def _join(parts: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate([np.zeros(0), *parts]).astype(kind)


def _watched(physics: Physics, rows: pd.DataFrame) -> sparse.csr_matrix:
    points, network = physics.points, physics.network
    found = [
        ((points["good"] == row.good) & points["country"].isin(network.countries(str(row.owner)))).to_numpy(dtype=float)
        for row in rows.itertuples()
    ]
    return sparse.csr_matrix(np.array(found).reshape(len(rows), len(points)))


def _covered(
    physics: Physics, point: Whole, held: Floats, pool: Whole, receiver_pool: Whole, receiver_point: Whole
) -> Floats:
    """A country's own units stand behind its point; a pool's behind its members' points in proportion to use."""
    size = len(physics.points)
    own = np.bincount(point[pool < 0], weights=held[pool < 0], minlength=size)
    pools = int(pool.max(initial=-1)) + 1
    in_pool = np.bincount(pool[pool >= 0], weights=held[pool >= 0], minlength=pools)
    use = physics.use[receiver_point]
    total = np.bincount(receiver_pool, weights=use, minlength=pools)
    part = np.divide(in_pool, total, out=np.zeros(pools), where=total > 0)
    return np.asarray(own + np.bincount(receiver_point, weights=use * part[receiver_pool], minlength=size))


def check_reserves(reserve: Reserve | Sequence[Reserve] | None) -> tuple[Reserve, ...]:
    """None, one or several reserves as a tuple."""
    if reserve is None:
        return ()
    return (reserve,) if isinstance(reserve, Reserve) else tuple(reserve)
