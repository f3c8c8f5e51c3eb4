import numpy as np
import pandas as pd
import pytest

from resilience import tables

GOODS = tables.schemas()["goods"]
DEMAND = tables.schemas()["demand"]


def read(folder, content):
    path = folder / "goods.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tables.read_text(path)


def cells_at_fault(raw, schema=GOODS):
    frame = pd.DataFrame(raw)
    frame.index = range(2, len(frame) + 2)
    checked, faults = tables.check_table(frame, schema, f"{schema.name}.csv")
    return checked, [(fault.row, fault.column, fault.value) for fault in faults]


@pytest.mark.parametrize(
    "content",
    ["good,unit\ngas,kg\n", "good,unit\r\ngas,kg\r\n", "\ufeffgood,unit\ngas,kg", ' good , unit\n"gas", kg \n'],
    ids=["plain", "Windows line ends", "byte-order mark", "spaces and quotes"],
)
def test_a_file_reads_the_same_however_it_was_saved(tmp_path, content):
    frame, faults = read(tmp_path, content)
    assert not faults
    assert frame.to_dict("index") == {2: {"good": "gas", "unit": "kg"}}


def test_rows_that_begin_with_a_number_sign_are_comments(tmp_path):
    frame, faults = read(tmp_path, "good,unit\n# id, what one unit is, and more\ngas,kg\n #neon,kg\nhelium,#\n")
    assert not faults
    assert frame["good"].to_dict() == {3: "gas", 5: "helium"}


def test_a_name_that_would_read_as_a_comment_is_a_fault():
    assert cells_at_fault({"good": ["#1", "gas"], "name": ["", "#2"]})[1] == [(2, "good", "#1")]


def test_na_stays_namibia(tmp_path):
    frame, faults = read(tmp_path, "good,unit\nNA,null\n")
    assert not faults
    assert frame.loc[2].tolist() == ["NA", "null"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    frame, _ = read(tmp_path, 'good,unit\n\n"two\nlines",kg\n,\nlast,kg\n')
    assert frame.index.tolist() == [3, 5]


def test_an_empty_file_is_one_fault(tmp_path):
    for content in ("", "\n", ",,\n"):
        frame, faults = read(tmp_path, content)
        assert frame.empty
        assert [fault.rule for fault in faults] == ["empty file"]


def test_a_ragged_row_is_told_by_its_number_and_text(tmp_path):
    frame, (fault, _) = read(tmp_path, "good,unit\ngas,kg\nneon,kg,7\nxenon\n")
    assert frame["good"].tolist() == ["gas"]
    assert (fault.file, fault.row, fault.value) == ("goods.csv", 3, "neon,kg,7")
    assert "3 cells where the header has 2" in fault.rule


def test_text_that_is_not_utf_8_is_told_with_its_place(tmp_path):
    frame, (fault,) = read(tmp_path, "good,unit\nnéon,kg\n".encode("latin-1"))
    assert frame.empty
    assert fault.rule == "not UTF-8 text at byte 11"


def test_a_column_named_twice_is_told(tmp_path):
    _, (fault,) = read(tmp_path, "good,unit,unit\ngas,kg,kg\n")
    assert (fault.row, fault.column) == (1, "unit")


def test_a_column_without_a_name_is_told_by_its_number(tmp_path):
    _, (fault,) = read(tmp_path, "good,unit,,\ngas,kg,,\n")
    assert fault.rule == "column 3 has no name in the header"


def test_blank_cells_take_the_default():
    checked, faults = cells_at_fault({"good": ["gas"], "tier": [""], "usd_per_unit": [None], "storable": [" "]})
    assert not faults
    row = checked.iloc[0]
    assert (row["tier"], row["usd_per_unit"], bool(row["storable"]), row["unit"]) == ("material", 1.0, True, "unit")
    assert np.isnan(row["shelf_life_weeks"])


@pytest.mark.parametrize("text", ["abc", "1,5", "NaN", "nan", "inf", "-inf", "1e999", "12 kg"])
def test_what_is_not_a_finite_number_is_told_as_it_stands(text):
    checked, faults = cells_at_fault({"good": ["gas"], "usd_per_unit": [text]})
    assert faults == [(2, "usd_per_unit", text)]
    assert checked["usd_per_unit"].isna().all()


def test_a_frame_may_hold_nan_for_a_blank():
    _, faults = cells_at_fault({"good": ["gas"], "usd_per_unit": [np.nan]})
    assert not faults


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("usd_per_unit", "-1"),
        ("cycle_weeks", "1.5"),
        ("shelf_life_weeks", "0"),
        ("tier", "metal"),
        ("storable", "jein"),
    ],
)
def test_a_value_outside_its_rule_is_told(column, value):
    assert cells_at_fault({"good": ["gas"], column: [value]})[1] == [(2, column, value)]


@pytest.mark.parametrize("word", ["true", "YES", "1", True])
def test_yes_is_true(word):
    assert cells_at_fault({"good": ["gas"], "storable": [word]})[0]["storable"].tolist() == [True]


def test_a_missing_column_is_told_once():
    _, faults = cells_at_fault({"unit": ["kg", "kg"]})
    assert faults == [(None, "good", None)]


def test_an_unknown_column_is_told_with_the_nearest_name():
    frame = pd.DataFrame({"good": ["gas"], "usd_per_unti": [1.0]}, index=[2])
    _, (fault,) = tables.check_table(frame, GOODS, "goods.csv")
    assert (fault.row, fault.column) == (1, "usd_per_unti")
    assert "usd_per_unit" in fault.remedy


def test_a_key_that_stands_twice_is_told_even_through_a_default():
    raw = {"good": ["chip"] * 2, "place": ["NA"] * 2, "tier": ["", "essential"], "units_per_week": ["1"] * 2,
           "usd_per_unit_unmet": ["1"] * 2}  # fmt: skip
    assert cells_at_fault(raw, DEMAND)[1] == [(3, "good/place/tier", "chip/NA/essential")]


def test_every_table_without_rows_still_has_its_columns():
    for name, schema in tables.schemas().items():
        assert list(tables.empty(name).columns) == schema.columns
