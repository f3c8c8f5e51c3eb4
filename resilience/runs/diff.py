"""Two finished runs held side by side: what was asked otherwise, and what came out otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resilience.errors import RunError
from resilience.folder import AGAIN, MANIFEST, UNFINISHED, read_csv, read_json
from resilience.runs.asked import Asked, AskedStress
from resilience.written import text_in, values_in

ROUNDING = 1e-7  # relative: tables are written to nine digits
LEFT = ("summary", "unmet", "unmet_without")  # told by goods; week by week, where shortfall has the sums
TEXTS = (Asked.file, AskedStress.file)
TOLD = ("held_at", "reason", "note", "source")  # words that do not say which row it is
NEEDED = ("dataset", "inputs", "versions")  # of a manifest
TOLD_ONCE = ("seed", "draws", "policies", "strength", "solver", "command")  # of a manifest, beside files and versions
KEYS = ("within", "level", "worst_share_of_years", "share_of_a_week_unmet")  # figures that do
KINDS = {  # by what only their manifests have
    "points": "a sweep",
    "policies": "a comparison of policies",
    "hazards": "a stress of drawn years",
}
OF_YEARS = ("losses", "worst")  # tables that name drawn years: other draws have none in common


@dataclass(frozen=True, kw_only=True, eq=False)
class Difference:
    """What differs: `inputs` (columns what, a, b), `figures` (figure, a, b, change) and `rows` of tables.

    `rows` has columns table, row (the words in it), column, a, b, change; a figure is NaN where its row is missing.
    """

    inputs: pd.DataFrame
    figures: pd.DataFrame
    rows: pd.DataFrame

    @property
    def same(self) -> bool:
        """Whether the answers are equal, whatever was asked."""
        return self.rows.empty and not (self.figures["change"].fillna(0.0) != 0).any()


def diff(a: str | Path, b: str | Path) -> Difference:
    """What changed from run `a` to run `b` in inputs and answers.

    Raises
    ------
    RunError
        If either is no finished run, or they are too unlike for a difference to mean anything; it says why.
    """
    a, b = Path(a), Path(b)
    ours, theirs = _manifest(a), _manifest(b)
    _refuse_unlike(a, b, ours, theirs)
    left = {*LEFT, *(OF_YEARS if not _common(a, b, ours) else ())}
    tables = sorted({path.stem for folder in (a, b) for path in folder.glob("*.csv")} - left)
    rows = pd.concat([_rows(name, _table(a, name), _table(b, name)) for name in tables], ignore_index=True)
    return Difference(inputs=_inputs(a, b, ours, theirs), figures=_figures(ours, theirs), rows=rows)


def _manifest(folder: Path) -> Mapping[str, Any]:
    if (folder / MANIFEST).is_file():
        found = read_json(folder / MANIFEST)
        lacking = [key for key in NEEDED if key not in found]
        if lacking:
            raise RunError(f"{folder / MANIFEST} does not say {', '.join(lacking)}. {AGAIN}")
        return found
    if (folder / UNFINISHED).is_dir():
        raise RunError(f"{folder} holds a run that is not finished. Go on with it first: resilience resume {folder}")
    raise RunError(f"{folder} holds no run: give the folder that a run names at its end")


def _refuse_unlike(a: Path, b: Path, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    reasons = []
    kinds = tuple(map(_kind, (ours, theirs)))
    if kinds[0] != kinds[1]:
        reasons.append(f"the first is {kinds[0]}, the second {kinds[1]}")
    if ours["dataset"] != theirs["dataset"]:
        reasons.append(f"they rest on different datasets, {ours['dataset']!r} and {theirs['dataset']!r}")
    if not reasons and "hazards" not in ours and not _common(a, b, ours):
        reasons.append(f"they have no {'point' if 'points' in ours else 'scenario'} in common")
    if not reasons and "policies" in ours and not set(ours["policies"]) & set(theirs["policies"]):
        reasons.append("they have no policy in common")
    if reasons:
        raise RunError(f"{a} and {b} cannot be compared: {'; '.join(reasons)}")


def _common(a: Path, b: Path, ours: Mapping[str, Any]) -> bool:
    """Whether two runs of a kind have a scenario in common, or a sweep a point. Of drawn years all must be the same:
    those that share a number and a hazard by chance are not the same year.
    """
    name, key = ("points", "point") if "points" in ours else ("losses", "scenario")
    left, right = (_keys(folder / f"{name}.csv", key) for folder in (a, b))
    return left == right if "hazards" in ours else bool(left & right)


def _keys(path: Path, column: str) -> set[str]:
    table = read_csv(path)
    if column not in table:
        raise RunError(f"{path} has no column {column}. {AGAIN}")
    return set(table[column])


def _kind(manifest: Mapping[str, Any]) -> str:
    found = (words for key, words in KINDS.items() if key in manifest)
    return next(found, "a single run")


def _inputs(a: Path, b: Path, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> pd.DataFrame:
    """Settings of the study one by one, other files by their hash, versions, solver and command."""
    found = list(_changed(_settings(a), _settings(b)))
    for what, key in (("file ", "inputs"), ("version of ", "versions")):
        left, right = ({f"{what}{name}": value for name, value in one[key].items()} for one in (ours, theirs))
        left.pop("file study.toml", None), right.pop("file study.toml", None)
        found += [(name, one[:12], other[:12]) for name, one, other in _changed(left, right)]
    told = [key for key in TOLD_ONCE if key not in {name for name, _, _ in found}]
    found += _changed(*({key: _words(one.get(key, "")) for key in told} for one in (ours, theirs)))
    return pd.DataFrame(found, columns=["what", "a", "b"], dtype="str")


def _words(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(folder: Path) -> dict[str, str]:
    """The values of a study or a stress by key, scenarios by name."""
    path = next((folder / name for name in TEXTS if (folder / name).is_file()), folder / TEXTS[0])
    return dict(_flat(values_in(text_in(path, "the study"), str(path), "the study"), ""))


def _flat(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from _flat(entry, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for number, entry in enumerate(value, 1):
            yield from _flat(entry, f"{key}.{entry.get('name', number)}")
    else:
        yield key, value if isinstance(value, str) else json.dumps(value, default=str)


def _changed(a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*a, *b]):
        if a.get(name) != b.get(name):
            yield name, a.get(name, ""), b.get(name, "")


def _figures(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> pd.DataFrame:
    both = [one.get("answer", {}) for one in (ours, theirs)]
    names = list(dict.fromkeys([*both[0], *both[1]]))  # runs of other versions told other figures
    left, right = (np.array([one.get(name, np.nan) for name in names], dtype=np.float64) for one in both)
    table = pd.DataFrame({"figure": names, "a": left, "b": right})
    return table.assign(change=_change(table["a"], table["b"]))


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    return read_csv(path) if path.is_file() else pd.DataFrame()


def _rows(name: str, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """The figures of a table that differ; rows are matched by the words in them."""
    figures = [column for column in {**a, **b} if _figure(a, column) and _figure(b, column)]
    left, right = _long(a, figures).rename("a"), _long(b, figures).rename("b")
    both = pd.concat([left, right], axis=1)
    both["change"] = _change(both["a"], both["b"])
    found = both[both["change"] != 0].rename_axis(["row", "column"]).reset_index()
    found.insert(0, "table", name)
    return found.astype({"table": "str", "row": "str", "column": "str"})


def _figure(table: pd.DataFrame, column: str) -> bool:
    """Whether a column holds figures; one that is not there could."""
    if column in KEYS or column not in table:
        return column not in KEYS
    cells = table[column][table[column] != ""]
    return bool(pd.to_numeric(cells, errors="coerce").notna().all())


def _long(table: pd.DataFrame, figures: list[str]) -> pd.Series[float]:
    """One figure a row, under the words of its row (numbered where they repeat) and its column."""
    here = [column for column in figures if column in table]
    keys = [column for column in table.columns if column not in here and column not in TOLD]
    words = pd.Series([" ".join(cells) for cells in table[keys].to_numpy().tolist()], dtype="str")
    again = words.groupby(words).cumcount()
    words = words.where(again == 0, words + " #" + (again + 1).astype(str))
    parts = [pd.to_numeric(table[column]).astype(np.float64).dropna() for column in here]  # an empty cell is no figure
    places = [(words[row], column) for column, part in zip(here, parts, strict=True) for row in part.index]
    values = np.concatenate([np.zeros(0), *(part.to_numpy() for part in parts)])
    return pd.Series(values, index=pd.MultiIndex.from_tuples(places, names=["row", "column"]))


def _change(a: pd.Series[float], b: pd.Series[float]) -> pd.Series[float]:
    """B - a; 0 where it is rounding, NaN where there is only one."""
    change = b - a
    largest = pd.concat([a.abs(), b.abs()], axis=1).max(axis=1)
    return change.mask((a == b) | (change.abs() <= ROUNDING * largest), 0.0)  # both may be without end
