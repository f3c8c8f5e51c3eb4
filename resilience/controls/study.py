"""A question about export controls as a TOML file says it: data only, checked in one pass, every fault with its line.

The file's first key is `kind = "controls"`, which tells it from a reserve study. `[control]` is what each
`[[coalition]]` is imagined to control; the `[[step]]`s, in order, are what was really done, each on top of those
before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from resilience.controls.control import Control, disruptions, widened
from resilience.controls.question import Question
from resilience.controls.setting import Setting
from resilience.controls.tables import (
    BehaviourTable,
    BestTable,
    CoalitionTable,
    ControlTable,
    JudgingTable,
    MarginTable,
    OwnTable,
    ReachTable,
    RetaliationTable,
    StepTable,
    ValueTable,
    listed,
)
from resilience.errors import AskError, near
from resilience.inquiry import Inquiry
from resilience.library import CONTROLS, choose, held, kind_of
from resilience.network import Network
from resilience.scenario import Scenario
from resilience.simulate import Behaviour
from resilience.simulate.behaviour import Contract, Qualify
from resilience.written import Table


def _names_differ(entries: tuple[CoalitionTable | StepTable, ...]) -> tuple[CoalitionTable | StepTable, ...]:
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AskError("; ".join(f"{name!r} names more than one" for name in twice))
    return entries


Several = BeforeValidator(listed)


class ControlStudy(Inquiry):
    """Coalitions of export controls to be put side by side, and the steps that were really taken.

    Read one with `controls.load(name)` or `ControlStudy.read(path)`, then `weigh(study.network(), study.question())`.
    """

    WHAT: ClassVar[str] = "the question about controls"
    SHOWN: ClassVar[str] = "controls"

    kind: Literal["controls"]
    target: str
    judging: JudgingTable = JudgingTable()
    control: ControlTable
    coalition: Annotated[tuple[CoalitionTable, ...], Several, Field(min_length=1), AfterValidator(_names_differ)]
    step: Annotated[tuple[StepTable, ...], Several, AfterValidator(_names_differ)] = ()
    reach: Annotated[tuple[ReachTable, ...], Several] = ()
    own: Annotated[tuple[OwnTable, ...], Several] = ()
    retaliation: RetaliationTable | None = None
    behaviour: BehaviourTable | None = None
    margin: MarginTable | None = None
    value: Annotated[tuple[ValueTable, ...], Several] = ()

    @classmethod
    def tables(cls) -> Mapping[tuple[str, ...], type[Table]]:
        """Where each table stands."""
        return TABLES

    @model_validator(mode="after")
    def _the_reference_is_there(self) -> ControlStudy:
        names = [entry.name for entry in self.coalition]
        if self.judging.reference is not None and self.judging.reference not in names:
            raise AskError(
                f"judging.reference {self.judging.reference!r} is no coalition. {near(self.judging.reference, names)}"
            )
        return self

    def setting(self) -> Setting:
        """The world in which its controls are weighed."""
        days = self.behaviour.switching_weeks if self.behaviour else 26.0
        return Setting(
            weeks=self.weeks,
            behaviour=Behaviour(switching=Qualify(weeks=days), rationing=Contract()),
            reach=tuple(entry.build() for entry in self.reach),
            own=tuple(entry.build() for entry in self.own),
            retaliation=self.retaliation.build(self.target) if self.retaliation else None,
        )

    def asked(self) -> Question:
        """The coalitions side by side, each with the same control."""
        everybody = tuple(dict.fromkeys(one for entry in self.coalition for one in entry.member))
        return self._put(
            (self.control.by(everybody, self.target),),
            {entry.name: entry.member for entry in self.coalition},
            self.judging.reference,
        )

    def history(self) -> Question | None:
        """The steps taken, each coalition being all who had joined by then; None without steps."""
        if not self.step:
            return None
        joined = {
            entry.name: tuple(dict.fromkeys(one for past in self.step[:number] for one in past.member))
            for number, entry in enumerate(self.step, 1)
        }
        return self._put(self._taken(), joined, self.step[-1].name)

    def faults(self, network: Network) -> list[str]:
        """What in this file does not fit `network`, each with its line."""
        found = self.refused(lambda: network.countries(self.target), "target")
        for number, entry in enumerate(self.coalition):
            for who in entry.member:
                found += self.refused(partial(network.countries, who), "coalition", number)
        if found:
            return found
        found += self.refused(lambda: disruptions(network, self.asked().controls), "control")
        for number, control in enumerate(self._taken()):
            found += self.refused(partial(disruptions, network, [control]), "step", number)
            found += self.too_late(control.first_week, "step", number)
        known = set(network.places["place"])
        for number, arm in enumerate(self.reach):
            found += self.refused(partial(network.countries, arm.country), "reach", number)
            strange = [place for place in arm.place if place not in known]
            found += [f"{self.where('reach', number)}: no place {place!r}. {near(place, known)}" for place in strange]
        if self.retaliation is not None:
            back = Scenario(name="retaliation", disruptions=self.retaliation.stated())
            found += self.refused(lambda: back.shock(network, self.weeks), "retaliation")
            best = self.retaliation.best
            if best is not None:
                found += self.too_late(best.first_week, "retaliation", "best")
        if not found:
            found += self.refused(lambda: self.asked().players(network), "control")
            found += self.refused(lambda: widened(network, self.setting().own, self.target), "own")
        return found

    def _taken(self) -> tuple[Control, ...]:
        return tuple(entry.by(entry.member, self.target) for entry in self.step)

    def _put(
        self, controls: tuple[Control, ...], coalitions: Mapping[str, tuple[str, ...]], reference: str | None
    ) -> Question:
        return Question(
            controls=controls,
            coalitions=coalitions,
            reference=reference,
            setting=self.setting(),
            effective=self.judging.effective,
            measure=self.judging.measured(),
            margin=self.margin.share if self.margin else 1.0,
            value_usd={entry.country: entry.usd for entry in self.value},
        )

    def __repr__(self) -> str:
        return f"ControlStudy {self.name!r}: {len(self.coalition)} coalitions against {self.target} on {self.dataset!r}"

    __str__ = __repr__


def names() -> list[str]:
    """The names `load` takes: those of the shipped models that are about controls."""
    return sorted(held("models", CONTROLS))


def load(name: str) -> ControlStudy:
    """The shipped question about controls called `name`, checked as any other.

    Raises
    ------
    AskError
        When no such question ships; it lists the closest ones.
    """
    return ControlStudy.read(choose("question about controls", name, held("models", CONTROLS)))


def is_controls(path: str | Path) -> bool:
    """Whether the file at `path` says that it is about controls."""
    return Path(path).is_file() and kind_of(Path(path)) == CONTROLS


TABLES: Mapping[tuple[str, ...], type[Table]] = {  # where each table stands, for the names it knows
    (): ControlStudy,
    ("judging",): JudgingTable,
    ("control",): ControlTable,
    ("coalition",): CoalitionTable,
    ("step",): StepTable,
    ("reach",): ReachTable,
    ("own",): OwnTable,
    ("retaliation",): RetaliationTable,
    ("retaliation", "best"): BestTable,
    ("behaviour",): BehaviourTable,
    ("margin",): MarginTable,
    ("value",): ValueTable,
}
