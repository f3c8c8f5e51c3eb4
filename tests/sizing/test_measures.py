"""Stock against its alternatives: prices at which one gives way to the other, worked by hand and by other programs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from two_makers import NOTE, plant, second, standby, three_places

from resilience import ExportControl, Network, Outage, Scenario, best_response, simulate, size_reserve
from resilience.mitigation import NewCapacity, SecondSource, SurgeCapacity, until_built, with_measures
from resilience.periods import Coarsening
from resilience.sizing.scope import Downstream
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing
from resilience.solver import INNER

# A ships ten chips a week to C and is out for four weeks with chance 0.1: forty are wanting, at 21 each. B makes ten
# for itself and could make more. Held stock costs 0.5 a unit and year, and 1 more when it is drawn: 0.6 a year for the
# 2.1 that a unit saves.
STOP = Scenario(name="stop", probability=0.1, disruptions=(Outage(place="A", weeks=4),))
STOCKED = 40 * 0.6  # what it costs to hold all that could be wanting


def sized(measures=(), network=None, scenarios=(STOP,), weeks=8, **ask):
    return size_reserve(network or three_places(), scenarios, weeks=weeks, measures=measures, **ask)


def bought(sizing):
    return sizing.measures.set_index("measure")["bought"].to_dict()


@pytest.mark.parametrize(
    ("measure", "network"),
    [
        (standby, three_places()),
        (second, three_places(surge=2.0, lane=False)),
        (lambda usd: plant(usd, units=10.0, modules=1), three_places()),
    ],
)
def test_a_measure_that_replaces_all_stock_is_bought_up_to_what_the_stock_costs(measure, network):
    for usd in (0.9 * STOCKED, 1.1 * STOCKED):
        sizing = sized([measure(usd)], network)
        share = 1.0 if usd < STOCKED else 0.0
        assert list(bought(sizing).values()) == pytest.approx([share])
        assert sizing.reserve.table()["units"].sum() == pytest.approx(40 * (1 - share), abs=1e-6)
        assert sizing.objective_usd == pytest.approx(min(usd, STOCKED))
        assert sizing.measures_usd_per_year == pytest.approx(share * usd)


def test_a_measure_in_part_saves_its_part():
    # Half of it, five a week, is all that is wanting: A loses half its capacity.
    half = Scenario(name="half", probability=0.1, disruptions=(Outage(place="A", weeks=4, lost=0.5),))
    sizing = sized([standby(10.0)], scenarios=[half])
    assert bought(sizing)["standby"] == pytest.approx(0.5)
    assert sizing.objective_usd == pytest.approx(5.0)
    dear = sized([standby(10.0, whole=True)], scenarios=[half])  # whole, it costs 10 against 12 for twenty units held
    assert (bought(dear)["standby"], dear.objective_usd) == (1.0, pytest.approx(10.0))
    assert bought(sized([standby(13.0, whole=True)], scenarios=[half]))["standby"] == 0.0


def test_how_much_is_bought_of_each_is_told_by_name_whatever_the_order_in_the_program():
    # What comes whole stands last in the program: here it is asked for first.
    half = Scenario(name="half", probability=0.1, disruptions=(Outage(place="A", weeks=4, lost=0.5),))
    asked = [plant(100.0), standby(10.0)]
    found = sized(asked, scenarios=[half]).bought(asked)
    assert [(one.name, share) for one, share in found] == [("plant", 0.0), ("standby", pytest.approx(0.5))]


def test_plants_come_in_whole_modules_and_stock_makes_up_the_rest():
    # Ten a week are wanting. A module of 4 at 6 a year saves 16 units held, 9.6 a year; a third only 2 a week, 4.8.
    sizing = sized([plant(6.0)])
    assert bought(sizing)["plant"] == 2.0
    assert sizing.reserve.table()["units"].sum() == pytest.approx(8.0)
    assert sizing.objective_usd == pytest.approx(2 * 6.0 + 8 * 0.6)
    assert bought(sized([plant(4.7)]))["plant"] == 3.0
    assert sized([plant(6.0)], method=INNER).objective_usd == pytest.approx(16.8)


def test_an_option_helps_only_once_it_could_be_built():
    # Ten a week from week 3 of four: it saves twenty units of stock, 12 a year; the first two weeks are held.
    for usd, share in ((11.0, 1.0), (13.0, 0.0)):
        sizing = sized([plant(usd, units=10.0, modules=1, build_weeks=2)])
        assert bought(sizing)["plant"] == share
        assert sizing.reserve.table()["units"].sum() == pytest.approx(40 - 20 * share)
        assert sizing.objective_usd == pytest.approx(20 * 0.6 + min(usd, 12.0))


def test_stock_and_measures_share_one_budget():
    # 20 USD buy twenty units that save 1.5 a year each, or standby for 20 that saves 40 x 2.1 - 5. Standby in half
    # leaves 10 USD for ten units: dollar for dollar it saves 79 / 20 = 3.95 against 1.5, so it is bought in full.
    sizing = sized([standby(5.0, usd=20.0)], budget_usd=20.0)
    assert bought(sizing)["standby"] == pytest.approx(1.0)
    assert sizing.reserve.usd == pytest.approx(0.0, abs=1e-6)
    assert sizing.objective_usd == pytest.approx(5.0)
    # At 60 USD it saves 79 / 60 = 1.3 for a dollar, less than stock: all 30 USD buy stock.
    dear = sized([standby(5.0, usd=60.0)], budget_usd=30.0)
    assert bought(dear)["standby"] == pytest.approx(0.0, abs=1e-6)
    assert dear.reserve.usd == pytest.approx(30.0)
    spent = sized([standby(5.0, usd=40.0), plant(0.1, units=1.0, usd=9.0)], budget_usd=35.0)
    assert spent.reserve.usd + spent.measures["usd"].sum() <= 35.0 + 1e-6


def test_a_free_measure_is_bought_in_full_where_all_of_it_is_wanting():
    sizing = sized([standby(0.0), second(0.0)], three_places(lane=False))
    assert bought(sizing) == pytest.approx({"standby": 1.0, "second": 1.0})
    assert sizing.objective_usd == pytest.approx(0.0, abs=1e-6)


def test_a_lane_without_a_maker_behind_it_is_worth_nothing_and_both_together_are():
    network = three_places(lane=False)
    assert bought(sized([second(1.0)], network))["second"] == 0.0
    assert bought(sized([standby(1.0)], network))["standby"] == 0.0
    both = sized([second(1.0), standby(1.0)], network)
    assert bought(both) == pytest.approx({"second": 1.0, "standby": 1.0})
    assert both.ranking["avoided_usd_per_year"].sum() == pytest.approx(0.1 * 40 * 21)


def test_a_struck_plant_keeps_the_same_share_of_what_was_added_to_it():
    # B too loses half: its ten of standby make five a week, and B itself lacks five. Standby saves 20 units held of 60.
    struck = Outage(place="A", weeks=4), Outage(place="B", weeks=4, lost=0.5)
    both = Scenario(name="both", probability=0.1, disruptions=struck)
    for usd, share in ((11.0, 1.0), (13.0, 0.0)):
        sizing = sized([standby(usd)], scenarios=[both])
        assert bought(sizing)["standby"] == pytest.approx(share)
        assert sizing.objective_usd == pytest.approx(60 * 0.6 - max(12.0 - usd, 0.0))


def test_a_narrowed_lane_carries_nothing_of_what_was_qualified_on_it():
    closed = ExportControl(exporter="B", importer="C", weeks=4)
    scenario = Scenario(name="both", probability=0.1, disruptions=(Outage(place="A", weeks=4), closed))
    sizing = sized([second(0.1)], three_places(surge=2.0, lane=False), scenarios=[scenario])
    assert bought(sizing)["second"] == 0.0


def test_the_ranking_puts_what_avoids_loss_cheapest_first_and_says_why_the_rest_is_not_bought():
    ranking = sized([plant(6.0), standby(30.0)]).ranking.set_index("name")
    assert ranking.index.tolist() == ["plant", "chip", "standby"]
    assert ranking["kind"].tolist() == ["measure", "stock", "measure"]
    # Plants avoid 32 and stock 8 of the forty units; a unit drawn is charged a dollar, so stock avoids 20 of 21.
    assert ranking["avoided_usd_per_year"].sum() == pytest.approx(0.1 * (32 * 21 + 8 * 20))
    assert ranking.at["plant", "usd_per_usd_avoided"] == pytest.approx(12 / ranking.at["plant", "avoided_usd_per_year"])
    assert ranking.at["chip", "next_usd_per_usd_saved"] == pytest.approx(1.0)
    assert ranking.at["standby", "next_usd_per_usd_saved"] == pytest.approx(30 / 24)  # it would save forty held units
    assert np.isnan(ranking.at["standby", "usd_per_usd_avoided"])


def test_a_sizing_without_measures_is_the_program_it_was():
    stated = state_sizing(three_places(), [STOP], weeks=8)
    assert stated.cases[0].raised is None
    assert stated.blocks[0].rows["built"].stop == stated.blocks[0].rows["built"].start
    assert stated.joined.first.program.shape[1] == len(stated.rows) + 1


# The same program written afresh: four weeks of need, ten a week; x held, b of standby, y_t made and d_t drawn.
def by_scipy(holding, usd_per_year, budget, purchase, *, whole):
    weeks, chance = 4, 0.1
    cost = [holding, usd_per_year] + [0.0] * weeks + [chance * 1.0] * weeks + [chance * 21.0] * weeks
    wanted = np.hstack([np.zeros((weeks, 2)), np.eye(weeks), np.eye(weeks), np.eye(weeks)])
    made = np.hstack([np.zeros((weeks, 1)), np.full((weeks, 1), -10.0), np.eye(weeks), np.zeros((weeks, 2 * weeks))])
    drawn = np.array([[-1.0, 0.0] + [0.0] * weeks + [1.0] * weeks + [0.0] * weeks])
    spent = np.array([[1.0, purchase] + [0.0] * 3 * weeks])
    bounds = [(0, None), (0, 1)] + [(0, None)] * 3 * weeks
    least = np.vstack([made, drawn, spent]), np.array([0.0] * weeks + [0.0, budget])
    if not whole:
        return linprog(cost, A_ub=least[0], b_ub=least[1], A_eq=wanted, b_eq=[10.0] * weeks, bounds=bounds).fun
    rules = [LinearConstraint(least[0], -np.inf, least[1]), LinearConstraint(wanted, 10.0, 10.0)]
    low, high = zip(*((low, np.inf if high is None else high) for low, high in bounds), strict=True)
    kinds = [0, 1] + [0] * 3 * weeks
    return milp(cost, constraints=rules, bounds=Bounds(low, high), integrality=kinds).fun


@pytest.mark.parametrize("whole", [False, True])
def test_the_program_is_that_of_another_hand_and_another_solver(whole):
    for usd_per_year, budget, purchase in ((3.0, 15.0, 25.0), (18.0, 30.0, 10.0)):
        sizing = sized([standby(usd_per_year, usd=purchase, whole=whole)], budget_usd=budget)
        other = by_scipy(0.5, usd_per_year, budget, purchase, whole=whole)
        assert sizing.objective_usd == pytest.approx(other, rel=1e-6), (usd_per_year, budget, purchase)


UNITS, USD = st.integers(1, 12), st.integers(0, 30)
MEASURES = st.lists(
    st.builds(standby, USD, units=UNITS, usd=USD, whole=st.booleans())
    | st.builds(second, USD, units=UNITS, usd=USD, whole=st.booleans())
    | st.builds(plant, USD, units=UNITS, usd=USD, build_weeks=st.integers(0, 3)),
    min_size=1, max_size=3, unique_by=lambda measure: measure.name,
)  # fmt: skip


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(measures=MEASURES, budget=st.sampled_from([None, 20.0]))
def test_more_measures_offered_never_cost_more(measures, budget):
    network = three_places(surge=1.2, lane=False)
    fewer = sized(measures[1:], network, budget_usd=budget).objective_usd
    more = sized(measures, network, budget_usd=budget).objective_usd
    assert more <= fewer * (1 + 2e-6)


def worn():
    """Chips at B need a wafer, half essential, and a tool; A ships them, and both make for C."""
    return Network.from_frames(
        goods={"good": ["chip", "wafer", "tool"], "usd_per_unit": [10.0, 1.0, 5.0]},
        producers={"good": ["chip", "chip", "wafer", "tool"], "place": ["A", "B", "A", "A"],
                   "output_per_week": [10.0, 10.0, 20.0, 2.0], "surge": [1.1, 1.3, 1.2, 1.0]},
        needs={"good": ["chip", "chip"], "input": ["wafer", "tool"], "units": [1.0, 0.1],
               "kind": ["consumed", "capital"], "essential": [0.5, 1.0]},
        lanes={"good": ["chip", "chip", "wafer", "tool"], "origin": ["A", "B", "A", "A"],
               "destination": ["C", "C", "B", "B"], "limit_factor": [1.2, None, 1.1, None]},
        demand={"good": ["chip"], "place": ["C"], "units_per_week": [20.0], "usd_per_unit_unmet": [50.0]},
        stocks={"good": ["chip", "wafer"], "place": ["C", "B"], "weeks": [1.0, 1.0]},
    )  # fmt: skip


def test_the_program_loses_no_more_than_a_simulation_with_the_same_measures_built():
    network = worn()
    measures = [
        SurgeCapacity(name="more", good="chip", place="B", units_per_week=5.0, usd=0.0, usd_per_year=2.0, note=NOTE),
        SurgeCapacity(name="wafers", good="wafer", place="A", units_per_week=4.0, usd=0.0, usd_per_year=2.0, note=NOTE),
        SecondSource(name="wide", good="wafer", origin="A", destinations="B", units_per_week=3.0, usd=0.0,
                     usd_per_year=1.0, note=NOTE),
        NewCapacity(name="fab", good="chip", place="B", units_per_week=3.0, modules=2, build_weeks=2, usd=0.0,
                    usd_per_year=3.0, note=NOTE),
    ]  # fmt: skip
    scenarios = [
        Scenario(name="chips", probability=0.2, disruptions=(Outage(good="chip", place="A", weeks=5, first_week=2),)),
        Scenario(name="half", probability=0.2, disruptions=(Outage(good="chip", weeks=4, lost=0.6),)),
        Scenario(name="tools", probability=0.1, disruptions=(Outage(good="tool", weeks=8),)),
    ]
    sizing = size_reserve(network, scenarios, weeks=14, measures=measures, budget_usd=0.0)
    taken = [(measure, sizing.measures.set_index("measure").at[measure.name, "bought"]) for measure in measures]
    assert sum(share > 0 for _, share in taken) >= 2
    built = with_measures(network, taken)
    waiting = [until_built(scenario, network, taken) for scenario in scenarios]
    least = sizing.losses.set_index("scenario")["loss_usd"]
    for scenario in waiting:
        best = best_response(built, scenario, weeks=14).loss_usd
        assert least[scenario.name] <= best * (1 + 1e-6)
    simulated = simulate(built, waiting, weeks=14).loss_usd
    plain = simulate(network, scenarios, weeks=14).loss_usd
    assert (least <= simulated[least.index] * (1 + 1e-6)).all()
    assert simulated.sum() < plain.sum()  # and behaviour, too, makes something of them


def test_bought_whole_the_program_is_the_best_response_of_the_network_with_them_built():
    network = worn()
    more = SurgeCapacity(name="more", good="chip", place="B", units_per_week=5.0, usd=0.0, usd_per_year=0.0, note=NOTE)
    scenario = Scenario(name="half", probability=0.2, disruptions=(Outage(good="chip", weeks=4, lost=0.6),
                                                                   Outage(good="tool", weeks=8)))  # fmt: skip
    sizing = size_reserve(network, [scenario], weeks=14, measures=[more], budget_usd=0.0)
    built = best_response(with_measures(network, [(more, 1.0)]), scenario, weeks=14)
    assert sizing.losses["loss_usd"].iloc[0] == pytest.approx(built.loss_usd)


def test_coarse_periods_and_a_narrow_scope_keep_what_a_measure_touches():
    measure = SurgeCapacity(name="wafers", good="wafer", place="A", units_per_week=4.0, usd=0.0, usd_per_year=0.0,
                            note=NOTE)  # fmt: skip
    scenario = Scenario(name="chips", probability=0.2, disruptions=(Outage(good="chip", place="A", weeks=5),))
    stated = state_sizing(worn(), [scenario], weeks=14, measures=[measure], scope=Downstream(),
                          periods=Coarsening(steps=((4, 1), (10, 2))))  # fmt: skip
    assert set(stated.cases[0].physics.network.goods["good"]) == {"chip", "wafer"}
    assert isinstance(solve_sizing(stated).ranking, pd.DataFrame)
