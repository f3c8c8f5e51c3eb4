"""The first stage with the cuts found so far: a program that every plan meets, so that its least cost is a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from resilience.errors import InfeasibleError, SolverError
from resilience.sizing.lshaped.specks import without_specks
from resilience.sizing.lshaped.structure import Whole
from resilience.sizing.twostage import Floats
from resilience.solver import LinearProgram, Method, Status, certified_bound, settled, solve
from resilience.standing import Standing

ROUNDING = 1e-9  # relative, by which a measure may pass the most that its column can hold


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A cut as a row of the master: values at columns, at least `side`; of which structure and scenario."""

    structure: int
    position: int
    cut: int
    columns: Whole
    values: Floats
    side: float


@dataclass(kw_only=True, eq=False)
class Master:
    """The first stage and its cuts, kept in the solver."""

    first: LinearProgram
    gap: float
    rows: list[Row] = field(default_factory=list)
    known: set[tuple[int, int, int]] = field(default_factory=set)
    whole: bool = False

    def __post_init__(self) -> None:
        self.standing = Standing(self.first, Method(gap=self.gap))
        self.matrix: list[sparse.csr_matrix] = [sparse.csr_matrix(self.first.matrix)]
        self.dual = np.zeros(0)

    def _cleared(self, row: Row) -> Row:
        """A cut without coefficients that are rounding."""
        low, high = self.first.column_lower[row.columns], self.first.column_upper[row.columns]
        values, sides = without_specks(row.values[None], np.array([row.side]), low, high)
        return replace(row, values=values[0], side=float(sides[0]))

    def add(self, rows: Sequence[Row]) -> int:
        """Add cuts that are not there yet; how many."""
        fresh = [self._cleared(row) for row in rows if (row.structure, row.position, row.cut) not in self.known]
        if not fresh:
            return 0
        self.known.update((row.structure, row.position, row.cut) for row in fresh)
        start = np.cumsum([0, *(len(row.columns) for row in fresh)])
        parts = np.concatenate([row.values for row in fresh]), np.concatenate([row.columns for row in fresh]), start
        matrix = sparse.csr_matrix(parts, shape=(len(fresh), self.first.shape[1]))
        self.standing.add(matrix, np.array([row.side for row in fresh]), np.full(len(fresh), np.inf))
        self.matrix.append(matrix)
        self.rows += fresh
        return len(fresh)

    def keep_whole(self, gap: float) -> None:
        """Ask for whole numbers from now on, to within `gap`."""
        self.whole = True
        self.standing.keep_whole(gap=gap)

    def solve(self, *, corner: bool = False) -> tuple[Floats, float]:
        """A first stage that costs least by what the cuts know, to within `gap` and in the middle of such, or at a
        `corner` if asked for, and a bound that no plan beats.

        Raises
        ------
        InfeasibleError
            If the cuts leave no first stage.
        """
        answer = self.standing.simplex() if corner else self.standing.inner()
        if answer.status is Status.INFEASIBLE:
            raise InfeasibleError(Status.INFEASIBLE.value)
        if answer.status is not Status.OPTIMAL:
            raise SolverError(f"The first stage could not be solved: {answer.status.value}")
        if self.whole:
            return answer.x, answer.bound
        self.dual = answer.row_dual
        return answer.x, certified_bound(self.program(), answer.row_dual)

    def program(self) -> LinearProgram:
        """The first stage with every cut as a row: what it costs at least, and what no plan can do."""
        self.matrix = [sparse.vstack(self.matrix, format="csr")]
        sides = np.array([row.side for row in self.rows])
        return replace(
            self.first,
            matrix=self.matrix[0].tocsc(),
            row_lower=np.concatenate([self.first.row_lower, sides]),
            row_upper=np.concatenate([self.first.row_upper, np.full(len(sides), np.inf)]),
        )

    def settle(self, x: Floats) -> None:
        """Duals of what whole numbers leave to choose once they stand as in `x`; they have none themselves."""
        if self.whole:
            self.dual = solve(settled(self.program(), x)).row_dual

    def multipliers(self) -> Floats:
        """What one unit of each cut's side adds to the cost."""
        return self.dual[self.first.shape[0] :]


@dataclass(kw_only=True, eq=False)
class Weigher:
    """The first stage without cuts, its decision held fast: what given measures of the scenarios cost in all."""

    first: LinearProgram
    tied: Whole
    columns: Whole  # that hold measures

    def __post_init__(self) -> None:
        self.standing = Standing(self.first, Method())

    def weigh(self, x: Floats, measured: Floats) -> tuple[float, Floats, Floats]:
        """Cost of the decision in `x` where the columns of measures are at least `measured`; the first stage itself;
        and what one more unit of each measure adds. Infinite where a limit on measures is broken.
        """
        most = self.first.column_upper[self.columns]
        if not (measured <= most + ROUNDING * (1.0 + np.abs(most))).all():
            return np.inf, x, np.zeros(len(measured))
        least = np.clip(measured, self.first.column_lower[self.columns], most)
        self.standing.bound(columns=self.columns, lower=least, upper=most)
        self.standing.bound(columns=self.tied, lower=x[self.tied], upper=x[self.tied])
        answer = self.standing.simplex()
        if answer.status is not Status.OPTIMAL:
            return np.inf, x, np.zeros(len(measured))
        reduced = self.first.cost - self.first.matrix.T @ answer.row_dual
        return answer.objective, answer.x, reduced[self.columns]
