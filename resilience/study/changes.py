"""Values put into a study from outside its file: by `Study.having`, by `--set KEY=VALUE`, by a sweep."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from resilience.errors import AskError, near
from resilience.lines import Path

BETWEEN = re.compile(r'\.(?=(?:[^"]*"[^"]*")*[^"]*$)')  # a dot with a whole number of quoted parts after it


def parsed(words: Sequence[str]) -> dict[str, object]:
    """The changes that `KEY=VALUE` words ask for; values are TOML, and words need no quotes.

    Raises
    ------
    AskError
        Naming each word that is not of this form, or whose key came before.

    >>> parsed(["sizing.budget_usd=2e9", "members=quad"])
    {'sizing.budget_usd': 2000000000.0, 'members': 'quad'}
    """
    changes: dict[str, object] = {}
    faults = []
    for word in words:
        key, sign, value = (part.strip() for part in word.partition("="))
        if not sign or not key:
            faults.append(f"--set {word!r}: write it as key=value, for example --set sizing.budget_usd=1e9")
        elif key in changes:
            faults.append(f"--set {word!r}: {key} is set twice. Keep one")
        else:
            changes[key] = _value(value)
    if faults:
        raise AskError("The study cannot be changed as asked", faults)
    return changes


def named(words: Sequence[str]) -> dict[str, str]:
    """What errors call the changes of `parsed`, by key."""
    return {word.partition("=")[0].strip(): f"--set {word}" for word in words}


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def put(values: dict[str, Any], key: str, value: object) -> Path:
    """Set one value in place, or take it out where it is None; an array of tables is entered by the `name` of an entry,
    or its number from 1.

    Where it stands then: a number counts entries from 0.

    Raises
    ------
    AskError
        If the key leads nowhere.
    """
    *steps, last = _parts(key)
    at: Any = values
    path: Path = ()
    for step in steps:
        if isinstance(at, list):
            number = _entry(at, step, key)
            path, at = (*path, number), at[number]
        else:
            path, at = (*path, step), at.setdefault(step, {})
        if not isinstance(at, dict | list):
            raise AskError(f"{key!r} leads nowhere: {step!r} is a value, not a table")
    if isinstance(at, list):
        raise AskError(f"{key!r} leads nowhere: give the entry's name and then a key, as in scenario.NAME.probability")
    if value is None:
        at.pop(last, None)
    else:
        at[last] = value
    return (*path, last)


def _parts(key: str) -> list[str]:
    """The key's parts, between dots that are not in quotes."""
    parts = [part.strip().strip('"') for part in BETWEEN.split(key)]
    if not all(parts):
        raise AskError(f"{key!r} leads nowhere: it has an empty part")
    return parts


def _entry(entries: Sequence[Any], step: str, key: str) -> int:
    """Which of the entries of an array is meant; a name counts before a number."""
    named = {
        str(entry["name"]): at for at, entry in enumerate(entries) if isinstance(entry, Mapping) and "name" in entry
    }
    numbered = {str(number): number - 1 for number in range(1, len(entries) + 1)}
    known = numbered | named
    if step not in known:
        raise AskError(f"{key!r} leads nowhere: no entry {step!r}", [near(step, named or numbered)])
    return known[step]
