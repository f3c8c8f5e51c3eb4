"""A network as an Excel workbook: one sheet a table, numbers as numbers, checked like a folder.

Text that a spreadsheet could take for a formula (a leading = + - @) is written with an apostrophe before it, which
reading takes off again. A formula found on reading is a fault: nothing in a workbook is ever computed. Rows that begin
with # are comments.
"""

from __future__ import annotations

import datetime
import importlib
import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd

from resilience import tables
from resilience.errors import DataError, Fault, MissingExtraError, misspelt
from resilience.formats import workbook
from resilience.formulas import escaped, unescaped
from resilience.network import Network

ABOUT = "about"  # the sheet for what a folder keeps in datapackage.json
LONGEST = 32767  # characters a cell can hold


class _Exact(float):
    """A number that xlsxwriter prints in all its digits: its own format keeps 16, and some need 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def read_excel(path: str | Path) -> Network:
    """The network in a workbook with a sheet for each table, checked in one pass.

    Parameters
    ----------
    path
        An .xlsx file with at least the sheets goods and producers; what else it may hold stands in the glossary.

    Raises
    ------
    DataError
        Naming every fault with sheet, row, column, value, rule and remedy.
    MissingExtraError
        If openpyxl is not installed.
    """
    path = Path(path)
    openpyxl = _extra("openpyxl")
    if not path.is_file():
        raise DataError(
            "Cannot read a network", [Fault(file=str(path), rule="no such file", remedy="Give an .xlsx file")]
        )
    try:
        book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    except (BadZipFile, KeyError, ValueError, OSError, openpyxl.utils.exceptions.InvalidFileException) as error:
        fault = Fault(file=path.name, rule=f"not an Excel workbook ({error})", remedy="Save it as .xlsx")
        raise DataError("Cannot read a network", [fault]) from error
    try:
        sheets = {sheet.title: list(sheet.iter_rows()) for sheet in book.worksheets}
    finally:
        book.close()
    shown = {table: f"sheet {table}" for table in tables.schemas()}
    raw, faults = {}, _strange_names(list(sheets))
    for table in tables.schemas():
        if table in sheets:
            raw[table], broken = _sheet(sheets[table], shown[table])
            faults += broken
    about, broken = _about(sheets.get(ABOUT, []))
    return Network.checked(about.get("name", path.stem), raw, shown, faults + broken, about)


def write_excel(network: Network, path: str | Path) -> Path:
    """Write the tables that hold rows as a workbook that `read_excel` returns equal.

    Raises
    ------
    DataError
        If a text is longer than a cell can hold.
    MissingExtraError
        If xlsxwriter is not installed.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    frames = {name: network.table(name) for name, schema in tables.schemas().items()}
    held = {name: frame for name, frame in frames.items() if len(frame) or tables.schemas()[name].required}
    about = {**network.about, "name": network.name}
    told = pd.DataFrame({"key": list(about), "value": [json.dumps(value) for value in about.values()]})
    long = [fault for name, frame in {**held, ABOUT: told}.items() for fault in _too_long(frame, name)]
    if long:
        raise DataError(f"{path.name} cannot hold the network {network.name!r}", long)
    with workbook(path) as book:
        bold = book.add_format({"bold": True})
        for name, frame in {**held, ABOUT: told}.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(frame.columns):
                sheet.write_string(0, column, title, bold)
                _write_column(sheet, column, frame[title])
    return path


def _extra(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingExtraError(package, "excel") from error


def _write_column(sheet: Any, column: int, cells: pd.Series) -> None:
    for row, value in enumerate(cells.tolist(), 1):
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)):
            if value == value:  # a missing figure stays an empty cell
                sheet.write_number(row, column, _Exact(value))
        elif value:
            sheet.write_string(row, column, escaped(value))


def _too_long(frame: pd.DataFrame, sheet: str) -> list[Fault]:
    remedy = "Shorten it, or write the network as a folder"
    return [
        Fault(file=f"sheet {sheet}", row=row, column=str(name), value=f"{value[:40]}...",
              rule=f"{len(value)} characters, where a cell holds {LONGEST}", remedy=remedy)
        for name in frame.columns
        for row, value in enumerate(frame[name].tolist(), 2)
        if isinstance(value, str) and len(value.encode("utf-16-le")) // 2 >= LONGEST
    ]  # fmt: skip


def _strange_names(sheets: list[str]) -> list[Fault]:
    """Sheets that nearly bear a table's name: left unread in silence they would be missed."""
    known = [*tables.schemas(), ABOUT]
    close = misspelt([sheet for sheet in sheets if sheet not in known], known)
    return [
        Fault(file=f"sheet {sheet}", rule="a sheet of this name is not read", remedy=f"Did you mean {table}?")
        for sheet, table in close.items()
    ]


def _sheet(rows: list[Any], shown: str) -> tuple[pd.DataFrame, list[Fault]]:
    """The cells of a sheet as text, by row number, and what is wrong with the sheet itself."""
    faults: list[Fault] = []
    header = [_text(cell.value) for cell in rows[0]] if rows else []
    while header and not header[-1]:
        header.pop()
    if not header:
        return pd.DataFrame(), [Fault(file=shown, rule="empty sheet", remedy="Give it a header row, or delete it")]
    if wrong := tables.wrong_heads(header, shown):
        return pd.DataFrame(), wrong
    kept, numbers = [], []
    for number, row in enumerate(rows[1:], 2):
        cells = [_cell(cell, shown, number, header, faults) for cell in row]
        if any(cells) and not tables.is_comment(cells[0]):
            for text in filter(None, cells[len(header) :]):
                rule, remedy = "a cell beyond the last column of the header", "Delete it, or name its column"
                faults.append(Fault(file=shown, row=number, value=text, rule=rule, remedy=remedy))
            kept.append((cells + [""] * len(header))[: len(header)])
            numbers.append(number)
    return pd.DataFrame(kept, columns=header, index=numbers, dtype="str"), faults


def _cell(cell: Any, shown: str, row: int, header: list[str], faults: list[Fault]) -> str:
    if cell.value is None:
        return ""
    if cell.data_type in ("f", "e"):
        column = header[cell.column - 1] if cell.column <= len(header) else cell.column_letter
        rule = "a formula, not a value" if cell.data_type == "f" else "an error of the spreadsheet"
        value = str(getattr(cell.value, "text", cell.value))
        faults.append(
            Fault(file=shown, row=row, column=column, value=value, rule=rule, remedy="Paste the value in its place")
        )
        return ""
    return unescaped(_text(cell.value))


def _text(value: object) -> str:
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _about(rows: list[Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What the workbook says of itself: keys, and values as JSON (or plain text)."""
    if not rows:
        return {}, []
    raw, faults = _sheet(rows, f"sheet {ABOUT}")
    if not {"key", "value"} <= set(raw.columns):
        remedy = "Give it the columns key and value, or delete it"
        return {}, faults or [Fault(file=f"sheet {ABOUT}", row=1, rule="no columns key and value", remedy=remedy)]
    return {str(key): _json(str(value)) for key, value in zip(raw["key"], raw["value"], strict=True)}, faults


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
