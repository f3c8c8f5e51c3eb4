"""What would make an infeasible ask feasible: the smallest change of each limit alone, in the analyst's words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.errors import InfeasibleError
from resilience.sizing.extensive import Extensive
from resilience.sizing.reserve import Terms
from resilience.solver import Method, solve


def relaxations(joined: Extensive, terms: Terms, usd: float, method: Method | None) -> list[str]:
    """One sentence for each limit that could give way alone, with the least it must give.

    Each row of the budget and the floors gets a slack in turn, and the program is asked for the least slack instead of
    the least cost; a limit that cannot repair the ask alone says so.
    """
    first = joined.first
    rows = [("budget", row) for row in _rows(joined, "budget")] + [("floor", row) for row in _rows(joined, "floors")]
    said = []
    for kind, row in rows:
        slack = _least_slack(joined, row, method)
        number = row - first.rows["floors"].start
        name = "the budget" if kind == "budget" else f"the floor under {terms.floors[number].tier} demand"
        if slack is None:
            said.append(f"{name}: no change of it alone is enough")
        elif kind == "budget":
            told = (terms.budget or 0.0) * usd
            said.append(f"raise `budget_usd` from {told:,.0f} to {told + slack * usd * (1 + 1e-6):,.0f}")
        else:
            served = terms.floors[number].served
            enough = max(np.floor((served - slack) * 1e4 + 1e-4) / 1e4, 0.0)  # four digits, rounded to the safe side
            said.append(f"lower `served` of {name} from {served:.4g} to {enough:.4f}")
    return said


def _rows(joined: Extensive, block: str) -> range:
    where = joined.first.rows[block]
    return range(where.start, where.stop)


def _least_slack(joined: Extensive, row: int, method: Method | None) -> float | None:
    program = joined.program
    column = sparse.csc_matrix(([-1.0], ([row], [0])), shape=(program.matrix.shape[0], 1))
    eased = replace(
        program,
        cost=np.append(np.zeros_like(program.cost), 1.0),
        matrix=sparse.hstack([program.matrix, column], format="csc"),
        column_lower=np.append(program.column_lower, 0.0),
        column_upper=np.append(program.column_upper, np.inf),
    )
    try:
        return solve(eased, method).objective
    except InfeasibleError:
        return None
