"""A second reading of the smaller studies in models/, written from their sources and not from the files.

Each study is held to the record it copies and to a published bound on what such an event costs. The light answers below
use quarters or halves of a year as periods: what a full run prints stands in docs/explain/scenarios.md.
"""

import re

import numpy as np
import pytest

from resilience import datasets, models
from resilience.balance import balance
from resilience.periods import Coarsening
from resilience.sizing.response import best_response
from resilience.sizing.scope import Downstream
from resilience.solver import Method

NAMES = (
    "decoupling",
    "gallium_germanium",
    "helium_gulf",
    "japan_korea_2019",
    "legacy_chips",
    "quad_vs_ipef",
    "rare_earths",
    "taiwan_blockade",
)
MEMBERS = {
    "decoupling": "allies",
    "gallium_germanium": "trilateral",
    "helium_gulf": "ipef",
    "japan_korea_2019": "KOR",
    "legacy_chips": "allies",
    "quad_vs_ipef": "quad",
    "rare_earths": "JPN",
    "taiwan_blockade": "trilateral",
}
METALS = {"gallium", "germanium", "tungsten", "antimony", "indium", "rare_earths"}  # under Chinese licence, by 2025
VAULT_USD = 10e9 + 1.67e9  # US Project Vault, lent and private
SIA_BCG_USD = 500e9  # sales that makers of electronics lose in a year without Taiwan: "almost 500"
NOMURA_JPY = 660e9  # a quarter without Chinese rare earths, Japan, all industries
YEN_PER_USD_AT_MOST = 165  # no year has seen more since 1986


@pytest.fixture(scope="module")
def network():
    return balance(datasets.load("chips")).network


def full_weeks(series):
    """Weeks in which a producer or lane is as low as it gets."""
    return int((series <= series.min() + 1e-9).sum())


def struck(network, model, scenario, weeks=None):
    """Lanes and producers that a scenario narrows, each with its weekly share, and the whole shock."""
    study = models.load(model)
    shock = study.scenarios[scenario].shock(network, weeks or study.weeks)
    lanes, makers = (shock.open < 1).any(axis=1), (shock.left < 1).any(axis=1)
    return network.lanes[lanes], shock.open[lanes], network.producers[makers], shock.left[makers]


def loss(network, model, scenario, *, weeks, each=13):
    """Least loss, in periods of `each` weeks."""
    return best_response(
        network,
        models.load(model).scenarios[scenario],
        weeks=weeks,
        periods=Coarsening(steps=((1, each),)),
        scope=Downstream(),
        method=Method(algorithm="ipm", crossover=False),
    )


def short(found, least_usd=1e6):
    """(good, use) of demand that goes unmet."""
    unmet = found.table("unmet").groupby(["good", "tier"])["usd"].sum()
    return set(unmet[unmet > least_usd].index)


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_its_network_and_leaves_room_for_a_quiet_year(name, network):
    study = models.load(name)
    assert study.faults(network) == []
    assert study.question.endswith("?")
    assert 2 <= len(study.scenario) <= 5
    assert all(scenario.probability > 0 for scenario in study.scenario)
    assert sum(scenario.probability for scenario in study.scenario) < 0.3


@pytest.mark.parametrize("name", NAMES)
def test_every_chance_has_a_record_or_is_called_assumed(name):
    study = models.load(name)
    for scenario in study.scenario:
        assert re.search(r"https?://\S+\.\S+|no document", scenario.source), scenario.name
        assert "assumed" in scenario.note or re.search(r"\d+ years", scenario.note), scenario.name
    assert re.search(r"https?://\S+\.\S+", study.source)
    assert "floor" in study.notes or "least" in study.notes


@pytest.mark.parametrize("name", NAMES)
def test_its_members_and_purse_are_those_of_its_question(name):
    study = models.load(name)
    assert study.members == MEMBERS[name]
    assert study.losses.others == 1
    if study.sizing.budget_usd is not None:
        assert study.sizing.budget_usd == pytest.approx(VAULT_USD, rel=0.05)


def test_two_acts_in_sixteen_or_seventeen_years():
    """What has happened once or twice in the record is given that rate; what has not is given less."""
    once, twice = 1 / 16, 2 / 17
    rates = {
        ("gallium_germanium", "gallium_licences_2023"): once,
        ("gallium_germanium", "gallium_ban_on_the_usa"): once,
        ("japan_korea_2019", "japan_korea_as_it_was"): once,
        ("helium_gulf", "helium_three_weeks"): 1 / 17,
        ("helium_gulf", "helium_halt_2026"): 1 / 17,
        ("rare_earths", "rare_earths_a_quarter"): 1 / 17,
        ("rare_earths", "rare_earths_japan_alone"): twice,
    }
    for (model, scenario), rate in rates.items():
        assert models.load(model).scenarios[scenario].probability == pytest.approx(rate, abs=0.005)
    for model in {model for model, _ in rates}:
        for scenario in models.load(model).scenario:
            if (model, scenario.name) not in rates:
                assert scenario.probability < 0.05


def test_the_kinds_of_blockade_share_the_forecast_of_two_percent():
    assert sum(scenario.probability for scenario in models.load("taiwan_blockade").scenario) == pytest.approx(0.02)


def test_the_ban_on_the_usa_lasts_from_december_to_november(network):
    lanes, shares, makers, _ = struck(network, "gallium_germanium", "gallium_ban_on_the_usa")
    assert set(lanes["destination"]) == {"USA"}
    assert set(lanes["good"]) <= {"gallium", "germanium"}
    assert len(makers) == 0
    assert {full_weeks(row) for row in shares} <= {46, 47, 48, 49, 50}


