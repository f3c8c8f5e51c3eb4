"""A two-stage program seen from its first stage: what cuts say of it, which every plan meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.sizing.lshaped.pool import Pool
from resilience.sizing.lshaped.specks import without_specks
from resilience.sizing.lshaped.structure import gather, price
from resilience.sizing.twostage import Floats, TwoStage
from resilience.solver import LinearProgram


def outline(program: TwoStage, known: Sequence[Mapping[int, Floats]]) -> LinearProgram:
    """The first stage with the cuts of `known`: duals of recourses' rows by the number of the scenario.

    Whole numbers are let go. Whatever a plan of the whole program holds and costs, the outline allows at that cost: its
    least is a bound, and what it rules out is ruled out. Duals need not be exact; better ones draw a closer outline.
    """
    parts: list[sparse.csr_matrix] = [sparse.csr_matrix(program.first.matrix)]
    sides: list[Floats] = []
    width = program.first.shape[1]
    for structure in gather(program):
        pool = Pool(structure=structure)
        for duals in known:
            for number in structure.numbers.tolist():
                if number in duals:
                    pool.add(price(structure, np.append(duals[number], np.zeros(structure.caps)), cost=True))
        for cut, at_each in enumerate(pool.sides):
            rows = np.zeros((len(at_each), width))
            rows[:, structure.tied] = pool.slopes[cut]
            rows[np.arange(len(at_each))[:, None], structure.columns] = pool.weights[cut]
            rows, side = without_specks(rows, at_each, program.first.column_lower, program.first.column_upper)
            parts.append(sparse.csr_matrix(rows))
            sides.append(side)
    low = np.concatenate([program.first.row_lower, *sides])
    high = np.concatenate([program.first.row_upper, *(np.full(len(side), np.inf) for side in sides)])
    matrix = sparse.csc_matrix(sparse.vstack(parts))
    return replace(program.first, matrix=matrix, row_lower=low, row_upper=high, integer=None)
