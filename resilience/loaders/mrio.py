"""A network from a multi-regional input-output table, as pymrio reads them (EXIOBASE, OECD, WIOD, EORA, GLORIA, ...).

Sectors are goods, regions are places, one unit is one unit of the table's money a week of output there. Read from

    Z[(region, sector), (region, sector)]   what sectors take from sectors in a year
    Y[(region, sector), (region, category)] what final demand takes in a year

A network has one recipe a good, so a sector's inputs are those of the world on average; where a region gets each good
from is its own. A table of money says nothing of tools, lead times, stocks or of what an input's lack stops: these are
filled by rules that the notes state. Use it for breadth, not for a chokepoint: a sector is thousands of goods, and the
one that is short hides among those that are not.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resilience.errors import AskError, DataError, Fault, MissingExtraError
from resilience.lookup import looked_up
from resilience.network import Network

WEEKS = 52.0
ENDS = ["region", "sector"]
Notes = list[tuple[str, str, float, str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Economy:
    """A network from a table, and what was done to get it: notes with what (dropped, filled, adjusted), where, value
    (a count, or a share of the table's money) and why.
    """

    network: Network
    notes: pd.DataFrame


def read_mrio(
    source: str | Path | Any,
    *,
    usd_per_unit: float = 1e6,
    stock_weeks: float = 4.0,
    least: float = 1e-4,
    name: str = "mrio",
) -> Economy:
    """The network of an input-output system of pymrio.

    Parameters
    ----------
    source
        A `pymrio.IOSystem`, anything with its frames Z and Y, or a folder that its `save_all` wrote.
    usd_per_unit
        What one unit of the table's money is. [USD]
    stock_weeks
        Stock of every input at every user. Above zero: sectors need each other in rings. [weeks]
    least
        Inputs below this share of a sector's output, and lanes below this share of a region's use, are left out, as
        the notes say. [0 to 1]

    Raises
    ------
    DataError
        If Z and Y do not fit together, naming every fault.
    AskError
        If an argument is out of its range.
    MissingExtraError
        If a folder is given and pymrio is not installed.
    """
    if not (0 <= least < 1 and 0 < stock_weeks < np.inf and 0 < usd_per_unit < np.inf):
        asked = f"least={least!r}, stock_weeks={stock_weeks!r}, usd_per_unit={usd_per_unit!r}"
        raise AskError(f"read_mrio was given {asked}. Give a share below 1, and weeks and USD above 0")
    system = _opened(Path(source)) if isinstance(source, (str, Path)) else source
    between, final = _checked(system)
    notes: Notes = []
    negative = float(-final[final < 0].sum().sum())
    if negative > 0:
        why = "final demand below zero (stocks run down) taken as none; share of all final demand"
        notes.append(("adjusted", "Y", negative / float(final.abs().sum().sum()), why))
    final = final.clip(lower=0.0).T.groupby(level=0).sum().T
    needs, output = _needs(between, final, least, notes)
    flows = _flows(between, final)
    lanes = _lanes(flows, least, notes)
    demand = _tall(final.groupby(level="sector").sum(), "place", "units_per_week").rename(columns={"sector": "good"})
    demand = demand[demand["units_per_week"] > 0].assign(units_per_week=demand["units_per_week"] / WEEKS)
    notes.append(("filled", "demand", usd_per_unit, "USD at stake for a unit unmet: its price, and no more"))
    used = needs.merge(output, on="good")[["input", "place"]].drop_duplicates().rename(columns={"input": "good"})
    notes.append(("filled", "stocks", stock_weeks, "weeks of every input at its users"))
    notes.append(("filled", "cycle_weeks", 1.0, "week from inputs to output, as a table of a year tells no times"))
    notes.append(("filled", "transit_weeks", 0.0, "weeks in transit"))
    notes.append(("filled", "needs", 1.0, "share of output lost when an input is missing: all of it"))
    goods = pd.DataFrame({"good": sorted(set(output["good"])), "usd_per_unit": usd_per_unit, "cycle_weeks": 1})
    network = Network.from_frames(
        name=name,
        goods=goods.assign(unit="unit of the table's money", basis="output by region, at basic prices"),
        producers=output,
        needs=needs,
        lanes=lanes,
        demand=demand.assign(usd_per_unit_unmet=usd_per_unit, tier="other"),
        stocks=used.assign(weeks=stock_weeks),
    )
    table = pd.DataFrame(notes, columns=["what", "where", "value", "why"])
    return Economy(network=network, notes=table.sort_values(["what", "where"], ignore_index=True))


def _opened(folder: Path) -> Any:
    if not folder.is_dir():
        fault = Fault(file=str(folder), rule="no such folder", remedy="Give the folder that pymrio's save_all wrote")
        raise DataError("Cannot read an input-output table", [fault])
    try:
        pymrio = importlib.import_module("pymrio")
    except ImportError as error:
        raise MissingExtraError("pymrio", "mrio") from error
    try:
        return pymrio.load_all(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:  # of pymrio, pandas, json: a file is lacking or damaged
        reason = str(error).replace(f"{folder}/", "").partition("\n")[0]
        rule, remedy = f"pymrio cannot load it ({reason})", "Write it again with pymrio's save_all"
        raise DataError(
            "Cannot read an input-output table", [Fault(file=str(folder), rule=rule, remedy=remedy)]
        ) from error


def _checked(system: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Z and Y as numbers, with every fault between them."""
    found: dict[str, Any] = {name: getattr(system, name, None) for name in ("Z", "Y")}
    remedy = "Run calc_all() in pymrio first, or give its frames Z and Y"
    faults = [Fault(file=name, rule="no such table", remedy=remedy) for name in found if found[name] is None]
    faults += [
        Fault(file=name, rule="its rows are not by region and sector", remedy="Index rows by (region, sector)")
        for name, frame in found.items()
        if frame is not None and frame.index.nlevels != len(ENDS)
    ]
    faults += [] if faults else [fault for name, frame in found.items() for fault in _words(name, frame)]
    if faults:
        raise DataError("Cannot read an input-output table", faults)
    between, final = found["Z"].astype(float), found["Y"].astype(float)
    if faults := _misfits(between, final):
        raise DataError("Cannot read an input-output table", faults)
    ends = between.index.set_names(ENDS)
    return between.set_axis(ends, axis=0).set_axis(ends, axis=1), final.set_axis(ends, axis=0)


def _words(name: str, frame: pd.DataFrame) -> list[Fault]:
    """Cells that are no numbers, the first of each column."""
    worded = [number for number, kind in enumerate(frame.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    found = []
    for column in (frame.iloc[:, number] for number in worded):
        wrong = column[pd.to_numeric(column, errors="coerce").isna()]
        if len(wrong):
            where, value = f"{_named(column.name)} from {_named(wrong.index[0])}", str(wrong.iloc[0])
            found.append(Fault(file=name, column=where, value=value, rule="not a number", remedy="Correct it"))
    return found


def _misfits(between: pd.DataFrame, final: pd.DataFrame) -> list[Fault]:
    faults = []
    if not between.index.equals(between.columns):
        faults.append(Fault(file="Z", rule="rows and columns differ", remedy="Give the same sectors in the same order"))
    if not between.index.equals(final.index):
        faults.append(Fault(file="Y", rule="its rows are not those of Z", remedy="Give both from one table"))
    for name, frame, low in (("Z", between, 0.0), ("Y", final, -np.inf)):
        for column, cells in frame.items():
            wrong = cells[~((cells >= low) & np.isfinite(cells))]
            if len(wrong):
                more = f" (and {len(wrong) - 1} more rows)" if len(wrong) > 1 else ""
                rule = ("not a number" if low < 0 else "not a number of at least 0") + more
                where = f"{_named(column)} from {_named(wrong.index[0])}"
                faults.append(
                    Fault(file=name, column=where, value=float(wrong.iloc[0]), rule=rule, remedy="Correct it")
                )
    return faults


def _needs(between: pd.DataFrame, final: pd.DataFrame, least: float, notes: Notes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a unit of each sector takes, on the world's average, and each region's share of a sector's output."""
    output = between.sum(axis=1) + final.sum(axis=1)
    output = output[output > 0]
    world = output.groupby(level="sector").sum()
    taken = between.groupby(level="sector").sum().T.groupby(level="sector").sum()  # user x input
    units = taken.loc[taken.index.isin(world.index)].div(world.reindex(taken.index).dropna(), axis=0)
    greedy = units.sum(axis=1)[lambda total: total >= 1]
    if len(greedy):
        rule, remedy = "its inputs are worth all it makes or more", "Check its prices, or merge it with another sector"
        faults = [Fault(file="Z", column=str(good), value=float(total), rule=rule, remedy=remedy)
                  for good, total in greedy.items()]  # fmt: skip
        raise DataError("Cannot read an input-output table", faults)
    cells = _tall(units.rename_axis("good"), "input", "units").query("units > 0")
    small = cells["units"] < least
    if small.any():
        worth = float((cells["units"] * looked_up(cells["good"], world))[small].sum() / taken.sum().sum())
        notes.append(("dropped", "needs", worth, f"{int(small.sum())} inputs below {least:g} of output; share of all"))
    needs = cells[~small].reset_index(drop=True)
    share = (output / world.reindex(output.index, level="sector")).rename("share").reset_index()
    return needs, share.rename(columns={"sector": "good", "region": "place"})[["good", "place", "share"]]


def _flows(between: pd.DataFrame, final: pd.DataFrame) -> pd.DataFrame:
    """What each region uses of each sector by where it is from: good, origin, destination, share_of_use."""
    used = between.T.groupby(level="region").sum().T.add(final, fill_value=0.0)
    cells = _tall(used, "destination", "flow").rename(columns={"sector": "good", "region": "origin"})
    whole = cells.groupby(["good", "destination"])["flow"].transform("sum")
    return cells.assign(share_of_use=cells["flow"] / whole.where(whole > 0, 1.0))


def _lanes(flows: pd.DataFrame, least: float, notes: Notes) -> pd.DataFrame:
    abroad = flows[(flows["origin"] != flows["destination"]) & (flows["flow"] > 0)]
    small = abroad["share_of_use"] < least
    if small.any():
        worth = float(abroad.loc[small, "flow"].sum() / abroad["flow"].sum())
        why = f"{int(small.sum())} lanes below {least:g} of their destination's use; share of all trade"
        notes.append(("dropped", "lanes", worth, why))
    return abroad.loc[~small, ["good", "origin", "destination", "share_of_use"]]


def _named(label: object) -> str:
    """A region and a sector in one text."""
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _tall(table: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    """A row for each cell: the row's names, the column's as `column`, the cell as `value`."""
    names = [str(name) for name in table.index.names]
    return table.rename_axis(columns=None).reset_index().melt(names, var_name=column, value_name=value)