def test_the_licences_of_2023_stop_all_buyers_for_two_months_after_a_month_of_notice(network):
    lanes, shares, _, _ = struck(network, "gallium_germanium", "gallium_licences_2023")
    assert {"USA", "JPN", "DEU", "KOR"} <= set(lanes["destination"])
    assert set(lanes["origin"]) == {"CHN"}
    assert {int((row == 0).sum()) for row in shares} == {9}  # August and September
    assert (shares[:, :4] == 1).all()
    assert models.load("gallium_germanium").scenarios["gallium_licences_2023"].notice_weeks == 4  # 3 July to 1 August
    november = dict(zip(lanes["good"], shares[:, 18], strict=True))
    assert november["gallium"] == pytest.approx(1530 / 5611, abs=0.05)
    assert november["germanium"] == pytest.approx(721 / 5488, abs=0.02)


def test_japan_reviews_each_shipment_for_ninety_days(network):
    lanes, shares, _, _ = struck(network, "japan_korea_2019", "japan_korea_as_feared")
    assert set(lanes["origin"]) == {"JPN"}
    assert set(lanes["destination"]) == {"KOR"}
    assert {full_weeks(row) for row in shares} == {round(90 / 7)}


def test_korea_keeps_the_hundred_days_of_its_strategy():
    (limit,) = models.load("japan_korea_2019").sizing.limits
    assert limit.days == 100
    assert set(limit.goods) == {"hydrofluoric_acid", "photoresist_euv"}  # polyimide is not in the network


def test_ras_laffan_is_still_short_on_the_sixth_of_june(network):
    _, _, makers, shares = struck(network, "helium_gulf", "helium_halt_2026")
    assert list(zip(makers["good"], makers["place"], strict=True)) == [("helium", "QAT")]
    assert full_weeks(shares[0]) == round((31 - 2 + 30 + 31 + 6) / 7)  # 2 March to 6 June


def test_decoupling_closes_both_ways_and_only_between_the_two_sides(network):
    allies = set(network.countries("allies"))
    for scenario in ("tools_against_metals", "chips_against_chips"):
        lanes, _, makers, _ = struck(network, "decoupling", scenario)
        assert len(makers) == 0
        out = lanes[lanes["destination"] == "CHN"]
        back = lanes[lanes["origin"] == "CHN"]
        assert len(out) + len(back) == len(lanes)
        assert set(out["origin"]) <= allies
        assert set(back["destination"]) <= allies
        assert METALS & set(back["good"]) == METALS
        tiers = network.goods.set_index("good")["tier"]
        assert {"tool", "design"} <= set(out["good"].map(tiers))
        assert ("chip" in set(back["good"].map(tiers))) == (scenario == "chips_against_chips")


def test_a_boom_asks_for_what_users_reported_in_2021(network):
    shock = models.load("legacy_chips").scenarios["legacy_ban_in_a_boom"].shock(network, 104)
    assert np.unique(shock.wanted).tolist() == [1.0, 1.17]


def test_coalitions_meet_the_same_events_under_the_same_rules():
    quad = models.load("quad_vs_ipef")
    ipef = quad.having({"members": "ipef"})
    assert ipef.scenarios.checksum() == quad.scenarios.checksum()
    assert (ipef.sizing, ipef.release, ipef.losses) == (quad.sizing, quad.release, quad.losses)
    network = quad.network()
    assert set(network.countries("quad")) < set(network.countries("ipef")) < set(network.countries("allies"))


def test_two_published_zeros_are_zeros(network):
    """Korea lost no chip in 2019 (OTR Global); no fab stopped for helium by June 2026 (Startup Fortune)."""
    assert loss(network, "japan_korea_2019", "japan_korea_as_it_was", weeks=52).loss_usd < 1e6
    halt = loss(network, "helium_gulf", "helium_halt_2026", weeks=78)
    assert short(halt) == set()
    assert set(halt.table("missing")["good"][halt.table("missing")["usd"] > 1e6]) <= {"helium"}


def test_a_long_ban_is_felt_where_germanium_goes_and_other_uses_give_way_first(network):
    found = loss(network, "gallium_germanium", "gallium_ban_a_year_and_a_half", weeks=130)
    assert found.loss_usd > 1e9
    assert short(found) == {("chip_logic_under_10", "other"), ("chip_logic_10_22", "other")}


def test_chips_lose_less_of_rare_earths_than_all_of_japan_does(network):
    found = loss(network, "rare_earths", "rare_earths_a_quarter", weeks=52)
    assert found.loss_usd < NOMURA_JPY / YEN_PER_USD_AT_MOST


def test_half_a_year_of_blockade_costs_less_than_a_year_without_taiwan(network):
    found = loss(network, "taiwan_blockade", "blockade_half_a_year", weeks=52, each=26)
    assert 1e9 < found.loss_usd < SIA_BCG_USD
    assert short(found) == {("chip_logic_under_10", "other")}


def test_a_ban_on_legacy_chips_leaves_cars_and_weapons_served(network):
    found = loss(network, "legacy_chips", "legacy_ban", weeks=52, each=8)
    assert found.loss_usd > 1e9
    assert {tier for _, tier in short(found)} == {"other"}


def test_closed_trade_empties_memory_which_takes_tungsten_and_no_gallium(network):
    """Half a year after trade reopens, it is a chain to be filled again rather than chips that users went without."""
    found = loss(network, "decoupling", "tools_against_metals", weeks=78, each=26)
    missing = found.table("missing").groupby("good")["usd"].sum()
    assert found.loss_usd > 10e9
    assert missing[["chip_memory", "fab_memory"]].sum() > 1e9
