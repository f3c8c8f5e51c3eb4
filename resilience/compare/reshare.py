"""A baseline week with other shares of suppliers: who buys from whom changes, and quantities follow up the chain.

Let x be what passes through each stock point in a week, w what final demand takes there, and let source s (the producer
at a point, or a lane to it) supply the share q[s] of its point's x. Then

    output[p] = q[p] x[point of p]        flow[l] = q[l] x[destination of l]
    x = w + sum of units[n] output[p of n] at each need's point + sum of flow[l] at each lane's origin

which is linear in x and has one answer as long as no good goes into more than a unit of itself. With the shares of the
calm week it gives the calm week back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from resilience.network import Network
from resilience.physics import Floats, Physics, Whole, physics


@dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """Who supplies each stock point, producers first and then lanes, in the order of the network's tables."""

    laws: Physics
    points: pd.DataFrame  # good, place, country
    point: Whole  # per source: the point it supplies
    country: NDArray[Any]  # per source: where it supplies from
    share: Floats  # per source: part of what passes through its point
    usd: Floats  # per point: value of what passes in a week, USD


def sources(network: Network) -> Sources:
    """The suppliers of a balanced network in its calm week."""
    laws = physics(network)
    point = np.concatenate([laws.made_at, laws.destination])
    supply = np.concatenate([laws.output, laws.flow])
    through = np.bincount(point, weights=supply, minlength=len(laws.points))
    country = laws.points["country"].to_numpy()
    return Sources(
        laws=laws,
        points=laws.points,
        point=point,
        country=country[np.concatenate([laws.made_at, laws.origin])],
        share=np.divide(supply, through[point], out=np.zeros_like(supply), where=through[point] > 0),
        usd=through * laws.price * laws.usd,
    )


def reshared(network: Network, now: Sources, share: Floats) -> Network:
    """The network whose points buy in other shares; those of one point must add up as before."""
    laws, makers = now.laws, len(now.laws.output)
    through = _through(laws, share)
    supply = share * through[now.point] * laws.scale[now.point]
    return network.with_balanced(
        producers=network.producers.assign(output_per_week=supply[:makers]),
        lanes=network.lanes.assign(flow_per_week=supply[makers:]),
    )


def _through(laws: Physics, share: Floats) -> Floats:
    size, makers = len(laws.points), len(laws.output)
    wanted = np.bincount(laws.wanted_at, weights=laws.wanted, minlength=size)
    made, moved = share[:makers], share[makers:]
    worked = np.divide(laws.worked, laws.output[laws.worker], out=np.zeros(len(laws.worked)),
                       where=laws.output[laws.worker] > 0)  # fmt: skip
    at = np.concatenate([laws.consumed_at, laws.worked_at, laws.origin])
    of = np.concatenate([laws.made_at[laws.consumer], laws.made_at[laws.worker], laws.destination])
    each = np.concatenate([laws.consumed * made[laws.consumer], worked * made[laws.worker], moved])
    taken = sparse.csc_matrix((each, (at, of)), shape=(size, size))
    return np.asarray(spsolve(sparse.identity(size, format="csc") - taken, wanted), dtype=np.float64)
