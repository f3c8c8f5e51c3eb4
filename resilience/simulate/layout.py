"""The order of a week: what must be settled before what, worked out once for a network.

A week runs through *stages*, a set of goods each. In its stage a stock point first receives what is made there
in the same
week (cycle time 0), then *dispatches* its lanes, then receives what lanes without transit bring, then *serves*
local users
and final demand. Producers start once all their inputs have been served. Goods that need each other without any cycle
time have no such order: their starts come last in the week and reach the stock for the next, so a stock must bridge it.

Within a stage nothing depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.physics import Floats, Physics, Whole
from resilience.policy import TIERS
from resilience.simulate.behaviour.rationing import INDUSTRY


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """What one stage settles: rows of points, of producers that start before it and after it."""

    points: Whole
    early: Whole
    late: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """The stages of a week, and what each source supplies in a calm one."""

    physics: Physics
    stages: tuple[Stage, ...]
    ring: NDArray[np.bool_]  # per producer: what it starts without cycle time is for the next week
    own_share: Floats  # per producer: part of its point's orders that it makes in a calm week
    lane_share: Floats  # per lane: part of its destination's orders
    asked: Floats  # per point: what is asked of it in a calm week
    local: Floats  # per point: the part of it asked by users there
    at_once: Floats  # per point: what lanes without transit bring it in a calm week
    rank: Whole  # per demand: place of its tier in TIERS


def layout(physics: Physics) -> Layout:
    """The order of a week on the network of `physics`."""
    size = len(physics.points)
    made = np.bincount(physics.made_at, weights=physics.output, minlength=size)
    inflow = made + np.bincount(physics.destination, weights=physics.flow, minlength=size)
    part = np.divide(1.0, inflow, out=np.zeros(size), where=inflow > 0)
    outflow = np.bincount(physics.origin, weights=physics.flow, minlength=size)
    local = _baseline_local(physics)
    quick = np.where(physics.transit == 0, physics.flow, 0.0)
    at_once = np.bincount(physics.destination, weights=quick, minlength=size)
    stages, ring = _stages(physics)
    tier = physics.network.demand["tier"]
    return Layout(
        physics=physics,
        stages=stages,
        ring=ring,
        own_share=physics.output * part[physics.made_at],
        lane_share=physics.flow * part[physics.destination],
        asked=local + outflow,
        local=local,
        at_once=np.asarray(at_once, dtype=np.float64),
        rank=np.array([TIERS.index(name) for name in tier], dtype=np.int64).reshape(-1),
    )


def claim_ranks(plan: Layout) -> Whole:
    """Ranks of all local claims: inputs consumed, then tools, then final demand."""
    industry = len(plan.physics.consumer) + len(plan.physics.worker)
    return np.concatenate([np.full(industry, INDUSTRY), plan.rank]).astype(np.int64)


def _baseline_local(physics: Physics) -> Floats:
    size = len(physics.points)
    taken = physics.consumed * physics.output[physics.consumer]
    parts = (
        (physics.consumed_at, taken),
        (physics.worked_at, physics.worked),
        (physics.wanted_at, physics.wanted),
    )
    return np.asarray(sum(np.bincount(at, weights=weekly, minlength=size) for at, weekly in parts), dtype=np.float64)


def _stages(physics: Physics) -> tuple[tuple[Stage, ...], NDArray[np.bool_]]:
    """Stages, and which producers make for the next week because their goods go round in a ring."""
    network = physics.network
    goods = list(network.goods["good"])
    number = {good: n for n, good in enumerate(goods)}
    good_of = physics.points["good"].map(number).to_numpy(dtype=np.int64).reshape(-1)
    consumer = np.concatenate([physics.consumer, physics.worker])
    input_of = good_of[np.concatenate([physics.consumed_at, physics.worked_at])]
    output_of = good_of[physics.made_at]
    quick = (physics.cycle == 0)[consumer]
    links = set(zip(input_of[quick].tolist(), output_of[consumer[quick]].tolist(), strict=True))
    rounds = _next_week(links, _bridged(physics, good_of, len(goods)))
    level = _depth(range(len(goods)), {link for link in links if link[1] not in rounds})
    ring = (physics.cycle == 0) & np.isin(output_of, sorted(rounds))
    early = (physics.cycle == 0) & ~ring
    after = np.zeros(len(output_of), dtype=np.int64)
    np.maximum.at(after, consumer, level[input_of])
    point_level, start_level = level[good_of], level[output_of]
    stages = tuple(
        Stage(
            points=np.flatnonzero(point_level == k),
            early=np.flatnonzero(early & (start_level == k)),
            late=np.flatnonzero(~early & (after == k)),
        )
        for k in range(int(level.max(initial=0)) + 1)
    )
    return stages, ring


def _bridged(physics: Physics, good_of: Whole, goods: int) -> set[int]:
    """Goods whose stock, wherever they are made, bridges a week."""
    size = len(physics.points)
    made = np.bincount(physics.made_at, weights=physics.output, minlength=size)
    short = pd.Series(physics.stock < made * (1 - 1e-9)).groupby(good_of).any()
    return {good for good in range(goods) if not short.get(good, False)}


def _next_week(links: set[tuple[int, int]], bridged: set[int]) -> set[int]:
    """Goods to be made for the next week, so that no good waits for itself: those with a stock where that is enough."""
    looped = _in_rings(links)
    first = looped & bridged
    return first | _in_rings({link for link in links if link[1] not in first})


def _in_rings(links: Iterable[tuple[int, int]]) -> set[int]:
    graph = nx.DiGraph(list(links))
    rings = nx.strongly_connected_components(graph)
    return {good for ring in rings for good in ring if len(ring) > 1 or graph.has_edge(good, good)}


def _depth(goods: Iterable[int], links: set[tuple[int, int]]) -> Whole:
    """How many goods stand before each in its longest chain of links."""
    graph = nx.DiGraph()
    graph.add_nodes_from(goods)
    graph.add_edges_from(links)
    depth = dict.fromkeys(graph, 0)
    for good in nx.topological_sort(graph):
        for user in graph.successors(good):
            depth[user] = max(depth[user], depth[good] + 1)
    return np.array([depth[good] for good in goods], dtype=np.int64)
