"""How much else would do: what each store, and each good in all, may hold at little more than the least cost.

For a share w above the best cost found, and any sum of what is held,

    least, most   of  sum held   over plans with  holding cost + risk(loss) <= (1 + w) best

A reserve is one of many nearly as good: where a range is narrow the figure is a finding, where it is wide a convention.
Of a program small enough the range is exact. Of others it is that of its outline (the first stage with the cuts that
solving it gave), which is wider or equal: no reserve within w holds less or more, but perhaps none reaches the ends.

Reference: E. D. Brill, S.-Y. Chang and L. D. Hopkins (1982), Modeling to generate alternatives, Management Science
28(3); J. F. DeCarolis (2011), Energy Economics 33(2), for its use where costs lie close.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from resilience.errors import SolverError
from resilience.physics import Floats, Whole
from resilience.solver import LinearProgram, Status, certified_bound
from resilience.standing import Standing

WITHIN = (0.01, 0.05)
COLUMNS = ["good", "place", "owner", "units", "within", "least_units", "most_units", "exact"]
ALL = "all"  # in place and owner of a row that adds up all stores of a good


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A program that every plan meets: the whole of it (`exact`), or its outline. Its first columns are the stores'."""

    program: LinearProgram
    held: slice
    exact: bool


def ranges(
    view: View, rows: pd.DataFrame, held: Floats, scale: Floats, objective: float, *, within: Sequence[float] = WITHIN
) -> pd.DataFrame:
    """Columns good, place, owner, units (as sized), within, least_units, most_units, exact.

    A row for each store that holds something and, with `all` as place and owner, each good in total.

    Parameters
    ----------
    rows, held, scale
        Stores (good, place, owner), scaled units in each, and own units in a scaled one.
    objective
        Best cost found, in the program's money.
    within
        Shares above it. [0 or more]
    """
    found = []
    near = _Near(view, objective)
    for share in within:
        near.allow(share)
        for named, stores in _asked(rows, held):
            low, high = near.ends(stores, scale[stores])
            units = float(held[stores] @ scale[stores])
            found.append((*named, units, share, min(low, units), max(high, units), view.exact))
    return pd.DataFrame(found, columns=COLUMNS)


def without_each(view: View, rows: pd.DataFrame, held: Floats, objective: float, usd: float) -> pd.DataFrame:
    """What the best reserve costs without each good that is held. Columns good, cost_usd, dearer_usd, exact.

    USD a year; where `exact` is false, it costs at least so much. Infinite where limits or floors cannot do without.
    """
    standing = Standing(replace(view.program, integer=None))
    at = np.arange(view.program.shape[1])[view.held]
    most = view.program.column_upper[at]
    found = []
    for good in dict.fromkeys(rows["good"][held > 0]):
        own = (rows["good"] == good).to_numpy()
        forbidden = np.where(own, 0.0, most)
        standing.bound(columns=at, lower=np.zeros(len(at)), upper=forbidden)
        answer = standing.simplex()
        upper = view.program.column_upper.copy()
        upper[at] = forbidden
        program = replace(view.program, column_upper=upper)
        cost = np.inf if answer.status is Status.INFEASIBLE else certified_bound(program, answer.row_dual)
        cost = max(cost, objective) if not view.exact else cost
        found.append((good, cost * usd, max(cost - objective, 0.0) * usd, view.exact))
    table = pd.DataFrame(found, columns=["good", "cost_usd", "dearer_usd", "exact"])
    return table.sort_values(["dearer_usd", "good"], ascending=[False, True], ignore_index=True)


def _asked(rows: pd.DataFrame, held: Floats) -> Iterator[tuple[tuple[str, str, str], Whole]]:
    """What is summed: every good's stores, then every store that holds something by itself."""
    for good in dict.fromkeys(rows["good"]):
        stores = np.flatnonzero(rows["good"] == good)
        yield (str(good), ALL, ALL), stores
        if len(stores) > 1:
            for store in stores[held[stores] > 0]:
                row = rows.iloc[store]
                yield (str(good), str(row["place"]), str(row["owner"])), np.array([store])


class _Near:
    """Plans that cost little more than the best, kept in the solver while what is asked of them changes."""

    def __init__(self, view: View, objective: float) -> None:
        program = view.program
        cost = sparse.csc_matrix(program.cost)
        self.program = replace(
            program,
            cost=np.zeros_like(program.cost),
            matrix=sparse.vstack([program.matrix, cost], format="csc"),
            row_lower=np.append(program.row_lower, -np.inf),
            row_upper=np.append(program.row_upper, objective),
            integer=None,
        )
        self.objective = objective
        self.at = np.arange(program.shape[1])[view.held]
        self.standing = Standing(self.program)

    def allow(self, share: float) -> None:
        """Plans within `share` of the best."""
        limit = self.objective * (1.0 + share)
        self.program = replace(self.program, row_upper=np.append(self.program.row_upper[:-1], limit))
        last = np.array([self.program.shape[0] - 1])
        self.standing.move(rows=last, lower=np.array([-np.inf]), upper=np.array([limit]))

    def ends(self, stores: Whole, scale: Floats) -> tuple[float, float]:
        """Least and most that the stores hold together, priced from duals so that no plan passes either."""
        size = float(scale.max())
        cost = np.zeros(self.program.shape[1])
        cost[self.at[stores]] = scale / size
        low, high = (size * self._least(sign * cost) for sign in (1.0, -1.0))
        return max(low, 0.0), -high

    def _least(self, cost: Floats) -> float:
        self.standing.charge(columns=np.arange(len(cost)), cost=cost)
        answer = self.standing.simplex()
        if answer.status is not Status.OPTIMAL:
            raise SolverError(f"The range of a holding could not be found: {answer.status.value}")
        return certified_bound(replace(self.program, cost=cost), answer.row_dual)
