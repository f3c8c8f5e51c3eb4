"""Substitutes as arrays: which stock point can stand in for which need, how far and how fast.

One row for each need that one substitute could meet: first those of producers, then those of final demand. What is
replaced is counted in scaled units of the good it replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.network import Network
from resilience.tables import cells, numbered

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Substitutes:
    """The rows as arrays. `need` and `demand` index the consumed needs and the final demand of a `Physics`."""

    need: Whole  # of the first rows
    demand: Whole  # of the rest
    replaced_at: Whole  # per row: the stock point of what is replaced
    met_at: Whole  # and of what stands in
    units: Floats  # scaled units of the substitute per scaled unit replaced
    normal: Floats  # scaled units a week of the whole need in a normal week
    most: Floats  # largest part of `normal` that can be replaced
    together: Floats  # that of all substitutes of the same need
    weeks: Floats  # from the shortage until `most` is reached
    rows: pd.DataFrame  # user, place, tier, input, substitute

    def __len__(self) -> int:
        return len(self.units)

    @property
    def needs(self) -> int:
        """How many rows are needs of producers."""
        return len(self.need)

    def most_taken(self, points: int) -> Floats:
        """Most that could stand in for something at each of `points` stock points in a week, scaled units."""
        taken = self.units * self.most * self.normal
        return np.asarray(np.bincount(self.met_at, weights=taken, minlength=points), dtype=np.float64)

    def reach(self, weeks_since_onset: Floats) -> Floats:
        """Most of a normal week's need that any behaviour could have replaced by then, rows x weeks, scaled units.

        Qualification begins with the first disrupted week at the earliest: nobody anticipates.
        """
        weeks = self.weeks[:, None]
        part = np.divide(weeks_since_onset, weeks, out=np.ones((len(self), len(weeks_since_onset))), where=weeks > 0)
        part = np.where(weeks_since_onset >= 0, np.clip(part, 0.0, 1.0), 0.0)
        return np.asarray((self.most * self.normal)[:, None] * part)


def substitutes(
    network: Network, row: Mapping[tuple[str, str], int], scale: Floats, *, needs: pd.DataFrame, wanted: Floats
) -> Substitutes:
    """The substitutes of `network`. For `physics`.

    Parameters
    ----------
    row
        Number of each stock point, by good and place.
    needs
        What producers consume, one row each in the order of the physics: good, place, input, and `normal`, the scaled
        units a normal week takes.
    wanted
        Final demand of a normal week, scaled, in the order of the network's table.
    """
    made, final = network.replaceable()
    need = _numbered(numbered(needs, "good", "place", "input"), made, "user", "place", "input")
    demand = _numbered(numbered(network.demand, "good", "place", "tier"), final, "input", "place", "tier")
    rows = pd.concat([made.assign(tier=""), final], ignore_index=True)
    replaced_at, met_at = (_numbered(row, rows, column, "place") for column in ("input", "substitute"))
    most = rows["most"].to_numpy(dtype=np.float64)
    together = rows.groupby(["user", "input", "place", "tier"])["most"].transform("sum")
    return Substitutes(
        need=need,
        demand=demand,
        replaced_at=replaced_at,
        met_at=met_at,
        units=rows["units"].to_numpy(dtype=np.float64) * scale[replaced_at] / scale[met_at],
        normal=np.concatenate([needs["normal"].to_numpy(dtype=np.float64)[need], wanted[demand]]),
        most=most,
        together=together.to_numpy(dtype=np.float64),
        weeks=rows["qualify_weeks"].to_numpy(dtype=np.float64),
        rows=rows[["user", "place", "tier", "input", "substitute"]],
    )


def _numbered(number: Mapping[Any, int], rows: pd.DataFrame, *columns: str) -> Whole:
    return np.array([number[name] for name in cells(rows, *columns)], dtype=np.int64)


def none_of(swaps: Substitutes) -> Substitutes:
    """The same table without a row, for those who never replace anything."""
    arrays = {name: value[:0] for name, value in vars(swaps).items()}
    return Substitutes(**arrays)
