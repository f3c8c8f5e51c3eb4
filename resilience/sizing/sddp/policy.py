"""What a node does with the state it is given: its programs, kept in the solver, and the cuts it has learnt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from resilience.sizing.sddp.graph import Floats, Graph, Outcome, Whole
from resilience.sizing.sddp.priced import Priced
from resilience.solver import LinearProgram, Method

LARGE = 1000  # columns past which turning to another outcome takes more steps of the solver than one program saves


@dataclass(frozen=True, kw_only=True, eq=False)
class Decision:
    """What is decided in one outcome: its own cost, the state it leaves, and a line below the least cost from here on.

    `value` is the certified height of the line at the state that arrived, `slope` its fall or rise in each state.
    """

    cost: float
    leaves: Floats
    value: float
    slope: Floats
    x: Floats


class Policy:
    """The rule that cuts make: at a node, in an outcome, with a state, what to do.

    A cut of node n is a line below F_n, the cost of all that follows (see `graph`). Each node has its own cuts, in
    every program of its own; a program goes to the solver when first met, and stays there.
    """

    def __init__(self, graph: Graph, method: Method | None = None) -> None:
        self.graph = graph
        self._method = method
        self._kept: dict[tuple[int, int], _Kept] = {}
        self._groups = [_groups(node.outcomes) for node in graph.nodes]
        self._cuts = [np.zeros((0, len(graph.states) + 1)) for _ in graph.nodes]  # slopes, then the level

    def decide(self, node: int, outcome: int, state: Floats) -> Decision:
        """What the cuts so far make of `state` in one outcome of a node.

        Raises
        ------
        InfeasibleError
            If the outcome leaves nothing to do with such a state: give its program a costly way out.
        """
        group = self._groups[node][outcome]
        if (node, group) not in self._kept:
            self._kept[node, group] = self._take_up(node, group)
        return self._kept[node, group].decide(outcome, state)

    def expects(self, node: int, state: Floats) -> float:
        """Height of the node's highest cut at `state`: what all that follows costs, as far as it knows."""
        heights = self._cuts[node] @ np.append(state, 1.0)
        return float(heights.max(initial=self.graph.least))

    def learn(self, node: int, slope: Floats, level: float) -> None:
        """Give a node the cut F(state) >= level + slope @ state."""
        self._cuts[node] = np.vstack([self._cuts[node], np.append(slope, level)])
        for (owner, _), kept in self._kept.items():
            if owner == node:
                kept.learn(slope, level)

    @property
    def cuts(self) -> int:
        """How many cuts there are in all."""
        return sum(map(len, self._cuts))

    def _take_up(self, node: int, group: int) -> _Kept:
        members = [number for number, g in enumerate(self._groups[node]) if g == group]
        outcomes = {number: self.graph.nodes[node].outcomes[number] for number in members}
        least = self.graph.least if len(self.graph.successors[node]) else None
        made = _Kept(outcomes, least, self._method)
        for kept in self._kept.values():  # the corner of any node with the same matrix is a better start than none
            if kept.matrix is made.matrix and kept.has_future == made.has_future:
                made.standing.begin_like(kept.standing)
                break
        for *slope, level in self._cuts[node]:
            made.learn(np.array(slope), level)
        return made


class _Kept:
    """Outcomes of one node that share a matrix, as one program in the solver with a column for the cost to come."""

    def __init__(self, outcomes: dict[int, Outcome], least: float | None, method: Method | None) -> None:
        self.outcomes = outcomes
        self.has_future = least is not None
        self.now = next(iter(outcomes))
        given = outcomes[self.now]
        self.matrix = given.program.matrix
        self.arrives, self.leaves = (np.array(part, dtype=np.int64) for part in (given.arrives, given.leaves))
        self.height, self.width = given.program.shape
        self.standing = Priced(given.program if least is None else _with_future(given.program, least), method)
        self.bounded = np.setdiff1d(_differing(outcomes, "column_lower", "column_upper"), self.arrives)
        self.sided = _differing(outcomes, "row_lower", "row_upper")
        self.priced = _differing(outcomes, "cost")

    def decide(self, number: int, state: Floats) -> Decision:
        self._turn_to(number)
        self.standing.bound(self.arrives, state, state)
        found = self.standing.solve()
        future = float(found.x[self.width]) if self.has_future else 0.0
        value, reduced = self.standing.price(found.row_dual)
        if not math.isfinite(value):
            value, reduced = self.standing.price(self._within_one(found.row_dual))
        x = found.x[: self.width]
        return Decision(
            cost=found.objective - future, leaves=x[self.leaves], value=value, slope=reduced[self.arrives], x=x
        )

    def _within_one(self, duals: Floats) -> Floats:
        """Duals whose part on cuts adds up to 1 at most: the cost to come has no upper bound at which to price more."""
        rows, cuts = np.split(duals, [self.height])
        return np.concatenate([rows, np.maximum(cuts, 0.0) / max(1.0, float(np.maximum(cuts, 0.0).sum()))])

    def learn(self, slope: Floats, level: float) -> None:
        row = sparse.csr_matrix(
            (np.append(-slope, 1.0), (np.zeros(len(slope) + 1, dtype=int), np.append(self.leaves, self.width))),
            shape=(1, self.width + 1),
        )
        row.eliminate_zeros()
        self.standing.add(row, np.array([level]), np.array([np.inf]))

    def _turn_to(self, number: int) -> None:
        if number == self.now:
            return
        program, self.now = self.outcomes[number].program, number
        if len(self.bounded):
            bounds = program.column_lower[self.bounded], program.column_upper[self.bounded]
            self.standing.bound(self.bounded, *bounds)
        if len(self.sided):
            self.standing.move(self.sided, program.row_lower[self.sided], program.row_upper[self.sided])
        if len(self.priced):
            self.standing.charge(self.priced, program.cost[self.priced])


def _groups(outcomes: Sequence[Outcome]) -> list[int]:
    """For each outcome, the first with its matrix and the columns of its states; a large program stands alone."""
    keys = [
        (number if one.program.shape[1] > LARGE else -1, id(one.program.matrix), tuple(one.arrives), tuple(one.leaves))
        for number, one in enumerate(outcomes)
    ]
    return [keys.index(key) for key in keys]


def _differing(outcomes: dict[int, Outcome], *fields: str) -> Whole:
    """Numbers of the columns or rows in which any two outcomes differ."""
    moved: set[int] = set()
    for field in fields:
        values = np.stack([getattr(outcome.program, field) for outcome in outcomes.values()])
        moved.update(np.flatnonzero((values != values[0]).any(axis=0)).tolist())
    return np.array(sorted(moved), dtype=np.int64)


def _with_future(program: LinearProgram, least: float) -> LinearProgram:
    """The program with one more column, the cost of all that follows."""
    empty = sparse.csc_matrix((program.shape[0], 1))
    return replace(
        program,
        cost=np.append(program.cost, 1.0),
        matrix=sparse.hstack([program.matrix, empty], format="csc"),
        column_lower=np.append(program.column_lower, least),
        column_upper=np.append(program.column_upper, np.inf),
    )
