import dataclasses
import json

import pandas as pd
import pytest

from resilience.answering import run
from resilience.cli.running import told
from resilience.errors import AskError, InfeasibleError
from resilience.report import html
from resilience.result import SAVED
from resilience.runs import Answered
from resilience.solver import INNER, Method
from resilience.study import Study


@pytest.fixture
def result(tiny):
    return run(Study.read(tiny))


def test_four_weeks_without_gas_are_worth_three_weeks_of_gas(result):
    """The first week cannot be reached, for delivery takes one; after it each unit saves at least 1,000 USD."""
    goods = result.table("goods").set_index("good")
    assert goods.loc["gas", "quantity"] == pytest.approx(30.0, abs=1e-3)
    assert goods.loc["gas", "cover_days"] == pytest.approx(21.0, abs=1e-3)
    assert goods.loc["gas", "held_at"] == "BBB 100%"
    assert goods.loc["gas", "holding_usd_per_year"] == pytest.approx(30.0, abs=1e-3)


def test_what_goods_avoid_adds_up_to_what_the_reserve_avoids(result):
    losses = result.table("losses")
    avoided = ((losses["without_usd"] - losses["loss_usd"]) * losses["probability"]).sum()
    assert result.table("goods")["avoided_usd_per_year"].sum() == pytest.approx(avoided, rel=1e-9)
    by_scenario = result.table("credit").groupby("scenario")["avoided_usd"].sum()
    for row in losses.itertuples():
        assert by_scenario[row.scenario] == pytest.approx(row.without_usd - row.loss_usd, rel=1e-9)


def test_a_reserve_of_one_good_takes_all_the_credit(tiny):
    result = run(Study.read(tiny).having({"sizing.goods": ["gas"]}))
    credit = result.table("credit").set_index("scenario")["avoided_usd"]
    losses = result.table("losses").set_index("scenario")
    assert credit["gas_stops"] == pytest.approx((losses["without_usd"] - losses["loss_usd"])["gas_stops"])
    assert set(result.table("credit")["good"]) == {"gas"}


def test_the_shortfall_is_told_with_the_reserve_and_without(result):
    rows = result.table("shortfall").set_index(["scenario", "tier"])
    assert rows.loc[("gas_stops", "defence"), "without_units"] == pytest.approx(8.0, abs=1e-3)
    assert rows.loc[("gas_stops", "defence"), "units"] <= 2.0 + 1e-3
    assert set(rows["who"]) == {"members"}


def test_the_last_unit_saves_no_less_than_it_costs(result):
    goods = result.table("goods").set_index("good")
    assert goods.loc["gas", "saved_usd_per_usd_held"] >= 0.1 - 1e-6
    assert goods.loc["chip", "saved_usd_per_usd_held"] >= 0.2 - 1e-6


def test_the_headline_names_amounts_and_what_is_left(result):
    assert result.headline().startswith("A reserve of 2 goods worth 500 USD for pair costs 70 USD a year to hold")
    assert "Most of what is left comes from gas_stops" in result.headline()


def test_an_empty_reserve_says_so(tiny):
    result = run(Study.read(tiny).having({"sizing.budget_usd": 0}))
    assert result.headline().startswith("Nothing is worth holding for pair")
    assert result.summary().empty


def test_scenarios_that_lose_nothing_ask_for_no_reserve(tiny):
    (tiny.parent / "net" / "stocks.csv").write_text("good,place,weeks\ngas,BBB,4\n")
    (tiny.parent / "net" / "producers.csv").write_text(
        "good,place,output_per_week,surge\ngas,AAA,10,2\nchip,BBB,10,1\n"
    )
    week = [{"name": "week", "probability": 0.5, "disruptions": [{"kind": "outage", "good": "gas", "weeks": 1}]}]
    result = run(Study.read(tiny).having({"scenario": week}))
    assert result.headline().startswith("Nothing is worth holding")
    assert list(result.table("losses")["scenario"]) == ["week"]


def test_inner_points_and_corners_agree(tiny):
    study = Study.read(tiny)
    corner = run(study, method=Method())
    assert run(study).sizing.objective_usd == pytest.approx(corner.sizing.objective_usd, rel=1e-7)
    assert not INNER.crossover


