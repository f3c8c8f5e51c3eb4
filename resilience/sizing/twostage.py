"""Programs of two stages: what is decided before anything is known, and what each scenario then makes of it.

Sets        first-stage columns x; scenarios s with columns y_s of their own
Data        of the first stage: cost, rows, bounds; of each scenario: rows, bounds, how x enters them, what is measured
Objective   least  cost @ x
Subject to  (1) the first stage's own rows and bounds
            (2) lower_s <= tie_s @ x + matrix_s @ y_s <= upper_s       what a scenario must keep to
            (3) x_c >= row @ y_s  for each (c, row) in measured_s      what a scenario tells the first stage

All that scenarios cost or leave unmet reaches the objective through columns of x, so that any way of weighing them is
rows of the first stage. `extensive` writes the whole as one program; `resilience.sizing.lshaped` takes it apart.

Reference: J. R. Birge and F. Louveaux (2011), Introduction to Stochastic Programming, chapters 3 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError
from resilience.solver import LinearProgram

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recourse:
    """What one scenario makes of a first stage.

    `program` holds its rows and columns; its cost counts only where `measured` says so. `tie` has a row for each of
    the program's rows and a column for each of the first stage's. Each pair (c, row) of `measured` asks that
    first-stage column c is at least row @ y. Columns that are `steady` are thought to stand at their upper bounds in
    some best plan: a guess that may save time and changes no answer.
    """

    program: LinearProgram
    tie: sparse.csc_matrix
    measured: tuple[tuple[int, Floats], ...]
    steady: NDArray[np.bool_] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoStage:
    """A first stage and a recourse for each scenario.

    Raises
    ------
    AskError
        If the shapes of a recourse do not fit its program or the first stage.
    """

    first: LinearProgram
    recourses: tuple[Recourse, ...]

    def __post_init__(self) -> None:
        width = self.first.shape[1]
        faults = []
        for number, recourse in enumerate(self.recourses):
            height, own = recourse.program.shape
            if recourse.tie.shape != (height, width):
                faults.append(f"recourse {number}: its tie has shape {recourse.tie.shape}, must be {(height, width)}")
            if recourse.steady is not None and recourse.steady.shape != (own,):
                faults.append(f"recourse {number}: steady has shape {recourse.steady.shape}, must be {(own,)}")
            for column, row in recourse.measured:
                if not 0 <= column < width:
                    faults.append(f"recourse {number}: it measures column {column} of a first stage of {width}")
                if row.shape != (own,):
                    faults.append(f"recourse {number}: a measured row has shape {row.shape}, must be {(own,)}")
        if faults:
            raise AskError("These recourses do not fit the first stage", faults)


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """A two-stage program as one: the first stage's columns and rows stand first, then the rows of (3), then (2)."""

    program: LinearProgram
    columns: tuple[slice, ...]  # of each recourse
    rows: tuple[slice, ...]
    links: tuple[slice, ...]  # rows in which each recourse's measures are tied to the first stage


def extensive(two_stage: TwoStage) -> Joined:
    """The extensive form: exact, and as large as all scenarios together. Do not use it for more than some dozens of
    large ones.
    """
    first, recourses = two_stage.first, two_stage.recourses
    parts = [first, *(recourse.program for recourse in recourses)]
    height, width = first.shape
    columns = np.cumsum([width, *(recourse.program.shape[1] for recourse in recourses)])
    links = np.cumsum([height, *(len(recourse.measured) for recourse in recourses)])
    rows = np.cumsum([links[-1], *(recourse.program.shape[0] for recourse in recourses)])
    pieces: list[tuple[Any, int, int]] = [(first.matrix, 0, 0)]
    for link, column, recourse in zip(links, columns, recourses, strict=False):
        pieces.append((_links(recourse, width), link, 0))
        if recourse.measured:
            pieces.append((sparse.csc_matrix(np.vstack([row for _, row in recourse.measured])), link, column))
    for row, column, recourse in zip(rows, columns, recourses, strict=False):
        pieces.append((recourse.tie, row, 0))
        pieces.append((recourse.program.matrix, row, column))
    free, zero = np.full(links[-1] - height, -np.inf), np.zeros(links[-1] - height)
    program = LinearProgram(
        cost=np.concatenate([first.cost, np.zeros(columns[-1] - width)]),
        matrix=_placed(pieces, (int(rows[-1]), int(columns[-1]))),
        row_lower=np.concatenate([first.row_lower, free, *(part.row_lower for part in parts[1:])]),
        row_upper=np.concatenate([first.row_upper, zero, *(part.row_upper for part in parts[1:])]),
        column_lower=np.concatenate([part.column_lower for part in parts]),
        column_upper=np.concatenate([part.column_upper for part in parts]),
        integer=_integers(parts),
    )
    return Joined(program=program, columns=_slices(columns), rows=_slices(rows), links=_slices(links))


def _links(recourse: Recourse, width: int) -> sparse.csc_matrix:
    """Minus one where a measured column stands: row @ y - x_c <= 0."""
    count = len(recourse.measured)
    at = np.arange(count), np.array([column for column, _ in recourse.measured], dtype=np.int64)
    return sparse.csc_matrix((np.full(count, -1.0), at), shape=(count, width))


def _placed(pieces: Sequence[tuple[Any, int, int]], shape: tuple[int, int]) -> sparse.csc_matrix:
    """The matrix whose blocks of columns stand at the given rows and columns, upper ones before lower ones: each is
    copied once, to where its columns' entries go, in place of sorting all entries.
    """
    blocks = [(sparse.csc_matrix(piece), down, slice(along, along + piece.shape[1])) for piece, down, along in pieces]
    lengths = np.zeros(shape[1], dtype=np.int64)
    for block, _, span in blocks:
        lengths[span] += np.diff(block.indptr)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    index, data, free = np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1]), starts[:-1].copy()
    for block, down, span in blocks:
        each = np.diff(block.indptr)
        to = np.repeat(free[span] - block.indptr[:-1], each) + np.arange(block.nnz)
        index[to], data[to] = block.indices + down, block.data
        free[span] += each
    return sparse.csc_matrix((data, index, starts), shape=shape)


def _integers(parts: list[LinearProgram]) -> NDArray[np.bool_] | None:
    if all(part.integer is None for part in parts):
        return None
    return np.concatenate([
        np.zeros(part.shape[1], dtype=bool) if part.integer is None else part.integer for part in parts
    ])  # fmt: skip


def _slices(edges: NDArray[np.int64]) -> tuple[slice, ...]:
    return tuple(slice(int(a), int(b)) for a, b in pairwise(edges))
