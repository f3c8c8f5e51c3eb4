"""Scenarios and frozen sets of them.

A scenario's probability is its chance per year; what is left of one over a set is the undisturbed year.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real
from pathlib import Path
from typing import Any

import tomli_w

from resilience import shown
from resilience.disruption import (
    DemandSurge,
    Disruption,
    ExportControl,
    Hoarding,
    Outage,
    RouteClosure,
    Shock,
    StockLoss,
)
from resilience.errors import AskError, ResilienceError, near
from resilience.network import Network
from resilience.recovery import Exponential, Linear, SCurve, Series, Step
from resilience.written import no_numbers

KINDS: Mapping[str, type] = {
    "outage": Outage,
    "export_control": ExportControl,
    "route_closure": RouteClosure,
    "demand_surge": DemandSurge,
    "stock_loss": StockLoss,
    "hoarding": Hoarding,
}
RECOVERIES: Mapping[str, type] = {
    "step": Step,
    "linear": Linear,
    "exponential": Exponential,
    "s_curve": SCurve,
    "series": Series,
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Named disruptions with a chance per year.

    `notice_weeks` says how long before the first disruption a planner may react; nothing reacts earlier. Under
    `simulate` no behaviour acts on news, so notice changes nothing there: a rush before the day is a `Hoarding`.

    >>> Scenario(name="gallium ban", probability=0.1, disruptions=(Outage(good="gallium", country="CHN"),)).first_week
    1
    """

    name: str
    disruptions: tuple[Disruption, ...] = ()
    probability: float = 1.0
    notice_weeks: int = 0
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "disruptions", tuple(self.disruptions))
        faults = []
        if not 0 <= self.probability <= 1:
            faults.append(f"probability is {self.probability!r}: a chance per year lies between 0 and 1")
        if not self.notice_weeks >= 0 or self.notice_weeks % 1 != 0:
            faults.append(f"notice_weeks is {self.notice_weeks!r}: it must be a whole number of weeks, 0 or more")
        if faults:
            raise AskError(f"Scenario {self.name!r} cannot be as described", faults)

    @property
    def first_week(self) -> int:
        """The week the first disruption begins; 1 where there is none."""
        return min((disruption.first_week for disruption in self.disruptions), default=1)

    @property
    def reaction_week(self) -> int:
        """The first week in which anything may depart from baseline."""
        return max(1, self.first_week - self.notice_weeks)

    def shock(self, network: Network, weeks: int) -> Shock:
        """What this scenario does to `network` over `weeks` weeks.

        Raises
        ------
        AskError
            Where a disruption names something the network does not have, or strikes nothing.
        """
        return self.on(Shock.none(network, weeks))

    def on(self, calm: Shock) -> Shock:
        """What this scenario does to the network of `calm`, which stays calm.

        Raises
        ------
        AskError
            As `shock` does.
        """
        shock = calm.again()
        self.strike(shock)
        return shock

    def strike(self, shock: Shock) -> None:
        """Write every disruption's mark on the arrays of `shock`.

        Raises
        ------
        AskError
            As `shock` does.
        """
        for disruption in self.disruptions:
            try:
                disruption.strike(shock)
            except AskError as error:
                raise AskError(f"Scenario {self.name!r}: {error.what}", error.faults) from error

    def _repr_html_(self) -> str:
        told = [shown.stated(disruption) for disruption in self.disruptions]
        told += [f"notice of {self.notice_weeks} weeks"] if self.notice_weeks else []
        told += [f"source: {self.source}"] if self.source else []
        head = f"{self.name}: a chance of {self.probability:.4g} a year. {self.note}"
        return shown.answer(head.strip(), findings=told)

    def to_record(self) -> dict[str, Any]:
        """Plain values, as a study's TOML writes them."""
        record = {"name": self.name, "probability": _value(self.probability)}
        record |= {key: _value(getattr(self, key)) for key in ("notice_weeks", "note", "source") if getattr(self, key)}
        record["disruptions"] = [_plain(disruption, KINDS) for disruption in self.disruptions]
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Scenario:
        """The scenario a TOML table describes.

        Raises
        ------
        AskError
            Naming every key that is unknown, missing or out of range.
        """
        name = str(record.get("name", "without a name"))
        known = {entry.name for entry in fields(cls)}
        faults = [f"unknown key {key!r}. {near(key, known)}" for key in record if key not in known]
        if "name" not in record:
            faults.append("name is missing")
        plain = {key: value for key, value in record.items() if key in known - {"disruptions"}}
        try:
            scenario = cls(**{"name": name, **plain})
        except AskError as error:
            faults += error.faults
        except TypeError as error:
            faults.append(f"a number is given as text: {error}")
        built = []
        for place, entry in enumerate(record.get("disruptions", ()), 1):
            try:
                built.append(_object(entry, KINDS))
            except ResilienceError as error:
                faults.append(f"disruption {place}: {error}")
        if faults:
            raise AskError(f"Scenario {name!r} cannot be read", faults)
        return replace(scenario, disruptions=tuple(built))


