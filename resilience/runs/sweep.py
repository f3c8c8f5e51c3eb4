"""A study answered at each point of its sweep, a run each, and what came of them in one table.

A point is the unit that is kept: its folder, RUN/point-1 and so on, comes into being whole. Points are tasks of an
engine, so as many are under way as it has workers.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.answering import run
from resilience.engine import Done, Engine, nothing
from resilience.errors import RunError
from resilience.folder import MANIFEST, UNFINISHED, fill, read_csv, why
from resilience.formats import FORMS
from resilience.result import Files
from resilience.runs.asked import Asked
from resilience.runs.unfinished import Unfinished
from resilience.study import Study

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point as a worker is told it."""

    text: str
    path: str
    gap: float
    time_limit_s: float
    command: str
    also: tuple[str, ...]


def answered(state: object, point: Point) -> dict[str, bytes]:
    """Run in the worker: the files of the point's folder."""
    study = Study.from_text(point.text, path=Path(point.path) if point.path else None)
    result = run(study, gap=point.gap, time_limit_s=point.time_limit_s).by(point.command)
    with tempfile.TemporaryDirectory() as name:
        folder, files = Path(name), result.files()
        fill(folder, **files)
        for form in point.also:
            FORMS[form](files["tables"], folder)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def sweep(going: Unfinished, asked: Asked, engine: Engine, say: Say) -> tuple[pd.DataFrame, pd.DataFrame, Files]:
    """Answer every point that is not there yet: the table of points, what failed, and the files of the whole.

    The table has a row for each point, in the order of the sweep: point, what it sets, failed_scenarios, and the
    figures of `Result.figures`, empty where the point failed. Failures have columns point, scenario ("" where it was
    the point itself), reason.
    """
    study = asked.study()
    points = {f"point-{number}": changes for number, changes in enumerate(study.points().changes, 1)}
    names = [name for name in points if not (going.folder / name / MANIFEST).is_file()]
    missing = _Missing(study, asked, {name: points[name] for name in names})
    broken: dict[str, str] = {}
    with engine.team(nothing) as team:
        for outcome in team.work(answered, missing, progress=_pace(say, len(points) - len(missing), len(points))):
            if isinstance(outcome, Done):
                _keep(going, outcome.key, outcome.value)
            else:
                broken[outcome.key] = outcome.reason
    table = pd.DataFrame([_row(going.folder / name, changes) for name, changes in points.items()])
    failures = pd.concat([_failed(going.folder / name, broken.get(name)) for name in points], ignore_index=True)
    tables = {"points": table} | ({"failures": failures} if len(failures) else {})
    manifest = {
        "study": study.name,
        "dataset": study.dataset,
        "inputs": dict(asked.inputs),
        "versions": dict(asked.versions),
        "seed": study.seed,
        "command": asked.command,
        "points": len(points),
        "tables": {name: len(one) for name, one in tables.items()},
    }
    return table, failures, Files(study=asked.text, tables=tables, manifest=manifest, report=None)


class _Missing(Mapping[str, Point]):
    """The points that are still to be answered, each written out when it is sent: a study's text each is too much."""

    def __init__(self, study: Study, asked: Asked, changes: Mapping[str, Mapping[str, object]]) -> None:
        self.study = study
        self.asked = asked
        self.changes = changes

    def __getitem__(self, name: str) -> Point:
        asked = self.asked
        text = self.study.at(self.changes[name]).text
        return Point(
            text=text, path=asked.path, gap=asked.gap, time_limit_s=asked.time_limit_s, command=asked.command,
            also=asked.also,
        )  # fmt: skip

    def __iter__(self) -> Iterator[str]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)


def _pace(say: Say, before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _: say(f"{before + done} of {total} points")


def _keep(going: Unfinished, name: str, files: Mapping[str, bytes]) -> None:
    """A point's folder, whole or not at all."""
    part = going.folder / UNFINISHED / name
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for file, data in files.items():
            (part / file).write_bytes(data)
        part.rename(going.folder / name)
    except OSError as error:
        raise RunError(why(going.folder / name, error)) from error


def _row(folder: Path, changes: Mapping[str, object]) -> dict[str, Any]:
    settings = {
        key: json.dumps(value) if isinstance(value, list | tuple | dict) else value for key, value in changes.items()
    }
    row = {"point": folder.name, **settings, "failed_scenarios": 0}
    if not (folder / MANIFEST).is_file():
        return row
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    failed = manifest["tables"].get("failures", 0)
    return {
        **row,
        "failed_scenarios": failed,
        **manifest["answer"],
        **{key: manifest[key] for key in ("gap", "status")},
    }


def _failed(folder: Path, reason: str | None) -> pd.DataFrame:
    if reason is not None:
        return pd.DataFrame({"point": [folder.name], "scenario": [""], "reason": [reason]})
    path = folder / "failures.csv"
    found = read_csv(path) if path.is_file() else pd.DataFrame({"scenario": [], "reason": []}, dtype="str")
    return found.assign(point=folder.name)[["point", "scenario", "reason"]]
