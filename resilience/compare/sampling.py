"""In what sense the years of a comparison are a sample: what could have come out otherwise. An object with one method.

An interval must say what varies. Years drawn from hazards are a sample of all years: other draws would have given
another mean, and the bootstrap draws again from those at hand. Named scenarios with stated chances are no sample: all
there is to be uncertain about, as far as chances go, is which years come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats


class Sampling(Protocol):
    """Any sense in which years are a sample."""

    def chances(self, stated: Floats, replicates: int, rng: np.random.Generator) -> Floats:
        """What the scenarios' yearly chances come out at in each repetition (replicates x scenarios); what is left of
        one is the undisturbed year.
        """
        ...

    def meaning(self) -> str:
        """What an interval says, as a sentence."""
        ...


@dataclass(frozen=True, kw_only=True)
class StatedChances:
    """Scenarios with stated chances, lived through for `years` years: each year is one of them, or undisturbed.

    The number of years of each kind follows a multinomial law, so that a mean over them differs from the expected one.
    The interval holds the mean of so many years with its level. Read the other way, it shows how far chances that rest
    on a record of so many years may be off. It says nothing of scenarios that are missing, nor of wrong losses.

    >>> StatedChances(years=1).chances(np.array([0.0, 1.0]), 2, np.random.default_rng(1)).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """

    years: int = 100

    def __post_init__(self) -> None:
        if not self.years >= 1 or self.years % 1 != 0:
            raise AskError(f"StatedChances.years is {self.years!r}: it must be a whole number, 1 or more")

    def chances(self, stated: Floats, replicates: int, rng: np.random.Generator) -> Floats:
        """Shares of `years` years."""
        every = np.append(stated, max(1.0 - float(stated.sum()), 0.0))
        counts = rng.multinomial(self.years, every / every.sum(), size=replicates)
        return np.asarray(counts[:, :-1] / self.years, dtype=np.float64)

    def meaning(self) -> str:
        """Luck, not ignorance."""
        return (
            f"Intervals say what {self.years} years may bring if the stated chances are right: the mean difference of "
            "so many years lies within, with the chance that is stated."
        )


@dataclass(frozen=True, kw_only=True)
class DrawnYears:
    """Years drawn from hazards (`hazards.sample`), drawn again from those at hand.

    `alike` (the default) draws within years of equal weight, as stratified draws are made: the weight of each kind of
    year is known, and only which years of the kind were met is chance. Set it to False for `hazards.Importance`, whose
    weights are themselves chance. Of n alike years n - 1 are drawn and weigh n / (n - 1), which makes the variance
    right for small n; years without their like are taken together. Do not use it for named scenarios.

    Reference: J. N. K. Rao and C. F. J. Wu (1988), Resampling inference with complex survey data, Journal of the
    American Statistical Association 83.
    """

    alike: bool = True

    def chances(self, stated: Floats, replicates: int, rng: np.random.Generator) -> Floats:
        """Weights times how often each year was drawn."""
        found = np.empty((replicates, len(stated)))
        for rows in self._kinds(stated):
            n = len(rows)
            if n == 1:
                found[:, rows] = stated[rows]
                continue
            counts = rng.multinomial(n - 1, np.full(n, 1.0 / n), size=replicates)
            found[:, rows] = stated[rows] * counts * (n / (n - 1))
        return found if self.alike else found * (stated.sum() / np.maximum(found.sum(axis=1, keepdims=True), 1e-300))

    def _kinds(self, stated: Floats) -> list[np.ndarray]:
        if not self.alike:
            return [np.arange(len(stated))]
        _, kind = np.unique(stated, return_inverse=True)
        size = np.bincount(kind)
        single = np.flatnonzero(size[kind] == 1)
        kinds = [np.flatnonzero(kind == one) for one in np.flatnonzero(size > 1)]
        return [*kinds, single] if len(single) else kinds

    def meaning(self) -> str:
        """Sampling error."""
        return (
            "Intervals say how far the drawn years may have been untypical: other draws of as many years would give an "
            "interval that holds the mean difference over all years about as often as is stated."
        )
