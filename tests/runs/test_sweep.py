import pandas as pd
import pytest
from stops import files, interrupt

from resilience.runs import answer, take_up

GRID = {"sweep": {"grid": {"sizing.budget_usd": [0, 100], "scenario.gas_stops.probability": [0.2]}}}


def quiet(text):
    pass


@pytest.fixture(scope="module")
def swept(study, tmp_path_factory):
    from resilience.runs import Asked, begin

    folder = tmp_path_factory.mktemp("swept") / "whole"
    return answer(begin(folder, Asked.of(study.having(GRID))), say=quiet)


def test_each_point_is_a_run_and_the_table_has_a_row_for_each(swept):
    assert list(swept.points["point"]) == ["point-1", "point-2"]
    assert list(swept.points["sizing.budget_usd"]) == [0, 100]
    assert list(swept.points["scenario.gas_stops.probability"]) == [0.2, 0.2]
    assert list(swept.points["reserve_usd"]) == pytest.approx([0, 100], rel=1e-4)
    assert (swept.points["failed_scenarios"] == 0).all()
    assert (swept.folder / "point-2" / "report.html").is_file()
    written = pd.read_csv(swept.folder / "points.csv")
    assert list(written["objective_usd"]) == pytest.approx(list(swept.points["objective_usd"]), rel=1e-8)


def test_a_point_is_the_run_of_its_settings(swept, ask):
    run = ask(changes={"sizing.budget_usd": 100, "scenario.gas_stops.probability": 0.2})
    answer(run, say=quiet)
    alone, point = files(run.folder), files(swept.folder / "point-2")
    assert alone.keys() == point.keys()
    assert [name for name in alone if alone[name] != point[name]] == []


def test_a_sweep_that_was_stopped_does_only_what_is_missing(swept, ask):
    run = ask(changes=GRID)

    def say(text):
        if text.startswith("2 of 2"):
            interrupt()

    with pytest.raises(KeyboardInterrupt) as caught:
        answer(run, say=say)
    assert "Go on with: resilience resume" in "".join(caught.value.__notes__)
    there = sorted(path.name for path in run.folder.glob("point-*"))
    assert there == ["point-1"]
    answer(take_up(run.folder), say=quiet)
    assert files(run.folder) == files(swept.folder)


def test_a_point_that_fails_is_a_row_of_failures_and_the_others_stand(ask):
    floor = [{"tier": "defence", "served": 1.0}]
    run = ask(changes={"sizing.budget_usd": 1.0, "sweep": {"grid": {"sizing.floors": [[], floor]}}})
    done = answer(run, say=quiet)
    assert list(done.failures["point"]) == ["point-2"]
    assert done.failures["reason"][0].startswith("InfeasibleError: ")
    assert done.points["objective_usd"].notna().tolist() == [True, False]
    assert (run.folder / "failures.csv").is_file()
    assert not (run.folder / "point-2").exists()
