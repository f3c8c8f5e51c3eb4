"""A network from the Chip Explorer of the Emerging Technology Observatory (ETO), Georgetown University.

The observatory's five files say which country makes what share of each input to logic chips, and what goes into what.
They give no volumes, bilateral flows, stocks or demand. So one unit of every good is a week of its world output, an
input of several users is split evenly among them, and whatever else is missing is filled by a rule that the report
states.

Bring your own copy: <https://eto.tech/dataset-docs/chipexplorer>, CC BY-NC 4.0 (not for commercial use).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pandas as pd

from resilience.errors import AskError, DataError, Fault
from resilience.loaders.eto_form import Form, read_form
from resilience.loaders.eto_makers import Makers, Notes, find_makers, mended
from resilience.network import Network

WEEKS = 52.0
WORLD = "WLD"  # the place of demand when nobody says who wants the chips
SOURCE = {
    "source_id": "eto_chip_explorer",
    "title": "Advanced Semiconductor Supply Chain Dataset (Supply Chain Explorer)",
    "publisher": "Emerging Technology Observatory, Center for Security and Emerging Technology, Georgetown University",
    "address": "https://eto.tech/dataset-docs/chipexplorer",
    "licence": "CC BY-NC 4.0",
}
SCALE = {"": 1.0, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MONEY = re.compile(r"\$\s*([\d,]*\.?\d+)\s*(million|billion|trillion)?", re.IGNORECASE)
TIER_OF_STAGE = {"S1": "design", "S2": "fabrication", "S3": "assembly"}


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A network, and what was done to the files to get it.

    `report` has columns what (dropped, filled, adjusted), where (an id of the files), value (a count or the figure) and
    why. `links` has columns good, is_type_of: every link of the files, also of goods that were dropped. The immediate
    parent also stands in `network.goods["family"]`. Do not read a family as substitutes: here EUV and ArF scanners are
    of one type.
    """

    network: Network
    report: pd.DataFrame
    links: pd.DataFrame


def read_eto(
    folder: str | Path,
    *,
    demand: Mapping[str, float] | None = None,
    unknown_usd_per_year: float = 1e9,
    lane_cover: float = 0.95,
) -> Loaded:
    """The network in a folder with inputs, providers, provision, sequence and stages (.csv).

    Parameters
    ----------
    folder
        Where your copy of the five files lies.
    demand
        Share of each place in the demand for whatever nothing else is made from; scaled to one. Left out, all of it
        stands at one place called WLD, since the files do not say who wants the chips.
    unknown_usd_per_year
        World market assumed for an input without a size and without inputs of its own. [USD a year]
    lane_cover
        Lanes join every maker to every user only up to this share of an evenly mixed trade; those from the largest
        maker and those to the largest user always stand. One keeps them all. [above 0 to 1]

    Raises
    ------
    DataError
        If the files break their form, naming every fault.
    AskError
        If an argument is out of its range.
    """
    wanted = _demand_shares(demand)
    if not 0 < lane_cover <= 1 or not unknown_usd_per_year >= 0:
        asked = f"lane_cover={lane_cover!r}, unknown_usd_per_year={unknown_usd_per_year!r}"
        raise AskError(f"read_eto was given {asked}. Give a cover above 0 up to 1, a size of at least 0")
    form = read_form(Path(folder))
    notes = mended(form)
    parts, makers = find_makers(form, notes)
    graph = _chain(form, parts, makers, notes)
    if not graph:
        rule, remedy = "no input with shares leads to another", "Check share_provided and sequence.csv"
        raise DataError(f"{folder} holds no network", [Fault(file="provision.csv", rule=rule, remedy=remedy)])
    makers = {good: makers[good] for good in sorted(graph)}
    ends = sorted(good for good in graph if graph.out_degree(good) == 0)
    market = _markets(form, graph, unknown_usd_per_year, notes)
    use = _use(graph, makers, wanted)
    lanes = _lanes(form, graph, makers, use, lane_cover, notes)
    for good in ends:
        what = f"demand of one week of world output a week, by place {wanted.to_dict()}; a unit unmet costs its price"
        notes.append(("filled", good, 1.0, what))
    notes.append(("filled", "lanes", float(len(lanes)), "no transit times and no stocks in the files: none of either"))
    network = _network(form, graph, makers, market, lanes, wanted, ends)
    report = pd.DataFrame(notes, columns=["what", "where", "value", "why"])
    report = report.sort_values(["what", "where", "why"], ignore_index=True)
    return Loaded(network=network, report=report, links=form.links)


