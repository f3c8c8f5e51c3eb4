"""`resilience stress`: one scenario, a file of them, years drawn from hazards; exit codes, bytes and near matches."""

import json
import subprocess
import sys
from functools import partial

import pytest
from commands import call as command
from fires import HAZARDS

from resilience import history, models
from resilience.engine import Serial
from resilience.errors import AskError
from resilience.stress import Stress, choose, find_scenario, stressed
from resilience.stress import years as stress_years

call = partial(command, "stress")


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    """Drawn years are kept where the command is called."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def net(tiny):
    return tiny.parent / "net"


@pytest.fixture
def fires(tiny):
    path = tiny.parent / "fires.toml"
    path.write_text(HAZARDS)
    return path


def test_one_scenario_loses_what_a_hand_works_out(net, tiny):
    """Without stock, two weeks without chips leave 8 and 2 of them a week unmet, at 1,000 and 5,000 USD."""
    found = json.loads(call(net, "--scenarios", tiny, "--scenario", "chips_stop", "--weeks", 12, "--json")[0])
    assert found["loss"][0]["loss_usd"] == pytest.approx(2 * (8 * 1000 + 2 * 5000))
    assert [(row["week"], row["tier"], row["share_of_tier"]) for row in found["shortfall"]] == [
        (week, tier, pytest.approx(1.0)) for week in (1, 2) for tier in ("defence", "essential")
    ]
    assert sum(row["usd"] for row in found["shortfall"]) == pytest.approx(found["loss"][0]["loss_usd"])


def test_one_scenario_is_told_with_its_weeks_tiers_and_cause(net, tiny):
    stdout, _ = call(net, "--scenarios", tiny, "--scenario", "chips_stop")
    assert "demand goes unmet from week 1 to week 2" in stdout
    assert "defence share" in stdout
    assert "100% of capacity lost" in stdout
    assert "best_response" in stdout


def test_stock_that_runs_out_is_named_with_its_week(net, tiny):
    (net / "stocks.csv").write_text("good,place,weeks\ngas,BBB,2\n")
    found = json.loads(call(net, "--scenarios", tiny, "--scenario", "gas_stops", "--json")[0])
    assert [(row["week"], row["good"], row["place"]) for row in found["ran_dry"]] == [(2, "gas", "BBB")]


def test_scenarios_of_a_file_are_weighed_by_their_chances(net, tiny):
    """Four weeks at a chance of 0.1 and two at 0.02 of 18,000 USD each; the calm year has the rest."""
    found = json.loads(call(net, "--scenarios", tiny, "--weeks", 12, "--json")[0])
    assert found["parts"][0]["mean_usd"] == pytest.approx(0.1 * 72_000 + 0.02 * 36_000)
    assert found["chance_of_any_shortfall"] == pytest.approx(0.12)
    assert {row["level"]: row["loss_usd"] for row in found["quantiles"]}[0.75] == 0.0
    assert [row["cause"] for row in found["drivers"]] == ["gas_stops", "chips_stop"]
    assert found["drivers"][0]["share_of_tail"] == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["stratified", "plain", "sobol", "importance"])
def test_drawn_years_come_out_the_same_byte_for_byte(net, fires, method):
    asked = (net, "--hazards", fires, "--draws", 20, "--seed", 3, "--method", method, "--weeks", 12)
    assert call(*asked)[0] == call(*asked)[0]
    stdout, stderr = call(*asked, "--json")
    assert (stdout, stderr) == call(*asked, "--json")
    found = json.loads(stdout)
    assert stdout.count("\n") == 1
    assert stderr == ""
    assert found["scenarios"] == 20
    assert found["chance_of_any_event"] == pytest.approx(1 - 2.718281828**-0.2)
    assert found["drivers"][0]["cause"] == "fire"


def test_another_seed_draws_other_years(net, fires):
    one, two = (call(net, "--hazards", fires, "--draws", 20, "--seed", seed)[0] for seed in (1, 2))
    assert one != two


def test_a_reserve_of_a_run_is_held_against_the_same_scenario(net, tiny, tmp_path):
    (tmp_path / "runs").mkdir(exist_ok=True)
    assert "Run it first" in call(net, "--scenarios", tiny, "--reserve", tiny, code=1)[1]
    run = tmp_path / "runs" / "tiny-1"
    run.mkdir()
    (run / "reserve.csv").write_text("good,place,owner,units\nchip,BBB,pair,20\n")
    (run / "study.toml").write_text(tiny.read_text().replace('"net"', f'"{net}"'))
    (run / "manifest.json").write_text("{}")
    asked = (net, "--scenarios", tiny, "--scenario", "chips_stop", "--json", "--reserve")
    found = json.loads(call(*asked, run)[0])
    assert found["loss_with_reserve_usd"] < found["loss_usd"]
    assert json.loads(call(*asked, tiny)[0])["loss_with_reserve_usd"] == found["loss_with_reserve_usd"]
    assert "with_reserve_usd" in call(net, "--scenarios", tiny, "--reserve", run)[0]


def test_another_release_rule_is_tried_on_the_same_reserve(net, tiny, tmp_path):
    """Of a reserve for defence alone, defence draws its two a week in the two weeks without chips, and nobody else."""
    run, rule = tmp_path / "run", tmp_path / "rule.toml"
    run.mkdir()
    (run / "reserve.csv").write_text("good,place,owner,units\nchip,BBB,pair,20\n")
    (run / "study.toml").write_text(tiny.read_text().replace('"net"', f'"{net}"'))
    rule.write_text('[release]\nwhom = { tiers = ["defence"], industry = false }\n')
    asked = (net, "--scenarios", tiny, "--scenario", "chips_stop", "--json")
    found = json.loads(call(*asked, "--reserve", run, "--release", rule)[0])
    assert {row["tier"] for row in found["shortfall_with_reserve"]} == {"essential"}
    assert found["loss"][2]["with_reserve_usd"] == pytest.approx(2 * 2 * 100)
    assert "give --reserve as well" in call(*asked, "--release", rule, code=2)[1]


def test_named_scenarios_leave_nothing_and_drawn_years_a_run_that_stderr_names(net, fires, tiny, tmp_path):
    before = set(tmp_path.iterdir())
    call(net, "--scenarios", tiny, "--scenario", "gas_stops")
    call(net, "--scenarios", tiny)
    assert set(tmp_path.iterdir()) == before
    stdout, stderr = call(net, "--hazards", fires, "--draws", 10, "--weeks", 8)
    assert "stresses" not in stdout
    assert "Everything is in stresses/net-1" in stderr
    assert json.loads((tmp_path / "stresses" / "net-1" / "manifest.json").read_text())["draws"] == 10
    assert "holds another run" in call(net, "--hazards", fires, "--out", "stresses/net-1", code=1)[1]


def test_a_drawn_year_that_cannot_be_simulated_is_a_row_of_failures_and_the_rest_stands(net, fires):
    """A second hazard stops a good that this network does not have, in about a third of the years."""
    other = HAZARDS.replace('"fire"', '"leak"').replace('kind = "outage"', 'kind = "stock_loss"\ngood = "neon"')
    fires.write_text(HAZARDS + other.replace("rate_per_year = 0.2", "rate_per_year = 0.1"))
    stdout, _ = call(net, "--hazards", fires, "--draws", 40, "--weeks", 8, "--out", "run", code=3)
    assert "could not be simulated; their chance counts as years without an event" in stdout
    found = json.loads((fires.parent / "run" / "answer.json").read_text())
    assert found["scenarios"] + len(found["failures"]) == 40
    assert all("leak" in row["scenario"] and "neon" in row["reason"] for row in found["failures"])
    assert (fires.parent / "run" / "failures.csv").is_file()
    assert [row["cause"] for row in found["drivers"]] == ["fire"]


def test_a_named_scenario_that_cannot_be_simulated_is_an_error(net, tiny):
    tiny.write_text(tiny.read_text().replace('good = "chip"', 'good = "neon"'))
    stderr = call(net, "--scenarios", tiny, code=1)[1]
    assert "These scenarios cannot be simulated" in stderr
    assert "chips_stop: AskError" in stderr


def test_out_writes_every_table(net, fires, tiny, tmp_path):
    call(net, "--hazards", fires, "--draws", 10, "--weeks", 8, "--out", tmp_path / "out")
    assert len((tmp_path / "out" / "losses.csv").read_text().splitlines()) == 11
    call(net, "--scenarios", tiny, "--scenario", "gas_stops", "--out", tmp_path / "one")
    assert (tmp_path / "one" / "weekly.csv").read_text().startswith("week,tier,usd,share_of_tier\n")


def test_an_unknown_scenario_or_hazard_is_told_with_near_names(net, tiny):
    assert "taiwan_blockade_12w" in call(net, "--scenario", "taiwan_blokade", code=1)[1]
    assert "gas_stops" in call(net, "--scenarios", tiny, "--scenario", "gas_stop", code=1)[1]
    assert "Did you mean blockade?" in call("chips", "--hazards", "blokade", code=1)[1]
    assert "--hazards FILE.toml" in call(net, "--hazards", "all", code=1)[1]
    assert "Traceback" not in call("chipz", "--scenario", "quartz_2024", code=1)[1]


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--hazards", "all", "--scenario", "quartz_2024"),
        ("--hazards", "all", "--method", "magic"),
        ("--hazards", "all", "--draws", "0"),
        ("--scenario", "quartz_2024", "--engine", "processes:2"),
    ],
)
def test_wrong_usage_ends_with_two(wrong):
    call("chips", *wrong, code=2)


def test_every_shipped_scenario_and_past_event_is_found():
    for model in models.names():
        for scenario in models.load(model).scenarios:
            assert find_scenario(f"{model}/{scenario.name}") == (scenario, f"model {model}")
            assert find_scenario(scenario.name)[0] == scenario
    for event in history.load():
        assert find_scenario(event.name)[0] == event.scenario
    with pytest.raises(AskError, match="Did you mean quartz_2024"):
        find_scenario("quartz_2042")


def test_progress_tells_rate_and_time_left_and_nothing_beside_json(net, fires):
    said = []
    told = stress_years._pace(said.append, 1000, held=False)
    told(1, 4)
    told(4, 4)
    assert "256 of 1,000 scenarios" in said[0]
    assert "a second" in said[0]
    assert "s left" in said[0]
    assert "1,000 of 1,000 scenarios" in said[1]
    assert " 0 s left" in said[1]
    assert call(net, "--hazards", fires, "--draws", 10, "--weeks", 8, "--json")[1] == ""


def test_a_stress_that_must_be_compiled_first_says_so(net, fires, tmp_path, monkeypatch):
    """Where numba keeps what it compiled is empty: a fresh installation. The process is ended once it has said so."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    script = (
        "import os, sys\n"
        "from resilience.engine import Serial\n"
        "from resilience.stress import Stress, choose, stressed\n"
        "def say(text):\n"
        "    if text.startswith('compiling'): os._exit(7)\n"
        "asked = Stress(dataset=sys.argv[1], weeks=8, hazards=sys.argv[2], draws=40)\n"
        "network = asked.network()\n"
        "stressed(asked, network, choose(asked, network), engine=Serial(), say=say)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(net), str(fires)], timeout=60).returncode == 7


def test_a_stress_that_was_compiled_before_does_not(net, fires):
    asked = Stress(dataset=str(net), weeks=8, hazards=str(fires), draws=40)
    network, said = asked.network(), []
    for _ in range(2):
        said.clear()
        stressed(asked, network, choose(asked, network), engine=Serial(), say=said.append)
    assert not any("compiling" in one for one in said)
