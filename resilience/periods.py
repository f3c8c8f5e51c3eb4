"""Weeks gathered into periods: fine while a disruption bites, coarse in its tail.

Shipments over unequal periods arrive in proportion to overlap, which conserves every unit exactly. What coarse periods
give up is the order of events inside one period; `Weekly()` gives up nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resilience.errors import AskError

Floats = NDArray[np.float64]


class Periods(Protocol):
    """Any way to cut a horizon into periods."""

    def lengths(self, weeks: int) -> tuple[int, ...]:
        """Lengths of the periods, in whole weeks, adding up to `weeks`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Every week on its own.

    >>> Weekly().lengths(3)
    (1, 1, 1)
    """

    def lengths(self, weeks: int) -> tuple[int, ...]:
        """Ones."""
        return (1,) * weeks


@dataclass(frozen=True, kw_only=True)
class Coarsening:
    """Periods that grow: `steps` of (how many periods, weeks in each); the last length repeats to the horizon.

    >>> Coarsening(steps=((2, 1), (1, 2), (1, 4))).lengths(13)
    (1, 1, 2, 4, 4, 1)
    """

    steps: tuple[tuple[int, int], ...] = ((8, 1), (6, 2), (1, 4))

    def __post_init__(self) -> None:
        if not self.steps or any(count < 1 or length < 1 for count, length in self.steps):
            raise AskError(f"Coarsening.steps is {self.steps!r}: give (periods, weeks in each) pairs, each at least 1")

    def lengths(self, weeks: int) -> tuple[int, ...]:
        """The steps in turn, cut at the horizon."""
        planned = [length for count, length in self.steps for _ in range(count)]
        planned += [self.steps[-1][1]] * weeks
        found: list[int] = []
        while sum(found) < weeks:
            found.append(min(planned[len(found)], weeks - sum(found)))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Periods of `lengths` weeks, from the first week in which anything may depart from baseline.

    >>> Grid(lengths=(1, 2)).edges
    array([0., 1., 3.])
    """

    lengths: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def weeks(self) -> int:
        """Weeks in all."""
        return sum(self.lengths)

    @property
    def edges(self) -> Floats:
        """Week at which each period starts, and the end of the last. Shape (periods + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.lengths, dtype=np.float64)])

    def mean(self, weekly: Floats) -> Floats:
        """Mean over each period of a (rows, weeks) array. Shape (rows, periods)."""
        starts = self.edges[:-1].astype(int)
        return np.asarray(np.add.reduceat(weekly, starts, axis=1) / np.array(self.lengths), dtype=np.float64)

    def overlap(self, start: float, end: float) -> Floats:
        """Weeks that each period shares with the stretch from `start` to `end`. Shape (periods,)."""
        edges = self.edges
        return np.asarray(np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0.0, None))

    def arrivals(self, lag_by_week: Sequence[float]) -> Floats:
        """Share of what leaves evenly over period j that arrives in period k. Shape (k, j).

        `lag_by_week` is how long what leaves in each week takes. Columns add up to at most 1: what arrives past the
        horizon is still on its way.

        >>> Grid(lengths=(1, 2)).arrivals([1, 1, 1])
        array([[0. , 0. ],
               [1. , 0.5]])
        """
        shares = np.zeros((len(self), len(self)))
        edges = self.edges.astype(int)
        for j, length in enumerate(self.lengths):
            for week in range(edges[j], edges[j + 1]):
                shares[:, j] += self.overlap(week + lag_by_week[week], week + lag_by_week[week] + 1) / length
        return shares

    def underway(self, lag: float) -> Floats:
        """Weeks of baseline flow, dispatched before the grid starts, that arrive in each period. Shape (periods,)."""
        return self.overlap(0.0, lag)
