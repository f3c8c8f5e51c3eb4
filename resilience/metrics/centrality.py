"""Which stock points the shortest and thickest chains pass through."""

from __future__ import annotations

import networkx as nx
import pandas as pd

from resilience.lookup import looked_up
from resilience.metrics.supply import Supply, supply
from resilience.network import Network


def betweenness(network: Network) -> pd.Series:
    """Share of the shortest chains between all pairs of stock points that pass through each one. [0 to 1]

    Index good and place; the most central first. Chains follow lanes, and at one place needs (input to product). A
    step is short where much value flows: its length is 1 / (USD a week at baseline prices), so only ratios of values
    matter.

    Do not use it to rank losses: it knows neither essential inputs nor alternatives, and counts paths rather than value
    lost. `n_minus_1` does that.

    Source: L. C. Freeman (1977), A set of measures of centrality based on betweenness, Sociometry 40(1); inverse
    weights as M. E. J. Newman (2001), Scientific collaboration networks II, Physical Review E 64, 016132; U. Brandes
    (2001), by networkx.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"]}, needs={"good": ["chip"], "input": ["gas"], "units": [1]},
    ...     producers={"good": ["gas", "chip"], "place": ["A", "B"], "output_per_week": [1, 1]},
    ...     lanes={"good": ["gas", "chip"], "origin": ["A", "B"], "destination": ["B", "C"]},
    ...     demand={"good": ["chip"], "place": ["C"], "units_per_week": [1], "usd_per_unit_unmet": [1]})
    >>> (6 * betweenness(network)).to_dict()  # gas A - gas B - chip B - chip C; 6 pairs of others, either way
    {('chip', 'B'): 2.0, ('gas', 'B'): 2.0, ('chip', 'C'): 0.0, ('gas', 'A'): 0.0}
    """
    between = nx.betweenness_centrality(_value_graph(supply(network)), weight="length", normalized=True)
    keys = pd.MultiIndex.from_tuples(sorted(between), names=["good", "place"])
    found = pd.Series([float(between[key]) for key in keys], index=keys, name="betweenness")
    return found.sort_values(ascending=False, kind="stable")


def _value_graph(baseline: Supply) -> nx.DiGraph[tuple[str, str]]:
    graph: nx.DiGraph[tuple[str, str]] = nx.DiGraph()
    for table in (baseline.makers, baseline.points):
        graph.add_nodes_from(table[["good", "place"]].itertuples(index=False, name=None))
    price = baseline.network.goods.set_index("good")["usd_per_unit"]
    lanes = baseline.network.lanes
    moved = lanes["flow_per_week"] * looked_up(lanes["good"], price)
    used = baseline.makers.merge(baseline.network.needs, on="good")
    taken = used["output_per_week"] * used["units"] * looked_up(used["input"], price)
    _join(graph, lanes[["good", "origin"]], lanes[["good", "destination"]], moved)
    _join(graph, used[["input", "place"]], used[["good", "place"]], taken)
    return graph


def _join(graph: nx.DiGraph[tuple[str, str]], tails: pd.DataFrame, heads: pd.DataFrame, usd: pd.Series) -> None:
    ends = zip(tails.itertuples(index=False, name=None), heads.itertuples(index=False, name=None), strict=True)
    graph.add_edges_from(
        (tail, head, {"length": 1.0 / value}) for (tail, head), value in zip(ends, usd, strict=True) if value > 0
    )
