"""The network from ore to chip as a drawing: where each good stands, how large, how concentrated, what needs it."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from resilience import views
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.report.scale import AsTheyAre

COLUMNS = (
    ("Raw materials", ("raw",)),
    ("Materials", ("material",)),
    ("Tools and design", ("tool", "design")),
    ("Fabrication", ("fabrication",)),
    ("Assembly", ("assembly",)),
    ("Finished chips", ("chip",)),
)
PITCH, ROW, TOP = 190, 36, 64  # pixels: column to column, row to row, room for the heads
SMALLEST, LARGEST = 4.0, 13.0  # radius of a node
DECADES = 6.0  # of value from the largest good down to one of the smallest radius
MOST = 24  # goods a column can show
WEAK = 0.7  # share of one country from which a good is lit
STEPS = ((WEAK, "weak"), (0.5, "high"), (0.3, "middle"), (0.0, "low"))
SWEEPS = 12  # of putting each good level with its neighbours


@dataclass(frozen=True, kw_only=True)
class Node:
    """One good."""

    good: str
    name: str
    lines: tuple[str, ...]
    maker: str
    tone: str
    weak: bool
    held: bool
    told: str  # all of it, for who cannot see it
    x: float
    y: float
    radius: float


@dataclass(frozen=True, kw_only=True)
class Link:
    """A need: from the input to what is made of it."""

    tail: str
    head: str
    path: str
    weak: bool
    capital: bool


@dataclass(frozen=True, kw_only=True)
class Layers:
    """The drawing."""

    heads: tuple[tuple[float, str], ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    width: int
    height: int
    told: str
    left_out: int
    kind: str = field(default="layers", init=False)


def layers(network: Network, *, held: frozenset[str] = frozenset(), scale: AsTheyAre | None = None) -> Layers:
    """Lay out `network`; goods in `held` are ringed."""
    every = views.goods_in_layers(network).rename(columns={"name": "name_"})
    used = [(head, tiers) for head, tiers in COLUMNS if every["tier"].isin(tiers).any()]
    column = {tier: number for number, (_, tiers) in enumerate(used) for tier in tiers}
    goods = every.assign(column=every["tier"].map(column))
    goods = goods.sort_values(["usd_per_week", "good"], ascending=[False, True])
    goods = goods.groupby("column").head(MOST).set_index("good").sort_index()
    needs = network.needs[["input", "good", "kind"]]
    needs = needs[needs["input"].isin(goods.index) & needs["good"].isin(goods.index)]
    height = TOP + ROW * int(goods.groupby("column").size().max())
    y = _rows(goods["column"], needs, height).to_dict()
    countries = dict(zip(goods.index, views.place_names(network, goods["largest"]), strict=True))
    top = float(goods["usd_per_week"].max())
    nodes = [
        _node(row, countries[good], y[good], good in held, top, scale or AsTheyAre())
        for row, good in zip(goods.itertuples(), goods.index, strict=True)
    ]
    at = {node.good: node for node in nodes}
    links = [
        Link(tail=tail, head=head, path=_curve(at[tail], at[head]), weak=at[tail].weak, capital=kind == "capital")
        for tail, head, kind in needs.astype(str).itertuples(index=False)
    ]
    return Layers(
        heads=tuple((PITCH * number + 18.0, head) for number, (head, _) in enumerate(used)),
        nodes=tuple(nodes),
        links=tuple(sorted(links, key=lambda link: link.weak)),
        width=PITCH * len(used),
        height=height,
        told=_told(nodes, len(needs)),
        left_out=len(every) - len(goods),
    )


def _rows(column: pd.Series, needs: pd.DataFrame, height: int) -> pd.Series:
    """A height for each good: evenly spaced in its column, in the order of its neighbours' mean height."""
    y = pd.Series(0.0, index=column.index)
    ends = pd.concat([needs[["input", "good"]], needs[["good", "input"]].set_axis(["input", "good"], axis=1)])
    order = {number: list(rows.index) for number, rows in column.groupby(column)}
    for _ in range(SWEEPS):
        for goods in order.values():
            gap = (height - TOP) / len(goods)
            y[goods] = TOP + gap * (np.arange(len(goods)) + 0.5)
        pull = looked_up(ends["good"], y).groupby(ends["input"]).mean().reindex(column.index).fillna(y)
        order = {number: sorted(goods, key=lambda good: (pull[good], good)) for number, goods in order.items()}
    return y


def _node(row: Any, country: str, y: float, held: bool, top: float, scale: AsTheyAre) -> Node:
    tone = next(tone for least, tone in STEPS if row.largest_share >= least)
    size = max(0.0, 1.0 + math.log10(row.usd_per_week / top) / DECADES) if row.usd_per_week > 0 else 0.0
    short = re.sub(r"\s*\([^)]*\)", "", row.name_)
    told = f"{row.name_}: {scale.dollars(row.usd_per_week)} a week; {country} makes {row.largest_share:.0%}"
    told += f" of it, as if {row.effective_suppliers:.1f} equal countries did"
    return Node(
        good=row.Index,
        name=row.name_,
        lines=tuple(textwrap.wrap(short[:1].upper() + short[1:], 24, max_lines=2, placeholder=" …")) or (row.Index,),
        maker=f"{row.largest} {row.largest_share:.0%}",
        tone=tone,
        weak=tone == "weak",
        held=held,
        told=told + ("; held in the reserve" if held else ""),
        x=PITCH * float(row.column) + 18.0,
        y=round(y, 1),
        radius=round(SMALLEST + (LARGEST - SMALLEST) * size**2, 1),
    )


def _told(nodes: Sequence[Node], needs: int) -> str:
    """The drawing in words."""
    weak = [f"{node.name} ({node.maker})" for node in nodes if node.weak]
    start = f"{len(nodes)} goods from raw materials to finished chips, joined by {needs} needs. "
    return start + (f"One country makes at least {WEAK:.0%} of {', '.join(weak)}." if weak else "None is lit.")


def _curve(tail: Node, head: Node) -> str:
    if tail.x == head.x:  # within a layer: an arc to the left
        return f"M{tail.x},{tail.y} C{tail.x - 22},{tail.y} {head.x - 22},{head.y} {head.x},{head.y}"
    bend = (head.x - tail.x) / 2
    return f"M{tail.x},{tail.y} C{tail.x + bend:.0f},{tail.y} {head.x - bend:.0f},{head.y} {head.x},{head.y}"
