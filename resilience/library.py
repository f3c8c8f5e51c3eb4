"""Where the shipped datasets and models lie: inside an installed wheel, or beside the package in a checkout."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from resilience.errors import AskError, near

PACKAGE = Path(__file__).parent
STUDY, CONTROLS = "study", "controls"  # kinds of model


def shelf(name: str, *, package: Path = PACKAGE) -> Path:
    """The folder of shipped files called `name`: inside a wheel, else beside the package.

    >>> shelf("models").is_dir()
    True
    """
    packed = package / "_library" / name
    return packed if packed.is_dir() else package.parent / name


def kind_of(path: Path) -> str:
    """What a model's file is about: its top-level key `kind`, and a reserve study where it has none.

    A file that cannot be read counts as a study, whose reader says what is wrong with it.
    """
    try:
        return str(tomllib.loads(path.read_text("utf-8-sig")).get("kind", STUDY))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return STUDY


def held(name: str, kind: str = STUDY) -> dict[str, Path]:
    """The files of one kind on a shelf, by name.

    >>> "ipef_reserve" in held("models")
    True
    """
    return {path.stem: path for path in shelf(name).glob("*.toml") if kind_of(path) == kind}


def choose(kind: str, name: str, held: Mapping[str, Path]) -> Path:
    """The path of `name` among those held.

    Raises
    ------
    AskError
        When nothing of that name is held; it lists the closest names.
    """
    if name not in held:
        raise AskError(f"No {kind} is called {name!r}", [near(name, held)])
    return held[name]
