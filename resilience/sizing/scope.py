"""How much of the network a scenario's program keeps. Each choice is an object with one method.

**What is kept.** Goods *closed downstream*: with a good, all that is made from it. The goods left out are taken to
arrive as asked for, at no loss of their own.

**Theorem.** Let v be the least loss of the whole network, and w that of a part closed downstream. (a) w <= v: the
part's program is the whole's with the rows and the losses, none negative, of the goods left out taken away. (b) If
the goods left out can be supplied to a plan of the part, in the scenario and without a loss of their own, the plan
and the supply together are a plan of the whole, and v is at most the plan's loss. So where the part's best plan can be
supplied, v = w and nothing was given up; where it cannot, the goods found wanting are kept too, and the part is solved
again. This ends, at the latest with the whole network. `sizing.standing` finds supplies and does the repair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import networkx as nx
import numpy as np

from resilience.network import Network
from resilience.sizing.case import Case


class Scope(Protocol):
    """Any way to say with which goods a scenario's program begins."""

    def goods(self, case: Case) -> frozenset[str]:
        """The goods to begin with, closed downstream, of the network of `case`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Everything:
    """The whole network, which needs no proof. Slow on large networks; others are checked against it."""

    def goods(self, case: Case) -> frozenset[str]:
        """All of them."""
        return frozenset(case.physics.network.goods["good"])


@dataclass(frozen=True, kw_only=True)
class Downstream:
    """What a scenario strikes, and all that is made from it, to begin with; more where that proves too little."""

    def goods(self, case: Case) -> frozenset[str]:
        """Whatever is struck, and its descendants among needs."""
        return closed(case.physics.network, struck(case))


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Nothing to begin with: a good is kept when a plan without it is found wanting of it.

    The fewest goods, and the fastest where a scenario strikes nearly all of a network but few of its goods run short.
    Not for small networks, where finding out costs more than keeping all.
    """

    def goods(self, case: Case) -> frozenset[str]:
        """None."""
        return frozenset()


def closed(network: Network, goods: Iterable[str]) -> frozenset[str]:
    """`goods` and all that is made from them."""
    graph = chain(network)
    return frozenset(goods).union(*(nx.descendants(graph, good) for good in goods))


def chain(network: Network) -> nx.DiGraph:
    """Goods, with an edge from each input to what is made from it."""
    graph = nx.DiGraph()
    graph.add_nodes_from(network.goods["good"])
    graph.add_edges_from(network.needs[["input", "good"]].itertuples(index=False, name=None))
    return graph


def struck(case: Case) -> frozenset[str]:
    """The goods whose making, shipping, holding or demand the scenario of `case` changes."""
    laws = case.physics
    good = laws.points["good"].to_numpy(dtype=object)
    touched = (
        (laws.made_at, case.left != 1),
        (laws.origin, ~np.isclose(case.passing, laws.limit[:, None], rtol=1e-9, atol=0.0)),
        (laws.origin, case.lag != laws.transit[:, None]),
        (laws.wanted_at, case.multiple != 1),
        (np.arange(len(good)), case.lost != 0),
    )
    return frozenset(np.concatenate([good[at[change.any(axis=1)]] for at, change in touched]))
