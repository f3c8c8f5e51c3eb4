"""A run folder: written whole or not at all, and never over another run."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.errors import RunError

DIGITS = "%.9g"  # the last digits of a solver's numbers say nothing, and would make equal runs look different


def write_run(
    folder: Path,
    *,
    study: str,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    report: Callable[[Path], object],
) -> Path:
    """Write a run into `folder`: everything goes to a hidden neighbour first, which takes the name once it is complete.

    Raises
    ------
    RunError
        If the folder holds anything, or it cannot be written.
    """
    refuse_used(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-unfinished-", dir=folder.parent))
    except OSError as error:
        raise RunError(_why(folder, error)) from error
    try:
        for name, table in tables.items():
            write_csv(table, part / f"{name}.csv")
        (part / "study.toml").write_text(study, "utf-8")
        report(part / "report.html")
        finished = {**manifest, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
        (part / "manifest.json").write_text(json.dumps(finished, indent=1) + "\n", "utf-8")
        part.chmod(0o777 & ~_umask())  # a temporary folder is its maker's alone
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise RunError(_why(folder, error)) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return folder


def refuse_used(folder: Path) -> None:
    """Complain if `folder` is a file or holds anything."""
    if folder.is_dir():
        held = sorted(path.name for path in folder.iterdir())
        if held:
            what = "holds another run" if "manifest.json" in held else f"is not empty (it holds {held[0]})"
            raise RunError(f"{folder} {what}. Give another folder with --out, or move this one away.")
    elif folder.exists():
        raise RunError(f"{folder} is a file, and a run needs a folder. Give another name with --out.")


def next_folder(parent: Path, name: str) -> Path:
    """The first of NAME-1, NAME-2, ... in `parent` that does not exist."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV whose bytes depend on nothing but the table."""
    table.to_csv(path, index=False, float_format=DIGITS, lineterminator="\n", encoding="utf-8")


def _why(folder: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: nothing was written to {folder}. Free some space, or give another folder with --out."
    return f"Cannot write {folder}: {error.strerror or error}. Nothing was left there. Give another folder with --out."


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
