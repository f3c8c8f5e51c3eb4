"""A program stated with pulp and compiled to arrays.

Variables are numbered, never named after data (`x-1` and `x_1` would collide, and the pulp majors rewrite names
differently); blocks remember which numbers belong to what. Only what both pulp majors share is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from resilience.solver import LinearProgram

Floats = NDArray[np.float64]
Variables = NDArray[Any]  # pulp variables, in the shape of their block


class Statement:
    """A minimisation in the making: blocks of variables, blocks of rows, one objective."""

    def __init__(self, name: str) -> None:
        self.problem = pulp.LpProblem(name, pulp.LpMinimize)
        self.columns: dict[str, tuple[slice, tuple[int, ...]]] = {}
        self.rows: dict[str, slice] = {}
        self._count = 0
        self._rows = 0
        self._bounds: list[tuple[Floats, Floats, NDArray[np.bool_]]] = []  # lower, upper, whole number of each block

    def variables(self, block: str, upper: Floats, lower: Floats | float = 0.0, *, whole: bool = False) -> Variables:
        """A block of variables in the shape of `upper`, each between `lower` and `upper`."""
        shape = upper.shape
        low, high = np.broadcast_to(lower, shape).ravel().astype(np.float64), upper.ravel().astype(np.float64)
        first = self._count
        kind = "Integer" if whole else "Continuous"
        made = np.empty(len(high), dtype=object)
        for place, bounds in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            finite = (bound if math.isfinite(bound) else None for bound in bounds)
            made[place] = self.problem.add_variable(f"x{first + place}", *finite, kind)
        self._count += len(made)
        self._bounds.append((low, high, np.full(len(made), whole)))
        self.columns[block] = slice(first, self._count), shape
        return made.reshape(shape)

    def keep(self, block: str, rules: Iterable[Any]) -> None:
        """A block of rows: pulp (in)equalities, in order."""
        first = self._rows
        for rule in rules:
            self.problem += rule
            self._rows += 1
        self.rows[block] = slice(first, self._rows)

    def minimise(self, cost: Any) -> None:
        """The objective."""
        self.problem += cost

    def compiled(self) -> Compiled:
        """The same program as arrays."""
        count = self._count
        bounds = zip(*self._bounds, strict=True) if self._bounds else ([], [], [])
        lower, upper, whole = (np.concatenate(parts) if count else np.zeros(0) for parts in bounds)
        cost = np.zeros(count)
        for variable, factor in self.problem.objective.items():
            cost[int(variable.name[1:])] = factor
        i, j, values, low, high = [], [], [], np.full(self._rows, -np.inf), np.full(self._rows, np.inf)
        for row, rule in enumerate(self.problem.constraints()):
            for variable, factor in rule.items():
                i.append(row)
                j.append(int(variable.name[1:]))
                values.append(factor)
            if rule.sense >= 0:
                low[row] = -rule.constant
            if rule.sense <= 0:
                high[row] = -rule.constant
        matrix = sparse.csc_matrix((values, (i, j)), shape=(self._rows, count), dtype=np.float64)
        matrix.eliminate_zeros()
        program = LinearProgram(
            cost=cost, matrix=matrix, row_lower=low, row_upper=high, column_lower=lower, column_upper=upper,
            integer=whole.astype(bool) if whole.any() else None,
        )  # fmt: skip
        return Compiled(program=program, columns=dict(self.columns), rows=dict(self.rows))


@dataclass(frozen=True, kw_only=True, eq=False)
class Compiled:
    """A program as arrays, with the blocks that tell what each column and row is."""

    program: LinearProgram
    columns: dict[str, tuple[slice, tuple[int, ...]]]
    rows: dict[str, slice]

    def block(self, values: Floats, name: str) -> Floats:
        """The part of a vector over columns that belongs to one block, in its shape."""
        where, shape = self.columns[name]
        return values[where].reshape(shape)

    def only(self, *, columns: Mapping[str, NDArray[np.bool_]], rows: Mapping[str, NDArray[np.bool_]]) -> Compiled:
        """The part with some columns and rows: `columns` picks along the first axis of each block, `rows` each row."""
        unnamed = sorted({*self.columns} ^ {*columns}) + sorted({*self.rows} ^ {*rows})
        if unnamed:  # a block added to the page must be told apart here too
            raise ValueError(f"A part of this program is cut without its blocks {', '.join(unnamed)}: name them all")
        kept, blocks, count = [], {}, 0
        for name, (where, shape) in self.columns.items():
            numbers = np.arange(where.start, where.stop).reshape(shape)[columns[name]]
            blocks[name] = slice(count, count + numbers.size), numbers.shape
            kept.append(numbers.ravel())
            count += numbers.size
        held, spans, count = [], {}, 0
        for name, span in self.rows.items():
            found = np.arange(span.start, span.stop)[rows[name]]
            spans[name] = slice(count, count + len(found))
            held.append(found)
            count += len(found)
        program = self.program.only(rows=np.concatenate(held), columns=np.concatenate(kept))
        return Compiled(program=program, columns=blocks, rows=spans)

    def bounded(self, *, upper: dict[str, Floats], sides: dict[str, Floats]) -> Compiled:
        """This program with other upper bounds on some blocks and other sides of some rows; nothing else moves."""
        high = self.program.column_upper.copy()
        low_side, high_side = self.program.row_lower.copy(), self.program.row_upper.copy()
        for name, values in upper.items():
            high[self.columns[name][0]] = values.ravel()
        for name, values in sides.items():
            for side in (low_side, high_side):
                rows = side[self.rows[name]]
                side[self.rows[name]] = np.where(np.isfinite(rows), values.ravel(), rows)
        return replace(self, program=replace(self.program, column_upper=high, row_lower=low_side, row_upper=high_side))


def total(terms: Iterable[tuple[float, Any]]) -> Any:
    """Sum of factor times variable, leaving out factors of zero.

    Term by term into one expression: `lpSum` of products makes one for each, which takes most of a statement's time.
    """
    found = pulp.lpSum([])
    for factor, variable in terms:
        if factor != 0.0:
            found.addterm(variable, factor)
    return found
