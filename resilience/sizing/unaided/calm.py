"""A year in which nothing happens, in the columns of a response program, and whose good each column is.

Everything runs at baseline: lanes carry and makers start what they do in a calm week, stocks stand where they stood,
nothing is short, missing, drawn or replaced. In the program of a calm scenario that is a plan that loses nothing; in
that of another it shows, by the bounds and balances it breaks, which goods the scenario strikes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.physics import Floats, Whole
from resilience.sizing.case import Case
from resilience.sizing.fixed import BROKEN
from resilience.sizing.statement import Compiled

NOBODY = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Calm:
    """The calm year: `plan` by column, and by column the number of its good among the network's, or `NOBODY`'s; the
    same by stock point.
    """

    plan: Floats
    good: Whole
    of_point: Whole


def calm_year(case: Case, block: Compiled) -> Calm:
    """What each column of the case's program is while nothing happens."""
    laws, lengths = case.physics, case.lengths
    of_point: Whole = pd.Index(laws.network.goods["good"]).get_indexer(laws.points["good"])
    of_maker = of_point[laws.made_at]
    keeping = laws.storable
    used = laws.consumed * laws.output[laws.consumer]
    weekly: dict[str, tuple[Floats, Whole]] = {
        "flow": (laws.flow, of_point[laws.origin]),
        "start": (laws.output, of_maker),
        "plan": (laws.output[laws.planners], of_maker[laws.planners]),
        "used": (used[laws.partial], of_maker[laws.consumer[laws.partial]]),
        "supplied": (laws.worked, of_maker[laws.worker]),
        "short": (np.zeros(len(laws.wanted)), of_point[laws.wanted_at]),
        "replaced": (np.zeros(len(laws.swaps)), of_point[laws.swaps.replaced_at]),
    }
    standing: dict[str, tuple[Floats, Whole]] = {
        "health": ((laws.output[laws.toolers] > 0).astype(np.float64), of_maker[laws.toolers]),  # idle ones wear
        "stock": (laws.stock[keeping], of_point[keeping]),
        "spill": (np.zeros(np.count_nonzero(~keeping)), of_point[~keeping]),
    }
    once: dict[str, tuple[Floats, Whole]] = {"missing": (np.zeros(len(of_point)), of_point)}
    width = block.program.shape[1]
    plan, good = np.zeros(width), np.full(width, NOBODY)
    for blocks, weeks in ((weekly, lengths), (standing, np.ones(len(lengths))), (once, np.ones(1))):
        for name, (values, owner) in blocks.items():
            where, _ = block.columns[name]
            plan[where] = np.outer(values, weeks).ravel()
            good[where] = np.repeat(owner, len(weeks))
    return Calm(plan=plan, good=good, of_point=of_point)


def struck_goods(case: Case, block: Compiled, calm: Calm) -> NDArray[np.bool_] | None:
    """Per good of the case's network, whether the calm year breaks a bound of a column of its or a balance at one of
    its points; None where it breaks a rule of another kind, which is no one good's.
    """
    program = block.program
    outside = (calm.plan > program.column_upper + BROKEN) | (calm.plan < program.column_lower - BROKEN)
    taken = program.matrix @ calm.plan
    broken = (taken > program.row_upper + BROKEN) | (taken < program.row_lower - BROKEN)
    owners = calm.good[outside]
    struck = np.zeros(len(case.physics.network.goods), dtype=bool)
    struck[owners[owners != NOBODY]] = True
    periods = len(case.grid)
    for name, count in (("balance", periods), ("position", 1)):
        points = broken[block.rows[name]].reshape(-1, count).any(axis=1)
        struck[calm.of_point[points]] = True
        broken[block.rows[name]] = False
    return None if broken.any() or (owners == NOBODY).any() else struck
