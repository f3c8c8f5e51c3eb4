"""Scenarios that share their coefficients, and the cuts that any dual of one gives for all of them.

Data        W rows and Q measures of a recourse, T its tie; sides l, h of its rows and bounds a, b of its columns, of
            which only some differ between scenarios of one structure
A dual      weight 1 or 0 on the first measure, weights v >= 0 on the others, any d on the rows
Its cut     weights @ z + (d T) x >= d+ l + d- h + r+ a + r- b     with r = weights @ Q - d W, + and - its signed parts
is met by every x and every z that some plan of the scenario allows, whether or not d is a solution of anything: the
right side is the least that weights @ Q y - d W y can be within rows and bounds (weak duality). With weight 1 it bounds
what the scenario costs; with weight 0 it cuts off first stages the scenario cannot live with. Scenarios of one
structure share the left side, and their right sides are one product of matrices.

Reference: R. M. Van Slyke and R. Wets (1969), L-shaped linear programs, SIAM Journal on Applied Mathematics 17(4);
J. R. Birge and F. Louveaux (2011), Introduction to Stochastic Programming, sections 5.1 and 5.4 (bunching).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError
from resilience.sizing.twostage import Floats, Recourse, TwoStage
from resilience.solver import LinearProgram

Whole = NDArray[np.int64]
SIDES = ("row_lower", "row_upper", "column_lower", "column_upper")


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """Recourses that differ only in sides and bounds. The rows of `program` are the recourse's, then one for each
    measure after the first, which caps it; its cost is the first measure.
    """

    program: LinearProgram
    tie: sparse.csr_matrix  # of the recourse's own rows, over `tied`
    tied: Whole  # first-stage columns that enter
    measures: sparse.csr_matrix
    numbers: Whole  # which scenarios
    columns: Whole  # scenarios x measures: first-stage columns that hold them
    spots: Whole  # where sides and bounds, laid end to end, differ
    values: Floats  # scenarios x spots
    tied_rows: Whole  # rows of `program` that the first stage moves: those of `tie` with entries, then the caps
    steady: NDArray[np.bool_]  # scenarios x columns: thought to stand at their upper bounds

    @property
    def caps(self) -> int:
        """Measures after the first."""
        return self.measures.shape[0] - 1

    def sides(self, position: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Row sides and column bounds of one scenario, before the first stage enters."""
        laid = _laid(self.program)
        laid[self.spots] = self.values[position]
        height, width = self.program.shape
        cut = np.cumsum([height, height, width])
        low, high, least, most = np.split(laid, cut)
        return low, high, least, most

    def sides_at(self, position: int, point: Floats, caps: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The same where the tied columns of the first stage stand at `point`, and measures after the first at most at
        `caps`.
        """
        low, high, least, most = self.sides(position)
        shift = self.tie @ point
        low[: len(shift)] -= shift
        high[: len(shift)] -= shift
        high[len(shift) :] = caps
        return low, high, least, most


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """One dual of a structure, ready to be priced."""

    weights: Floats  # on the measures
    slope: Floats  # on the tied columns
    common: float  # the part of the right side that no scenario moves
    prices: Floats  # of the spots


def price(structure: Structure, row_dual: Floats, *, cost: bool) -> Cut:
    """The cut of any duals of the structure's rows; `cost`: whether the program they are of has its cost, or none."""
    program, height = structure.program, structure.program.shape[0]
    dual = np.where(np.isfinite(program.row_lower), row_dual, np.minimum(row_dual, 0.0))
    dual = np.where(np.isfinite(program.row_upper), dual, np.maximum(dual, 0.0))
    own = dual[: height - structure.caps]
    weights = np.concatenate([[1.0 if cost else 0.0], -dual[height - structure.caps :]])
    reduced = structure.measures.T @ weights - program.matrix[: height - structure.caps].T @ own
    dual[height - structure.caps :] = 0.0  # caps are columns of the first stage: they stand on the left
    laid = np.concatenate([
        np.maximum(dual, 0.0), np.minimum(dual, 0.0), np.maximum(reduced, 0.0), np.minimum(reduced, 0.0),
    ])  # fmt: skip
    prices = laid[structure.spots]
    laid[structure.spots] = 0.0
    used = laid != 0
    return Cut(
        weights=weights,
        slope=np.asarray(structure.tie.T @ own, dtype=np.float64),
        common=float(laid[used] @ _laid(program)[used]),
        prices=prices,
    )


def gather(two_stage: TwoStage) -> tuple[Structure, ...]:
    """The scenarios of a program by structure, in the order in which they first come.

    Raises
    ------
    AskError
        If a scenario measures nothing, or one of its columns has no finite bound: its cuts could not be trusted.
    """
    groups: dict[bytes, list[int]] = {}
    kept: dict[bytes, Recourse] = {}
    changes: dict[bytes, list[sparse.csr_matrix]] = {}
    faults = []
    for number, recourse in enumerate(two_stage.recourses):
        if not recourse.measured:
            faults.append(f"scenario {number} measures nothing: it cannot matter. Leave it out")
            continue
        bounds = np.concatenate([recourse.program.column_lower, recourse.program.column_upper])
        if not np.isfinite(bounds).all():
            faults.append(f"scenario {number}: {(~np.isfinite(bounds)).sum()} of its columns' bounds are not finite")
        if recourse.program.integer is not None and recourse.program.integer.any():
            faults.append(f"scenario {number} asks for whole numbers, which have no duals: use the extensive form")
        key = _key(recourse)
        groups.setdefault(key, []).append(number)
        base = kept.setdefault(key, recourse)
        changes.setdefault(key, []).append(_change(base, recourse))
    if faults:
        raise AskError("This program cannot be taken apart", faults)
    return tuple(_structure(two_stage, kept[key], groups[key], changes[key]) for key in groups)


def _change(base: Recourse, recourse: Recourse) -> sparse.csr_matrix:
    """What a scenario's sides differ in from the first of its structure, as a sparse row; 0 where they do not."""
    moved = _finite(_laid(recourse.program)) - _finite(_laid(base.program))
    return sparse.csr_matrix(moved)


def _structure(
    two_stage: TwoStage, base: Recourse, numbers: list[int], changes: Sequence[sparse.csr_matrix]
) -> Structure:
    own, caps = base.program, len(base.measured) - 1
    height, width = own.shape
    measures = sparse.csr_matrix(np.vstack([row for _, row in base.measured]))
    tied = np.unique(base.tie.tocoo().col).astype(np.int64)
    program = replace(
        own,
        cost=np.asarray(base.measured[0][1], dtype=np.float64),
        matrix=sparse.csc_matrix(sparse.vstack([own.matrix, measures[1:]])),
        row_lower=np.concatenate([own.row_lower, np.full(caps, -np.inf)]),
        row_upper=np.concatenate([own.row_upper, np.zeros(caps)]),
        integer=None,
    )
    moved = sparse.vstack(changes, format="csc")
    spots = np.flatnonzero(np.diff(moved.indptr))
    values = _finite(_laid(own))[spots] + moved[:, spots].toarray()
    shift = np.repeat([0, caps, 2 * caps, 2 * caps], [height, height, width, width])  # capping rows stand in between
    tie = sparse.csr_matrix(base.tie[:, tied])
    return Structure(
        program=program,
        tie=tie,
        tied=tied,
        measures=measures,
        numbers=np.array(numbers, dtype=np.int64),
        columns=np.array([[column for column, _ in two_stage.recourses[n].measured] for n in numbers], dtype=np.int64),
        spots=spots + shift[spots],
        values=values,
        tied_rows=np.append(np.flatnonzero(np.diff(tie.indptr)), np.arange(height, height + caps)),
        steady=np.vstack([_steady(two_stage.recourses[number]) for number in numbers]),
    )


def _steady(recourse: Recourse) -> NDArray[np.bool_]:
    return np.zeros(recourse.program.shape[1], dtype=bool) if recourse.steady is None else recourse.steady


def _laid(program: LinearProgram) -> Floats:
    return np.concatenate([getattr(program, side) for side in SIDES])


def _finite(laid: Floats) -> Floats:
    return np.where(np.isfinite(laid), laid, 0.0)


def _key(recourse: Recourse) -> bytes:
    """What scenarios of one structure have alike."""
    told = hashlib.sha256()
    for matrix in (recourse.program.matrix, recourse.tie.tocsc()):
        for part in (matrix.indptr, matrix.indices, matrix.data):
            told.update(np.ascontiguousarray(part).data)
    for _, row in recourse.measured:
        told.update(np.ascontiguousarray(row).data)
    told.update(np.isfinite(_laid(recourse.program)).data)
    return told.digest()
