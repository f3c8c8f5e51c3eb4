"""Hazards from a TOML file, checked in one pass, with the evidence for every figure.

A file says of each figure under `why` how it is known: `reported`, `estimated` or `assumed`, with the sources it
rests on. A figure that says nothing is a fault, and so is one that is not assumed and names no source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from resilience.errors import AskError, ResilienceError, near
from resilience.hazards.distribution import DISTRIBUTIONS
from resilience.hazards.hazard import (
    CommonCause,
    Evidence,
    Fade,
    Hazard,
    Hazards,
    OneOf,
    Plant,
    Site,
    Strike,
    Trigger,
)
from resilience.library import choose, shelf
from resilience.scenario import RECOVERIES

CONFIDENCES = ("reported", "estimated", "assumed")
WHERE: Mapping[str, type] = {"plant": Plant, "site": Site}
Record = Mapping[str, Any]


def names() -> list[str]:
    """The names `load` takes: those of the datasets that have hazards."""
    return sorted(shipped())


def load(name: str) -> Hazards:
    """The shipped hazards of the dataset called `name`.

    Raises
    ------
    AskError
        When no dataset of that name has hazards; it lists the closest ones.
    """
    return read(choose("set of hazards", name, shipped()))


def read(path: str | Path) -> Hazards:
    """The hazards in a TOML file.

    Raises
    ------
    AskError
        Naming every key that is unknown, missing or out of range, and every figure without evidence.
    """
    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AskError(f"Cannot read hazards from {path}: {error}") from error
    faults: list[str] = [f"unknown key {key!r}. {near(key, KEYS)}" for key in found if key not in KEYS]
    sources = {
        key: f"{entry.get('title', '')}, {entry.get('address', '')}" for key, entry in found.get("sources", {}).items()
    }
    built: dict[str, list[Any]] = {"hazard": [], "cause": []}
    evidence: list[Evidence] = []
    for kind, build in (("hazard", _hazard), ("cause", _cause)):
        for record in found.get(kind, ()):
            name = str(record.get("name", "without a name"))
            try:
                built[kind].append(build({key: value for key, value in record.items() if key != "why"}))
            except ResilienceError as error:
                faults.append(f"{kind} {name!r}: {error}")
            told, missing = _evidence(name, record, sources)
            evidence += told
            faults += missing
    if faults:
        raise AskError(f"{path} cannot be read as hazards", faults)
    return Hazards(hazards=tuple(built["hazard"]), causes=tuple(built["cause"]), evidence=tuple(evidence))


KEYS = ("name", "dataset", "title", "note", "sources", "hazard", "cause")


def shipped() -> dict[str, Path]:
    """The files of the hazards that ship, by dataset."""
    return {path.stem: path for path in shelf("datasets").glob("hazards/*.toml")}


def _hazard(record: Record) -> Hazard:
    values = dict(record)
    for key in ("severity", "weeks"):
        if key in values:
            values[key] = _made(values[key], DISTRIBUTIONS)
    if "where" in values:
        values["where"] = _where(values["where"])
    values["strikes"] = tuple(_strike(entry) for entry in values.pop("strike", ()))
    values["triggers"] = tuple(_trigger(entry) for entry in values.pop("trigger", ()))
    return _new(Hazard, values)  # type: ignore[no-any-return]


def _cause(record: Record) -> CommonCause:
    return _new(CommonCause, record)  # type: ignore[no-any-return]


def _where(record: Record) -> Any:
    if record.get("kind") == "one_of":
        targets = [(entry["weight"], {key: _names(value) for key, value in entry.items() if key != "weight"})
                   for entry in record.get("targets", ())]  # fmt: skip
        return OneOf(targets=tuple(targets))
    return _made(record, WHERE)


def _strike(record: Record) -> Strike:
    """A strike: keys of its own, and whatever else stands there as fields of the disruption."""
    own = {entry.name for entry in fields(Strike)} - {"given", "fade"}
    values = {key: value for key, value in record.items() if key in own}
    if "recovery" in record:
        fade = dict(record["recovery"])
        shape = str(fade.pop("kind", ""))
        if shape not in RECOVERIES or shape == "series":
            raise AskError(f"recovery kind {shape!r} is not known. {near(shape, set(RECOVERIES) - {'series'})}")
        values["fade"] = _new(Fade, {"shape": RECOVERIES[shape], **fade})
    values["given"] = {key: _names(value) for key, value in record.items() if key not in own | {"recovery"}}
    return _new(Strike, values)  # type: ignore[no-any-return]


def _trigger(record: Record) -> Trigger:
    values = dict(record)
    if "delay_weeks" in values:
        values["delay_weeks"] = _made(values["delay_weeks"], DISTRIBUTIONS)
    return _new(Trigger, values)  # type: ignore[no-any-return]


def _made(record: Record, kinds: Mapping[str, type]) -> Any:
    """The value object that `kind` and the other keys describe."""
    kind = str(record.get("kind", ""))
    if kind not in kinds:
        raise AskError(f"kind {kind!r} is not known. {near(kind, kinds)}")
    return _new(kinds[kind], {key: _names(value) for key, value in record.items() if key != "kind"})


def _new(made: type, values: Record) -> Any:
    known = {entry.name for entry in fields(made)}
    strange = [f"unknown key {key!r}. {near(key, known)}" for key in values if key not in known]
    if strange:
        raise AskError(f"{made.__name__} cannot be read", strange)
    try:
        return made(**{key: _names(value) for key, value in values.items()})
    except TypeError as error:
        raise AskError(f"{made.__name__}: {error}") from error


def _names(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _evidence(name: str, record: Record, sources: Mapping[str, str]) -> tuple[list[Evidence], list[str]]:
    """What a hazard or cause says of its figures, and what it fails to say."""
    why, told, faults = record.get("why", {}), [], []
    owed = list(_figures(record))
    faults += [f"{name}.{key} has no evidence. Add it under `why`" for key in owed if key not in why]
    faults += [f"{name}.why.{key} speaks of no figure. {near(key, owed)}" for key in why if key not in owed]
    for key, entry in why.items():
        confidence, given = str(entry.get("confidence", "")), list(entry.get("sources", ()))
        if confidence not in CONFIDENCES:
            faults.append(f"{name}.why.{key}: confidence {confidence!r}. {near(confidence, CONFIDENCES)}")
        if confidence != "assumed" and not given:
            faults.append(
                f"{name}.why.{key}: {confidence} figures name their sources. Add `sources`, or call it assumed"
            )
        if not entry.get("note"):
            faults.append(f"{name}.why.{key}: note is missing. Say how the figure follows")
        faults += [f"{name}.why.{key}: no source {one!r}. {near(one, sources)}" for one in given if one not in sources]
        kept = tuple(sources[one] for one in given if one in sources)
        told.append(Evidence(of=f"{name}.{key}", confidence=confidence, note=str(entry.get("note", "")), sources=kept))
    return told, faults


def _figures(record: Record) -> Iterator[str]:
    """The keys that hold figures: all but names, notes and switches, and a rate of nothing."""
    for key, value in record.items():
        if key not in ("name", "note", "why", "hazards") and not isinstance(value, bool) and value != 0:
            yield key
