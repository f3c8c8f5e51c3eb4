"""Measures in what is known of a sizing beyond its size: taken apart, ranges, information, frontier, replications."""

from dataclasses import replace

import numpy as np
import pytest
from two_makers import plant, second, standby, three_places

from resilience import Network, Outage, Scenario, best_response, size_reserve
from resilience.errors import AskError, InfeasibleError
from resilience.mitigation import with_measures
from resilience.risk import Expectation
from resilience.sizing.aided import with_reserve
from resilience.sizing.calibrate import beside, calibrate, in_place
from resilience.sizing.frontier import frontier
from resilience.sizing.information import information
from resilience.sizing.multistage import multistage_reserve
from resilience.sizing.names import column_names
from resilience.sizing.replications import replicate
from resilience.sizing.reserve import Floor
from resilience.sizing.size import solve_sizing
from resilience.sizing.solved import apart, as_one
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided import without_reserve
from resilience.sizing.world import world_of

# A ships ten chips a week to C and is out for four weeks with chance 0.1. Held, a chip costs 0.5 a year, drawn 1, and
# unmet 21. See test_measures.
STOP = Scenario(name="stop", probability=0.1, disruptions=(Outage(place="A", weeks=4),))
OUT = Outage(place="A", weeks=4, first_week=2)


def asked(measures, scenarios=(STOP,), weeks=8, **ask):
    stated = state_sizing(three_places(), scenarios, weeks=weeks, measures=measures, **ask)
    return stated, solve_sizing(stated)


@pytest.mark.parametrize(
    "measures",
    [
        [standby(9.0, units=8.0), second(1.0, units=9.5), plant(4.0, build_weeks=1)],
        [standby(7.0, units=6.0, whole=True), second(1.0, units=15.0), plant(4.5, modules=2)],
    ],
)
def test_a_sizing_with_measures_says_the_same_whole_and_taken_apart(measures):
    struck = Outage(place="B", weeks=3, lost=0.4, first_week=2)
    scenarios = [
        Scenario(name="stop", probability=0.08, disruptions=(OUT,)),
        Scenario(name="half", probability=0.11, disruptions=(Outage(place="A", weeks=5, lost=0.5, first_week=2),)),
        Scenario(name="both", probability=0.03, disruptions=(OUT, struck)),  # strikes what is bought: another tie
    ]
    stated = state_sizing(three_places(surge=1.1, lane=False), scenarios, weeks=9, measures=measures)
    named = column_names(stated).query("block in ['bought', 'built']")["of"]
    assert sorted(named) == sorted(measure.name for measure in measures)
    answers = without_reserve(stated.cases, stated.blocks, method=None, say=str).answers
    without = [answers[number] for number in range(len(stated.cases))]
    whole = as_one(stated, None, str, without=without)
    parts = apart(stated, without, method=None, gap=1e-8, engine=None, say=str)
    assert "in 2 structures" in parts.how
    assert parts.objective == pytest.approx(whole.objective, rel=1e-6)
    assert parts.held == pytest.approx(whole.held, abs=1e-4)
    assert parts.bought == pytest.approx(whole.bought, abs=1e-5)
    assert parts.bought.any()
    offers = stated.terms.offers
    for found in (whole, parts):  # what one more saves is its price, or more where there is no more of it
        saved, share = sum(found.lifted)[: offers.parts], (found.bought / offers.most)[: offers.parts]
        price, dust = offers.yearly[: offers.parts], 1e-4 * offers.yearly.max()
        assert (saved[share > 0] >= price[share > 0] - dust).all()
        assert (saved[share < 1] <= price[share < 1] + dust).all()
    lost = [
        [block.program.cost @ plan for block, plan in zip(stated.blocks, one.plans, strict=True)]
        for one in (whole, parts)
    ]
    assert lost[1] == pytest.approx(lost[0], rel=1e-5, abs=1e-5)


def test_what_stands_helps_in_the_weeks_of_notice_as_in_the_network_that_has_it():
    # Five a week for two weeks of notice and four of the outage: thirty of the forty that are wanting.
    scenario = Scenario(
        name="told", probability=0.1, notice_weeks=2, disruptions=(Outage(place="A", weeks=4, first_week=3),)
    )
    free = standby(0.0, units=5.0)
    _, sizing = asked([free], [scenario], budget_usd=0.0)
    assert sizing.losses["loss_usd"].tolist() == pytest.approx([10 * 21.0])
    built = with_measures(three_places(), [(free, 1.0)])
    assert best_response(built, scenario, weeks=8).loss_usd == pytest.approx(10 * 21.0)


def test_a_range_counts_that_measures_could_take_the_place_of_stock():
    # Forty chips held cost 24; standby for 24.2 is within a hundredth of that.
    for whole in (False, True):
        _, sizing = asked([standby(24.2, whole=whole)])
        spans = sizing.ranges.query("place == 'all' and within == 0.01")
        assert spans["units"].tolist() == pytest.approx([40.0])
        assert spans["least_units"].tolist() == pytest.approx([0.0], abs=1e-6)
        assert spans["exact"].tolist() == [not whole]