def _demand_shares(demand: Mapping[str, float] | None) -> pd.Series:
    shares = pd.Series({WORLD: 1.0} if demand is None else dict(demand), dtype="float64")
    if not (shares >= 0).all() or not 0 < shares.sum() < float("inf"):
        raise AskError(f"Demand shares must be at least 0 and not all 0, not {dict(demand or {})!r}")
    return shares[shares > 0] / shares.sum()


def _chain(form: Form, parts: dict[str, list[str]], makers: Makers, notes: Notes) -> nx.DiGraph:
    """What goes into what, between goods that have makers and lead to a process or output at the end of the chain."""
    graph = nx.DiGraph()
    graph.add_nodes_from(makers)
    for before, after in zip(form.sequence["input"], form.sequence["good"], strict=True):
        graph.add_edges_from((h, g) for h in parts[before] for g in parts[after] if h in makers and g in makers)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    finished = {good for good in graph if graph.out_degree(good) == 0
                and form.inputs.at[good, "type"] in ("process", "ultimate_output")}  # fmt: skip
    kept = finished.union(*(nx.ancestors(graph, good) for good in finished))
    above = set(form.links["is_type_of"])
    for good in form.inputs.index.difference(sorted(kept)):
        if good in above and parts[good] not in ([], [good]):
            why = "stands for its types, which take its place"
        elif good in makers:
            why = "leads to no process or output that has makers"
        else:
            why = "neither shares nor countries are told"
        count = float((form.sequence[["input", "good"]] == good).any(axis=1).sum())
        notes.append(("dropped", good, count, f"{why}; value: its links"))
    return nx.DiGraph(graph.subgraph(kept))


def _markets(form: Form, graph: nx.DiGraph, unknown: float, notes: Notes) -> pd.DataFrame:
    """World market of each good in USD a year: as told, else the value of what goes into it, else `unknown`."""
    sizes: dict[str, tuple[float, str, str]] = {}
    acyclic = nx.is_directed_acyclic_graph(graph)
    for good in nx.lexicographical_topological_sort(graph) if acyclic else sorted(graph):
        text = str(form.inputs.at[good, "market"])
        told = market_usd_per_year(text)
        inputs = sum(sizes[h][0] / graph.out_degree(h) for h in graph.predecessors(good)) if acyclic else 0.0
        if told is not None:
            sizes[good] = told, "reported", f"world market as told: {text}"
        elif inputs > 0:
            sizes[good] = inputs, "estimated", "no market size: the value of what goes into it"
        else:
            sizes[good] = unknown, "assumed", "no market size and no inputs: the size assumed for all such goods"
        if told is None:
            unread = f"; not read: {text!r}" if text else ""
            notes.append(("filled", good, sizes[good][0], f"USD a year: {sizes[good][2]}{unread}"))
    return pd.DataFrame.from_dict(sizes, orient="index", columns=["usd_per_year", "confidence", "note"]).sort_index()


def market_usd_per_year(text: str) -> float | None:
    """The first sum of money in free text, in USD, or None.

    >>> market_usd_per_year("about $1 billion (2019)"), market_usd_per_year("$99 million"), market_usd_per_year("large")
    (1000000000.0, 99000000.0, None)
    """
    found = MONEY.search(text)
    return float(found[1].replace(",", "")) * SCALE[(found[2] or "").lower()] if found else None


def _use(graph: nx.DiGraph, makers: Makers, wanted: pd.Series) -> dict[str, pd.Series]:
    """Where each good is used, as shares of its world use."""
    use = {}
    for good in graph:
        users = [makers[user]["share"] / graph.out_degree(good) for user in graph.successors(good)] or [wanted]
        use[good] = pd.concat(users).groupby(level=0).sum()
    return use


def _lanes(
    form: Form, graph: nx.DiGraph, makers: Makers, use: Mapping[str, pd.Series], cover: float, notes: Notes
) -> list[tuple[str, str, str]]:
    lanes = []
    for good in sorted(graph):
        share, used = makers[good]["share"].sort_index(), use[good]
        same = share.index.equals(used.index) and bool(((share - used).abs() < 1e-9).all())
        if same and form.inputs.at[good, "type"] == "process":
            continue  # a step of one stage is done where the next one is
        ends = used.rename("used").rename_axis("destination").reset_index()
        trade = share.rename("trade").rename_axis("origin").reset_index().merge(ends, how="cross")
        trade = trade[trade["origin"] != trade["destination"]].assign(trade=lambda rows: rows["trade"] * rows["used"])
        trade = trade.sort_values("trade", ascending=False, kind="stable")
        kept = trade["trade"].cumsum().shift(fill_value=0.0) < cover * trade["trade"].sum()
        kept |= (cover == 1) | (trade["origin"] == share.idxmax()) | (trade["destination"] == used.idxmax())
        if not kept.all():
            part = trade.loc[~kept, "trade"].sum() / trade["trade"].sum()
            why = f"lanes with {part:.1%} of an evenly mixed trade, so that lanes stay few"
            notes.append(("dropped", good, float((~kept).sum()), why))
        ends = trade.loc[kept, ["origin", "destination"]].sort_values(["origin", "destination"])
        lanes += [(good, origin, end) for origin, end in ends.itertuples(index=False, name=None)]
    return lanes


