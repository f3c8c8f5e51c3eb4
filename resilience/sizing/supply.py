"""Whether the goods that a program left out can be supplied to its plan: good by good, from users to makers.

A plan of a part says how much its makers take of every input. For each good left out, after all that use it, a small
program asks how its own makers, lanes and stocks can serve that use in the scenario with nothing missing at the end;
what its makers start for it is the use that their own inputs must serve in turn. Goods of a ring are asked together.
Where all answers come back, they and the plan are a plan of the whole network, checked against every row and bound
of the whole program. A good without an answer is *wanting*: it cannot be supplied to that plan in that order, although
it might be to another; so being wanting costs a larger program, never a wrong answer.

Makers are asked to stay at or below baseline, to start late rather than early, and least of all to start where their
inputs would not arrive if nobody reacted (`scarcity`): plans that are easy to supply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import InfeasibleError
from resilience.physics import Floats, Whole
from resilience.sizing.case import Case
from resilience.sizing.compiled import of
from resilience.sizing.program import planners, toolers
from resilience.sizing.scope import chain, struck
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, solve

EASY = 0.01  # weight on starting early, beside 1 on starting above baseline
EXACT = Method(algorithm="simplex")
SCARCE = 2.0  # weight on a start whose inputs do not come
MISSED = 1e-6  # by which a supplied plan may miss a row or bound, as a share of the largest number in it


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """A good, or a ring of goods, with the rows and columns of the whole program that balance it."""

    goods: frozenset[str]
    rows: Whole  # balances, then positions
    columns: Whole  # flows and starts, then stocks, then spills
    moves: int  # of the columns, how many are flows and starts
    stocks: int
    starts: Whole  # which of the columns
    storable: NDArray[np.bool_]  # of its points
    matrix: sparse.csr_matrix  # its rows
    own: sparse.csc_matrix  # its rows and columns


def links(case: Case, compiled: Compiled) -> list[Link]:
    """The chain of goods, users before makers."""
    parts = nx.condensation(chain(case.physics.network))
    groups = [frozenset(parts.nodes[n]["members"]) for n in reversed(list(nx.topological_sort(parts)))]
    matrix = compiled.program.matrix.tocsr()
    return [_link(case, compiled, matrix, goods) for goods in groups]


def _link(case: Case, compiled: Compiled, matrix: sparse.csr_matrix, goods: frozenset[str]) -> Link:
    laws, own = case.physics, of(case, goods)
    blocks = [
        _numbers(compiled, "flow", own["lane"]),
        _numbers(compiled, "start", own["producer"]),
        _numbers(compiled, "stock", own["point"][laws.storable]),
        _numbers(compiled, "spill", own["point"][~laws.storable]),
    ]
    rows = np.concatenate([
        _row_numbers(compiled, "balance", np.repeat(own["point"], len(case.grid))),
        _row_numbers(compiled, "position", own["point"]),
    ])  # fmt: skip
    columns, moves = np.concatenate(blocks), len(blocks[0]) + len(blocks[1])
    part = matrix[rows]
    return Link(
        goods=goods, rows=rows, columns=columns, moves=moves, stocks=len(blocks[2]),
        starts=np.arange(len(blocks[0]), moves), storable=laws.storable[own["point"]], matrix=part,
        own=part[:, columns].tocsc(),
    )  # fmt: skip


def _numbers(compiled: Compiled, block: str, kept: NDArray[np.bool_]) -> Whole:
    where, shape = compiled.columns[block]
    return np.arange(where.start, where.stop).reshape(shape)[kept].ravel()


def _row_numbers(compiled: Compiled, block: str, kept: NDArray[np.bool_]) -> Whole:
    where = compiled.rows[block]
    return np.arange(where.start, where.stop)[kept]


def baseline(case: Case, compiled: Compiled) -> Floats:
    """Everything as without a scenario, as a point of the program."""
    laws = case.physics
    partial = np.flatnonzero(laws.essential < 1)
    started = np.outer(laws.output, case.lengths)
    found = np.zeros(compiled.program.shape[1])
    for block, values in {
        "flow": np.outer(laws.flow, case.lengths),
        "start": started,
        "plan": started[planners(case)],
        "used": laws.consumed[partial, None] * started[laws.consumer[partial]],
        "supplied": np.outer(laws.worked, case.lengths),
        "health": np.ones((len(toolers(case)), len(case.grid))),
        "stock": np.repeat(laws.stock[laws.storable, None], len(case.grid), axis=1),
    }.items():
        found[compiled.columns[block][0]] = values.ravel()
    return found


def scarcity(case: Case) -> Floats:
    """Share of its inputs that each producer would lack in each period if nobody reacted to the scenario.

    Lanes carry what is open of their baseline, of what their origin still makes; lags and stocks are left out. A hint
    for plans, never a limit on them. Shape (producers, periods).
    """
    laws, periods = case.physics, len(case.grid)
    carried = np.minimum(case.passing, laws.flow[:, None])
    comes = np.ones((len(laws.points), periods))
    lacked = np.zeros((len(laws.output), periods))
    parts = nx.condensation(chain(laws.network))
    for group in nx.topological_sort(parts):
        own = of(case, frozenset(parts.nodes[group]["members"]))
        makers, lanes, points = (np.flatnonzero(own[name]) for name in ("producer", "lane", "point"))
        users = np.flatnonzero(np.isin(laws.consumer, makers))
        np.maximum.at(lacked, laws.consumer[users], 1.0 - comes[laws.consumed_at[users]])
        made = np.ones_like(comes)
        made[laws.made_at[makers]] = np.minimum(case.left[makers], 1.0) * (1.0 - lacked[makers])
        kept, shipped, landed = np.zeros(len(comes)), np.zeros(len(comes)), np.zeros_like(comes)
        np.add.at(kept, laws.made_at[makers], laws.output[makers])
        np.add.at(kept, laws.origin[lanes], -laws.flow[lanes])
        np.add.at(shipped, laws.destination[lanes], laws.flow[lanes])
        np.add.at(landed, laws.destination[lanes], carried[lanes] * made[laws.origin[lanes]])
        kept = np.maximum(kept, 0.0)
        whole = np.maximum(kept + shipped, 1e-12)[points, None]
        comes[points] = np.minimum((landed[points] + kept[points, None] * made[points]) / whole, 1.0)
        comes[points[kept[points] + shipped[points] <= 0]] = 1.0
    return lacked


def easing(case: Case, lacked: Floats) -> Floats:
    """Weight on each start up to baseline, beside 1 on each above it. Shape as `lacked`."""
    return EASY * np.linspace(1.0, 0.0, len(case.grid)) + SCARCE * lacked


def eased(program: LinearProgram, starts: Whole, base: Floats, weights: Floats, scale: float) -> LinearProgram:
    """`program` with a weight on starts: each as two columns, up to baseline and (last of all) above it."""
    upper = program.column_upper.copy()
    upper[starts] = np.minimum(upper[starts], base)
    cost = program.cost.copy()
    cost[starts] += scale * weights
    above = np.maximum(program.column_upper[starts] - base, 0.0)
    return replace(
        program,
        cost=np.append(cost, program.cost[starts] + scale),
        matrix=sparse.csc_matrix(sparse.hstack([program.matrix, program.matrix[:, starts]])),
        column_lower=np.append(program.column_lower, np.zeros(len(starts))),
        column_upper=np.append(upper, above),
    )


def joined_again(x: Floats, starts: Whole) -> Floats:
    """An answer of an eased program as one of the program itself."""
    found = x[: len(x) - len(starts)].copy()
    found[starts] += x[len(found) :]
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Supplier:
    """All it takes to supply plans in one scenario on the whole network."""

    case: Case
    compiled: Compiled  # bounded by the scenario, with what is held in its stores
    links: Sequence[Link]
    lacked: Floats

    def supplied(self, kept: frozenset[str], plan: Floats, columns: Whole) -> tuple[Floats, frozenset[str]]:
        """`plan` (over `columns`, those of `kept`) with all else supplied, and the goods that were found wanting.

        The goods that wanting ones are made of are not asked. Where none is wanting and yet a row is missed, all are.
        """
        program, case = self.compiled.program, self.case
        x = baseline(case, self.compiled)
        x[columns] = np.clip(plan, program.column_lower[columns], program.column_upper[columns])
        self._take(x, kept, within=kept)
        graph, hit, wanting = chain(case.physics.network), struck(case), frozenset[str]()
        spoiled: set[str] = set()
        for link in self.links:
            if link.goods <= kept or link.goods & spoiled:
                continue
            if not (self._steady(x, link, hit) or self._served(x, link)):
                wanting |= link.goods
                spoiled.update(*(nx.ancestors(graph, good) for good in link.goods))
                continue
            self._take(x, link.goods, within=kept)
        if not wanting and outside(program, x) > MISSED:
            wanting = frozenset(case.physics.network.goods["good"]) - kept
        return x, wanting

    @cached_property
    def flat(self) -> Floats:
        """The baseline."""
        return baseline(self.case, self.compiled)

    def _steady(self, x: Floats, link: Link, hit: frozenset[str]) -> bool:
        """Whether baseline flows and starts will do, with stocks that go up and down; if so, they are in `x`."""
        if link.goods & hit:
            return False
        program, points = self.compiled.program, len(link.storable)
        x[link.columns[: link.moves]] = self.flat[link.columns[: link.moves]]
        x[link.columns[link.moves :]] = 0.0
        rest = (program.row_upper[link.rows] - link.matrix @ x)[: points * len(self.case.grid)]
        left = rest.reshape(points, len(self.case.grid))
        stock, spill = np.cumsum(left[link.storable], axis=1), left[~link.storable]
        if min(stock.min(initial=0.0), spill.min(initial=0.0)) < -MISSED:
            return False
        x[link.columns[link.moves :]] = np.maximum(np.concatenate([stock.ravel(), spill.ravel()]), 0.0)
        return float((program.row_lower[link.rows] - link.matrix @ x).max(initial=0.0)) <= MISSED

    def _served(self, x: Floats, link: Link) -> bool:
        """Whether some flows and starts will do; if so, those easiest to supply are in `x`."""
        program, periods = self.compiled.program, len(self.case.grid)
        x[link.columns] = 0.0
        rest = link.matrix @ x
        asked = LinearProgram(
            cost=np.zeros(len(link.columns)),
            matrix=link.own,
            row_lower=program.row_lower[link.rows] - rest,
            row_upper=program.row_upper[link.rows] - rest,
            column_lower=program.column_lower[link.columns],
            column_upper=program.column_upper[link.columns],
        )
        number = link.columns[link.starts] - self.compiled.columns["start"][0].start
        weights = easing(self.case, self.lacked)[number // periods, number % periods]
        try:
            found = solve(eased(asked, link.starts, self.flat[link.columns][link.starts], weights, 1.0), EXACT)
        except InfeasibleError:
            x[link.columns] = self.flat[link.columns]
            return False
        x[link.columns] = joined_again(found.x, link.starts)
        return True

    def _take(self, x: Floats, goods: frozenset[str], *, within: frozenset[str]) -> None:
        """What makers of `goods` take, for their starts, of partly essential inputs and of tools outside `within`."""
        case, laws = self.case, self.case.physics
        made, inside = of(case, goods)["producer"], of(case, within)
        started = self.compiled.block(x, "start")
        partial = np.flatnonzero(laws.essential < 1)
        taken = made[laws.consumer[partial]] & ~inside["consumed"][partial]
        used = self.compiled.block(x, "used")  # a view: what is put in stands in `x`
        used[taken] = laws.consumed[partial[taken], None] * started[laws.consumer[partial[taken]]]
        said = np.isin(planners(case), laws.consumer[partial][inside["consumed"][partial]])
        mine = made[planners(case)] & ~said
        self.compiled.block(x, "plan")[mine] = started[planners(case)[mine]]
        tools = made[laws.worker] & ~inside["worked"]
        if tools.any():
            self._work(x, tools, made & ~np.isin(np.arange(len(made)), laws.worker[inside["worked"]]))

    def _work(self, x: Floats, tools: NDArray[np.bool_], free: NDArray[np.bool_]) -> None:
        """The least health that starts allow, and the least of each tool that keeps it, as rule (5) of the page says.

        Backwards in time: no later health may ask for more than all of a tool. `free` are the makers whose health
        the plan of the part does not say.
        """
        laws, makers, lengths = self.case.physics, toolers(self.case), self.case.lengths
        health, supplied = self.compiled.block(x, "health"), self.compiled.block(x, "supplied")
        row, rows = np.searchsorted(makers, laws.worker), free[makers]
        able = (laws.surge * laws.output)[makers, None] * lengths
        need = np.clip(self.compiled.block(x, "start")[makers] / np.maximum(able, 1e-12), 0.0, 1.0)
        moved = [1.0 - (1.0 - rate[:, None]) ** lengths for rate in (laws.wear, laws.regrow)]
        for k in range(len(lengths) - 2, -1, -1):
            for share in (part[:, k + 1] for part in moved):
                asked = (need[row, k + 1] - share) / np.maximum(1.0 - share, 1e-12)
                np.maximum.at(need[:, k], row, np.where(share < 1, asked, 0.0))
        health[rows] = np.clip(need[rows], 0.0, 1.0)
        before = np.concatenate([np.ones((len(makers), 1)), health[:, :-1]], axis=1)
        shares = [
            np.where(part > 0, (health[row] - (1.0 - part) * before[row]) / np.maximum(part, 1e-12), 0.0)
            for part in moved
        ]
        least = np.clip(np.maximum(*shares), 0.0, 1.0) * laws.worked[:, None] * lengths
        supplied[tools] = least[tools]


def outside(program: LinearProgram, x: Floats) -> float:
    """How far `x` misses the worst row or bound, as a share of the largest numbers in it."""
    rows = program.matrix @ x
    size = 1.0 + abs(program.matrix) @ np.abs(x)
    missed = np.maximum(program.row_lower - rows, rows - program.row_upper) / size
    beyond = np.maximum(program.column_lower - x, x - program.column_upper) / (1.0 + np.abs(x))
    return float(max(missed.max(initial=0.0), beyond.max(initial=0.0)))
