"""`[release]`: when, how fast, for whom and in what parts a reserve may be drawn, and how it is filled again."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator, ValidationError, WithJsonSchema, model_validator

from resilience.errors import AskError
from resilience.lines import lines_of
from resilience.policy import Refill, Release, Serves, Slip
from resilience.simulate.behaviour.allocation import Allocation
from resilience.simulate.behaviour.release import Trigger
from resilience.study.rules import ALLOCATIONS, TRIGGERS, built, of_kind
from resilience.study.shapes import kinds, table
from resilience.written import Source, Table, told

Filled = Annotated[Refill | None, PlainValidator(lambda value: built(value, Refill)), WithJsonSchema(table(Refill))]
Served = Annotated[Serves, PlainValidator(lambda value: built(value, Serves)), WithJsonSchema(table(Serves))]
Slipping = Annotated[Slip | None, PlainValidator(lambda value: built(value, Slip)), WithJsonSchema(table(Slip))]
Opened = Annotated[
    Trigger | None, PlainValidator(lambda value: of_kind(value, TRIGGERS)), WithJsonSchema(kinds(TRIGGERS))
]
Shared = Annotated[
    Allocation | None, PlainValidator(lambda value: of_kind(value, ALLOCATIONS)), WithJsonSchema(kinds(ALLOCATIONS))
]


class ReleaseTable(Table):
    """`[release]`: when, how fast, for whom and in what parts the reserve may be drawn, and how it is filled again."""

    decision_weeks: int = 0
    delivery_weeks: int = 0
    pooled_weeks: int = 0
    rate_per_week: float = 1.0
    refill: Filled = None
    whom: Served = Serves()
    slip: Slipping = None
    trigger: Opened = None
    allocation: Shared = None

    @model_validator(mode="after")
    def _can_bebuilt(self) -> ReleaseTable:
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
        rule = tomllib.loads(text)["release"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AskError(f"Cannot read a release rule from {path}", [str(error)]) from error
    except KeyError as error:
        raise AskError(f"{path} has no table [release]") from error
    try:
        return _File.model_validate({"release": rule}).release.build()
    except ValidationError as error:
        source = Source(shown=str(path), lines=lines_of(text))
        faults = told(error, source, {("release",): ReleaseTable})
        raise AskError(f"The release rule in {path} cannot be read", faults) from error


class _File(Table):
    """A file of which nothing else is read."""

    release: ReleaseTable
