"""A second reading of the shipped events, written from their sources and not from their files, and of their page.

Dates, shares and quantities below were taken from the documents; each scenario must do to the network what they say.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from resilience import Network, Outage, Scenario, datasets
from resilience.errors import AskError
from resilience.history import Override, backtest, load, losses, markdown, network_of, read
from resilience.history.account import Account, measure

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "validity.md"
WEEKS = 104


@pytest.fixture(scope="module")
def chips():
    return datasets.load("chips")


@pytest.fixture(scope="module")
def events():
    return {event.name: event for event in load()}


@pytest.fixture(scope="module")
def days(chips, events):
    """The network of each event's day; events with the same overrides share one."""
    made = {}
    for event in events.values():
        made.setdefault(repr(event.overrides), network_of(event, chips))
    return {name: made[repr(event.overrides)] for name, event in events.items()}


def weeks_between(first, last):
    return (date.fromisoformat(last) - date.fromisoformat(first)).days / 7


def share_lost(network, event, good):
    """Share of the world's capacity for `good` that is gone, by week."""
    rows = network.producers["good"].eq(good).to_numpy()
    left = event.scenario.shock(network, WEEKS).left[rows]
    return (1 - left).T @ network.producers.loc[rows, "share"].to_numpy()


def share_open(network, event, good, origin, destination):
    """Share of the baseline flow that may pass, by week."""
    lanes = network.lanes
    row = (lanes["good"] == good) & (lanes["origin"] == origin) & (lanes["destination"] == destination)
    return event.scenario.shock(network, WEEKS).open[row.to_numpy()][0]


# event, good, share of the world's supply reported lost, start, day until which in full, day it was all back
STRUCK = [
    ("niihama_resin_1993", "encapsulant", 0.60, "1993-07-04", "1993-12-05", None),  # AP; Hankyung
    ("tohoku_wafers_2011", "silicon_wafer", 0.20 + 0.05, "2011-03-11", "2011-04-20", "2011-07-01"),  # Shin-Etsu
    ("quartz_2024", "quartz", 0.80, "2024-09-26", "2024-10-10", None),  # AP: 70 to 90 %; Project Blue
    ("neon_2022", "neon", (0.45 + 0.54) / 2, "2022-02-24", "2024-02-22", None),  # Reuters, Techcet
    ("helium_2026", "helium", 63 / 190, "2026-03-02", "2026-06-06", None),  # Zawya with USGS; Startup Fortune
    ("malaysia_lockdown_2021", "assembly_test", 0.13 * (1 - 0.60), "2021-06-01", "2021-08-31", None),  # EIU; Bloomberg
]


@pytest.mark.parametrize(("name", "good", "share", "start", "full_until", "back"), STRUCK)
def test_the_world_loses_what_was_reported_for_as_long_as_was_reported(
    days, events, name, good, share, start, full_until, back
):
    lost = share_lost(days[name], events[name], good)
    assert lost[0] == pytest.approx(share, rel=0.01)
    in_full = int(weeks_between(start, full_until))
    assert lost[:in_full] == pytest.approx(np.full(in_full, lost[0]))
    if in_full + 1 < WEEKS:
        assert lost[in_full + 1] < 0.97 * lost[0]
    if back is not None:
        assert lost[int(np.ceil(weeks_between(start, back))) :].max() == pytest.approx(0, abs=1e-9)


def test_one_resin_line_of_two_came_back_in_december_1993(days, events):
    lost = share_lost(days["niihama_resin_1993"], events["niihama_resin_1993"], "encapsulant")
    assert lost[24] == pytest.approx(0.60 * (1 - 5_500 / 7_000), rel=0.01)  # Hankyung, 6 November 1993


