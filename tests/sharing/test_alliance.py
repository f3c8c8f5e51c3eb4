"""Coalitions of a network: hand-worked, against one another, and against enumeration from nowhere."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ten_goods import outages, ten_goods

from resilience import ExportControl, Network, Outage, Scenario, size_reserve
from resilience.errors import AskError
from resilience.periods import Coarsening
from resilience.policy import Release
from resilience.sharing import (
    Coalitions,
    alliance,
    excesses,
    in_core,
    is_monotone,
    least_transfers,
    nucleolus,
    nucleolus_of_costs,
    pooled_values,
    shapley,
    shapley_of_costs,
    side_payments,
    would_leave,
)

CLOSE = 1e-6


def twins(*places, together=False, price=1.0, lanes=None, life=None):
    """Each place makes and wants ten gas a week, worth 21 each; each stops for four weeks in one year of ten."""
    goods = {"good": ["gas"], "usd_per_unit": [price], "holding_share_per_year": [0.5]}
    network = Network.from_frames(
        goods=goods if life is None else {**goods, "shelf_life_weeks": [life]},
        producers={"good": ["gas"] * len(places), "place": list(places), "output_per_week": [10.0] * len(places)},
        demand={"good": ["gas"] * len(places), "place": list(places), "units_per_week": [10.0] * len(places),
                "usd_per_unit_unmet": [21.0] * len(places)},
        lanes=lanes,
        blocs={"club": list(places)},
    )  # fmt: skip
    if together:
        return network, [Scenario(name="all", probability=0.1, disruptions=(Outage(weeks=4),))]
    stops = [Scenario(name=f"{place} stops", probability=0.1, disruptions=(Outage(place=place, weeks=4),))
             for place in places]  # fmt: skip
    return network, stops


def chain():
    """China sends gas to Japan, which makes wafers for Korea, which makes and uses ten chips a week, worth 100 each."""
    network = Network.from_frames(
        goods={"good": ["gas", "wafer", "chip"], "usd_per_unit": [1.0, 4.0, 20.0],
               "holding_share_per_year": [0.5, 0.5, 0.5], "storable": [True, False, False]},
        producers={"good": ["gas", "wafer", "chip"], "place": ["CHN", "JPN", "KOR"], "output_per_week": [10.0] * 3},
        needs={"good": ["wafer", "chip"], "input": ["gas", "wafer"], "units": [1.0, 1.0]},
        lanes={"good": ["gas", "wafer"], "origin": ["CHN", "JPN"], "destination": ["JPN", "KOR"]},
        demand={"good": ["chip"], "place": ["KOR"], "units_per_week": [10.0], "usd_per_unit_unmet": [100.0]},
        blocs={"pair": ["JPN", "KOR"]},
    )  # fmt: skip
    ban = ExportControl(exporter="CHN", importer="JPN", good="gas", weeks=4)
    return network, [Scenario(name="ban", probability=0.1, disruptions=(ban,))]


@cache
def five():
    """Five members with a chain of two goods, four outages, coarse periods."""
    network = ten_goods(goods=2, places=5)
    return alliance(
        network, outages(network, 4), members="all", weeks=26, periods=Coarsening(steps=((2, 2), (1, 4), (1, 9))),
        release=Release(decision_weeks=1, pooled_weeks=1),
    )  # fmt: skip


@cache
def table():
    return pooled_values(five())


def test_two_members_who_fail_at_different_times_share_one_store():
    # Alone: 40 units at 0.50 a year, and in one year of ten 40 bought back at 1: 20 + 4. Without: 0.1 x 840 = 84.
    # Together the same 40 units serve either: 20 + 4 + 4.
    found = pooled_values(alliance(*twins("A", "B"), members="club", weeks=8))
    assert found.costs.values == pytest.approx([0, 24, 24, 28], abs=CLOSE)
    assert found.saved.values == pytest.approx([0, 60, 60, 140], abs=CLOSE)
    assert found.market_usd.to_dict() == pytest.approx({"A": 84, "B": 84})
    assert (-nucleolus(found.costs.negated())).to_dict() == pytest.approx({"A": 14, "B": 14})


def test_members_who_fail_at_once_gain_nothing_by_pooling():
    found = pooled_values(alliance(*twins("A", "B", together=True), members="club", weeks=8))
    assert found.costs.values == pytest.approx([0, 24, 24, 48], abs=CLOSE)


def test_three_members_pay_a_third_of_one_store_and_their_own_draws():
    found = pooled_values(alliance(*twins("A", "B", "C"), members="club", weeks=8))
    assert found.costs.values == pytest.approx([0, 24, 24, 28, 24, 28, 28, 32], abs=CLOSE)
    assert shapley(found.costs).to_dict() == pytest.approx(dict.fromkeys("ABC", 32 / 3))


def test_a_maker_and_its_customer_reach_together_what_neither_can_alone():
    # Japan loses nothing at home, and Korea cannot store what it needs. Together: 40 gas, 20 a year + 0.1 x 40.
    network, scenarios = chain()
    found = pooled_values(alliance(network, scenarios, members="pair", weeks=8))
    market = 0.1 * 4 * 10 * 100
    assert found.costs.worth(["JPN"]) == pytest.approx(0, abs=CLOSE)
    assert found.costs.worth(["KOR"]) == pytest.approx(market, rel=CLOSE)
    assert found.costs.everyone == pytest.approx(24, rel=CLOSE)


def test_draws_for_another_member_wait_longer():
    # Two of the four weeks pass before another's store helps: 20 units would have to stand at home for them.
    network, stops = twins("A", "B")
    asked = alliance(network, stops, members="club", weeks=8, release=Release(pooled_weeks=2))
    # Each holds 20 at home and has the other's 20 for the last two weeks: 40 units in all, 20 a year, 4 + 4 drawn.
    assert asked.reached(["A", "B"]).cost_usd == pytest.approx(28, rel=CLOSE)
    slower = alliance(network, stops, members="club", weeks=8, release=Release(pooled_weeks=4))
    assert slower.reached(["A", "B"]).cost_usd == pytest.approx(48, rel=CLOSE)


def test_what_spoils_is_turned_over_by_the_coalition_together():
    # Two weeks of shelf life: each may hold 20, together 40. Alone: 10 a year, 2 drawn, 0.1 x 20 x 21 lost.
    found = pooled_values(alliance(*twins("A", "B", life=2.0), members="club", weeks=8))
    assert found.costs.values == pytest.approx([0, 54, 54, 28], abs=CLOSE)
    network, stops = twins("A", "B", life=2.0)
    earmarked = alliance(network, stops, members="club", weeks=8).reached(["A", "B"], pooled=False)
    assert earmarked.cost_usd == pytest.approx(108, rel=CLOSE)


def test_without_outsiders_all_together_cost_what_size_reserve_finds():
    network, stops = twins("A", "B", "C")
    sized = size_reserve(network, stops, members="club", weeks=8)
    asked = alliance(network, stops, members="club", weeks=8)
    assert asked.reached(asked.members).cost_usd == pytest.approx(sized.objective_usd, rel=CLOSE)
    assert asked.market_usd.sum() == pytest.approx(sized.without_reserve_usd, rel=CLOSE)


def test_on_a_network_of_members_only_all_cost_what_size_reserve_finds():
    network = ten_goods(goods=2, places=5)
    ask = {"members": "all", "weeks": 16, "periods": Coarsening(steps=((2, 2), (1, 4))), "release": Release()}
    sized = size_reserve(network, outages(network, 2), **ask)
    asked = alliance(network, outages(network, 2), **ask)
    assert asked.reached(asked.members).cost_usd == pytest.approx(sized.objective_usd, rel=1e-5)


def test_the_walk_over_all_coalitions_finds_what_each_finds_from_nowhere():
    found = table()
    for number in range(1, 32):
        reached = five().reached(found.costs.coalition(number))
        assert found.costs.values[number] == pytest.approx(reached.cost_usd, rel=CLOSE)
        assert reached.bound_usd == pytest.approx(reached.cost_usd, rel=CLOSE)


def test_parts_never_cost_less_than_the_whole():
    costs = table().costs.values
    for number in range(1, 32):
        part = (number - 1) & number
        while part:
            assert costs[number] <= costs[part] + costs[number ^ part] + CLOSE * costs[-1]
            part = (part - 1) & number


def test_pooled_costs_no_more_than_earmarked_and_earmarked_no_more_than_autarky():
    asked, costs = five(), table().costs
    for names in (asked.members, asked.members[:3], asked.members[2:]):
        earmarked = asked.reached(names, pooled=False).cost_usd
        alone = sum(costs.worth([name]) for name in names)
        assert costs.worth(names) <= earmarked * (1 + CLOSE)
        assert earmarked <= alone * (1 + CLOSE)


def test_duals_of_any_coalition_lie_below_every_cost_and_meet_its_own():
    costs = table().costs.values
    for number in (31, 21, 7, 1):
        floor = five().reached(table().costs.coalition(number)).terms
        assert (floor.table() <= costs + CLOSE * costs[-1]).all()
        assert floor.of(number) == pytest.approx(costs[number], rel=CLOSE)
        assert floor.table()[number] == pytest.approx(floor.of(number), rel=CLOSE)


def test_duals_of_all_together_divide_the_cost_so_that_nobody_leaves():
    terms = five().reached(five().members).terms
    halves = terms.pair_usd + terms.pair_usd.T
    shares = terms.own_usd + halves.sum(axis=1) / 2
    assert shares.sum() == pytest.approx(table().costs.everyone, rel=CLOSE)
    gains = excesses(table().costs.negated(), table().costs.payoffs(-shares))
    assert gains.max() <= CLOSE * table().costs.everyone


def test_the_nucleolus_of_a_network_lies_in_its_core_and_shapley_hands_out_all():
    found = table()
    assert in_core(found.saved, nucleolus(found.saved))
    assert is_monotone(found.saved)
    assert shapley(found.costs).sum() == pytest.approx(found.costs.everyone)
    shared = found.market_usd - nucleolus(found.saved)
    assert shared.to_numpy() == pytest.approx(-nucleolus(found.costs.negated()).to_numpy(), rel=1e-6)


def test_few_coalitions_give_the_nucleolus_of_all():
    few = Coalitions(alliance=five())
    shares = nucleolus_of_costs(few)
    assert shares.to_numpy() == pytest.approx(-nucleolus(table().costs.negated()).to_numpy(), rel=1e-5)
    assert len(few.found) < 20
    floors, ceilings = few.floors().values, few.ceiling
    assert (floors <= table().costs.values * (1 + CLOSE)).all()
    assert (ceilings >= table().costs.values * (1 - CLOSE)).all()
    assert would_leave(few, shares)[0].empty


def test_few_coalitions_give_the_least_transfers_and_all_who_would_leave():
    few, costs = Coalitions(alliance=five()), table().costs
    even = costs.payoffs(np.full(5, costs.everyone / 5))
    moved = least_transfers(few, even)
    exact = side_payments(costs.negated(), -even)
    assert moved.transfers.abs().sum() == pytest.approx(exact.transfers.abs().sum(), rel=1e-5)
    leavers, undecided = would_leave(few, even, most=32)
    gains = -excesses(costs, even)
    assert undecided == 0
    assert len(leavers) == (gains > few.close()).sum()
    assert leavers["gain_usd"].iloc[0] == pytest.approx(gains.max(), rel=1e-5)


def test_sampled_shapley_above_the_floors_hands_out_all_and_its_interval_holds_the_value():
    found = shapley_of_costs(Coalitions(alliance=five()), pairs=12, rng=np.random.default_rng(3))
    exact = shapley(table().costs)
    assert found["payoff"].sum() == pytest.approx(table().costs.everyone, rel=1e-6)
    assert ((found["low"] <= exact) & (exact <= found["high"])).sum() >= 4


def test_the_walk_does_not_depend_on_who_is_named_first():
    network, stops = twins("A", "B", "C")
    one = pooled_values(alliance(network, stops, members=["C", "A", "B"], weeks=8))
    assert one.costs.players == ("A", "B", "C")
    assert one.costs == pooled_values(alliance(network, list(stops), members="club", weeks=8)).costs


@settings(max_examples=4, deadline=None)
@given(
    price=st.floats(0.5, 3.0),
    chances=st.lists(st.floats(0.01, 0.3), min_size=2, max_size=2),
    weeks=st.lists(st.integers(1, 6), min_size=2, max_size=2),
)
def test_two_members_cost_what_the_formula_says(price, chances, weeks):
    network, _ = twins("A", "B", price=price)
    stops = [Scenario(name=place, probability=p, disruptions=(Outage(place=place, weeks=n),))
             for place, p, n in zip("AB", chances, weeks, strict=True)]  # fmt: skip
    found = pooled_values(alliance(network, stops, members="club", weeks=8)).costs

    def least(chosen):  # each unit held up to `lasting` weeks of use saves 21 - price whenever a stop lasts longer
        cost = sum(chances[n] * weeks[n] * 10 * 21 for n in chosen)
        for week in range(max(weeks[n] for n in chosen)):
            saves = sum(chances[n] for n in chosen if weeks[n] > week) * (21 - price) - price / 2
            cost -= 10 * max(saves, 0.0)
        return cost

    assert found.values[1:] == pytest.approx([least([0]), least([1]), least([0, 1])], rel=1e-5)


def test_a_stranger_in_a_coalition_is_named():
    with pytest.raises(AskError, match="XYZ"):
        five().reached(["P0", "XYZ"])


def test_members_who_lose_nothing_cost_nothing():
    network, stops = twins("A", "B", "C")
    asked = alliance(network, stops[:1], members=["B", "C"], weeks=8)
    assert pooled_values(asked).costs.values == pytest.approx([0, 0, 0, 0], abs=CLOSE)
