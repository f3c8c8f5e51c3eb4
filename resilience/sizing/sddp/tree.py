"""A small multistage program written out whole: every place on every path, joined into one linear program.

The plain statement of what decomposition answers: use it to check, and for programs with few paths or whole numbers.
Each place v of the tree has the columns of its outcome's program and its cost to the end,
z_v >= cost @ x_v + d rho(z of what follows), the measure stated as in R. T. Rockafellar and S. Uryasev (2000), Journal
of Risk 2(3): for each part (weight, tail) of the mixture, weight (edge + sum p beyond / tail), beyond >= z - edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from resilience.errors import AskError
from resilience.risk import TailMeans
from resilience.sizing.sddp.graph import TOLERANCE, Floats, Graph, Outcome
from resilience.solver import LinearProgram


@dataclass(kw_only=True)
class _Parts:
    """A program in the making: columns and rows appended in turn."""

    cost: list[Floats] = field(default_factory=list)
    bounds: list[tuple[Floats, Floats]] = field(default_factory=list)
    sides: list[tuple[Floats, Floats]] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    entries: list[tuple[np.ndarray, np.ndarray, Floats]] = field(default_factory=list)
    width: int = 0
    height: int = 0

    def columns(self, lower: Floats, upper: Floats, whole: np.ndarray | None = None) -> int:
        """Append columns; the number of the first."""
        self.bounds.append((lower, upper))
        self.whole.append(np.zeros(len(lower), dtype=bool) if whole is None else whole)
        self.width += len(lower)
        return self.width - len(lower)

    def free(self) -> int:
        return self.columns(np.array([-np.inf]), np.array([np.inf]))

    def row(self, terms: Sequence[tuple[int, float]], lower: float, upper: float) -> None:
        columns, values = zip(*terms, strict=True)
        self.sides.append((np.array([lower]), np.array([upper])))
        self.entries.append((np.full(len(terms), self.height), np.array(columns), np.array(values)))
        self.height += 1

    def block(self, program: LinearProgram, first: int) -> None:
        """Append a program's rows over columns that begin at `first`."""
        entries = program.matrix.tocoo()
        self.sides.append((program.row_lower, program.row_upper))
        self.entries.append((entries.row + self.height, entries.col + first, entries.data))
        self.height += program.shape[0]

    def program(self, objective: int) -> LinearProgram:
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        lower, upper = (np.concatenate(part) for part in zip(*self.bounds, strict=True))
        low, high = (np.concatenate(part) for part in zip(*self.sides, strict=True))
        whole = np.concatenate(self.whole)
        cost = np.zeros(self.width)
        cost[objective] = 1.0
        return LinearProgram(
            cost=cost, matrix=sparse.csc_matrix((values, (rows, columns)), shape=(self.height, self.width)),
            row_lower=low, row_upper=high, column_lower=lower, column_upper=upper,
            integer=whole if whole.any() else None,
        )  # fmt: skip


def tree(graph: Graph, *, most_places: int = 20_000) -> LinearProgram:
    """The whole tree of `graph` as one program, whose objective is the answer.

    Raises
    ------
    AskError
        If paths run for ever, or the tree has more than `most_places` places.
    """
    if graph.endless:
        raise AskError("Paths of this program run for ever: it has no tree")
    parts = _Parts()
    objective = _after(graph, parts, None, None, most_places)
    return parts.program(objective)


def _after(graph: Graph, parts: _Parts, node: int | None, left: Sequence[int] | None, most: int) -> int:
    """All that may follow `node`, whose leaving states are the columns `left`; the column of its measured cost."""
    chances = graph.chances(node)
    costs = [_place(graph, parts, child, graph.nodes[child].outcomes[w], left, most) for child, w, _ in chances]
    measured = parts.free()
    risk = graph.risk if node is None else graph.nodes[node].risk
    terms = _measure(parts, risk, costs, [chance for _, _, chance in chances])
    parts.row([(measured, 1.0), *((column, -factor) for column, factor in terms)], 0.0, np.inf)
    return measured


def _place(graph: Graph, parts: _Parts, node: int, outcome: Outcome, left: Sequence[int] | None, most: int) -> int:
    """One place of the tree and all that follows it; the column of its cost to the end."""
    program = outcome.program
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    arrives = list(outcome.arrives)
    lower[arrives], upper[arrives] = (graph.start, graph.start) if left is None else (-np.inf, np.inf)
    first = parts.columns(lower, upper, program.integer)
    if parts.height > most * max(1, program.shape[0]):
        raise AskError(f"The tree has more than {most} places: use train")
    parts.block(program, first)
    for column, before in zip(arrives, left or (), strict=False):
        parts.row([(first + column, 1.0), (before, -1.0)], 0.0, 0.0)
    total = parts.free()
    terms = [(total, 1.0), *((first + int(c), -float(program.cost[c])) for c in np.flatnonzero(program.cost))]
    if len(graph.successors[node]):
        leaves = [first + int(column) for column in outcome.leaves]
        terms.append((_after(graph, parts, node, leaves, most), -graph.discount))
    parts.row(terms, 0.0, np.inf)
    return total


def _measure(parts: _Parts, risk: TailMeans, costs: Sequence[int], chances: Sequence[float]) -> list[tuple[int, float]]:
    """The measure of the columns `costs` as factors of columns; what is left of the chances costs nothing."""
    ends = 1.0 - sum(chances)
    if ends > TOLERANCE:
        costs, chances = [*costs, parts.columns(np.zeros(1), np.zeros(1))], [*chances, ends]
    terms: list[tuple[int, float]] = []
    for weight, tail in risk.mixture():
        if tail == 1:
            terms += [(column, weight * chance) for column, chance in zip(costs, chances, strict=True)]
            continue
        edge = parts.free()
        terms.append((edge, weight))
        for column, chance in zip(costs, chances, strict=True):
            beyond = parts.columns(np.zeros(1), np.full(1, np.inf if tail > 0 else 0.0))
            parts.row([(edge, 1.0), (beyond, 1.0), (column, -1.0)], 0.0, np.inf)
            terms.append((beyond, weight * chance / tail if tail > 0 else 0.0))
    return terms
