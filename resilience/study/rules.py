"""Rules of a reserve as tables of a study: a `kind`, where there are several, and the fields of what it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from resilience.errors import AskError, near
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
from resilience.written import no_numbers, tuples

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


def of_kind(value: object, known: Mapping[str, type]) -> Any:
    """The rule that `kind` and its other keys describe."""
    if not isinstance(value, Mapping):
        raise AskError(f'a rule is a table such as {{ kind = "{next(iter(known))}" }}, not {value!r}')
    kind = str(value.get("kind", ""))
    if kind not in known:
        raise AskError(f"kind {kind!r} is not known. {near(kind, known)}")
    return built({key: entry for key, entry in value.items() if key != "kind"}, known[kind])


def built(value: object, rule: type) -> Any:
    """The rule that the keys of a table describe."""
    if not isinstance(value, Mapping):
        raise AskError(f"{value!r} is no table such as {{ {', '.join(entry.name for entry in fields(rule))} }}")
    names = [entry.name for entry in fields(rule)]
    strange = [f"unknown key {key!r}. {near(key, names)}" for key in value if key not in names]
    strange += no_numbers(rule, value)
    if strange:
        raise AskError("; ".join(strange))
    try:
        return rule(**{key: tuples(entry) for key, entry in value.items()})
    except AskError:
        raise
    except (TypeError, ValueError, AttributeError) as error:  # a word for a number, a number for a list
        raise AskError(f"a value is of the wrong kind ({error})") from error
