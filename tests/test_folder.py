import errno
import json
import os

import pandas as pd
import pytest

from resilience.errors import RunError
from resilience.folder import newest, next_folder, read_csv, write_csv, write_run

TABLE = pd.DataFrame({"good": ["gas"], "usd": [1 / 3]})


def write(folder, report=lambda path: path.write_text("report")):
    return write_run(folder, study="name = 'x'", tables={"goods": TABLE}, manifest={"seed": 1}, report=report)


def test_a_run_stands_whole_in_its_folder(tmp_path):
    folder = write(tmp_path / "runs" / "a")
    assert {path.name for path in folder.iterdir()} == {
        "goods.csv", "study.toml", "manifest.json", "report.html", "times.txt",
    }  # fmt: skip
    assert (folder / "goods.csv").read_text() == "good,usd\ngas,0.333333333\n"
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 1


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "a").mkdir()
    assert (write(tmp_path / "a") / "manifest.json").is_file()


def test_a_folder_in_use_is_left_alone(tmp_path):
    write(tmp_path / "a")
    with pytest.raises(RunError, match="holds another run"):
        write(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match=r"not empty \(it holds mine.txt\)"):
        write(tmp_path / "b")
    with pytest.raises(RunError, match="is a file"):
        write(tmp_path / "b" / "mine.txt")


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), ValueError("a bug")])
def test_a_run_that_stops_half_way_leaves_nothing(tmp_path, stop):
    def fail(path):
        raise stop

    with pytest.raises((RunError, KeyboardInterrupt, ValueError)) as caught:
        write(tmp_path / "a", fail)
    assert list(tmp_path.iterdir()) == []
    if isinstance(stop, OSError):
        assert "The disk is full: nothing was written" in str(caught.value)


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="Cannot write"):
        write(tmp_path / "file" / "run")


def test_folders_are_numbered(tmp_path):
    assert next_folder(tmp_path, "a").name == "a-1"
    (tmp_path / "a-1").mkdir()
    assert next_folder(tmp_path, "a").name == "a-2"


def test_equal_tables_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write_csv(TABLE, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_text_that_looks_like_a_formula_is_escaped_and_read_back(tmp_path):
    table = pd.DataFrame({"good": ["=1+1", "neon", "-gas", "'=x"], "usd": [-1.5, 2.0, 3.0, 4.0]})
    write_csv(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "good,usd\n'=1+1,-1.5\nneon,2\n'-gas,3\n''=x,4\n"
    assert list(read_csv(tmp_path / "a.csv")["good"]) == list(table["good"])


@pytest.fixture
def runs(tmp_path):
    """Folders of runs that were finished one after the other."""

    def made(*names):
        for turn, name in enumerate(names):
            (tmp_path / "runs" / name).mkdir(parents=True)
            mark = tmp_path / "runs" / name / "manifest.json"
            mark.write_text("{}")
            os.utime(mark, (turn, turn))
        return tmp_path / "runs"

    return made


def test_the_newest_run_is_of_just_that_study_dots_and_all(runs, tmp_path):
    parent = runs("a.b-1", "a.b-2", "a-7", "a.b-longer-3", "a.b-x", "axb-4")
    assert newest("a.b", "manifest.json", among=(parent,)) == parent / "a.b-2"
    assert newest("a", "manifest.json", among=(parent,)) == parent / "a-7"
    assert newest("b", "manifest.json", among=(parent,)) is None
    (tmp_path / "file.toml").write_text('name = "a.b"\n')
    assert newest(str(tmp_path / "file.toml"), "manifest.json", among=(parent,)) == parent / "a.b-2"
    assert newest(str(tmp_path / "gone" / "a.b.toml"), "manifest.json", among=(parent,)) == parent / "a.b-2"


def test_a_run_counts_that_has_what_is_looked_for(runs):
    parent = runs("a-1", "a-2", "a-3")
    (parent / "a-1" / "reserve.csv").write_text("")
    (parent / "a-2" / "reserve.csv").write_text("")
    assert newest("a", "manifest.json", "reserve.csv", among=(parent,)) == parent / "a-2"
    (parent / "a-2" / "broken").write_text("")
    assert newest("a", "manifest.json", "reserve.csv", lacking="broken", among=(parent,)) == parent / "a-1"
