"""Runs, stops and comparisons from the command line."""

import json
import shutil

import pytest
from commands import call

POISON = """
[[scenario]]
name = "poison"
probability = 0.01
disruptions = [{ kind = "demand_surge", factor = 1e20, weeks = 4 }]
"""


def answer(*arguments, code=0):
    return json.loads(call(*arguments, "--json", code=code)[0])


def test_a_scenario_that_fails_is_a_row_and_the_rest_is_answered(tiny, tmp_path):
    """No solver takes a demand of 1e21 chips a week."""
    tiny.write_text(tiny.read_text() + POISON)
    found = answer("run", tiny, "--out", tmp_path / "run", code=3)
    assert found["headline"].endswith("1 scenario failed and counts as a year without an event: poison.")
    assert [row["scenario"] for row in found["failures"]] == ["poison"]
    assert found["headline"].startswith("A reserve of 2 goods worth 500 USD")  # as without the poison
    assert [row["scenario"] for row in found["scenarios"]] == ["gas_stops", "chips_stop"]
    assert "HiGHS refused the program" in (tmp_path / "run" / "failures.csv").read_text()
    assert "poison" in (tmp_path / "run" / "study.toml").read_text()


def test_a_study_of_which_every_scenario_fails_is_an_error(tiny, tmp_path):
    first, _, _ = tiny.read_text().partition("[[scenario]]")
    tiny.write_text(first + POISON)
    stderr = call("run", tiny, "--out", tmp_path / "run", code=1)[1]
    assert "1 scenario could not be answered\n  poison: " in stderr


def test_a_run_out_of_time_says_so_and_writes_what_is_known(tiny, tmp_path):
    found = answer("run", tiny, "--minutes", "0", "--out", tmp_path / "run")
    assert found["headline"].startswith("Time was up before a reserve was found that pays for")
    assert found["sizing"]["status"] == "time_limit"
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["status"] == "time_limit"
    assert "Invalid value for '--minutes'" in call("run", tiny, "--minutes", "-1", code=2)[1]


def test_further_forms_of_the_tables_are_written_or_refused_before_the_work(tiny, tmp_path):
    files = answer("run", tiny, "--out", tmp_path / "run", "--also", "parquet", "--also", "excel")["files"]
    assert {"goods.csv", "goods.parquet", "tables.xlsx"} <= set(files)
    assert "Did you mean parquet" in call("run", tiny, "--also", "parkett", "--out", tmp_path / "b", code=1)[1]
    assert "No engine 'procesess'" in call("run", tiny, "--engine", "procesess", "--out", tmp_path / "b", code=1)[1]
    assert not (tmp_path / "b").exists()


def test_resume_finds_a_run_by_its_folder_or_its_study(tiny, tmp_path, monkeypatch):
    from resilience.runs import Asked, begin
    from resilience.study import Study

    monkeypatch.chdir(tmp_path)
    begin(tmp_path / "runs" / "tiny-1", Asked.of(Study.read(tiny))).leave()
    assert answer("resume", "tiny", "--engine", "serial")["folder"] == "runs/tiny-1"
    assert "nothing to go on with" in call("resume", "runs/tiny-1")[0]
    assert "no unfinished run of that name" in call("resume", "tiny", code=1)[1]


def test_a_sweep_prints_a_row_for_each_point(tiny, tmp_path):
    tiny.write_text(tiny.read_text() + '\n[sweep.grid]\n"sizing.budget_usd" = [0, 100]\n')
    stdout, _ = call("run", tiny, "--out", tmp_path / "run", "--engine", "serial")
    lines = stdout.splitlines()
    assert lines[0].split()[:2] == ["point", "sizing.budget_usd"]
    assert [line.split()[:2] for line in lines[1:3]] == [["point-1", "0"], ["point-2", "100"]]
    assert lines[-1] == f"Each point has a folder with its report in {tmp_path / 'run'}"
    point = tmp_path / "run" / "point-2"
    shown = call("diff", tmp_path / "run" / "point-1", point)[0]
    assert "sizing.budget_usd  0  100" in shown
    assert answer("diff", point, point)["same"]
    assert "the first is a sweep, the second a single run" in call("diff", tmp_path / "run", point, code=1)[1]


def test_what_differs_fits_a_hundred_columns_command_and_all(tiny, tmp_path):
    """The two commands differ in words that no line could hold beside each other, and a scenario has a long name."""
    long = "gas_stops_because_of_a_long_story_that_nobody_could_tell_in_a_few_words"
    tiny.write_text(tiny.read_text().replace("gas_stops", long))
    call("run", tiny, "--out", tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    losses, manifest = tmp_path / "b" / "losses.csv", tmp_path / "b" / "manifest.json"
    losses.write_text(losses.read_text().replace("18300", "20000"))
    command = "resilience run tiny.toml " + " ".join(f"--set scenario.{number}.weeks=4" for number in range(9))
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "seed": 7, "command": command}))
    lines = call("diff", tmp_path / "a", tmp_path / "b")[0].splitlines()
    assert max(map(len, lines[2:])) <= 100  # the first two are the folders as given
    assert "seed  1  7" in lines
    told = " ".join(line.strip() for line in lines[lines.index("command") :])
    assert f"b: {command}" in told
    assert any("gas_stops_be" in line and "..." in line for line in lines[lines.index("command") + 5 :])
    data = answer("diff", tmp_path / "a", tmp_path / "b")
    assert long in {row["row"] for row in data["rows"]}  # whole where a program reads it


def test_the_schema_is_printed_or_written(tmp_path):
    assert json.loads(call("schema")[0])["title"] == "Study"
    assert "#:schema ./study.schema.json" in call("schema", "--out", tmp_path)[0]
    assert json.loads((tmp_path / "study.schema.json").read_text())["type"] == "object"


@pytest.mark.parametrize("command", ["resume", "diff", "schema"])
def test_each_command_has_help(command):
    assert "Usage" in call(command, "--help")[0]


def test_a_run_tells_its_headline_over_draws_of_the_data(tiny, tmp_path):
    found = answer("run", tiny, "--data-draws", 10, "--out", tmp_path / "run")
    assert "In nine of ten draws of the data from their ranges" in found["headline"]
    assert "data_interval.csv" in found["files"]
    assert "With perfect foresight it is" not in found["headline"]
    assert "at least 10" in call("run", tiny, "--data-draws", 3, code=2)[1]
    assert "say how many" in call("run", tiny, "--data-foresight", code=2)[1]
    foreseen = answer("run", tiny, "--data-draws", 10, "--data-foresight", "--out", tmp_path / "foreseen")
    assert "With perfect foresight it is" in foreseen["headline"]
    tiny.write_text(tiny.read_text() + '\n[sweep]\ngrid = { "sizing.budget_usd" = [0, 100] }\n')
    assert "draw the data for one of its points" in call("run", tiny, "--data-draws", 10, code=1)[1]


def test_what_does_not_fit_the_network_is_told_as_it_was_typed_and_never_counts_as_a_failed_scenario(tiny, tmp_path):
    typed = "scenario.gas_stops.disruptions.1.good=gaz"
    for command in ("run", "compare"):
        told = call(command, tiny, "--set", "members=nobody", "--set", typed, "--out", tmp_path / "run", code=1)[1]
        assert "--set members=nobody: members: No country or bloc 'nobody'" in told
        assert f" with --set {typed}: scenario.1: Scenario 'gas_stops'" in told
        assert not (tmp_path / "run").exists()
    tiny.write_text(tiny.read_text().replace('good = "chip"', 'good = "chop"'))
    assert "does not fit its network" in call("compare", tiny, "--only", "no reserve", code=1)[1]
