"""Raw tables made whole: every fault of every table found in one pass, places listed, rows in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from resilience import rules, tables
from resilience.errors import Fault

PLACES = (
    ("producers", "place"), ("lanes", "origin"), ("lanes", "destination"), ("demand", "place"), ("stocks", "place"),
    ("places", "place"),
)  # fmt: skip


def checked_tables(
    raw: Mapping[str, pd.DataFrame], shown: Mapping[str, str], met: Sequence[Fault], *, balanced: bool
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Every table with its types and defaults, empty where it was not given; and all faults, those met before first."""
    frames, faults = {}, list(met)
    for table, schema in tables.schemas().items():
        if table not in raw:
            if schema.required:
                remedy = f"Give it with columns {', '.join(f.name for f in schema.fields if f.required)}, ..."
                faults.append(Fault(file=shown[table], rule="missing table", remedy=remedy))
            continue
        if raw[table].columns.empty and shown[table] in {fault.file for fault in faults}:
            continue  # it could not be read, which is told already
        frames[table], broken = tables.check_table(raw[table], schema, shown[table])
        if schema.required and raw[table].empty:
            broken.append(Fault(file=shown[table], rule="the table has no rows", remedy="Give it at least one"))
        faults += broken
    faults += tables.check_references(frames, shown)
    absent = {table: tables.empty(table) for table in tables.schemas() if table not in frames}
    complete = frames | absent
    complete["figures"] = _of_read_columns(complete["figures"], raw)
    told = {(fault.file, fault.row) for fault in faults}  # a cell at fault is blank by now: do not blame it twice
    wrong = rules.faults(complete, shown, balanced=balanced)
    faults += [fault for fault in wrong if fault.value is not None or (fault.file, fault.row) not in told]
    return complete, faults


def _of_read_columns(figures: pd.DataFrame, raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The figures, less those of columns that a table misspells: that fault is told already, once."""
    for table, schema in tables.schemas().items():
        if table in raw and not set(raw[table].columns) <= set(schema.columns):
            lost = set(schema.columns) - set(raw[table].columns)
            figures = figures[~((figures["table"] == table) & figures["column"].isin(lost))]
    return figures


def settled(frames: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Frames in key order with every place listed, so that no answer hangs on the order of rows."""
    frames = dict(frames)
    used = {place for table, column in PLACES for place in frames[table][column].tolist()}
    places = (
        frames["places"].set_index("place").reindex(pd.Index(sorted(used), name="place", dtype="str")).reset_index()
    )
    nowhere = places["country"].isna() | (places["country"] == "")
    frames["places"] = places.assign(country=places["country"].mask(nowhere, places["place"])).fillna({"name": ""})
    goods = frames["goods"]
    frames["goods"] = goods.assign(name=goods["name"].where(goods["name"] != "", goods["good"]))
    return {name: _sorted(frames[name], schema.key) for name, schema in tables.schemas().items()}


def _sorted(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """A frame in the order of its key, rows counted from 0."""
    keys = tables.cells(frame, *key)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    in_order = order == list(range(len(keys)))
    return (frame if in_order else frame.iloc[order]).reset_index(drop=True)


def counted_from_one(frame: Any) -> pd.DataFrame:
    """A frame of one's own, its rows counted as a person counts them."""
    counted: pd.DataFrame = pd.DataFrame(frame).copy()
    counted.index = pd.RangeIndex(1, len(counted) + 1)
    return counted


def bloc_rows(blocs: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Blocs and their countries as a table."""
    return pd.DataFrame([(bloc, country) for bloc, members in blocs.items() for country in members],
                        columns=["bloc", "country"])  # fmt: skip
