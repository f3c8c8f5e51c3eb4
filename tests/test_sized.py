"""What goods are thanked for, and what is missing at the end, on the tiny study with a month of chips in stock."""

import json
import re

import pytest

from resilience.answering import run
from resilience.report import html
from resilience.study import Study

WEEKS = 4  # without gas
MADE = 10.0  # chips a week


@pytest.fixture(scope="module")
def stocked(tiny_kept):
    """Only gas, and users with as many weeks of chips as the gas is out: nobody goes short, and stock is missing."""
    (tiny_kept.parent / "net" / "stocks.csv").write_text(f"good,place,weeks\nchip,BBB,{WEEKS}\nchip,CCC,{WEEKS}\n")
    return run(Study.read(tiny_kept).having({"sizing.goods": ["gas"], "scenario.chips_stop.probability": 0}))


def test_what_is_missing_at_the_end_is_no_unmet_demand(stocked):
    lost = stocked.table("losses").set_index("scenario").loc["gas_stops"]
    price = stocked.network.goods.set_index("good")["usd_per_unit"]["chip"]
    assert lost["without_usd"] == pytest.approx(WEEKS * MADE * price, rel=1e-6)
    assert lost["without_unmet_usd"] <= 1e-5 * lost["without_usd"]


def test_stock_missing_at_the_end_is_told_by_good(stocked):
    rows = stocked.table("missing").set_index(["scenario", "good"]).loc["gas_stops"]
    assert rows.loc["chip", "without_units"] == pytest.approx(WEEKS * MADE, rel=1e-6)
    assert rows.loc["chip", "units"] == pytest.approx(MADE, rel=1e-3)  # gas takes a week to be delivered
    lost = stocked.table("losses").set_index("scenario").loc["gas_stops", "without_usd"]
    assert rows["without_usd"].sum() == pytest.approx(lost, rel=1e-6)


def test_a_good_that_keeps_stock_from_missing_is_thanked_for_no_demand(stocked):
    good = stocked.table("goods").set_index("good").loc["gas"]
    assert good["avoided_usd_per_year"] > 0
    assert good["avoided_unmet_usd_per_year"] == pytest.approx(0.0, abs=1e-6 * good["avoided_usd_per_year"])


def test_a_headline_over_stock_alone_says_so(stocked):
    assert "With foresight no more demand is met than without it" in stocked.headline()
    assert re.search(r"missing after 12 weeks; .* as simulated, \d+% of what it saves is demand\.", stocked.headline())


def test_a_headline_over_demand_alone_has_nothing_to_add(tiny):
    found = run(Study.read(tiny).having({"sizing.goods": ["chip"], "scenario.gas_stops.probability": 0}))
    assert found.table("goods")["avoided_unmet_usd_per_year"].sum() > 0
    assert "what it avoids" not in found.headline()


def test_where_both_are_avoided_the_headline_gives_the_part(tiny):
    (tiny.parent / "net" / "stocks.csv").write_text("good,place,weeks\nchip,BBB,2\nchip,CCC,2\n")
    found = run(Study.read(tiny).having({"sizing.goods": ["gas"], "scenario.chips_stop.probability": 0}))
    goods = found.table("goods")
    part = goods["avoided_unmet_usd_per_year"].sum() / goods["avoided_usd_per_year"].sum()
    told = re.search(r"Of what it avoids, (\d+)% is demand that would go unmet", found.headline())
    assert 0 < part < 1
    assert int(told[1]) == pytest.approx(100 * part, abs=0.51)


def test_of_scenarios_that_were_simulated_only_nobody_knows_the_parts(tiny):
    stop = {"kind": "outage", "good": "gas"}
    years = [
        {"name": f"year_{n}", "probability": 0.02 if n < 2 else 1e-12, "disruptions": [{**stop, "weeks": 2 + n % 3}]}
        for n in range(31)  # so many that simulation tells first which of them matter
    ]
    found = run(Study.read(tiny).having({"sizing.goods": ["gas"], "scenario": years}))
    lost = found.table("losses").set_index("scenario")
    assert (lost["loss_usd"] > 0).all()
    assert lost["unmet_usd"].notna().tolist() == [True] * 2 + [False] * 29
    assert "–" in html(found)
    assert json.dumps(found.to_json(), allow_nan=False)
