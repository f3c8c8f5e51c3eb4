"""Stochastic dual dynamic programming: passes forward to find states that matter, and back to learn what they cost.

A pass samples one path, deciding at each node with the cuts so far; then, from its end to its start, every outcome that
may follow is solved at the state that was left. Their lines, weighed by chance or by the risk measure, are a cut of the
node: by duality a line below what follows for every state. Other nodes with the same successors (the other states of
the world of that stage) weigh the very same lines by their own chances, and so learn a cut of their own at no further
solve. Every second path draws all that is possible alike: rare and costly outcomes, which plain chance would hardly
ever meet, are what reserves are for. The first nodes' outcomes, solved at the start, give a bound below the cost of
every policy. Cuts and bounds are priced from whatever duals the solver gives (`solver.WarmProgram.priced`), so that
inexact ones give weaker bounds, never wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from resilience.risk import TailMeans
from resilience.sizing.sddp.graph import Floats, Graph, weigh
from resilience.sizing.sddp.policy import Decision, Policy
from resilience.sizing.sddp.stopping import BoundStalls, Passes, Progress, Stop
from resilience.solver import Method

NEWS = 1e-9  # share by which a cut must rise above what its node knows, to be kept
ENOUGH: tuple[Stop, ...] = (BoundStalls(), Passes(most=500))
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One node of a sampled path: what happened, what was decided, and what weight its cost has in the path's."""

    node: int
    outcome: int
    arrives: Floats
    decision: Decision
    weight: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A policy, a bound that no policy beats, how both came about, and why learning stopped.

    `policy` holds programs in the solver: use it in the process that made it.
    """

    policy: Policy
    bound: float
    progress: Progress
    status: str


def train(
    graph: Graph,
    *,
    rng: np.random.Generator,
    stop: Stop | Sequence[Stop] = ENOUGH,
    method: Method | None = None,
    others: Sequence[Floats] = (),
    say: Say = lambda text: None,
) -> Trained:
    """A policy for `graph`, learnt until the first of the rules in `stop` says enough.

    A policy is good at the states that learning met. Where it is to be read at `others` too, every second path begins
    at one of them in turn.

    Do not use it for a graph with a handful of paths: `tree` solves those at once.

    >>> from resilience.sizing.sddp import by_stage, Node, Outcome
    >>> from resilience.solver import LinearProgram
    >>> from scipy import sparse
    >>> def sell(demand):  # columns: stock in, stock out, bought at 1, short at 5
    ...     return LinearProgram(cost=np.array([0.0, 0.0, 1.0, 5.0]), matrix=sparse.csc_matrix([[1.0, -1.0, 1.0, 1.0]]),
    ...         row_lower=np.full(1, demand), row_upper=np.full(1, demand),
    ...         column_lower=np.zeros(4), column_upper=np.array([9.0, 9.0, 9.0 if demand == 0 else 0.0, 9.0]))
    >>> buy = Node(name="buy", outcomes=(Outcome(probability=1.0, program=sell(0.0), arrives=[0], leaves=[1]),))
    >>> use = [Outcome(probability=0.5, program=sell(demand), arrives=[0], leaves=[1]) for demand in (1.0, 3.0)]
    >>> graph = by_stage(states=["stock"], start=[0.0], layers=[[buy], [Node(name="use", outcomes=tuple(use))]])
    >>> round(train(graph, rng=np.random.default_rng(0), stop=Passes(most=10)).bound, 6)  # buy 3
    3.0
    """
    rules = tuple(stop) if isinstance(stop, Sequence) else (stop,)
    policy, progress = Policy(graph, method), Progress()
    learners = _learners(graph)
    while True:
        turn, level = divmod(len(progress.bounds), 2)
        start = others[turn % len(others)] if level and len(others) else None
        path = walk(policy, rng, level=bool(level), start=start)
        for step in reversed(path):
            _learn(policy, step.node, step.decision.leaves, learners[step.node])
        if not level:
            progress.paths.append(path_cost(path))
        progress.bounds.append(max([bound(policy), *progress.bounds[-1:]]))
        say(f"pass {len(progress.bounds)}: bound {progress.bounds[-1]:.6g}, {policy.cuts} cuts")
        for rule in rules:
            why = rule.reached(progress)
            if why:
                return Trained(policy=policy, bound=progress.bounds[-1], progress=progress, status=why)


def bound(policy: Policy) -> float:
    """A cost that no policy stays below, as far as the cuts so far tell."""
    graph = policy.graph
    chances = graph.chances(None)
    values = np.array([policy.decide(node, outcome, graph.start).value for node, outcome, _ in chances])
    return float(values @ weigh(graph.risk, values, np.array([chance for _, _, chance in chances])))


def walk(policy: Policy, rng: np.random.Generator, *, level: bool = False, start: Floats | None = None) -> list[Step]:
    """One path, drawn by the plain chances, and what the policy does on it; `level` draws all that is possible alike.

    It begins with the graph's state, or with `start`.

    Where paths may run for ever a discount is taken as the chance to go on, so that they end and cost the same on
    average; elsewhere it weighs what comes later.
    """
    graph = policy.graph
    ends = graph.discount if graph.endless else 1.0
    fades = 1.0 if graph.endless else graph.discount
    steps: list[Step] = []
    state, weight, chances = graph.start if start is None else start, 1.0, graph.first
    while True:
        node = _drawn(_levelled(chances) if level else chances, rng)
        if node is None:
            return steps
        likely = np.array([outcome.probability for outcome in graph.nodes[node].outcomes])
        drawn = _drawn(_levelled(likely) if level else likely, rng)
        outcome = len(likely) - 1 if drawn is None else drawn  # chances add up to 1, but for rounding
        decision = policy.decide(node, outcome, state)
        steps.append(Step(node=node, outcome=outcome, arrives=state, decision=decision, weight=weight))
        state, weight, chances = decision.leaves, weight * fades, graph.moves[node] * ends


def path_cost(path: Sequence[Step]) -> float:
    """What a path costs, what comes later weighed as `walk` says."""
    return sum(step.weight * step.decision.cost for step in path)


def _drawn(chances: Floats, rng: np.random.Generator) -> int | None:
    """A number drawn by its chance; None with what is left of 1."""
    at = int(np.searchsorted(np.cumsum(chances), rng.random(), side="right"))
    return at if at < len(chances) else None


def _levelled(chances: Floats) -> Floats:
    """The same sum spread evenly over whatever has a chance."""
    possible = chances > 0
    return np.asarray(possible * (chances.sum() / max(1, possible.sum())), dtype=np.float64)


def _learners(graph: Graph) -> list[list[int]]:
    """For each node, the nodes that learn where its successors are solved: all whose own successors are among them."""
    sets = [frozenset(successors.tolist()) for successors in graph.successors]
    return [[n for n, own in enumerate(sets) if own and own <= solved] for solved in sets]


def _learn(policy: Policy, node: int, state: Floats, learners: Sequence[int]) -> None:
    """Solve all that may follow `node` from `state`, and give a cut to every node that nothing else may follow."""
    graph = policy.graph
    lines = {
        (child, outcome): policy.decide(child, outcome, state)
        for child in graph.successors[node].tolist()
        for outcome in range(len(graph.nodes[child].outcomes))
    }
    for learner in learners:
        chances = graph.chances(learner)
        level, slope = line(
            graph.nodes[learner].risk, [lines[child, outcome] for child, outcome, _ in chances],
            np.array([chance for _, _, chance in chances]),
        )  # fmt: skip
        level, slope = graph.discount * level, graph.discount * slope
        known = policy.expects(learner, state)
        if level > known + NEWS * max(1.0, abs(known)):
            policy.learn(learner, slope, level - float(slope @ state))


def line(risk: TailMeans, decisions: Sequence[Decision], chances: Floats) -> tuple[float, Floats]:
    """Height and slope of a line below the measure of what these decisions cost from here on."""
    values = np.array([decision.value for decision in decisions])
    weights = weigh(risk, values, chances)
    return float(weights @ values), weights @ np.array([decision.slope for decision in decisions])
