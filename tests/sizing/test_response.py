"""Best responses worked by hand, and by a solver of another family."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario
from small_networks import by_clarabel, gas, one_good, recipe, two_importers

from resilience import ExportControl, Outage, Reserve, RouteClosure, Scenario, StockLoss, best_response, datasets
from resilience.balance import balance
from resilience.disruption import DemandSurge
from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Coarsening
from resilience.physics import members_first, physics
from resilience.policy import Release
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.scope import Downstream, Everything
from resilience.solver import CORNER, INNER, Method, solve


def struck(*disruptions, **keys):
    return Scenario(name="struck", disruptions=disruptions, **keys)


@pytest.mark.parametrize("network", [one_good(), recipe(essential=0.4), two_importers(), gas()])
def test_without_a_shock_nothing_is_lost(network):
    calm = best_response(network, Scenario(name="calm"), weeks=12)
    assert abs(calm.loss_usd) < 1e-9
    assert calm.table("unmet").empty


def test_one_good_loses_what_stock_and_pipeline_do_not_cover():
    # No dispatch in weeks 1-5, so nothing lands in weeks 3-7. One week of stock covers one of the five: 40 chips are
    # unmet at 50 USD. Taiwan cannot make more than ten a week, so the ten chips of stock stay missing, at 3 USD.
    found = best_response(one_good(), struck(Outage(weeks=5)), weeks=20)
    assert found.loss_usd == pytest.approx(40 * 50 + 10 * 3)
    assert found.table("unmet")["units"].sum() == pytest.approx(40)
    assert found.table("missing")["units"].sum() == pytest.approx(10)


def test_surge_refills_the_stock_but_not_the_demand_that_went_by():
    found = best_response(one_good(surge=1.5), struck(Outage(weeks=5)), weeks=20)
    assert found.loss_usd == pytest.approx(40 * 50)


def test_a_recipe_stops_with_its_smallest_input_after_its_lead_time():
    # No gas in weeks 1-3 and none in stock: no starts, so no chips in weeks 3-5. Wafers pile up and are no loss.
    found = best_response(recipe(), struck(Outage(good="gas", weeks=3)), weeks=16)
    assert found.loss_usd == pytest.approx(3 * 10 * 100)
    assert sorted(found.table("unmet")["week"]) == [3, 4, 5]


def test_an_input_wholly_missing_costs_the_share_that_is_essential():
    found = best_response(recipe(essential=0.4), struck(Outage(good="gas", weeks=3)), weeks=16)
    assert found.loss_usd == pytest.approx(0.4 * 3 * 10 * 100)


def test_half_an_input_costs_half_of_the_essential_share():
    found = best_response(recipe(essential=0.4), struck(Outage(good="gas", lost=0.5, weeks=3)), weeks=16)
    assert found.loss_usd == pytest.approx(0.5 * 0.4 * 3 * 10 * 100)


def test_of_two_importers_the_one_with_less_at_stake_goes_short():
    # Six chips a week are left: Japan's six at 9 USD are served, the USA's six at 5 USD are not.
    found = best_response(two_importers(), struck(Outage(lost=0.5, weeks=4)), weeks=8)
    assert found.loss_usd == pytest.approx(4 * 6 * 5)
    assert set(found.table("unmet")["place"]) == {"USA"}


def test_weights_turn_the_choice_between_importers():
    network = two_importers()
    weights = members_first(network, "ally", others=0.1)
    found = best_response(network, struck(Outage(lost=0.5, weeks=4)), weeks=8, weights=weights)
    assert found.loss_usd == pytest.approx(4 * 6 * 9 * 0.1)
    assert set(found.table("unmet")["place"]) == {"JPN"}


def test_an_export_control_closes_only_its_own_lane():
    control = ExportControl(exporter="TWN", importer="JPN", licensed=0.5, weeks=4)
    found = best_response(two_importers(), struck(control), weeks=8)
    assert found.loss_usd == pytest.approx(4 * 3 * 9)


def test_a_delay_moves_arrivals_and_no_more():
    # Dispatches of weeks 1-3 take four weeks instead of two: what was due in weeks 3-5 lands in weeks 5-7, so weeks 3
    # and 4 go without, but for one week of stock; later arrivals refill it.
    network = one_good().with_table("lanes", one_good().lanes.assign(routes="strait"))
    found = best_response(
        network, struck(RouteClosure(route="strait", open_share=1.0, added_weeks=2, weeks=3)), weeks=20
    )
    assert found.loss_usd == pytest.approx(10 * 50)


def test_a_stock_lost_before_it_is_needed_is_missed():
    found = best_response(one_good(), struck(StockLoss(place="USA"), Outage(weeks=5)), weeks=20)
    assert found.loss_usd == pytest.approx(50 * 50 + 10 * 3)


def test_a_later_stock_loss_takes_a_share_of_what_is_there_then():
    # Half of the ten chips in stock is lost in week 2; only 3 USD each, since nobody needed them.
    shaken = struck(Outage(good="chip", lost=0.0, weeks=1), StockLoss(place="USA", lost=0.5, first_week=2))
    assert best_response(one_good(), shaken, weeks=12).loss_usd == pytest.approx(5 * 3)


def test_extra_demand_is_met_from_stock_first():
    found = best_response(one_good(), struck(DemandSurge(factor=1.5, weeks=4)), weeks=12)
    assert found.loss_usd == pytest.approx((20 - 10) * 50 + 10 * 3)


def test_nothing_moves_before_the_first_disruption_or_its_notice():
    late = Outage(first_week=6, weeks=5)
    assert best_response(one_good(surge=2.0), struck(late), weeks=25).loss_usd == pytest.approx(40 * 50)
    warned = best_response(one_good(surge=2.0), struck(late, notice_weeks=4), weeks=25)
    assert warned.loss_usd == pytest.approx(0.0, abs=1e-6)  # four weeks at double pace land in weeks 4-7: enough


def test_draws_wait_for_decision_and_delivery_and_are_charged():
    network = gas()
    store = [{"good": "gas", "place": "A", "owner": "A", "units": 100.0}]
    at_once = Reserve.of(network, store)
    waiting = Reserve.of(network, store, release=Release(decision_weeks=2, delivery_weeks=1))
    stop = struck(Outage(weeks=5))
    assert best_response(network, stop, weeks=8, reserve=at_once).loss_usd == pytest.approx(50 * 1)
    assert best_response(network, stop, weeks=8, reserve=waiting).loss_usd == pytest.approx(30 * 21 + 20 * 1)


def test_a_release_rate_caps_each_week():
    network = gas()
    store = [{"good": "gas", "place": "A", "owner": "club", "units": 100.0}]
    slow = Reserve.of(network, store, release=Release(rate_per_week=0.04))
    found = best_response(network, struck(Outage(weeks=5)), weeks=8, reserve=slow)
    assert found.loss_usd == pytest.approx(5 * 4 * 1 + 5 * 6 * 21)
    assert found.table("drawn")["units"].max() == pytest.approx(4.0)


def test_a_pool_serves_every_member_later_than_its_own_place():
    network = two_importers()
    network = network.with_table("blocs", {"bloc": ["both", "both"], "country": ["USA", "JPN"]})
    store = [{"good": "chip", "place": "USA", "owner": "both", "units": 100.0}]
    pool = Reserve.of(network, store, release=Release(pooled_weeks=2))
    found = best_response(network, struck(Outage(weeks=3)), weeks=6, reserve=pool)
    # Week by week: the USA draws its six at once. Japan, at 9 USD, waits two weeks and then draws six.
    assert found.loss_usd == pytest.approx(3 * 6 * 1 + 2 * 6 * 9 + 6 * 1)


def test_tools_that_stop_coming_wear_capacity_down_and_regrow_it():
    from resilience import Network

    network = Network.from_frames(
        goods={"good": ["chip", "tool"], "usd_per_unit": [1.0, 0.0]},
        producers={"good": ["chip", "tool"], "place": ["A", "B"], "output_per_week": [100.0, 1.0]},
        needs={"good": ["chip"], "input": ["tool"], "units": [0.01], "kind": ["capital"],
               "wear_per_week": [0.1], "regrow_per_week": [0.05]},
        lanes={"good": ["tool"], "origin": ["B"], "destination": ["A"]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [100.0], "usd_per_unit_unmet": [1.0]},
    )  # fmt: skip
    found = best_response(network, struck(Outage(good="tool", weeks=2)), weeks=4)
    health = [0.9, 0.81, 0.81 + 0.05 * 0.19]
    health.append(health[-1] + 0.05 * (1 - health[-1]))
    assert found.loss_usd == pytest.approx(sum(100 * (1 - h) for h in health))


@pytest.mark.parametrize("network", [one_good(surge=1.2), recipe(essential=0.4), two_importers()])
@pytest.mark.parametrize("shock", [Outage(weeks=5), Outage(lost=0.3, weeks=2), DemandSurge(factor=1.4, weeks=3)])
def test_a_solver_of_another_family_finds_the_same_loss(network, shock):
    laws = physics(network)
    program = Compiler().compile(build_case(laws, struck(shock), weeks=14)).program
    assert solve(program).objective == pytest.approx(by_clarabel(program), rel=1e-6, abs=1e-6)


def test_interior_point_and_simplex_agree_and_both_certify_it():
    asked = struck(Outage(weeks=5))
    for method in (Method(algorithm="simplex"), Method(algorithm="ipm", crossover=False)):
        found = best_response(one_good(surge=1.2), asked, weeks=20, method=method)
        assert found.loss_usd == pytest.approx(2000, rel=1e-6)
        assert found.bound_usd <= found.loss_usd
        assert found.gap < 1e-5


@pytest.mark.parametrize("seed", [2, 4])
def test_where_nothing_goes_short_no_table_says_so_of_what_an_interior_point_leaves(seed):
    network = random_network(seed, 4, 3, False)
    scenario = random_scenario(seed + 1, network)
    for method in (CORNER, INNER):
        found = best_response(network, scenario, weeks=20, method=method)
        assert found.loss_usd == pytest.approx(0.0, abs=1e-3)
        assert found.table("unmet").empty


def test_leaving_out_what_a_scenario_cannot_touch_changes_nothing_here():
    asked = struck(Outage(good="gas", weeks=3))
    whole = best_response(recipe(), asked, weeks=16)
    part = best_response(recipe(), asked, weeks=16, scope=Downstream())
    assert part.loss_usd == pytest.approx(whole.loss_usd)
    assert part.loss_usd <= whole.loss_usd * (1 + 1e-9)


def test_coarse_periods_keep_the_mass_and_move_the_loss_little():
    fine = best_response(one_good(), struck(Outage(weeks=6)), weeks=24)
    coarse = best_response(one_good(), struck(Outage(weeks=6)), weeks=24, periods=Coarsening(steps=((4, 1), (1, 4))))
    assert coarse.loss_usd == pytest.approx(fine.loss_usd, rel=0.15)


def test_a_horizon_before_the_scenario_is_refused():
    with pytest.raises(AskError, match="past the horizon of 4 weeks"):
        best_response(one_good(), struck(Outage(first_week=5)), weeks=4)


@settings(max_examples=4, deadline=None)
@given(st.integers(1, 8), st.floats(0.1, 1.0), st.floats(1.0, 1.5), st.floats(0.0, 3.0))
def test_loss_never_rises_with_stock_surge_or_a_shorter_outage(weeks, lost, surge, stock):
    def loss(**changed):
        asked = {"weeks": weeks, "surge": surge, "stock": stock} | changed
        network = one_good(surge=asked["surge"], stock_weeks=asked["stock"])
        # the price of stock missing at the end is left out: more stock can also mean more to miss
        network = network.with_table("goods", network.goods.assign(usd_per_unit=0.0))
        return best_response(network, struck(Outage(weeks=asked["weeks"], lost=lost)), weeks=20).loss_usd

    base = loss()
    assert loss(stock=stock + 1) <= base + 1e-6
    assert loss(surge=surge + 0.2) <= base + 1e-6
    assert loss(weeks=weeks + 1) >= base - 1e-6


@settings(max_examples=4, deadline=None)
@given(st.floats(0.01, 1000.0), st.floats(0.01, 1000.0))
def test_scaling_quantities_and_prices_scales_the_loss(quantity, price):
    network = one_good(surge=1.2)
    scaled = network.with_table("producers", network.producers.assign(output_per_week=10 * quantity))
    scaled = scaled.with_table("lanes", network.lanes.assign(flow_per_week=10 * quantity))
    demand = network.demand.assign(units_per_week=10 * quantity, usd_per_unit_unmet=50 * price)
    scaled = scaled.with_table("demand", demand).with_table("goods", network.goods.assign(usd_per_unit=3 * price))
    asked = struck(Outage(weeks=5))
    base = best_response(network, asked, weeks=12).loss_usd
    assert best_response(scaled, asked, weeks=12).loss_usd == pytest.approx(base * quantity * price, rel=1e-6)


def test_a_part_of_the_network_answers_for_a_scenario_that_also_names_what_the_part_leaves_out():
    network = Network.from_frames(
        goods={"good": ["gas", "scanner", "chip"], "tier": ["material", "tool", "chip"]},
        producers={"good": ["gas", "scanner", "chip"], "place": ["A", "A", "B"], "output_per_week": [10.0, 0.0, 10.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"], "flow_per_week": [10.0]},
        demand={"good": ["chip"], "place": ["B"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]},
    )
    both = Scenario(name="both", disruptions=(Outage(good="gas", weeks=3), Outage(tier="tool", lost=0.0)))
    whole, part = (best_response(network, both, weeks=8, scope=scope) for scope in (Everything(), Downstream()))
    assert part.loss_usd == pytest.approx(whole.loss_usd, rel=1e-7)
    assert whole.loss_usd >= 150.0


def test_a_shock_within_a_part_is_the_shock_of_the_part():
    network = balance(datasets.load("chips")).network
    stop = Outage(good="chip_logic_10_22", weeks=5)
    surge = DemandSurge(good="chip_logic_10_22", tier="essential", factor=1.5, weeks=4)
    loss = StockLoss(good="chip_logic_10_22", lost=0.5, first_week=2)
    scenario = Scenario(name="three", disruptions=(stop, surge, loss))
    part = network.only(Downstream().goods(scenario.shock(network, 20)))
    assert len(part.points) < network.points["good"].isin(part.goods["good"]).sum()
    found, alone = scenario.shock(network, 20).within(part), scenario.shock(part, 20)
    for name in ("left", "open", "added", "wanted", "lost", "hoarded"):
        np.testing.assert_array_equal(getattr(found, name), getattr(alone, name), err_msg=name)
