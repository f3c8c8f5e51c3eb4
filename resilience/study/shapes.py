"""Tables with a `kind` as JSON Schema, from the classes that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from resilience.kinds import AMOUNTS, BASES
from resilience.scenario import RECOVERIES

Schema = dict[str, Any]
NAMES: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def kinds(known: Mapping[str, type]) -> Schema:
    """A table whose `kind` is one of `known`, and whose other keys are that class's fields."""
    return {"oneOf": [_named(kind, table(rule)) for kind, rule in known.items()]}


def table(rule: type) -> Schema:
    """A table whose keys are the fields of a dataclass."""
    entries = [entry for entry in fields(rule) if entry.init]
    required = [entry.name for entry in entries if entry.default is MISSING and entry.default_factory is MISSING]
    return {
        "type": "object",
        "description": (rule.__doc__ or "").strip().partition("\n")[0],
        "properties": {entry.name: _value(entry) for entry in entries},
        "required": required,
        "additionalProperties": False,
    }


def _named(kind: str, schema: Schema) -> Schema:
    properties = {"kind": {"const": kind}, **schema["properties"]}
    return {**schema, "title": kind, "properties": properties, "required": ["kind", *schema["required"]]}


def _value(entry: Field[Any]) -> Schema:
    """What a field may hold, from its annotation, which is a word here."""
    words = str(entry.type).replace(" ", "")
    if words.startswith("Amount"):
        return {"oneOf": [_amount(key, of) for key, of in AMOUNTS.items()]}
    if words == "Base":
        return {"enum": list(BASES)}
    if words.startswith("Recovery"):
        return kinds(RECOVERIES)
    if words.startswith(("Names", "tuple[str", "str|tuple")):
        return NAMES
    plain = {"float": "number", "int": "integer", "str": "string", "bool": "boolean"}
    kind = plain.get(words.removesuffix("|None"))
    return {"type": kind} if kind else {}


def _amount(key: str, of: type) -> Schema:
    schema = table(of)
    return {**schema, "title": key}
