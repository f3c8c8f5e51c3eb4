import json
import re
import sys

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from resilience import tables
from resilience.balance import balance, is_balanced
from resilience.cli import app
from resilience.errors import AskError, DataError
from resilience.firms import firm_network
from resilience.loaders import read_excel, write_template
from resilience.network import Network


def uncommented(folder):
    """Delete the first # of every row, as a user in haste would: what columns mean begins with two."""
    for path in folder.glob("*.csv"):
        header, *rows = path.read_text("utf-8").splitlines()
        assert rows[0].startswith(("## ", '"## '))
        path.write_text("\n".join([header, *(re.sub('^("?)# ?', r"\1", row) for row in rows)]) + "\n", "utf-8")


def test_the_template_names_every_table_and_column_with_its_unit(tmp_path):
    write_template(tmp_path / "mine")
    for name, schema in tables.schemas().items():
        text = (tmp_path / "mine" / f"{name}.csv").read_text("utf-8")
        assert text.splitlines()[0].split(",") == schema.columns
        assert all(field.unit in text for field in schema.fields)


def test_an_unfilled_template_asks_for_goods_and_producers_and_nothing_else(tmp_path):
    write_template(tmp_path / "mine")
    with pytest.raises(DataError) as caught:
        Network.read(tmp_path / "mine")
    assert [(fault.file, fault.rule) for fault in caught.value.faults] == [
        ("goods.csv", "the table has no rows"),
        ("producers.csv", "the table has no rows"),
    ]


def test_the_example_is_a_network_that_loads_and_balances(tmp_path):
    write_template(tmp_path / "mine")
    uncommented(tmp_path / "mine")
    network = Network.read(tmp_path / "mine")
    assert all(len(frame) for frame in network.frames.values())
    assert balance(network).network.about["balanced"]
    assert network.places.set_index("place").at["acme", "country"] == "TWN"


def filled(path):
    """Delete the # of the example rows of a workbook."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=3, max_col=1):
            row[0].value = row[0].value.removeprefix("# ")
    book.save(path)


def test_the_workbook_holds_the_same_and_loads_after_filling(tmp_path):
    write_template(tmp_path / "mine")
    path = tmp_path / "mine" / "network.xlsx"
    with pytest.raises(DataError, match="sheet goods: the table has no rows"):
        read_excel(path)
    filled(path)
    uncommented(tmp_path / "mine")
    assert read_excel(path) == Network.read(tmp_path / "mine")


def test_commands_look_at_a_workbook_and_make_it_a_folder(tmp_path):
    def call(*words):
        return CliRunner().invoke(app, [*map(str, words)])

    write_template(tmp_path / "mine")
    book = tmp_path / "mine" / "network.xlsx"
    unfilled = call("check", book)
    assert unfilled.exit_code == 1
    assert "sheet goods: the table has no rows" in unfilled.output
    filled(book)
    assert "no faults" in call("check", book).stdout
    assert "3 producers" in call("show", book).stdout
    done = call("new-data", tmp_path / "filled", "--workbook", book)
    assert 'dataset = "filled"' in done.stdout
    assert Network.read(tmp_path / "filled") == read_excel(book)
    assert call("new-data", tmp_path / "filled", "--workbook", book).exit_code == 1
    assert call("new-data", tmp_path / "other", "--workbook", book, "--firms", "40").exit_code == 2


def test_without_the_extra_the_folder_alone_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)  # as if it were not installed
    done = CliRunner().invoke(app, ["new-data", str(tmp_path / "mine")])
    assert "supply-resilience[excel]" in done.stdout
    assert not (tmp_path / "mine" / "network.xlsx").exists()
    assert (tmp_path / "mine" / "goods.csv").exists()


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(AskError, match="not empty"):
        write_template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_new_data_says_what_to_do_next_and_answers_in_json(tmp_path):
    done = CliRunner().invoke(app, ["new-data", str(tmp_path / "mine")])
    assert f"resilience check {tmp_path / 'mine'}" in done.stdout
    again = CliRunner().invoke(app, ["new-data", str(tmp_path / "other"), "--json"])
    assert {"goods.csv", "README.md", "network.xlsx"} <= set(json.loads(again.stdout)["files"])
    assert CliRunner().invoke(app, ["new-data", str(tmp_path / "mine")]).exit_code == 1


def test_the_command_makes_up_firms_that_read_back_and_balance(tmp_path):
    def call(*words):
        return CliRunner().invoke(app, ["new-data", str(tmp_path / "firms"), "--firms", *words])

    done = call("40", "--seed", "3")
    assert done.exit_code == 0, done.output
    assert "nothing in it is data" in done.stdout
    made = firm_network(np.random.default_rng(3), firms=40, goods=20)
    assert Network.read(tmp_path / "firms") == made
    assert is_balanced(balance(made).network)
    assert "is there already" in call("40").stderr
    assert "Give at least 5 goods, two firms a good" in CliRunner().invoke(
        app, ["new-data", str(tmp_path / "few"), "--firms", "3"]
    ).stderr  # fmt: skip
    assert not (tmp_path / "few").exists()
