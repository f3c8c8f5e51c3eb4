"""How uncertain losses are weighed into one number.

A choice is an object with one method, `ambiguity`: the chances that it holds possible, given those that were stated.
The measure of a loss is its mean under the worst of them:

    risk(loss) = max  q @ loss   over  q = kept + spread @ moved,   limits @ moved <= sides,   moved >= 0

Sizing and floors state the dual of that program on their page, and `measure` finds its value. The mean keeps the
stated chances; CVaR lets up to p / tail lie on any year; a ball lets a stated amount of probability be misplaced.
Measures that are mixtures of tail means (all but `Wasserstein`) say so with `mixture`, and have a closed form.

Only sets that linear rows describe are here, so that sizing stays a linear program that any solver takes. A
Kullback-Leibler or chi-square ball is none: it needs a cone. Total variation is the divergence that is linear.

References: P. Artzner, F. Delbaen, J.-M. Eber and D. Heath (1999), Coherent measures of risk, Mathematical Finance
9(3); R. T. Rockafellar and S. Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3);
S. Kusuoka (2001), On law invariant coherent risk measures, Advances in Mathematical Economics 3 (mixtures of CVaR).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from resilience.errors import AskError
from resilience.solver import LinearProgram, solve

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ambiguity:
    """The chances that a measure holds possible: kept + spread @ moved, where limits @ moved <= sides and moved >= 0.

    One row of `kept` and `spread` for each scenario, the undisturbed year last; one column of `spread` and `limits` for
    each way in which probability may be moved, at most 1 each. Numbers in `limits` and `sides` are 0 or more. `dearest`
    is, for each row of limits, more than one more unit of its side can add to the measure of a loss between 0 and 1.
    """

    kept: Floats
    spread: sparse.csc_matrix
    limits: sparse.csc_matrix
    sides: Floats
    dearest: Floats


class Risk(Protocol):
    """Any measure that is the mean under the worst of a set of chances."""

    def ambiguity(self, chances: Floats) -> Ambiguity:
        """The set, given the stated chances of all scenarios and, last, of the undisturbed year."""
        ...


@runtime_checkable
class TailMeans(Protocol):
    """Any mixture of tail means: tail 1 is the mean of all years, 0.1 that of the worst tenth, 0 the worst year."""

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """(weight, tail) pairs; weights add up to 1, tails lie in 0 to 1."""
        ...

    def ambiguity(self, chances: Floats) -> Ambiguity:
        """Of each weight, at most chances / tail lies on any one year."""
        kept, parts = np.zeros(len(chances)), []
        for weight, tail in self.mixture():
            if tail == 1:
                kept = kept + weight * chances
            else:
                parts.append((weight, tail))
        return Ambiguity(kept=kept, **_tails(parts, chances))


def _tails(parts: Sequence[tuple[float, float]], chances: Floats) -> dict[str, Any]:
    every = sparse.identity(len(chances), format="csc")
    whole = sparse.csc_matrix(np.ones((1, len(chances))))
    blocks = [sparse.vstack([whole, every]) if tail > 0 else whole for _, tail in parts]
    sides = [np.append(weight, weight * chances / tail) if tail > 0 else np.array([weight]) for weight, tail in parts]
    none = sparse.csc_matrix((len(chances), 0))
    height = sum(len(side) for side in sides)
    return {
        "spread": sparse.hstack([none, *[every] * len(parts)], format="csc"),
        "limits": sparse.csc_matrix(sparse.block_diag(blocks)) if parts else sparse.csc_matrix((0, 0)),
        "sides": np.concatenate([np.zeros(0), *sides]),
        "dearest": np.ones(height),
    }


@dataclass(frozen=True, kw_only=True)
class Expectation(TailMeans):
    """The mean over all years. Do not use it alone where one bad year cannot be borne.

    >>> measure(Expectation(), [100.0, 0.0], [0.1, 0.9])
    10.0
    """

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """All weight on the mean."""
        return ((1.0, 1.0),)


@dataclass(frozen=True, kw_only=True)
class CVaR(TailMeans):
    """Mean of the worst share `tail` of years, mixed with the plain mean: `weight` on the tail, the rest on the mean.

    >>> measure(CVaR(tail=0.2), [100.0, 10.0, 0.0], [0.1, 0.1, 0.8])
    55.0
    """

    tail: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.tail <= 1:
            faults.append(f"tail is {self.tail!r}: it is a share of years, above 0 and at most 1 (worst tenth: 0.1)")
        if not 0 <= self.weight <= 1:
            faults.append(f"weight is {self.weight!r}: it must lie between 0 and 1")
        if faults:
            raise AskError("CVaR cannot be as described", faults)

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """Some weight on the tail, the rest on the mean."""
        return tuple(part for part in ((self.weight, self.tail), (1.0 - self.weight, 1.0)) if part[0] > 0)


@dataclass(frozen=True, kw_only=True)
class WorstCase(TailMeans):
    """The worst scenario, however unlikely. Adding an absurd scenario changes the answer: mind what is in the set.

    >>> measure(WorstCase(), [100.0, 10.0], [0.01, 0.5])
    100.0
    """

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """All weight on the worst."""
        return ((1.0, 0.0),)


@dataclass(frozen=True, kw_only=True)
class TotalVariation(TailMeans):
    """The worst mean when the share `radius` of all probability may lie on other years than stated. [0 to 1]

    `radius=0.02`: up to two years in a hundred may be misjudged in any way, so that much moves from the mildest years
    to the worst scenario, likely or not. Radius 0 is the mean, 1 the worst case. Do not use it to say that chances are
    off by a factor: it may put all of `radius` on one scenario, whatever its stated chance.

    Reference: R. Jiang and Y. Guan (2018), Risk-averse two-stage stochastic program with distributional ambiguity,
    Operations Research 66(5), for the mixture of worst case and CVaR.

    >>> measure(TotalVariation(radius=0.1), [100.0, 10.0], [0.1, 0.1])
    21.0
    """

    radius: float

    def __post_init__(self) -> None:
        if not 0 <= self.radius <= 1:
            raise AskError(f"TotalVariation.radius is {self.radius!r}: it is a share of probability, from 0 to 1")

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """What is misplaced lies on the worst year; what stays, on the worst years of the rest."""
        parts = ((self.radius, 0.0), (1.0 - self.radius, 1.0 - self.radius))
        return tuple(part for part in parts if part[0] > 0)


@dataclass(frozen=True, kw_only=True)
class Wasserstein(Risk):
    """The worst mean when probability may move between like scenarios: amount moved times distance adds up to `radius`.

    `points` puts each scenario at a point, in the order of the set, as `hazards.Footprint(...).points(scenarios)` does;
    the undisturbed year lies at zero, and distances are sums over coordinates of how far two points lie apart. With
    footprints in weeks of world output, `radius=0.5` lets the stated chances be wrong by half a week a year in all.
    Radius 0 is the mean; a radius as large as the largest distance is the worst case. Scenarios at one point are taken
    for one event: probability moves between them freely.

    Do not use it on many scenarios: it takes a rule for each pair (200 scenarios: 40,000 rules).

    Reference: P. Mohajerin Esfahani and D. Kuhn (2018), Data-driven distributionally robust optimization using the
    Wasserstein metric, Mathematical Programming 171; here the support is the given scenarios and the undisturbed year.

    >>> measure(Wasserstein(radius=0.3, points=((4.0,), (1.0,))), [100.0, 10.0], [0.1, 0.1])
    20.0
    """

    radius: float
    points: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(tuple(float(x) for x in point) for point in self.points))
        faults = []
        if not 0 <= self.radius < math.inf:
            faults.append(f"radius is {self.radius!r}: it must be a number, 0 or more")
        if len({len(point) for point in self.points}) > 1:
            faults.append("points have different numbers of coordinates: give each scenario the same")
        if not all(math.isfinite(x) for point in self.points for x in point):
            faults.append("a coordinate of points is not a finite number")
        if faults:
            raise AskError("Wasserstein cannot be as described", faults)

    def ambiguity(self, chances: Floats) -> Ambiguity:
        """From each year no more than its chance; amounts times distances within the radius."""
        count = len(chances)
        if len(self.points) != count - 1:
            given = f"{len(self.points)} points for {count - 1} scenarios"
            raise AskError(f"Wasserstein has {given}: give one for each, in their order")
        at = np.array([*self.points, np.zeros(len(self.points[0]) if self.points else 1)]).reshape(count, -1)
        from scipy.spatial.distance import cdist  # a tenth of a second that most need not pay

        apart = cdist(at, at, "cityblock")
        unit = float(apart.max(initial=0.0)) or 1.0  # so that the row's numbers are at most 1
        origin, target = (side.ravel() for side in np.nonzero(~np.eye(count, dtype=bool)))
        move = np.arange(len(origin))
        far = apart[origin, target] / unit
        shape = count, len(move)
        out = sparse.csc_matrix((np.ones(len(move)), (origin, move)), shape=shape)
        into = sparse.csc_matrix((np.ones(len(move)), (target, move)), shape=shape)
        nearest = float(far[far > 0].min(initial=math.inf))
        return Ambiguity(
            kept=chances,
            spread=into - out,
            limits=sparse.vstack([out, sparse.csc_matrix(far)], format="csc"),
            sides=np.append(chances, self.radius / unit),
            dearest=np.append(np.ones(count), 1.0 / nearest),
        )


def measure(risk: Risk, losses: ArrayLike, probabilities: ArrayLike) -> float:
    """The measure of `losses` (any unit) whose chances are `probabilities`; what is left of 1 is a year without loss.

    Raises
    ------
    AskError
        If a loss is not a number, a probability is negative, they add up past 1, or there are not as many as losses.

    >>> measure(CVaR(tail=0.5), [10.0], [0.2])
    4.0
    """
    if isinstance(risk, TailMeans):
        values, chances = _with_the_calm(losses, probabilities)
        return float(sum(weight * _tail_mean(values, chances, tail) for weight, tail in risk.mixture()))
    values, chances = _checked(losses, probabilities)
    chances = np.append(chances, max(1.0 - float(chances.sum()), 0.0))
    return _largest_mean(risk.ambiguity(chances), np.append(values, 0.0))


def quantile(losses: ArrayLike, probabilities: ArrayLike, level: float) -> float:
    """The least loss that a year does not exceed with the chance `level` at least. [the unit of `losses`]

    Arguments and errors as for `measure`.

    >>> [quantile([100.0, 10.0], [0.1, 0.2], level) for level in (0.5, 0.85, 0.95)]
    [0.0, 10.0, 100.0]
    """
    values, chances = _with_the_calm(losses, probabilities)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(chances[order])
    at = min(int(np.searchsorted(below, level - 1e-12)), len(order) - 1)
    return float(values[order[at]])


def in_tail(losses: ArrayLike, probabilities: ArrayLike, tail: float) -> Floats:
    """How much of each scenario's probability lies in the worst share `tail` of years. [as `probabilities`] `tail` is
    above 0; what the calm year has of it is left out.

    Arguments and errors as for `measure`.

    >>> in_tail([100.0, 10.0], [0.1, 0.5], 0.25)
    array([0.1 , 0.15])
    """
    values, chances = _with_the_calm(losses, probabilities)
    return _taken(values, chances, tail)[: np.size(losses)]


def _with_the_calm(losses: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats]:
    """Losses and chances, checked, with the year without loss as their last entry where it has a chance."""
    values, chances = _checked(losses, probabilities)
    calm = 1.0 - float(chances.sum())
    if calm > 1e-9 or not values.size:
        values, chances = np.append(values, 0.0), np.append(chances, calm)
    return values, chances


def _checked(losses: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats]:
    values, chances = np.asarray(losses, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    if values.shape != chances.shape:
        raise AskError(f"{values.size} losses do not go with {chances.size} probabilities: give one for each")
    if np.isnan(values).any():
        raise AskError("A loss is not a number: leave out scenarios that gave no answer, and say so")
    if not (chances >= 0).all() or chances.sum() > 1 + 1e-9:
        raise AskError(f"Probabilities must be 0 or more and add up to at most 1, not {chances.sum():.6g}")
    return values, chances


def _largest_mean(ambiguity: Ambiguity, values: Floats) -> float:
    """The mean of `values` under the worst chances, from losses counted from the least one in units of their range."""
    least = min(float(values.min()), 0.0)
    size = float(values.max()) - least or 1.0
    above = (values - least) / size
    count = ambiguity.spread.shape[1]
    program = LinearProgram(
        cost=-(ambiguity.spread.T @ above), matrix=ambiguity.limits, row_lower=np.full(len(ambiguity.sides), -np.inf),
        row_upper=ambiguity.sides, column_lower=np.zeros(count), column_upper=np.ones(count),
    )  # fmt: skip
    return least + size * (float(ambiguity.kept @ above) - solve(program).objective)


def _tail_mean(values: Floats, chances: Floats, tail: float) -> float:
    """Mean of the worst share `tail`, splitting the year on the edge; tail 0 is the worst of all."""
    if tail == 0:
        return float(values.max())
    return float(_taken(values, chances, tail) @ values / tail)


def _taken(values: Floats, chances: Floats, tail: float) -> Floats:
    """How much of each chance lies in the worst share `tail`."""
    order = np.argsort(-values, kind="stable")
    taken = np.empty_like(chances)
    taken[order] = np.clip(tail - (np.cumsum(chances[order]) - chances[order]), 0.0, chances[order])
    return taken
