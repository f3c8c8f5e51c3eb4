"""`resilience compare`: the table, its bytes, its files and its exits."""

import json
from functools import partial

import pandas as pd
import pytest
from commands import call as command
from two_suppliers import fragile, uncertain
from typer.testing import CliRunner

from resilience.cli import app
from resilience.report.beside import KINDS
from resilience.report.scale import AsTheyAre
from resilience.runs import Asked, Comparing, begin
from resilience.study import Study

GAS = """
name = "gas"
dataset = "net"
weeks = 12
members = "club"

[[scenario]]
name = "stop"
probability = 0.1
disruptions = [{ kind = "outage", good = "gas", place = "AAA", weeks = 4 }]

[[scenario]]
name = "blip"
probability = 0.2
disruptions = [{ kind = "outage", good = "gas", place = "BBB", weeks = 1 }]
"""


call = partial(command, "compare")


def test_a_table_of_policies_and_what_it_means(tiny, tmp_path):
    text, _ = call(tiny, "--out", tmp_path / "found")
    lines = text.splitlines()
    assert lines[0].startswith(
        '6 policies on 2 scenarios, USD a year; savings against "no reserve", with 95% intervals'
    )
    assert lines[2].split()[:6] == ["policy", "cost", "loss", "in", "all", "saves"]
    assert any(line.startswith("sized, pooled") for line in lines)
    assert "costs least in all" in text
    assert "Intervals say what 100 years may bring" in text
    files = {path.name for path in (tmp_path / "found").iterdir()}
    assert files >= {"answer.json", "policies.csv", "differences.csv", "losses.csv", "frontier.csv", "shortfall.csv"}
    losses = pd.read_csv(tmp_path / "found" / "losses.csv")
    assert losses.loc[losses["policy"] == "no reserve", "loss_usd"].tolist() == pytest.approx([72_000, 36_000])
    found = json.loads((tmp_path / "found" / "answer.json").read_text())
    assert {"headline", "policies", "frontier", "shortfall", "failures", "findings", "flips"} <= set(found)
    (table,) = KINDS["compare"](found, AsTheyAre()).blocks  # as a report tells it
    assert len(table.rows) == 6


def test_the_ranges_of_the_data_are_told_in_words_and_tables(tmp_path):
    uncertain().write(tmp_path / "net")
    (tmp_path / "gas.toml").write_text(GAS)
    named = ["--only", "no reserve", "--only", "national, 60 days"]
    text, _ = call(tmp_path / "gas.toml", *named, "--sensitivity", 2, "--also", "excel", "--out", tmp_path / "found")
    assert text.startswith("2 policies on 2 scenarios")
    assert '(2 points for each of 2 groups of figures), what "national, 60 days" saves is decided by' in text
    assert "No group of assumed figures, known before choosing, would change the choice" in text
    assert 'Another policy than "no reserve" becomes the best with: goods_holding_share_per_year_estimated' in text
    worth = pd.read_csv(tmp_path / "found" / "worth.csv")
    assert set(worth["factor"]) == {"demand_usd_per_unit_unmet_assumed", "goods_holding_share_per_year_estimated"}
    assert {"sensitivity.csv", "data_flips.csv", "tables.xlsx"} <= {
        path.name for path in (tmp_path / "found").iterdir()
    }


def test_points_of_the_ranges_that_fail_are_told_and_end_with_three(tmp_path):
    fragile(24).write(tmp_path / "net")
    (tmp_path / "gas.toml").write_text(GAS)
    named = ["--only", "no reserve", "--only", "national, 60 days"]
    text, _ = call(tmp_path / "gas.toml", *named, "--sensitivity", 2, "--out", tmp_path / "found", code=3)
    assert "2 of 10 networks failed and are left out, as failures.csv says" in text
    failures = pd.read_csv(tmp_path / "found" / "failures.csv")
    assert set(failures["policy"]) == {"moving the data"}
    assert failures["scenario"].tolist() == [
        "point 1 of B",
        "point 1 of A with producers_output_per_week_estimated of B",
        "producers_output_per_week_estimated, 100% of the way to its high end",
    ]
    assert failures["error"].str.contains("does not balance").all()
    shares = pd.read_csv(tmp_path / "found" / "sensitivity.csv").set_index("factor")["total"]
    assert shares.idxmin() == "producers_output_per_week_estimated"  # it decides nothing, where it balances
    assert {"sensitivity.csv", "worth.csv", "losses.csv"} <= {path.name for path in (tmp_path / "found").iterdir()}


def test_a_comparison_that_was_stopped_is_found_by_its_study(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = Asked.of(Study.read(tiny), comparing=Comparing(only=("no reserve", "national, 60 days")))
    begin(tmp_path / "comparisons" / "tiny-1", asked).leave()
    done = CliRunner().invoke(app, ["resume", "tiny", "--json"])
    found = json.loads(done.stdout)
    assert (done.exit_code, found["folder"], len(found["policies"])) == (0, "comparisons/tiny-1", 2)


def test_drawn_years_need_hazards_and_engines_a_name(tiny):
    assert "No hazards ship for 'net'" in call(tiny, "--draws", 30, code=1)[1]
    assert "No engine 'proceses'" in call(tiny, "--engine", "proceses", code=1)[1]


def test_the_ranking_under_ratings_is_told_and_bad_ones_begin_nothing(tmp_path):
    """Odds of 0.1 times eight and 0.2 by eight, against 0.7: the stop, which a reserve would bridge, gets likely."""
    uncertain().write(tmp_path / "net")
    (tmp_path / "gas.toml").write_text(GAS)
    (tmp_path / "grim.csv").write_text("country,risk\nAAA,9\nBBB,1\n")
    (tmp_path / "bad.csv").write_text("country,score\nAAA,high\n")
    asked = [tmp_path / "gas.toml", "--only", "no reserve", "--only", "national, 60 days", "--out", tmp_path / "found"]
    _, told = call(*asked, "--ratings", tmp_path / "bad.csv", "--ratings", "world_bank_stabilty", code=1)
    assert "bad.csv, row 2, column score: 'high': not a number" in told
    assert (
        "world_bank_stabilty: no ratings of this name ship, and no such file is here. Did you mean world_bank_st"
        in told
    )
    assert "drawn years state none" in call(*asked, "--draws", 30, "--ratings", tmp_path / "grim.csv", code=1)[1]
    assert "give --ratings as well" in call(*asked, "--ratings-strength", 8, code=2)[1]
    assert not (tmp_path / "found").exists()
    text, _ = call(*asked, "--ratings", tmp_path / "grim.csv", "--ratings-strength", 8)
    assert 'Under grim the best is "national, 60 days"; the two rankings agree to -1.00' in text
    assert "Ratings multiply the odds of what begins in a country by 8 for each standard deviation" in text
    chances = pd.read_csv(tmp_path / "found" / "chances.csv").set_index("scenario")["probability"]
    assert chances.to_dict() == pytest.approx({"stop": 0.8 / 1.525, "blip": 0.025 / 1.525})
    answer = json.loads((tmp_path / "found" / "answer.json").read_text())
    words = KINDS["compare"](answer, AsTheyAre()).words
    assert 'Under grim the best is "national, 60 days"; its ranking and the one here agree to -1.00' in words[-1]
    assert "world_bank_stability" in command("list")[0]
