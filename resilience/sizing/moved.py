"""What a scenario moves in the response program: upper bounds of its variables, and right-hand sides of its rules.

Nothing else differs between cases of one structure (`Case.structure`), so the page (`program.py`) is stated once for
all of them, and each case puts its own numbers in (`compiled.py`). What is held, in (6), is not here: it enters as a
bound or as a column.
"""

from __future__ import annotations

import numpy as np

from resilience.sizing.case import Case, Floats


def upper_bounds(case: Case) -> dict[str, Floats]:
    """Upper bounds of the blocks that a scenario moves; the rest stay as the structure has them."""
    at_home, from_afar = case.drawable
    most = case.stores.largest
    members = np.bincount(case.stores.pool[case.stores.pool >= 0], weights=most[case.stores.pool >= 0])
    pooled = most * (case.stores.pool >= 0)
    left = np.outer(case.most_held, np.ones(len(case.grid)))
    return {
        "flow": case.most_shipped,
        "start": case.most_started,
        "plan": case.most_started[case.physics.planners],
        "stock": left[case.physics.storable],
        "spill": left[~case.physics.storable],
        "short": case.wanted,
        "home": np.outer(most, np.ceil(at_home)),
        "send": np.outer(pooled, np.ceil(from_afar)),
        "receive": np.outer(members[case.stores.receiver_pool], np.ceil(from_afar)),
        "late": _waited(case),
        "waiting": _waited(case),
        "refill": np.outer(most if case.refill else most[:0], np.ones(len(case.grid))),
        "replaced": case.most_replaced,
    }


def _waited(case: Case) -> Floats:
    """Most that may wait: all that was wanted so far; no rows in a case that does not serve late."""
    return np.cumsum(case.wanted, axis=1) if case.serves_late else case.wanted[:0]


def sides(case: Case) -> dict[str, Floats]:
    """Right-hand sides that a scenario moves."""
    physics = case.physics
    wanted = np.zeros(case.arriving.shape)
    np.add.at(wanted, physics.wanted_at, case.wanted)
    side = case.arriving - wanted
    side[:, 0] += physics.stock * (1.0 - case.lost[:, 0])
    replaceable = np.unique(physics.swaps.need)
    final = case.wanted[np.unique(physics.swaps.demand)]
    replaced = np.concatenate([np.zeros((len(replaceable), len(case.grid))), final])
    return {"balance": side, "replace": replaced} | ({} if case.raised is None else {"built": case.raised.own})
