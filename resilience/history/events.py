"""Shipped events: what struck, where the network of the day was different, and what was reported to follow."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resilience import tables
from resilience.errors import AskError, ResilienceError, near
from resilience.library import choose, shelf
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.scenario import Scenario, ScenarioSet

Names = str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A reported figure that a scenario was written from."""

    what: str
    value: float
    unit: str
    source: str
    low: float | None = None
    high: float | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Override:
    """Where the network of the day differed from the dataset: a cell, a set of cells, or a new row.

    `key` joins a row's keys by "/", and may hold "*". `value` replaces the cells of `column` (None leaves them open);
    `rest` scales them so that the shares of each good add up to one again; `row` adds a row that was not there.
    """

    table: str
    key: Names
    source: str
    column: str = ""
    value: float | None = None
    rest: bool = False
    row: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A reported effect. `measure` names what a simulation is asked for; without it nothing simulated is comparable.

    A simulated figure from `low` to `high` meets it.
    """

    what: str
    value: float
    unit: str
    source: str
    measure: str = ""
    select: Mapping[str, Any] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A past disruption: its scenario, the figures it was written from, overrides, and what was reported to follow."""

    title: str
    scenario: Scenario
    inputs: tuple[Figure, ...]
    outcomes: tuple[Outcome, ...]
    overrides: tuple[Override, ...] = ()

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name


def load(*names: str) -> tuple[Event, ...]:
    """The shipped events of these names, or all of them by year.

    Raises
    ------
    AskError
        When no event has such a name; it lists the closest ones.

    >>> [event.title for event in load("quartz_2024")]
    ['2024 Spruce Pine quartz']
    """
    held = {path.stem: path for path in (shelf("models") / "history").glob("*.toml")}
    events = [read(choose("event", name, held)) for name in names or held]
    return tuple(events) if names else tuple(sorted(events, key=lambda event: (event.title, event.name)))


def read(path: str | Path) -> Event:
    """The event in a TOML file, every fault told at once."""
    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AskError(f"Cannot read an event from {path}: {error}") from error
    known = {"title": None, "scenario": None, "input": Figure, "outcome": Outcome, "override": Override}
    faults = [f"unknown key {key!r}. {near(key, known)}" for key in found if key not in known]
    faults += [f"{key} is missing" for key in ("title", "scenario", "input", "outcome") if not found.get(key)]
    parts: dict[str, list[Any]] = {"input": [], "outcome": [], "override": []}
    for key, built in parts.items():
        for number, record in enumerate(found.get(key, []), 1):
            try:
                built.append(_build(known[key], record))  # type: ignore[arg-type]
            except AskError as error:
                faults += [f"{key} {number}: {fault}" for fault in error.faults]
    scenarios: tuple[Scenario, ...] = ()
    try:
        scenarios = ScenarioSet.from_records(found.get("scenario", [])).scenarios
    except ResilienceError as error:
        faults.append(str(error))
    if len(scenarios) > 1:
        faults.append(f"{len(scenarios)} scenarios: an event has one")
    if faults:
        raise AskError(f"The event in {path} cannot be read", faults)
    return Event(
        title=found["title"], scenario=scenarios[0], inputs=tuple(parts["input"]), outcomes=tuple(parts["outcome"]),
        overrides=tuple(parts["override"]),
    )  # fmt: skip


def network_of(event: Event, network: Network) -> Network:
    """`network` with the cells that differed at the time of `event` put as the sources give them.

    Evidence (`figures`) for a replaced cell is dropped: it spoke for the old one.

    Raises
    ------
    AskError
        Where an override names a table, column or row that the network does not have.
    """
    done: set[tuple[str, str, str]] = set()
    frames: dict[str, pd.DataFrame] = {}
    for override in event.overrides:
        frame = frames.get(override.table)
        if frame is None:
            frame = network.table(override.table)
        frames[override.table], cells = _overridden(event, override, frame, done)
        done |= cells
    if not frames:
        return network
    figures = network.figures
    stale = pd.MultiIndex.from_frame(figures[["table", "key", "column"]]).isin(list(done))
    frames["figures"] = figures[~stale]
    return network.with_tables(frames).renamed(f"{network.name} of {event.name}")


def _overridden(
    event: Event, override: Override, frame: pd.DataFrame, done: set[tuple[str, str, str]]
) -> tuple[pd.DataFrame, set[tuple[str, str, str]]]:
    """`frame` with one override in it, and the cells that were set."""
    schema, column = tables.schemas()[override.table], override.column
    keys = tables.key_text(frame, schema.key)
    wanted = (override.key,) if isinstance(override.key, str) else override.key
    at = f"Event {event.name!r}: override of {override.table} {', '.join(wanted)}"
    if override.row:
        entries = dict(zip(schema.key, wanted[0].split("/"), strict=True)) | dict(override.row)
        unknown = [name for name in entries if name not in schema.columns]
        strange = [f"unknown column {name!r}. {near(name, schema.columns)}" for name in unknown]
        if strange or (keys == wanted[0]).any():
            raise AskError(at, strange or ["the row is there already: name a column and a value"])
        return pd.concat([frame, pd.DataFrame([entries])], ignore_index=True), set()
    if column not in schema.columns:
        raise AskError(f"{at}: no column {column!r}. {near(column, schema.columns)}")
    hit = np.zeros(len(frame), dtype=bool)
    for pattern in wanted:
        found = keys.map(lambda key, pattern=pattern: fnmatchcase(key, pattern)).to_numpy(dtype=bool)
        if not found.any():
            raise AskError(f"{at}: the network has no such row. {near(pattern, keys)}")
        hit |= found
    if override.rest:
        hit &= ~keys.map(lambda key: (override.table, str(key), column) in done).to_numpy(dtype=bool)
        held = frame[~hit].groupby("good")[column].sum()
        loose = frame[hit].groupby("good")[column].sum()
        scale = (1.0 - held.reindex(loose.index, fill_value=0.0)) / loose
        frame.loc[hit, column] = frame.loc[hit, column] * looked_up(frame.loc[hit, "good"], scale)
    else:
        frame.loc[hit, column] = float("nan") if override.value is None else override.value
    return frame, {(override.table, str(key), column) for key in keys[hit]}


def _build(kind: type, record: Mapping[str, Any]) -> Any:
    known = {entry.name: entry for entry in fields(kind)}
    faults = [f"unknown key {key!r}. {near(key, known)}" for key in record if key not in known]
    needed = [name for name, entry in known.items() if entry.default is MISSING and entry.default_factory is MISSING]
    faults += [f"{name} is missing" for name in needed if name not in record]
    if faults:
        raise AskError(kind.__name__, faults)
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in record.items()})
