"""A second reading of models/ipef_reserve.toml, written from its sources and not from the file.

Every figure below was taken from the documents named beside it; the study and the chips dataset are then held to them.
"""

import re
import tomllib

import numpy as np
import pytest

from resilience import datasets
from resilience.balance import balance
from resilience.library import shelf
from resilience.scenario import ScenarioSet

WEEKS = 104
FOURTEEN = (  # US Commerce on the first meetings of the three bodies, 30 July 2024
    "Australia", "Brunei", "Fiji", "India", "Indonesia", "Japan", "South Korea", "Malaysia", "New Zealand",
    "Philippines", "Singapore", "Thailand", "United States", "Vietnam",
)  # fmt: skip
ALPHA_3 = {"AUS", "BRN", "FJI", "IND", "IDN", "JPN", "KOR", "MYS", "NZL", "PHL", "SGP", "THA", "USA", "VNM"}
NOT_ALLIES = {"CHN", "RUS", "UKR", "GBR", "ISR", "CAN", "BRA"}  # allies are IPEF, Taiwan and members of the EU
TAIWAN_FABS = {"logic_under_10", "logic_10_22", "logic_28_up", "memory", "dao", "compound"}


@pytest.fixture(scope="module")
def network():
    return balance(datasets.load("chips")).network


