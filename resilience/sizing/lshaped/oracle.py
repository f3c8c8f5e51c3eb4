"""What a worker does: solve scenarios at a first stage, and hand back what they measure and a cut.

A scenario is solved in the program of its structure, kept in the solver, whose sides and bounds are moved to its own.
Columns that are thought to be steady are fixed at first, and freed where that costs anything.
`Corners` begins at the corner where the scenario ended last time, which comes with the task: an answer then depends on
nothing that a worker remembers, and workers may be as many as they like. `Inside` uses interior points from nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import SolverError
from resilience.sizing.fixed import cost_of_raising, negligible
from resilience.sizing.lshaped.plans import Plan, plan_of
from resilience.sizing.lshaped.structure import Cut, Structure, price
from resilience.sizing.twostage import Floats
from resilience.solver import LinearProgram, Method, Status
from resilience.standing import Answer, Standing

Sides = tuple[Floats, Floats, Floats, Floats]  # of rows, lower and upper; bounds of columns, lower and upper
LARGE = 40_000  # columns past which interior points beat the simplex method even from a corner of the scenario's own


class Way(Protocol):
    """Any way to solve one scenario after another; `priced`: whether plans and duals are kept, for they cost much."""

    priced: ClassVar[bool]

    def answer(self, standing: Standing, basis: bytes | None) -> tuple[Answer, bytes | None]:
        """The answer of a program whose sides were moved, and the corner to begin at next time."""
        ...


@dataclass(frozen=True, kw_only=True)
class Corners:
    """The simplex method from the scenario's own last corner. From interior points, with a crossover to a corner, where
    there is none yet, or where `patience` steps did not do: now and then a warm start wanders for minutes.
    """

    patience: int = 2000
    priced: ClassVar[bool] = False

    def answer(self, standing: Standing, basis: bytes | None) -> tuple[Answer, bytes | None]:
        """As `Way` says."""
        standing.begin(basis)
        if basis is not None:
            answer = standing.simplex(most=self.patience)
            if answer.status is not Status.TIME_LIMIT:
                return answer, standing.basis() if answer.status is Status.OPTIMAL else None
        answer = standing.inner(crossover=True)
        return answer, standing.basis() if answer.status is Status.OPTIMAL else None


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Interior points without a corner. Do not use it where a scenario is solved often and is small."""

    priced: ClassVar[bool] = True

    def answer(self, standing: Standing, basis: bytes | None) -> tuple[Answer, bytes | None]:
        """As `Way` says."""
        return standing.inner(), None


def suited(structure: Structure) -> Way:
    """The way that measured best on structures of this size."""
    return Inside() if structure.program.shape[1] > LARGE else Corners()


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """Scenarios of one structure to be solved at one first stage."""

    structure: int
    positions: tuple[int, ...]
    point: Floats  # of the structure's tied columns
    caps: Floats  # positions x measures after the first
    bases: tuple[bytes | None, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What one scenario answered: its plan (none where no plan keeps the caps), a cut, and where they are kept the
    duals that it is of, and the columns of the plan.
    """

    plan: Plan | None
    cut: Cut
    basis: bytes | None = None
    prices: Floats | None = None
    x: Floats | None = None


@dataclass(kw_only=True, eq=False)
class Oracle:
    """A worker's state: the structures, and the program of one in the solver once it was needed."""

    structures: Sequence[Structure]
    ways: Sequence[Way]
    standing: dict[int, Standing] = field(default_factory=dict)

    def program(self, number: int) -> Standing:
        """The program of a structure in the solver; one at a time, for they are large."""
        if number not in self.standing:
            self.standing.clear()
            self.standing[number] = Standing(self.structures[number].program)
        return self.standing[number]


def solved(oracle: Oracle, task: Task) -> list[Found]:
    """The answers to a task, in its order."""
    return [
        _one(oracle, task, position, caps, basis)
        for position, caps, basis in zip(task.positions, task.caps, task.bases, strict=True)
    ]


def _one(oracle: Oracle, task: Task, position: int, caps: Floats, basis: bytes | None) -> Found:
    structure, way = oracle.structures[task.structure], oracle.ways[task.structure]
    sides = structure.sides_at(position, task.point, caps)
    answer, corner = _answer(oracle, task.structure, sides, structure.steady[position], basis)
    if answer.status is Status.INFEASIBLE:
        return Found(plan=None, cut=price(structure, _what_forbids(structure, sides), cost=False))
    if answer.status is not Status.OPTIMAL:
        raise SolverError(f"A scenario could not be solved: {answer.status.value} Check the data's scale.")
    low, high, _, _ = sides
    return Found(
        plan=plan_of(structure, position, answer.x, low, high),
        cut=price(structure, answer.row_dual, cost=True),
        basis=corner,
        prices=answer.row_dual if way.priced else None,
        x=answer.x if way.priced else None,
    )


def _answer(
    oracle: Oracle, number: int, sides: Sides, steady: NDArray[np.bool_], basis: bytes | None
) -> tuple[Answer, bytes | None]:
    """The answer with `steady` columns at their upper bounds; where that is none, or costs anything, with all free."""
    structure, standing, way = oracle.structures[number], oracle.program(number), oracle.ways[number]
    low, high, least, most = sides
    lower = np.where(steady, most, least)
    _move(standing, low, high, lower, most)
    answer, corner = way.answer(standing, basis)
    if not steady.any() or (answer.status is Status.OPTIMAL and _unharmed(structure, sides, lower, answer)):
        return answer, corner
    _move(standing, low, high, least, most)
    return way.answer(standing, basis)


def _unharmed(structure: Structure, sides: Sides, lower: Floats, answer: Answer) -> bool:
    """Whether an answer is no dearer for columns' lower bounds having been raised to `lower`."""
    low, high, least, _ = sides
    free = replace(structure.program, row_lower=low, row_upper=high, column_lower=least)
    return negligible(cost_of_raising(free, lower, answer.row_dual), answer.objective, Method().gap)


def _move(standing: Standing, low: Floats, high: Floats, least: Floats, most: Floats) -> None:
    standing.move(rows=np.arange(len(low)), lower=low, upper=high)
    standing.bound(columns=np.arange(len(least)), lower=least, upper=most)


def _what_forbids(structure: Structure, sides: Sides) -> Floats:
    """Duals of the least by which rows would have to give way for any plan to exist."""
    low, high, least, most = sides
    height, width = structure.program.shape
    give = sparse.identity(height, format="csc")
    standing = Standing(
        LinearProgram(
            cost=np.concatenate([np.zeros(width), np.ones(2 * height)]),
            matrix=sparse.csc_matrix(sparse.hstack([structure.program.matrix, give, -give])),
            row_lower=low,
            row_upper=high,
            column_lower=np.concatenate([least, np.zeros(2 * height)]),
            column_upper=np.concatenate([most, np.full(2 * height, np.inf)]),
        )
    )
    return standing.simplex().row_dual
