"""What is known of the scenarios of one structure: cuts that hold for all of them, and plans that were found.

With fixed recourse a dual of one scenario is a dual of all, so each cut found is priced against every scenario: one
product of a vector and a matrix. A plan found at one first stage serves every scenario that is no harder, and every
first stage that only widens the sides; so what it measures bounds theirs from above, and they need not be solved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from resilience.sizing.lshaped.structure import Cut, Structure, Whole
from resilience.sizing.twostage import Floats

SAME = 1e-9  # relative difference below which two cuts are one


@dataclass(kw_only=True, eq=False)
class Pool:
    """Cuts as rows: weights on measures, slope on tied columns, right side for each scenario; and the duals each is of,
    where they were kept. And plans: at which first stage, measuring what, good for which scenarios.
    """

    structure: Structure
    weights: list[Floats] = field(default_factory=list)
    slopes: list[Floats] = field(default_factory=list)
    sides: list[Floats] = field(default_factory=list)
    prices: list[Floats | None] = field(default_factory=list)
    points: list[Floats] = field(default_factory=list)
    measured: list[Floats] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    easier: dict[int, Whole] = field(default_factory=dict)
    seen: dict[bytes, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sides)

    def add(self, cut: Cut, prices: Floats | None = None) -> int:
        """Price a cut, of the duals `prices`, for every scenario; its number, also where it was there before."""
        sides = cut.common + self.structure.values @ cut.prices
        key = rounded(np.concatenate([cut.weights, cut.slope, sides]))
        if key not in self.seen:
            self.seen[key] = len(self)
            self.keep(cut.weights, cut.slope, sides, prices)
        return self.seen[key]

    def keep(self, weights: Floats, slope: Floats, sides: Floats, prices: Floats | None = None) -> None:
        """Add a cut that is priced already."""
        self.weights.append(weights)
        self.slopes.append(slope)
        self.sides.append(sides)
        self.prices.append(prices)

    def learn(self, position: int, point: Floats, measured: Floats) -> None:
        """Remember what a plan for one scenario measured at a first stage."""
        self.owners.append(position)
        self.points.append(point)
        self.measured.append(measured)

    def most(self, point: Floats) -> Floats:
        """For each scenario, what the cheapest plan known to serve it at `point` measures; infinite where none is.

        Shape (scenarios, measures).
        """
        structure = self.structure
        found = np.full(structure.columns.shape, np.inf)
        for owner, at, measured in zip(self.owners, self.points, self.measured, strict=True):
            if not ((at <= point).all() if structure.eased else np.array_equal(at, point)):
                continue
            served = self._easier(owner)
            better = served[measured[0] < found[served, 0]]
            found[better] = measured
        return found

    def _easier(self, owner: int) -> Whole:
        if owner not in self.easier:
            everyone = np.arange(len(self.structure.numbers))
            self.easier[owner] = self.structure.harder(owner, everyone)
        return self.easier[owner]

    def least(self, point: Floats) -> tuple[Floats, Whole]:
        """For each scenario the most that any cut says it costs at `point`, and which cut; of cuts on cost alone."""
        count = len(self.structure.numbers)
        alone = [number for number, weights in enumerate(self.weights) if weights[0] == 1 and not weights[1:].any()]
        if not alone:
            return np.full(count, -np.inf), np.full(count, -1, dtype=np.int64)
        said = np.array([self.sides[number] - self.slopes[number] @ point for number in alone])
        best = np.argmax(said, axis=0)
        return said[best, np.arange(count)], np.array(alone, dtype=np.int64)[best]

    def best(self, point: Floats) -> list[Floats | None]:
        """For each scenario the duals, where they were kept, of the cut that says most of its cost at `point`."""
        return [self.prices[cut] if cut >= 0 else None for cut in self.least(point)[1].tolist()]

    def broken(self, x: Floats) -> tuple[Floats, Whole]:
        """For each scenario by how much `x`, first-stage columns, breaks the cut it breaks most, and which that is."""
        count = len(self.structure.numbers)
        if not self.sides:
            return np.full(count, -np.inf), np.full(count, -1, dtype=np.int64)
        measured, point = x[self.structure.columns], x[self.structure.tied]
        weights, slopes = np.array(self.weights), np.array(self.slopes)
        gaps = np.array(self.sides) - (slopes @ point)[:, None] - weights @ measured.T
        worst = np.argmax(gaps, axis=0)
        return gaps[worst, np.arange(count)], worst.astype(np.int64)


def rounded(values: Floats) -> bytes:
    """Values to nine digits of the largest, as a key."""
    size = np.abs(values).max(initial=0.0)
    step = 10.0 ** np.floor(np.log10(size)) * SAME if size > 0 else 1.0
    return np.round(values / step).astype(np.int64).tobytes()
