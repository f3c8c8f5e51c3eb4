"""Rules that join several rows or tables of a network. Each is one function: frames in, faults out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from resilience import tables
from resilience.errors import Fault, near

FINAL = "final"  # the user, in substitutes, that is final demand
SLACK = 1e-6  # rounding allowed where shares are added up or figures compared

Frames = Mapping[str, pd.DataFrame]
Shown = Mapping[str, str]


def faults(frames: Frames, shown: Shown, *, balanced: bool = False) -> list[Fault]:
    """Every broken rule across rows and tables. Cells already at fault are missing here and pass.

    A `balanced` network's outputs and flows may differ from the figures they started from.
    """
    if balanced:
        evidence = frames["figures"]
        frames = {**frames, "figures": evidence[~evidence["column"].isin(["output_per_week", "flow_per_week"])]}
    tried = (
        one_measure_of_output,
        shares_within_one,
        lanes_start_at_producers,
        lanes_go_somewhere_else,
        what_is_wanted_is_made,
        substitutes_replace_what_is_needed,
        capacity_regrows_no_faster_than_it_wears,
        cycles_of_needs_hold_stock,
        places_are_listed,
        figures_agree_with_cells,
    )
    return [fault for rule in tried for fault in rule(frames, shown)]


def one_measure_of_output(frames: Frames, shown: Shown) -> list[Fault]:
    """A producer has an output or a share, not both and not neither."""
    makers = frames["producers"]
    outputs, shares = makers["output_per_week"].notna(), makers["share"].notna()
    both = outputs & shares
    wrong = [
        Fault(file=shown["producers"], row=row, column="share", value=float(makers["share"][row]),
              rule="the row gives both an output and a share", remedy="Leave one of them blank")
        for row in makers.index[both]
    ]  # fmt: skip
    wrong += [
        Fault(file=shown["producers"], row=row, column="output_per_week", rule="neither an output nor a share",
              remedy="Give one of them; 0 if it makes nothing now")
        for row in makers.index[~outputs & ~shares]
    ]  # fmt: skip
    stated, shared = (set(makers.loc[given, "good"].dropna()) if given.any() else set() for given in (outputs, shares))
    for good in sorted(stated & shared):
        if not both[makers["good"] == good].any():
            rule = f"some producers of {good} give an output and others a share"
            wrong.append(Fault(file=shown["producers"], column="share", value=good, rule=rule,
                               remedy="Use one measure for all producers of a good"))  # fmt: skip
    return wrong


def shares_within_one(frames: Frames, shown: Shown) -> list[Fault]:
    """Shares of one whole do not add up to more than one."""
    wrong = []
    for table, column, keys, whole in (
        ("producers", "share", ["good"], "world output"),
        ("substitutes", "most", ["user", "input"], "what can be replaced"),
        ("lanes", "share_of_use", ["good", "destination"], "the destination's use"),
    ):
        if not frames[table][column].notna().any():
            continue
        totals = frames[table].groupby(keys)[column].sum()
        for key, total in totals[totals > 1 + SLACK].items():
            parts = key if isinstance(key, tuple) else (key,)
            rule = f"the shares of {whole} add up to {total:.4g}, past one, for {' to '.join(map(str, parts))}"
            rows = frames[table].index[(frames[table][keys] == list(parts)).all(axis=1)]
            wrong.append(Fault(file=shown[table], row=int(rows[-1]), column=column, value=float(total), rule=rule,
                               remedy="Lower them to at most 1 in all (write 25 % as 0.25)"))  # fmt: skip
    return wrong


def lanes_start_at_producers(frames: Frames, shown: Shown) -> list[Fault]:
    """A lane starts where its good is made."""
    made = set(tables.cells(frames["producers"], "good", "place"))
    wrong = []
    for row, good, origin, _ in _whole(frames["lanes"], "good", "origin", "destination"):
        if made and (good, origin) not in made:
            makers = sorted(place for other, place in made if other == good)
            wrong.append(Fault(file=shown["lanes"], row=row, column="origin", value=origin,
                               rule=f"{origin} makes no {good}",
                               remedy=f"Start the lane at a producer ({', '.join(makers[:6]) or 'there is none'})"
                                      " or add one to producers"))  # fmt: skip
    return wrong


def lanes_go_somewhere_else(frames: Frames, shown: Shown) -> list[Fault]:
    """Use at home needs no lane."""
    lanes = frames["lanes"]
    return [
        Fault(file=shown["lanes"], row=row, column="destination", value=lanes.at[row, "destination"],
              rule="the lane ends where it starts", remedy="Delete it: use at home needs no lane")
        for row in lanes.index[lanes["origin"].notna() & (lanes["origin"] == lanes["destination"])]
    ]  # fmt: skip


def what_is_wanted_is_made(frames: Frames, shown: Shown) -> list[Fault]:
    """Demand, needs and substitutes name goods that somebody makes."""
    made = set(frames["producers"]["good"].dropna())
    unmade = set(frames["goods"]["good"].dropna()) - made if made else set()  # no producers: told already
    return [
        Fault(file=shown[table], row=row, column=column, value=good, rule="nobody makes it",
              remedy="Add a row to producers")
        for table, column in (("demand", "good"), ("needs", "input"), ("substitutes", "substitute"))
        for row, good in _whole(frames[table], column)
        if good in unmade
    ]  # fmt: skip


def substitutes_replace_what_is_needed(frames: Frames, shown: Shown) -> list[Fault]:
    """A substitute stands in for an input that its user consumes, or for a finished good that somebody wants."""
    swaps, needs = frames["substitutes"].dropna(subset=["user", "input"]), frames["needs"]
    if swaps.empty:
        return []
    known, wanted = set(frames["goods"]["good"].dropna()), set(frames["demand"]["good"].dropna())
    kind = dict(zip(zip(needs["good"], needs["input"], strict=True), needs["kind"], strict=True))
    wrong = []

    def blame(row: int, column: str, value: str, rule: str, remedy: str) -> None:
        wrong.append(Fault(file=shown["substitutes"], row=row, column=column, value=value, rule=rule, remedy=remedy))

    for row, user, good, stand_in in swaps[["user", "input", "substitute"]].itertuples(name=None):
        inputs = {other for maker, other in kind if maker == user}
        if user != FINAL and user not in known:
            blame(row, "user", user, f"unknown good: no such row in {shown['goods']}", near(user, [*known, FINAL]))
        elif good in known and user == FINAL and good not in wanted:
            blame(row, "input", good, "nobody wants it: it has no final demand", near(good, wanted))
        elif good in known and user != FINAL and good not in inputs:
            blame(row, "input", good, f"{user} does not need it", near(good, inputs))
        elif kind.get((user, good)) == "capital":
            blame(row, "input", good, f"a tool of {user}: only what is consumed can be replaced", "Delete the row")
        if good == stand_in:
            blame(row, "substitute", good, "it would stand in for itself", "Name another good, or delete the row")
    return wrong


def capacity_regrows_no_faster_than_it_wears(frames: Frames, shown: Shown) -> list[Fault]:
    """Regrowth at most as fast as wear: else the program would need integers to see that starving tools never pays."""
    needs = frames["needs"]
    quick = (needs["kind"] == "capital") & (needs["regrow_per_week"] > needs["wear_per_week"] + SLACK)
    if not quick.any():
        return []
    return [
        Fault(file=shown["needs"], row=row, column="regrow_per_week", value=float(regrow),
              rule=f"above wear_per_week, which is {wear:g}", remedy="Lower it to the wear, or raise the wear")
        for row, regrow, wear in needs.loc[quick, ["regrow_per_week", "wear_per_week"]].itertuples(name=None)
    ]  # fmt: skip


def cycles_of_needs_hold_stock(frames: Frames, shown: Shown) -> list[Fault]:
    """Where goods need each other in a ring, some member of the ring is held in stock: else nothing can start."""
    needs = _whole(frames["needs"], "good", "input", "kind")
    graph = nx.DiGraph()
    graph.add_edges_from((taken, good) for _, good, taken, kind in needs if kind == "consumed")
    stocks = frames["stocks"]
    stocked = set(stocks.loc[stocks["weeks"] > 0, "good"])
    wrong = []
    for ring in nx.strongly_connected_components(graph):
        member = next(iter(ring))
        if (len(ring) > 1 or graph.has_edge(member, member)) and not ring & stocked:
            names = ", ".join(sorted(ring))
            wrong.append(Fault(file=shown["needs"], column="input", value=names,
                               rule="these goods need each other and none is held in stock",
                               remedy="Give one of them weeks in stocks, or break the ring"))  # fmt: skip
    return wrong


def places_are_listed(frames: Frames, shown: Shown) -> list[Fault]:
    """Where a table of places is given, every place stands in it."""
    if frames["places"].empty:
        return []
    known = set(frames["places"]["place"].dropna())
    wrong = []
    for table, column in (("producers", "place"), ("lanes", "origin"), ("lanes", "destination"),
                          ("demand", "place"), ("stocks", "place")):  # fmt: skip
        wrong += [
            Fault(file=shown[table], row=row, column=column, value=place,
                  rule=f"unknown place: no such row in {shown['places']}", remedy=near(place, known))
            for row, place in _whole(frames[table], column)
            if place not in known
        ]  # fmt: skip
    return wrong


def figures_agree_with_cells(frames: Frames, shown: Shown) -> list[Fault]:
    """Each figure stands for a cell, equals it, and lies within its own range; an assumption gives its reasoning."""
    figures = frames["figures"].dropna(subset=["table", "key", "column"])
    if figures.empty:
        return []
    wrong = []

    def blame(rows: pd.Index, column: str, rule: str, remedy: str) -> None:
        for row in rows:
            wrong.append(Fault(file=shown["figures"], row=row, column=column, value=figures.at[row, column],
                               rule=rule, remedy=remedy))  # fmt: skip

    for table, rows in figures.groupby("table"):
        frame, schema = frames[str(table)], tables.schemas()[str(table)]
        strange = ~rows["column"].isin([entry.name for entry in schema.fields if entry.type in ("number", "integer")])
        blame(rows.index[strange], "column", f"{shown[str(table)]} has no such figure", near("", schema.columns))
        keys = tables.key_text(frame, schema.key)
        for column, part in rows[~strange].groupby("column"):
            cells = pd.Series(frame[str(column)].to_numpy(), index=keys)
            cells = cells[~cells.index.duplicated()].reindex(part["key"])
            cells.index = part.index
            lost = ~part["key"].isin(set(keys))
            blame(part.index[lost], "key", f"no such row in {shown[str(table)]}", "Correct the key or delete the row")
            both = ~lost & cells.notna() & part["value"].notna()
            differ = both & ~np.isclose(cells, part["value"], rtol=SLACK, atol=0)
            for row in part.index[differ]:
                rule = f"differs from {shown[str(table)]} ({column} of {part['key'][row]} is {cells[row]:g})"
                wrong.append(Fault(file=shown["figures"], row=row, column="value", value=float(part["value"][row]),
                                   rule=rule, remedy="Set both to the same figure"))  # fmt: skip
    value, slack = figures["value"], SLACK * figures["value"].abs()
    blame(figures.index[figures["low"] > value + slack], "low", "above the value", "Put low <= value <= high")
    blame(figures.index[figures["high"] < value - slack], "high", "below the value", "Put low <= value <= high")
    silent = (figures["confidence"] == "assumed") & (figures["note"] == "")
    blame(figures.index[silent], "note", "an assumed figure without its reasoning", "Say why this value")
    return wrong


def _whole(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows in which none of these cells of text is missing: the index, then the cells."""
    for row in zip(frame.index, *(frame[column].tolist() for column in columns), strict=True):
        if all(isinstance(cell, str) for cell in row[1:]):
            yield row