def test_the_fire_takes_the_line_down_along_the_reported_days(days, events):
    network, event = days["renesas_fire_2021"], events["renesas_fire_2021"]
    lost = share_lost(network, event, "fab_logic_28_up")
    left = 1 - lost / lost[0]
    known = {29: 0.10, 42: 0.40, 73: 0.88, 97: 1.0}  # day: part of capacity (SemiMedia, Reuters, Evertiq)
    middles = np.arange(14) * 7 + 3.5
    path = np.where(middles < 29, 0.0, np.interp(middles, list(known), list(known.values())))
    assert left[:4] == pytest.approx(np.zeros(4))
    assert left[5:14] == pytest.approx(path[5:14], abs=0.03)
    assert left[14:].min() == 1.0


def test_the_burnt_line_is_worth_17_billion_yen_a_month(days, events):
    network, event = days["renesas_fire_2021"], events["renesas_fire_2021"]
    world = network.demand.query("good == 'chip_logic_28_up'")["units_per_week"].sum() * 52 * 1e6
    assert share_lost(network, event, "fab_logic_28_up")[0] * world == pytest.approx(17e9 * 12 / 108.87, rel=0.02)


def test_a_tenth_of_american_fabs_stood_still_for_a_month(chips, days, events):
    network, event = days["texas_freeze_2021"], events["texas_freeze_2021"]
    left = event.scenario.shock(network, WEEKS).left
    tier = network.producers["good"].map(chips.goods.set_index("good")["tier"])
    rows = (tier.eq("fabrication") & network.producers["place"].eq("USA")).to_numpy()
    assert left[rows, :4] == pytest.approx(np.full((rows.sum(), 4), 0.90))
    assert left[~rows].min() == 1.0


def test_naka_stood_still_to_june_and_sonys_wafers_to_late_may(days, events):
    naka = share_lost(days["tohoku_microcontrollers_2011"], events["tohoku_microcontrollers_2011"], "fab_logic_28_up")
    sony = share_lost(days["kumamoto_2016"], events["kumamoto_2016"], "fab_dao")
    for lost, start, restart in ((naka, "2011-03-11", "2011-06-01"), (sony, "2016-04-14", "2016-05-21")):
        full = int(weeks_between(start, restart))
        assert lost[:full] == pytest.approx(np.full(full, lost[0]))
        assert lost[full + 1] < lost[0]


def test_korea_gets_the_hydrogen_fluoride_that_customs_counted(days, events):
    flow = share_open(days["japan_korea_2019"], events["japan_korea_2019"], "hydrofluoric_acid", "JPN", "KOR")
    july, august, november = flow[:4], flow[4:8], int(weeks_between("2019-07-04", "2019-11-15"))
    assert july == pytest.approx(np.full(4, 529 / 3_000), abs=1e-3)
    assert august == pytest.approx(np.zeros(4))
    assert flow[:november].max() == july.max()
    assert flow[november + 4 : 80] == pytest.approx(np.full(80 - november - 4, 9.38 / 66.86), abs=1e-3)
    resist = share_open(days["japan_korea_2019"], events["japan_korea_2019"], "photoresist_euv", "JPN", "KOR")
    assert resist[:4].max() == 0
    assert resist[6:].min() == 1  # first licence in early August


def test_china_ships_the_gallium_and_germanium_that_customs_counted(days, events):
    network, event = days["gallium_germanium_2023"], events["gallium_germanium_2023"]
    begin = (date(2023, 8, 1) - date(2023, 7, 3)).days // 7
    gallium = share_open(network, event, "gallium", "CHN", "JPN")
    germanium = share_open(network, event, "germanium", "CHN", "JPN")
    october, november = begin + 10, begin + 14
    assert gallium[:begin].min() == 1
    assert gallium[begin : begin + 8].max() == 0 == germanium[begin : begin + 8].max()
    assert gallium[october] == pytest.approx(1_530 / 6.12 / 5_611, abs=1e-3)
    assert gallium[november] == pytest.approx(1_530 / 5_611, abs=1e-3)
    assert gallium[begin + 32] == pytest.approx(1_214 / 5_611, abs=1e-3)  # mid-March 2024
    assert germanium[october] == pytest.approx((721 + 721 / 1.11) / 2 / 5_488, abs=1e-3)
    assert germanium[begin + 40] == pytest.approx(29_389 / 12 / 5_488, abs=1e-3)
    assert event.scenario.notice_weeks == begin


