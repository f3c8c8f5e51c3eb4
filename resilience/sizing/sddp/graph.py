"""A multistage program: nodes that follow one another by chance, and the program each leaves to be solved.

Sets        nodes n (a stage in one state of the world, say); outcomes w of each node; states i carried from node to
node Data        P[n, m] chance that m follows n, what is left of 1 ending the path; p_w chance of each outcome;
            cost, rows and bounds of each outcome's linear program; discount d; start x0; risk rho of each node
Variables   x of each program, among them the state that arrives (fixed by what left the node before) and that leaves
Recursion   Q_nw(s) = least cost_w @ x + F_n(leaves(x))   with arrives(x) = s
            F_n(s)  = d rho_n over (m, w) of Q_mw(s)      with chances P[n, m] p_w; 0 where nothing follows
Answer      rho over (n, w) of Q_nw(x0), with the chances of the first nodes

A node sees its outcome before it decides. A decision that must come first is a state decided by the node before.

References: M. V. F. Pereira and L. M. V. G. Pinto (1991), Multi-stage stochastic optimization applied to energy
planning, Mathematical Programming 52; O. Dowson (2020), The policy graph decomposition of multistage stochastic
programming problems, Networks 76(1); A. Philpott, V. de Matos and E. Finardi (2013), On solving multistage stochastic
programs with coherent risk measures, Operations Research 61(4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError
from resilience.risk import Expectation, TailMeans, in_tail
from resilience.solver import LinearProgram

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
TOLERANCE = 1e-9  # by which chances may miss 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """One thing that may happen at a node, and what there is then to decide.

    `arrives` and `leaves` number the columns that hold the state coming in and going out, in the graph's order of
    states. Outcomes of a node whose programs hold the very same matrix object differ in costs, bounds and sides alone,
    and share one program in the solver.
    """

    probability: float
    program: LinearProgram
    arrives: Sequence[int]
    leaves: Sequence[int]
    name: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """A stage in one state of the world; `risk` weighs what follows it."""

    name: str
    outcomes: tuple[Outcome, ...]
    risk: TailMeans = Expectation()  # noqa: RUF009 (frozen value object)


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """A whole multistage program; the module's head says what each part means.

    `least` is a sum below which no path's cost from any node on can fall: what follows is taken to cost that until cuts
    say more. `risk` weighs the outcomes of the first nodes. Paths may run for ever (`moves` with a cycle) as long as
    what is to come fades: by a discount, or by a chance to end.

    Raises
    ------
    AskError
        Naming every part that does not fit.
    """

    states: tuple[str, ...]
    start: Floats
    nodes: tuple[Node, ...]
    first: Floats  # per node: chance to be the first
    moves: Floats  # nodes x nodes
    discount: float = 1.0
    least: float = 0.0
    risk: TailMeans = Expectation()  # noqa: RUF009 (frozen value object)

    def __post_init__(self) -> None:
        faults = [
            *_wrong_shapes(self),
            *(fault for node in self.nodes for fault in _wrong_node(node, len(self.states))),
        ]
        if not faults:
            faults = _wrong_chances(self)
        if faults:
            raise AskError("The multistage program cannot be as described", faults)

    @cached_property
    def successors(self) -> tuple[Whole, ...]:
        """For each node, the nodes that may follow it."""
        return tuple(np.flatnonzero(row > 0) for row in self.moves)

    @cached_property
    def endless(self) -> bool:
        """Whether a path may come back to a node it has left."""
        return _returns(self.moves)

    def chances(self, node: int | None) -> list[tuple[int, int, float]]:
        """What may come after `node` (None: at first): node, outcome and chance of each."""
        row = self.first if node is None else self.moves[node]
        return [
            (int(n), w, float(row[n] * outcome.probability))
            for n in np.flatnonzero(row > 0)
            for w, outcome in enumerate(self.nodes[n].outcomes)
        ]


def by_stage(
    *,
    states: Sequence[str],
    start: Sequence[float],
    layers: Sequence[Sequence[Node]],
    transitions: Sequence[Sequence[Sequence[float]]] | None = None,
    discount: float = 1.0,
    least: float = 0.0,
    risk: TailMeans | None = None,
) -> Graph:
    """A graph of stages in turn: `layers[t]` are the nodes of stage t, one for each state of the world.

    `transitions[t]` is the matrix of chances from the nodes of stage t - 1 to those of stage t; `transitions[0]` has
    the one row of the first stage. Without it, every stage has one node.
    """
    matrices = [np.asarray(rows, dtype=np.float64) for rows in transitions or [[[1.0]]] * len(layers)]
    sizes = [len(layer) for layer in layers]
    wanted = list(zip([1, *sizes], sizes, strict=False))
    if [matrix.shape for matrix in matrices] != wanted:
        shapes = ", ".join(str(matrix.shape) for matrix in matrices)
        raise AskError(f"transitions have the shapes {shapes}: for these layers they must be {wanted}")
    ends = np.cumsum([0, *sizes])
    first, moves = np.zeros(ends[-1]), np.zeros((ends[-1], ends[-1]))
    first[: sizes[0]] = matrices[0][0]
    for stage, matrix in enumerate(matrices[1:], 1):
        moves[ends[stage - 1] : ends[stage], ends[stage] : ends[stage + 1]] = matrix
    return Graph(
        states=tuple(states), start=np.asarray(start, dtype=np.float64), first=first, moves=moves,
        nodes=tuple(node for layer in layers for node in layer), discount=discount, least=least,
        risk=risk or Expectation(),
    )  # fmt: skip


def weigh(risk: TailMeans, values: Floats, chances: Floats) -> Floats:
    """Weights under which the sum of `values` is their measure: the worst of the probabilities that `risk` considers.

    What is left of 1 is a path that ended: it costs nothing more, and its weight is left out.
    """
    weights = np.zeros(len(values))
    for weight, tail in risk.mixture():
        if tail == 1:
            weights += weight * chances
        elif tail > 0:
            weights += weight * in_tail(values, chances, tail) / tail
        elif values.max() > 0 or chances.sum() > 1 - TOLERANCE:
            weights[np.argmax(values)] += weight
    return weights


def _wrong_shapes(graph: Graph) -> list[str]:
    count, states = len(graph.nodes), len(graph.states)
    faults = []
    if graph.start.shape != (states,):
        faults.append(f"start has the shape {graph.start.shape}: give one number for each of {states} states")
    if graph.first.shape != (count,) or graph.moves.shape != (count, count):
        faults.append(f"first and moves must have the shapes ({count},) and ({count}, {count}), one row a node")
    if not 0 < graph.discount <= 1:
        faults.append(f"discount is {graph.discount!r}: it must lie above 0 and at most at 1")
    return faults


def _wrong_node(node: Node, states: int) -> list[str]:
    faults = []
    chances = [outcome.probability for outcome in node.outcomes]
    if not node.outcomes or min(chances) < 0 or abs(sum(chances) - 1) > TOLERANCE:
        faults.append(f"{node.name}: chances of its outcomes are {chances}: they must be 0 or more and add up to 1")
    for number, outcome in enumerate(node.outcomes):
        where = f"{node.name}, outcome {outcome.name or number}"
        if len(outcome.arrives) != states or len(outcome.leaves) != states:
            faults.append(f"{where}: arrives and leaves must each number {states} columns, one a state")
        open_ended = ~(np.isfinite(outcome.program.column_lower) & np.isfinite(outcome.program.column_upper))
        open_ended[list(outcome.arrives)] = False
        if open_ended.any():
            columns = ", ".join(map(str, np.flatnonzero(open_ended)[:5]))
            faults.append(f"{where}: columns {columns} lack a finite bound, without which no cut can be certified")
    return faults


def _wrong_chances(graph: Graph) -> list[str]:
    faults = []
    if (graph.first < 0).any() or abs(graph.first.sum() - 1) > TOLERANCE:
        faults.append(f"chances of the first nodes add up to {graph.first.sum():.6g}: they must add up to 1")
    for node, row in zip(graph.nodes, graph.moves, strict=True):
        if (row < 0).any() or row.sum() > 1 + TOLERANCE:
            faults.append(f"{node.name}: chances of what follows add up to {row.sum():.6g}: at most 1, none below 0")
    if not faults and _returns(graph.moves):
        stays = graph.discount * float(np.abs(np.linalg.eigvals(graph.moves)).max())
        if stays > 1 - 1e-6:
            faults.append("paths run for ever and what is to come does not fade: give a discount below 1")
    return faults


def _returns(moves: Floats) -> bool:
    count, labels = sparse.csgraph.connected_components(
        sparse.csr_matrix((moves > 0).astype(np.float64)), connection="strong"
    )
    return bool(count < len(labels) or (np.diag(moves) > 0).any())
