"""A table checked against its descriptor: every fault, once.

Descriptors are Data Package resources (`network.json` beside this file): fields with types, defaults and constraints, a
primary key, foreign keys. A blank cell takes the field's default; a blank cell without a default is missing (NaN).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resilience.errors import Fault, near

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
COMMENT = "#"  # what a row begins with that is for people alone
KIND = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: what may stand in it."""

    name: str
    type: str
    default: Any = None
    required: bool = False
    minimum: float | None = None
    above: float | None = None  # exclusive minimum
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """One table: its columns, its key, and the tables it points to."""

    name: str
    required: bool
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    references: tuple[tuple[str, str, str], ...]  # column here, table there, column there

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The column called `name`."""
        return next(field for field in self.fields if field.name == name)


def descriptor() -> dict[str, Any]:
    """The Data Package descriptor of a network's folder."""
    found: dict[str, Any] = json.loads((files("resilience") / "network.json").read_text("utf-8"))
    return found


@cache
def schemas() -> Mapping[str, Schema]:
    """The tables of a network by name, in the order of the descriptor."""
    return {resource["name"]: _schema(resource) for resource in descriptor()["resources"]}


def _schema(resource: Mapping[str, Any]) -> Schema:
    fields = []
    for entry in resource["schema"]["fields"]:
        limits = entry.get("constraints", {})
        fields.append(
            Field(
                name=entry["name"],
                type=entry["type"],
                default=entry.get("default"),
                required=limits.get("required", False),
                minimum=limits.get("minimum"),
                above=limits.get("exclusiveMinimum"),
                maximum=limits.get("maximum"),
                choices=tuple(limits.get("enum", ())),
                unit=entry.get("unit", ""),
                description=entry.get("description", ""),
            )
        )
    references = tuple(
        (entry["fields"], entry["reference"]["resource"], entry["reference"]["fields"])
        for entry in resource["schema"]["foreignKeys"]
    )
    return Schema(
        name=resource["name"],
        required=resource["required"],
        fields=tuple(fields),
        key=tuple(resource["schema"]["primaryKey"]),
        references=references,
    )


