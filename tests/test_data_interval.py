"""One gas that A makes and B burns; a stop of A's plant, a reserve at B, and a price and a value that are ranges."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from resilience.answering import run
from resilience.data_interval import AMOUNTS, FORESEEN, Foresight
from resilience.errors import AskError
from resilience.report import html
from resilience.runs.saved import read
from resilience.study import Study

NETWORK = {
    "goods": "good,usd_per_unit,holding_share_per_year\ngas,2,0.1\n",
    "producers": "good,place,output_per_week\ngas,A,10\n",
    "lanes": "good,origin,destination,flow_per_week\ngas,A,B,10\n",
    "demand": "good,place,tier,units_per_week,usd_per_unit_unmet\ngas,B,essential,10,100\n",
    "sources": "source_id,title,licence\nus,Ours,CC BY 4.0\n",
    "figures": "table,key,column,value,unit,year,low,high,source_id,confidence,note\n"
    "goods,gas,usd_per_unit,2,USD,2025,1,4,us,assumed,judged\n"
    "demand,gas/B/essential,usd_per_unit_unmet,100,USD,2025,50,200,us,assumed,judged\n",
}
STUDY = """\
name = "gas"
dataset = "net"
weeks = 8
members = "B"

[[scenario]]
name = "stop"
probability = 0.1
disruptions = [{ kind = "outage", good = "gas", weeks = 4 }]

