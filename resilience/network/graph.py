"""A network's stock points as a directed graph."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import pandas as pd


def graph_of(name: str, frames: Mapping[str, pd.DataFrame]) -> nx.DiGraph:
    """Stock points (good, place): lanes join places, needs join goods at one place. See `Network.graph`."""
    graph = nx.DiGraph(name=name)
    tier = dict(zip(frames["goods"]["good"], frames["goods"]["tier"], strict=True))
    country = dict(zip(frames["places"]["place"], frames["places"]["country"], strict=True))
    makers = frames["producers"][["good", "place"]]
    wanted = frames["demand"][["good", "place"]]
    used = makers.merge(frames["needs"], on="good")
    cycle = dict(zip(frames["goods"]["good"], frames["goods"]["cycle_weeks"].astype(int), strict=True))
    for good, place in pd.concat([makers, wanted]).drop_duplicates().itertuples(index=False):
        graph.add_node((good, place), tier=tier[good], country=country[place])
    for need in used.itertuples():
        graph.add_node((need.input, need.place), tier=tier[need.input], country=country[need.place])
        ends = (need.input, need.place), (need.good, need.place)
        graph.add_edge(*ends, kind=need.kind, weeks=cycle[need.good])
    for lane in frames["lanes"].astype({"transit_weeks": int}).itertuples():
        for place in (lane.origin, lane.destination):
            graph.add_node((lane.good, place), tier=tier[lane.good], country=country[place])
        ends = (lane.good, lane.origin), (lane.good, lane.destination)
        graph.add_edge(*ends, kind="lane", weeks=lane.transit_weeks)
    return graph
