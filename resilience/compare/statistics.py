"""What losses under many policies say together: means, paired differences, who is best, regret and the frontier.

Arrays throughout: `losses` is policies x scenarios, `chances` replicates x scenarios, and what comes out of
`replicated` is replicates x policies. A replicate is one set of years that might have been; every policy meets the same
ones (common random numbers), so that what the years have by chance cancels in differences.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.physics import Floats
from resilience.risk import TailMeans

ROUNDING = 1e-9  # of the largest total
CHUNK = 64  # replicates weighed at once where losses are sorted: bounds memory by that many years of all scenarios


def replicated(risk: TailMeans, losses: Floats, chances: Floats) -> Floats:
    """The measure of each policy's losses under each replicate's chances; the undisturbed year loses nothing.

    Agrees with `risk.measure` row by row.

    >>> from resilience.risk import CVaR, Expectation
    >>> loss, half = np.array([[10.0, 2.0]]), np.array([[0.1, 0.5]])
    >>> [replicated(risk, loss, half).round(6).tolist() for risk in (Expectation(), CVaR(tail=0.2))]
    [[[2.0]], [[6.0]]]
    """
    found = np.zeros((len(chances), len(losses)))
    for weight, tail in risk.mixture():
        if tail == 1:
            found += weight * (chances @ losses.T)
        else:
            for policy, loss in enumerate(losses):
                for first in range(0, len(chances), CHUNK):
                    rows = slice(first, first + CHUNK)
                    found[rows, policy] += weight * _tail_mean(loss, chances[rows], tail)
    return found


def _tail_mean(loss: Floats, chances: Floats, tail: float) -> Floats:
    order = np.argsort(-loss, kind="stable")
    worst, weight = loss[order], chances[:, order]
    if tail == 0:
        return np.full(len(chances), max(float(loss.max()), 0.0))
    before = np.cumsum(weight, axis=1) - weight
    return np.asarray(np.clip(tail - before, 0.0, weight) @ worst / tail, dtype=np.float64)


def intervals(values: Floats, level: float) -> tuple[Floats, Floats]:
    """The ends between which each column's values lie with chance `level`, as much left out on either side."""
    low, high = np.quantile(values, [(1.0 - level) / 2, (1.0 + level) / 2], axis=0)
    return np.asarray(low), np.asarray(high)


def chance_of_being_best(totals: Floats) -> Floats:
    """Share of replicates in which each policy costs least in all; ties are split.

    >>> chance_of_being_best(np.array([[1.0, 2.0], [3.0, 3.0]])).tolist()
    [0.75, 0.25]
    """
    best = totals == totals.min(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0), dtype=np.float64)


def expected_regret(totals: Floats) -> Floats:
    """What each policy costs more, on average over replicates, than the policy that is best in that replicate."""
    return np.asarray((totals - totals.min(axis=1, keepdims=True)).mean(axis=0), dtype=np.float64)


def largest_regret(costs: Floats, losses: Floats) -> Floats:
    """The most each policy costs beyond the best one in any single year, the undisturbed one included (L. J. Savage).

    >>> largest_regret(np.array([0.0, 1.0]), np.array([[5.0], [2.0]])).tolist()
    [2.0, 1.0]
    """
    years = np.column_stack([losses, np.zeros(len(costs))]) + costs[:, None]
    return np.asarray((years - years.min(axis=0)).max(axis=1), dtype=np.float64)


def on_frontier(costs: Floats, losses: Floats) -> np.ndarray:
    """Whether no other policy costs no more and loses no more, with one of them less.

    >>> on_frontier(np.array([0.0, 1.0, 2.0]), np.array([9.0, 3.0, 4.0])).tolist()
    [True, True, False]
    """
    no_worse = (costs[:, None] <= costs) & (losses[:, None] <= losses)  # row j beats or equals column i
    better = no_worse & ((costs[:, None] < costs) | (losses[:, None] < losses))
    return np.asarray(~np.asarray(better.any(axis=0)))


def alike(costs: Floats, losses: Floats, chances: Floats, one: int) -> list[int]:
    """The other policies that cost and lose what this one does in every year that has a chance, to rounding.

    >>> alike(np.array([1.0, 1.0, 2.0]), np.array([[5.0], [5.0], [5.0]]), np.array([0.5]), 0)
    [1]
    """
    most = max(float(np.abs(costs + losses @ chances).max()), 1.0)
    apart = np.abs(costs - costs[one]) + np.abs(losses - losses[one]) @ chances
    return [int(other) for other in np.flatnonzero(apart <= ROUNDING * most) if other != one]


def ranks(totals: Floats) -> Floats:
    """Places from 1, cheapest first; ties share the mean place."""
    return np.asarray(pd.Series(totals).rank(method="average"), dtype=np.float64)
