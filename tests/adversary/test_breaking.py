"""The mildest shock that breaks a floor: by hand, and that nothing milder does."""

import math
from itertools import combinations

import pytest
from contests import against, candidates_of, three_gases
from random_networks import random_network

from resilience import Reserve
from resilience.adversary import Cheapest, Fewest, export_stops, mildest_break
from resilience.adversary.search import Search
from resilience.adversary.stage import Threat, Unmet
from resilience.errors import AskError
from resilience.sizing.reserve import Floor


def asked(served, **more):
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    floor = Floor(tier="essential", served=served)
    return mildest_break(against(stops), floor=floor, **more)


def test_the_mildest_break_worked_by_hand():
    """Of 80 chips over eight weeks, B's gas is worth 32, C's 8, and C's argon 10."""
    cheap = asked(0.95, mildness=Cheapest())
    assert [cut.name for cut in cheap.cuts] == ["gas from C"]
    assert cheap.price == cheap.own_usd == pytest.approx(16.0)
    assert cheap.unmet == pytest.approx(0.1)
    both = asked(0.55)
    assert [cut.name for cut in both.cuts] == ["gas from B", "gas from C"]
    assert both.least_price == pytest.approx(2.0)


def test_what_nothing_breaks_is_said_and_proved():
    found = asked(0.4)
    assert not found.broken
    assert found.cuts == ()
    assert found.least_price == math.inf
    assert found.unmet == pytest.approx(0.5)
    assert "nothing among the candidates breaks" in repr(found)


def test_a_reserve_makes_it_harder_to_break_a_floor():
    held = Reserve.of(three_gases(), [{"good": "gas", "place": "A", "owner": "A", "units": 8.0}])
    bare, kept = asked(0.65), asked(0.65, reserve=held)
    assert [cut.name for cut in bare.cuts] == ["gas from B"]
    assert len(kept.cuts) == 2


def test_no_smaller_choice_on_a_random_network_breaks_the_floor():
    network = random_network(7, 3, 3)
    candidates = candidates_of(network, 7, most=5)
    tier = str(network.demand.loc[network.demand["units_per_week"] > 0, "tier"].iloc[0])
    members = frozenset(network.places["country"])
    threat = Threat(network=network, candidates=candidates, weeks=10)
    search = Search(contest=threat.stage(None, Unmet(floor=Floor(tier=tier, served=1.0), members=members)).contest)
    assert search.largest > 0
    past = 0.6 * search.largest
    found = mildest_break(threat, floor=Floor(tier=tier, served=1.0 - past), mildness=Fewest())
    assert found.unmet > past
    smaller = combinations(range(len(candidates)), len(found.cuts) - 1)
    assert all(search.answer(choice).cost <= past * (1 + 1e-6) for choice in smaller)


def test_a_tier_that_nobody_wants_is_told():
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    with pytest.raises(AskError, match="in tier 'defence' stands downstream"):
        mildest_break(against(stops), floor=Floor(tier="defence", served=0.9), members="A")
