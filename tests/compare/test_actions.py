"""Actions: what each makes of a network and what it costs, by hand; a calm week stays calm whatever is done."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_networks import random_network, repeats
from two_suppliers import STOP, two_suppliers

from resilience import Network, Reserve, Scenario, simulate
from resilience.balance import balance
from resilience.compare import (
    Bought,
    Diversified,
    IdleCapacity,
    NationalReserves,
    Policy,
    earmarked,
    holding_cost,
    standard_policies,
)
from resilience.compare.policies import refusals
from resilience.compare.reshare import reshared, sources
from resilience.errors import AskError
from resilience.mitigation import SurgeCapacity as Standby


def lost(policy, network=None, scenario=STOP):
    """Yearly cost, and the loss of one scenario, without what is missing at the end."""
    applied = policy.apply(network or two_suppliers())
    found = simulate(applied.network, scenario, weeks=12, reserve=applied.reserves)
    return applied.cost_usd_per_year, found.loss_usd.iloc[0]


def test_without_measures_a_network_stays_as_it_is():
    network = balance(two_suppliers()).network
    applied = Policy(name="none").apply(network)
    assert (applied.network, applied.reserves, applied.cost_usd_per_year) == (network, (), 0.0)
    assert lost(Policy(name="none")) == (0.0, pytest.approx(4 * 15 * 10))


def test_a_national_reserve_is_so_many_days_of_each_members_use_at_home():
    action = NationalReserves(days=28, goods=("gas",), members="club")
    (held,) = action.apply(balance(two_suppliers()).network).reserves
    assert held.table()[["good", "place", "owner", "units", "days"]].to_numpy().tolist() == [
        ["gas", "CCC", "CCC", pytest.approx(80.0), pytest.approx(28.0)]
    ]
    cost, loss = lost(Policy(name="national", actions=(action,)))
    assert cost == pytest.approx(80 * 2 * 0.5)
    assert loss == pytest.approx(4 * 15 * 2)  # what is drawn has its price


def test_a_national_reserve_is_the_same_before_a_network_is_balanced_as_after():
    action = NationalReserves(days=28, goods=("gas",), members="club")
    known = two_suppliers()
    chip = known.producers["good"] == "chip"
    makers = known.producers.assign(
        output_per_week=known.producers["output_per_week"].mask(chip), share=known.producers["share"].mask(chip, 1.0)
    )
    unstated = known.with_table("producers", makers)
    found = [action.apply(network).reserves[0].table() for network in (unstated, known)]
    assert found[0].equals(found[1])
    assert found[0]["units"].sum() == pytest.approx(80.0)


def test_a_second_source_takes_its_share_from_the_largest_supplier_for_good():
    action = Diversified(goods=("gas",), members="club", share=0.25, premium=0.2)
    network = action.apply(balance(two_suppliers()).network).network
    assert network.producers.set_index(["good", "place"])["output_per_week"].round(9).to_dict() == {
        ("chip", "CCC"): 20.0,
        ("gas", "AAA"): 10.0,
        ("gas", "BBB"): 10.0,
    }
    cost, loss = lost(Policy(name="second", actions=(action,)))
    assert cost == pytest.approx(0.2 * 52 * 5 * 2)
    assert loss == pytest.approx(4 * 10 * 10)


def test_what_second_suppliers_need_follows_them():
    """Each gas is made from ore of its own country, a unit for a unit: moving gas moves ore."""
    frames = {name: two_suppliers().table(name) for name in ("producers", "needs", "lanes", "demand")}
    ore = pd.DataFrame({"good": ["ore", "ore"], "place": ["AAA", "BBB"], "output_per_week": [15.0, 5.0]})
    network = Network.from_frames(
        goods={"good": ["ore", "gas", "chip"], "usd_per_unit": [1.0, 2.0, 20.0]},
        producers=pd.concat([frames["producers"], ore]),
        needs=pd.concat([frames["needs"], pd.DataFrame({"good": ["gas"], "input": ["ore"], "units": [1.0]})]),
        lanes=frames["lanes"],
        demand=frames["demand"],
        blocs={"club": ["CCC"]},
    )
    action = Diversified(goods=("gas",), members="club", share=0.25)
    made = action.apply(balance(network).network).network.producers.set_index(["good", "place"])["output_per_week"]
    assert made["ore"].round(9).to_dict() == {"AAA": 10.0, "BBB": 10.0}


def test_idle_capacity_is_paid_for_and_only_members_have_it():
    action = IdleCapacity(goods=("gas",), members="wide", factor=1.4, upkeep=0.1)
    applied = action.apply(balance(two_suppliers()).network)
    assert applied.network.producers["surge"].tolist() == [1.0, 1.0, 1.4]
    assert applied.cost_usd_per_year == pytest.approx(0.1 * 52 * 2 * 5 * 0.4)


def test_measures_that_a_sizing_bought_stand_at_their_yearly_cost():
    standby = Standby(name="standby", good="gas", place="BBB", units_per_week=4.0, usd=9.0, usd_per_year=6.0,
                      note="assumed: a test")  # fmt: skip
    applied = Bought(bought=((standby, 0.5),)).apply(balance(two_suppliers()).network)
    assert applied.network.producers["surge"].tolist() == [1.0, 1.0, pytest.approx(1.4)]
    assert applied.cost_usd_per_year == pytest.approx(3.0)


def test_an_earmarked_reserve_holds_the_same_units_where_they_are_used():
    network = Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [3.0], "holding_share_per_year": [0.1]},
        producers={"good": ["gas"], "place": ["A"], "output_per_week": [40.0]},
        lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
        demand={"good": "gas", "place": ["A", "B"], "units_per_week": [10.0, 30.0], "usd_per_unit_unmet": 9.0},
        blocs={"club": ["A", "B"]},
    )  # fmt: skip
    pooled = Reserve.of(network, [{"good": "gas", "place": "A", "owner": "club", "units": 80.0}])
    own = earmarked(network, pooled)
    assert own.table()[["place", "owner", "units"]].to_numpy().tolist() == [["A", "A", 20.0], ["B", "B", 60.0]]
    assert holding_cost(network, own) == pytest.approx(holding_cost(network, pooled))


def test_measures_of_a_mix_add_up():
    second = Diversified(goods=("gas",), members="club", share=0.25, premium=0.2)
    national = NationalReserves(days=28, goods=("gas",), members="club")
    cost, loss = lost(Policy(name="mix", actions=(second, national)))
    assert cost == pytest.approx(0.2 * 52 * 5 * 2 + 80 * 2 * 0.5)
    assert loss == pytest.approx(4 * 10 * 2)


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (NationalReserves(days=60, goods=("gaz",)), "gaz"),
        (Diversified(goods=("gaz",)), "Did you mean gas"),
        (Diversified(goods=("chip",), members="club"), "No member buys chip from outside"),
        (IdleCapacity(goods=("gas",), members="club"), "No member makes gas"),
    ],
)
def test_a_measure_that_a_network_cannot_have_is_refused(action, told):
    with pytest.raises(AskError, match=told):
        Policy(name="wrong", actions=(action,)).apply(two_suppliers())


@pytest.mark.parametrize(
    "make",
    [
        lambda: NationalReserves(days=-1, goods=("gas",)),
        lambda: NationalReserves(days=60, goods="gas"),
        lambda: Diversified(goods=("gas",), share=0.0),
        lambda: Diversified(goods=("gas",), premium=-0.1),
        lambda: IdleCapacity(goods=("gas",), factor=0.9),
        lambda: IdleCapacity(goods=("gas",), upkeep=float("nan")),
    ],
)
def test_a_measure_cannot_be_absurd(make):
    with pytest.raises(AskError):
        make()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), goods=st.integers(2, 4), places=st.integers(2, 4))
def test_other_shares_leave_a_week_that_repeats_and_the_same_shares_the_same_week(seed, goods, places):
    network = balance(random_network(seed, goods, places)).network
    assume(repeats(network))
    now = sources(network)
    same = reshared(network, now, now.share)
    for table, column in (("producers", "output_per_week"), ("lanes", "flow_per_week")):
        assert np.allclose(same.table(table)[column], network.table(table)[column], rtol=1e-9, atol=1e-9)
    action = Diversified(goods=tuple(network.goods["good"]), members=str(network.places["country"].iloc[0]))
    try:
        changed = action.apply(network).network
    except AskError:
        return
    assume(repeats(changed))
    whole = float((network.demand["units_per_week"] * network.demand["usd_per_unit_unmet"]).sum())
    assert simulate(changed, Scenario(name="calm"), weeks=20).loss_usd.iloc[0] <= 1e-9 * whole


def test_the_standard_policies_are_those_a_network_can_have():
    names = [policy.name for policy in standard_policies(two_suppliers(), members="club")]
    assert names == [
        "no reserve", "national, 60 days", "national, 100 days", "national, 180 days", "second source",
        "60 days + second source",
    ]  # fmt: skip
    sized = Reserve.of(two_suppliers(), [{"good": "gas", "place": "CCC", "owner": "wide", "units": 8.0}])
    assert refusals(two_suppliers(), members="club") == dict.fromkeys(
        ("sized + surge", "surge", "60 days + surge"), "No member makes gas: name goods that members make"
    )
    full = standard_policies(two_suppliers(), members="wide", sized=sized)
    assert len(full) == 12
    (pooled,) = full[4].apply(two_suppliers()).reserves
    assert (full[4].name, pooled) == ("sized, pooled", sized)