def test_networks_of_the_day_hold_what_was_reported_then(chips, days):
    def share(network, good, place):
        return network.producers.set_index(["good", "place"]).loc[(good, place), "share"]

    assert share(chips, "neon", "UKR") == 0.06
    assert share(days["neon_2022"], "neon", "UKR") == pytest.approx(0.495)
    assert share(days["neon_2022"], "neon", "CHN") == pytest.approx(0.30)
    assert share(days["japan_korea_2019"], "hydrofluoric_acid", "JPN") == pytest.approx(0.70)
    weeks = days["texas_freeze_2021"].stocks.set_index("good")["weeks"].filter(like="chip_")
    assert weeks.to_numpy() == pytest.approx(np.full(len(weeks), 5 / 7), abs=0.02)  # US Commerce: under five days
    assert days["quartz_2024"] is chips
    for network in days.values():
        totals = network.producers.groupby("good")["share"].sum()
        assert totals.to_numpy() == pytest.approx(np.ones(len(totals)), abs=1e-3)


REPORTED = {  # event, measure: value in the sources
    ("niihama_resin_1993", "made_up_share"): 0.55,
    ("tohoku_wafers_2011", "lost_share"): 1 - 2_392 / 2_287,
    ("tohoku_microcontrollers_2011", "finished_back_weeks"): weeks_between("2011-03-11", "2011-09-25"),
    ("kumamoto_2016", "lost_chip_usd"): 34.2e9 / 108.1,
    ("japan_korea_2019", "flow_multiple"): 6.0,
    ("japan_korea_2019", "lost_share"): 0.0,
    ("texas_freeze_2021", "lost_usd"): 357e6 + 100e6,
    ("texas_freeze_2021", "lost_units"): 115_000,
    ("renesas_fire_2021", "finished_back_weeks"): weeks_between("2021-03-19", "2021-07-19"),
    ("renesas_fire_2021", "unmet_sales_usd"): 17e9 / 108.87,
    ("malaysia_lockdown_2021", "lost_weeks"): 2.5,
    ("malaysia_lockdown_2021", "unmet_share"): 0.40,
    ("neon_2022", "lost_share"): 0.0,
    ("quartz_2024", "lost_share"): 0.0,
    ("helium_2026", "lost_share"): 0.0,
}


@pytest.mark.parametrize(("name", "measure"), REPORTED)
def test_outcomes_are_what_the_sources_report(events, name, measure):
    outcome = next(outcome for outcome in events[name].outcomes if outcome.measure == measure)
    assert outcome.value == pytest.approx(REPORTED[name, measure], rel=0.05, abs=0.001)


def test_every_figure_names_its_source_and_every_assumption_its_reason(events):
    assert len(events) == 12
    for event in events.values():
        for part in (*event.inputs, *event.outcomes, *event.overrides):
            assert part.address.startswith("http") or part.note, (event.name, part)
            assert "assumed" in part.source or "derived" in part.source or part.address, (event.name, part)
        assert all(outcome.low <= outcome.value <= outcome.high for outcome in event.outcomes if outcome.measure)
        assert event.scenario.probability == 0, "history is no forecast"


def test_the_page_shows_what_the_command_gives(chips):
    found = backtest(chips)
    assert markdown(found) in PAGE.read_text("utf-8"), markdown(found)
    met = (found["verdict"] == "met").sum()
    compared = (found["verdict"] != "not simulated").sum()
    assert f"{met} of {compared}" in PAGE.read_text("utf-8")


def test_the_page_shows_the_least_loss_that_the_command_gives(chips):
    found = markdown(losses(chips, load("neon_2022"))).splitlines()  # with helium the only one whose least is not 0
    page = PAGE.read_text("utf-8")
    assert found[0] in page
    assert found[2] in page


