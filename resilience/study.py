"""A study: one question about one network, as a TOML file says it.

The file is data: it names scenarios, a release rule, how losses count and what may be bought, and one dict maps each
`kind` to the class it stands for. Everything wrong with it is told at once, with the line it stands on.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from resilience import datasets, kinds
from resilience.errors import AskError, near
from resilience.kinds import ByFootprint
from resilience.lines import line_of, lines_of
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.periods import Coarsening, Periods, Weekly
from resilience.physics import members_first
from resilience.policy import Refill, Release, Serves, Slip
from resilience.risk import Expectation, Risk, WorstCase
from resilience.scenario import KINDS, Scenario, ScenarioSet
from resilience.simulate.behaviour import (
    ByContribution,
    ByNeed,
    ByStake,
    ByUse,
    CoverBelow,
    Declared,
    EarmarkFirst,
    PriceAbove,
    Tranches,
)
from resilience.simulate.behaviour.allocation import Allocation
from resilience.simulate.behaviour.release import Trigger
from resilience.sizing.case import candidates
from resilience.sizing.frontier import unbounded
from resilience.sizing.limits import Limit, unknown
from resilience.sizing.reserve import Chance, Floor
from resilience.sizing.scope import Downstream, Everything, Scope

TRIGGERS: Mapping[str, type] = {
    "declared": Declared,
    "cover_below": CoverBelow,
    "tranches": Tranches,
    "price_above": PriceAbove,
}
ALLOCATIONS: Mapping[str, type] = {
    "by_need": ByNeed,
    "by_use": ByUse,
    "by_stake": ByStake,
    "by_contribution": ByContribution,
    "earmark_first": EarmarkFirst,
}
KNOWLEDGE = ("information", "frontier", "calibration", "periods")
SCOPES: Mapping[str, Callable[[], Scope]] = {"downstream": Downstream, "everything": Everything}


def _tuples(value: object) -> object:
    """TOML's arrays, which are lists, as what does not change."""
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list) else value


def _of_kind(value: object, known: Mapping[str, type]) -> Any:
    """The rule that `kind` and its other keys describe."""
    if not isinstance(value, Mapping):
        raise AskError(f'a rule is a table such as {{ kind = "{next(iter(known))}" }}, not {value!r}')
    kind = str(value.get("kind", ""))
    if kind not in known:
        raise AskError(f"kind {kind!r} is not known. {near(kind, known)}")
    return _built({key: entry for key, entry in value.items() if key != "kind"}, known[kind])


def _built(value: object, rule: type) -> Any:
    """The rule that the keys of a table describe."""
    if not isinstance(value, Mapping):
        raise AskError(f"{value!r} is no table such as {{ {', '.join(entry.name for entry in fields(rule))} }}")
    names = [entry.name for entry in fields(rule)]
    strange = [f"unknown key {key!r}. {near(key, names)}" for key in value if key not in names]
    if strange:
        raise AskError("; ".join(strange))
    try:
        return rule(**{key: _tuples(entry) for key, entry in value.items()})
    except AskError:
        raise
    except (TypeError, ValueError, AttributeError) as error:  # a word for a number, a number for a list
        raise AskError(f"a value is of the wrong kind ({error})") from error


def _scope(name: str) -> str:
    if name not in SCOPES:
        raise AskError(f"scope {name!r} is not known. {near(name, SCOPES)}")
    return name


def _known(word: str) -> str:
    if word not in KNOWLEDGE:
        raise AskError(f"knowledge {word!r} is not known. {near(word, KNOWLEDGE)}")
    return word


