"""Answers in other forms than CSV: Parquet files, an Excel workbook, labelled arrays, plain values for JSON."""

from __future__ import annotations

import errno
import importlib
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from resilience.errors import AskError, MissingExtraError, near
from resilience.formulas import escaped

if TYPE_CHECKING:
    import xarray

LONGEST = 31  # letters of a sheet's name
UNDATED = datetime(2000, 1, 1)  # a workbook states when it was made, which would make equal runs differ


def write_parquet(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Each table as NAME.parquet in a folder that is there: words as strings, numbers with all their digits.

    Raises
    ------
    MissingExtraError
        If DuckDB, which writes them, is not installed.
    OSError
        If the disk does not take them.
    """
    duckdb = _needed("parquet")
    written = []
    with duckdb.connect(config={"threads": 1}) as base:  # so that rows stay in order
        for name, table in tables.items():
            path = folder / f"{name}.parquet"
            try:
                base.from_df(_plain(table)).write_parquet(str(path), compression="zstd")
            except duckdb.IOException as error:  # its own, not the system's: a full disk, say
                raise OSError(errno.EIO, str(error), str(path)) from error
            written.append(path)
    return written


def write_excel(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """All tables as sheets of tables.xlsx in a folder that is there; text that looks like a formula is escaped.

    Raises
    ------
    MissingExtraError
        If xlsxwriter is not installed.
    OSError
        If the disk does not take it.
    """
    path = folder / "tables.xlsx"
    with workbook(path, strings_to_formulas=False, strings_to_urls=False, nan_inf_to_errors=False) as book:
        book.set_properties({"created": UNDATED})
        bold = book.add_format({"bold": True})
        for name, table in tables.items():
            sheet = book.add_worksheet(name[:LONGEST])
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(table.columns):
                sheet.write_string(0, column, escaped(str(title)), bold)
                for row, value in enumerate(table[title].tolist(), 1):
                    _write(sheet, row, column, value)
    return [path]


@contextmanager
def workbook(path: Path, **options: bool) -> Iterator[Any]:
    """A workbook to fill, with options of xlsxwriter; the file is written when it is full.

    By ourselves: a full disk is then the system's refusal, an OSError, and not one of xlsxwriter's own.

    Raises
    ------
    MissingExtraError
        If xlsxwriter is not installed.
    """
    xlsxwriter, whole = _needed("excel"), BytesIO()
    with xlsxwriter.Workbook(whole, {**options, "in_memory": True}) as book:
        yield book
    path.write_bytes(whole.getvalue())


FORMS: Mapping[str, Callable[[Mapping[str, pd.DataFrame], Path], list[Path]]] = {
    "parquet": write_parquet,
    "excel": write_excel,
}
PACKAGES = {"parquet": "duckdb", "excel": "xlsxwriter", "arrays": "xarray"}  # by extra


def require(form: str) -> None:
    """Complain now, rather than after the work, if a form is not known or its package is not installed.

    Raises
    ------
    AskError, MissingExtraError
        As said.
    """
    if form not in FORMS:
        raise AskError(f"No form of tables is called {form!r}. {near(form, FORMS)}")
    _needed(form)


def dataset(tables: Mapping[str, pd.DataFrame], said: Mapping[str, str]) -> xarray.Dataset:
    """The figures of a sizing as labelled arrays: what is held by store, what is lost by scenario, what stays short.

    Variables reserve_units, reserve_usd, saved_usd_per_unit (good, place, owner); probability, without_usd, loss_usd
    (scenario); short_usd and short_without_usd (scenario, good, tier, who). `said` becomes its attributes.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    """
    _needed("arrays")
    store, short = ["good", "place", "owner"], ["scenario", "good", "tier", "who"]
    held = tables["marginal_value"].set_index(store)[["saved_usd_per_unit"]]
    reserve = tables["reserve"].set_index(store)[["units", "usd"]].add_prefix("reserve_")
    held = held.join(reserve).fillna({"reserve_units": 0.0, "reserve_usd": 0.0})
    losses = tables["losses"].set_index("scenario")[["probability", "without_usd", "loss_usd"]]
    unmet = tables["shortfall"].set_index(short)[["usd", "without_usd"]].add_prefix("short_")
    found = held.to_xarray().merge(losses.to_xarray(), join="outer").merge(unmet.to_xarray(), join="outer")
    for name in unmet.columns:
        found[name] = found[name].fillna(0.0)
    return found.assign_attrs(said)


def _needed(extra: str) -> Any:
    try:
        return importlib.import_module(PACKAGES[extra])
    except ImportError as error:
        raise MissingExtraError(PACKAGES[extra], extra) from error


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Words as Python strings, which every version of DuckDB reads."""
    words = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    return table.astype(dict.fromkeys(words, object))


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if value == value and abs(value) != float("inf"):  # what is no number stays an empty cell
            sheet.write_number(row, column, value)
    elif value is not None and value == value:
        sheet.write_string(row, column, escaped(str(value)))


def plainly(value: object) -> object:
    """`value` as JSON knows it: no numpy types, no tuples, null for what is not a number."""
    if isinstance(value, dict):
        return {str(key): plainly(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
