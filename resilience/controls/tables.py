"""The tables of a control file, as pydantic checks them. A table that holds a figure says how the figure is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from resilience.controls.best import Best
from resilience.controls.control import Control, OwnProduction, Reach
from resilience.controls.question import Denial, LostOutput, Measure
from resilience.controls.setting import Retaliation, Stated
from resilience.disruption import Disruption
from resilience.errors import AskError, near
from resilience.scenario import KINDS, Scenario
from resilience.written import Table, number

CONFIDENCES = ("reported", "estimated", "assumed")
MEASURES = ("denial", "lost_output")


def listed(value: object) -> object:
    """A name, or TOML's array of names, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]


def _one_of(known: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in known:
            raise AskError(f"{word!r} is not known. {near(word, known)}")
        return word

    return AfterValidator(check)


class Sourced(Table):
    """A table with figures: how they are known, how they follow, and from where."""

    confidence: Annotated[str, _one_of(CONFIDENCES)]
    note: str = Field(min_length=1)
    source: str = ""

    @model_validator(mode="after")
    def _says_where_from(self) -> Sourced:
        if self.confidence != "assumed" and not self.source:
            raise AskError(f"{self.confidence} figures name their source. Add `source`, or call it assumed")
        return self


def _licensed(value: object) -> object:
    """The value, once it is seen that it is one share or a table of shares."""
    if not all(map(number, value.values() if isinstance(value, Mapping) else [value])):
        raise AskError(
            f"{value!r} is neither one share (0.25) nor a table with a share for each good ({{ euv = 0.25 }})"
        )
    return value


class ControlTable(Sourced):
    """`[control]`: what is controlled when coalitions are put side by side, whoever they are."""

    good: Names
    licensed: Annotated[float | dict[str, float], BeforeValidator(_licensed)] = 0.0
    leaked: float = 0.0
    first_week: int = 1

    @model_validator(mode="after")
    def _can_be_built(self) -> ControlTable:
        self.by(("anybody",), "somewhere")
        return self

    def by(self, coalition: tuple[str, ...], target: str) -> Control:
        """The control it describes, put by `coalition`."""
        return Control(
            coalition=coalition, target=target, good=self.good, licensed=self.licensed, leaked=self.leaked,
            first_week=self.first_week,
        )  # fmt: skip


class StepTable(ControlTable):
    """One `[[step]]`: what some countries really controlled, and from when."""

    name: str = Field(min_length=1)
    title: str = ""
    member: Names


class CoalitionTable(Table):
    """One `[[coalition]]`, of countries or blocs."""

    name: str = Field(min_length=1)
    member: Names


class ReachTable(Sourced):
    """One `[[reach]]`: plants abroad that a country's control also binds."""

    country: str
    place: Names
    good: Names
    share: float = Field(ge=0, le=1)

    def build(self) -> Reach:
        """The reach it describes."""
        return Reach(country=self.country, place=self.place, good=self.good, share=self.share)


class OwnTable(Sourced):
    """One `[[own]]`: plants that the target builds."""

    good: Names
    share: float = Field(ge=0)
    build_weeks: int = Field(ge=0)
    ramp_weeks: int = Field(ge=1)

    def build(self) -> OwnProduction:
        """The plants it describes."""
        return OwnProduction(
            good=self.good, share=self.share, build_weeks=self.build_weeks, ramp_weeks=self.ramp_weeks
        )  # fmt: skip


def _disruption(record: Mapping[str, Any]) -> Mapping[str, Any]:
    made = KINDS.get(str(record.get("kind")), Scenario)
    numbers = {entry.name for entry in fields(made) if _number(entry.default)} & set(record)
    words = [f"{name} is {record[name]!r}: it must be a number" for name in numbers if not _number(record[name])]
    if words:
        raise AskError("; ".join(sorted(words)))
    try:
        Scenario.from_record({"name": "retaliation", "disruptions": [record]})
    except AskError as error:
        told = "; ".join(fault.removeprefix("disruption 1: ").replace("\n  ", ": ") for fault in error.faults)
        raise AskError(told) from error
    return record


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class BestTable(Table):
    """`[retaliation.best]`: the target seeks the stops of its exports that hurt those who control most."""

    count: int = Field(ge=0)
    own_cost_usd: float | None = Field(default=None, ge=0)
    share: float = Field(default=0.14, ge=0, le=1)
    stop_weeks: int = Field(default=26, ge=1)
    first_week: int = Field(default=1, ge=1)
    weeks: int = Field(default=52, ge=1)
    gap: float = Field(default=0.01, ge=0, le=1)

    def build(self, by: str) -> Best:
        """The retaliation it describes."""
        return Best(
            by=by, count=self.count, own_cost_usd=self.own_cost_usd, share=self.share, stop_weeks=self.stop_weeks,
            first_week=self.first_week, weeks=self.weeks, gap=self.gap,
        )  # fmt: skip


class RetaliationTable(Sourced):
    """`[retaliation]`: what the target imposes, as `disruptions` or sought as `best`.

    Of what is stated, an export control without an importer is aimed at the coalition.
    """

    disruptions: Annotated[
        tuple[Annotated[dict[str, Any], AfterValidator(_disruption)], ...], BeforeValidator(listed)
    ] = ()
    best: BestTable | None = None

    @model_validator(mode="after")
    def _is_stated_or_sought(self) -> RetaliationTable:
        if bool(self.disruptions) == (self.best is not None):
            raise AskError("Say what is imposed as [[retaliation.disruptions]], or seek it by [retaliation.best]: one")
        return self

    def stated(self) -> tuple[Disruption, ...]:
        """The disruptions it lists; none where they are sought."""
        if not self.disruptions:
            return ()
        return Scenario.from_record({"name": "retaliation", "disruptions": self.disruptions}).disruptions

    def build(self, by: str) -> Retaliation:
        """The retaliation it describes, of the target `by`."""
        return Stated(imposed=self.stated()) if self.best is None else self.best.build(by)


class BehaviourTable(Sourced):
    """`[behaviour]`: weeks in which buyers move to suppliers that deliver."""

    switching_weeks: float = Field(ge=1)


class MarginTable(Sourced):
    """`[margin]`: the share of lost revenue that is a loss."""

    share: float = Field(ge=0, le=1)


class ValueTable(Sourced):
    """One `[[value]]`: what a country would itself pay for a whole denial, USD over the weeks simulated."""

    country: str
    usd: float = Field(ge=0)


class JudgingTable(Table):
    """`[judging]`: what counts as effect, how much of it is enough, and whose members may refuse."""

    effective: float = Field(default=0.8, gt=0, le=1)
    measure: Annotated[str, _one_of(MEASURES)] = "denial"
    measured_goods: Names | None = None
    reference: str | None = None

    @model_validator(mode="after")
    def _goods_have_a_use(self) -> JudgingTable:
        if self.measured_goods is not None and self.measure != "lost_output":
            raise AskError('measured_goods has a meaning only with measure = "lost_output"')
        return self

    def measured(self) -> Measure:
        """The measure it names."""
        return Denial() if self.measure == "denial" else LostOutput(good=self.measured_goods)
