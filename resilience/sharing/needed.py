"""The rows and columns of an alliance's program that its answers rest on.

Every scenario was solved with nothing held, and its duals say what the first unit in each store saves in it. Where that
is little beside what a unit costs to hold, the store is left empty, and a scenario in which no store that is left saves
anything is left as the market has it: from a plan of least loss there is nothing to gain without stores.

Nothing is approximated by it. Rows left out keep the market's duals, under which departing from the market gains
nothing, and with them the bound is priced for the whole program: where it meets the cost, the cost is that of the whole
program; where not, stores are taken in that save more than they cost by the duals then found, and at last everything.
On chips 13 of 344 stores and two of four scenarios are kept.

`sizing.spared` does the same for one sizing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from resilience.physics import Floats, Mask, Whole
from resilience.sizing.spared import PROMISING
from resilience.solver import LinearProgram

FIRST = -1  # of rows and columns: in no scenario
FAINT = 1e-3  # share of a store's cost below which it saves nothing in a scenario


@dataclass(frozen=True, kw_only=True, eq=False)
class Needed:
    """Which rows and columns are kept, and what a unit of each row that is not is worth (its dual)."""

    rows: Mask
    columns: Mask
    worth: Floats

    @classmethod
    def whole(cls, program: LinearProgram) -> Needed:
        """Everything."""
        height, width = program.shape
        return cls(rows=np.ones(height, dtype=bool), columns=np.ones(width, dtype=bool), worth=np.zeros(height))

    def cut(self, part: LinearProgram, rows: Whole, columns: Whole) -> tuple[LinearProgram, Whole, Whole]:
        """What is kept of a `part` of the program that has these rows and columns, and which it then has."""
        kept, chosen = np.flatnonzero(self.rows[rows]), np.flatnonzero(self.columns[columns])
        return part.only(rows=kept, columns=chosen), rows[kept], columns[chosen]

    def dual(self, rows: Whole, found: Floats) -> Floats:
        """Duals of all rows: those `found` of some, what those left out are worth, and nothing."""
        everywhere = np.where(self.rows, 0.0, self.worth)
        everywhere[rows] = found
        return everywhere


def needed(program: LinearProgram, *, worth: Floats, row_scenario: Whole, column_scenario: Whole, also: Mask) -> Needed:
    """What is needed where `worth` are the duals with nothing held; stores are the columns in no scenario, and some
    are kept `also`.
    """
    stores = np.flatnonzero(column_scenario == FIRST)
    cost = program.cost[stores]
    weighed = sparse.csr_matrix(program.matrix[:, stores].multiply(worth[:, None]))
    scenarios = np.unique(column_scenario[column_scenario != FIRST])
    saved = np.array([weighed[row_scenario == number].sum(axis=0) for number in scenarios]).reshape(
        len(scenarios), len(stores)
    )
    held = also | (saved.sum(axis=0) >= PROMISING * cost)
    counted = scenarios[(saved[:, held] > FAINT * cost[held]).any(axis=1)]
    columns = np.isin(column_scenario, counted)
    columns[stores[held]] = True
    return Needed(rows=np.isin(row_scenario, [FIRST, *counted]), columns=columns, worth=worth)
