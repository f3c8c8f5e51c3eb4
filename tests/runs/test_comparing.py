"""Comparisons of policies on disk: killed and gone on with, broken scenarios, and two of them side by side."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import stops
from stops import Counting, files

from resilience.errors import AskError, RunError
from resilience.runs import Asked, Comparing, answer, begin, diff, take_up
from resilience.runs.asked import read_question
from resilience.runs.saved import read
from resilience.study import Study

COMPARING = Comparing(seed=3)
POISON = """
[[scenario]]
name = "poison"
probability = 0.01
disruptions = [{ kind = "demand_surge", factor = 1e20, weeks = 4 }]
"""


def quiet(text):
    pass


@pytest.fixture(scope="module")
def compared(study, tmp_path_factory):
    """The folder of an undisturbed comparison, and the tasks that it took."""
    folder, counted = tmp_path_factory.mktemp("comparisons") / "whole", Counting()
    answer(begin(folder, Asked.of(study, comparing=COMPARING)), say=quiet, engine=counted)
    return folder, counted.done


def test_a_comparison_is_a_run_with_its_tables_and_what_they_rest_on(compared, study):
    folder, _ = compared
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["policies"][0] == "no reserve"
    assert (manifest["seed"], manifest["draws"], manifest["gap"] < 1e-4) == (3, None, True)
    assert "net/goods.csv" in manifest["inputs"]
    assert {"policies", "differences", "losses", "flips"} <= set(manifest["tables"])
    assert {f"{name}.csv" for name in manifest["tables"]} < set(files(folder))
    assert json.loads((folder / "answer.json").read_text())["policies"][0]["policy"] == "no reserve"


def test_a_comparison_killed_half_way_goes_on_to_the_bytes_of_an_undisturbed_one(compared, tiny_kept, tmp_path):
    whole, tasks = compared
    folder, after = tmp_path / "run", Counting()
    script = [sys.executable, stops.__file__, str(tiny_kept), str(folder), "3 of 6 blocks", str(COMPARING.seed)]
    assert subprocess.run(script, capture_output=True).returncode == -signal.SIGKILL
    assert not (folder / "manifest.json").exists()
    answer(take_up(folder), say=quiet, engine=after)
    assert after.done == tasks[-4:]  # the reserve is known, and what two of the six policies lose
    ours, theirs = files(folder), files(whole)
    ours.pop("manifest.json"), theirs.pop("manifest.json")  # which name the command: another script here
    assert ours == theirs


def test_a_scenario_that_sizing_cannot_answer_is_a_row_of_failures_and_the_rest_stands(compared, study, tmp_path):
    poisoned = Study.from_text(study.text + POISON, path=study.path)
    done = answer(begin(tmp_path / "run", Asked.of(poisoned, comparing=COMPARING)), say=quiet)
    assert done.failures[["policy", "scenario"]].values.tolist() == [["sizing the reserve", "poison"]]
    assert "HiGHS refused the program" in (tmp_path / "run" / "failures.csv").read_text()
    for name in ("policies", "losses"):
        assert (tmp_path / "run" / f"{name}.csv").read_bytes() == (compared[0] / f"{name}.csv").read_bytes()


def test_named_policies_alone_are_tried_and_need_no_sizing(compared, study, tmp_path):
    said, asked = [], Comparing(seed=COMPARING.seed, only=("no reserve", "national, 60 days"))
    done = answer(begin(tmp_path / "two", Asked.of(study, comparing=asked)), say=said.append)
    assert done.compared.found.policies == asked.only
    assert not any("sizing" in one for one in said)
    found = diff(compared[0], tmp_path / "two")
    assert set(found.rows["table"]) >= {"policies", "losses"}
    policies = found.inputs.set_index("what").loc["policies"]
    assert policies["b"] == "no reserve; national, 60 days"
    other = Comparing(seed=COMPARING.seed, only=("national, 100 days",))
    answer(begin(tmp_path / "other", Asked.of(study, comparing=other)), say=quiet)
    with pytest.raises(RunError, match="they have no policy in common"):
        diff(tmp_path / "two", str(tmp_path / "other"))
    assert found.rows.loc[found.rows["table"] == "losses", "b"].isna().all()  # of policies that one has; none changed


def test_where_decisions_slip_by_lot_the_ranking_is_held_against_another_seed_s(compared, study, tmp_path):
    text = study.text.replace(
        "delivery_weeks = 1", "delivery_weeks = 1\nslip = { weeks = [0, 3], chances = [0.5, 0.5] }"
    )
    by_lot = Study.from_text(text, path=study.path)
    done = answer(begin(tmp_path / "lots", Asked.of(by_lot, comparing=COMPARING)), say=quiet).compared
    assert done.under["under"].tolist() == ["as stated", "seed 4"]
    assert done.under["agreement"].between(-1, 1).all()
    assert not (compared[0] / "stability.csv").exists()  # where nothing goes by lot


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Comparing(only=("no reserves",)), "'no reserves': Did you mean no reserve"),
        (Comparing(only=("no reserve", "surge")), "'surge': No member makes gas"),
        (Comparing(points=3), "power of two|no figures with a range"),
        (Comparing(points=2), "no figures with a range"),
    ],
)
def test_what_cannot_be_compared_is_told_before_the_work(study, tmp_path, asked, told):
    said = []
    with pytest.raises(AskError, match=told):
        answer(begin(tmp_path / "none", Asked.of(study, comparing=asked)), say=said.append)
    assert not any("sizing" in one for one in said)
    assert not (tmp_path / "none").exists()


def test_a_comparison_beside_a_run_is_refused_and_the_same_question_differs_in_nothing(compared, whole, tmp_path):
    assert diff(compared[0], compared[0]).same
    with pytest.raises(RunError, match="the first is a comparison of policies, the second a single run"):
        diff(compared[0], whole)
    with pytest.raises(RunError, match="holds a comparison of policies"):
        read(compared[0])


def test_what_was_asked_is_read_back_as_it_was(study, tmp_path):
    drawn = Comparing(draws=30, seed=2, only=("surge",), points=8)
    asked = replace(Asked.of(study, engine="processes:2"), comparing=drawn)
    assert read_question(asked.to_json(), where=tmp_path) == asked
    with pytest.raises(AskError, match="No hazards ship for 'net'"):
        Asked.of(study, comparing=drawn)


def test_ratings_add_tables_and_change_no_other_byte_and_are_found_again_from_another_folder(
    study, tmp_path, monkeypatch
):
    (tmp_path / "mine.csv").write_text("country,score\nAAA,1\nBBB,3\n")
    two = ("no reserve", "national, 60 days")
    answer(begin(tmp_path / "plain", Asked.of(study, comparing=Comparing(only=two))), say=quiet)
    monkeypatch.chdir(tmp_path)
    asked = Asked.of(study, comparing=Comparing(only=two, ratings=("mine.csv",), strength=3.0))
    begin(tmp_path / "rated", asked).leave()
    assert read_question(asked.to_json(), where=tmp_path) == asked
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    counted = Counting()
    found = answer(take_up(tmp_path / "rated"), say=quiet, engine=counted).compared
    assert len(counted.done) == 2  # a task for each policy: ratings simulate nothing
    assert found.rated["ratings"].set_index("country")["factor"].to_dict() == pytest.approx({"AAA": 3.0, "BBB": 1 / 3})
    assert found.under["under"].tolist() == ["as stated", "mine"]
    manifest = json.loads((tmp_path / "rated" / "manifest.json").read_text())
    assert "ratings/mine.csv" in manifest["inputs"]
    assert manifest["strength"] == 3.0
    mine = {"ratings", "chances", "stability"}
    assert mine < set(manifest["tables"])
    assert {"ratings", "chances", "stability", "strength"} <= set(
        json.loads((tmp_path / "rated" / "answer.json").read_text())
    )
    same = set(files(tmp_path / "plain")) - {"manifest.json", "answer.json"}
    for name in same:
        assert (tmp_path / "rated" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    told = diff(tmp_path / "plain", tmp_path / "rated")
    assert "file ratings/mine.csv" in set(told.inputs["what"])
    assert set(told.rows["table"]) == mine


def test_ratings_that_changed_since_stop_a_comparison_from_going_on(study, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("country,score\nAAA,1\nBBB,3\n")
    begin(tmp_path / "run", Asked.of(study, comparing=Comparing(ratings=(str(path),)))).leave()
    path.write_text("country,score\nAAA,2\nBBB,3\n")
    with pytest.raises(RunError, match=r"input ratings/mine\.csv"):
        take_up(tmp_path / "run")


def test_drawn_years_are_not_rated():
    with pytest.raises(AskError, match="drawn years state none"):
        Comparing(draws=30, ratings=("vdem_rule_of_law",))
