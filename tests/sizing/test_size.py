"""Sized reserves against answers worked by hand."""

import numpy as np
import pytest
from small_networks import by_clarabel, gas, one_good, two_importers

from resilience import Outage, Scenario, StockLoss, best_response, size_reserve
from resilience.errors import AskError, InfeasibleError
from resilience.physics import physics
from resilience.policy import Refill, Release
from resilience.risk import CVaR, Expectation, WorstCase, measure
from resilience.sizing.case import build_case, candidates
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import join
from resilience.sizing.reserve import Floor, Terms, reserve_program
from resilience.solver import solve
from resilience.stores import stores

# Ten units a week are lost for k weeks with chance p. A unit held costs 0.5 a year and, when drawn, 1 to replace; it
# saves 21. It is worth holding while P(more is needed) * (21 - 1) > 0.5: up to where that chance falls to 0.025.
CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
OUTAGES = [Scenario(name=f"{k} weeks", probability=p, disruptions=(Outage(weeks=k),)) for k, p in CHANCES.items()]


def yearly_cost(units):
    drawn = {k: min(10 * k, units) for k in CHANCES}
    return 0.5 * units + sum(p * (drawn[k] + 21 * (10 * k - drawn[k])) for k, p in CHANCES.items())


def test_the_newsvendor_holds_the_critical_fractile():
    # P(need > x) is 0.19 below 20, 0.09 below 40, 0.04 below 60 and 0.01 below 80: 0.04 is worth it, 0.01 is not.
    sizing = size_reserve(gas(), OUTAGES, weeks=12)
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([60.0])
    assert sizing.objective_usd == pytest.approx(yearly_cost(60.0))
    assert sizing.objective_usd == pytest.approx(min(yearly_cost(units) for units in range(101)))
    assert sizing.gap < 1e-6


def test_the_table_of_a_reserve_says_how_much_where_whose_and_for_how_long():
    table = size_reserve(gas(), OUTAGES, weeks=12).reserve.table()
    assert list(table.columns) == ["good", "place", "owner", "units", "usd", "days"]
    assert table["days"].tolist() == pytest.approx([7 * 60 / 10])
    assert table["usd"].tolist() == pytest.approx([60.0])


def test_delays_shorten_what_a_reserve_can_cover_and_so_its_size():
    sizing = size_reserve(gas(), OUTAGES, weeks=12, release=Release(decision_weeks=2, delivery_weeks=1))
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([30.0])  # weeks 4 to 6 of the six-week outage


def test_each_of_several_goods_has_its_own_fractile():
    network = gas(goods=("neon", "xenon"))
    scenarios = [
        Scenario(
            name=f"{good} {k}", probability=p / (1 if good == "neon" else 4), disruptions=(Outage(good=good, weeks=k),)
        )
        for good in ("neon", "xenon")
        for k, p in CHANCES.items()
    ]
    held = size_reserve(network, scenarios, weeks=12).reserve.table().set_index("good")["units"]
    assert held["neon"] == pytest.approx(60.0)
    assert held["xenon"] == pytest.approx(20.0)  # a quarter of the chances: 0.0475 below 20, 0.0225 below 40


def test_a_budget_is_kept_and_a_larger_one_never_costs_more():
    costs = []
    for budget in (0.0, 15.0, 45.0, 60.0, 90.0):
        sizing = size_reserve(gas(), OUTAGES, weeks=12, budget_usd=budget)
        assert sizing.reserve.usd <= budget + 1e-6
        assert sizing.objective_usd == pytest.approx(yearly_cost(min(budget, 60.0)))
        costs.append(sizing.objective_usd)
    assert costs == sorted(costs, reverse=True)


def test_the_worst_case_asks_for_all_that_the_worst_scenario_needs():
    sizing = size_reserve(gas(), OUTAGES, weeks=12, risk=WorstCase())
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([80.0])
    assert sizing.objective_usd == pytest.approx(0.5 * 80 + 80)


def test_a_tail_mean_weighs_losses_as_the_measure_defines():
    # In the worst 5 % of years lie the 8-week (1 %), the 6-week (3 %) and a fifth of the 4-week outages (1 %).
    sizing = size_reserve(gas(), OUTAGES, weeks=12, risk=CVaR(tail=0.05))
    losses = sizing.losses.set_index("scenario")["loss_usd"]
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([80.0])
    expected = 0.5 * 80 + measure(CVaR(tail=0.05), losses, list(CHANCES.values()))
    assert sizing.objective_usd == pytest.approx(expected)


def test_a_floor_under_every_scenario_is_kept_to_the_unit():
    floor = Floor(tier="essential", served=0.95, within=WorstCase())
    sizing = size_reserve(gas(), OUTAGES, weeks=20, floors=[floor])
    # 95 % of 200 wanted over twenty weeks leaves ten unmet at most, and the worst outage takes eighty.
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([70.0])


