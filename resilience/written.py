"""What an analyst wrote: a TOML file read, checked as pydantic tables, and told every fault of it with its line.

Studies and questions about controls are such files. What several keys mean together is checked by the objects they
become; what they say is told here as well.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from resilience.errors import AskError, near
from resilience.lines import Path as Key
from resilience.lines import line_of

EACH = "*"  # of a table whose keys are anybody's, the table under each
SHOULD: Mapping[str, str] = {  # what a value should be, in TOML's words; pydantic speaks of Python's
    "bool_type": "true or false",
    "dict_type": "a table",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "model_type": "a table",
    "string_pattern_mismatch": "letters, digits, _, . and -, the first a letter or a digit",
    "string_too_short": "not empty",
    "string_type": "text in quotes",
    "too_short": "a list of {min_length} or more",
    "tuple_type": "a list",
}


class Table(BaseModel):
    """What every table keeps to: no unknown keys, no change, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def tuples(value: object) -> object:
    """TOML's arrays, which are lists, as what does not change."""
    return tuple(tuples(entry) for entry in value) if isinstance(value, list) else value


def number(value: object) -> bool:
    """Whether a value of TOML is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def no_numbers(kind: type, given: Mapping[str, Any]) -> list[str]:
    """Which of the values given for the fields of a dataclass should be numbers, and are not."""
    numbers = {entry.name for entry in fields(kind) if str(entry.type).startswith(("float", "int"))}
    return [
        f"{key} is {value!r}: it must be a number"
        for key, value in given.items()
        if key in numbers and not number(value)
    ]


def text_in(path: Path, what: str) -> str:
    """The text of a file; `what` is what errors call it, as in "the study"."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise AskError(f"Cannot read {what} {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise AskError(f"Cannot read {what} {path}: byte {error.start} is not UTF-8. Save it as UTF-8") from error


def values_in(text: str, shown: str, what: str) -> dict[str, Any]:
    """The values in TOML text, which errors call `what` `shown`."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise AskError(f"{what[:1].upper()}{what[1:]} {shown} is not valid TOML", [f"{shown}: {error}"]) from error


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where values stand: `lines` of the file that errors call `shown`, or in `given`, from outside the file."""

    shown: str
    lines: Mapping[Key, int] = field(default_factory=dict)
    given: Mapping[Key, str] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """What errors call a key: file, line and key; or the change that put it in."""
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        change = self.change(path)
        if change is not None:
            return f"{change}: {key}"
        line = self.line(path)
        inside = [change for into, change in self.given.items() if into[: len(path)] == path]
        changed = f" with {', '.join(inside)}" if path and inside else ""
        return f"{self.shown}{f':{line}' if line else ''}{changed}{f': {key}' if key else ''}"

    def change(self, path: Key) -> str | None:
        """The change that put in what stands at `path`, or the table that stands there, if one did."""
        held = [self.given[path[:length]] for length in range(len(path), 0, -1) if path[:length] in self.given]
        if not held and path and path not in self.lines:
            held = [change for into, change in self.given.items() if into[: len(path)] == path]
        return held[0] if held else None

    def line(self, path: Key) -> int:
        """The line of `path`; 0 for what is in no file."""
        if self.change(path) is not None:
            return 0
        return line_of(path, self.lines) or self.lines.get((*path, 0), 0)  # of several tables, the first


def told(error: ValidationError, source: Source, tables: Mapping[tuple[str, ...], type[Table]]) -> list[str]:
    """All of pydantic's errors, once each, in the order of the file. `tables` says which table stands where."""
    entries = sorted(error.errors(include_url=False), key=lambda entry: source.line(tuple(entry["loc"])))
    return list(dict.fromkeys(_told(entry, source, tables) for entry in entries))


def _told(entry: ErrorDetails, source: Source, tables: Mapping[tuple[str, ...], type[Table]]) -> str:
    path = tuple(entry["loc"])
    where = source.where(*path)
    if entry["type"] == "extra_forbidden":
        return f"{where}: unknown key {str(path[-1])!r}. {near(str(path[-1]), _known(path[:-1], tables))}"
    if entry["type"] == "missing":
        return f"{where}: it is missing, and has no default"
    cause = entry.get("ctx", {}).get("error")
    if isinstance(cause, AskError):
        return f"{where}: {'; '.join([cause.what, *cause.faults])}"
    should = SHOULD.get(entry["type"])
    if should is not None:
        return f"{where} is {entry['input']!r}: it should be {should.format(**entry.get('ctx', {}))}"
    return f"{where} is {entry['input']!r}: {re.sub(r'^[A-Z][a-z]+ should ', 'it should ', entry['msg'])}"


def _known(path: Key, tables: Mapping[tuple[str, ...], type[Table]]) -> Iterable[str]:
    """The keys of the table at `path`."""
    names = _names(path)
    return (tables[names] if names in tables else tables[*names[:-1], EACH]).model_fields


def _names(path: Iterable[str | int]) -> tuple[str, ...]:
    return tuple(str(key) for key in path if not isinstance(key, int))
