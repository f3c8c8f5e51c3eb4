"""A contest over one program: an adversary lowers upper bounds, then a defender answers at least cost.

Sets        columns j of the defender's program; cut-offs c with the columns they touch
Data        cost_j; upper_j; struck_cj, the upper bound of j under c; own_c, what c costs its author
The defender, once the set S is cut off:
            harm(S) = least cost @ x   over the program's rows, lower_j <= x_j <= upper_j,  x_j <= struck_cj for c in S
The adversary:
            most harm(S)   over the sets S that its limits allow

A larger S leaves the defender fewer plans, so harm never falls as S grows. That is all the search relies on.

Reference: R. K. Wood (1993), Deterministic network interdiction, Mathematical and Computer Modelling 17(2); G. Brown,
M. Carlyle, J. Salmeron and K. Wood (2006), Defending critical infrastructure, Interfaces 36(6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError, SolverError
from resilience.solver import LinearProgram, Status, certified_bound, signed
from resilience.standing import Answer, Standing

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
LARGE = 20_000  # columns past which interior points beat the simplex method from the last corner
SCALE = 100.0  # what using all that one cut-off touches counts, where a plan is to spare cut-offs
DEAR = 100.0  # how many cut-offs wholly used count as much as a cost of twice the cap
UNUSED = 1e-4  # share of the widest column that a cut-off takes away, below which a plan is taken to do without it


@dataclass(frozen=True, kw_only=True, eq=False)
class Hit:
    """What one cut-off does: columns, and their upper bounds once it holds."""

    columns: Whole
    upper: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Contest:
    """The defender's program, what each cut-off does to it, and what it costs its author in the program's money.

    Raises
    ------
    AskError
        If a column has no finite bound, a cut-off does not lower one, or leaves less than a column must have.
    """

    program: LinearProgram
    hits: tuple[Hit, ...]
    own: Floats

    def __post_init__(self) -> None:
        bounds = np.concatenate([self.program.column_lower, self.program.column_upper])
        faults = []
        if not np.isfinite(bounds).all():
            faults.append(f"{int((~np.isfinite(bounds)).sum())} bounds of columns are not finite: no harm has a bound")
        if self.program.integer is not None and self.program.integer.any():
            faults.append("the defender's program asks for whole numbers, which have no duals")
        for number, hit in enumerate(self.hits):
            if (hit.upper > self.program.column_upper[hit.columns]).any():
                faults.append(f"cut-off {number} raises an upper bound: it may only lower some")
            if (hit.upper < self.program.column_lower[hit.columns]).any():
                faults.append(f"cut-off {number} leaves a column less than it must have")
        if len(self.own) != len(self.hits):
            faults.append(f"{len(self.own)} costs for {len(self.hits)} cut-offs: give one for each")
        if faults:
            raise AskError("This contest cannot be as described", faults)

    def __len__(self) -> int:
        return len(self.hits)

    def upper(self, cuts: Iterable[int]) -> Floats:
        """Upper bounds of all columns once these are cut off."""
        high = self.program.column_upper.copy()
        for cut in cuts:
            hit = self.hits[cut]
            high[hit.columns] = np.minimum(high[hit.columns], hit.upper)
        return high

    def struck(self, cuts: Iterable[int]) -> LinearProgram:
        """The defender's program once these are cut off."""
        return replace(self.program, column_upper=self.upper(cuts))


@dataclass(frozen=True, kw_only=True, eq=False)
class Reply:
    """The defender's answer: no plan costs less than `bound`. `gains` says, by the duals, what each cut-off adds at
    least to the cost of a defender who is struck by others of them.
    """

    cost: float
    bound: float
    plan: Floats
    base: float  # what the duals prove of the program when nothing is cut off
    gains: Floats