@dataclass(frozen=True, kw_only=True)
class ScenarioSet:
    """Scenarios that stay as they are: every policy is tried on the same ones.

    Probabilities add up to at most one; the rest is the undisturbed year.
    """

    scenarios: tuple[Scenario, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "scenarios", tuple(self.scenarios))
        names = Counter(scenario.name for scenario in self.scenarios)
        faults = [f"{name!r} names more than one scenario" for name in sorted(names) if names[name] > 1]
        total = sum(scenario.probability for scenario in self.scenarios)
        if total > 1 + 1e-9:
            rule = "past one: they are chances per year of events that exclude one another"
            faults.append(f"probabilities add up to {total:.4f}, {rule}")
        if faults:
            raise AskError("These scenarios do not form a set", faults)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)

    def __getitem__(self, name: str) -> Scenario:
        for scenario in self.scenarios:
            if scenario.name == name:
                return scenario
        raise AskError(f"No scenario {name!r}. {near(name, [scenario.name for scenario in self.scenarios])}")

    @property
    def undisturbed(self) -> float:
        """Chance of a year without any of these scenarios."""
        return max(0.0, 1.0 - sum(scenario.probability for scenario in self.scenarios))

    def checksum(self) -> str:
        """SHA-256 of every scenario in order."""
        records = [scenario.to_record() for scenario in self.scenarios]
        return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()

    def write(self, path: str | Path) -> Path:
        """Write the set as TOML that `read` returns equal."""
        path = Path(path)
        path.write_text(tomli_w.dumps({"scenario": [scenario.to_record() for scenario in self.scenarios]}), "utf-8")
        return path

    @classmethod
    def read(cls, path: str | Path) -> ScenarioSet:
        """The set in a TOML file of `[[scenario]]` tables."""
        try:
            found = tomllib.loads(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise AskError(f"Cannot read scenarios from {path}: {error}") from error
        return cls.from_records(found.get("scenario", []))

    @classmethod
    def from_records(cls, records: list[Mapping[str, Any]]) -> ScenarioSet:
        """The set that a list of TOML tables describes; every fault at once."""
        built, faults = [], []
        for record in records:
            try:
                built.append(Scenario.from_record(record))
            except ResilienceError as error:
                faults.append(str(error))
        if faults:
            raise AskError("These scenarios cannot be read", faults)
        return cls(scenarios=tuple(built))


def _plain(thing: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    kind = next((name for name, made in kinds.items() if type(thing) is made), None)
    if kind is None:
        raise AskError(f"{thing!r} cannot be written down: only {', '.join(kinds)} can. Keep such a scenario in Python")
    record: dict[str, Any] = {"kind": kind}
    for entry in fields(thing):
        value = getattr(thing, entry.name)
        if entry.name == "recovery":
            value = _plain(value, RECOVERIES)
        if value is not None:
            record[entry.name] = _value(value)
    return record


def _value(value: Any) -> Any:
    """A value as TOML writes it; equal numbers (4, 4.0, NumPy's own) come out alike: equal sets have one sum."""
    if isinstance(value, tuple):
        return [_value(part) for part in value]
    if isinstance(value, Real):
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def _object(record: Mapping[str, Any], kinds: Mapping[str, type]) -> Any:
    """The value object that `kind` and the other keys describe."""
    if not isinstance(record, Mapping):
        raise AskError(
            f"{record!r} is no table. Write it as {{ kind = ..., ... }}, with kind one of {', '.join(kinds)}"
        )
    kind = str(record.get("kind", ""))
    if kind not in kinds:
        raise AskError(f"kind {kind!r} is not known. {near(kind, kinds)}")
    known = {entry.name for entry in fields(kinds[kind])}
    strange = [f"unknown key {key!r}. {near(key, known)}" for key in record if key not in known | {"kind"}]
    strange += no_numbers(kinds[kind], record)
    if strange:
        raise AskError(f"{kind} cannot be read", strange)
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in record.items() if key != "kind"
    }
    if "recovery" in values:
        values["recovery"] = _object(values["recovery"], RECOVERIES)
    try:
        return kinds[kind](**values)
    except TypeError as error:
        raise AskError(f"{kind}: {error}") from error
