"""What a first unit in an empty store saves, against what the least-loss program says when it is put there."""

import numpy as np
import pytest
from random_networks import random_network, random_scenario
from small_networks import gas

from resilience import Outage, Scenario
from resilience.policy import Refill, Release
from resilience.scenario import ScenarioSet
from resilience.sizing.ceiling import least_worth
from resilience.sizing.extensive import block_worth, held_shares
from resilience.sizing.response import with_units
from resilience.sizing.stated import state_sizing
from resilience.solver import INNER, solve

FIRST = 1e-3  # scaled units put into one store
NOISE = 1e-5  # what interior points leave


def alone(network, scenario, **ask):
    """The case and block of one scenario, and its answer from within where nothing is held."""
    stated = state_sizing(network, ScenarioSet(scenarios=(scenario,)), weeks=12, **ask)
    case, block = stated.cases[0], stated.blocks[0]
    return case, block, solve(with_units(block, case, np.zeros(len(case.stores))).program, INNER)


def saved(case, block, store):
    """What a unit saves, by putting the first bit of one into a store."""
    held = np.zeros(len(case.stores))
    bare = solve(with_units(block, case, held).program).objective
    held[store] = FIRST
    return (bare - solve(with_units(block, case, held).program).objective) / FIRST


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("members", [None, "some"])
def test_no_first_unit_saves_more_and_duals_are_lowered_only(seed, members):
    network = random_network(seed, goods=4, places=3)
    case, block, found = alone(network, random_scenario(seed, network), members=members)
    lowered = least_worth(block, case, found.row_dual, 1.0)
    assert (lowered <= block_worth(block, held_shares(case), found.row_dual) + NOISE).all()
    for store in np.random.default_rng(seed).permutation(len(case.stores))[:6]:
        assert saved(case, block, store) <= lowered[store] + NOISE * (1.0 + abs(lowered[store]))


@pytest.mark.parametrize("seed", range(6))
def test_prices_that_nothing_hangs_on_make_no_difference(seed):
    """Dearer to hold and to pass through a pool, as interior points may have it: nothing is drawn at any of these."""
    network = random_network(seed, goods=4, places=3)
    case, block, found = alone(network, random_scenario(seed, network), members="some")
    dual, dearer = found.row_dual, found.row_dual.copy()
    dearer[block.rows["pool"]] += 50.0
    dearer[block.rows["held"]] -= 80.0
    expected = least_worth(block, case, dual, 1.0)
    assert least_worth(block, case, dearer, 1.0) == pytest.approx(expected, rel=NOISE, abs=NOISE)
    assert (block_worth(block, held_shares(case), dearer) > expected + 1.0).all()


def test_the_first_unit_of_a_gas_saves_what_a_unit_short_costs():
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(good="gas", weeks=2),))
    case, block, found = alone(gas(), stop)
    first = least_worth(block, case, found.row_dual, 1.0)[0]
    assert first == pytest.approx(saved(case, block, 0), rel=1e-4)
    assert first > 0


def test_a_reserve_that_refills_keeps_its_duals():
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(good="gas", weeks=2),))
    case, block, found = alone(gas(), stop, release=Release(refill=Refill(after_weeks=1)))
    assert (
        least_worth(block, case, found.row_dual, 1.0).tolist()
        == block_worth(block, held_shares(case), found.row_dual).tolist()
    )
