"""Where the shipped datasets and models lie: inside an installed wheel, or beside the package in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from resilience.errors import AskError, near

PACKAGE = Path(__file__).parent


def shelf(name: str, *, package: Path = PACKAGE) -> Path:
    """The folder of shipped files called `name`: inside a wheel, else beside the package.

    >>> shelf("models").is_dir()
    True
    """
    packed = package / "_library" / name
    return packed if packed.is_dir() else package.parent / name


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
