"""The network: goods, who makes them, what they need, how they move, who wants them.

A `Network` is immutable. Its tables come back as fresh frames; to change one, build another with `with_table`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from resilience import rules, tables
from resilience.errors import AskError, DataError, Fault, misspelt, near

FINAL = rules.FINAL  # the user, in substitutes, that is final demand
CONFIDENCES = ("measured", "reported", "estimated", "assumed")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Network:
    """Goods, producers, needs, substitutes, lanes, demand and stocks, with the evidence for each figure.

    Build one with `Network.from_frames` or `Network.read`; both check everything and raise one `DataError` that names
    every fault. Attributes `goods`, `producers`, `needs`, `substitutes`, `lanes`, `demand`, `stocks`, `places`,
    `figures` and `sources` are frames (copies: editing one changes nothing here); `blocs` maps a name to its countries.

    Do not use it for flows that change over time: it holds one baseline week. What changes is a `Scenario`.

    >>> tiny = Network.from_frames(
    ...     goods=pd.DataFrame({"good": ["chip"]}),
    ...     producers=pd.DataFrame({"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]}),
    ...     lanes=pd.DataFrame({"good": ["chip"], "origin": ["TWN"], "destination": ["USA"]}),
    ...     demand=pd.DataFrame({"good": ["chip"], "place": ["USA"], "units_per_week": [10.0],
    ...                          "usd_per_unit_unmet": [5.0]}))
    >>> tiny
    Network 'unnamed': 1 good, 1 producer, 0 needs, 1 lane, 1 demand, 0 stocks; 2 places in 2 countries
    """

    name: str = "unnamed"
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)  # title, licences, base year: what the folder says of itself

    @classmethod
    def from_frames(
        cls, *, name: str = "unnamed", blocs: Mapping[str, Sequence[str]] | pd.DataFrame | None = None, **frames: Any
    ) -> Network:
        """A network from frames (or anything `pandas.DataFrame` takes), checked in one pass.

        Columns that are left out take the defaults of the glossary; `goods` and `producers` are required.

        Raises
        ------
        DataError
            Naming every fault, with the row counted from 1.
        AskError
            If a keyword is not the name of a table.
        """
        unknown = [table for table in frames if table not in tables.schemas()]
        if unknown:
            faults = [f"{table!r}: {near(table, tables.schemas())}" for table in unknown]
            raise AskError("Network.from_frames was given tables it does not know", faults)
        raw = {table: _counted_from_one(frame) for table, frame in frames.items() if frame is not None}
        if blocs is not None:
            raw["blocs"] = _counted_from_one(blocs if isinstance(blocs, pd.DataFrame) else _bloc_rows(blocs))
        return cls.checked(name, raw, {table: f"frame {table}" for table in tables.schemas()}, [], {})

    @classmethod
    def read(cls, folder: str | Path) -> Network:
        """The network in a folder of CSV files, checked in one pass.

        Raises
        ------
        DataError
            Naming every fault with file, row (the header is row 1), column, value, rule and remedy.
        """
        folder = Path(folder)
        if not folder.is_dir():
            remedy = "Give the folder that holds goods.csv and producers.csv"
            raise DataError("Cannot read a network", [Fault(file=str(folder), rule="no such folder", remedy=remedy)])
        raw, faults = {}, []
        for table in tables.schemas():
            path = folder / f"{table}.csv"
            if path.is_file():
                raw[table], broken = tables.read_text(path)
                faults += broken
        strangers = {path.stem: path.name for path in sorted(folder.glob("*.csv")) if path.stem not in tables.schemas()}
        for stem, table in misspelt(strangers, tables.schemas()).items():
            remedy = f"Did you mean {table}.csv?"
            faults.append(Fault(file=strangers[stem], rule="a file of this name is not read", remedy=remedy))
        about, broken = _package(folder / "datapackage.json")
        shown = {table: f"{table}.csv" for table in tables.schemas()}
        return cls.checked(about.get("name", folder.name), raw, shown, faults + broken, about)

    @classmethod
    def checked(
        cls,
        name: str,
        raw: Mapping[str, pd.DataFrame],
        shown: Mapping[str, str],
        faults: Sequence[Fault],
        about: Mapping[str, Any],
    ) -> Network:
        """A network from tables as a loader found them: `raw` cells, what to call each table, faults met on the way.

        For writing loaders; elsewhere use `from_frames` or `read`. The index of a raw frame is the row to print.
        """
        frames, faults = {}, list(faults)
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
        absent = {table: tables.empty(schema) for table, schema in tables.schemas().items() if table not in frames}
        complete = frames | absent
        complete["figures"] = _of_read_columns(complete["figures"], raw)
        told = {(fault.file, fault.row) for fault in faults}  # a cell at fault is blank by now: do not blame it twice
        wrong = rules.faults(complete, shown, balanced=bool(about.get("balanced")))
        faults += [fault for fault in wrong if fault.value is not None or (fault.file, fault.row) not in told]
        if faults:
            raise DataError(f"The network {name!r} breaks its rules", faults)
        return cls(name=name, frames=_settled(complete), about=dict(about))

    def table(self, name: str) -> pd.DataFrame:
        """A fresh copy of one table, sorted by its key."""
        if name not in self.frames:
            raise AskError(f"No table {name!r} in a network. {near(name, self.frames)}")
        return self.frames[name].copy(deep=False)  # pandas copies on write

    @property
    def goods(self) -> pd.DataFrame:
        """What flows: tier, unit, price, cycle time, shelf life."""
        return self.table("goods")

    @property
    def producers(self) -> pd.DataFrame:
        """Who makes what, how much a week, and how far output can surge."""
        return self.table("producers")

    @property
    def needs(self) -> pd.DataFrame:
        """What one unit of a good takes of its inputs."""
        return self.table("needs")

    @property
    def substitutes(self) -> pd.DataFrame:
        """What can stand in for an input, or for a finished good, how far and how fast. Empty unless stated."""
        return self.table("substitutes")

    @property
    def lanes(self) -> pd.DataFrame:
        """Who ships what to whom, how long it takes, and what it passes."""
        return self.table("lanes")

    @property
    def demand(self) -> pd.DataFrame:
        """Who wants finished goods, and what each unit unmet costs."""
        return self.table("demand")

    @property
    def stocks(self) -> pd.DataFrame:
        """Private stock in weeks of baseline use."""
        return self.table("stocks")

    @property
    def places(self) -> pd.DataFrame:
        """Every place with its country."""
        return self.table("places")

    @property
    def points(self) -> pd.DataFrame:
        """Every stock point: a good at a place that makes, ships, receives, uses, wants or holds it.

        A substitute counts as used wherever it could be.
        """
        return self._points.copy(deep=False)

    @cached_property
    def _points(self) -> pd.DataFrame:
        """Worked out once: every scenario's shock asks."""
        made = self.frames["producers"][["good", "place"]]
        used = made.merge(self.frames["needs"][["good", "input"]], on="good")[["input", "place"]]
        swapped = [rows[["substitute", "place"]] for rows in self.replaceable()]
        ends = [self.frames["lanes"][["good", end]] for end in ("origin", "destination")]
        parts = [
            made,
            used,
            *swapped,
            *ends,
            self.frames["demand"][["good", "place"]],
            self.frames["stocks"][["good", "place"]],
        ]
        every = pd.concat([part.set_axis(["good", "place"], axis=1) for part in parts]).drop_duplicates()
        return every.sort_values(["good", "place"], ignore_index=True)

    @property
    def figures(self) -> pd.DataFrame:
        """The evidence: one row for each figure, with source, confidence and range."""
        return self.table("figures")

    @property
    def sources(self) -> pd.DataFrame:
        """The documents that figures cite, with their licences."""
        return self.table("sources")

    @property
    def blocs(self) -> dict[str, tuple[str, ...]]:
        """Named sets of countries."""
        return dict(self._blocs)

    @cached_property
    def _blocs(self) -> dict[str, tuple[str, ...]]:
        """Worked out once: every disruption of every scenario asks."""
        return {str(bloc): tuple(rows["country"]) for bloc, rows in self.frames["blocs"].groupby("bloc")}

    def countries(self, who: str) -> tuple[str, ...]:
        """The countries of a bloc, or the country itself.

        Raises
        ------
        AskError
            If `who` is neither, with the nearest names.
        """
        blocs = self.blocs
        if who in blocs:
            return blocs[who]
        known = sorted(set(self.frames["places"]["country"]))
        if who in known:
            return (who,)
        raise AskError(f"No country or bloc {who!r} in network {self.name!r}. {near(who, [*known, *blocs])}")

    def replaceable(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Substitutes joined with the producers, and with the final demand, that can use them: a row for each pair.

        Both hold the columns of `substitutes` and `place`; the second also `tier`. Rows stand by key, then by place.
        """
        swaps = self.frames["substitutes"]
        final = swaps["user"] == FINAL
        makers = self.frames["producers"][["good", "place"]].rename(columns={"good": "user"})
        wanted = self.frames["demand"][["good", "place", "tier"]].rename(columns={"good": "input"})
        return swaps[~final].merge(makers, on="user"), swaps[final].merge(wanted, on="input")

    def with_table(self, name: str, frame: pd.DataFrame) -> Network:
        """This network with one table replaced, checked again as a whole."""
        return self.with_tables({name: frame})

    def with_tables(self, frames: Mapping[str, pd.DataFrame]) -> Network:
        """This network with some tables replaced, checked again as a whole."""
        for name in frames:
            self.table(name)  # refuses the name of no table
        raw = {table: _counted_from_one(kept) for table, kept in {**self.frames, **frames}.items()}
        raw = {table: kept for table, kept in raw.items() if len(kept) or tables.schemas()[table].required}
        shown = {table: f"frame {table}" for table in tables.schemas()}
        return type(self).checked(self.name, raw, shown, [], self.about)

    def with_balanced(self, *, producers: pd.DataFrame, lanes: pd.DataFrame) -> Network:
        """This network with the outputs and flows that balancing found; figures stay evidence for what was stated."""
        frames = _settled({**self.frames, "producers": producers, "lanes": lanes})
        return replace(self, frames=frames, about={**self.about, "balanced": True})

    def only(self, goods: Iterable[str]) -> Network:
        """The part of this network that concerns `goods`: their makers, lanes, demand, stocks, and needs among them.

        Substitutes are kept where the user, what is replaced and what stands in are.
        """
        kept = set(goods)
        frames = {name: self.table(name) for name in self.frames}
        for name in ("goods", "producers", "needs", "lanes", "demand", "stocks"):
            frames[name] = frames[name][frames[name]["good"].isin(kept)]
        frames["needs"] = frames["needs"][frames["needs"]["input"].isin(kept)]
        swaps = frames["substitutes"]
        held = swaps[["input", "substitute"]].isin(kept).all(axis=1) & swaps["user"].isin({*kept, FINAL})
        frames["substitutes"] = swaps[held]
        frames["figures"] = frames["figures"].iloc[:0]
        return replace(self, frames=_settled(frames))

    def renamed(self, name: str) -> Network:
        """This network under another name."""
        return replace(self, name=name)

    def write(self, folder: str | Path) -> Path:
        """Write the tables that hold rows, and their descriptor, as a folder that `read` returns equal."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        package = tables.descriptor() | {key: value for key, value in self.about.items() if key != "resources"}
        package["name"] = self.name
        held = [name for name, schema in tables.schemas().items() if len(self.frames[name]) or schema.required]
        package["resources"] = [resource for resource in package["resources"] if resource["name"] in held]
        for resource in package["resources"]:
            kept = [key for key in resource["schema"]["foreignKeys"] if key["reference"]["resource"] in held]
            resource["schema"]["foreignKeys"] = kept
        for name in held:
            tables.write_table(self.frames[name], tables.schemas()[name], folder / f"{name}.csv")
        (folder / "datapackage.json").write_text(json.dumps(package, indent=1) + "\n", encoding="utf-8")
        return folder

    def graph(self) -> nx.DiGraph:
        """A fresh directed graph of stock points (good, place): lanes join places, needs join goods at one place.

        Nodes carry `tier` and `country`; edges carry `kind` (`lane`, `consumed` or `capital`) and `weeks`.
        """
        graph = nx.DiGraph(name=self.name)
        tier = dict(zip(self.frames["goods"]["good"], self.frames["goods"]["tier"], strict=True))
        country = dict(zip(self.frames["places"]["place"], self.frames["places"]["country"], strict=True))
        makers = self.frames["producers"][["good", "place"]]
        wanted = self.frames["demand"][["good", "place"]]
        used = makers.merge(self.frames["needs"], on="good")
        cycle = dict(zip(self.frames["goods"]["good"], self.frames["goods"]["cycle_weeks"].astype(int), strict=True))
        for good, place in pd.concat([makers, wanted]).drop_duplicates().itertuples(index=False):
            graph.add_node((good, place), tier=tier[good], country=country[place])
        for need in used.itertuples():
            graph.add_node((need.input, need.place), tier=tier[need.input], country=country[need.place])
            ends = (need.input, need.place), (need.good, need.place)
            graph.add_edge(*ends, kind=need.kind, weeks=cycle[need.good])
        for lane in self.frames["lanes"].astype({"transit_weeks": int}).itertuples():
            for place in (lane.origin, lane.destination):
                graph.add_node((lane.good, place), tier=tier[lane.good], country=country[place])
            ends = (lane.good, lane.origin), (lane.good, lane.destination)
            graph.add_edge(*ends, kind="lane", weeks=lane.transit_weeks)
        return graph

    def draw(self, rng: np.random.Generator) -> Network:
        """A network sampled from the low-high range of each figure (triangular, the stated value most likely).

        Shares are drawn one by one and scaled back to their total. Cells without a range stay as they are. Do not
        read the spread as a confidence interval: `assumed` ranges are judgements.
        """
        if self.about.get("balanced"):
            raise AskError(f"Network {self.name!r} is balanced: its shares are gone. Draw first, then balance the draw")
        figures = self.frames["figures"]
        ranged = figures[(figures["low"] < figures["high"])]
        likely = ranged["value"].clip(ranged["low"], ranged["high"])  # a figure may lie past its range by rounding
        return self.with_figures(pd.Series(rng.triangular(ranged["low"], likely, ranged["high"]), index=ranged.index))

    def with_figures(self, values: pd.Series) -> Network:
        """This network with other values for some figures: `values` by row of `figures`.

        Shares are scaled back to their total. Values are not checked against the ranges, and no evidence is kept.
        """
        if self.about.get("balanced"):
            raise AskError(
                f"Network {self.name!r} is balanced: its shares are gone. Change figures first, then balance"
            )
        figures = self.frames["figures"].loc[values.index]
        frames = {name: frame.copy() for name, frame in self.frames.items()}
        for (table, column), rows in figures.groupby(["table", "column"]):
            schema = tables.schemas()[str(table)]
            cells = frames[str(table)].set_index(tables.key_text(frames[str(table)], schema.key))[column]
            before = cells.copy()
            cells.update(pd.Series(values[rows.index].to_numpy(), index=rows["key"]))
            if schema.field(str(column)).type == "integer":
                cells = cells.round()
            if column in ("share", "share_of_use"):
                cells = _same_total(cells, before, frames[str(table)], str(column))
            frames[str(table)][str(column)] = cells.to_numpy()
        frames["figures"] = frames["figures"].iloc[:0]  # evidence is for the stated values, not for the drawn ones
        return replace(self, frames=_settled(frames))

    def coverage(self) -> pd.Series:
        """How many figures by confidence. A network without evidence has none."""
        counts = self.frames["figures"]["confidence"].value_counts()
        return counts.reindex(CONFIDENCES, fill_value=0).rename("figures")

    def checksum(self) -> str:
        """SHA-256 of every table in its settled order: equal networks, equal sums.

        A table without rows is left out, so that a network keeps its sum when the format gains a table.
        """
        digest = hashlib.sha256()
        for name in tables.schemas():
            if self.frames[name].empty:
                continue
            digest.update(name.encode())
            digest.update(self.frames[name].to_csv(index=False, lineterminator="\n").encode())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.checksum() == other.checksum()

    def __hash__(self) -> int:
        return hash(self.checksum())

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{len(self.frames[table])} {word if len(self.frames[table]) == 1 else plural}"
            for table, word, plural in [
                ("goods", "good", "goods"),
                ("producers", "producer", "producers"),
                ("needs", "need", "needs"),
                ("lanes", "lane", "lanes"),
                ("demand", "demand", "demands"),
                ("stocks", "stock", "stocks"),
            ]
        )
        places = self.frames["places"]
        where = f"{len(places)} places in {places['country'].nunique()} countries"
        assumed = int(self.coverage()["assumed"])
        warning = f"; {assumed} of {len(self.frames['figures'])} figures assumed" if assumed else ""
        return f"Network {self.name!r}: {counts}; {where}{warning}"


def _same_total(cells: pd.Series, before: pd.Series, frame: pd.DataFrame, column: str) -> pd.Series:
    """Drawn shares scaled so that each good's (or user's) shares add up to what they did."""
    groups = [frame["good"].to_numpy()] + ([frame["destination"].to_numpy()] if column == "share_of_use" else [])
    drawn_total = cells.groupby(groups).transform("sum")
    stated_total = before.groupby(groups).transform("sum")
    return (cells * stated_total / drawn_total.where(drawn_total > 0, 1.0)).clip(upper=1.0)


def _of_read_columns(figures: pd.DataFrame, raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The figures, less those of columns that a table misspells: that fault is told already, once."""
    for table, schema in tables.schemas().items():
        if table in raw and not set(raw[table].columns) <= set(schema.columns):
            lost = set(schema.columns) - set(raw[table].columns)
            figures = figures[~((figures["table"] == table) & figures["column"].isin(lost))]
    return figures


def _counted_from_one(frame: Any) -> pd.DataFrame:
    counted: pd.DataFrame = pd.DataFrame(frame).copy()
    counted.index = pd.RangeIndex(1, len(counted) + 1)
    return counted


def _bloc_rows(blocs: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    return pd.DataFrame([(bloc, country) for bloc, members in blocs.items() for country in members],
                        columns=["bloc", "country"])  # fmt: skip


def _package(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """What a folder says of itself, without the resources (this version's descriptor stands for those)."""
    if not path.is_file():
        return {}, []
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        remedy = "Correct it, or delete it: the tables can be read without it"
        return {}, [Fault(file=path.name, value=str(error), rule="not JSON", remedy=remedy)]
    return {key: value for key, value in found.items() if key not in ("resources", "profile", "$schema")}, []


def _settled(frames: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Frames in key order with every place listed, so that no answer hangs on the order of rows."""
    frames = dict(frames)
    listed = frames["places"]
    used = pd.concat([
        frames["producers"]["place"], frames["lanes"]["origin"], frames["lanes"]["destination"],
        frames["demand"]["place"], frames["stocks"]["place"], listed["place"],
    ]).drop_duplicates()  # fmt: skip
    places = pd.DataFrame({"place": used}).merge(listed, on="place", how="left")
    places["country"] = places["country"].where(places["country"].fillna("") != "", places["place"])
    frames["places"] = places.fillna({"name": ""})
    goods = frames["goods"]
    frames["goods"] = goods.assign(name=goods["name"].where(goods["name"] != "", goods["good"]))
    return {
        name: frames[name].sort_values(list(schema.key), kind="stable", ignore_index=True)
        for name, schema in tables.schemas().items()
    }
