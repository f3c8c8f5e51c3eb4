"""A plan that was found for one scenario, put to another.

A long stop's plan often does for a shorter one, even where transit differs and with it the coefficients: what is
shipped, started and used stays, and stocks are worked out anew from what lands. Whether it breaks any bound or row
then takes a product of a matrix to see, where the scenario's own plan takes a solve.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import spsolve

from resilience.physics import Floats
from resilience.sizing.fixed import BROKEN
from resilience.sizing.statement import Compiled


def lent(plan: Floats, block: Compiled) -> Floats | None:
    """`plan`, of a program with the same columns, as a plan of `block`; None where it is none."""
    program, balance = block.program, block.rows["balance"]
    standing = np.r_[block.columns["stock"][0], block.columns["spill"][0]]
    low, high = program.column_lower - BROKEN, program.column_upper + BROKEN
    outside = (plan < low) | (plan > high)
    outside[standing] = False
    if outside.any():
        return None
    found = plan.copy()
    found[standing] = 0.0
    rows = program.matrix[balance]
    found[standing] = spsolve(rows[:, standing], program.row_lower[balance] - rows @ found)
    taken = program.matrix @ found
    broken = ((found < low) | (found > high)).any() or (
        (taken < program.row_lower - BROKEN) | (taken > program.row_upper + BROKEN)
    ).any()
    return None if broken else found
