"""One or several reserves as arrays: what stands where, who may draw it, how fast, for whom and by which rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError, near
from resilience.physics import Floats, Physics, Whole
from resilience.policy import KINDS, Refill, Release, Reserve
from resilience.simulate.behaviour import Behaviour, ByContribution, EarmarkFirst
from resilience.simulate.behaviour.allocation import Allocation, within_country
from resilience.simulate.behaviour.release import Trigger
from resilience.stores import Stores, stores


@dataclass(frozen=True, kw_only=True, eq=False)
class Holdings:
    """Stores of all reserves, one row each, and the receivers of their pools.

    A pool is one good of one bloc in one reserve; `pool` is -1 for what a country keeps for its own.
    """

    rows: pd.DataFrame  # good, place, owner
    reserve: Whole  # of each store: its reserve's number
    point: Whole
    held: Floats  # scaled units
    pool: Whole
    decision: Whole  # stores x scenarios of a block, or x 1
    lag: Whole  # weeks from dispatch to arrival, for this store's kind of draw
    rate: Floats  # most that leaves in a week
    trigger: tuple[Trigger, ...]  # of each store
    allocation: tuple[Allocation, ...]  # of each pool
    serving: NDArray[np.bool_]  # whom a store may serve, rules x KINDS: everybody, then narrow before wide
    serves: Whole  # of each store: its row of `serving`
    refill: tuple[Refill | None, ...]  # of each store
    bought: Floats  # per store: most that is bought back in a week
    ordered: Floats  # per store: most that its place's users order for it, beside their own
    receiver_pool: Whole
    receiver_point: Whole
    receiver_country: NDArray[Any]
    contributed: Floats  # per receiver: what its country put into the pool
    watch: sparse.csr_matrix  # stores x points: the points of the owner's users
    covered: Floats  # per point: units that stand behind it

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pools(self) -> int:
        """How many pools there are."""
        return int(self.pool.max(initial=-1)) + 1

    @property
    def tiered(self) -> bool:
        """Whether any store serves some users and not others."""
        return len(self.serving) > 1

    @property
    def refills(self) -> bool:
        """Whether any store is filled again."""
        return any(rule is not None for rule in self.refill)

    @cached_property
    def pool_serves(self) -> Whole:
        """Of each pool: its row of `serving`."""
        found = np.zeros(self.pools, dtype=np.int64)
        found[self.pool[self.pool >= 0]] = self.serves[self.pool >= 0]
        return found


def holdings(
    physics: Physics, reserves: Sequence[Reserve], *, weeks: int, behaviour: Behaviour | None = None
) -> Holdings:
    """All stores of `reserves`; triggers and allocation are `behaviour`'s where a reserve names none.

    Raises
    ------
    AskError
        If a store stands where the network has no such stock point, or a rule names a country that is no member.
    """
    usual = behaviour or Behaviour()
    parts = [stores(physics, reserve.table(), weeks=weeks, release=reserve.release) for reserve in reserves]
    offsets = np.cumsum([0, *(int(part.pool.max(initial=-1)) + 1 for part in parts)])
    rows = pd.concat([part.rows for part in parts] or [pd.DataFrame(columns=["good", "place", "owner"])])
    rows = rows.reset_index(drop=True)
    pool = [np.where(part.pool >= 0, part.pool + first, -1) for part, first in zip(parts, offsets, strict=False)]
    point = _join([part.point for part in parts], np.int64)
    units = _join([reserve.table()["units"].to_numpy() for reserve in reserves], np.float64)
    held = units / physics.scale[point]
    release = [part.release for part in parts for _ in range(len(part))]
    pools = _join(pool, np.int64)
    received = [part.receiver_pool + first for part, first in zip(parts, offsets, strict=False)]
    receiver_point = _join([part.receiver_point for part in parts], np.int64)
    receiver_pool = _join(received, np.int64)
    country = physics.points["country"].to_numpy()
    serving, serves = _served(release)
    pace = [rule.refill.per_week if rule.refill else 0.0 for rule in release]
    bought = held * np.array(pace, dtype=np.float64)
    lag = [rule.delivery_weeks + rule.pooled_weeks * (n >= 0) for rule, n in zip(release, pools, strict=True)]
    return Holdings(
        rows=rows,
        reserve=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        point=point,
        held=held,
        pool=pools,
        decision=np.array([rule.decision_weeks for rule in release], dtype=np.int64).reshape(-1, 1),
        lag=np.array(lag, dtype=np.int64),
        rate=held * np.array([rule.rate_per_week for rule in release], dtype=np.float64),
        trigger=tuple(rule.trigger or usual.trigger for rule in release),
        allocation=_allocations(physics, parts, usual),
        serving=serving,
        serves=serves,
        refill=tuple(rule.refill for rule in release),
        bought=bought,
        ordered=bought * (1.0 + _lead(physics)[point]),
        receiver_pool=receiver_pool,
        receiver_point=receiver_point,
        receiver_country=country[receiver_point],
        contributed=_contributed(physics, point, held, pools, receiver_pool, receiver_point),
        watch=_watched(physics, rows),
        covered=_covered(physics, point, held, pools, receiver_pool, receiver_point),
    )


def _join(parts: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate([np.zeros(0), *parts]).astype(kind)


def _served(release: Sequence[Release]) -> tuple[NDArray[np.bool_], Whole]:
    """The different rules of whom to serve, and which of them each store keeps to.

    Row 0 is everybody, whose units join the common stock and who come last; then the narrow before the wide, so that
    the order of reserves plays no part.
    """
    masks = [tuple(rule.whom.serves(kind) for kind in KINDS) for rule in release]
    everybody = (True,) * len(KINDS)
    others = sorted(set(masks) - {everybody}, key=lambda mask: (sum(mask), mask))
    number = {mask: n for n, mask in enumerate([everybody, *others])}
    return np.array([everybody, *others]), np.array([number[mask] for mask in masks], dtype=np.int64)


def _allocations(physics: Physics, parts: Sequence[Stores], usual: Behaviour) -> tuple[Allocation, ...]:
    """The rule of each pool, once it is seen that its members are known."""
    found: list[Allocation] = []
    for part in parts:
        rule = part.release.allocation or usual.allocation
        found += [rule] * (int(part.pool.max(initial=-1)) + 1)
        if isinstance(rule, ByContribution | EarmarkFirst) and rule.shares is not None:
            countries = set(physics.points["country"])
            strange = sorted(set(rule.shares) - countries)
            if strange:
                named = [f"{who!r}: {near(who, countries)}" for who in strange]
                raise AskError(f"{type(rule).__name__}.shares names no country of the network", named)
    return tuple(found)


def _lead(physics: Physics) -> Floats:
    """Weeks that what reaches a point in calm times is on its way there or in process."""
    size = len(physics.points)
    coming = np.bincount(physics.made_at, weights=physics.output, minlength=size)
    coming = coming + np.bincount(physics.destination, weights=physics.flow, minlength=size)
    underway = physics.position - physics.stock
    return np.divide(underway, coming, out=np.zeros(size), where=coming > 0)


def _watched(physics: Physics, rows: pd.DataFrame) -> sparse.csr_matrix:
    points, network = physics.points, physics.network
    found = [
        ((points["good"] == row.good) & points["country"].isin(network.countries(str(row.owner)))).to_numpy(dtype=float)
        for row in rows.itertuples()
    ]
    return sparse.csr_matrix(np.array(found).reshape(len(rows), len(points)))


def _contributed(
    physics: Physics, point: Whole, held: Floats, pool: Whole, receiver_pool: Whole, receiver_point: Whole
) -> Floats:
    """What stands at the places of each receiver's country; a country's receivers split it in proportion to use."""
    country = physics.points["country"].to_numpy()
    found = np.zeros(len(receiver_point))
    for number in range(int(pool.max(initial=-1)) + 1):
        mine, stored = receiver_pool == number, pool == number
        units = pd.Series(held[stored]).groupby(country[point[stored]]).sum()
        members = country[receiver_point[mine]]
        part = within_country(members, physics.use[receiver_point[mine]])
        found[mine] = units.reindex(members, fill_value=0.0).to_numpy() * part
    return found


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
