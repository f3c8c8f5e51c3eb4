"""Small networks worked by hand, week by week."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import waiting

from resilience import Network, best_response
from resilience.disruption import DemandSurge, ExportControl, Outage, RouteClosure, StockLoss
from resilience.errors import AskError
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, simulate
from resilience.simulate.behaviour import Backlogged, ByNeed


def one_good(*, stock_weeks=1.0):
    """Ten chips a week go from Taiwan to the USA, two weeks under way."""
    return Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [3.0]},
        producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]},
        lanes={"good": ["chip"], "origin": ["TWN"], "destination": ["USA"], "transit_weeks": [2]},
        demand={"good": ["chip"], "place": ["USA"], "units_per_week": [10.0], "usd_per_unit_unmet": [50.0]},
        stocks={"good": ["chip"], "place": ["USA"], "weeks": [stock_weeks]},
    )


def recipe(*, essential=1.0):
    """Ten chips a week in Korea from twenty Japanese wafers and ten units of Korean gas, two weeks in process."""
    return Network.from_frames(
        goods={"good": ["chip", "wafer", "gas"], "cycle_weeks": [2, 0, 0]},
        producers={"good": ["chip", "wafer", "gas"], "place": ["KOR", "JPN", "KOR"], "output_per_week": [10, 20, 10]},
        needs={"good": ["chip", "chip"], "input": ["wafer", "gas"], "units": [2, 1], "essential": [1.0, essential]},
        lanes={"good": ["wafer"], "origin": ["JPN"], "destination": ["KOR"], "transit_weeks": [1]},
        demand={"good": ["chip"], "place": ["KOR"], "units_per_week": [10.0], "usd_per_unit_unmet": [100.0]},
        stocks={"good": ["wafer"], "place": ["KOR"], "weeks": [1.0]},
    )


def stop(*disruptions):
    return Scenario(name="stop", disruptions=disruptions)


def weekly(found, place="USA"):
    rows = found.table("shortfall")
    return rows[rows["place"] == place].set_index("week")["units"].round(6).to_dict()


def test_stock_and_transit_carry_three_weeks_of_an_outage():
    found = simulate(one_good(), stop(Outage(good="chip", first_week=1, weeks=5)), weeks=10)
    assert weekly(found) == {4: 10.0, 5: 10.0, 6: 10.0, 7: 10.0}  # weeks 1 and 2 arrive, week 3 from stock
    assert found.measured.loc["stop", "weeks_to_survive"] == 3
    assert found.measured.loc["stop", "weeks_to_recover"] == 7
    assert found.measured.loc["stop", "depth"] == pytest.approx(1.0)
    assert found.measured.loc["stop", "triangle_weeks"] == pytest.approx(4.0)
    assert found.loss.loc["stop", "unmet_usd"] == pytest.approx(4 * 10 * 50.0)
    assert found.loss.loc["stop", "missing_usd"] == pytest.approx(10 * 3.0)  # the stock never comes back without surge
    assert found.unmet["days"].tolist() == pytest.approx([28.0])


def test_notice_helps_a_planner_and_moves_no_firm():
    """Three weeks of stock and pipeline bridge an outage of five from week 6; the plant could make double for a month.

    Weeks 9 to 12 go without, 10 units each. Foresight makes ten more in each of four weeks of notice: nothing is lost.
    """
    network = one_good()
    network = network.with_table("producers", network.producers.assign(surge=2.0))
    late = stop(Outage(first_week=6, weeks=5))
    told = replace(late, notice_weeks=4)
    without, found = simulate(network, late, weeks=25), simulate(network, told, weeks=25)
    assert weekly(without) == dict.fromkeys((9, 10, 11, 12), 10.0)
    assert found.table("shortfall").equals(without.table("shortfall"))
    assert found.table("starts").equals(without.table("starts"))
    assert best_response(network, told, weeks=25).loss_usd == pytest.approx(0.0, abs=1e-6)


def test_a_declared_crisis_opens_the_reserve_after_decision_and_delivery():
    network = one_good()
    release = Release(decision_weeks=3, delivery_weeks=2)
    reserve = Reserve.of(network, [{"good": "chip", "place": "USA", "owner": "USA", "units": 15.0}], release=release)
    found = simulate(network, stop(Outage(good="chip", first_week=1, weeks=5)), weeks=10, reserve=reserve)
    drawn = found.table("drawn").set_index("week")["units"].to_dict()
    assert drawn == pytest.approx(
        {6: 10.0, 7: 5.0}
    )  # lacking in weeks 4 and 5 was sent then, and lands two weeks later
    assert weekly(found) == {4: 10.0, 5: 10.0, 7: 5.0}
    assert found.loss.loc["stop", "drawn_usd"] == pytest.approx(45.0)


def test_an_export_control_hits_its_target_only():
    network = Network.from_frames(
        goods={"good": ["chip"]},
        producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [12.0]},
        lanes={"good": ["chip"] * 2, "origin": ["TWN"] * 2, "destination": ["USA", "CHN"], "transit_weeks": [1, 1]},
        demand={"good": ["chip"] * 2, "place": ["USA", "CHN"], "units_per_week": [6, 6], "usd_per_unit_unmet": [5, 5]},
    )
    found = simulate(
        network, stop(ExportControl(good="chip", exporter="TWN", importer="CHN", licensed=0.5, weeks=9)), weeks=4
    )
    assert weekly(found, "USA") == {}
    assert weekly(found, "CHN") == {2: 3.0, 3: 3.0, 4: 3.0}


def test_a_closed_route_stops_what_has_not_left_and_a_detour_delays():
    network = one_good(stock_weeks=0.0)
    lanes = network.lanes.assign(routes="strait")
    network = network.with_table("lanes", lanes)
    closed = simulate(network, stop(RouteClosure(route="strait", weeks=2)), weeks=8)
    assert weekly(closed) == {3: 10.0, 4: 10.0}
    late = simulate(network, stop(RouteClosure(route="strait", added_weeks=1, weeks=2)), weeks=8)
    assert weekly(late) == {3: 10.0}


def test_a_partly_essential_input_costs_its_share():
    found = simulate(recipe(essential=0.4), stop(Outage(good="gas", first_week=1, weeks=1)), weeks=8)
    starts = found.table("starts")
    chips = starts[starts["good"] == "chip"].set_index("week")["units"]
    assert chips[1] == pytest.approx(6.0)
    assert chips[2] == pytest.approx(10.0)


def test_demand_surges_and_stock_losses_are_felt():
    surge = simulate(one_good(), stop(DemandSurge(good="chip", factor=2.0, weeks=1, first_week=1)), weeks=4)
    assert weekly(surge) == {}  # one week of stock is just enough
    lost = simulate(one_good(), stop(StockLoss(good="chip", lost=1.0), DemandSurge(factor=1.5, weeks=1)), weeks=4)
    assert weekly(lost) == {1: 5.0}


def test_a_pool_serves_those_who_lack_and_several_reserves_stand_side_by_side():
    network = Network.from_frames(
        goods={"good": ["gas"]},
        producers={"good": ["gas"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 20.0]},
        demand={"good": ["gas"] * 2, "place": ["A", "B"], "units_per_week": [10, 20], "usd_per_unit_unmet": [9, 9]},
        blocs={"both": ["A", "B"]},
    )
    pool = Reserve.of(network, [{"good": "gas", "place": "A", "owner": "both", "units": 15.0}])
    own = Reserve.of(
        network, [{"good": "gas", "place": "B", "owner": "B", "units": 5.0}], release=Release(decision_weeks=1)
    )
    shock = stop(Outage(good="gas", first_week=2, weeks=2))
    found = simulate(network, shock, weeks=5, reserve=[pool, own], behaviour=Behaviour(allocation=ByNeed()))
    assert weekly(found, "A") == {2: 5.0, 3: 10.0}
    assert weekly(found, "B") == {2: 10.0, 3: 15.0}


def two_pools(*, turned):
    """Three users of ten each; A and B share one pool, B and C another of twice the size."""
    network = Network.from_frames(
        goods={"good": ["gas"]},
        producers={"good": ["gas"] * 3, "place": ["A", "B", "C"], "output_per_week": [10.0] * 3},
        demand={
            "good": ["gas"] * 3,
            "place": ["A", "B", "C"],
            "units_per_week": [10] * 3,
            "usd_per_unit_unmet": [9.0] * 3,
        },
        blocs={"west": ["A", "B"], "east": ["B", "C"]},
    )
    rows = [
        {"good": "gas", "place": "A", "owner": "west", "units": 10.0},
        {"good": "gas", "place": "C", "owner": "east", "units": 20.0},
    ]
    return network, [Reserve.of(network, [row]) for row in (reversed(rows) if turned else rows)]


@pytest.mark.parametrize("turned", [False, True])
def test_pools_with_a_member_in_common_fill_it_together_whichever_comes_first(turned):
    network, reserves = two_pools(turned=turned)
    found = simulate(network, stop(Outage(good="gas", weeks=1)), weeks=3, reserve=reserves)
    # west offers 5 and 5, east 10 and 10; B is offered 15 and takes two thirds of both: 10/3 and 20/3; A then gets the
    # 5/3 that west has left
    assert weekly(found, "A") == {1: pytest.approx(10 - 5 - 5 / 3)}
    assert weekly(found, "B") == weekly(found, "C") == {}
    assert found.loss.loc["stop", "drawn_usd"] == pytest.approx(10 + 20 - 10 / 3)


def test_final_demand_that_waits_is_served_late_and_its_value_is_lost_all_the_same():
    shock, waits = stop(Outage(good="chip", first_week=1, weeks=2)), Behaviour(final=Backlogged(lapse_per_week=0.0))
    network = one_good(stock_weeks=0.0)
    network = network.with_table("producers", network.producers.assign(surge=1.5))
    found = simulate(network, shock, weeks=12, behaviour=waits)
    assert weekly(found) == {3: 10.0, 4: 10.0}
    waiting = found.table("waiting").set_index("week")["units"]
    assert waiting[[3, 4]].tolist() == pytest.approx([10.0, 20.0])
    assert waiting[12] < waiting[5] < 20.0  # surge serves it late, after what is new
    assert found.loss.loc["stop", "unmet_usd"] == pytest.approx(20 * 50.0)


def test_the_story_walks_back_to_what_was_struck():
    found = simulate(recipe(), stop(Outage(good="wafer", place="JPN", weeks=6)), weeks=12)
    story = found.explain("KOR")
    assert story.steps["good"].tolist() == ["chip", "chip", "wafer", "wafer"]
    assert "100% of capacity lost" in repr(story)
    assert "Nothing was short" in repr(simulate(recipe(), Scenario(name="calm"), weeks=4).explain("KOR"))


def serviced():
    """Gas of Japan goes into a service that cannot be stored, and that into chips for Korea and the USA."""
    return Network.from_frames(
        goods={"good": ["gas", "service", "chip"], "storable": [True, False, True]},
        producers={"good": ["gas", "service", "chip"], "place": ["JPN", "KOR", "KOR"], "output_per_week": [10.0] * 3},
        needs={"good": ["service", "chip"], "input": ["gas", "service"], "units": [1.0, 1.0]},
        lanes={
            "good": ["gas", "chip"],
            "origin": ["JPN", "KOR"],
            "destination": ["KOR", "USA"],
            "flow_per_week": [10.0, 5.0],
        },
        demand={"good": ["chip"] * 2, "place": ["KOR", "USA"], "units_per_week": [5.0] * 2, "usd_per_unit_unmet": 9.0},
        stocks={"good": ["gas", "chip"], "place": ["KOR", "USA"], "weeks": [2.0, 2.0]},
    )


def test_the_story_passes_through_an_input_that_cannot_be_stored():
    found = simulate(serviced(), stop(Outage(good="gas", weeks=8)), weeks=12)
    steps = found.explain("KOR").steps
    assert steps["good"].tolist() == ["chip", "chip", "service", "gas", "gas"]
    assert steps["week"].tolist() == [3, 3, 3, 1, 1]


def test_the_story_does_not_take_fallen_orders_for_a_wanting_input():
    found = simulate(serviced(), stop(ExportControl(good="chip", exporter="KOR", weeks=4)), weeks=12)
    assert "fewer orders" in repr(found.explain("KOR"))
    assert found.table("ran_dry")[["week", "good", "place"]].to_numpy().tolist() == [[2, "chip", "USA"]]


def test_many_scenarios_keep_summaries_only_and_say_so():
    several = [
        Scenario(name=f"s{n}", disruptions=(Outage(good="chip", weeks=n + 1),), probability=0.05) for n in range(9)
    ]
    done = []
    found = simulate(one_good(), several, weeks=12, told=lambda so_far, of: done.append((so_far, of)))
    assert done == [(9, 9)]
    assert not found.full
    with pytest.raises(AskError, match="needs full traces"):
        found.table("stocks")
    assert found.loss_usd.is_monotonic_increasing
    assert found.table("expected")["usd"].sum() == pytest.approx(0.05 * found.loss["unmet_usd"].sum())
    assert len(found.summary()) == 9
    assert repr(found).startswith("Traces of 9 scenarios on 'unnamed' over 12 weeks (summaries only)")


def test_weights_count_the_loss_of_some_for_less():
    shock = stop(Outage(good="chip", weeks=5))
    full, light = (simulate(one_good(), shock, weeks=8, weights=w).loss_usd["stop"] for w in (None, {"USA": 0.1}))
    assert light == pytest.approx(0.1 * full)


@pytest.mark.parametrize(
    ("scenarios", "told"),
    [
        ([], "no scenarios"),
        ([Scenario(name="a"), Scenario(name="a")], "'a' stands more than once"),
        (Scenario(name="late", disruptions=(Outage(good="chip", first_week=9),)), "begin past the horizon of 4 weeks"),
    ],
)
def test_a_wrong_ask_is_told(scenarios, told):
    with pytest.raises(AskError, match=told):
        simulate(one_good(), scenarios, weeks=4)


def test_goods_that_wait_for_each_other_within_a_week_are_refused():
    network = waiting()
    with pytest.raises(AskError, match="wait for each other within the week"):
        simulate(network, Scenario(name="calm"), weeks=4)
    stocked = network.with_table("stocks", network.stocks.assign(weeks=[2.0]))
    assert np.isclose(simulate(stocked, Scenario(name="calm"), weeks=4).loss_usd["calm"], 0.0)


def test_goods_counted_in_tonnes_are_not_lost_beside_chips_counted_by_the_billion():
    network = Network.from_frames(
        goods={"good": ["chip", "metal"]},
        producers={"good": ["chip", "metal"], "place": ["A", "A"], "output_per_week": [1e11, 10.0]},
        needs={"good": ["chip"], "input": ["metal"], "units": [1e-10]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [1e11], "usd_per_unit_unmet": [1e-3]},
        stocks={"good": ["chip", "metal"], "place": ["A", "A"], "weeks": [2.0, 2.0]},
    )
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(good="metal", weeks=1),))
    stocks = simulate(network, stop, weeks=4, full=True).table("stocks")
    assert set(stocks["good"]) == {"chip", "metal"}
    starts = best_response(network, stop, weeks=4).table("starts")
    assert set(starts["good"]) == {"chip", "metal"}
