"""Multistage stochastic programs: their graph, stochastic dual dynamic programming, and the tree that checks it."""

from resilience.sizing.sddp.evaluate import Simulated, exhaustive, simulate_policy
from resilience.sizing.sddp.graph import Graph, Node, Outcome, by_stage
from resilience.sizing.sddp.policy import Decision, Policy
from resilience.sizing.sddp.stopping import BoundInInterval, BoundStalls, Passes, Progress, Stop
from resilience.sizing.sddp.train import Step, Trained, path_cost, train, walk
from resilience.sizing.sddp.tree import tree

__all__ = [
    "BoundInInterval",
    "BoundStalls",
    "Decision",
    "Graph",
    "Node",
    "Outcome",
    "Passes",
    "Policy",
    "Progress",
    "Simulated",
    "Step",
    "Stop",
    "Trained",
    "by_stage",
    "exhaustive",
    "path_cost",
    "simulate_policy",
    "train",
    "tree",
    "walk",
]