def _disruption(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """`record`, once it is seen that a disruption can be built from it."""
    kind = KINDS.get(str(record.get("kind")), Scenario)
    numbers = {entry.name for entry in fields(kind) if kinds.number(entry.default)}
    words = [
        f"{key} is {value!r}: it must be a number"
        for key, value in record.items()
        if key in numbers and not kinds.number(value)
    ]
    if words:
        raise AskError("; ".join(words))
    try:
        Scenario.from_record({"name": "", "disruptions": [record]})
    except AskError as error:
        told = "; ".join(fault.removeprefix("disruption 1: ") for fault in error.faults)
        raise AskError(told.replace("\n  ", ": ")) from error
    except TypeError as error:  # a recovery with a word for a number
        raise AskError(f"a value is of the wrong kind ({error})") from error
    return record


def _one_set(tables: tuple[ScenarioTable, ...]) -> tuple[ScenarioTable, ...]:
    """The tables, once it is seen that they form a set."""
    ScenarioSet(scenarios=tuple(Scenario(name=table.name, probability=table.probability) for table in tables))
    return tables


class Table(BaseModel):
    """What every table of a study keeps to: no unknown keys, no change, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PeriodsTable(Table):
    """`[periods]`: how weeks are gathered; every week on its own by default."""

    steps: Annotated[tuple[tuple[int, int], ...], BeforeValidator(_tuples)] = ()

    @model_validator(mode="after")
    def _can_be_built(self) -> PeriodsTable:
        self.build()
        return self

    def build(self) -> Periods:
        """The periods it describes."""
        return Coarsening(steps=self.steps) if self.steps else Weekly()


class LossesTable(Table):
    """`[losses]`: how much a loss outside the members counts (1: the world as one)."""

    others: float = Field(default=1.0, ge=0, le=1)


class ReleaseTable(Table):
    """`[release]`: when, how fast, for whom and in what parts the reserve may be drawn, and how it is filled again."""

    decision_weeks: int = 0
    delivery_weeks: int = 0
    pooled_weeks: int = 0
    rate_per_week: float = 1.0
    refill: Annotated[Refill | None, PlainValidator(lambda value: _built(value, Refill))] = None
    whom: Annotated[Serves, PlainValidator(lambda value: _built(value, Serves))] = Serves()
    slip: Annotated[Slip | None, PlainValidator(lambda value: _built(value, Slip))] = None
    trigger: Annotated[Trigger | None, PlainValidator(lambda value: _of_kind(value, TRIGGERS))] = None
    allocation: Annotated[Allocation | None, PlainValidator(lambda value: _of_kind(value, ALLOCATIONS))] = None

    @model_validator(mode="after")
    def _can_be_built(self) -> ReleaseTable:
        self.build()
        return self

    def build(self) -> Release:
        """The rule it describes."""
        return Release(**{name: getattr(self, name) for name in type(self).model_fields})


def read_release(path: str | Path) -> Release:
    """The rule in the `[release]` table of a TOML file: a study, or a file with no other table.

    Raises
    ------
    AskError
        Naming every fault with its line.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)["release"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AskError(f"Cannot read a release rule from {path}", [str(error)]) from error
    except KeyError as error:
        raise AskError(f"{path} has no table [release]") from error
    try:
        return ReleaseTable.model_validate(table).build()
    except ValidationError as error:
        lines = lines_of(text)
        entries: list[ErrorDetails] = [{**one, "loc": ("release", *one["loc"])} for one in error.errors()]
        told = dict.fromkeys(_told(entry, str(path), lines) for entry in entries)
        raise AskError(f"The release rule in {path} cannot be read", told) from error


class FloorTable(Table):
    """One of `floors`: a share of the members' demand that must be met."""

    tier: str
    served: float = Field(ge=0, le=1)
    within: Annotated[Risk | Chance, PlainValidator(kinds.within)] = WorstCase()

    def build(self) -> Floor:
        """The floor it describes."""
        return Floor(tier=self.tier, served=self.served, within=self.within)


class SizingTable(Table):
    """`[sizing]`: what may be bought, and how losses are weighed."""

    budget_usd: float | None = Field(default=None, ge=0)
    goods: Annotated[tuple[str, ...] | None, BeforeValidator(_tuples)] = None
    scope: Annotated[str, AfterValidator(_scope)] = "downstream"
    risk: Annotated[Risk | ByFootprint, PlainValidator(kinds.risk)] = Expectation()
    floors: Annotated[tuple[FloorTable, ...], BeforeValidator(_tuples)] = ()
    limits: Annotated[tuple[Annotated[Limit, PlainValidator(kinds.limit)], ...], BeforeValidator(_tuples)] = ()
    knowledge: Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], BeforeValidator(_tuples)] = ()

    @model_validator(mode="after")
    def _can_be_known(self) -> SizingTable:
        if "information" in self.knowledge and (self.risk != Expectation() or self.floors):
            raise AskError('knowledge = ["information"] asks for expected cost without floors')
        if "frontier" in self.knowledge and self.floors:
            raise AskError('knowledge = ["frontier"] starts where nothing is held, which no floor allows')
        return self


class ScenarioTable(Table):
    """`[[scenario]]`: named disruptions with a chance per year, why that chance, and who says so."""

    name: str = Field(min_length=1)
    probability: float = Field(ge=0, le=1)
    notice_weeks: int = Field(default=0, ge=0)
    note: str = ""
    source: str = ""
    disruptions: Annotated[
        tuple[Annotated[dict[str, Any], AfterValidator(_disruption)], ...],
        BeforeValidator(_tuples),
        Field(min_length=1),
    ]


