"""What a table with a `kind` in a study stands for: measures of risk, limits and their amounts, measures to buy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from resilience.errors import AskError, near
from resilience.hazards.distance import Footprint
from resilience.mitigation import Measure, NewCapacity, SecondSource, SubstituteQualified, SurgeCapacity
from resilience.network import Network
from resilience.risk import CVaR, Expectation, Risk, TotalVariation, Wasserstein, WorstCase
from resilience.scenario import ScenarioSet
from resilience.sizing.limits import (
    Amount,
    Base,
    Capacity,
    CostShare,
    Cover,
    Days,
    Earmark,
    FillPace,
    Limit,
    NetImports,
    Units,
    Usd,
    Use,
)
from resilience.sizing.reserve import Chance
from resilience.written import number


@dataclass(frozen=True, kw_only=True)
class ByFootprint:
    """A `Wasserstein` ball whose points are the scenarios' footprints: it waits for the network they fall on."""

    radius: float

    def __post_init__(self) -> None:
        Wasserstein(radius=self.radius, points=())

    def on(self, network: Network, scenarios: ScenarioSet, *, weeks: int) -> Wasserstein:
        """The ball; distances are in weeks of world output (see `hazards.Footprint`)."""
        points = Footprint(network=network, weeks=weeks).points(tuple(scenarios))
        return Wasserstein(radius=self.radius, points=tuple(map(tuple, points.tolist())))


WITHIN: Mapping[str, type] = {
    "expectation": Expectation,
    "cvar": CVaR,
    "worst_case": WorstCase,
    "total_variation": TotalVariation,
    "chance": Chance,
}
RISKS: Mapping[str, type] = {kind: of for kind, of in WITHIN.items() if kind != "chance"} | {"wasserstein": ByFootprint}
LIMITS: Mapping[str, type] = {
    "cover": Cover,
    "earmark": Earmark,
    "fill_pace": FillPace,
    "cost_share": CostShare,
    "capacity": Capacity,
}
MEASURES: Mapping[str, type] = {
    "second_source": SecondSource,
    "surge_capacity": SurgeCapacity,
    "new_capacity": NewCapacity,
    "substitute_qualified": SubstituteQualified,
}
AMOUNTS: Mapping[str, type] = {"units": Units, "days": Days, "usd": Usd}
BASES: Mapping[str, Callable[[], Base]] = {"use": Use, "net_imports": NetImports}


def risk(value: object) -> Risk | ByFootprint:
    """The measure that weighs losses."""
    built: Risk | ByFootprint = _kind("a risk measure", RISKS, value, 'kind = "expectation"')
    return built


def within(value: object) -> Risk | Chance:
    """The sense in which a floor holds."""
    built: Risk | Chance = _kind("a risk measure", WITHIN, value, 'kind = "expectation"')
    return built


def limit(value: object) -> Limit:
    """A limit on the reserve."""
    built: Limit = _kind("a limit", LIMITS, value, 'kind = "cover", days = 90')
    return built


def measure(value: object) -> Measure:
    """A measure that may be bought beside stock."""
    built: Measure = _kind("a measure", MEASURES, value, 'kind = "surge_capacity"')
    return built


def named(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The measures, once it is seen that each has a name of its own."""
    names = [measure.name for measure in measures]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise AskError(f"two measures are called {twice[0]!r}")
    return measures


def _kind(what: str, known: Mapping[str, type], value: object, example: str) -> Any:
    """The object that a table with a `kind` describes."""
    if not isinstance(value, Mapping):
        raise AskError(f"{what} is a table such as {{ {example} }}, not {value!r}")
    kind = str(value.get("kind", ""))
    if kind not in known:
        raise AskError(f"kind {kind!r} is not known. {near(kind, known)}")
    return _built(kind, known[kind], {key: entry for key, entry in value.items() if key != "kind"})


def _built(kind: str, of: type, given: Mapping[str, object]) -> Any:
    """An object from a table whose keys are its fields; every key at fault is told."""
    known = {entry.name: entry for entry in fields(of)}
    faults = [f"unknown key {key!r}. {near(key, known)}" for key in given if key not in known]
    faults += [
        f"{name} is missing"
        for name, entry in known.items()
        if name not in given and entry.default is MISSING and entry.default_factory is MISSING
    ]
    values = {}
    for key in known.keys() & given.keys():
        try:
            values[key] = _value(known[key], given[key])
        except AskError as error:
            faults.append("; ".join([error.what, *error.faults]))
    if faults:
        raise AskError(f"{kind} cannot be read", sorted(faults))
    return of(**values)


def _value(entry: Field[Any], value: object) -> object:
    """A value of TOML as the field's own kind, which is a word: annotations here are not evaluated."""
    name, kind = entry.name, str(entry.type)
    if kind.startswith("Amount"):
        return _amount(name, value)
    if kind == "Base":
        if str(value) not in BASES:
            raise AskError(f"{name} {value!r} is not known. {near(str(value), BASES)}")
        return BASES[str(value)]()
    if kind == "float" and not number(value):
        raise AskError(f"{name} is {value!r}: it must be a number")
    if kind == "int" and (not number(value) or value % 1 != 0):  # type: ignore[operator]
        raise AskError(f"{name} is {value!r}: it must be a whole number")
    if kind == "bool" and not isinstance(value, bool):
        raise AskError(f"{name} is {value!r}: it must be true or false")
    if kind == "str" and not isinstance(value, str):
        raise AskError(f"{name} is {value!r}: it must be a name")
    if kind.startswith("tuple"):
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise AskError(f"{name} is {value!r}: it must be a list of names")
        return tuple(words)
    return value


def _amount(name: str, value: object) -> Amount:
    """An amount such as { days = 30, base = "net_imports" }."""
    named = [key for key in value if key in AMOUNTS] if isinstance(value, Mapping) else []
    if not isinstance(value, Mapping) or len(named) != 1:
        raise AskError(f"{name} is {value!r}: it must be one of {{ units = 1 }}, {{ days = 30 }} or {{ usd = 1e6 }}")
    built: Amount = _built(f"{name}, an amount in {named[0]},", AMOUNTS[named[0]], value)
    return built
