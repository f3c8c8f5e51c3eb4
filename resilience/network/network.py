"""The network: goods, who makes them, what they need, how they move, who wants them.

A `Network` is immutable. Its tables come back as fresh frames; to change one, build another with `with_table`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import networkx as nx
import numpy as np
import pandas as pd

from resilience import rules, tables
from resilience.errors import AskError, DataError, Fault, near
from resilience.network.checks import bloc_rows, checked_tables, counted_from_one, settled
from resilience.network.figures import with_values
from resilience.network.files import tables_in, write_tables
from resilience.network.graph import graph_of
from resilience.network.told import described

FINAL = rules.FINAL  # the user, in substitutes, that is final demand
CONFIDENCES = ("measured", "reported", "estimated", "assumed")
T = TypeVar("T")


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
        raw = {table: counted_from_one(frame) for table, frame in frames.items() if frame is not None}
        if blocs is not None:
            raw["blocs"] = counted_from_one(blocs if isinstance(blocs, pd.DataFrame) else bloc_rows(blocs))
        return cls.checked(name, raw, {table: f"frame {table}" for table in tables.schemas()}, [], {})

    @classmethod
    def read(cls, folder: str | Path) -> Network:
        """The network in a folder of CSV files, checked in one pass.

        Raises
        ------
        DataError
            Naming every fault with file, row (the header is row 1), column, value, rule and remedy.
        """
        raw, about, faults = tables_in(Path(folder))
        shown = {table: f"{table}.csv" for table in tables.schemas()}
        return cls.checked(about.get("name", Path(folder).name), raw, shown, faults, about)

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
        complete, faults = checked_tables(raw, shown, faults, balanced=bool(about.get("balanced")))
        if faults:
            raise DataError(f"The network {name!r} breaks its rules", faults)
        return cls(name=name, frames=settled(complete), about=dict(about))

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
        return self.once("points", self._points).copy(deep=False)

    def _points(self) -> pd.DataFrame:
        made = tables.cells(self.frames["producers"], "good", "place")
        inputs: dict[str, list[str]] = {}
        for good, taken in tables.cells(self.frames["needs"], "good", "input"):
            inputs.setdefault(good, []).append(taken)
        every = {*made, *((taken, place) for good, place in made for taken in inputs.get(good, ()))}
        for rows in self.replaceable():
            every.update(tables.cells(rows, "substitute", "place"))
        for table, end in (("lanes", "origin"), ("lanes", "destination"), ("demand", "place"), ("stocks", "place")):
            every.update(tables.cells(self.frames[table], "good", end))
        return pd.DataFrame(sorted(every), columns=["good", "place"], dtype="str")

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
        return dict(self.once("blocs", self._blocs))

    def _blocs(self) -> dict[str, tuple[str, ...]]:
        return {str(bloc): tuple(rows["country"]) for bloc, rows in self.frames["blocs"].groupby("bloc")}

    def once(self, what: Hashable, work: Callable[[], T]) -> T:
        """What `work` makes of this network, worked out when first asked for `what`: a network does not change.

        Whoever hands it on hands on a copy, or what nobody changes.
        """
        if what not in self._known:
            self._known[what] = work()
        found: T = self._known[what]
        return found

    @cached_property
    def _known(self) -> dict[Hashable, Any]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was worked out of them can be worked out again where they arrive."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def countries(self, *who: str) -> tuple[str, ...]:
        """The countries of a bloc, or the country itself; of several, each once, in the order in which they are named.

        Raises
        ------
        AskError
            If one of `who` is neither, with the nearest names.
        """
        return tuple(dict.fromkeys(country for one in who for country in self._countries(one)))

    def _countries(self, who: str) -> tuple[str, ...]:
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
        inputs, final = self.once("replaceable", self._replaceable)
        return inputs.copy(deep=False), final.copy(deep=False)

    def _replaceable(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        swaps = self.frames["substitutes"]
        if swaps.empty:
            nobody = swaps.assign(place=swaps["user"])
            return nobody, nobody.assign(tier=swaps["user"])
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
        raw = {table: counted_from_one(kept) for table, kept in {**self.frames, **frames}.items()}
        raw = {table: kept for table, kept in raw.items() if len(kept) or tables.schemas()[table].required}
        shown = {table: f"frame {table}" for table in tables.schemas()}
        return type(self).checked(self.name, raw, shown, [], self.about)

    def with_balanced(self, *, producers: pd.DataFrame, lanes: pd.DataFrame) -> Network:
        """This network with the outputs and flows that balancing found; figures stay evidence for what was stated."""
        frames = settled({**self.frames, "producers": producers, "lanes": lanes})
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
        return replace(self, frames=settled(frames))

    def renamed(self, name: str) -> Network:
        """This network under another name."""
        return replace(self, name=name)

    def write(self, folder: str | Path) -> Path:
        """Write the tables that hold rows, and their descriptor, as a folder that `read` returns equal."""
        return write_tables(self.name, self.frames, self.about, Path(folder))

    def graph(self) -> nx.DiGraph:
        """A fresh directed graph of stock points (good, place): lanes join places, needs join goods at one place.

        Nodes carry `tier` and `country`; edges carry `kind` (`lane`, `consumed` or `capital`) and `weeks`.
        """
        return graph_of(self.name, self.frames)

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
        return replace(self, frames=settled(with_values(self.frames, values)))

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
        return described(self.name, self.frames, assumed=int(self.coverage()["assumed"]))
