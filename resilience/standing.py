"""Programs that stay in the solver, for methods that solve one again and again with a little changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import SolverError
from resilience.solver import INFINITE, LinearProgram, Method, Status, loaded, refuse_poor_data, status_of

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
UNLIMITED = 2**31 - 1
BASIC = int(highspy.HighsBasisStatus.kBasic)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What a standing program answered; `objective` is infinite and the rest not to be read unless it was feasible."""

    status: Status
    objective: float
    bound: float  # the solver's own, of an integer program; of others see `certified_bound`
    x: Floats
    row_dual: Floats


class Standing:
    """A program that stays in the solver: sides and bounds move, rows are added, and the next answer starts where the
    last one ended. `simplex` and `inner` choose how; an integer program is searched whatever they say.

    Two standing programs that went through the same calls give the same answers, to the bit.
    """

    def __init__(self, program: LinearProgram, method: Method | None = None) -> None:
        refuse_poor_data(program)
        self._integer = None if program.integer is None else np.flatnonzero(program.integer)
        self._width = program.shape[1]
        self._whole = False
        self._highs = loaded(replace(program, integer=None), method or Method())

    def move(self, *, rows: Whole, lower: Floats, upper: Floats) -> None:
        """Other sides of some rows."""
        where = rows.astype(np.int32)
        self._highs.changeRowsBounds(len(rows), where, _finite(lower), _finite(upper))  # type: ignore[attr-defined]

    def bound(self, *, columns: Whole, lower: Floats, upper: Floats) -> None:
        """Other bounds of some columns."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), _finite(lower), _finite(upper))

    def charge(self, *, columns: Whole, cost: Floats) -> None:
        """Other costs of some columns."""
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def add(self, matrix: sparse.csr_matrix, lower: Floats, upper: Floats) -> None:
        """More rows, below those there are."""
        start, index = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        count, entries = matrix.shape[0], len(index)
        self._highs.addRows(count, _finite(lower), _finite(upper), entries, start, index, matrix.data)

    def keep_whole(self, *, gap: float | None = None) -> None:
        """From now on whole numbers are asked for where the program wants them, and searched to `gap` (else as the
        method says).
        """
        if gap is not None:
            self._highs.setOptionValue("mip_rel_gap", gap)
        if self._integer is not None and len(self._integer):
            kinds = np.full(len(self._integer), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self._whole = True
            self._highs.changeColsIntegrality(len(self._integer), self._integer.astype(np.int32), kinds)

    def begin(self, basis: bytes | None) -> None:
        """Forget what came before, and begin at a corner that `basis` gave, or nowhere."""
        self._highs.clearSolver()
        if basis is not None:
            known = [highspy.HighsBasisStatus(code) for code in range(5)]
            codes = [known[code] for code in basis]
            corner = highspy.HighsBasis()
            corner.col_status, corner.row_status = codes[: self._width], codes[self._width :]
            corner.valid = True
            corner.alien = basis.count(int(highspy.HighsBasisStatus.kBasic)) != len(
                corner.row_status
            )  # HiGHS completes it
            self._highs.setBasis(corner)

    def mark(self) -> highspy.HighsBasis:
        """The corner it stands at, to come back to with `back` and for nothing else; unlike `basis`, at no cost."""
        return self._highs.getBasis()

    def back(self, mark: highspy.HighsBasis) -> None:
        """Stand at a marked corner again; what sides and bounds were moved to since stays."""
        self._highs.setBasis(mark)

    def basis(self) -> bytes:
        """The corner it stands at; to begin there again."""
        corner = self._highs.getBasis()
        return bytes([*corner.col_status, *corner.row_status])

    def simplex(self, *, most: int = UNLIMITED) -> Answer:
        """The answer at a corner, by the simplex method from where it stands; `TIME_LIMIT` after `most` steps."""
        return self._run("simplex", "on", most)

    def inner(self, *, crossover: bool = False, roughly: bool = False) -> Answer:
        """The answer by interior points, from nowhere; a corner only with `crossover`. Where one that is proved is not
        reached from within, it is sought at a corner, unless it will do `roughly`: then it is `FEASIBLE`.
        """
        self._highs.clearSolver()
        return self._run("ipm", "on" if crossover else "off", UNLIMITED, roughly)

    def _run(self, algorithm: str, crossover: str, most: int, roughly: bool = False) -> Answer:
        highs = self._highs
        highs.setOptionValue("simplex_iteration_limit", most)
        highs.setOptionValue("solver", "choose" if self._whole else algorithm)  # told otherwise, it drops whole numbers
        highs.setOptionValue("run_crossover", crossover)
        highs.run()
        lost = highs.getModelStatus() == highspy.HighsModelStatus.kUnknown  # from where it stood, or within
        if lost and not (roughly and highs.getInfo().primal_solution_status == 2):  # 2: a plan, though not the best
            highs.clearSolver()  # begin anew, and go to a corner, for the same way leads to the same end
            highs.setOptionValue("run_crossover", "on")
            highs.run()
        stopped = highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
        status = Status.TIME_LIMIT if stopped else status_of(highs)
        highs.setOptionValue("presolve", "choose")
        if status is Status.UNBOUNDED:
            raise SolverError(status.value)
        if status is Status.INFEASIBLE:
            nothing = np.zeros(0)
            return Answer(status=status, objective=math.inf, bound=math.inf, x=nothing, row_dual=nothing)
        found, info = highs.getSolution(), highs.getInfo()
        return Answer(
            status=status,
            objective=float(info.objective_function_value),
            bound=float(info.mip_dual_bound),
            x=np.array(found.col_value),
            row_dual=np.array(found.row_dual),
        )


def _finite(values: Floats) -> Floats:
    """Infinities as HiGHS writes them."""
    return np.clip(values, -INFINITE, INFINITE)
