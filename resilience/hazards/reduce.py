"""Fewer scenarios that stand for many, and by how much they miss.

A reduced set keeps some scenarios S and gives each the probability of all that lie nearest to it, which is the best
that S can do. The error is the Kantorovich distance between the two distributions of disturbed years, before and
after:

    D = sum over i not in S of p_i min over j in S of d(i, j)

so that a loss that moves by at most L per unit of distance has an expectation that moves by at most L times D. The
chance of the undisturbed year stays as it is.

References: J. Dupacova, N. Groewe-Kuska and W. Roemisch (2003), Scenario reduction in stochastic programming,
Mathematical Programming 95, 493-511; H. Heitsch and W. Roemisch (2003), Scenario reduction algorithms in stochastic
programming, Computational Optimization and Applications 24, 187-206 (fast forward selection); M. Minoux (1978),
Accelerated greedy algorithms (why bounds may be kept).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError
from resilience.hazards.distance import Distance
from resilience.hazards.year import Floats
from resilience.scenario import ScenarioSet

Whole = NDArray[np.intp]
BLOCK = 256  # rows of distances held at once


class Choose(Protocol):
    """Any way of choosing which scenarios stay."""

    def kept(self, points: Floats, chances: Floats, to: int) -> Whole:
        """The rows of `points` that stay, at most `to`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Forward:
    """Fast forward selection: one scenario after another, each time the one that lowers the error most.

    What a scenario would save never rises as others are chosen, so that savings found earlier bound those to come and
    few are worked out again. The choice is that of the plain method; ties go to the scenario that stands first.
    """

    def kept(self, points: Floats, chances: Floats, to: int) -> Whole:
        """The rows in the order in which they were chosen."""
        best = int(np.argmin(_costs(points, chances)))
        chosen, nearest = [best], _from(points, best)
        savings = _savings(points, chances, nearest)
        queue = [(-float(saving), row) for row, saving in enumerate(savings) if row != best]
        heapq.heapify(queue)
        while len(chosen) < to and queue:
            _, row = heapq.heappop(queue)
            distance = _from(points, row)
            saving = float(chances @ np.maximum(nearest - distance, 0.0))
            if queue and (-saving, row) > queue[0]:
                heapq.heappush(queue, (-saving, row))
                continue
            if saving <= 0:
                break  # whatever is left lies on a scenario that is kept
            chosen.append(row)
            nearest = np.minimum(nearest, distance)
        return np.array(chosen, dtype=np.intp)


@dataclass(frozen=True, kw_only=True)
class Medoids:
    """Forward selection, then k-medoids: each group takes the member nearest to all others, until nothing changes.
    Never worse.
    """

    rounds: int = 20

    def kept(self, points: Floats, chances: Floats, to: int) -> Whole:
        """The rows after at most `rounds` rounds."""
        chosen = Forward().kept(points, chances, to)
        for _ in range(self.rounds):
            group = np.argmin(_apart(points, points[chosen]), axis=1)
            moved = chosen.copy()
            for number in range(len(chosen)):
                members = np.flatnonzero(group == number)
                costs = _costs(points[members], chances[members])
                if len(members) and costs.min() < costs[members == chosen[number]].min(initial=math.inf) * (1 - 1e-12):
                    moved[number] = members[np.argmin(costs)]
            if (moved == chosen).all():
                break
            chosen = moved
        return chosen


@dataclass(frozen=True, kw_only=True, eq=False)
class Reduction:
    """A reduced set and what it cost.

    `error` is the Kantorovich distance to the set before, in the units of the distance; `spread` is what one scenario
    alone would have, so that error / spread is the part of the variety that is lost. `stands_for` says, for each
    scenario before, which stands for it.
    """

    scenarios: ScenarioSet
    error: float
    spread: float
    stands_for: tuple[str, ...]


FORWARD = Forward()


def reduce(scenarios: ScenarioSet, to: int, *, distance: Distance, choose: Choose = FORWARD) -> Reduction:
    """At most `to` of the scenarios, with the probabilities of all.

    Do not reduce for a worst case or a far tail: a set chosen to keep the mean drops the rare extremes first.

    >>> from resilience import Network, Outage, Scenario
    >>> from resilience.hazards import Footprint
    >>> network = Network.from_frames(goods={"good": ["chip"]},
    ...     producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [1.0]})
    >>> lost = [(weeks, Outage(good="chip", weeks=weeks)) for weeks in (1, 2, 9)]
    >>> years = ScenarioSet(scenarios=tuple(
    ...     Scenario(name=str(weeks), probability=0.1, disruptions=(outage,)) for weeks, outage in lost))
    >>> reduced = reduce(years, 2, distance=Footprint(network=network))
    >>> [(one.name, one.probability) for one in reduced.scenarios], round(reduced.error, 6), round(reduced.spread, 6)
    ([('2', 0.2), ('9', 0.1)], 0.1, 0.8)

    Raises
    ------
    AskError
        If `to` is below 1 or there is nothing to reduce.
    """
    if to < 1 or not len(scenarios):
        raise AskError(f"Cannot reduce {len(scenarios)} scenarios to {to}: both must be at least 1")
    points = distance.points(list(scenarios))
    points = points[:, points.any(axis=0)]
    chances = np.array([scenario.probability for scenario in scenarios])
    kept = np.sort(choose.kept(points, chances, to))
    apart = _apart(points, points[kept])
    apart[kept, np.arange(len(kept))] = -1.0  # a kept scenario stands for itself, whatever else lies on it
    nearest = np.argmin(apart, axis=1)
    mass = [math.fsum(chances[nearest == number]) for number in range(len(kept))]
    before = list(scenarios)
    names = [before[row].name for row in kept]
    return Reduction(
        scenarios=ScenarioSet(
            scenarios=tuple(
                replace(before[row], probability=min(chance, 1.0)) for row, chance in zip(kept, mass, strict=True)
            )
        ),
        error=float(chances @ np.maximum(apart[np.arange(len(points)), nearest], 0.0)),
        spread=float(_costs(points, chances).min()),
        stands_for=tuple(names[number] for number in nearest),
    )


def _from(points: Floats, row: int) -> Floats:
    """Distance of every point from one."""
    return np.asarray(np.abs(points - points[row]).sum(axis=1), dtype=np.float64)


def _costs(points: Floats, chances: Floats) -> Floats:
    """For each point, the error if it alone were kept."""
    blocks = [_apart(points[start : start + BLOCK], points) @ chances for start in range(0, len(points), BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros(0)


def _savings(points: Floats, chances: Floats, nearest: Floats) -> Floats:
    """For each point, how much keeping it too would lower the error."""
    blocks = [
        np.maximum(nearest - _apart(points[start : start + BLOCK], points), 0.0) @ chances
        for start in range(0, len(points), BLOCK)
    ]
    return np.concatenate(blocks)


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Distances between the rows of two tables of points, coordinate by coordinate added up."""
    from scipy.spatial.distance import cdist  # slow to import, and few reduce

    return np.asarray(cdist(one, other, "cityblock"))
