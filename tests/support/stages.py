"""Stage programs written as small tables, for multistage programs that tests can read."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.sizing.sddp import Node, Outcome
from resilience.solver import LinearProgram


def outcome(columns, rows, states, *, chance=1.0, name="", whole=()):
    """An outcome from columns {name: (cost, lower, upper)}, rows [({name: factor}, lower, upper)] and
    states {state: (column that arrives, column that leaves)}."""
    number = {column: at for at, column in enumerate(columns)}
    matrix = np.zeros((len(rows), len(columns)))
    for row, (factors, _, _) in enumerate(rows):
        for column, factor in factors.items():
            matrix[row, number[column]] = factor
    cost, lower, upper = (np.array(part, dtype=float) for part in zip(*columns.values(), strict=True))
    program = LinearProgram(
        cost=cost,
        matrix=sparse.csc_matrix(matrix),
        row_lower=np.array([row[1] for row in rows], dtype=float),
        row_upper=np.array([row[2] for row in rows], dtype=float),
        column_lower=lower,
        column_upper=upper,
        integer=np.array([column in whole for column in columns]) if whole else None,
    )
    arrives, leaves = ([number[pair[end]] for pair in states.values()] for end in (0, 1))
    return Outcome(probability=chance, program=program, arrives=arrives, leaves=leaves, name=name)


def node(name, outcomes, **more):
    """A node whose outcomes share one matrix object wherever their matrices are equal."""
    shared, made = [], []
    for given in outcomes:
        dense = given.program.matrix.toarray()
        same = next((one for one in shared if np.array_equal(one.toarray(), dense)), None)
        if same is None:
            shared.append(same := given.program.matrix)
        made.append(replace(given, program=replace(given.program, matrix=same)))
    return Node(name=name, outcomes=tuple(made), **more)
