"""How uncertain losses are weighed into one number.

Each choice is an object with one method, `mixture`, that writes the measure as a weighted mixture of tail means:
(weight, tail) pairs, where tail 1 is the mean of all years, tail 0.1 the mean of the worst tenth (CVaR) and tail 0 the
worst year. Sizing, floors and reports all read that one description.

References: R. T. Rockafellar and S. Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3);
S. Kusuoka (2001), On law invariant coherent risk measures, Advances in Mathematical Economics 3 (mixtures of CVaR).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resilience.errors import AskError

Floats = NDArray[np.float64]


class Risk(Protocol):
    """Any mixture of tail means."""

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """(weight, tail) pairs; weights add up to 1, tails lie in 0 to 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The mean over all years. Do not use it alone where one bad year cannot be borne.

    >>> measure(Expectation(), [100.0, 0.0], [0.1, 0.9])
    10.0
    """

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """All weight on the mean."""
        return ((1.0, 1.0),)


@dataclass(frozen=True, kw_only=True)
class CVaR:
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
class WorstCase:
    """The worst scenario, however unlikely. Adding an absurd scenario changes the answer: mind what is in the set.

    >>> measure(WorstCase(), [100.0, 10.0], [0.01, 0.5])
    100.0
    """

    def mixture(self) -> tuple[tuple[float, float], ...]:
        """All weight on the worst."""
        return ((1.0, 0.0),)


def measure(risk: Risk, losses: ArrayLike, probabilities: ArrayLike) -> float:
    """The measure of `losses` (any unit) whose chances are `probabilities`; what is left of 1 is a year without loss.

    Raises
    ------
    AskError
        If a loss is not a number, a probability is negative, they add up past 1, or there are not as many as losses.

    >>> measure(CVaR(tail=0.5), [10.0], [0.2])
    4.0
    """
    values, chances = _with_the_calm(losses, probabilities)
    return float(sum(weight * _tail_mean(values, chances, tail) for weight, tail in risk.mixture()))


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
    values, chances = np.asarray(losses, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    if values.shape != chances.shape:
        raise AskError(f"{values.size} losses do not go with {chances.size} probabilities: give one for each")
    if np.isnan(values).any():
        raise AskError("A loss is not a number: leave out scenarios that gave no answer, and say so")
    if not (chances >= 0).all() or chances.sum() > 1 + 1e-9:
        raise AskError(f"Probabilities must be 0 or more and add up to at most 1, not {chances.sum():.6g}")
    calm = 1.0 - float(chances.sum())
    if calm > 1e-9 or not values.size:
        values, chances = np.append(values, 0.0), np.append(chances, calm)
    return values, chances


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
