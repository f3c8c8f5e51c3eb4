"""How the pools of one good share out what they can send when some members belong to several of them.

Each pool offers its members shares by the allocation rule. Where the offers of several pools come to more than a
member lacks, each of them gives the same part of its offer, and what that leaves it is offered again to those who still
lack. A round satisfies at least one member in full or is the last, so there are at most as many rounds as members, and
neither members nor pools have an order.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from resilience.physics import Floats, Whole
from resilience.simulate.behaviour.allocation import Allocation, Calls


def share_pools(
    rule: Allocation, *, pool: Whole, point: Whole, supply: Floats, lacking: Floats, use: Floats, stake: Floats
) -> Floats:
    """What each receiver gets, receivers x scenarios.

    `pool` and `point` say of each receiver which row of `supply` (pools x scenarios) sends to it and which row of
    `lacking` (points x scenarios) it fills; `use` and `stake` are the points' as in `Calls`.

    >>> from resilience.simulate.behaviour import ByNeed
    >>> both, one = np.array([[10.0]]), np.array([[10.0]])  # both may draw on the first pool, A alone on the second
    >>> share_pools(ByNeed(), pool=np.array([0, 0, 1]), point=np.array([0, 1, 0]), supply=np.vstack([both, one]),
    ...     lacking=np.array([[10.0], [10.0]]), use=np.ones(2), stake=np.ones(2)).ravel().round(3).tolist()
    [3.333, 6.667, 6.667]
    """
    got = np.zeros((len(point), supply.shape[1]))
    offer = np.zeros_like(got)
    members = [np.flatnonzero(pool == row) for row in range(len(supply))]
    sums = _rows(point, len(lacking))
    sent = _rows(pool, len(supply))
    for _ in range(len(np.unique(point)) + 1):
        for row, rows in enumerate(members):
            at = point[rows]
            calls = Calls(lacking=lacking[at], supply=supply[row], use=use[at], stake=stake[at])
            offer[rows] = rule.split(calls)
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
