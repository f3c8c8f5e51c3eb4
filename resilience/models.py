"""The shipped studies, by name."""

from __future__ import annotations

from pathlib import Path

from resilience.library import choose, shelf
from resilience.study import Study


def names() -> list[str]:
    """The names `load` takes."""
    return sorted(_held())


def load(name: str) -> Study:
    """The shipped study called `name`, checked as any other.

    Raises
    ------
    AskError
        When no model has that name; it lists the closest ones.
    """
    return Study.read(choose("model", name, _held()))


def _held() -> dict[str, Path]:
    return {path.stem: path for path in shelf("models").glob("*.toml")}
