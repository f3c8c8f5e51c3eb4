import datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.errors import DataError, MissingExtraError
from resilience.loaders import read_excel, write_excel
from resilience.network import Network

RISKY = ["=1+1", "+49", "-1", "@SUM(A1)", "'=x", "''+y", "'quoted", "=HYPERLINK(1)"]
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)


def tiny(names=("Gas", "Chip"), amounts=(0.1 + 0.2, 10.0)):
    return Network.from_frames(
        name="tiny",
        goods={"good": ["gas", "chip"], "name": list(names), "cycle_weeks": [0, 12], "storable": [False, True]},
        producers={"good": ["gas", "chip"], "place": ["NA", "TWN"], "output_per_week": list(amounts)},
        needs={"good": ["chip"], "input": ["gas"], "units": [2.0]},
        lanes={"good": ["gas"], "origin": ["NA"], "destination": ["TWN"]},
        demand={"good": ["chip"], "place": ["TWN"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]},
        blocs={"quad": ["USA", "JPN"]},
    )


def workbook(path, **sheets):
    """A workbook as an analyst would make one: rows of cells by sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    rows = {
        "goods": [["good", "unit"], ["gas", "kg"]],
        "producers": [["good", "place", "output_per_week"], ["gas", "NA", 5]],
    }
    for name, cells in (rows | sheets).items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path


def told(path):
    with pytest.raises(DataError) as caught:
        read_excel(path)
    return [(fault.file, fault.row, fault.column, fault.value) for fault in caught.value.faults]


def test_a_workbook_and_a_folder_read_the_same(tmp_path):
    network = tiny()
    again = read_excel(write_excel(network, tmp_path / "tiny.xlsx"))
    assert again == network == Network.read(network.write(tmp_path / "tiny"))
    assert (again.name, again.blocs) == ("tiny", network.blocs)
    for name, frame in network.frames.items():
        pd.testing.assert_frame_equal(again.table(name), frame)


@settings(max_examples=8, deadline=None)
@given(
    names=st.tuples(CELL, st.one_of(CELL, st.sampled_from([*RISKY, "_x0041_", "TRUE", "1e5", "#N/A", "https://a.b"]))),
    amounts=st.tuples(st.floats(0, 1e300), st.floats(0, 1e-3)),
)
def test_any_text_and_any_number_round_trip(names, amounts, tmp_path_factory):
    network = tiny(names, amounts)
    assert read_excel(write_excel(network, tmp_path_factory.mktemp("excel") / "any.xlsx")) == network


def test_what_looks_like_a_formula_is_written_as_text_and_read_back(tmp_path):
    network = tiny().with_table("blocs", pd.DataFrame({"bloc": RISKY, "country": "USA"}))
    path = write_excel(network, tmp_path / "risky.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "@"))]
    assert set(read_excel(path).blocs) == set(RISKY)


def test_numbers_are_numbers_and_blanks_are_empty(tmp_path):
    book = openpyxl.load_workbook(write_excel(tiny(), tmp_path / "tiny.xlsx"))
    goods = {cell.value: book["goods"].cell(2, cell.column) for cell in book["goods"][1]}
    assert goods["cycle_weeks"].data_type == "n"
    assert goods["cycle_weeks"].value == 12
    assert goods["storable"].value is True
    assert goods["shelf_life_weeks"].value is None


def test_what_a_folder_says_of_itself_is_kept(tmp_path):
    folder = tiny().write(tmp_path / "folder")
    package = folder / "datapackage.json"
    package.write_text(package.read_text().replace("{", '{"title": "=Two goods", "licences": [{"name": "x"}],', 1))
    again = read_excel(write_excel(Network.read(folder), tmp_path / "two.xlsx"))
    assert (again.about["title"], again.about["licences"]) == ("=Two goods", [{"name": "x"}])


def test_a_hand_made_workbook_reads_with_dates_and_whole_numbers(tmp_path):
    sources = [["source_id", "title", "year", "licence", "date_seen"],
               ["usgs", "Minerals", 2024, "public domain", datetime.datetime(2025, 3, 1)]]  # fmt: skip
    network = read_excel(workbook(tmp_path / "mine.xlsx", sources=sources, notes=[["remember", "this"]]))
    assert network.name == "mine"
    assert network.sources.loc[0, ["year", "date_seen"]].tolist() == ["2024", "2025-03-01"]
    assert network.producers["place"].tolist() == ["NA"]


def test_faults_name_sheet_row_and_column_all_at_once(tmp_path):
    path = workbook(
        tmp_path / "bad.xlsx",
        goods=[["good", "usd_per_unit"], ["gas", "dear"], [], ["neon", "=1+1"]],
        producers=[["good", "place", "output_per_week"], ["gass", "NA", -5], ["neon", "NA", 1, 7]],
        stock=[["good", "place", "weeks"]],
        lanes=[["good", "origin", "origin"]],
        demand=[],
    )
    assert told(path) == [
        ("sheet stock", None, "", None),
        ("sheet goods", 4, "usd_per_unit", "=1+1"),
        ("sheet producers", 3, "", "7"),
        ("sheet lanes", 1, "origin", None),
        ("sheet demand", None, "", None),
        ("sheet goods", 2, "usd_per_unit", "dear"),
        ("sheet producers", 2, "output_per_week", "-5"),
        ("sheet producers", 2, "good", "gass"),
    ]


def test_a_missing_sheet_is_a_missing_table(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    assert told(tmp_path / "empty.xlsx") == [("sheet goods", None, "", None), ("sheet producers", None, "", None)]


def test_a_file_that_is_no_workbook_is_told(tmp_path):
    (tmp_path / "fake.xlsx").write_text("good,unit\n")
    assert told(tmp_path / "fake.xlsx") == [("fake.xlsx", None, "", None)]
    assert told(tmp_path / "none.xlsx") == [(str(tmp_path / "none.xlsx"), None, "", None)]


def test_a_text_too_long_for_a_cell_is_refused_rather_than_cut(tmp_path):
    with pytest.raises(DataError, match="sheet goods, row 3, column name"):
        write_excel(tiny(names=("x" * 40000, "y")), tmp_path / "long.xlsx")
    assert not (tmp_path / "long.xlsx").exists()


@pytest.mark.parametrize("package", ["openpyxl", "xlsxwriter"])
def test_a_missing_package_names_the_extra(package, monkeypatch, tmp_path):
    path = write_excel(tiny(), tmp_path / "tiny.xlsx")

    def absent(name, *rest):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingExtraError, match=rf"{package} .*supply-resilience\[excel\]"):
        read_excel(path) if package == "openpyxl" else write_excel(tiny(), path)
