"""What a sizing is told: `[sizing]` with its floors and limits, measures beside stock, `[periods]` and `[losses]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from resilience import kinds
from resilience.errors import AskError, near
from resilience.kinds import ByFootprint
from resilience.mitigation import Measure
from resilience.periods import Coarsening, Periods, Weekly
from resilience.risk import Expectation, Risk, WorstCase
from resilience.sizing.limits import Limit
from resilience.sizing.reserve import Chance, Floor
from resilience.sizing.scope import Downstream, Everything, Scope
from resilience.study import shapes
from resilience.written import Table, tuples

KNOWLEDGE = ("information", "frontier", "calibration", "periods")
SCOPES: Mapping[str, Callable[[], Scope]] = {"downstream": Downstream, "everything": Everything}


def _scope(name: str) -> str:
    if name not in SCOPES:
        raise AskError(f"scope {name!r} is not known. {near(name, SCOPES)}")
    return name


def _known(word: str) -> str:
    if word not in KNOWLEDGE:
        raise AskError(f"knowledge {word!r} is not known. {near(word, KNOWLEDGE)}")
    return word


Within = Annotated[Risk | Chance, PlainValidator(kinds.within), WithJsonSchema(shapes.kinds(kinds.WITHIN))]
Weighed = Annotated[Risk | ByFootprint, PlainValidator(kinds.risk), WithJsonSchema(shapes.kinds(kinds.RISKS))]
Kept = Annotated[Limit, PlainValidator(kinds.limit), WithJsonSchema(shapes.kinds(kinds.LIMITS))]
Bought = Annotated[Measure, PlainValidator(kinds.measure), WithJsonSchema(shapes.kinds(kinds.MEASURES))]
Named = Annotated[str, AfterValidator(_scope), WithJsonSchema({"enum": list(SCOPES)})]
Known = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": list(KNOWLEDGE)})]


class PeriodsTable(Table):
    """`[periods]`: how weeks are gathered; every week on its own by default.

    `drawn_steps` are those of years drawn in place of the study's scenarios: many, and with events in any week.
    """

    steps: Annotated[tuple[tuple[int, int], ...], BeforeValidator(tuples)] = ()
    drawn_steps: Annotated[tuple[tuple[int, int], ...], BeforeValidator(tuples)] = ()

    @model_validator(mode="after")
    def _can_be_built(self) -> PeriodsTable:
        self.build()
        _built(self.drawn_steps)
        return self

    def build(self) -> Periods:
        """The periods it describes."""
        return _built(self.steps)


def _built(steps: tuple[tuple[int, int], ...]) -> Periods:
    return Coarsening(steps=steps) if steps else Weekly()


class LossesTable(Table):
    """`[losses]`: how much a loss outside the members counts (1: the world as one)."""

    others: float = Field(default=1.0, ge=0, le=1)


class FloorTable(Table):
    """One of `floors`: a share of the members' demand that must be met."""

    tier: str
    served: float = Field(ge=0, le=1)
    within: Within = WorstCase()

    def build(self) -> Floor:
        """The floor it describes."""
        return Floor(tier=self.tier, served=self.served, within=self.within)


class SizingTable(Table):
    """`[sizing]`: what may be bought, and how losses are weighed."""

    budget_usd: float | None = Field(default=None, ge=0)
    goods: Annotated[tuple[str, ...] | None, BeforeValidator(tuples)] = None
    scope: Named = "downstream"
    risk: Weighed = Expectation()
    floors: Annotated[tuple[FloorTable, ...], BeforeValidator(tuples)] = ()
    limits: Annotated[tuple[Kept, ...], BeforeValidator(tuples)] = ()
    knowledge: Annotated[tuple[Known, ...], BeforeValidator(tuples)] = ()

    @model_validator(mode="after")
    def _can_be_known(self) -> SizingTable:
        if "information" in self.knowledge and (self.risk != Expectation() or self.floors):
            raise AskError('knowledge = ["information"] asks for expected cost without floors')
        if "frontier" in self.knowledge and self.floors:
            raise AskError('knowledge = ["frontier"] starts where nothing is held, which no floor allows')
        return self
