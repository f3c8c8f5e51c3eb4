"""The shipped hazards read a second time: from events, dates and weeks as the sources give them, not from the file."""

import math
from datetime import date
from statistics import fmean, stdev

import pytest

from resilience import datasets
from resilience.hazards import Plain, check, load, sample

HAZARDS = load("chips")


def weeks(start, end):
    return (date(*end) - date(*start)).days / 7


# hazard: (the events that were found, years looked at)
COUNTS = {
    "earthquake": (
        ["TWN 1999", "JPN 2011", "TWN 2016", "JPN 2016", "TWN 2020", "JPN 2021", "TWN 2024", "TWN 2025"],
        27,
    ),
    "industrial_accident": (
        [
            "Niihama 1993",
            "Winbond 1996",
            "UICC 1997",
            "Nissin 2000",
            "Wuxi 2013",
            "Kioxia 2020",
            "AKM 2020",
            "Naka 2021",
        ],
        33,
    ),
    "power_loss": (["Taiwan 1999", "Yokkaichi 2019", "Austin 2021", "Tainan 2021"], 27),
    "drought": (["Taiwan 2021"], 56),
    "export_embargo": (["JPN 2010", "KOR 2019", "W In 2025", "rare earths 2025", "JPN 2026"], 17),
    "sanctions": (["USA 2022", "JPN 2023", "USA, second of three", "USA 2024", "Nexperia 2025"], 17),
    "black_sea_war": (["2022"], 26),
    "red_sea": (["2023"], 26),
    "gulf_crisis": (["2017", "2026"], 17),
}

NO_EXPORTS = [
    weeks((2023, 8, 1), (2023, 10, 1)),  # gallium
    48,  # the ban on the USA, December 2024 to November 2025
    13,  # heavy rare earths, April to June 2025
    weeks((2025, 10, 4), (2025, 11, 9)),  # Nexperia, early October to 9 November
    weeks((2019, 7, 4), (2019, 11, 15)),  # acid to Korea, until mid November
]
DURATIONS = {
    "earthquake": [1, weeks((2021, 2, 13), (2021, 2, 16)), weeks((2016, 4, 14), (2016, 5, 21)), 13, 0.5, 0.5],
    "industrial_accident": [
        weeks((2021, 3, 19), (2021, 4, 17)),
        30 / 7,  # Wuxi, a month
        26,  # AKM, at least half a year
        26,  # Niihama, six months
        2,  # Kioxia
        65,  # UICC, autumn 1997 to 1999
    ],
    "export_embargo": NO_EXPORTS,
    "counter_embargo": NO_EXPORTS,
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_rate_is_events_over_years(name):
    events, years = COUNTS[name]
    assert HAZARDS[name].rate_per_year == pytest.approx(len(events) / years, rel=0.03)


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_has_the_geometric_mean_and_spread_of_those_reported(name):
    logs = [math.log(length) for length in DURATIONS[name]]
    assert HAZARDS[name].weeks.median == pytest.approx(math.exp(fmean(logs)), rel=0.03)
    assert HAZARDS[name].weeks.spread == pytest.approx(stdev(logs), rel=0.03)


@pytest.mark.parametrize("name", ["taiwan_war", "black_sea_war"])
def test_wars_last_as_those_counted_since_1816(name):
    assert HAZARDS[name].weeks.median == pytest.approx(139 / 7, abs=0.1)
    mean = HAZARDS[name].weeks.median * math.exp(HAZARDS[name].weeks.spread ** 2 / 2)
    assert mean == pytest.approx(408 / 7, rel=0.02)  # before the cut at the horizon


def test_published_chances_are_taken_as_they_are():
    assert HAZARDS["epidemic_lockdown"].rate_per_year == 0.02
    assert HAZARDS["blockade"].rate_per_year == 0.02
    war = HAZARDS["taiwan_war"].rate_per_year
    set_off = next(t.chance for t in HAZARDS["blockade"].triggers if t.hazard == "taiwan_war")
    assert war + set_off * HAZARDS["blockade"].rate_per_year < 0.08 / 7  # below the lowest of five forecasters


def test_three_of_five_sanctions_were_answered_within_two_weeks():
    answer = next(t for t in HAZARDS["sanctions"].triggers if t.hazard == "counter_embargo")
    assert answer.chance == pytest.approx(3 / 5)
    assert answer.delay_weeks.at(1 - 1e-9) >= weeks((2023, 7, 23), (2023, 8, 1))


def test_severities_end_where_the_sources_do():
    assert HAZARDS["epidemic_lockdown"].severity.high == pytest.approx(1 - 0.60)  # of the workforce
    assert HAZARDS["drought"].severity.high == 0.15  # of the water
    assert HAZARDS["export_embargo"].severity.low == 0.72  # the quota of 2010
    assert HAZARDS["earthquake"].where.options(None) == [(5, {"place": "TWN"}), (3, {"place": "JPN"})]


def test_every_figure_says_how_it_is_known():
    assert all(one.sources or one.confidence == "assumed" for one in HAZARDS.evidence)
    owed = {f"{hazard.name}.{figure}" for hazard in HAZARDS.hazards for figure in ("severity", "weeks", "strike")}
    assert owed <= {one.of for one in HAZARDS.evidence}


def test_the_hazards_fit_the_network():
    network = datasets.load("chips")
    check(HAZARDS, network)
    drawn = sample(HAZARDS, network, draws=50, rng=1, method=Plain())
    assert drawn.undisturbed == pytest.approx(1 - HAZARDS.law().at_least(1))