class Study(Table):
    """One question about one network, with all it takes to answer it.

    Read one with `Study.read(path)` or `models.load(name)`; run it with `run(study)`. Vary one with
    `study.having({"sizing.budget_usd": 1e9})`.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str = ""
    question: str = ""
    dataset: str
    weeks: int = Field(default=104, ge=1)
    seed: int = 1
    members: str | None = None
    source: str = ""
    notes: str = ""
    periods: PeriodsTable = PeriodsTable()
    losses: LossesTable = LossesTable()
    release: ReleaseTable = ReleaseTable()
    sizing: SizingTable = SizingTable()
    measure: Annotated[
        tuple[Annotated[Measure, PlainValidator(kinds.measure)], ...],
        BeforeValidator(_tuples),
        AfterValidator(kinds.named),
    ] = ()
    scenario: Annotated[
        tuple[ScenarioTable, ...], BeforeValidator(_tuples), Field(min_length=1), AfterValidator(_one_set)
    ]

    _text: str = PrivateAttr(default="")
    _path: Path | None = PrivateAttr(default=None)
    _shown: str = PrivateAttr(default="")

    @classmethod
    def read(cls, path: str | Path) -> Study:
        """The study in a TOML file.

        Raises
        ------
        AskError
            Naming every fault with its line.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise AskError(f"Cannot read the study {path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise AskError(
                f"Cannot read the study {path}: byte {error.start} is not UTF-8. Save it as UTF-8"
            ) from error
        return cls.from_text(text, path=path)

    @classmethod
    def from_text(cls, text: str, *, path: Path | None = None, shown: str = "") -> Study:
        """The study that TOML text describes; `path` is where it stands, `shown` what errors call it."""
        shown = shown or (str(path) if path else "study")
        try:
            values = tomllib.loads(text.replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as error:
            raise AskError(f"The study {shown} is not valid TOML", [f"{shown}: {error}"]) from error
        try:
            study = cls.model_validate(values)
        except ValidationError as error:
            lines = lines_of(text)
            found = sorted(error.errors(include_url=False), key=lambda entry: line_of(tuple(entry["loc"]), lines) or 0)
            faults = dict.fromkeys(_told(entry, shown, lines) for entry in found)
            raise AskError(f"The study {shown} cannot be read", faults) from error
        study._text, study._path, study._shown = text, path, shown
        return study

    @property
    def text(self) -> str:
        """The TOML it was read from."""
        return self._text

    def checksum(self) -> str:
        """SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def path(self) -> Path | None:
        """The file it was read from, if any."""
        return self._path

    @property
    def scenarios(self) -> ScenarioSet:
        """The scenarios as objects."""
        return ScenarioSet.from_records([table.model_dump() for table in self.scenario])

    def having(self, changes: Mapping[str, object]) -> Study:
        """This study with some values replaced: keys as in `sizing.budget_usd` or `scenario.NAME.probability`.

        Raises
        ------
        AskError
            If a key leads nowhere, or the changed study breaks its rules.
        """
        values = tomllib.loads(self.text.replace("\r\n", "\n"))
        for key, value in changes.items():
            _put(values, key, value)
        return type(self).from_text(tomli_w.dumps(values), path=self.path, shown=f"{self._shown} as changed")

    def folder(self) -> Path:
        """Where the network's files lie: the folder `dataset` names, seen from the study, or a shipped dataset.

        Raises
        ------
        AskError
            If there is neither.
        """
        beside = (self.path.parent if self.path else Path()) / self.dataset
        if self.dataset in datasets.names():
            return datasets.folder(self.dataset)
        if beside.is_dir():
            return beside
        remedy = f"{near(self.dataset, datasets.names())} Or give a folder, seen from the study's own."
        fault = f"{self.where('dataset')}: no dataset is called {self.dataset!r}. {remedy}"
        raise AskError(f"The study {self.name} has no network", [fault])

    def network(self) -> Network:
        """The network it asks about, checked."""
        return Network.read(self.folder())

    def weights(self, network: Network) -> dict[str, float]:
        """How much a loss in each country counts."""
        return members_first(network, self.members, others=self.losses.others) if self.members else {}

    def risk(self, network: Network) -> Risk:
        """How losses over years are weighed."""
        asked = self.sizing.risk
        return asked.on(network, self.scenarios, weeks=self.weeks) if isinstance(asked, ByFootprint) else asked

    def scope(self) -> Scope:
        """How much of the network each scenario keeps."""
        return SCOPES[self.sizing.scope]()

    def faults(self, network: Network) -> list[str]:
        """What in this study does not fit `network`, each with its line."""
        found = []

        def attempt(act: Callable[[], object], *path: str | int) -> None:
            try:
                act()
            except AskError as error:
                found.append(f"{self.where(*path)}: {'; '.join([error.what, *error.faults])}")

        members = self.members
        if members is not None:
            attempt(lambda: network.countries(members), "members")
        elif self.losses.others != 1.0:
            found.append(f"{self.where('losses', 'others')}: `others` means nothing without `members`. Name a bloc.")
        if not found and self.sizing.goods is not None:
            who = members or str(network.places["country"].iloc[0])
            attempt(lambda: candidates(network, who, goods=self.sizing.goods), "sizing", "goods")
        tiers = set(network.demand["tier"])
        for number, floor in enumerate(self.sizing.floors):
            if floor.tier not in tiers:
                remedy = near(floor.tier, tiers)
                found.append(f"{self.where('sizing', 'floors', number)}: no demand of tier {floor.tier!r}. {remedy}")
        if "calibration" in self.sizing.knowledge and not self.members:
            found.append(f"{self.where('sizing')}: knowledge of calibration needs `members`, who hold in common")
        for number, limit in enumerate(self.sizing.limits):
            strangers = unknown(limit, network)
            found += [f"{self.where('sizing', 'limits', number)}: {stranger}" for stranger in strangers]
        for number, measure in enumerate(self.measure):
            attempt(lambda chosen=measure: chosen.adds(network), "measure", number)  # type: ignore[misc]
        if "frontier" in self.sizing.knowledge:
            found += [f"{self.where('sizing', 'knowledge')}: frontier: {why}" for why in unbounded(self.measure)]
        for number, scenario in enumerate(self.scenarios):
            attempt(lambda chosen=scenario: chosen.shock(network, self.weeks), "scenario", number)  # type: ignore[misc]
            if scenario.first_week > self.weeks:
                begins = f"begins in week {scenario.first_week}, past the horizon of {self.weeks} weeks. Raise `weeks`."
                found.append(f"{self.where('scenario', number)}: scenario {scenario.name!r} {begins}")
        return found

    def where(self, *path: str | int) -> str:
        """What errors call a key of this study: file, line and key."""
        return _where(path, self._shown or "study", lines_of(self.text))

    def __repr__(self) -> str:
        return f"Study {self.name!r}: {len(self.scenario)} scenarios on {self.dataset!r} over {self.weeks} weeks"

    __str__ = __repr__


TABLES: Mapping[tuple[str, ...], type[Table]] = {  # where each table stands, for the names it knows
    (): Study,
    ("periods",): PeriodsTable,
    ("losses",): LossesTable,
    ("release",): ReleaseTable,
    ("sizing",): SizingTable,
    ("sizing", "floors"): FloorTable,
    ("scenario",): ScenarioTable,
}


def _told(entry: ErrorDetails, shown: str, lines: Mapping[tuple[str | int, ...], int]) -> str:
    """One of pydantic's errors, in the analyst's words."""
    path = tuple(entry["loc"])
    where = _where(path, shown, lines)
    if entry["type"] == "extra_forbidden":
        known = TABLES[tuple(str(key) for key in path[:-1] if not isinstance(key, int))].model_fields
        return f"{where}: unknown key {str(path[-1])!r}. {near(str(path[-1]), known)}"
    if entry["type"] == "missing":
        return f"{where}: it is missing, and has no default"
    cause = entry.get("ctx", {}).get("error")
    if isinstance(cause, AskError):
        return f"{where}: {'; '.join([cause.what, *cause.faults])}"
    words = entry["msg"].removeprefix("Input should be ")
    return f"{where} is {entry['input']!r}: it should be {words}"


def _where(path: tuple[str | int, ...], shown: str, lines: Mapping[tuple[str | int, ...], int]) -> str:
    line = line_of(path, lines)
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return f"{shown}{f':{line}' if line else ''}{f': {key}' if key else ''}"


def _put(values: dict[str, Any], key: str, value: object) -> None:
    """Set one value in place; an array of tables is entered by the `name` of an entry, or its number from 1."""
    *path, last = key.split(".")
    at: Any = values
    for part in path:
        if isinstance(at, list):
            named = {
                str(entry.get("name", number)): entry for number, entry in enumerate(at, 1) if isinstance(entry, dict)
            }
            numbered = {str(number): entry for number, entry in enumerate(at, 1)}
            if part not in named | numbered:
                raise AskError(f"{key!r} leads nowhere: no entry {part!r}", [near(part, named)])
            at = (numbered | named)[part]
        else:
            at = at.setdefault(part, {})
        if not isinstance(at, dict | list):
            raise AskError(f"{key!r} leads nowhere: {part!r} is a value, not a table")
    if isinstance(at, list):
        raise AskError(f"{key!r} leads nowhere: give the entry's name and then a key, as in scenario.NAME.probability")
    at[last] = value
