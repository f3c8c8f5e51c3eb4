"""The shipped datasets, by name."""

from __future__ import annotations

from pathlib import Path

from resilience.errors import AskError, near
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


def find(name: str, *, place: Path = Path()) -> Path:
    """Where the files lie of the shipped dataset of that name, or of the network in that folder, seen from `place`.

    Raises
    ------
    AskError
        If there is neither.
    """
    if name in names():
        return folder(name)
    if (place / name).is_dir():
        return place / name
    raise AskError(f"No dataset is called {name!r}, and no such folder is here. {near(name, names())}")


def _held() -> dict[str, Path]:
    return {goods.parent.name: goods.parent for goods in shelf("datasets").glob("*/goods.csv")}


def seen_from(place: Path, name: str, *, what: str, where: str) -> Path:
    """The folder of the network that a file at `place` names: a shipped dataset, or a folder seen from the file's own.

    Raises
    ------
    AskError
        If there is neither; `what` has none, as `where` names it.
    """
    if name in names():
        return folder(name)
    if (place / name).is_dir():
        return place / name
    remedy = f"{near(name, names())} Or give a folder, seen from the file's own."
    raise AskError(f"{what} has no network", [f"{where}: no dataset is called {name!r}. {remedy}"])
