"""A plan that loses nothing, looked for in a narrower program than that of the least loss.

Columns that cost leave the program, and so does the objective. Makers take inputs that are partly essential as if they
could not do without, which takes a row and two columns off each; and those whose tools arrive as ever keep to their
usual use of them. All of this only rules plans out: a plan that is found is one, and none found says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resilience.errors import InfeasibleError, SolverError
from resilience.physics import Whole
from resilience.sizing.case import Case
from resilience.sizing.program import toolers
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, Status, solve


@dataclass(frozen=True, kw_only=True, eq=False)
class Narrowed:
    """The narrower program, and which columns of the whole one it keeps; the others are nothing."""

    program: LinearProgram
    kept: Whole


def narrowed(case: Case, block: Compiled) -> Narrowed | None:
    """Where to look, in a program whose stores are empty; None where some column may earn, or cannot be nothing."""
    program = block.program
    if (program.cost < 0).any() or (program.column_lower > 0).any():
        return None
    lowest, highest = program.column_lower.copy(), np.where(program.cost > 0, 0.0, program.column_upper)
    low, high = program.row_lower.copy(), program.row_upper.copy()
    low[block.rows["plan"]] = high[block.rows["plan"]]  # start = plan
    high[block.rows["essential"]] = low[block.rows["essential"]]  # hence used = a start
    for name, calm in _tools_arrive(case).items():
        where, shape = block.columns[name]
        lowest[where] = np.where(np.repeat(calm, shape[1]), highest[where], lowest[where])
    kept = np.flatnonzero(highest > 0)
    narrow = replace(
        program, cost=np.zeros(len(kept)), matrix=program.matrix[:, kept], row_lower=low, row_upper=high,
        column_lower=lowest[kept], column_upper=highest[kept],
    )  # fmt: skip
    return Narrowed(program=narrow, kept=kept)


def unharmed(program: LinearProgram, narrow: Narrowed, method: Method | None) -> Solution | None:
    """A plan of `program` that loses nothing, or None where it was not found soon."""
    try:
        found = solve(narrow.program, method)
    except (InfeasibleError, SolverError):  # there is none, or the solver cannot tell: the whole program will
        return None
    if found.status is not Status.OPTIMAL:
        return None
    height, width = program.shape
    x = np.zeros(width)
    x[narrow.kept] = found.x
    return replace(found, objective=0.0, bound=0.0, x=x, row_dual=np.zeros(height), column_dual=np.zeros(width))


def _tools_arrive(case: Case) -> dict[str, np.ndarray]:
    """Of the tools and spares of each maker, and of each maker that needs any, whether no lane that brings them, and no
    maker of them beside it, is held up.
    """
    laws = case.physics
    short = np.zeros(len(laws.points), dtype=bool)
    short[laws.destination[(case.passing < laws.flow[:, None] * (1.0 - 1e-9)).any(axis=1)]] = True
    short[laws.made_at[(case.left < 1).any(axis=1)]] = True
    hit = laws.worker[short[laws.worked_at]]
    return {"supplied": ~np.isin(laws.worker, hit), "health": ~np.isin(toolers(case), hit)}
