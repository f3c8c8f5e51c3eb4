"""Decision flips over the data's ranges: which group of figures, moved how far, makes another policy the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.compare.factors import Factor, chosen, toward
from resilience.compare.moving import Data, Say, evaluated, failed_at, totals_on
from resilience.engine import Engine
from resilience.errors import AskError
from resilience.physics import Floats

HALVINGS = 6  # of the way to the end of a range, when a flip is sought: to a hundredth of it


@dataclass(frozen=True, kw_only=True, eq=False)
class DataFlips:
    """`table` has columns factor, figures, confidence, end (low or high), share (of the way from the stated values to
    that end), to: the nearest first. `failures` (point, reason) names the places where no network could be tried: a
    flip beyond is not known.
    """

    table: pd.DataFrame
    failures: pd.DataFrame


def data_flips(
    data: Data,
    *,
    factors: Sequence[str] | None = None,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> DataFlips:
    """Which group of figures, moved how far towards an end of its range, makes another policy the best.

    Factors whose ranges never change the best policy are left out. The nearest flip is sought by halving: one that
    comes and goes in between is missed.

    Raises
    ------
    AskError
        If the network has no ranges, a factor is unknown, or the network as stated cannot be tried.
    """
    varied = chosen(data.network, factors)
    sides = [(factor, end) for factor in varied for end in ("low", "high")]
    (stated,), failed = _best(data, [(varied[0], "low", 0.0)], engine, say)
    if stated is None:
        raise AskError("The network as stated cannot be tried", failed["reason"])
    ends, failures = _best(data, [(*side, 1.0) for side in sides], engine, say)
    flipped = {side: (0.0, 1.0, to) for side, to in zip(sides, ends, strict=True) if to is not None and to != stated}
    open_ = set(flipped)  # sides whose flip may yet be nearer
    for _ in range(HALVINGS):
        moves = [(*side, (low + high) / 2) for side, (low, high, _) in flipped.items() if side in open_]
        there, failed = _best(data, moves, engine, say)
        failures = pd.concat([failures, failed], ignore_index=True)
        for (factor, end, share), best in zip(moves, there, strict=True):
            low, high, to = flipped[factor, end]
            if best is None:
                open_.discard((factor, end))
            else:
                flipped[factor, end] = (share, high, to) if best == stated else (low, share, best)
    rows = [
        (factor.name, factor.figures, factor.confidence, end, high, data.policies[to].name)
        for (factor, end), (_, high, to) in flipped.items()
    ]
    table = pd.DataFrame(rows, columns=["factor", "figures", "confidence", "end", "share", "to"])
    return DataFlips(table=table.sort_values(["share", "factor", "end"], ignore_index=True), failures=failures)


def _best(
    data: Data, moves: Sequence[tuple[Factor, str, float]], engine: Engine | None, say: Say
) -> tuple[list[int | None], pd.DataFrame]:
    """Number of the best policy at each move, None where that could not be tried; and why not."""
    messages = {f"{factor.name}, {share:.0%} of the way to its {end} end": (factor, end, share)
                for factor, end, share in moves}  # fmt: skip
    if not messages:
        return [], failed_at({})
    found, failures = evaluated(data, _toward, messages, engine, say)
    return [int(np.argmin(found[key])) if key in found else None for key in messages], failures


def _toward(data: Data, move: tuple[Factor, str, float]) -> Floats:
    return totals_on(data, toward(data.network, *move))