def read_text(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """The cells of a CSV as text, as they stand, and what is wrong with the file itself.

    Byte-order marks and Windows line ends are accepted; `NA` stays the text NA (Namibia's code). Rows that begin with #
    are comments. The index is the row a spreadsheet shows, so the first row below the header is 2.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "Save it as UTF-8 (in Excel: CSV UTF-8)"
        return pd.DataFrame(), [Fault(file=path.name, rule=f"not UTF-8 text at byte {error.start}", remedy=remedy)]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = [cell.strip() for cell in rows[0]] if rows else []
    faults = []
    if not any(header):
        return pd.DataFrame(), [Fault(file=path.name, rule="empty file", remedy="Give it a header row")]
    if wrong := wrong_heads(header, path.name):
        return pd.DataFrame(), wrong
    kept, numbers = [], []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row) or is_comment(row[0]):
            continue
        if len(row) != len(header):
            rule = f"the row has {len(row)} cells where the header has {len(header)}"
            remedy = "Quote cells that hold a comma, or add what is missing"
            faults.append(Fault(file=path.name, row=number, value=",".join(row)[:60], rule=rule, remedy=remedy))
            continue
        kept.append([cell.strip() for cell in row])
        numbers.append(number)
    return pd.DataFrame(kept, columns=header, index=numbers, dtype="str"), faults


def wrong_heads(header: Sequence[str], file: str) -> list[Fault]:
    """Columns that a header names twice, or not at all."""
    twice = sorted({name for name in header if name and header.count(name) > 1})
    rule, remedy = "the header names a column twice", "Keep one of them"
    faults = [Fault(file=file, row=1, column=name, rule=rule, remedy=remedy) for name in twice]
    if not all(header):
        number = list(header).index("") + 1
        rule, remedy = f"column {number} has no name in the header", "Name it, or delete it if it is empty"
        faults.append(Fault(file=file, row=1, rule=rule, remedy=remedy))
    return faults


def is_comment(first_cell: str) -> bool:
    """Whether a row that begins so is for people alone."""
    return first_cell.lstrip().startswith(COMMENT)


def check_table(raw: pd.DataFrame, schema: Schema, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """`raw` in the schema's types and order, defaults filled in, and every cell that breaks a rule.

    A cell at fault comes back missing, so that rules across tables can still be tried on the rest.
    """
    faults: list[Fault] = []
    columns = [str(name) for name in raw.columns]
    for name in columns:
        if name not in schema.columns:
            rule, remedy = "unknown column", near(name, schema.columns)
            faults.append(Fault(file=file, row=1, column=name, rule=rule, remedy=remedy))
    typed = {}
    for field in schema.fields:
        if field.name in columns:
            typed[field.name], broken = _check_column(raw[field.name], field, file, leads=field is schema.fields[0])
            faults += broken
        else:
            if field.required:
                remedy = f"Add it: {field.description or KIND[field.type]}"
                faults.append(Fault(file=file, column=field.name, rule="missing column", remedy=remedy))
            typed[field.name] = _column([field.default] * len(raw), field)
    frame = pd.DataFrame(typed, index=raw.index)
    key = list(schema.key)
    again = frame.duplicated(key).to_numpy()
    if again.any():
        again = again & frame[key].notna().all(axis=1).to_numpy()
    for row, *cells in frame.loc[again, key].itertuples(name=None) if again.any() else ():
        rule, remedy = "this key already stands in a row above", "Keep one row for each key, or add them up"
        value = "/".join(map(str, cells))
        faults.append(Fault(file=file, row=row, column="/".join(key), value=value, rule=rule, remedy=remedy))
    return frame, faults


def _dtype(field: Field) -> str:
    return {"string": "str", "number": "float64", "integer": "float64", "boolean": "bool"}[field.type]


def _check_column(raw: pd.Series, field: Field, file: str, *, leads: bool) -> tuple[Any, list[Fault]]:
    """The cells of a column in its type, and its faults. In arrays: most tables are too small for pandas."""
    told = _Told(raw, field, file)
    if field.type in ("number", "integer"):
        return _numbers(raw, field, told), told.faults
    text = told.text
    blank = text == ""
    if leads:
        wrong = np.array([is_comment(cell) for cell in text], dtype=bool)
        told.blame(wrong, "begins with #, as comments do in files", "Begin it with a letter or a digit")
        text = _with(text, None, wrong)
    if field.required:
        told.blame(blank, "must not be blank", f"Give {field.description or KIND[field.type]}")
    if field.type == "boolean":
        word = [cell.lower() for cell in text]
        true, known = (np.array([cell in words for cell in word], dtype=bool) for words in (TRUE, TRUE | FALSE))
        told.blame(~blank & ~known, "neither true nor false", "Write true or false")
        return true | (blank & bool(field.default)), told.faults
    if field.choices:
        wrong = ~blank & ~np.array([cell in field.choices for cell in text], dtype=bool)
        told.blame(wrong, "not one of the words allowed here", f"Use one of: {', '.join(field.choices)}")
        text = _with(text, None, wrong)
    return _column(_with(text, None if field.default is None else str(field.default), blank), field), told.faults


def _numbers(raw: pd.Series, field: Field, told: _Told) -> np.ndarray:
    if raw.dtype.kind in "iuf":
        numbers: np.ndarray = raw.to_numpy(dtype=np.float64, na_value=np.nan).copy()
        blank = np.isnan(numbers)
    else:
        blank = told.text == ""
        numbers = np.array(pd.to_numeric(pd.Series(_with(told.text, None, blank)), errors="coerce"), dtype=np.float64)
    if field.required:
        told.blame(blank, "must not be blank", f"Give {field.description or KIND[field.type]}")
    wrong = ~blank & ~np.isfinite(numbers)
    told.blame(wrong, f"not {KIND[field.type]}", "Write digits with a point for decimals, or leave it blank")
    numbers[wrong] = np.nan
    if field.type == "integer":
        broken = ~np.isnan(numbers) & (numbers % 1 != 0)
        told.blame(broken, "not a whole number", "Round it")
        numbers[broken] = np.nan
    for broken, rule in _outside(numbers, field):
        told.blame(broken, rule, f"Check its unit ({field.unit})" if field.unit else "Correct it")
        numbers[broken] = np.nan
    if field.default is not None:
        numbers[blank] = float(field.default)
    return numbers


def _column(cells: Sequence[Any] | np.ndarray, field: Field) -> Any:
    """Cells in the type of their column."""
    return pd.Series(cells, dtype=_dtype(field)).array


def _with(cells: np.ndarray, other: str | None, where: np.ndarray) -> np.ndarray:
    """The cells, with another in some places."""
    changed = cells.copy()
    changed[where] = other
    return changed


def _outside(numbers: np.ndarray, field: Field) -> list[tuple[np.ndarray, str]]:
    found = []
    if field.minimum is not None:
        found.append((numbers < field.minimum, f"below {field.minimum:g}"))
    if field.above is not None:
        found.append((numbers <= field.above, f"not above {field.above:g}"))
    if field.maximum is not None:
        found.append((numbers > field.maximum, f"above {field.maximum:g}"))
    return found


class _Told:
    """The faults of one column, with its cells as text to tell them by."""

    def __init__(self, raw: pd.Series, field: Field, file: str) -> None:
        self.raw, self.field, self.file = raw, field, file
        self.faults: list[Fault] = []

    @cached_property
    def text(self) -> np.ndarray:
        """Cells as text, stripped; blank ones as "". A frame's NaN is blank, a file's `NaN` is text in a number."""
        return np.array(["" if _is_blank(cell) else str(cell).strip() for cell in self.raw.tolist()], dtype=object)

    def blame(self, wrong: np.ndarray, rule: str, remedy: str) -> None:
        if not wrong.any():
            return
        for row, cell in zip(self.raw.index[wrong], self.text[wrong], strict=True):
            self.faults.append(
                Fault(file=self.file, row=row, column=self.field.name, value=cell or None, rule=rule, remedy=remedy)
            )


def _is_blank(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell))


def check_references(frames: Mapping[str, pd.DataFrame], shown: Mapping[str, str]) -> list[Fault]:
    """Every cell that names a row which is not there. `shown` maps a table to the file name to print."""
    faults = []
    for name, frame in frames.items():
        for column, other, target in schemas()[name].references:
            if other not in frames:
                continue
            known = set(frames[other][target].dropna())
            if len(frames[other]) and not known:  # its key column is missing and already told
                continue
            cells = frame[column].tolist()
            lost = [at for at, cell in enumerate(cells) if cell not in known and not _is_blank(cell)]
            for row, at in zip(frame.index[lost], lost, strict=True):
                rule = f"unknown {target.replace('_id', '')}: no such row in {shown[other]}"
                faults.append(
                    Fault(
                        file=shown[name], row=row, column=column, value=cells[at], rule=rule,
                        remedy=near(str(cells[at]), known),
                    )
                )  # fmt: skip
    return faults


def write_table(frame: pd.DataFrame, schema: Schema, path: Path) -> None:
    """One table as CSV: UTF-8, plain line ends, numbers in the fewest digits that read back equal."""
    whole = {field.name: "Int64" for field in schema.fields if field.type == "integer"}  # 4, not 4.0
    frame.astype(whole).to_csv(path, index=False, lineterminator="\n", na_rep="")


def empty(name: str) -> pd.DataFrame:
    """A table of a network with its columns and no rows."""
    return _empty(name).copy(deep=False)  # pandas copies on write


@cache
def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({field.name: _column([], field) for field in schemas()[name].fields})


def key_text(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """Each row's key joined by `/`, as figures.csv writes it."""
    text = frame[key[0]].astype("str")
    for name in key[1:]:
        text = text + "/" + frame[name].astype("str")
    return text


def cells(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The cells of some columns, a tuple a row: what names a row where a set or a dict will do."""
    return list(zip(*(frame[column].tolist() for column in columns), strict=True))


def numbered(frame: pd.DataFrame, *columns: str) -> dict[tuple[Any, ...], int]:
    """The number of the row that some columns name."""
    return {name: number for number, name in enumerate(cells(frame, *columns))}
