"""A second reading of the chips data: what its sources say, and what every figure must carry."""

import re

import numpy as np
import pytest

from resilience import datasets, tables
from resilience.balance import balance, is_balanced

FOURTEEN = {"AUS", "BRN", "FJI", "IDN", "IND", "JPN", "KOR", "MYS", "NZL", "PHL", "SGP", "THA", "USA", "VNM"}
# What the chain must hold, by layer; the words are those of the request the dataset was compiled for.
ASKED = {
    "raw": "gallium germanium silicon_metal polysilicon fluorspar neon krypton xenon helium palladium tungsten cobalt"
    " tantalum indium antimony arsenic rare_earths quartz",
    "material": "silicon_wafer compound_wafer mask_blank photomask hydrofluoric_acid wet_chemicals electronic_gases"
    " cmp_consumables sputtering_targets substrate lead_frame bond_wire encapsulant",
    "tool": "tool_euv tool_immersion tool_dry_lithography tool_deposition tool_etch tool_cmp tool_metrology"
    " tool_implant tool_assembly tool_test",
    "design": "eda core_ip",
    "fabrication": "fab_logic_under_10 fab_logic_10_22 fab_logic_28_up fab_memory fab_dao fab_compound",
    "assembly": "assembly_test",
}
# Country shares as published: USGS Mineral Commodity Summaries 2026 for 2024 (gallium 839,000 of 848,000 kg; cobalt
# 74.8 % and tungsten 81.7 % of mines, before what no country is named for is shared out); EUV scanners have one maker.
PUBLISHED = {
    ("gallium", "CHN"): (0.989, 0.005),
    ("tool_euv", "NLD"): (1.0, 0.0),
    ("cobalt", "COD"): (0.748, 0.05),
    ("tungsten", "CHN"): (0.817, 0.04),
}
# World totals, which must come back when the chain is walked up from finished chips: WSTS 630.5 billion USD of chips in
# 2024; memory 165.1; SEMI's silicon shipments and substrates of about 12 billion USD.
TOTALS = {"chip_memory": (165_100, 0.001), "substrate": (12.3e9, 0.02), "silicon_wafer": (252e6, 0.02)}


@pytest.fixture(scope="module")
def chips():
    return datasets.load("chips")


def test_every_good_asked_for_is_there_in_its_layer(chips):
    tier = chips.goods.set_index("good")["tier"]
    for layer, goods in ASKED.items():
        assert {tier[good] for good in goods.split()} == {layer}
    assert (tier == "chip").sum() == 6
    assert sum(good.startswith("photoresist") for good in tier.index) >= 3
    assert len(tier) >= 45


def test_places_are_countries_by_their_three_letters_and_at_least_twenty_five(chips):
    assert all(re.fullmatch("[A-Z]{3}", place) for place in chips.places["place"])
    assert len(chips.places) >= 25


def test_the_blocs_are_those_that_treaties_name(chips):
    assert set(chips.blocs["ipef"]) == FOURTEEN
    assert set(chips.blocs["chip4"]) == {"USA", "JPN", "KOR", "TWN"}
    assert set(chips.blocs["quad"]) == {"USA", "JPN", "IND", "AUS"}
    assert set(chips.blocs["aukus"]) == {"AUS", "GBR", "USA"}
    assert set(chips.blocs["allies"]) > FOURTEEN | {"TWN", "NLD", "DEU"}
    assert chips.blocs["china"] == ("CHN",)


def test_every_number_has_its_figure_with_range_year_source_and_note(chips):
    figures = chips.figures
    evidence = set(zip(figures["table"], figures["key"], figures["column"], strict=True))
    for name in ("goods", "producers", "needs", "substitutes", "lanes", "demand", "stocks"):
        schema, frame = tables.schemas()[name], chips.table(name)
        defaults = {field.name: field.default for field in schema.fields if field.type in ("number", "integer")}
        keys = tables.key_text(frame, schema.key)
        for column, default in defaults.items():
            told = frame[column].notna() & (frame[column] != default)
            assert {(name, key, column) for key in keys[told]} <= evidence
    assert figures[["value", "low", "high"]].notna().all().all()
    assert (figures["low"] <= figures["high"]).all()
    assert (figures[["unit", "year", "source_id", "confidence", "note"]] != "").all().all()


def test_every_source_says_under_which_terms_and_when_it_was_seen(chips):
    sources = chips.sources
    assert (sources["licence"] != "").all()
    seen = sources[~sources["source_id"].isin(["assumed", "definition"])]
    assert seen["date_seen"].str.fullmatch(r"20\d\d-\d\d-\d\d").all()


def test_the_few_non_commercial_shares_can_be_filtered_by_licence(chips):
    bound = chips.sources.loc[chips.sources["licence"].str.contains("NC"), "source_id"]
    assert 0 < chips.figures["source_id"].isin(bound).sum() < 50


@pytest.mark.parametrize(("where", "expected"), PUBLISHED.items())
def test_published_shares_are_met(chips, where, expected):
    share, within = expected
    assert chips.producers.set_index(["good", "place"])["share"][where] == pytest.approx(share, abs=within + 1e-9)


def test_walking_up_from_chips_gives_published_volumes_back_and_changes_nothing_much(chips):
    found = balance(chips)
    assert is_balanced(found.network)
    assert found.adjustments["change"].max() < 1e-4
    world = found.network.producers.groupby("good")["output_per_week"].sum() * 52
    assert world[[good for good in world.index if good.startswith("chip_")]].sum() == pytest.approx(630_500, rel=1e-3)
    for good, (total, within) in TOTALS.items():
        assert world[good] == pytest.approx(total, rel=within)


def test_a_draw_stays_within_the_ranges_and_still_balances(chips):
    drawn = chips.draw(np.random.default_rng(7))
    assert drawn != chips
    assert is_balanced(balance(drawn).network)