def test_errors_name_what_is_near(chips, events, tmp_path):
    with pytest.raises(AskError, match="Did you mean quartz_2024"):
        load("quarz_2024")
    event = events["helium_2026"]
    for wrong, told in (
        (Override(table="producers", key="helium/QTA", column="share", value=0.3, source="x"), "helium/QAT"),
        (Override(table="producers", key="helium/QAT", column="shares", value=0.3, source="x"), "share"),
    ):
        with pytest.raises(AskError, match=told):
            network_of(replace(event, overrides=(wrong,)), chips)
    path = tmp_path / "event.toml"
    path.write_text('title = "x"\noutcomes = []\n[[input]]\nwhat = "a"\nvalu = 1\n', "utf-8")
    with pytest.raises(AskError) as error:
        read(path)
    for told in ("Did you mean outcome?", "Did you mean value?", "scenario is missing"):
        assert told in str(error.value)


# Two plants make ten wafers a week each, sold at 2; five wafers make a chip sold at 100; wafers take two weeks.
# In the first of four weeks A stands still, so that 10 wafers of 20 are missing; B makes 4 more in the second.
def test_measures_are_what_a_hand_finds():
    network = Network.from_frames(
        goods={"good": ["wafer", "chip"], "usd_per_unit": [2.0, 100.0], "cycle_weeks": [2, 0]},
        producers={"good": ["chip", "wafer", "wafer"], "place": ["A", "A", "B"], "output_per_week": [4.0, 10.0, 10.0]},
        needs={"good": ["chip"], "input": ["wafer"], "units": [5.0]},
        lanes={"good": ["wafer"], "origin": ["B"], "destination": ["A"], "flow_per_week": [10.0]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [4.0], "usd_per_unit_unmet": [300.0]},
    )
    stop = Scenario(name="stop", disruptions=(Outage(good="wafer", place="A", weeks=1),))
    seen = Account(
        network=network, scenario=stop, left=stop.shock(network, 4).left,
        starts=np.array([[4.0] * 4, [0.0, 10, 10, 10], [10.0, 14, 10, 10]]),
        flows=np.array([[10.0, 14, 10, 10]]), short=np.array([[0.0, 0, 1, 0]]),
    )  # fmt: skip
    wafers, at_a = {"good": "wafer"}, {"good": "wafer", "place": "A"}
    assert measure(seen, "lost_units", wafers) == 10 - 4
    assert measure(seen, "lost_units", {**wafers, "per_unit": 2}) == 3
    assert measure(seen, "lost_weeks", wafers) == 6 / 20
    assert measure(seen, "lost_share", {**at_a, "last": 2}) == 10 / 20
    assert measure(seen, "lost_usd", wafers) == 6 * 2
    assert measure(seen, "lost_chip_usd", wafers) == 6 * 100 / 5
    assert measure(seen, "struck_weeks", wafers) == 10 / 20
    assert measure(seen, "made_up_share", wafers) == pytest.approx(4 / 10)
    assert measure(seen, "first_lost_weeks", wafers) == 0
    assert measure(seen, "finished_back_weeks", at_a) == 3  # what should have entered in week 1 is missing in week 3
    assert measure(seen, "flow_multiple", {**wafers, "first": 2, "last": 2}) == 1.4
    assert measure(seen, "unmet_share", {"good": "ch*"}) == 1 / 16
    assert measure(seen, "unmet_sales_usd", {"good": "chip"}) == 100
    assert measure(seen, "first_unmet_weeks", {"good": "chip"}) == 2
    assert measure(seen, "first_unmet_weeks", {"good": "chip", "last": 2}) == np.inf
    with pytest.raises(AskError, match="Did you mean lost_share"):
        measure(seen, "lost_shares", wafers)
    with pytest.raises(AskError, match="Did you mean wafer"):
        measure(seen, "lost_share", {"good": "waver"})
