"""The least loss of a scenario, with makers' tools fixed where they arrive as ever.

Nobody is better off with fewer tools and spares than usual, but a program that may choose so has a row and two columns
a period for each maker to weigh it. Where no lane that brings a maker's tools, and no maker of them beside it, is held
up, they are fixed at usual use first: a seventh off a solve of a blockade. The answer's duals then price the whole
program: where fixing them cost more than the gap asked for, the whole is solved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resilience.errors import InfeasibleError
from resilience.physics import Mask
from resilience.sizing.case import Case
from resilience.sizing.fixed import cost_of_raising, negligible
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, solve


def tools_as_ever(case: Case, block: Compiled) -> Mask:
    """The columns of the tools and spares of each maker, and of the capacity they keep up, where neither a lane that
    brings them nor whoever makes them, there or where the lane begins, is held up.
    """
    laws = case.physics
    short = np.zeros(len(laws.points), dtype=bool)
    short[laws.destination[(case.passing < laws.flow[:, None] * (1.0 - 1e-9)).any(axis=1)]] = True
    short[laws.made_at[(case.left < 1).any(axis=1)]] = True
    short[laws.destination[short[laws.origin]]] = True
    hit = laws.worker[short[laws.worked_at]]
    found = np.zeros(block.program.shape[1], dtype=bool)
    for name, owner in (("supplied", laws.worker), ("health", laws.toolers)):
        where, _ = block.columns[name]
        found[where] = np.repeat(~np.isin(owner, hit), len(case.grid))
    return found


def least_loss(program: LinearProgram, usual: Mask, method: Method | None) -> Solution:
    """The least-cost plan, looked for with the columns `usual` at their upper bounds.

    Raises
    ------
    InfeasibleError
        If no plan meets the rows and bounds.
    """
    if not usual.any():
        return solve(program, method)
    lower = np.where(usual, program.column_upper, program.column_lower)
    try:
        found = solve(replace(program, column_lower=lower), method)
    except InfeasibleError:
        return solve(program, method)
    cost = cost_of_raising(program, lower, found.row_dual)
    if not negligible(cost, found.objective, (method or Method()).gap):
        return solve(program, method)
    return replace(found, bound=found.bound - cost)
