"""What a policy costs: on sampled paths, or over every path there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.sizing.sddp.graph import Floats, weigh
from resilience.sizing.sddp.policy import Policy
from resilience.sizing.sddp.stopping import LOOK
from resilience.sizing.sddp.train import Step, path_cost, walk


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """Costs of sampled paths, and their steps as a tidy frame: path, step, node, outcome, cost, and each state left.

    `mean` is that of costs whatever the graph's risk measure: only where that is the expectation is the bound one on
    it.
    """

    costs: Floats
    steps: pd.DataFrame

    @property
    def mean(self) -> float:
        """Mean cost of a path."""
        return float(self.costs.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean, by the normal law: too narrow where a few rare paths bear most of the cost."""
        margin = LOOK * float(self.costs.std(ddof=1)) / np.sqrt(len(self.costs))
        return self.mean - margin, self.mean + margin


def simulate_policy(policy: Policy, *, paths: int, rng: np.random.Generator) -> Simulated:
    """What the policy costs, and does, on `paths` sampled paths (at least 2)."""
    if paths < 2:
        raise AskError(f"paths is {paths!r}: an interval needs at least 2")
    walks = [walk(policy, rng) for _ in range(paths)]
    return Simulated(costs=np.array([path_cost(path) for path in walks]), steps=_frame(policy, walks))


def exhaustive(policy: Policy, *, most_solves: int = 100_000) -> float:
    """What the policy costs exactly, as the graph weighs it: every path to its end.

    A plan that is carried out, so no less than the bound; equal to it where the policy is best. Risk measures are
    nested as in `graph`.

    Raises
    ------
    AskError
        If paths run for ever, or there are more than `most_solves` places on them.
    """
    graph = policy.graph
    if graph.endless:
        raise AskError("Paths of this program run for ever: use simulate_policy")
    places = 0
    reached: dict[int | None, int] = {None: 1}
    while reached:
        following: dict[int | None, int] = {}
        for node, ways in reached.items():
            for child, _, _ in graph.chances(node):
                following[child] = following.get(child, 0) + ways
        places, reached = places + sum(following.values()), following
        if places > most_solves:
            raise AskError(f"There are more than {most_solves} places to solve: use simulate_policy")
    return _cost_after(policy, None, graph.start)


def _cost_after(policy: Policy, node: int | None, state: Floats) -> float:
    graph = policy.graph
    chances = graph.chances(node)
    if not chances:
        return 0.0
    values = []
    for child, outcome, _ in chances:
        decision = policy.decide(child, outcome, state)
        values.append(decision.cost + _cost_after(policy, child, decision.leaves))
    risk, fades = (graph.risk, 1.0) if node is None else (graph.nodes[node].risk, graph.discount)
    found = np.array(values)
    return fades * float(found @ weigh(risk, found, np.array([chance for _, _, chance in chances])))


def _frame(policy: Policy, walks: Sequence[Sequence[Step]]) -> pd.DataFrame:
    graph = policy.graph
    rows = [
        (
            number, at, graph.nodes[step.node].name,
            graph.nodes[step.node].outcomes[step.outcome].name or str(step.outcome), step.decision.cost,
            *step.decision.leaves,
        )
        for number, path in enumerate(walks, 1)
        for at, step in enumerate(path, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["path", "step", "node", "outcome", "cost", *graph.states])
