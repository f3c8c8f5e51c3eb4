"""The whole study: its own keys, its tables, and the network and scenarios they speak of."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import tomli_w
from pydantic import AfterValidator, BeforeValidator, Field

from resilience import kinds
from resilience.disruption import Shock
from resilience.errors import AskError, near
from resilience.inquiry import Inquiry
from resilience.kinds import ByFootprint
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
from resilience.study.sweep import LatinTable, RangeTable, SweepTable
from resilience.written import EACH, Source, Table, tuples, values_in


class Study(Inquiry):
    """One question about one network, with all it takes to answer it.

    Read one with `Study.read(path)` or `models.load(name)`; run it with `run(study)`. Vary one with
    `study.having({"sizing.budget_usd": 1e9})`.
    """

    WHAT: ClassVar[str] = "the study"
    SHOWN: ClassVar[str] = "study"

    seed: int = 1
    members: str | None = None
    periods: PeriodsTable = PeriodsTable()
    losses: LossesTable = LossesTable()
    release: ReleaseTable = ReleaseTable()
    sizing: SizingTable = SizingTable()
    measure: Annotated[tuple[Bought, ...], BeforeValidator(tuples), AfterValidator(kinds.named)] = ()
    sweep: SweepTable | None = None
    scenario: Annotated[
        tuple[ScenarioTable, ...], BeforeValidator(tuples), Field(min_length=1), AfterValidator(one_set)
    ]

    @classmethod
    def tables(cls) -> Mapping[tuple[str, ...], type[Table]]:
        """Where each table stands."""
        return TABLES

    @classmethod
    def _checked(cls, values: dict[str, Any], text: str, path: Path | None, source: Source) -> Self:
        study = super()._checked(values, text, path, source)
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

    def checksum(self) -> str:
        """SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

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
        found, members = [], self.members
        if members is not None:
            found += self.refused(lambda: network.countries(members), "members")
        elif self.losses.others != 1.0:
            found.append(f"{self.where('losses', 'others')}: `others` means nothing without `members`. Name a bloc.")
        if not found and self.sizing.goods is not None:
            who = members or str(network.places["country"].iloc[0])
            found += self.refused(lambda: candidates(network, who, goods=self.sizing.goods), "sizing", "goods")
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
            found += self.refused(partial(measure.adds, network), "measure", number)
        if "frontier" in self.sizing.knowledge:
            found += [f"{self.where('sizing', 'knowledge')}: frontier: {why}" for why in unbounded(self.measure)]
        calm = Shock.none(network, self.weeks)
        for number, scenario in enumerate(self.scenarios):
            found += self.refused(partial(scenario.on, calm), "scenario", number)
            found += self.too_late(scenario.first_week, "scenario", number, who=f"scenario {scenario.name!r} ")
        return found

    def __repr__(self) -> str:
        scenarios = "1 scenario" if len(self.scenario) == 1 else f"{len(self.scenario)} scenarios"
        return f"Study {self.name!r}: {scenarios} on {self.dataset!r} over {self.weeks} weeks"

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
    ("sweep", "latin", "ranges", EACH): RangeTable,
}
