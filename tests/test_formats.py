"""Tables in other forms, read back by the libraries they are meant for."""

import sys

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
import stops

from resilience import formats
from resilience.answering import run
from resilience.errors import AskError, MissingExtraError
from resilience.folder import read_csv
from resilience.study import Study

TABLE = pd.DataFrame({
    "good": ["=HYPERLINK(1)", "neon", "-gas"],
    "usd": [1 / 3, np.nan, -2.0],
    "count": [1, 2, 3],
    "held": [True, False, True],
})  # fmt: skip


@pytest.fixture(scope="module")
def result(tiny_kept):
    return run(Study.read(tiny_kept))


def test_parquet_keeps_every_digit_and_every_row_in_order(tmp_path):
    (path,) = formats.write_parquet({"goods": TABLE}, tmp_path)
    found = duckdb.sql(f"SELECT * FROM '{path}'").fetchall()
    assert [row[0] for row in found] == list(TABLE["good"])  # no spreadsheet reads it: nothing is escaped
    assert found[0][1] == 1 / 3
    assert found[1][1] is None or np.isnan(found[1][1])
    assert [row[2:] for row in found] == [(1, True), (2, False), (3, True)]


def test_a_workbook_holds_numbers_as_numbers_and_no_formula(tmp_path):
    (path,) = formats.write_excel({"goods": TABLE}, tmp_path)
    sheet = openpyxl.load_workbook(path)["goods"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["good", "usd", "count", "held"]
    assert rows[1] == ["'=HYPERLINK(1)", pytest.approx(1 / 3), 1, True]
    assert rows[2][:2] == ["neon", None]
    assert rows[3][0] == "'-gas"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}


def test_every_form_holds_what_the_csv_files_hold(result, tmp_path):
    result.save(tmp_path / "run")
    names = {path.stem for path in (tmp_path / "run").glob("*.csv")}
    assert {path.stem for path in result.to_parquet(tmp_path / "parquet")} == names
    (book,) = result.to_excel(tmp_path / "excel")
    sheets = openpyxl.load_workbook(book, read_only=True)
    assert set(sheets.sheetnames) == names
    for name in names:
        csv = read_csv(tmp_path / "run" / f"{name}.csv")
        parquet = duckdb.sql(f"SELECT * FROM '{tmp_path / 'parquet' / name}.parquet'").df()
        assert list(parquet.columns) == list(csv.columns)
        assert len(parquet) == len(csv) == sheets[name].max_row - 1


def test_equal_tables_are_equal_bytes_in_every_form(tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        for write in formats.FORMS.values():
            write({"goods": TABLE}, folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_arrays_have_the_figures_under_their_labels(result):
    found = result.to_xarray()
    reserve = result.table("reserve").set_index(["good", "place", "owner"])["units"]
    for (good, place, owner), units in reserve.items():
        assert float(found["reserve_units"].sel(good=good, place=place, owner=owner)) == units
    losses = result.table("losses").set_index("scenario")["loss_usd"]
    assert found["loss_usd"].sel(scenario="gas_stops").item() == losses["gas_stops"]
    short = result.table("shortfall")
    assert float(found["short_without_usd"].sum()) == pytest.approx(short["without_usd"].sum())
    assert found.attrs["study"] == "tiny"


@pytest.mark.parametrize(("extra", "package"), formats.PACKAGES.items())
def test_a_missing_package_is_told_with_the_command_that_installs_it(result, tmp_path, monkeypatch, extra, package):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    ask = {"parquet": result.to_parquet, "excel": result.to_excel, "arrays": lambda folder: result.to_xarray()}[extra]
    with pytest.raises(MissingExtraError, match=rf'pip install "supply-resilience\[{extra}\]"'):
        ask(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_form_is_answered():
    with pytest.raises(AskError, match="Did you mean parquet"):
        formats.require("parket")


@pytest.mark.parametrize("form", formats.FORMS)
def test_a_full_disk_is_the_systems_refusal_in_every_form(form, tmp_path):
    """DuckDB and xlsxwriter have errors of their own, which nobody who waits for the system's would catch."""
    table = pd.DataFrame({"good": [f"gas {number}" for number in range(2_000)]})
    with pytest.raises(OSError, match=r"too large|File size|No space|write"), stops.room(500):
        formats.FORMS[form]({"goods": table}, tmp_path)