def test_a_summary_has_at_most_twelve_rows(result, monkeypatch):
    monkeypatch.setattr("resilience.result.ROWS", 1)
    assert list(result.summary()["good"]) == ["2 more goods"]
    assert result.summary()["reserve_usd"].sum() == pytest.approx(result.sizing.reserve.usd)


def test_every_table_is_there_and_a_wrong_name_is_answered(result):
    for name in SAVED:
        assert isinstance(result.table(name), pd.DataFrame)
    with pytest.raises(AskError, match="Did you mean losses"):
        result.table("loses")


def test_the_json_is_plain(result):
    answer = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert {"study", "seed", "scenarios", "sizing"} <= set(answer)
    assert {"status", "objective_usd", "bound_usd", "gap", "reserve"} <= set(answer["sizing"])
    assert answer["sizing"]["status"] == "optimal"


def test_provenance_names_every_file_read_and_no_place_on_this_machine(result, tiny):
    assert set(result.provenance["inputs"]) == {
        "study.toml",
        *(f"net/{path.name}" for path in (tiny.parent / "net").iterdir()),
    }
    assert str(tiny.parent) not in json.dumps(dict(result.provenance["inputs"]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.provenance.seed = 2
    with pytest.raises(KeyError):
        result.provenance["when"]


def test_the_same_study_gives_the_same_bytes(tiny, tmp_path):
    folders = [run(Study.read(tiny)).save(tmp_path / name) for name in ("a", "b")]
    for path in folders[0].iterdir():
        if path.name != "times.txt":
            assert path.read_bytes() == (folders[1] / path.name).read_bytes(), path.name


def test_floors_out_of_reach_are_infeasible_by_name(tiny):
    study = Study.read(tiny).having({"sizing.floors": [{"tier": "defence", "served": 1.0}], "sizing.budget_usd": 1.0})
    with pytest.raises(
        InfeasibleError, match=r"(?s)the budget: no change of it alone.*lower `served` of the floor under defence"
    ):
        run(study)


def test_a_study_that_does_not_fit_is_refused_before_any_work(tiny):
    said = []
    with pytest.raises(AskError, match="Did you mean pair"):
        run(Study.read(tiny).having({"members": "pairs"}), say=said.append)
    assert not [line for line in said if "scenario" in line]


def test_a_notebook_shows_the_headline_and_a_table(result):
    page = result._repr_html_()
    assert "costs 70 USD" in page
    assert "<th>USD/year to hold</th>" in page
    assert "<li>With perfect foresight it lowers the loss" in page


def test_a_run_ranks_measures_beside_stock_and_its_report_shows_them(tiny, tmp_path):
    # Half of the gas is out for four weeks: standby that doubles what the maker can start makes up for all of it.
    standby = {"kind": "surge_capacity", "name": "standby", "good": "gas", "place": "AAA", "units_per_week": 10.0,
               "usd": 5.0, "usd_per_year": 1.0, "note": "assumed: a round number"}  # fmt: skip
    half = {"kind": "outage", "good": "gas", "weeks": 4, "lost": 0.5}
    study = Study.read(tiny).having(
        {
            "measure": [standby],
            "scenario.gas_stops.disruptions": [half],
            "sizing.goods": ["gas"],
            "sizing.knowledge": ["information", "frontier"],
        }
    )
    result = run(study)
    assert "standby for 1 USD a year" in result.headline()
    assert any("loss avoided, a year: standby" in found for found in result.findings())
    assert "standby" in result._repr_html_()
    assert result.table("measures")["bought"].tolist() == pytest.approx([1.0], abs=1e-3)
    assert result.table("ranking")["name"].iloc[0] == "standby"
    assert result.to_json()["sizing"]["ranking"][0]["kind"] == "measure"
    assert result.table("frontier")["loss_usd"].iloc[0] > result.table("frontier")["loss_usd"].iloc[4]
    done = Answered(folder=result.save(tmp_path / "run"), result=result, failures=result.failures)
    assert "USD per USD avoided" in told(done).text
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Stock beside its alternatives" in page
    assert "assumed: a round number" in page
    assert (tmp_path / "run" / "ranking.csv").exists()


def test_a_report_without_measures_says_nothing_of_them(result):
    assert "Stock beside its alternatives" not in html(result)