@pytest.mark.parametrize(
    ("measure", "known", "mean", "held", "bought"),
    [
        # The mean year lacks one chip a week. A tenth of standby makes it; what is left of the stop is 36 chips.
        (standby(12.0, usd=30.0), 12.0, 1.2 + 0.1 * 36 * 21, 0.0, {"standby": 0.1}),
        # Built in two weeks of ten a week, but only in the year of the stop: two chips of the mean year's four.
        (plant(1.0, units=10.0, modules=1, build_weeks=2, usd=30.0), 1.0 + 20 * 1.5,
         1.0 + 2 * 0.5 + 0.1 * (2 + 18 * 21), 2.0, {"plant": 1.0}),
    ],
)  # fmt: skip
def test_who_knows_the_year_and_who_answers_the_mean_choose_among_measures_too(measure, known, mean, held, bought):
    found = information(*asked([measure]))
    assert found.wait_and_see_usd == pytest.approx(0.1 * known)
    assert found.years["held_usd"].iloc[0] == pytest.approx(30.0 + (20.0 if measure.name == "plant" else 0.0))
    assert found.answering_the_mean_usd == pytest.approx(mean)
    assert found.mean_reserve.table()["units"].sum() == pytest.approx(held)
    assert found.mean_measures == pytest.approx(bought)
    assert ("buys" in found.for_the_mean()) == bool(bought)


@pytest.mark.parametrize(("whole", "lost", "saved"), [(False, [84.0, 42.0, 0.0], 4.2), (True, [84.0, 64.0, 0.0], 2.0)])
def test_budgets_buy_measures_and_stock_by_what_they_save(whole, lost, saved):
    # 20 USD of standby save all 84 of loss, a chip for one USD 2.
    stated, sizing = asked([standby(5.0, usd=20.0, whole=whole)])
    for together in (60_000, 0):
        only = {"expected": Expectation()}
        table = frontier(stated, sizing, [0.0, 10.0, 20.0], measures=only, together=together, gap=1e-7)
        assert table["loss_usd"].tolist() == pytest.approx(lost, abs=1e-4)
        assert table["saved_usd_per_usd"].iloc[1] == pytest.approx(saved, rel=1e-4)
        assert (table["gap"] * table["loss_usd"] < 1e-3).all()


def test_a_frontier_refuses_a_measure_that_no_budget_bounds():
    with pytest.raises(AskError, match="'standby' costs nothing to set up"):
        frontier(*asked([standby(5.0)]), [0.0, 10.0])


def test_fresh_years_are_asked_with_what_is_bought_beside_the_reserve():
    measures = [standby(9.0, units=4.0), plant(2.0, modules=1)]
    stated, sizing = asked(measures)
    bought = dict(zip(sizing.measures["measure"], sizing.measures["bought"], strict=True))
    assert set(bought.values()) == {1.0}
    assert with_reserve(stated, sizing.reserve, measures=bought).cost_usd == pytest.approx(sizing.objective_usd)
    told = replicate(sizing.reserve, lambda number: stated, samples=2, measures=bought)
    assert told.batches["candidate"].tolist() == pytest.approx([sizing.objective_usd] * 2)
    assert told.gap == pytest.approx(0.0, abs=1e-3)
    with pytest.raises(AskError, match="'stanby' is not offered"):
        with_reserve(stated, sizing.reserve, measures={"stanby": 1.0})


def test_an_ask_that_measures_could_meet_says_what_budget_would_do():
    # All demand met takes forty chips for 40 USD, or standby for 20.
    with pytest.raises(InfeasibleError, match="raise `budget_usd` from 10 to 20"):
        asked([standby(1.0, usd=20.0)], budget_usd=10.0, floors=[Floor(tier="essential", served=1.0)])


def both_ship():
    """A and B ship ten chips a week each to C."""
    return Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0] * 2},
        lanes={"good": ["chip"] * 2, "origin": ["A", "B"], "destination": ["C"] * 2, "flow_per_week": [10.0] * 2},
        demand={"good": ["chip"], "place": ["C"], "units_per_week": [20.0], "usd_per_unit_unmet": [21.0]},
    )


def test_behaviour_is_simulated_with_what_is_bought_in_place_and_options_once_they_could_be():
    # A loses half its capacity: what it has twice of makes up for that, from the third week on if built by then.
    network = both_ship()
    half = Outage(place="A", weeks=6, first_week=2, lost=0.5)
    scenario = Scenario(name="told", probability=0.1, notice_weeks=1, disruptions=(half,))
    measure = replace(plant(1.0, units=10.0, modules=1, build_weeks=2), place="A")
    sizing = size_reserve(network, [scenario], weeks=12, measures=[measure], budget_usd=0.0)
    table = beside(network, sizing.losses, sizing.reserve, [scenario], bought=[(measure, 1.0)], weeks=12).iloc[0]
    assert table["program_usd"] <= table["simulated_usd"] * (1 + 1e-6)
    assert table["simulated_without_usd"] == pytest.approx(6 * 5 * 21)
    assert table["simulated_usd"] == pytest.approx(2 * 5 * 21)


def test_a_reserve_is_calibrated_with_measures_standing():
    network, measure = both_ship(), replace(standby(1.0), place="A")
    half = Scenario(name="half", probability=0.1, disruptions=(Outage(place="A", weeks=4, lost=0.5),))
    built, met = in_place(network, [half], [(measure, 1.0)])
    ask = {"members": "C", "weeks": 8, "days": (0, 7)}
    assert calibrate(built, met, **ask).objective_usd == pytest.approx(0.0, abs=1e-6)
    assert in_place(network, [STOP], []) == (network, (STOP,))


def test_a_rule_over_years_takes_a_network_in_which_measures_stand():
    world = world_of([STOP], multiples={"calm": 1}, moves=[[1.0]])
    network = with_measures(three_places(), [(standby(1.0), 0.5)])
    found = multistage_reserve(network, [STOP], world=world, members="C", years=1, weeks=8, cover_days=[0], paths=2,
                               rng=np.random.default_rng(1))  # fmt: skip
    assert found.without_usd == pytest.approx(0.1 * 20 * 21)
