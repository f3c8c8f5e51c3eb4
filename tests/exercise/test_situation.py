import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from table_tops import fire, network, played, stop

from resilience import Scenario, simulate
from resilience.disruption import DemandSurge, Hoarding, Outage, RouteClosure, StockLoss
from resilience.exercise import situation
from resilience.exercise.options import SHARED_ALIKE
from resilience.exercise.prepare import supposed_reserve
from resilience.exercise.told import announced, in_full
from resilience.exercise.write import player_texts
from resilience.policy import Release
from resilience.recovery import Linear


@cache
def traced(scenario, weeks=11):
    return simulate(network(), scenario, weeks=weeks, behaviour=SHARED_ALIKE, full=True)


def on(day, scenario):
    return situation(traced(scenario), day=day, members=("A", "B"))


def test_what_is_short_on_day_15_is_what_a_hand_works_out():
    """B's week of gas lasts through week 1; in week 2 it makes no chips, so two of defence and four others lack."""
    short = on(15, stop()).short
    assert [tuple(row) for row in short[["good", "place", "tier"]].to_numpy()] == [
        ("chip", "B", "defence"),
        ("chip", "B", "other"),
    ]
    assert list(short["units"]) == pytest.approx([2.0, 4.0])
    assert list(short["usd"]) == pytest.approx([1000.0, 400.0])
    assert list(short["days"]) == pytest.approx([7.0, 7.0])


@pytest.mark.parametrize(("day", "weeks"), [(0, 2), (15, 4), (30, 6), (60, 10)])
def test_what_is_short_equals_the_trace_up_to_the_weeks_that_have_passed(day, weeks):
    scenario = stop(first_week=3)
    rows = traced(scenario).table("shortfall")
    rows = rows[rows["week"] <= weeks].groupby(["good", "place", "tier"])["units"].sum()
    assert on(day, scenario).weeks == weeks
    assert on(day, scenario).short.groupby(["good", "place", "tier"])["units"].sum().to_dict() == pytest.approx(
        rows.to_dict()
    )


def test_cover_falls_by_the_days_that_pass_and_stock_runs_out_on_its_day():
    now, then = on(0, stop()), on(15, stop())
    assert dict(zip(now.cover["country"], now.cover["days"], strict=True)) == pytest.approx({"B": 7.0, "A": 28.0})
    assert then.cover.set_index("country")["days"]["B"] == pytest.approx(0.0)
    assert [(row.good, row.place, row.day) for row in then.dry.itertuples()] == [("gas", "B", 7)]
    assert now.dry.empty


def test_a_disruption_that_has_not_begun_is_not_announced():
    late = stop(more=(fire(first_week=5),))
    assert len(on(15, late).announced) == 1
    assert len(on(30, late).announced) == 2
    assert "chip" not in on(15, late).struck


def test_a_disruption_that_is_over_is_said_to_be_over_and_one_that_fades_to_ease():
    fading = Outage(good="gas", country="A", weeks=1, recovery=Linear(weeks=8))
    scenario = Scenario(name="fading", disruptions=(fading,))
    assert "easing" not in on(0, scenario).announced[0]
    assert "easing: 88%" in on(15, scenario).announced[0]
    assert on(60, stop(weeks=2)).announced[0].endswith("This is over.")


@pytest.mark.parametrize("day", [0, 15, 30, 60])
def test_a_page_does_not_tell_how_the_scenario_goes_on(exercise, day):
    """Two scenarios that agree up to the day and in the week under way have one page, whatever comes after."""
    weeks = day // 7 + 1
    soon = played(exercise, stop(weeks=weeks, name="soon_over"), network(), weeks=weeks + 1)
    more = (fire(first_week=weeks + 1, weeks=9),)
    late = played(exercise, replace(stop(weeks=40, more=more), note="forty"), network(), weeks=weeks + 2)
    one, other = (player_texts(found, found.situations[found.days.index(day)]) for found in (soon, late))
    assert one == other
    assert len(one) == 2


def test_the_supposed_reserve_does_not_tell_what_is_struck_later():
    first = on(0, stop(more=(fire(first_week=3),)))
    assert set(supposed_reserve(network(), first, ("A", "B"), Release()).table()["good"]) == {"gas"}


def test_no_page_for_players_names_the_scenario_its_length_or_a_later_day(written):
    for name, text in written.items():
        if name.startswith("players"):
            day = int(re.search(r"day-(\d+)", name)[1])
            words = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
            words = words.replace("open it on day 60", "")  # what an option would be, not what is known
            assert "welve" not in words
            assert max(int(one) for one in re.findall(r"[Dd]ay (\d+)", words)) <= day


@pytest.mark.parametrize(
    ("disruption", "words"),
    [
        (Outage(good="gas", country="A", lost=0.5, weeks=9), "Makers of Gas in Aland lose 50% of their capacity."),
        (RouteClosure(route="strait", added_weeks=2, weeks=9), "through Strait take 2 weeks longer."),
        (RouteClosure(route="strait", weeks=9), "Shipments of all goods through Strait are stopped."),
        (DemandSurge(good="chip", factor=1.5, weeks=9), "Demand for Chip is 1.5 times the usual."),
        (StockLoss(good="gas", place="B", weeks=9), "100% of the private stock of Gas in Beland is lost."),
        (
            Hoarding(tier="raw", bloc="pair", weeks=9),
            "Users of the tier raw in pair try to hold 4 weeks more of stock.",
        ),
    ],
)
def test_disruptions_are_told_in_words_without_their_length(disruption, words):
    told = announced(disruption, network())
    assert told.endswith(words)
    assert "9" not in told
    assert isinstance(disruption, StockLoss) or "9 weeks" in in_full(disruption, network(), onset=1)


def test_a_situation_before_anything_is_short_holds_no_rows():
    now = on(0, stop())
    assert now.short.empty
    assert now.unmet_usd(("A", "B")) == 0.0
    assert np.isfinite(now.cover["days"]).all()
