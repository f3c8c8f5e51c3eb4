"""`[[scenario]]`: named disruptions with a chance per year, why that chance, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from resilience.errors import AskError
from resilience.scenario import KINDS, Scenario, ScenarioSet
from resilience.study import shapes
from resilience.written import Table, tuples


def _disruption(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """`record`, once it is seen that a disruption can be built from it."""
    try:
        Scenario.from_record({"name": "", "disruptions": [record]})
    except AskError as error:
        told = "; ".join(fault.removeprefix("disruption 1: ") for fault in error.faults)
        raise AskError(told.replace("\n  ", ": ")) from error
    except TypeError as error:  # a recovery with a word for a number
        raise AskError(f"a value is of the wrong kind ({error})") from error
    return record


def one_set(tables: tuple[ScenarioTable, ...]) -> tuple[ScenarioTable, ...]:
    """The tables, once it is seen that they form a set."""
    ScenarioSet(scenarios=tuple(Scenario(name=table.name, probability=table.probability) for table in tables))
    return tables


Disrupted = Annotated[dict[str, Any], AfterValidator(_disruption), WithJsonSchema(shapes.kinds(KINDS))]


class ScenarioTable(Table):
    """`[[scenario]]`: named disruptions with a chance per year, why that chance, and who says so."""

    name: str = Field(min_length=1)
    probability: float = Field(ge=0, le=1)
    notice_weeks: int = Field(default=0, ge=0)
    note: str = ""
    source: str = ""
    disruptions: Annotated[tuple[Disrupted, ...], BeforeValidator(tuples), Field(min_length=1)]
