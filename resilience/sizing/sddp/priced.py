"""A program that stays in the solver, whose every answer is a line certified to lie below its least cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.errors import AskError, InfeasibleError
from resilience.sizing.sddp.graph import Floats, Whole
from resilience.solver import LinearProgram, Method, Status, priced, signed
from resilience.standing import Answer, Standing


class Priced:
    """A standing program with a record of what was changed, so that duals can be priced as things stand.

    Rows added later are priced with the rest. As a column's bounds vary, the price of one set of duals is a line that
    holds for all: price + reduced cost * (other value - value), for a column fixed at a value.
    """

    def __init__(self, program: LinearProgram, method: Method | None = None) -> None:
        if program.integer is not None and program.integer.any():
            raise AskError("Programs with whole numbers have no duals: relax them, or solve the tree at once (`tree`)")
        self._standing = Standing(program, method)
        self._inner = method is not None and method.algorithm == "ipm"
        names = ("cost", "row_lower", "row_upper", "column_lower", "column_upper")
        self._program = replace(program, **{name: getattr(program, name).astype(np.float64) for name in names})
        self._turned = program.matrix.T  # kept: turning it at each pricing would cost more than the product
        self._added = sparse.csc_matrix((program.shape[1], 0))  # a column each
        self._sides = program.row_lower, program.row_upper  # of all rows

    def move(self, rows: Whole, lower: Floats, upper: Floats) -> None:
        """Other sides of some rows, none of them added later."""
        low, high = (side.copy() for side in self._sides)
        low[rows], high[rows] = lower, upper
        self._sides = low, high
        self._standing.move(rows=rows, lower=lower, upper=upper)

    def bound(self, columns: Whole, lower: Floats, upper: Floats) -> None:
        """Other bounds of some columns."""
        self._program.column_lower[columns], self._program.column_upper[columns] = lower, upper
        self._standing.bound(columns=columns, lower=lower, upper=upper)

    def charge(self, columns: Whole, cost: Floats) -> None:
        """Other costs of some columns."""
        self._program.cost[columns] = cost
        self._standing.charge(columns=columns, cost=cost)

    def add(self, matrix: sparse.csr_matrix, lower: Floats, upper: Floats) -> None:
        """More rows, below those there are."""
        self._standing.add(matrix, lower, upper)
        self._added = sparse.hstack([self._added, matrix.T], format="csc")
        low, high = self._sides
        self._sides = np.concatenate([low, lower]), np.concatenate([high, upper])

    def begin_like(self, other: Priced) -> None:
        """Begin at the corner of `other`, a program of the same shape before rows were added; none may be here yet."""
        height, width = self._program.shape
        self._standing.begin(other._standing.basis()[: width + height])

    def solve(self) -> Answer:
        """The least-cost answer as things stand.

        Raises
        ------
        InfeasibleError
            If there is none.
        """
        found = self._standing.inner() if self._inner else self._standing.simplex()
        if found.status is Status.INFEASIBLE:
            raise InfeasibleError(found.status.value)
        return found

    def price(self, row_dual: Floats) -> tuple[float, Floats]:
        """A cost that no answer stays below, from any row duals (added rows last), and the reduced costs it prices."""
        dual = signed(row_dual, *self._sides)
        height = self._program.shape[0]
        reduced = self._program.cost - self._turned @ dual[:height]
        if len(dual) > height:
            reduced -= self._added @ dual[height:]
        bounds = self._program.column_lower, self._program.column_upper
        return priced(dual, *self._sides) + priced(reduced, *bounds, least=1e-12), reduced
