"""Parts of a response program in which goods near what its scenario strikes are free, and all others run as ever.

Most of a year runs as any other: others make a struck good, or its stocks last, and few downstream notice. A part that
leaves a few goods free, and holds the rest as in a calm year (`calm.py`), is a fraction of the whole; a plan of it is a
plan of the whole at the same cost. So the least loss of a part is no less than that of the whole, and it is often the
same; that there is no plan in it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import InfeasibleError, SolverError
from resilience.network import Network
from resilience.physics import Floats, Whole
from resilience.sizing.calm import BROKEN, NOBODY, calm_year, struck_goods
from resilience.sizing.case import Case
from resilience.sizing.scope import made_from
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, Status, solve

Mask = NDArray[np.bool_]
FAR = np.iinfo(np.int64).max  # steps to a good that is not downstream, and of columns that belong to no good


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """The plan of a calm year, and how far each column lies from what the scenario strikes: `steps` of making, or of
    standing in, downstream to its good; in `supplied`, inputs lie as near as the nearest good that is made from them.
    """

    calm: Floats
    steps: Whole
    supplied: Whole


def surroundings(case: Case, block: Compiled) -> Surroundings | None:
    """What lies near; None where the calm year breaks a rule that is no one good's."""
    calm = calm_year(case, block)
    struck = struck_goods(case, block, calm)
    if struck is None:
        return None
    network = case.physics.network
    steps = _steps(network, struck)
    supplied = steps.copy()
    number = {good: n for n, good in enumerate(network.goods["good"])}
    for good, needed in network.needs[["good", "input"]].itertuples(index=False, name=None):
        supplied[number[needed]] = min(supplied[number[needed]], steps[number[good]])
    of_column, of_inputs = (np.where(calm.good == NOBODY, FAR, of_good[calm.good]) for of_good in (steps, supplied))
    return Surroundings(calm=calm.plan, steps=of_column, supplied=of_inputs)


def _steps(network: Network, struck: Mask) -> Whole:
    names = network.goods["good"].to_numpy(dtype=object)
    found = np.full(len(names), FAR)
    for steps, layer in enumerate(nx.bfs_layers(made_from(network), names[struck])):
        found[np.isin(names, np.array(layer, dtype=object))] = steps
    return found


def least_near(program: LinearProgram, near: Mask, calm: Floats, method: Method | None) -> Solution | None:
    """The least-cost plan of `program` that leaves the columns `near` free and has all others as in `calm`, with
    nothing proved of the whole: no bound, and no duals. None where there is no such plan, or none was found.
    """
    plan = np.clip(calm, program.column_lower, program.column_upper)
    free = np.flatnonzero(near & (program.column_upper > program.column_lower))
    plan[free] = 0.0
    taken, matrix = program.matrix @ plan, program.matrix[:, free].tocsr()
    low, high = program.row_lower - taken, program.row_upper - taken
    rows = np.diff(matrix.indptr) > 0
    if ((low > BROKEN) | (high < -BROKEN))[~rows].any():
        return None
    part = LinearProgram(
        cost=program.cost[free], matrix=sparse.csc_matrix(matrix[rows]), row_lower=low[rows], row_upper=high[rows],
        column_lower=program.column_lower[free], column_upper=program.column_upper[free],
    )  # fmt: skip
    try:
        found = solve(part, method)
    except (InfeasibleError, SolverError):  # there is none, or the solver cannot tell: a wider part may
        return None
    if found.status is not Status.OPTIMAL:
        return None
    plan[free] = found.x
    height, width = program.shape
    return Solution(
        status=found.status, objective=float(program.cost @ plan), bound=-np.inf, x=plan, row_dual=np.zeros(height),
        column_dual=np.zeros(width), seconds=found.seconds, iterations=found.iterations, solver=found.solver,
    )  # fmt: skip
