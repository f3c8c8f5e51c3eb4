import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from resilience.answering import run
from resilience.errors import AskError, ResilienceError, RunError
from resilience.report import html
from resilience.runs import diff
from resilience.runs.saved import beside, read
from resilience.study import Study


@pytest.fixture(scope="module")
def saved(tiny_kept):
    result = run(Study.read(tiny_kept).having({"sizing.knowledge": ["frontier"]}))
    result.save(tiny_kept.parent / "run")
    return result, read(tiny_kept.parent / "run")


@pytest.fixture
def copied(saved, tmp_path):
    """The folder of the study with its network and its run, to be spoilt."""
    return Path(shutil.copytree(saved[1].folder.parent, tmp_path / "copy"))


def test_a_run_read_back_tells_what_it_told(saved):
    result, again = saved
    assert again.headline() == result.headline()
    assert again.findings() == result.findings()
    assert again.figures() == result.figures()
    assert again.headline(lambda usd: "x").count("x USD") == result.headline(lambda usd: "x").count("x USD") > 3
    for name in result.tables():
        pd.testing.assert_frame_equal(again.table(name), result.table(name), check_dtype=False, rtol=1e-8)
    for redact in (False, True):
        assert len(html(again, redact=redact)) == pytest.approx(len(html(result, redact=redact)), rel=0.01)
    with pytest.raises(AskError, match="Did you mean reserve"):
        again.table("reserv")


def test_data_that_changed_since_is_refused(copied):
    path = copied / "net" / "lanes.csv"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(RunError, match=r"changed since: net/lanes\.csv"):
        read(copied / "run")
    shutil.rmtree(path.parent)
    with pytest.raises(RunError, match="not to be seen from here"):
        read(copied / "run")


def test_what_is_no_finished_single_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="no finished run"):
        read(tmp_path)
    (tmp_path / "manifest.json").write_text('{"points": 3}')
    with pytest.raises(RunError, match="point-1"):
        read(tmp_path)
    (tmp_path / "manifest.json").write_text('{"tables": {}')
    with pytest.raises(RunError, match=r"Cannot read .*manifest\.json \(.*run the study anew"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("manifest.json", "{", "Cannot read"),
        ("manifest.json", "[]", "is not what a run writes"),
        ("losses.csv", None, "Cannot read .*No such file"),
        ("losses.csv", "x,y\n1\n", "is not the table of 2 rows that the run wrote|has no column scenario"),
        ("study.toml", None, "Cannot read the study"),
    ],
)
def test_a_folder_that_is_no_longer_what_the_run_left_is_refused_to_reader_and_diff(copied, whole, file, text, told):
    path = copied / "run" / file
    path.unlink()
    if text is not None:
        path.write_text(text)
    for act in (lambda: read(copied / "run"), lambda: diff(copied / "run", whole)):
        with pytest.raises(ResilienceError, match=told):
            act()


@pytest.mark.parametrize("lacking", ["told", "words", "versions", "tables"])
def test_a_run_of_an_older_version_is_refused_with_what_to_do(copied, lacking):
    manifest = json.loads((copied / "run" / "manifest.json").read_text())
    del manifest[lacking]
    (copied / "run" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match=rf"older version .* lacks {lacking}[,.] .*resilience run .*study\.toml --out"):
        read(copied / "run")


def test_a_table_that_runs_did_not_have_yet_is_named(copied):
    manifest = json.loads((copied / "run" / "manifest.json").read_text())
    del manifest["tables"]["ranking"]
    (copied / "run" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match=r"older version \(0\.1\.0\) .* it lacks the table ranking\. "):
        read(copied / "run")


def test_answers_beside_a_run_are_found_by_what_they_hold(copied):
    again = read(copied / "run")
    for name, answer in {
        "a": {"burden": [], "study": "tiny"},
        "b": {"backtest": [], "dataset": "net"},
        "c": {},
    }.items():
        (again.folder / name).mkdir()
        (again.folder / name / "answer.json").write_text(json.dumps(answer))
    assert set(beside(again)) == {"share", "backtest"}
    (again.folder / "c" / "answer.json").write_text(json.dumps({"burden": []}))
    with pytest.raises(RunError, match="two answers of `resilience share`"):
        beside(again)
    (again.folder / "c" / "answer.json").write_text(json.dumps({"policies": [], "study": "other"}))
    with pytest.raises(RunError, match="of the study 'other'"):
        beside(again)
