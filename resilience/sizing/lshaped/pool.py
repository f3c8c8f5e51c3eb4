"""What is known of the scenarios of one structure: cuts that hold for all of them, and the plans that were found.

With fixed recourse a dual of one scenario is a dual of all, so each cut found is priced against every scenario: one
product of a vector and a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from resilience.sizing.lshaped.plans import Plans
from resilience.sizing.lshaped.structure import Cut, Structure, Whole
from resilience.sizing.twostage import Floats

SAME = 1e-9  # relative difference below which two cuts are one


@dataclass(kw_only=True, eq=False)
class Pool:
    """Cuts as rows: weights on measures, slope on tied columns, right side for each scenario; and the duals each is of,
    where they were kept. And plans.
    """

    structure: Structure
    weights: list[Floats] = field(default_factory=list)
    slopes: list[Floats] = field(default_factory=list)
    sides: list[Floats] = field(default_factory=list)
    prices: list[Floats | None] = field(default_factory=list)
    seen: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plans = Plans(structure=self.structure)

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

    def most(self, x: Floats) -> Floats:
        """For each scenario, what the cheapest plan known that is one at `x`, first-stage columns, measures."""
        return self.plans.most(x[self.structure.tied], x[self.structure.columns[:, 1:]])

    def mixed(self, position: int, x: Floats) -> Floats:
        """What the cheapest mixture of plans for one scenario measures at `x`, first-stage columns."""
        return self.plans.mixed(position, x[self.structure.tied], x[self.structure.columns[position, 1:]])

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
