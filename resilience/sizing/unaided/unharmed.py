"""A plan that loses nothing, looked for near what a scenario strikes.

First the struck goods alone are free, then those made from them too (`nearby.py`): all others are fixed (`fixed.py`),
which leaves a few hundredths of the whole. Columns that cost leave it, and so does the objective. Makers take inputs
that are partly essential as if they could not do without, which takes a row and two columns off each; and those whose
tools arrive as ever keep to their usual use of them. All of this only rules plans out: a plan that is found is one, and
none found says nothing. For the same reason it is sought no more closely than `INNER`, whatever is asked of answers: to
know that a year loses nothing takes no more, and interior points that are asked for more wander where there is no plan.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resilience.physics import Mask
from resilience.sizing.fixed import least_fixed
from resilience.sizing.statement import Compiled
from resilience.sizing.unaided.nearby import Surroundings
from resilience.solver import INNER, LinearProgram, Method, Solution

STEPS = 1  # of making, downstream of what is struck, up to which goods are set free


def narrowed(block: Compiled, usual: Mask) -> LinearProgram | None:
    """Where to look, in a program whose stores are empty and in which `usual` tools arrive as ever; None where some
    column may earn, or cannot be nothing.
    """
    program = block.program
    if (program.cost < 0).any() or (program.column_lower > 0).any():
        return None
    low, high = program.row_lower.copy(), program.row_upper.copy()
    low[block.rows["plan"]] = high[block.rows["plan"]]  # start = plan
    high[block.rows["essential"]] = low[block.rows["essential"]]  # hence used = a start
    highest = np.where(program.cost > 0, 0.0, program.column_upper)
    lowest = np.where(usual, highest, program.column_lower)
    return replace(
        program, cost=np.zeros(len(highest)), row_lower=low, row_upper=high, column_lower=lowest, column_upper=highest
    )


def unharmed(narrow: LinearProgram, around: Surroundings, method: Method | None) -> Solution | None:
    """A plan that loses nothing, which proves itself; None where it was not found soon. Of `method` only the time limit
    and the memory count.
    """
    tried, seek = -1, INNER
    if method is not None:
        seek = replace(INNER, time_limit_s=method.time_limit_s, memory=method.memory)
    for steps in range(STEPS + 1):
        near = around.steps <= steps
        if near.sum() > tried:
            found = least_fixed(narrow, near, around.calm, seek)
            if found is not None:
                return replace(found, bound=0.0)
            tried = int(near.sum())
    return None
