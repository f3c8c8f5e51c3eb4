"""What is wrong with a study, in the analyst's words, and where it stands: in a line of its file, or in a change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from resilience.errors import AskError, near
from resilience.lines import Path, line_of
from resilience.study.table import Table


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where values stand: `lines` of the file that errors call `shown`, or in `given`, from outside the file."""

    shown: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    given: Mapping[Path, str] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """What errors call a key: file, line and key; or the change that put it in."""
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        change = self.change(path)
        if change is not None:
            return f"{change}: {key}"
        line = line_of(path, self.lines)
        return f"{self.shown}{f':{line}' if line else ''}{f': {key}' if key else ''}"

    def change(self, path: Path) -> str | None:
        """The change that put in what stands at `path`, or the table that stands there, if one did."""
        held = [self.given[path[:length]] for length in range(len(path), 0, -1) if path[:length] in self.given]
        if not held and path and path not in self.lines:
            held = [change for into, change in self.given.items() if into[: len(path)] == path]
        return held[0] if held else None

    def line(self, path: Path) -> int:
        """The line of `path`; 0 for what is in no file."""
        return 0 if self.change(path) is not None else line_of(path, self.lines) or 0


def told(error: ValidationError, source: Source, tables: Mapping[tuple[str, ...], type[Table]]) -> list[str]:
    """All of pydantic's errors, once each, in the order of the file. `tables` says which table stands where."""
    entries = sorted(error.errors(include_url=False), key=lambda entry: source.line(tuple(entry["loc"])))
    return list(dict.fromkeys(_told(entry, source, tables) for entry in entries))


def _told(entry: ErrorDetails, source: Source, tables: Mapping[tuple[str, ...], type[Table]]) -> str:
    path = tuple(entry["loc"])
    where = source.where(*path)
    if entry["type"] == "extra_forbidden":
        known = tables[_names(path[:-1])].model_fields
        return f"{where}: unknown key {str(path[-1])!r}. {near(str(path[-1]), known)}"
    if entry["type"] == "missing":
        return f"{where}: it is missing, and has no default"
    cause = entry.get("ctx", {}).get("error")
    if isinstance(cause, AskError):
        return f"{where}: {'; '.join([cause.what, *cause.faults])}"
    return f"{where} is {entry['input']!r}: {re.sub(r'^[A-Z][a-z]+ should ', 'it should ', entry['msg'])}"


def _names(path: Iterable[str | int]) -> tuple[str, ...]:
    return tuple(str(key) for key in path if not isinstance(key, int))
