"""How the pools of one good share out what they can send when some members belong to several of them.

Each pool offers its members shares by the allocation rule. Where the offers of several pools come to more than a
member lacks, each of them gives the same part of its offer, and what that leaves it is offered again to those who still
lack. A round satisfies at least one member in full or is the last, so there are at most as many rounds as members, and
neither members nor pools have an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.physics import Floats, Whole
from resilience.simulate.behaviour.allocation import Allocation, Calls


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """Who may receive from which pool, a row each: its pool, its stock point, and what `Calls` says of it."""

    pool: Whole
    point: Whole
    use: Floats
    stake: Floats
    country: NDArray[Any]
    contributed: Floats

    def of(self, pool: int, *, lacking: Floats, supply: Floats) -> Calls:
        """What the members of one pool call for; `lacking` is by point."""
        rows = self.pool == pool
        return Calls(
            lacking=lacking[self.point[rows]],
            supply=supply,
            use=self.use[rows],
            stake=self.stake[rows],
            country=self.country[rows],
            contributed=self.contributed[rows],
        )


def share_pools(rules: Sequence[Allocation], members: Members, *, supply: Floats, lacking: Floats) -> Floats:
    """What each receiver gets, receivers x scenarios: each pool by its own rule.

    `supply` is pools x scenarios, `lacking` points x scenarios.

    >>> from resilience.simulate.behaviour import ByNeed
    >>> members = Members(pool=np.array([0, 0, 1]), point=np.array([0, 1, 0]), use=np.ones(3), stake=np.ones(3),
    ...     country=np.array(["A", "B", "A"]), contributed=np.ones(3))  # both draw on the first, A on both
    >>> share_pools([ByNeed(), ByNeed()], members, supply=np.full((2, 1), 10.0), lacking=np.full((2, 1), 10.0)
    ...     ).ravel().round(3).tolist()
    [3.333, 6.667, 6.667]
    """
    pool, point = members.pool, members.point
    got = np.zeros((len(point), supply.shape[1]))
    offer = np.zeros_like(got)
    sums = _rows(point, len(lacking))
    sent = _rows(pool, len(supply))
    for _ in range(len(np.unique(point)) + 1):
        for row, rule in enumerate(rules):
            offer[pool == row] = rule.split(members.of(row, lacking=lacking, supply=supply[row]))
        offered = sums @ offer
        crowded = offered > lacking
        part = np.divide(lacking, offered, out=np.ones_like(offered), where=crowded)
        given = offer * part[point]
        got += given
        if not crowded.any():
            break
        lacking = np.maximum(lacking - sums @ given, 0.0)
        supply = np.maximum(supply - sent @ given, 0.0)
    return got


def _rows(at: Whole, size: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(at)), (at, np.arange(len(at)))), shape=(size, len(at)))
