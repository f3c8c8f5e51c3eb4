"""`resilience exercise`: what it prints and writes, whose scenario it takes, and what it refuses."""

import json

import pytest
from typer.testing import CliRunner

from resilience import models
from resilience.cli import app
from resilience.cli.exercise import USUAL, _as_folder, _asked


def call(*arguments, code: int = 0):
    """What the command prints on stdout and stderr."""
    done = CliRunner().invoke(app, ["exercise", *map(str, arguments)])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return done.stdout, done.stderr


def test_it_writes_a_page_for_each_day_and_prints_the_options(tiny, tmp_path):
    found = json.loads(call("gas_stops", "--model", tiny, "--out", tmp_path / "pack", "--json")[0])
    assert (tmp_path / "pack" / "players" / "day-15.html").is_file()
    assert "players/day-60.md" in found["files"]
    assert (tmp_path / "pack" / "study.toml").read_text() == tiny.read_text()
    assert [day["day"] for day in found["days"]] == [0, 15, 30, 60]
    waited = found["options"][0]
    assert waited["members_usd"] == pytest.approx(4 * (8 * 1000 + 2 * 5000))  # without stock, four weeks without gas
    assert found["days"][1]["members_unmet_usd"] == pytest.approx(2 * (8 * 1000 + 2 * 5000))


def test_a_folder_in_use_is_refused_before_any_work(tiny, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert "not empty" in call("gas_stops", "--model", tiny, "--out", tmp_path / "mine", code=1)[1]


def test_a_wrong_name_gets_the_closest(tiny):
    assert "Did you mean" in call("taiwan_blokade_12w", code=1)[1]
    assert "Did you mean" in call("gallium_ban_on_allies", "--model", "ipef_reserv", code=1)[1]


def test_the_study_is_the_model_that_holds_the_scenario_or_the_one_named():
    assert _asked("gallium_ban_on_allies", None)[1].name == "gallium_germanium"
    assert _asked("quartz_2024", None)[1].name == USUAL
    scenario, study = _asked("gallium_ban_on_allies", "quad_vs_ipef")
    assert (scenario.name, study.members) == ("gallium_ban_on_allies", models.load("quad_vs_ipef").members)


@pytest.mark.parametrize(
    ("name", "folder"),
    [("gas_stops", "gas_stops"), ("../../etc", "etc"), ("a b/c;d", "a_b_c_d"), ("~", "exercise"), ("日本", "exercise")],
)
def test_a_name_leads_out_of_no_folder(name, folder):
    assert _as_folder(name) == folder
