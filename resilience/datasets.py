"""The shipped datasets, by name."""

from __future__ import annotations

from pathlib import Path

from resilience.library import choose, shelf
from resilience.network import Network


def names() -> list[str]:
    """The names `load` takes."""
    return sorted(_held())


def load(name: str) -> Network:
    """The shipped network called `name`, checked as any other.

    Raises
    ------
    AskError
        When no dataset has that name; it lists the closest ones.
    """
    return Network.read(folder(name))


def folder(name: str) -> Path:
    """Where the files of the shipped dataset called `name` lie."""
    return choose("dataset", name, _held())


def _held() -> dict[str, Path]:
    return {goods.parent.name: goods.parent for goods in shelf("datasets").glob("*/goods.csv")}
