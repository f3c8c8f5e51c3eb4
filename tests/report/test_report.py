import base64
import hashlib
import re
from types import SimpleNamespace

import html5lib
import pandas as pd
import pytest

from resilience.amounts import money
from resilience.headline import headline
from resilience.report import html, write_report
from resilience.report.grounds import caution
from resilience.report.layers import MOST, layers
from resilience.report.scale import AsTheyAre
from resilience.risk import Expectation

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page(result):
    return html(result)


def parsed(page):
    """The page as a strict parser reads it; it raises on the first fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words(element):
    return " ".join(" ".join(element.itertext()).split())


def test_the_page_is_faultless_html(page):
    assert parsed(page).find("body/main") is not None


def test_every_id_is_there_once_and_every_reference_leads_to_one(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    told = re.findall(r'aria-labelledby="([^"]+)"', page)
    asked = [name for names in told for name in names.split()] + re.findall(r'href="#([^"]+)"', page)
    assert set(asked) <= set(ids)


def test_nothing_in_it_asks_for_anything(page):
    fetching = [element for element in parsed(page).iter() if {"src", "srcset", "action", "data"} & set(element.attrib)]
    assert fetching == []
    assert [a.get("href") for a in parsed(page).iter("a") if not a.get("href").startswith("#")] == []
    for sign in ("<link", "@import", "url(", "<img", "<iframe", "fetch(", "XMLHttpRequest"):
        assert sign not in page


def test_the_page_allows_one_script_by_its_hash(page):
    (script,) = parsed(page).iter("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policy = next(meta.get("content") for meta in parsed(page).iter("meta") if meta.get("http-equiv"))
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def test_it_leads_with_the_headline_and_the_summary(result, page):
    body = parsed(page).find("body")
    assert result.headline() in words(body.find("header"))
    shown = " ".join(section.get("id") for section in body.find("main").findall("section"))
    assert shown == "summary care reserve losses time short missing margins known network scenarios data provenance"


def test_sections_without_data_are_left_out(nothing_held):
    page = html(nothing_held)
    shown = [section.get("id") for section in parsed(page).find("body/main").findall("section")]
    assert "reserve" not in shown
    assert "Nothing is worth holding" in page


def test_it_says_so_where_no_demand_goes_unmet(nobody_short):
    page = html(nobody_short)
    assert "No demand goes unmet within the 12 weeks in any scenario" in page
    assert 'id="short"' not in page
    assert "Stock missing after 12 weeks" in page


def test_what_comes_from_data_is_escaped(hostile):
    page = html(hostile)
    tree = parsed(page)
    assert page.count("<script") == 1
    assert all("alert" not in script.text for script in tree.iter("script"))
    assert "alert(1)" in words(tree.find("body/header/h1"))
    assert "</title>" in words(tree.find("body/main"))


def test_every_figure_is_told_in_words(page):
    figures = [svg for svg in parsed(page).iter(f"{SVG}svg") if svg.get("role") == "img"]
    assert len(figures) == 5  # the layers, two bands, and the two scenarios in which demand is short without a reserve
    for figure in figures:
        assert words(figure.find(f"{SVG}title"))
        assert words(figure.find(f"{SVG}desc"))
    others = [svg for svg in parsed(page).iter(f"{SVG}svg") if svg.get("role") != "img"]
    hidden = {id(svg) for part in parsed(page).iter() if part.get("aria-hidden") == "true" for svg in part.iter()}
    assert others
    assert hidden


def test_tables_have_captions_and_units(page):
    tables = list(parsed(page).iter("table"))
    assert all(words(table.find("caption")) for table in tables)
    losses = next(table for table in tables if "Loss by scenario" in words(table.find("caption")))
    assert [words(head) for head in losses.iter("th")][:7] == [
        "Scenario", "Chance a year", "Loss without USD", "Unmet demand of that loss", "Loss with USD",
        "Unmet demand of that loss", "Avoided USD",
    ]  # fmt: skip
    cells = [words(cell) for cell in losses.find("tbody")[0]]
    assert cells == ["Gas stop", "10%", "10,530", "99.7%", "180", "0%", "10,350"]


def test_a_simulated_loss_is_told_with_the_part_that_is_demand(page):
    tables = list(parsed(page).iter("table"))
    table = next(table for table in tables if "as firms that follow rules" in words(table.find("caption")))
    heads, *rows = ([words(cell) for cell in row] for row in table.iter("tr"))
    assert [head.partition(" of")[0] for head in heads[3:]] == [
        "Simulated, without USD", "Unmet demand", "Simulated, with USD", "Unmet demand",
    ]  # fmt: skip
    assert rows[1] == ["Short strike", "30", "30", "617", "96.7%", "30", "0%"]


def test_it_says_what_is_assumed_and_that_losses_are_a_floor(page):
    care = words(next(part for part in parsed(page).iter("section") if part.get("id") == "care"))
    assert "1 of 2 figures behind the network (50%) are assumed" in care
    assert "Losses are a lower bound" in care
    assert "nothing obliges its owners to hold it" in care


def test_the_ipef_agreement_is_not_said_to_oblige(result):
    study = SimpleNamespace(members="ipef")
    told = caution(SimpleNamespace(study=study, network=result.network, provenance=result.provenance), AsTheyAre())
    assert "The IPEF supply-chain agreement holds no duty to stockpile" in told.words[0]


def test_provenance_is_there_to_the_last_checksum(result, page):
    told = words(next(part for part in parsed(page).iter("section") if part.get("id") == "provenance"))
    for name, checksum in result.provenance["inputs"].items():
        assert f"inputs: {name} {checksum}" in told
    assert f"gap {result.sizing.gap:.2e}" in told


def test_the_same_result_gives_the_same_bytes(result, page):
    assert html(result) == page


def test_writing_makes_the_folders_above(result, page, tmp_path):
    path = write_report(result, tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8") == page


def test_a_good_made_in_one_country_is_lit_and_what_is_held_is_ringed(result):
    drawn = layers(result.network, held=frozenset(["gas"]))
    gas = next(node for node in drawn.nodes if node.good == "gas")
    assert (gas.tone, gas.maker, gas.held) == ("weak", "A 100%", True)
    assert [(link.tail, link.head, link.weak) for link in drawn.links] == [("gas", "chip", True)]


def test_a_layer_shows_no_more_goods_than_can_be_read():
    from resilience import Network

    many = [f"ore{number}" for number in range(MOST + 3)]
    network = Network.from_frames(
        goods={"good": [*many, "chip"], "tier": ["raw"] * len(many) + ["chip"]},
        producers={"good": [*many, "chip"], "place": "A", "output_per_week": 1.0},
        needs={"good": "chip", "input": many, "units": 1.0},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [1.0], "usd_per_unit_unmet": [9.0]},
    )
    drawn = layers(network)
    assert drawn.left_out == 3
    assert len(drawn.nodes) == MOST + 1


def test_sections_appear_where_there_is_something_for_them(known, beside):
    page = html(known, beside=beside)
    shown = " ".join(section.get("id") for section in parsed(page).find("body/main").findall("section"))
    assert shown == (
        "summary care reserve losses time world short missing budgets margins known policies burden coalitions "
        "backtests network scenarios data provenance"
    )


def test_what_was_simulated_never_to_come_is_told_apart_from_what_was_not_simulated(known, beside):
    tests = next(part for part in parsed(html(known, beside=beside)).iter("section") if part.get("id") == "backtests")
    assert [words(row[5]) for row in tests.iter("tr")][1:] == ["–", "never"]


def test_assumed_figures_that_matter_are_named(page):
    told = words(next(part for part in parsed(page).iter("section") if part.get("id") == "data"))
    assert "Assumed figures that matter" in told
    assert "goods usd_per_unit 1 gas" in told


def test_a_reserve_that_does_not_pay_as_simulated_is_told_at_once(result):
    def told(saved):
        """The headline where so much of a year's loss is saved as simulated."""
        frame = pd.DataFrame(
            {"probability": [0.5], "simulated_without_usd": [1000.0], "simulated_usd": [1000.0 - 2 * saved]}
        )
        return headline(result.study, result.sizing, simulated=frame, failed=result.failures, risk=Expectation(),
                        money=money)  # fmt: skip

    cost = result.sizing.holding_usd_per_year
    assert "as simulated" not in told(1.01 * cost)
    assert told(0.5 * cost).endswith("as simulated, it saves only 43.7 USD a year, less than it costs.")
    assert told(-1.0).endswith("as simulated, it saves nothing, less than it costs.")
