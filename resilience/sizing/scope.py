"""How much of the network a scenario's program keeps. Each choice is an object with one method."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import networkx as nx
import numpy as np

from resilience.disruption import Shock
from resilience.network import Network


class Scope(Protocol):
    """Any way to say which goods matter in a scenario."""

    def goods(self, shock: Shock) -> frozenset[str]:
        """The goods to keep of the network that is struck: closed downstream, so that what is kept still balances."""
        ...


@dataclass(frozen=True, kw_only=True)
class Everything:
    """The whole network."""

    def goods(self, shock: Shock) -> frozenset[str]:
        """All of them."""
        return frozenset(shock.network.goods["good"])


@dataclass(frozen=True, kw_only=True)
class Downstream:
    """The goods a scenario strikes and all that is made from them; inputs it cannot touch arrive as asked for.

    Exact for tools, software and their makers, whose use never exceeds baseline. For other untouched inputs it leaves
    out one thing: that their own surge could bind when users catch up above baseline. The loss is then a lower bound
    on that of `Everything()`; tests and docs/explain/performance.md state by how much on the chips network. What
    can stand in for a struck good is kept with all that is made from it; its own inputs arrive as asked for.
    """

    def goods(self, shock: Shock) -> frozenset[str]:
        """Whatever is struck, and its descendants among needs and substitutes."""
        network = shock.network
        return downstream(network, struck(shock) or set(network.goods["good"]))  # nothing to leave out of a calm year


def downstream(network: Network, goods: Iterable[str]) -> frozenset[str]:
    """Some goods, what can stand in for any of them, and all that is made from either."""
    chosen, graph = frozenset(goods), made_from(network)
    return chosen.union(*(nx.descendants(graph, good) for good in chosen))


def made_from(network: Network) -> nx.DiGraph:
    """The goods, with an edge from each to what is made from it and to what can stand in for it."""
    graph = nx.DiGraph()
    graph.add_nodes_from(network.goods["good"])
    graph.add_edges_from(network.needs[["input", "good"]].itertuples(index=False, name=None))
    graph.add_edges_from(network.substitutes[["input", "substitute"]].itertuples(index=False, name=None))
    return graph


def struck(shock: Shock) -> set[str]:
    """The goods whose making, shipping, holding or demand is changed."""
    network = shock.network
    touched = (
        (network.producers, (shock.left != 1).any(axis=1)),
        (network.lanes, ((shock.open != 1) | (shock.added != 0)).any(axis=1)),
        (network.demand, (shock.wanted != 1).any(axis=1)),
        (shock.points, (shock.lost != 0).any(axis=1)),
    )
    return set(np.concatenate([frame["good"].to_numpy(dtype=object)[rows] for frame, rows in touched]))
