"""Programs answered with most of their columns fixed: a fraction of the whole, whose plans are plans of the whole.

Which columns, and where, is a guess that costs nothing but time: what a calm year has (`unaided/nearby.py`), or what
known prices say. Duals from another right side price every column; those that cost more than they bring stand at one
bound, those that bring more at the other, and what is left is half of the program and quicker than half. The same duals
bound every plan from below: where the plan that is found meets the bound, nothing was lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.errors import InfeasibleError, SolverError
from resilience.physics import Floats, Mask
from resilience.solver import (
    LinearProgram,
    Method,
    Solution,
    Status,
    certified_bound,
    signed,
    solve,
)

HARMLESS = 1e-6  # of loss: a ten-billionth of a week of all that is at stake
BROKEN = 1e-7  # scaled units (or shares of capacity) past which a bound or a row counts as broken
EVEN = 1e-4  # scaled money per unit, net of prices, up to which a column may go either way


def least_fixed(program: LinearProgram, free: Mask, at: Floats, method: Method | None) -> Solution | None:
    """The least-cost plan of `program` that leaves the columns `free` to choose and has all others as in `at`, with
    nothing proved of the whole: no bound, and no duals. None where there is no such plan, or none was found.
    """
    plan = np.clip(at, program.column_lower, program.column_upper)
    chosen = np.flatnonzero(free & (program.column_upper > program.column_lower))
    plan[chosen] = 0.0
    taken, matrix = program.matrix @ plan, program.matrix[:, chosen].tocsr()
    low, high = program.row_lower - taken, program.row_upper - taken
    rows = np.diff(matrix.indptr) > 0
    if ((low > BROKEN) | (high < -BROKEN))[~rows].any():
        return None
    part = LinearProgram(
        cost=program.cost[chosen], matrix=sparse.csc_matrix(matrix[rows]), row_lower=low[rows], row_upper=high[rows],
        column_lower=program.column_lower[chosen], column_upper=program.column_upper[chosen],
    )  # fmt: skip
    try:
        found = solve(part, method)
    except (InfeasibleError, SolverError):  # there is none, or the solver cannot tell: a wider part may
        return None
    if found.status is not Status.OPTIMAL:
        return None
    plan[chosen] = found.x
    height, width = program.shape
    return Solution(
        status=found.status, objective=float(program.cost @ plan), bound=-np.inf, x=plan, row_dual=np.zeros(height),
        column_dual=np.zeros(width), seconds=found.seconds, iterations=found.iterations, solver=found.solver,
    )  # fmt: skip


def least_at_prices(program: LinearProgram, row_dual: Floats, *, gap: float, method: Method | None) -> Solution | None:
    """The least-cost plan among those that the prices `row_dual` would choose, with their bound; None where the two
    are further apart than `gap` and more than nothing, or where there is no such plan.
    """
    dual = signed(row_dual, program.row_lower, program.row_upper)
    net = program.cost - program.matrix.T @ dual
    at = np.where(net > 0, program.column_lower, program.column_upper)
    found, bound = least_fixed(program, np.abs(net) <= EVEN, at, method), certified_bound(program, dual)
    if found is None or not negligible(found.objective - bound, found.objective, gap):
        return None
    return replace(found, bound=min(bound, found.objective), row_dual=dual, column_dual=net)


def cost_of_raising(program: LinearProgram, lower: Floats, row_dual: Floats) -> float:
    """What the bound by `row_dual` gains where columns must be at `lower` at least, and not only at their own lower
    bounds: where that is nothing, an answer so is as good as any.
    """
    net = program.cost - program.matrix.T @ signed(row_dual, program.row_lower, program.row_upper)
    return float(np.maximum(net, 0.0) @ (lower - program.column_lower))


def negligible(cost: float, objective: float, gap: float) -> bool:
    """Whether what a guess may cost is no more than `gap` of the objective, or next to nothing."""
    return cost <= max(gap * abs(objective), HARMLESS)