class Defender:
    """The defender's program in the solver, with one row more: cost @ x - excess <= cap."""

    def __init__(self, contest: Contest) -> None:
        program = contest.program
        height, width = program.shape
        self.contest = contest
        self.solves = 0
        touched = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(hit.columns for hit in contest.hits)]))
        self._touched = touched.astype(np.int64)
        self._large = width > LARGE
        self._every = np.arange(width + 1)
        self._cap_row = np.array([height])
        capped = sparse.csr_matrix(np.append(program.cost, -1.0)[None, :])
        most = float(np.maximum(program.cost * program.column_lower, program.cost * program.column_upper).sum())
        self._standing = Standing(
            replace(
                program,
                cost=np.append(program.cost, 0.0),
                matrix=sparse.vstack(
                    [sparse.hstack([program.matrix, sparse.csc_matrix((height, 1))]), capped], format="csc"
                ),
                row_lower=np.append(program.row_lower, -np.inf),
                row_upper=np.append(program.row_upper, np.inf),
                column_lower=np.append(program.column_lower, 0.0),
                column_upper=np.append(program.column_upper, max(most, 1.0)),
            )
        )

    def reply(self, cuts: Iterable[int]) -> Reply:
        """The least cost once `cuts` are cut off, with the bound that proves it."""
        chosen = list(cuts)
        program = self.contest.program
        answer = self._answer(chosen, cost=np.append(program.cost, 0.0), cap=np.inf)
        if answer.status is not Status.OPTIMAL:
            raise SolverError(f"A cut-off could not be answered: {answer.status.value} Check the data's scale.")
        plan, dual = answer.x[:-1], answer.row_dual[:-1]
        cost = float(program.cost @ plan)
        struck = self.contest.struck(chosen)
        reduced = program.cost - program.matrix.T @ signed(dual, program.row_lower, program.row_upper)
        lost = np.maximum(-reduced, 0.0)
        gains = np.array([
            lost[hit.columns] @ (program.column_upper[hit.columns] - hit.upper) for hit in self.contest.hits
        ])  # fmt: skip
        return Reply(
            cost=cost,
            bound=min(certified_bound(struck, dual), cost),
            plan=plan,
            base=certified_bound(program, dual),
            gains=gains,
        )

    def sparing(self, cuts: Sequence[int], cap: float) -> Floats | None:
        """How much of each cut-off a plan uses that costs at most `cap` under `cuts` and is chosen to use little; None
        where no plan was found so cheap. An estimate, to be proved by a `reply`.
        """
        program, hits = self.contest.program, self.contest.hits
        width = [np.maximum(program.column_upper[hit.columns] - hit.upper, 0.0) for hit in hits]
        cost = np.zeros(len(program.cost) + 1)
        for hit, taken in zip(hits, width, strict=True):
            cost[hit.columns] += SCALE / max(float(taken.sum()), 1e-12)
        cost[-1] = SCALE * DEAR / max(cap, 1e-9)
        answer = self._answer(list(cuts), cost=cost, cap=cap, roughly=True)
        found = answer.status in (Status.OPTIMAL, Status.FEASIBLE)
        if not found or float(program.cost @ answer.x[:-1]) > cap * (1.0 + 1e-6) + 1e-9:
            return None
        over = [np.maximum(answer.x[hit.columns] - hit.upper, 0.0).max(initial=0.0) for hit in hits]
        return np.array([o / max(w.max(initial=0.0), 1e-12) for o, w in zip(over, width, strict=True)])

    def _answer(self, cuts: list[int], *, cost: Floats, cap: float, roughly: bool = False) -> Answer:
        self.solves += 1
        here = self._touched
        low, high = self.contest.program.column_lower[here], self.contest.upper(cuts)[here]
        self._standing.bound(columns=here, lower=low, upper=high)
        self._standing.charge(columns=self._every, cost=cost)
        self._standing.move(rows=self._cap_row, lower=np.array([-np.inf]), upper=np.array([cap]))
        return self._standing.inner(roughly=roughly) if self._large else self._standing.simplex()
