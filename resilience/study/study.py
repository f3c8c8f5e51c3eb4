"""The whole study: its own keys, its tables, and the network and scenarios they speak of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import tomli_w
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError

from resilience import datasets, kinds
from resilience.disruption import Shock
from resilience.errors import AskError, near
from resilience.kinds import ByFootprint
from resilience.lines import lines_of
from resilience.network import Network
from resilience.physics import members_first
from resilience.risk import Risk
from resilience.scenario import ScenarioSet
from resilience.sizing.case import candidates
from resilience.sizing.frontier import unbounded
from resilience.sizing.limits import unknown
from resilience.sizing.scope import Scope
from resilience.study.changes import put
from resilience.study.release import ReleaseTable
from resilience.study.scenario import ScenarioTable, one_set
from resilience.study.sizing import SCOPES, Bought, FloorTable, LossesTable, PeriodsTable, SizingTable
from resilience.study.sweep import LatinTable, SweepTable
from resilience.written import Source, Table, text_in, told, tuples, values_in


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
    measure: Annotated[tuple[Bought, ...], BeforeValidator(tuples), AfterValidator(kinds.named)] = ()
    sweep: SweepTable | None = None
    scenario: Annotated[
        tuple[ScenarioTable, ...], BeforeValidator(tuples), Field(min_length=1), AfterValidator(one_set)
    ]

    _text: str = PrivateAttr(default="")
    _path: Path | None = PrivateAttr(default=None)
    _source: Source = PrivateAttr(default_factory=lambda: Source(shown="study"))

    @classmethod
    def read(cls, path: str | Path) -> Study:
        """The study in a TOML file.

        Raises
        ------
        AskError
            Naming every fault with its line.
        """
        path = Path(path)
        return cls.from_text(text_in(path, "the study"), path=path)

    @classmethod
    def from_text(cls, text: str, *, path: Path | None = None, shown: str = "") -> Study:
        """The study that TOML text describes; `path` is where it stands, `shown` what errors call it."""
        shown = shown or (str(path) if path else "study")
        values = values_in(text, shown, "the study")
        return cls._checked(values, text, path, Source(shown=shown, lines=lines_of(text)))

    @classmethod
    def _checked(cls, values: dict[str, Any], text: str, path: Path | None, source: Source) -> Study:
        try:
            study = cls.model_validate(values)
        except ValidationError as error:
            what = f"The study {source.shown} cannot be read{' as changed' if source.given else ''}"
            raise AskError(what, told(error, source, TABLES)) from error
        study._text, study._path, study._source = text, path, source
        study._check_points()  # so that a fault of one is told now
        return study

    def points(self) -> Points:
        """The studies of a sweep, one for each of its points, made when it is asked for; none without a sweep."""
        return Points(study=self, changes=tuple(self.sweep.points()) if self.sweep else ())

    def _check_points(self) -> None:
        """Complain of every rule that any point breaks; none is kept."""
        faults: list[str] = []
        points = self.points()
        for number in range(len(points)):
            try:
                points[number]
            except AskError as error:
                faults += error.faults
        if faults:
            raise AskError(f"The sweep of {self._source.shown} cannot be run", dict.fromkeys(faults))

    def at(self, changes: Mapping[str, object]) -> Study:
        """The study of a point of the sweep that sets these values."""
        named = {key: f"{self._in_sweep(key)} = {value!r}" for key, value in changes.items()}
        return self.having({**changes, "sweep": None}, named=named)

    def _in_sweep(self, key: str) -> str:
        assert self.sweep is not None
        return self.where("sweep", *(("grid", key) if key in self.sweep.grid else ("latin", "ranges", key)))

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

    def having(self, changes: Mapping[str, object], *, named: Mapping[str, str] | None = None) -> Study:
        """This study with some values replaced: keys as in `sizing.budget_usd` or `scenario.NAME.probability`.

        A table or key set to None is taken out. `named` says what errors call the change of a key; what is not changed
        is named by its line.

        Raises
        ------
        AskError
            Naming every key that leads nowhere, or every rule that the changed study breaks.
        """
        values = values_in(self.text, self.name, "the study")
        given, faults = dict(self._source.given), []
        for key, value in changes.items():
            change = (named or {}).get(key, f"`having` {key}")
            try:
                given[put(values, key, value)] = change
            except AskError as error:
                faults.append(f"{change}: {'; '.join([error.what, *error.faults])}")
        if faults:
            raise AskError(f"The study {self._source.shown} cannot be changed as asked", faults)
        source = replace(self._source, given=given)
        return type(self)._checked(values, tomli_w.dumps(values), self.path, source)

    def leaving_out(self, names: Collection[str]) -> Study:
        """This study without some of its scenarios, whose chance goes to the undisturbed year; the text stays."""
        return self.model_copy(update={"scenario": tuple(one for one in self.scenario if one.name not in names)})

    def folder(self) -> Path:
        """Where the network's files lie: the folder `dataset` names, seen from the study, or a shipped dataset.

        Raises
        ------
        AskError
            If there is neither.
        """
        place = self.path.parent if self.path else Path()
        return datasets.seen_from(place, self.dataset, what=f"The study {self.name}", where=self.where("dataset"))

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
        calm = Shock.none(network, self.weeks)
        for number, scenario in enumerate(self.scenarios):
            attempt(lambda chosen=scenario: chosen.on(calm), "scenario", number)  # type: ignore[misc]
            if scenario.first_week > self.weeks:
                begins = f"begins in week {scenario.first_week}, past the horizon of {self.weeks} weeks. Raise `weeks`."
                found.append(f"{self.where('scenario', number)}: scenario {scenario.name!r} {begins}")
        return found

    def where(self, *path: str | int) -> str:
        """What errors call a key of this study: file, line and key, or the change that put it in."""
        return self._source.where(*path)

    def __repr__(self) -> str:
        return f"Study {self.name!r}: {len(self.scenario)} scenarios on {self.dataset!r} over {self.weeks} weeks"

    __str__ = __repr__


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """The studies of a sweep by number, each made anew when it is asked for: a thousand take no more room than one."""

    study: Study
    changes: tuple[Mapping[str, object], ...]  # what each sets

    def __len__(self) -> int:
        return len(self.changes)

    def __getitem__(self, number: int) -> Study:
        return self.study.at(self.changes[number])

    def __iter__(self) -> Iterator[Study]:
        return map(self.study.at, self.changes)


TABLES: Mapping[tuple[str, ...], type[Table]] = {  # where each table stands, for the names it knows
    (): Study,
    ("periods",): PeriodsTable,
    ("losses",): LossesTable,
    ("release",): ReleaseTable,
    ("sizing",): SizingTable,
    ("sizing", "floors"): FloorTable,
    ("scenario",): ScenarioTable,
    ("sweep",): SweepTable,
    ("sweep", "latin"): LatinTable,
}
