"""Whose each column and row of a response program is."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from resilience.physics import Whole
from resilience.sizing.case import Case
from resilience.sizing.statement import Compiled

COMMON = -1  # of rows: nobody's alone, such as those of a pool
OUTSIDE = -2  # nobody's among the members


def column_owners(block: Compiled, case: Case, owner: Whole) -> tuple[Whole, Whole]:
    """The two members who decide each column: those at both ends of a lane, else the one member twice.

    `owner` is the member at each stock point, or `OUTSIDE`.
    """
    laws, stores = case.physics, case.stores
    makers = owner[laws.made_at]
    of_block = {
        "start": makers,
        "plan": makers[laws.planners],
        "used": makers[laws.consumer[laws.partial]],
        "supplied": makers[laws.worker],
        "health": makers[laws.toolers],
        "stock": owner[laws.storable],
        "spill": owner[~laws.storable],
        "short": owner[laws.wanted_at],
        "home": owner[stores.point],
        "send": owner[stores.point],
        "receive": owner[stores.receiver_point],
        "missing": owner,
        "late": owner[laws.wanted_at],
        "waiting": owner[laws.wanted_at],
        "refill": owner[stores.point],
        "replaced": owner[laws.swaps.replaced_at],
    }
    first = np.full(block.program.shape[1], OUTSIDE, dtype=np.int64)
    second = first.copy()
    for name, (where, shape) in block.columns.items():
        if name == "flow":
            ends = owner[laws.origin], owner[laws.destination]
        else:
            ends = of_block[name][: shape[0]], of_block[name][: shape[0]]
        for side, who in zip((first, second), ends, strict=True):
            side[where] = np.repeat(who, shape[1] if len(shape) > 1 else 1)
    return first, second


def row_owners(matrix: sparse.csc_matrix, first: Whole, second: Whole) -> Whole:
    """The member to whom all of a row's columns belong but lanes; `COMMON` where they are of several."""
    height = matrix.shape[0]
    entries = matrix.tocoo()
    own = (first == second)[entries.col] & (entries.data != 0)
    at, who = entries.row[own], first[entries.col[own]]
    least, most = np.full(height, np.iinfo(np.int64).max), np.full(height, np.iinfo(np.int64).min)
    np.minimum.at(least, at, who)
    np.maximum.at(most, at, who)
    return np.where(least == most, least, COMMON).astype(np.int64)
