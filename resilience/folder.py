"""A run's folder: what stands in it, written whole or not at all, and never over another run."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.errors import RunError
from resilience.formulas import escaped, unescaped
from resilience.journal import Lock

RUNS = Path("runs")  # where runs stand that were given no folder
COMPARISONS = Path("comparisons")  # and where comparisons of policies do
STRESSES = Path("stresses")  # and stresses of drawn years
DIGITS = "%.9g"  # the last digits of a solver's numbers say nothing, and would make equal runs look different
ANSWER = "answer.json"  # what a report reads of an answer that lies beside a run
MANIFEST = "manifest.json"  # the last file to come: where it stands, the run is finished
UNFINISHED = "unfinished"  # what a run that is not finished has of its own
ASKED = "asked.json"  # in there: what the run was asked
AGAIN = "Put back what it was, or run the study anew"  # where a folder is no longer what a run left
TIMES = "times.txt"  # the only file that differs between equal runs


def write_run(
    folder: Path,
    *,
    study: str,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    report: Callable[[Path], object] | None,
    answer: Mapping[str, Any] | None = None,
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
        raise RunError(why(folder, error)) from error
    try:
        fill(part, study=study, tables=tables, manifest=manifest, report=report, answer=answer)
        note(part, "finished")
        part.chmod(0o777 & ~_umask())  # a temporary folder is its maker's alone
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise RunError(why(folder, error)) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return folder


def fill(
    folder: Path,
    *,
    study: str,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    report: Callable[[Path], object] | None,
    answer: Mapping[str, Any] | None = None,
    named: str = "study.toml",
) -> None:
    """Write the files of a run into a folder that is there; `named` is what the text of its study is called."""
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    (folder / named).write_text(study, "utf-8")
    if answer is not None:
        (folder / ANSWER).write_text(json.dumps(answer, indent=1, allow_nan=False) + "\n", "utf-8")
    if report is not None:
        report(folder / "report.html")
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def note(folder: Path, what: str) -> None:
    """Add a line to the times of a run."""
    with (folder / TIMES).open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {what}\n")


def refuse_used(folder: Path) -> None:
    """Complain if `folder` is a file or holds anything but what is left of a run that was stopped as it began."""
    if folder.is_dir():
        held = sorted(path.name for path in folder.iterdir())
        if UNFINISHED in held and MANIFEST not in held:
            Lock(path=folder / UNFINISHED / "lock", folder=folder).refuse_held()
            if held == [UNFINISHED] and not (folder / UNFINISHED / ASKED).exists():
                return  # stopped before it was written down: nothing was begun
            raise RunError(
                f"{folder} holds a run that is not finished. Go on with it: resilience resume {folder}\n"
                "Or give another folder with --out, or move this one away."
            )
        if held:
            what = "holds another run" if MANIFEST in held else f"is not empty (it holds {held[0]})"
            raise RunError(f"{folder} {what}. Give another folder with --out, or move this one away.")
    elif folder.exists():
        raise RunError(f"{folder} is a file, and a run needs a folder. Give another name with --out.")


def next_folder(parent: Path, name: str) -> Path:
    """The first of NAME-1, NAME-2, ... in `parent` that does not exist."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def newest(
    name: str, mark: str, *others: str, lacking: str | None = None, among: Sequence[Path] = (RUNS,)
) -> Path | None:
    """Of the runs of a study in ./runs, the one whose `mark`, a file or folder, is newest; None where there is none.

    `name` is what the study calls itself, or the path of its file. Those that lack one of `others`, or have a file
    `lacking`, do not count. `among` are the folders to look in.
    """
    numbered = re.compile(re.escape(_called(name)) + "-[0-9]+")
    found = [
        run for parent in among for run in parent.glob("*")
        if numbered.fullmatch(run.name) and all((run / one).exists() for one in (mark, *others))
        and not (lacking is not None and (run / lacking).is_file())
    ]  # fmt: skip
    return max(found, key=lambda run: (run / mark).stat().st_mtime, default=None)


def _called(name: str) -> str:
    """What a study is called that is named by its file: as it says, or as the file is where that is not there."""
    path = Path(name)
    if path.suffix != ".toml":
        return name
    try:
        return str(tomllib.loads(path.read_text("utf-8-sig")).get("name", path.stem))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return path.stem


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV whose bytes depend on nothing but the table; text that looks like a formula is escaped."""
    table = table.rename(columns=lambda name: _safe(str(name)))
    for name, column in table.items():
        if not pd.api.types.is_numeric_dtype(column):
            table[name] = column.map(_safe)
    table.to_csv(path, index=False, float_format=DIGITS, lineterminator="\n", encoding="utf-8")


def read_csv(path: Path) -> pd.DataFrame:
    """A table that `write_csv` wrote, every cell as text.

    Raises
    ------
    RunError
        If it is not there, or no table.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:  # what is no table is a ValueError of pandas
        raise RunError(f"Cannot read {path} ({_told(error)}). {AGAIN}") from error
    return table.rename(columns=unescaped).map(unescaped)


def read_json(path: Path) -> dict[str, Any]:
    """What a JSON file of a run holds.

    Raises
    ------
    RunError
        If it is not there, or holds something else.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"Cannot read {path} ({_told(error)}). {AGAIN}") from error
    if not isinstance(found, dict):
        raise RunError(f"{path} is not what a run writes. {AGAIN}")
    return found


def _told(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, whatever stops us."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def why(folder: Path, error: OSError) -> str:
    """A system's refusal to write into `folder`, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"The disk is full: nothing was written to {folder}. Free some space, or give another folder with --out."
    return f"Cannot write {folder}: {error.strerror or error}. Nothing was left there. Give another folder with --out."


def _safe(value: object) -> object:
    return escaped(value) if isinstance(value, str) else value


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
