"""What an answer rests on: which files, which versions, which seed, which solver, and how far it is proved."""

from __future__ import annotations

import hashlib
import platform
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("supply-resilience", "highspy", "networkx", "numpy", "pandas", "pulp", "pydantic", "scipy")


@dataclass(frozen=True, kw_only=True, eq=False)
class Provenance(Mapping[str, Any]):
    """Read it by attribute or by key. It holds no time and no machine path: the same run gives the same words.

    `inputs` maps each file read to its SHA-256, `versions` each package to its version; `rows` and `columns` are
    the size of the program.
    """

    study: str
    dataset: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    seed: int
    solver: str
    status: str
    gap: float
    rows: int
    columns: int
    command: str

    def __getitem__(self, key: str) -> Any:
        if key not in set(self):
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return (entry.name for entry in fields(self))

    def __len__(self) -> int:
        return len(fields(self))


def versions() -> dict[str, str]:
    """Python and the packages that answers hang on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree that is not installed
            found[package] = "not installed"
    return found


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dataset_files(folder: Path) -> dict[str, Path]:
    """The files of a dataset that an answer rests on, under their names in it."""
    return {f"{folder.name}/{path.name}": path for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".json")}


def command() -> str:
    """The command that is running, as typed; "python" inside a program or a notebook."""
    name = Path(sys.argv[0]).name if sys.argv else ""
    if name in ("resilience", "__main__.py"):
        return shlex.join(["resilience", *sys.argv[1:]])
    return "python"