@pytest.fixture(scope="module")
def study():
    return tomllib.loads((shelf("models") / "ipef_reserve.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def scenarios(study):
    return ScenarioSet.from_records(study["scenario"])


class Marks:
    """What a scenario does, in plain sets and weekly shares."""

    def __init__(self, scenario, network):
        shock = scenario.shock(network, WEEKS)
        self.makers = network.producers[(shock.left < 1).any(axis=1)]
        self.left = shock.left[(shock.left < 1).any(axis=1)]
        self.shut = network.lanes[(shock.open < 1).any(axis=1)]
        self.open = shock.open[(shock.open < 1).any(axis=1)]
        self.late = network.lanes[(shock.added > 0).any(axis=1)]
        self.added = shock.added[(shock.added > 0).any(axis=1)]
        self.calm = bool((shock.wanted == 1).all() and (shock.lost == 0).all() and (shock.hoarded == 0).all())

    def struck(self):
        """(good, exporter) of lanes shut and (good, place) of makers hit."""
        pairs = set(zip(self.makers["good"], self.makers["place"], strict=True))
        return pairs | set(zip(self.shut["good"], self.shut["origin"], strict=True))


@pytest.fixture(scope="module")
def marks(scenarios, network):
    return {scenario.name: Marks(scenario, network) for scenario in scenarios}


def world_share(network, good, place):
    made = network.producers[network.producers["good"] == good].set_index("place")["output_per_week"]
    return made[place] / made.sum()


def test_the_members_are_the_fourteen_by_name(network, study):
    members = network.countries(study["members"])
    assert set(members) == ALPHA_3
    names = set(network.places.set_index("place")["name"].reindex(list(members)))
    known = {"Brunei Darussalam": "Brunei", "Korea, Republic of": "South Korea", "Viet Nam": "Vietnam"}
    known |= {"United States of America": "United States"}
    assert {known.get(name, name) for name in names} == set(FOURTEEN)


def test_a_reserve_waits_for_the_meeting_within_15_days(study):
    assert study["release"]["decision_weeks"] == round(15 / 7)


def test_the_budget_is_no_larger_than_project_vault(study):
    lent_by_exim, private = 10e9, 1.67e9
    assert study["sizing"]["budget_usd"] == pytest.approx(lent_by_exim + private, rel=0.05)


def test_losses_elsewhere_count_little_but_something(study):
    assert 0 < study["losses"]["others"] < 1


def test_it_says_that_no_treaty_obliges_anyone_to_hold_stock():
    text = (shelf("models") / "ipef_reserve.toml").read_text("utf-8")
    assert "the agreement as published holds no stock obligation" in text.replace("\n# ", " ")


def test_at_least_twelve_scenarios_leave_room_for_a_quiet_year(scenarios):
    assert len(scenarios) >= 12
    assert sum(scenario.probability for scenario in scenarios) < 1
    assert all(scenario.probability > 0 for scenario in scenarios)


def test_each_scenario_gives_reasons_and_a_source(scenarios):
    for scenario in scenarios:
        assert len(scenario.note) > 60, scenario.name
        assert re.search(r"https?://\S+\.\S+", scenario.source), scenario.name
        assert "assumed" in scenario.note or re.search(r"\d+ years", scenario.note), scenario.name


def test_no_scenario_moves_demand_or_stocks(marks):
    assert all(mark.calm for mark in marks.values())


@pytest.mark.parametrize(
    ("name", "struck"),
    [
        ("gallium_germanium_ban", {("gallium", "CHN"), ("germanium", "CHN"), ("compound_wafer", "CHN")}),
        ("rare_earth_ban", {("rare_earths", "CHN")}),
        ("tungsten_antimony_control", {("tungsten", "CHN"), ("antimony", "CHN")}),
        ("fluorspar_stop", {("fluorspar", "CHN")}),
        ("japan_korea_control", {("photoresist_euv", "JPN"), ("hydrofluoric_acid", "JPN")}),
        ("palladium_stop", {("palladium", "RUS")}),
        ("black_sea_war", {(gas, place) for gas in ("neon", "krypton", "xenon") for place in ("UKR", "RUS")}),
        ("taiwan_quake", {(f"fab_{kind}", "TWN") for kind in TAIWAN_FABS}),
        ("taiwan_fabs_lost", {(f"fab_{kind}", "TWN") for kind in TAIWAN_FABS}),
        ("japan_wafer_quake", {("silicon_wafer", "JPN")}),
        ("fab_fire", {("fab_logic_28_up", "JPN")}),
        ("malaysia_lockdown", {("assembly_test", "MYS")}),
        ("gulf_helium_outage", {("helium", "QAT")}),
        ("spruce_pine_quartz", {("quartz", "USA")}),
    ],
)
def test_it_strikes_what_its_source_says_and_nothing_else(marks, name, struck):
    assert marks[name].struck() == struck
    assert len(marks[name].late) == 0


@pytest.mark.parametrize(
    "name",
    [
        "gallium_germanium_ban",
        "rare_earth_ban",
        "tungsten_antimony_control",
        "fluorspar_stop",
        "palladium_stop",
        "black_sea_war",
    ],
)
def test_a_ban_on_allies_shuts_every_lane_to_them_and_none_to_others(marks, network, name):
    shut, lanes = marks[name].shut, network.lanes
    assert not set(shut["destination"]) & NOT_ALLIES
    assert {"JPN", "KOR", "TWN", "DEU"} <= set(shut["destination"])
    for good, exporter in set(zip(shut["good"], shut["origin"], strict=True)):
        every = lanes[(lanes["good"] == good) & (lanes["origin"] == exporter) & ~lanes["destination"].isin(NOT_ALLIES)]
        assert set(every.index) <= set(shut.index)


@pytest.mark.parametrize(
    ("good", "place", "percent", "within"),
    [
        ("gallium", "CHN", 98.9, 0.2),  # USGS 2026: low-purity primary output
        ("fluorspar", "CHN", 58.3, 4),  # USGS 2026; the dataset spreads minor makers
        ("palladium", "RUS", 41.0, 1),  # USGS 2026: 89 of 217 t
        ("tungsten", "CHN", 81.7, 4),  # USGS 2026
        ("helium", "QAT", 38.8, 0.5),  # USGS figures for 2023: 66 of 170 million m3; 33 in 2025
        ("quartz", "USA", 80, 10),  # AP, October 2024: 70 to 90
        ("assembly_test", "MYS", 13, 0.5),  # EEWorld, August 2021
        ("silicon_wafer", "JPN", 50, 10),  # two Japanese plants were 25 % of the world in 2011
    ],
)
def test_the_dataset_gives_the_struck_supply_its_published_share(network, good, place, percent, within):
    assert 100 * world_share(network, good, place) == pytest.approx(percent, abs=within)


def test_two_wafer_plants_take_a_quarter_of_the_world(marks, network):
    """IHS iSuppli, April 2011."""
    lost = 1 - marks["japan_wafer_quake"].left[0, 0]
    assert lost * world_share(network, "silicon_wafer", "JPN") == pytest.approx(0.25, abs=0.02)


def test_the_blockades_shut_taiwan_and_only_delay_who_passes(marks, scenarios):
    chances = []
    for weeks in (4, 12, 26):
        name = f"taiwan_blockade_{weeks}_weeks"
        shut, late = marks[name].shut, marks[name].late
        ends = shut[["origin", "destination"]]
        assert ((ends == "TWN").sum(axis=1) == 1).all()
        assert (marks[name].open[:, :weeks] == 0).all()
        assert (marks[name].open[:, weeks:] == 1).all()
        assert late["routes"].str.contains("taiwan_strait").all()
        assert (marks[name].added.max(axis=1) == 1).all()
        assert len(marks[name].makers) == 0
        chances.append(scenarios[name].probability)
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(0.02)  # superforecasters, spring 2024


def test_every_physical_lane_of_taiwan_is_shut(marks, network):
    lanes = network.lanes
    tiers = network.goods.set_index("good")["tier"]
    abroad = (lanes["origin"] == "TWN") ^ (lanes["destination"] == "TWN")
    physical = lanes[abroad & (lanes["good"].map(tiers) != "design")]
    assert set(physical.index) == set(marks["taiwan_blockade_4_weeks"].shut.index)


@pytest.mark.parametrize(
    ("name", "full", "over"),
    [  # weeks in full force, and the first week by which all is over, from dated reports
        ("gallium_germanium_ban", (46, 50), 65),  # December 2024 to November 2025
        ("rare_earth_ban", (12, 14), 30),  # 4 April to the end of June 2025
        ("malaysia_lockdown", (12, 14), 20),  # 1 June to the end of August 2021
        ("taiwan_fabs_lost", (52, 52), 104),  # SIA/BCG 2021: a year without Taiwanese foundries
        ("gulf_helium_outage", (3, 13), 30),  # "weeks to months"; 3 weeks in 2017
        ("japan_wafer_quake", (4, 6), 18),  # still shut on 11 April, whole on 1 July 2011
    ],
)
def test_it_lasts_as_long_as_the_event_it_copies(marks, name, full, over):
    mark = marks[name]
    left = np.vstack([mark.left, mark.open])[0]
    worst = int((left <= left.min() + 1e-9).sum())
    assert full[0] <= worst <= full[1]
    assert (left[over:] == 1).all()


def test_korea_loses_resist_until_august_and_acid_until_november(marks):
    mark = marks["japan_korea_control"]
    assert set(mark.shut["destination"]) == {"KOR"}
    by_good = dict(zip(mark.shut["good"], mark.open, strict=True))
    assert (by_good["photoresist_euv"] == 0).sum() == pytest.approx(35 / 7, abs=1)  # early August: first licence
    assert np.flatnonzero(by_good["photoresist_euv"] == 1)[0] == pytest.approx(169 / 7, abs=1.5)  # 20 December: in bulk
    assert (by_good["hydrofluoric_acid"] == 0).sum() == pytest.approx(4.5 * 52 / 12, abs=1)  # mid November: liquid acid


def test_the_fire_follows_the_reported_recovery(marks):
    """Of what the line lost, all is gone until day 29, 12 % on day 73 and nothing after day 97 (Renesas Naka N3)."""
    lost = 1 - marks["fab_fire"].left[0]
    part = lost / lost.max()
    assert (part[:4] == 1).all()
    assert part[73 // 7] == pytest.approx(0.12, abs=0.05)
    assert part[97 // 7 + 1 :].max() == 0
    assert lost.max() < 1


def test_the_quake_stops_all_fabs_for_days_and_half_for_weeks(marks):
    left = marks["taiwan_quake"].left
    assert (left[:, 0] < 0.3).all()  # five days without full power, September 1999
    assert np.allclose(left[:, 1], 0.5)
    restart = np.flatnonzero(left[0] > 0.5)[0]
    assert restart == pytest.approx(37 / 7, abs=1)  # Sony Kumamoto: 14 April to 21 May 2016
    assert np.flatnonzero(left[0] == 1)[0] == pytest.approx(13, abs=1)  # Renesas Naka 2011: three months


def test_the_war_takes_ukraine_whole_and_russia_for_its_permits(marks):
    mark = marks["black_sea_war"]
    assert set(mark.makers["place"]) == {"UKR"}
    assert (mark.left[:, :52] == 0).all()
    permits = (mark.open == 0).sum(axis=1)  # late May to 31 December 2022
    assert permits == pytest.approx(np.full(len(permits), 30), abs=2)