def test_a_floor_on_average_is_weaker_than_one_in_the_worst_case():
    wanted = {}
    for within in (Expectation(), CVaR(tail=0.05), WorstCase()):
        floor = Floor(tier="essential", served=0.999, within=within)
        wanted[type(within)] = size_reserve(gas(holding=5.0), OUTAGES, weeks=20, floors=[floor]).reserve.usd
    assert wanted[Expectation] < wanted[CVaR] <= wanted[WorstCase]


def test_an_ask_that_cannot_be_met_says_what_the_least_change_is():
    floor = Floor(tier="essential", served=0.95, within=WorstCase())
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(gas(), OUTAGES, weeks=20, floors=[floor], budget_usd=50.0)
    assert caught.value.limits == (
        "raise `budget_usd` from 50 to 70",
        "lower `served` of the floor under essential demand from 0.95 to 0.8500",
    )


def test_a_perishable_is_held_no_longer_than_use_turns_it_over():
    network = gas()
    network = network.with_table("goods", network.goods.assign(shelf_life_weeks=3.0))
    assert size_reserve(network, OUTAGES, weeks=12).reserve.table()["units"].tolist() == pytest.approx([30.0])


def test_at_the_best_size_one_more_unit_saves_what_it_costs_to_hold():
    sizing = size_reserve(
        two_importers(), [Scenario(name="half", probability=0.2, disruptions=(Outage(lost=0.5),))], weeks=9
    )
    row = sizing.marginal_value.iloc[0]
    assert row["saved_usd_per_unit"] >= 0
    assert row["holding_usd_per_unit"] == pytest.approx(0.1)
    tight = size_reserve(gas(), OUTAGES, weeks=12, budget_usd=30.0).marginal_value.iloc[0]
    assert tight["saved_usd_per_unit"] == pytest.approx(0.09 * 20)  # the chance that more than thirty is needed


def test_the_losses_of_a_sizing_are_those_of_its_reserve():
    sizing = size_reserve(one_good(), OUTAGES, weeks=20, members="USA")
    for scenario, row in zip(OUTAGES, sizing.losses.itertuples(), strict=True):
        held = best_response(one_good(), scenario, weeks=20, reserve=sizing.reserve)
        assert row.loss_usd == pytest.approx(held.loss_usd, rel=1e-6, abs=1e-6)
        assert row.without_usd == pytest.approx(best_response(one_good(), scenario, weeks=20).loss_usd)


def test_a_reserve_that_refills_needs_to_hold_less():
    """Two and two weeks of ten, ten weeks apart, or three: forty are worth holding, but thirty where they come back."""
    network = gas()
    twice = (Outage(weeks=2), StockLoss(good="gas", first_week=12), Outage(first_week=12, weeks=2))
    scenarios = [
        Scenario(name="twice", probability=0.1, disruptions=twice),
        Scenario(name="once", probability=0.1, disruptions=(Outage(weeks=3),)),
    ]
    network = network.with_table("producers", network.producers.assign(surge=1.5))
    for refill, units in ((None, 40.0), (Refill(per_week=0.2, after_weeks=2), 30.0)):
        sizing = size_reserve(network, scenarios, weeks=20, release=Release(refill=refill))
        assert sizing.reserve.table()["units"].sum() == pytest.approx(units)
        for scenario, row in zip(scenarios, sizing.losses.itertuples(), strict=True):
            held = best_response(network, scenario, weeks=20, reserve=sizing.reserve)
            assert row.loss_usd == pytest.approx(held.loss_usd, rel=1e-6, abs=1e-6)


def test_the_joined_program_has_the_same_answer_from_a_solver_of_another_family():
    network, members = gas(goods=("neon", "xenon")), frozenset(["A"])
    laws = physics(network)
    rows = candidates(network, "club")
    held = stores(laws, rows, weeks=10, release=Release(rate_per_week=0.2))
    cases = [build_case(laws, scenario, weeks=10, held=held) for scenario in OUTAGES]
    blocks = [Compiler().compile(case) for case in cases]
    floors = (Floor(tier="essential", served=0.9, within=CVaR(tail=0.1)),)
    terms = Terms(
        holding=laws.price[held.point] * 0.5, purchase=laws.price[held.point], most=held.largest,
        probabilities=np.array(list(CHANCES.values())), largest_loss=np.full(4, 1e6), risk=CVaR(tail=0.05, weight=0.5),
        budget=None, floors=floors,
    )  # fmt: skip
    mine = [np.arange(len(rows))] * len(cases)
    joined = join(reserve_program(terms).compiled(), blocks, cases, mine=mine, floors=floors, members=members)
    assert solve(joined.program).objective == pytest.approx(by_clarabel(joined.program), rel=1e-6)


def test_a_good_that_cannot_be_stored_cannot_be_asked_for():
    network = gas()
    network = network.with_table("goods", network.goods.assign(storable=False))
    with pytest.raises(AskError, match="cannot be held in reserve"):
        size_reserve(network, OUTAGES, weeks=9, goods=["gas"])


def test_a_sizing_says_what_it_holds_and_how_far_it_is_proved():
    shown = repr(size_reserve(gas(), OUTAGES, weeks=12))
    assert "1 goods at 1 places, 60 USD" in shown
    assert "OPTIMAL" in shown
