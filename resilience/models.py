"""The shipped studies, by name."""

from __future__ import annotations

from resilience.errors import AskError
from resilience.library import STUDY, choose, held, kind_of, shelf
from resilience.study import Study


def names() -> list[str]:
    """The names `load` takes."""
    return sorted(held("models"))


def load(name: str) -> Study:
    """The shipped study called `name`, checked as any other.

    Raises
    ------
    AskError
        When no model has that name; it lists the closest ones. Or when that model is no study.
    """
    path = shelf("models") / f"{name}.toml"
    if not path.is_file():
        return Study.read(choose("model", name, held("models")))
    if (kind := kind_of(path)) != STUDY:
        raise AskError(f"The model {name!r} is no reserve study. Try: resilience {kind} {name}")
    return Study.read(path)
