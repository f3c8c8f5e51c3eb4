"""One consistent baseline week.

Sources disagree and bilateral flows are mostly unknown. Demand and needs fix how much of each good every place uses;
walking up from finished chips to ore, `balance` splits each good's world use over its producers (as their stated
outputs or shares have it) and over its lanes: stated flows held, the rest by iterative proportional fitting from a
gravity seed. Every user then receives exactly what it uses and every producer makes exactly what it ships, so that a
calm week repeats for ever.

Reference: W. E. Deming and F. F. Stephan (1940), On a least squares adjustment of a sampled frequency table when the
expected marginal totals are known, Annals of Mathematical Statistics 11(4).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import networkx as nx
import numpy as np
import pandas as pd

from resilience.errors import AskError, BalanceError, Fault
from resilience.network import Network
from resilience.tables import cells, numbered

SWEEPS = 400  # of proportional fitting; where lanes are too sparse to meet both margins, uses win and outputs give way
NOTHING = 1e-200  # of what is wanted: no flow, and what its scaling up would overflow
EXACT = 1e-12
CLOSE = 1e-11
RUNAWAY = 1e6  # times its first output: a ring that has grown so far will not settle
SETTLED = 1e-6  # what a ring of needs may still grow by in its last sweep


@dataclass(frozen=True, kw_only=True)
class Balance:
    """A balanced network and what had to be changed to get there.

    `adjustments` has columns good, place, destination, what, stated, balanced, change; `change` is a share of the
    good's world use, largest first.
    """

    network: Network
    adjustments: pd.DataFrame


def balance(network: Network, *, tolerance: float = 0.25, leaning: pd.Series | None = None) -> Balance:
    """The network with every output and flow filled in and consistent.

    Parameters
    ----------
    network
        Outputs as `output_per_week` or `share`; flows known, known as `share_of_use`, or blank.
    tolerance
        Largest change accepted, as a share of the good's world use (0 to 1).
    leaning
        By row of `network.lanes`: how much more of its good a lane carries than gravity has it, before fitting. Lanes
        with a stated flow or share do not lean, nor does use at home. [above 0; left out: 1]

    Raises
    ------
    BalanceError
        Naming each good and place whose stated figure would change by more than the tolerance, or that cannot be
        supplied at all.
    AskError
        If a leaning is not above zero.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas", "gas"], "place": ["A", "B"], "share": [0.75, 0.25]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["C"]},
    ...     demand={"good": "gas", "place": ["B", "C"], "units_per_week": [1, 3], "usd_per_unit_unmet": 1})
    >>> balance(network).network.producers["output_per_week"].tolist()
    [3.0, 1.0]
    """
    if leaning is not None:
        return _balanced(network, tolerance, leaning)
    found = network.once(("balance", tolerance), lambda: _balanced(network, tolerance, None))
    return replace(found, adjustments=found.adjustments.copy(deep=False))


def _balanced(network: Network, tolerance: float, leaning: pd.Series | None) -> Balance:
    if is_balanced(network):
        return Balance(network=network, adjustments=_Book().frame())
    goods = list(network.goods["good"])
    needs, lanes, makers = network.needs, network.lanes, network.producers
    leaning = _leanings(network, leaning)
    book = _Book()
    users = {str(good): rows for good, rows in needs.groupby("input")}
    wanted = {str(good): rows.groupby("place")["units_per_week"].sum() for good, rows in network.demand.groupby("good")}
    makers_of = {str(good): rows.set_index("place") for good, rows in makers.groupby("good")}
    lanes_of = {str(good): rows for good, rows in lanes.groupby("good")}
    output: dict[str, pd.Series] = {good: pd.Series(dtype=float) for good in goods}
    flow = pd.Series(np.nan, index=lanes.index)
    for ring in _from_chips_to_ore(goods, needs):
        alone = len(ring) == 1 and not ((needs["good"] == ring[0]) & (needs["input"] == ring[0])).any()
        first = 0.0  # output of the ring before it feeds itself
        for _ in range(1 if alone else SWEEPS):
            before = np.concatenate([output[good].to_numpy() for good in ring])
            for good in ring:
                use = _use(users.get(good), output, wanted.get(good))
                there = lanes_of.get(good, lanes.iloc[:0])
                output[good], flows = _split(good, use, makers_of.get(good), there, leaning[there.index], book)
                flow.update(flows)
            after = np.concatenate([output[good].to_numpy() for good in ring])
            still = len(before) == len(after) and np.allclose(before, after, rtol=EXACT, atol=0)
            if still or (first and after.sum() > RUNAWAY * first):
                break
            first = first or float(after.sum())
        if not alone and not np.allclose(before, after, rtol=SETTLED, atol=0):
            rule = "these goods need each other, and one unit takes at least one unit of itself"
            book.blame(", ".join(ring), "", float(after.sum()), rule, "Lower the units of one of the needs")
    adjustments = book.frame()
    faults = book.faults + _beyond(adjustments, tolerance)
    if faults:
        raise BalanceError(f"The network {network.name!r} does not balance", faults)
    stacked = pd.concat({good: series for good, series in output.items() if len(series)})
    keys = pd.MultiIndex.from_frame(makers[["good", "place"]])
    makers = makers.assign(output_per_week=stacked.reindex(keys).to_numpy(), share=np.nan)
    lanes = lanes.assign(flow_per_week=flow.fillna(0.0), share_of_use=np.nan)
    return Balance(network=network.with_balanced(producers=makers, lanes=lanes), adjustments=adjustments)


def use_per_week(network: Network) -> pd.Series:
    """Baseline use of each good at each place, by producers there and by demand. Indexed by good and place."""
    return network.once("use", lambda: _use_per_week(network)).copy(deep=False)


def _use_per_week(network: Network) -> pd.Series:
    inputs: dict[str, list[tuple[str, float]]] = {}
    for good, taken, units in cells(network.needs, "good", "input", "units"):
        inputs.setdefault(good, []).append((taken, units))
    used: dict[tuple[str, str], float] = {}
    makers = network.producers.fillna({"output_per_week": 0.0})
    for good, place, output in cells(makers, "good", "place", "output_per_week"):
        for taken, units in inputs.get(good, ()):
            used[taken, place] = used.get((taken, place), 0.0) + output * units
    for good, place, wanted in cells(network.demand, "good", "place", "units_per_week"):
        used[good, place] = used.get((good, place), 0.0) + wanted
    names = sorted(used)
    columns = [[name[at] for name in names] for at in (0, 1)]
    index = pd.MultiIndex.from_arrays(columns, names=["good", "place"])
    return pd.Series([used[name] for name in names], index=index, name="use", dtype=np.float64)


def is_balanced(network: Network, *, within: float = 1e-9) -> bool:
    """Whether every output and flow is stated and what arrives at each place equals what leaves and is used there."""
    return network.once(("is_balanced", within), lambda: _is_balanced(network, within))


def _is_balanced(network: Network, within: float) -> bool:
    makers, lanes = network.producers, network.lanes
    if makers["output_per_week"].isna().any() or lanes["flow_per_week"].isna().any():
        return False
    points = network.points
    row = numbered(points, "good", "place")
    made = np.zeros(len(points))
    made[[row[name] for name in cells(makers, "good", "place")]] = makers["output_per_week"]
    flow, net = lanes["flow_per_week"].to_numpy(), made.copy()
    np.add.at(net, [row[name] for name in cells(lanes, "good", "destination")], flow)
    np.subtract.at(net, [row[name] for name in cells(lanes, "good", "origin")], flow)
    used = use_per_week(network)
    net[[row[name] for name in used.index]] -= used.to_numpy()
    of_good = pd.factorize(points["good"])[0]
    world = np.bincount(of_good, weights=made)[of_good]
    return bool((np.abs(net) <= within * np.maximum(world, EXACT)).all())


def _leanings(network: Network, leaning: pd.Series | None) -> pd.Series:
    """How each lane leans, by row of the lanes; 1 where nobody says."""
    if leaning is None:
        return pd.Series(1.0, index=network.lanes.index)
    if not leaning.index.equals(network.lanes.index) or not (np.isfinite(leaning) & (leaning > 0)).all():
        raise AskError("A leaning is a number above 0 for each row of network.lanes, in their order")
    return leaning


def _from_chips_to_ore(goods: list[str], needs: pd.DataFrame) -> list[list[str]]:
    """Goods in an order that puts every user before its inputs; goods that need each other come as one ring."""
    graph = nx.DiGraph()
    graph.add_nodes_from(goods)
    graph.add_edges_from(needs[["good", "input"]].itertuples(index=False, name=None))
    rings = nx.condensation(graph)
    return [sorted(rings.nodes[ring]["members"]) for ring in nx.lexicographical_topological_sort(rings)]


def _use(users: pd.DataFrame | None, output: dict[str, pd.Series], wanted: pd.Series | None) -> pd.Series:
    parts = [] if wanted is None else [wanted]
    if users is not None:
        per_unit = zip(users["good"], users["units"], strict=True)
        parts += [output[good] * units for good, units in per_unit if len(output[good])]
    if not parts:
        return pd.Series(dtype=float)
    total: pd.Series = pd.concat(parts).groupby(level=0).sum()
    return total[total > 0]


def _split(
    good: str, use: pd.Series, makers: pd.DataFrame | None, lanes: pd.DataFrame, leaning: pd.Series, book: _Book
) -> tuple[pd.Series, pd.Series]:
    """Outputs of `good` by place, and its flows by lane, that meet `use` exactly."""
    world = float(use.sum())
    if makers is None:
        return pd.Series(dtype=float), pd.Series(0.0, index=lanes.index)
    stated = makers["output_per_week"].where(makers["share"].isna(), makers["share"] * world)
    if world == 0:
        book.note(good, "", "", "world output", float(stated.sum()), 0.0, float(stated.sum()))
        return stated * 0.0, pd.Series(0.0, index=lanes.index)
    if stated.sum() == 0:
        rule, remedy = "it is used but its producers' outputs are all zero", "Give them an output or a share"
        book.blame(good, "", 0.0, rule, remedy)
        return stated, pd.Series(0.0, index=lanes.index)
    book.note(good, "", "", "world output", float(stated.sum()), world, world)
    places = pd.Index(stated.index).union(use.index).union(lanes["destination"].unique())
    target = (stated * world / stated.sum()).reindex(places, fill_value=0.0).to_numpy()
    taken = use.reindex(places, fill_value=0.0).to_numpy()
    at_home = stated.index[stated.index.isin(use.index)]
    origin = np.concatenate([places.get_indexer(lanes["origin"]), places.get_indexer(at_home)])
    end = np.concatenate([places.get_indexer(lanes["destination"]), places.get_indexer(at_home)])
    known = lanes["flow_per_week"].where(lanes["share_of_use"].isna(), lanes["share_of_use"] * taken[end[: len(lanes)]])
    held = np.concatenate([known.to_numpy(), np.full(len(at_home), np.nan)])
    leans = np.concatenate([leaning.to_numpy(), np.ones(len(at_home))])
    moved = _fit(origin, end, held, target, taken, leans)
    dry = (taken > 0) & (np.bincount(end, weights=moved, minlength=len(places)) == 0)
    for place, amount in zip(places[dry], taken[dry], strict=True):
        remedy = "Add a lane to it from a producer, or a producer there"
        book.blame(good, str(place), float(amount), "it is used there but nothing can arrive", remedy)
    made = np.bincount(origin, weights=moved, minlength=len(places))
    for place, value in stated.items():
        book.note(good, str(place), "", "output", float(value), float(made[places.get_loc(place)]), world)
    flows = pd.Series(moved[: len(lanes)], index=lanes.index)
    for row in known.index[known.notna()]:
        ends = str(lanes.at[row, "origin"]), str(lanes.at[row, "destination"])
        book.note(good, *ends, "flow", float(known[row]), float(flows[row]), world)
    return pd.Series(made, index=places).reindex(stated.index), flows


def _fit(
    origin: np.ndarray, end: np.ndarray, held: np.ndarray, target: np.ndarray, taken: np.ndarray, leans: np.ndarray
) -> np.ndarray:
    """Flows over cells (origin, end) whose column sums are `taken` and whose row sums are `target` if the cells allow.

    Cells with a number in `held` keep it where the margins can be met around them.
    """
    size = len(target)
    seed = leans * target[origin] * taken[end] / max(taken.sum(), EXACT)
    free = np.isnan(held)
    kept = np.where(free, 0.0, held)
    rows = np.maximum(target - np.bincount(origin, weights=kept, minlength=size), 0.0)
    columns = np.maximum(taken - np.bincount(end, weights=kept, minlength=size), 0.0)
    moved: np.ndarray = kept + _proportional(np.where(free, seed, 0.0), origin, end, rows, columns)
    met = np.bincount(origin, weights=moved, minlength=size), np.bincount(end, weights=moved, minlength=size)
    if np.allclose(met, (target, taken), rtol=CLOSE, atol=CLOSE * taken.sum()):
        return moved  # what was held is held to the last digit
    return _proportional(moved, origin, end, target, taken)


def _proportional(
    moved: np.ndarray, origin: np.ndarray, end: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    size = len(rows)
    for _ in range(SWEEPS):
        by_row = np.bincount(origin, weights=moved, minlength=size)
        moved = moved * _ratio(rows, by_row)[origin]
        by_column = np.bincount(end, weights=moved, minlength=size)
        factor = _ratio(columns, by_column)
        moved = moved * factor[end]
        met = by_column > 0
        if np.allclose(factor[met], 1.0, rtol=0, atol=EXACT):
            break
    return moved


def _ratio(wanted: np.ndarray, found: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(wanted, found, out=np.ones_like(wanted), where=found > NOTHING * wanted)
    return ratio


@dataclass
class _Book:
    """What balancing changes, as it goes."""

    rows: dict[tuple[str, str, str, str], tuple[float, float, float]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def note(
        self, good: str, place: str, destination: str, what: str, stated: float, balanced: float, world: float
    ) -> None:
        change = abs(balanced - stated) / world if world > 0 else 0.0
        self.rows[good, place, destination, what] = stated, balanced, change

    def blame(self, good: str, place: str, value: float, rule: str, remedy: str) -> None:
        where = f"{good} at {place}" if place else good
        told = {(fault.column, fault.rule) for fault in self.faults}  # a ring of needs meets one fault in every sweep
        if (where, rule) not in told:
            self.faults.append(Fault(file="network", column=where, value=value, rule=rule, remedy=remedy))

    def frame(self) -> pd.DataFrame:
        names = ["good", "place", "destination", "what", "stated", "balanced", "change"]
        listed = pd.DataFrame([(*key, *row) for key, row in self.rows.items()], columns=names)
        listed = listed[listed["change"] > 1e-9]
        return listed.sort_values(["change", "good", "place"], ascending=[False, True, True], ignore_index=True)


def _beyond(adjustments: pd.DataFrame, tolerance: float) -> list[Fault]:
    return [
        Fault(
            file="network",
            column=" ".join(filter(None, (good, place, destination))),
            value=stated,
            rule=f"balancing would change this {what} to {balanced:.6g}, by {change:.0%} of the world's use",
            remedy="Correct the output, the needs or the demand it serves, add a lane, or raise the tolerance",
        )
        for good, place, destination, what, stated, balanced, change in adjustments.to_numpy()
        if change > tolerance
    ]