def _network(
    form: Form,
    graph: nx.DiGraph,
    makers: Makers,
    market: pd.DataFrame,
    lanes: list[tuple[str, str, str]],
    wanted: pd.Series,
    ends: list[str],
) -> Network:
    price = market["usd_per_year"] / WEEKS
    moved = {good for good, _, _ in lanes} | {good for good in graph if form.inputs.at[good, "type"] != "process"}
    parent = form.links.drop_duplicates("good").set_index("good")["is_type_of"]
    goods = pd.DataFrame({"good": price.index, "usd_per_unit": price.to_numpy()})
    goods["name"] = goods["good"].map(form.inputs["name"])
    goods["tier"] = [_tier(form, good) for good in price.index]
    goods["family"] = goods["good"].map(parent).fillna("")
    goods["storable"] = goods["good"].isin(moved)
    goods = goods.assign(unit="week of world output", basis="USD of yearly output, by headquarters, about 2019")
    producers = pd.concat(makers, names=["good"]).reset_index()
    needs = pd.DataFrame(
        [(user, good, 1 / graph.out_degree(good), _kind(form, good)) for good, user in sorted(graph.edges)],
        columns=["good", "input", "units", "kind"],
    )
    demand = pd.DataFrame(
        [(good, place, share, price[good]) for good in ends for place, share in wanted.items()],
        columns=["good", "place", "units_per_week", "usd_per_unit_unmet"],
    )
    return Network.from_frames(
        name="eto_chip_explorer",
        goods=goods,
        producers=producers[["good", "place", "share"]],
        needs=needs,
        lanes=pd.DataFrame(lanes, columns=["good", "origin", "destination"]),
        demand=demand,
        sources=pd.DataFrame([SOURCE]),
        figures=_figures(producers, needs, demand, market),
    )


def _tier(form: Form, good: str) -> str:
    kind, stage = form.inputs.at[good, "type"], form.inputs.at[good, "stage_id"]
    if kind == "process":
        return TIER_OF_STAGE.get(str(stage), "fabrication")
    return {"tool_resource": "tool", "ultimate_output": "chip"}.get(str(kind), "material")


def _kind(form: Form, good: str) -> str:
    return "capital" if form.inputs.at[good, "type"] == "tool_resource" else "consumed"


def _figures(producers: pd.DataFrame, needs: pd.DataFrame, demand: pd.DataFrame, market: pd.DataFrame) -> pd.DataFrame:
    """The evidence for every figure: what ETO reports, and what this loader fills in."""
    split, filled = "an input of several users is split evenly", "the files give no demand"
    price = market.rename_axis("key").reset_index().assign(value=lambda rows: rows["usd_per_year"] / WEEKS)
    key = demand["good"] + "/" + demand["place"] + "/essential"
    parts = [
        producers.assign(table="producers", column="share", key=producers["good"] + "/" + producers["place"],
                         value=producers["share"], unit="share of world output"),
        price.assign(table="goods", column="usd_per_unit", unit="USD per week of world output"),
        needs.assign(table="needs", column="units", key=needs["good"] + "/" + needs["input"], value=needs["units"],
                     unit="units of input per unit of good", confidence="assumed", note=split),
        demand.assign(table="demand", column="units_per_week", key=key, value=demand["units_per_week"],
                      unit="units a week", confidence="assumed", note=filled),
        demand.assign(table="demand", column="usd_per_unit_unmet", key=key, value=demand["usd_per_unit_unmet"],
                      unit="USD per unit", confidence="assumed", note="its price"),
    ]  # fmt: skip
    columns = ["table", "key", "column", "value", "unit", "low", "high", "confidence", "note"]
    rows = pd.concat([part.reindex(columns=columns) for part in parts if len(part)], ignore_index=True)
    shares = (rows["table"] == "producers") & (rows["confidence"] == "reported")
    year = rows["note"].str.extract(r"\((\d{4})\)")[0].mask(shares, "2019").fillna("")  # market sizes name their own
    return rows.assign(year=year, source_id=SOURCE["source_id"])
