"""On which line of a TOML text each key stands, for errors that point at it.

Read alongside `tomllib`, which gives values and no places. What stands inside an inline table or an array is found at
the statement that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
KEY = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
DOTTED = rf"{KEY}(?:\s*\.\s*{KEY})*"
HEADER = re.compile(rf"^\s*(\[\[?)\s*({DOTTED})\s*\]")
STATEMENT = re.compile(rf"^\s*({DOTTED})\s*=\s*(.*)$")


def lines_of(text: str) -> dict[Path, int]:
    r"""The line, counted from 1, of every table and key of a TOML text that stands at the start of a line.

    >>> lines_of('name = "a"\n[[scenario]]\n[[scenario]]\nname = "b"')[("scenario", 1, "name")]
    4
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    open_quotes, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if open_quotes or depth:
            open_quotes, depth = _after(line, open_quotes, depth)
            continue
        if header := HEADER.match(line):
            table = _inside(_keys(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif statement := STATEMENT.match(line):
            found[(*table, *_keys(statement[1]))] = number
            open_quotes, depth = _after(statement[2], "", 0)
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of `path`, or of the nearest thing that holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _keys(dotted: str) -> Path:
    return tuple(key.strip("\"'") for key in re.findall(KEY, dotted))


def _inside(keys: Path, counts: Mapping[Path, int]) -> Path:
    """The path of a header, with the number of the latest entry after each array of tables it passes through."""
    path: Path = ()
    for key in keys[:-1]:
        path = (*path, key)
        if path in counts:
            path = (*path, counts[path])
    return (*path, *keys[-1:])


def _after(line: str, quotes: str, depth: int) -> tuple[str, int]:
    """Whether a line ends inside a string of several lines, or how many brackets deep."""
    at = 0
    while at < len(line):
        if quotes:
            if quotes.startswith('"') and line[at] == "\\":
                at += 2
            elif line.startswith(quotes, at):
                at += len(quotes)
                quotes = ""
            else:
                at += 1
            continue
        if line[at] == "#":
            break
        if line[at] in "\"'":
            quotes = line[at] * 3 if line.startswith(line[at] * 3, at) else line[at]
            at += len(quotes)
            continue
        depth += (line[at] in "[{") - (line[at] in "]}")
        at += 1
    return (quotes if len(quotes) == 3 else ""), depth
