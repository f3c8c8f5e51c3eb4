"""Sobol indices from evaluations at A, B and A with one column of B, with bootstrap intervals.

For an output f of independent inputs, the first-order index of input j is the share of f's variance that knowing j
would remove, the total index the share that would stay if all but j were known. With A and B two samples of n points
and AB[j] the points of A whose j-th coordinate is B's:

    first[j] = mean of f(B) (f(AB[j]) - f(A)) / variance         (Saltelli 2010)
    total[j] = mean of (f(A) - f(AB[j]))^2 / 2 / variance        (Jansen 1999)

Reference: A. Saltelli et al. (2010), Variance based sensitivity analysis of model output. Design and estimator for the
total sensitivity index, Computer Physics Communications 181. `scipy.stats.sobol_indices` gives the same numbers, but
its bootstrap takes no seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats

DEALT = 200  # times that levels are dealt out anew
ROUNDING = 1e-9  # of the largest total: what is worth less is nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Where to evaluate: n points of A, n of B, and for each of d inputs n of A with that input from B. In 0 to 1."""

    a: Floats  # n x d
    b: Floats

    @property
    def points(self) -> Floats:
        """All (d + 2) n points: A, B, then AB[0], AB[1], ..."""
        mixed = []
        for column in range(self.a.shape[1]):
            points = self.a.copy()
            points[:, column] = self.b[:, column]
            mixed.append(points)
        return np.vstack([self.a, self.b, *mixed])


def design(inputs: int, points: int, *, seed: int) -> Design:
    """A scrambled Sobol sequence of twice as many columns, split into A and B. `points` is a power of two."""
    if points < 2 or points & (points - 1):
        raise AskError(f"points is {points!r}: the number of points of a Sobol design is a power of two, such as 64")
    from scipy.stats import qmc  # a second of CPU that only who asks this should pay

    both = qmc.Sobol(2 * inputs, scramble=True, rng=np.random.default_rng(seed)).random(points)
    return Design(a=both[:, :inputs], b=both[:, inputs:])


def sobol(values: Floats, inputs: int, rows: np.ndarray | None = None) -> tuple[Floats, Floats]:
    """First-order and total indices (inputs x outputs) of values at the points of a design ((d + 2) n x outputs).

    `rows` takes some of the n points only, repeats allowed: for the bootstrap. An output that does not vary has none.
    Where nothing is known of a point its values are NaN: each mean is over the points where what it needs is known.
    """
    parts = values.reshape(inputs + 2, -1, values.shape[1])
    if rows is not None:
        parts = parts[:, rows]
    a, b, ab = parts[0], parts[1], parts[2:]
    both = np.concatenate([a, b])
    mean = _mean(both, axis=0)
    variance = _mean((both - mean) ** 2, axis=0)
    safe = np.where(variance > 0, variance, np.inf)
    first = _mean((b - mean) * (ab - a), axis=1) / safe
    total = _mean((a - ab) ** 2, axis=1) / 2.0 / safe
    return np.asarray(first), np.asarray(total)


def known(values: Floats, inputs: int) -> Floats:
    """Share of the n points of which all that an input's indices rest on is known, by input. [0 to 1]

    >>> known(np.array([[1.0], [2.0], [3.0], [4.0], [np.nan], [6.0], [7.0], [8.0]]), 2).tolist()
    [0.5, 1.0]
    """
    parts = np.isfinite(values).all(axis=1).reshape(inputs + 2, -1)
    return np.asarray((parts[0] & parts[1] & parts[2:]).mean(axis=1), dtype=np.float64)


def _mean(values: Floats, *, axis: int) -> Floats:
    """Mean of what is known; NaN where nothing is."""
    count = (~np.isnan(values)).sum(axis=axis)
    total = np.nansum(values, axis=axis)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0), dtype=np.float64)


def bootstrapped(
    values: Floats, inputs: int, *, replicates: int, level: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Low and high ends of both indices: kind (first, total) x inputs x outputs each."""
    points = len(values) // (inputs + 2)
    drawn = rng.integers(points, size=(replicates, points))
    found = np.array([sobol(values, inputs, rows) for rows in drawn])
    quantiles = np.nanquantile if np.isnan(found).any() else np.quantile  # the first is slow, and may know no better
    low, high = quantiles(found, [(1.0 - level) / 2, (1.0 + level) / 2], axis=0)
    return np.asarray(low), np.asarray(high)


def worth_knowing(levels: Floats, totals: Floats) -> float:
    """What knowing one input before choosing would save: the expected value of partial perfect information.

    `totals` (points x policies) is what each policy costs at each point, least best. Each policy's mean total given
    the input is fitted by a cubic; the answer is the least mean total less the mean of the least fitted one. [>= 0,
    the unit of `totals`]

    Reference: M. Strong, J. E. Oakley and A. Brennan (2014), Estimating multiparameter partial expected value of
    perfect information from a probabilistic sensitivity analysis sample, Medical Decision Making 34(3).

    >>> level = np.linspace(0.0, 1.0, 101)
    >>> round(worth_knowing(level, np.column_stack([level, 1.0 - level])), 2)  # 0.5 chosen blindly, 0.25 if it is known
    0.25
    """
    basis = np.vander(2.0 * levels - 1.0, 4)
    fitted = basis @ np.linalg.lstsq(basis, totals, rcond=None)[0]
    worth = float(totals.mean(axis=0).min() - fitted.min(axis=1).mean())
    return worth if worth > ROUNDING * np.abs(totals).max() else 0.0


def worth_by_chance(levels: Floats, totals: Floats, *, level: float, rng: np.random.Generator) -> float:
    """What `worth_knowing` finds with the chance 1 - `level` in an input that decides nothing: a cubic follows whatever
    few points do. Found from levels that are dealt out anew. [the unit of `totals`]
    """
    found = [worth_knowing(rng.permutation(levels), totals) for _ in range(DEALT)]
    return float(np.quantile(found, level))
