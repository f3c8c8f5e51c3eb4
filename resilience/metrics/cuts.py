"""What stops a chip: single goods, single suppliers, and the smallest sets of countries.

Here only structure counts, not how much flows: a use stops when every maker that has a lane to it (or stands beside it)
stops, and a maker stops when any wholly essential input does. A good is stopped when every one of its makers is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.metrics.supply import Mask, Supply, blocks_of, known_good, lost_shares, supply, together
from resilience.network import Network

WHOLE = 1.0 - 1e-9  # a lost share from here on is all of it, up to rounding


@dataclass(frozen=True, kw_only=True)
class Chokepoints:
    """What stops one good everywhere.

    `goods`: upstream goods whose loss everywhere stops it; index good, columns `countries` (that make it),
    `effective_suppliers`, `gates` (how many further inputs reach the chip through this good alone: its descendants in
    the dominator tree); fewest effective suppliers first.
    `pairs`: columns good, country; single suppliers whose loss stops it.
    `cuts`: the smallest sets of countries whose loss stops it, all of one size. Empty if none of up to `searched` is.
    """

    good: str
    goods: pd.DataFrame
    pairs: pd.DataFrame
    cuts: tuple[tuple[str, ...], ...]
    searched: int


def chokepoints(network: Network, good: str, *, wear_weeks: float = 0.0, sets_at_most: int = 20_000) -> Chokepoints:
    """Goods, suppliers and smallest sets of countries whose loss for ever stops `good` wherever it is made.

    Goods and pairs are exact. Sets of countries are tried by size, all of a size or none, while the total stays within
    `sets_at_most`; so `cuts` is exact whenever it is not empty, and otherwise `searched` bounds its size from below.
    Twenty thousand sets reach four countries out of 25.

    `wear_weeks=math.inf` counts tools as well: what stops the chip once lack of them has worn its makers down.

    Do not use it where slowing is what matters: a supplier of 95 % of an input is no chokepoint in this strict sense.
    `n_minus_1` weighs it. Ramp-up of the suppliers left is taken as unlimited here, so an empty answer is no comfort.
    Substitutes are left out: what is found here may be worked round where the network states one.

    Source: T. Lengauer and R. Tarjan (1979), A fast algorithm for finding dominators in a flowgraph, ACM TOPLAS 1(1),
    by networkx; minimal cut sets of a fault tree as in NUREG-0492 (1981), ch. VII.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"]}, needs={"good": ["chip"], "input": ["gas"], "units": [1]},
    ...     producers={"good": ["gas", "chip", "chip"], "place": ["A", "B", "C"], "output_per_week": [2, 1, 1]},
    ...     lanes={"good": ["gas", "gas"], "origin": ["A", "A"], "destination": ["B", "C"]},
    ...     demand={"good": ["chip"] * 2, "place": ["B", "C"], "units_per_week": [1, 1], "usd_per_unit_unmet": [1, 1]})
    >>> chokepoints(network, "chip").cuts  # both makers take the gas of A; without A, B and C would have to go
    (('A',),)
    """
    known_good(network, good)
    baseline = supply(network, wear_weeks=wear_weeks)
    counts = baseline.sources.groupby("point")["share"].transform("size")
    baseline = replace(baseline, sources=baseline.sources.assign(share=1.0 / counts))
    upstream = _upstream(baseline, good)
    makers = baseline.makers
    pairs = makers.loc[makers["good"].isin(upstream), ["good", "country"]].drop_duplicates(ignore_index=True)
    stopping = [
        np.flatnonzero((makers["good"] == pair.good) & (makers["country"] == pair.country))
        for pair in pairs.itertuples()
    ]
    cuts, searched = _smallest_cuts(baseline, good, sorted(set(pairs["country"])), sets_at_most)
    return Chokepoints(
        good=good,
        goods=_stopping_goods(baseline, good, upstream),
        pairs=pairs[_stops(baseline, good, _masks(baseline, stopping))].reset_index(drop=True),
        cuts=cuts,
        searched=searched,
    )


def _upstream(baseline: Supply, good: str) -> nx.DiGraph[str]:
    """The goods that stop `good` (and itself), each with edges to the inputs that stop it."""
    needed = baseline.recipes[baseline.recipes["essential"] >= 1.0]
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(good)
    users = baseline.makers["good"].to_numpy()[needed["maker"]]
    inputs = baseline.points["good"].to_numpy()[needed["point"]]
    graph.add_edges_from(zip(users, inputs, strict=True))
    return nx.DiGraph(graph.subgraph({good} | nx.descendants(graph, good)))


def _stopping_goods(baseline: Supply, good: str, upstream: nx.DiGraph[str]) -> pd.DataFrame:
    above = sorted(set(upstream) - {good})
    makers = baseline.makers
    found = _stops(baseline, good, _masks(baseline, [np.flatnonzero(makers["good"] == one) for one in above]))
    tree = nx.DiGraph([(gate, one) for one, gate in nx.immediate_dominators(upstream, good).items() if one != good])
    output = makers.groupby(["good", "country"])["output_per_week"].sum()
    share = output / output.groupby("good").transform("sum")
    stopping = [one for one, stops in zip(above, found, strict=True) if stops]
    table = pd.DataFrame(
        {
            "countries": share.groupby("good").size().reindex(stopping).to_numpy(dtype=np.int64),
            "effective_suppliers": (1.0 / (share**2).groupby("good").sum()).reindex(stopping).to_numpy(),
            "gates": np.array([len(nx.descendants(tree, one)) for one in stopping], dtype=np.int64),
        },
        index=pd.Index(stopping, name="good", dtype="str"),
    )
    return table.sort_values("effective_suppliers", kind="stable")


def _smallest_cuts(
    baseline: Supply, good: str, countries: list[str], sets_at_most: int
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The smallest sets of `countries` that stop `good`, and the largest size of which every set was tried."""
    home = baseline.makers["country"].to_numpy()
    of_country = np.stack([home == country for country in countries], axis=1)
    tried = 0
    for size in range(1, len(countries) + 1):
        tried += comb(len(countries), size)
        if tried > sets_at_most:
            return (), size - 1
        sets = np.array(list(combinations(range(len(countries)), size)), dtype=np.intp)
        stops = np.concatenate(
            [_stops(baseline, good, together(of_country, sets[part])) for part in blocks_of(len(sets))]
        )
        if stops.any():
            return tuple(tuple(countries[one] for one in row) for row in sets[stops]), size
    return (), len(countries)


def _masks(baseline: Supply, rows: list[npt.NDArray[np.intp]]) -> Mask:
    masks = np.zeros((len(baseline.makers), len(rows)), dtype=np.bool_)
    for column, chosen in enumerate(rows):
        masks[chosen, column] = True
    return masks


def _stops(baseline: Supply, good: str, stopped: Mask) -> Mask:
    """For each column of `stopped`, whether every maker of `good` loses all."""
    lost, _ = lost_shares(baseline, stopped)
    theirs = (baseline.makers["good"] == good).to_numpy()
    return np.asarray((lost[theirs] >= WHOLE).all(axis=0), dtype=np.bool_)