[sizing]
budget_usd = 40
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Forty USD buy 20 of the 40 units that the stop takes; every unit missing loses 100 USD, and refilling 2."""
    folder = tmp_path_factory.mktemp("gas")
    (folder / "net").mkdir()
    for name, text in NETWORK.items():
        (folder / "net" / f"{name}.csv").write_text(text)
    (folder / "gas.toml").write_text(STUDY)
    return run(Study.read(folder / "gas.toml")).over_data(draws=20)


def test_the_amounts_on_stated_data_are_those_of_the_run(result):
    stated = result.table("data_interval").set_index("figure")["stated_usd"]
    assert list(stated.index) == list(AMOUNTS)
    assert stated["reserve_usd"] == pytest.approx(result.sizing.reserve.usd)
    assert stated["holding_usd_per_year"] == pytest.approx(result.sizing.holding_usd_per_year)
    simulated = result.table("simulated")
    assert stated["without_usd"] == pytest.approx(0.1 * simulated["simulated_without_usd"].sum())
    assert stated["loss_usd"] == pytest.approx(0.1 * simulated["simulated_usd"].sum())


def test_on_each_draw_the_amounts_are_what_a_hand_finds(result):
    """Of 40 units 20 are held: with price p and value v, 40 v is lost without them and 20 v + 20 p with them."""
    found = result.knowledge.data
    price = found.draws["reserve_usd"] / 20
    value = found.draws["without_usd"] / (0.1 * 40)
    assert price.between(1, 4).all()
    assert value.between(50, 200).all()
    assert price.nunique() == value.nunique() == 20
    assert found.draws["holding_usd_per_year"].to_numpy() == pytest.approx(0.1 * 20 * price)
    assert found.draws["loss_usd"].to_numpy() == pytest.approx(0.1 * (20 * value + 20 * price))
    assert found.draws["saved_usd"].to_numpy() == pytest.approx(0.1 * (20 * value - 20 * price))
    assert found.worth_it == 1.0


def test_losses_with_perfect_foresight_are_told_where_asked_for_and_are_what_a_hand_finds(result):
    """With one maker, one user and no stock, foresight does no better than rules: 40 v without, 20 v + 20 p with it."""
    plain = result.knowledge.data
    assert not plain.foreseen
    assert "With perfect foresight it is" not in result.headline()
    asked = result.over_data(draws=10, foresight=Foresight())
    found = asked.knowledge.data
    assert list(found.draws.columns) == [*AMOUNTS, *FORESEEN]
    price, value = found.draws["reserve_usd"] / 20, found.draws["without_usd"] / (0.1 * 40)
    assert found.draws["foreseen_without_usd"].to_numpy() == pytest.approx(0.1 * 40 * value, rel=1e-3)
    assert found.draws["foreseen_usd"].to_numpy() == pytest.approx(0.1 * 20 * (value + price), rel=1e-3)
    assert found.draws["foreseen_saved_usd"].to_numpy() == pytest.approx(0.1 * 20 * (value - price), rel=1e-3)
    losses = result.table("losses")
    assert found.stated["foreseen_without_usd"] == pytest.approx(0.1 * losses["without_usd"].sum(), rel=1e-3)
    assert found.stated["foreseen_usd"] == pytest.approx(0.1 * losses["loss_usd"].sum(), rel=1e-3)
    low, high = found.ends("foreseen_usd")
    assert f"{low:,.0f} to {high:,.0f} with it" in asked.headline()
    assert "Loss a year with perfect foresight, with it" in html(asked)
    low, high = found.ends("foreseen_saved_usd")
    assert f"it saves {low:,.0f} to {high:,.0f} a year in nine of ten of these draws" in " ".join(asked.findings())


def test_nine_of_ten_draws_lie_within(result):
    found = result.knowledge.data
    for row in result.table("data_interval").itertuples():
        inside = found.draws[row.figure].between(row.low_usd, row.high_usd)
        assert inside.sum() == 18
        assert row.low_usd < row.stated_usd < row.high_usd


def test_the_figure_that_moves_the_loss_comes_first_and_is_told_of_many_draws_only(result):
    found = result.knowledge.data
    first = found.figures.iloc[0]
    assert (first["table"], first["column"]) == ("demand", "usd_per_unit_unmet")
    assert "data_figures" not in result.table_names()
    assert "takes hundreds of draws to tell" in " ".join(result.findings())
    many = replace(found, draws=pd.concat([found.draws] * 5))
    assert many.strongest().iloc[0]["key"] == "gas/B/essential"
    told = replace(result, knowledge=replace(result.knowledge, data=many))
    assert "usd_per_unit_unmet of gas/B/essential (+1.00)" in " ".join(told.findings())
    page = html(told)
    assert "Figures that the loss follows most closely" in page
    assert "demand: usd_per_unit_unmet" in page
    assert "Moves the loss by" in page
    assert "1 of the figures listed last stands out from all that vary" in page


def test_what_is_saved_on_the_stated_data_stands_beside_what_draws_save(result):
    """A reserve is sized on the stated data, which flatter it: on chips it saves more there than on most draws."""
    stated = result.knowledge.data.stated["saved_usd"]
    assert f"where it saves {stated:,.0f} on the stated data, for which it was sized" in " ".join(result.findings())


def test_headline_report_and_a_run_read_back_tell_the_interval(result):
    low, high = result.knowledge.data.ends("loss_usd")
    told = "In nine of ten draws of the data from their ranges, firms that follow rules lose"
    assert told in result.headline()
    assert f"{low:,.0f} to {high:,.0f} USD a year" in result.headline()
    assert json.loads(json.dumps(result.to_json()))["knowledge"]["data_interval"][0]["draws"] == 20
    page = html(result)
    assert told in page
    assert "What the ranges of the data make of its cost" in page
    assert "What they make of what is lost" in page
    folder = result.save(result.study.path.parent / "run")
    again = read(folder)
    assert again.headline() == result.headline()
    pd.testing.assert_frame_equal(again.table("data_interval"), result.table("data_interval"), check_dtype=False)
    assert f"{high:,.0f}" not in html(again, redact=True)


def test_the_same_seed_draws_the_same_data(result):
    again = result.over_data(draws=10).knowledge.data.draws
    assert np.array_equal(again.to_numpy(), result.knowledge.data.draws.iloc[:10].to_numpy())


def test_data_without_ranges_and_too_few_draws_are_told(tiny):
    plain = run(Study.read(tiny))
    with pytest.raises(AskError, match="at least 10 draws"):
        plain.over_data(draws=3)
    assert "data_interval" not in plain.table_names()
