"""The only door to a solver.

A program comes in as arrays (`LinearProgram`) and is handed to HiGHS as they are; status, bound, gap and duals are
read from HiGHS itself, never from a modelling layer, whose word is not to be trusted when a time limit stops an integer
program.
Minimisation only: dual signs of maximisation differ between solvers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError, InfeasibleError, SolverError

Floats = NDArray[np.float64]
T = TypeVar("T")
INFINITE = highspy.kHighsInf
LARGEST_RATIO = 1e13  # of coefficients in one row; past it answers are numerical accident


class Status(Enum):
    """What an answer is worth, and what to do about it."""

    OPTIMAL = "Optimal: the bound proves it to the stated gap."
    FEASIBLE = "Feasible, not proved best: read the gap, and give more time or a looser gap."
    TIME_LIMIT = "Stopped by the time limit: read the gap, and give more time for a better answer."
    INFEASIBLE = "No plan meets the limits. Loosen one of those named."
    UNBOUNDED = "The cost falls without end: a price or a limit is missing."
    INTERRUPTED = "Interrupted: what was found so far is returned."


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearProgram:
    """Minimise cost @ x subject to row_lower <= matrix @ x <= row_upper and column_lower <= x <= column_upper."""

    cost: Floats
    matrix: sparse.csc_matrix
    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats
    integer: NDArray[np.bool_] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.matrix.shape

    def only(self, *, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> LinearProgram:
        """The part with these rows and columns; the other columns are taken to be zero."""
        return LinearProgram(
            cost=self.cost[columns],
            matrix=sparse.csc_matrix(self.matrix[:, columns].tocsr()[rows]),
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            column_lower=self.column_lower[columns],
            column_upper=self.column_upper[columns],
            integer=None if self.integer is None else self.integer[columns],
        )


class Memory(Protocol):
    """Where answers are kept, so that work that was stopped need not find them again."""

    def answer(self, asked: object, find: Callable[[], T]) -> T:
        """What was answered when the same was asked before; else what `find` finds."""
        ...


@dataclass(frozen=True, kw_only=True)
class Method:
    """How HiGHS is to work.

    `algorithm` is "choose", "simplex" or "ipm" (HiGHS's own words); `gap` is where interior points and integer searches
    may stop; `crossover` turns an interior answer into a corner, which costs time and changes no objective. Wall-clock
    limits make answers depend on the machine: prefer `gap`. There is one thread: HiGHS answers "Not Set" when their
    number changes within a process. `memory` is asked before HiGHS is; it is left behind where a method is pickled.
    """

    algorithm: str = "choose"
    crossover: bool = True
    gap: float = 1e-6
    tolerance: float = 1e-7  # by which rows and bounds may be missed
    time_limit_s: float = math.inf
    memory: Memory | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.algorithm not in ("choose", "simplex", "ipm"):
            raise AskError(f"algorithm is {self.algorithm!r}: use choose, simplex or ipm")


CORNER = Method(algorithm="simplex")
INNER = Method(algorithm="ipm", crossover=False)  # an inner point proves its bound as well as a corner
LARGE = 10_000  # columns past which it is also found far sooner


def suited(columns: int) -> Method:
    """How to solve a program of so many columns if nobody says how: as HiGHS chooses, or within where it is large."""
    return INNER if columns > LARGE else Method()


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """An answer: values, objective, a certified bound below every plan's cost, duals, and what it took."""

    status: Status
    objective: float
    bound: float
    x: Floats
    row_dual: Floats
    column_dual: Floats
    seconds: float
    iterations: int
    solver: str = field(default_factory=lambda: f"HiGHS {version()}")

    @property
    def gap(self) -> float:
        """`(objective - bound) / |objective|`; infinite where either is unknown."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """`(objective - bound) / |objective|`, at least 0; infinite unless both are finite.

    >>> relative_gap(10.0, 9.0), relative_gap(math.inf, 9.0), relative_gap(0.0, 0.0)
    (0.1, inf, 0.0)
    """
    if not (math.isfinite(objective) and math.isfinite(bound)):  # `inf - bound <= tol * inf` would be true
        return math.inf
    return max(0.0, objective - bound) / max(abs(objective), 1e-9)


def solve(program: LinearProgram, method: Method | None = None) -> Solution:
    """The least-cost answer of `program`; without a method, by the one `suited` to its size.

    Raises
    ------
    InfeasibleError
        If no answer meets the rows and bounds.
    SolverError
        If the data cannot be trusted (coefficients too far apart, NaN) or the solver gives up.
    """
    method = method or suited(program.shape[1])
    if method.memory is not None:
        return method.memory.answer((program, method), partial(_solved, program, method))
    return _solved(program, method)


def _solved(program: LinearProgram, method: Method) -> Solution:
    refuse_poor_data(program)
    started = time.process_time()
    highs = loaded(program, method)
    highs.run()
    status = status_of(highs)
    if status is Status.INFEASIBLE:
        raise InfeasibleError(status.value)
    if status is Status.UNBOUNDED:
        raise SolverError(status.value)
    found, info = highs.getSolution(), highs.getInfo()
    if status is not Status.OPTIMAL and info.primal_solution_status != 2:  # else zeros would read as a free plan
        raise SolverError("The solver was stopped before it had any answer: give it more time")
    x = np.array(found.col_value)
    duals = (np.array(found.row_dual), np.array(found.col_dual))
    objective = float(program.cost @ x) if len(x) == len(program.cost) else math.inf
    whole = program.integer is not None and bool(program.integer.any())
    bound = float(info.mip_dual_bound) if whole else certified_bound(program, duals[0])
    return Solution(
        status=status,
        objective=objective,
        bound=min(bound, objective),
        x=x,
        row_dual=duals[0],
        column_dual=duals[1],
        seconds=time.process_time() - started,
        iterations=int(info.simplex_iteration_count + info.ipm_iteration_count),
    )


def version() -> str:
    """The version of HiGHS."""
    return str(highspy.Highs().version())


def write(program: LinearProgram, path: Path) -> Path:
    """Write a program as MPS or LP, by the file's suffix. Columns are named c0, c1, ... and rows r0, r1, ...

    Raises
    ------
    AskError
        If the suffix is neither, or the file cannot be written.
    """
    if path.suffix not in (".mps", ".lp"):
        raise AskError(f"Cannot write {path.name}: a program is written as .mps or .lp")
    highs = loaded(program, Method())
    if highs.writeModel(str(path)) == highspy.HighsStatus.kError:
        raise AskError(f"Cannot write {path}: is the folder there, and the disk not full?")
    return path


def settled(program: LinearProgram, x: Floats) -> LinearProgram:
    """`program` with its whole-number columns held where the answer `x` has them: linear, so that it has duals."""
    if program.integer is None:
        return program
    fixed = np.round(x)
    return replace(
        program,
        column_lower=np.where(program.integer, fixed, program.column_lower),
        column_upper=np.where(program.integer, fixed, program.column_upper),
        integer=None,
    )


def certified_bound(program: LinearProgram, row_dual: Floats) -> float:
    """A value no answer can beat, from any row duals: each reduced cost is priced at its cheaper bound.

    Valid for inexact duals too, as interior points give; -inf where a column without a finite bound has a reduced cost
    that points that way. Weak duality, e.g. R. T. Rockafellar (1970), Convex Analysis, section 28.
    """
    if len(row_dual) != program.matrix.shape[0]:
        return -math.inf
    dual = signed(row_dual, program.row_lower, program.row_upper)
    reduced = program.cost - program.matrix.T @ dual
    rows = priced(dual, program.row_lower, program.row_upper)
    return rows + priced(reduced, program.column_lower, program.column_upper, least=1e-12)


def signed(dual: Floats, lower: Floats, upper: Floats) -> Floats:
    """Duals of rows without those that ask for a side which is not there."""
    kept = np.where(np.isfinite(lower), dual, np.minimum(dual, 0.0))
    return np.asarray(np.where(np.isfinite(upper), kept, np.maximum(kept, 0.0)), dtype=np.float64)


def priced(worth: Floats, lower: Floats, upper: Floats, *, least: float = 0.0) -> float:
    """The least of sum worth * value over values between `lower` and `upper`; -inf where it has no end.

    A worth no larger than `least` counts as none: what rounding leaves of nothing.
    """
    used = np.abs(worth) > least
    cheaper = np.where(worth > 0, lower, upper)[used]
    found = float(worth[used] @ cheaper)
    return found if math.isfinite(found) else -math.inf


def conflict(program: LinearProgram) -> tuple[list[int], list[int]]:
    """Rows, and columns whose bounds, that cannot hold together: an irreducible set of an infeasible program.

    With whole-number columns it is that of the relaxation, and may be empty. Do not ask it of a large program: it
    solves one for each row it drops.
    """
    highs = loaded(program, Method())
    highs.setOptionValue("iis_strategy", 6)  # the default returns an empty set
    highs.run()
    _, found = highs.getIis()
    return list(found.row_index_), list(found.col_index_)


def loaded(program: LinearProgram, method: Method) -> highspy.Highs:
    """A program handed to HiGHS as arrays."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    whole = program.integer is not None and bool(program.integer.any())
    highs.setOptionValue("solver", "choose" if whole else method.algorithm)  # told otherwise, it would drop integrality
    highs.setOptionValue("run_crossover", "on" if method.crossover else "off")
    highs.setOptionValue("primal_feasibility_tolerance", method.tolerance)
    highs.setOptionValue("dual_feasibility_tolerance", method.tolerance)
    highs.setOptionValue("mip_rel_gap", method.gap)
    highs.setOptionValue("ipm_optimality_tolerance", method.gap)
    if math.isfinite(method.time_limit_s):
        highs.setOptionValue("time_limit", method.time_limit_s)
    _fill(highs, program)
    return highs


def _fill(highs: highspy.Highs, program: LinearProgram) -> None:
    """Give an empty HiGHS the rows, then the columns: arrays as they are, where a model's are copied one by one."""
    (rows, columns), matrix = program.shape, program.matrix
    sides = program.row_lower, program.row_upper
    bounds = program.cost, program.column_lower, program.column_upper
    lengths = {*(len(part) - rows for part in sides), *(len(part) - columns for part in bounds)}
    if lengths != {0}:  # HiGHS would read past their ends
        raise SolverError("HiGHS cannot take the program: its arrays do not fit together")
    nowhere = np.zeros(0, dtype=np.int32)
    done = [
        highs.addRows(rows, *sides, 0, nowhere, nowhere, np.zeros(0)),
        highs.addCols(columns, *bounds, matrix.nnz, matrix.indptr[:-1], matrix.indices, matrix.data),
    ]
    if program.integer is not None and program.integer.any():
        whole = np.flatnonzero(program.integer)
        done.append(highs.changeColsIntegrality(len(whole), whole, np.ones(len(whole), dtype=np.uint8)))
    if highspy.HighsStatus.kError in done:
        raise SolverError(
            "HiGHS refused the program: a figure behind it is no number, or past what solvers take (1e15 in a row, "
            "1e20 as a bound). Look for one that is out by orders of magnitude"
        )


def status_of(highs: highspy.Highs) -> Status:
    """What HiGHS says of its last run."""
    found = highs.getModelStatus()
    words = highspy.HighsModelStatus
    if found in (words.kOptimal, words.kModelEmpty):
        return Status.OPTIMAL
    if found == words.kUnboundedOrInfeasible:  # presolve could not tell; without it, HiGHS can
        highs.setOptionValue("presolve", "off")
        highs.run()
        found = highs.getModelStatus()
    if found == words.kInfeasible:
        return Status.INFEASIBLE
    if found in (words.kUnbounded, words.kUnboundedOrInfeasible):
        return Status.UNBOUNDED
    if found == words.kTimeLimit:
        return Status.TIME_LIMIT
    if found == words.kInterrupt:
        return Status.INTERRUPTED
    if highs.getInfo().primal_solution_status == 2:  # a feasible point, whatever stopped it
        return Status.FEASIBLE
    reason = highs.modelStatusToString(found)
    raise SolverError(f"The solver stopped without an answer ({reason}). Check the data's scale.")


def refuse_poor_data(program: LinearProgram) -> None:
    """Refuse what no solver could be trusted with."""
    for name in ("cost", "row_lower", "row_upper", "column_lower", "column_upper"):
        if np.isnan(getattr(program, name)).any():
            raise SolverError(f"The program's {name} holds NaN: a figure is missing where one is needed")
    if np.isnan(program.matrix.data).any():
        raise SolverError("The program's matrix holds NaN: a figure is missing where one is needed")
    largest, least = _span_of_rows(program.matrix)
    ratio = largest / least
    if len(ratio) and ratio.max() > LARGEST_RATIO:
        row = int(ratio.argmax())
        raise SolverError(
            f"Coefficients within one row span a ratio of {ratio[row]:.1e} ({least[row]:.1e} to {largest[row]:.1e}), "
            f"past {LARGEST_RATIO:.0e}: no answer could be trusted. "
            "Check needs whose units are far too large or too small."
        )


def _span_of_rows(matrix: sparse.csc_matrix) -> tuple[Floats, Floats]:
    """The largest and the least size of a coefficient in each row that has any; rows of different size do no harm."""
    rows = sparse.csr_matrix(abs(matrix))
    rows.eliminate_zeros()
    starts = rows.indptr[:-1][np.diff(rows.indptr) > 0]
    if not len(starts):
        return np.ones(0), np.ones(0)
    return np.maximum.reduceat(rows.data, starts), np.minimum.reduceat(rows.data, starts)
