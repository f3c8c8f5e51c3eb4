"""Laws of the adversary on random networks: what it can spend, what is held against it, and every choice tried."""

from itertools import pairwise

import numpy as np
import pytest
from contests import candidates_of, transport
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_reserve, seeds

from resilience import Reserve
from resilience.adversary import Count, OwnCost, Ratio, worst_cuts
from resilience.adversary.attack import rows_of
from resilience.adversary.enumerated import enumerate_mildest, enumerate_worst
from resilience.adversary.search import Search
from resilience.adversary.stage import Threat

WEEKS = 8
GAP = 1e-6
LIMITS = st.one_of(
    st.builds(lambda most: [Count(most=most)], st.integers(0, 8)),
    st.builds(lambda usd: [OwnCost(most_usd=usd)], st.floats(0, 60)),
    st.builds(lambda most, least: [Count(most=most), Ratio(least=least)], st.integers(1, 8), st.floats(0, 40)),
)


def quick(examples):
    """Few examples each run, and no shrinking: a random seed has no smaller one."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=[HealthCheck.too_slow])


def staged(seed, *, most):
    """A random network of two goods and three places, with up to `most` cut-offs and something held against them."""
    network = random_network(seed, 2, 3)
    candidates = candidates_of(network, seed, most=most)
    return Threat(network=network, candidates=candidates, weeks=WEEKS).stage(random_reserve(seed, network))


def equal_to_enumeration(contest, rows):
    tried = enumerate_worst(contest, rows)
    found = Search(contest=contest).worst(rows, gap=GAP)
    least = 1e-6 * (1.0 + tried.harm)
    assert found.harm == pytest.approx(tried.harm, rel=1e-5, abs=least)
    assert found.bound >= tried.harm - least
    assert found.bound <= found.harm * (1 + 1e-5) + least


@quick(12)
@given(seeds, st.integers(1, 8), LIMITS)
@example(6, 6, [Count(most=6), Ratio(least=1e-11)])  # costs that weigh nothing beside harm
def test_in_a_random_contest_of_up_to_eight_cut_offs_the_search_equals_trying_every_choice(seed, cuts, limits):
    contest = transport(seed, cuts=cuts)
    equal_to_enumeration(contest, [limit.row(contest.own, 1.0) for limit in limits])


@quick(8)
@given(seeds, st.integers(1, 8), st.floats(0.05, 0.95))
def test_in_a_random_contest_the_mildest_break_equals_trying_every_choice(seed, cuts, level):
    contest = transport(seed, cuts=cuts)
    search = Search(contest=contest)
    past = search.nothing.cost + level * (search.largest - search.nothing.cost)
    if search.largest - search.nothing.cost < 1e-3 * search.largest:
        return  # nothing that can be cut off matters
    tried, found = enumerate_mildest(contest, contest.own, past=past), search.mildest(contest.own, past=past)
    assert found.harm > past
    assert contest.own[list(found.cuts)].sum() == pytest.approx(tried.bound, rel=1e-4)


@quick(2)
@given(seeds, st.integers(1, 5), LIMITS)
@example(8, 1, [Count(most=1), Ratio(least=39.7)])  # harm that weighs nothing beside costs
def test_on_a_random_network_the_search_equals_trying_every_choice(seed, most, limits):
    stage = staged(seed, most=most)
    equal_to_enumeration(stage.contest, rows_of(limits, stage))


@quick(3)
@given(seeds, st.lists(st.floats(0, 60), min_size=3, max_size=3))
def test_harm_never_falls_as_the_budget_grows(seed, budgets):
    stage = staged(seed, most=6)
    by_cost = [[OwnCost(most_usd=usd)] for usd in sorted(budgets)]
    by_count = [[Count(most=most)] for most in range(3)]
    for steps in (by_cost, by_count):
        found = [Search(contest=stage.contest).worst(rows_of(limits, stage), gap=GAP) for limits in steps]
        for lean, rich in pairwise(found):  # each by a search of its own, so that none rests on what another knew
            assert rich.harm >= lean.harm * (1 - 1e-5) - 1e-6
            assert rich.bound >= lean.harm * (1 - 1e-6) - 1e-6


@quick(3)
@given(seeds, st.floats(1.0, 4.0), st.sampled_from([[Count(most=2)], [OwnCost(most_usd=20.0)]]))
def test_harm_never_rises_as_the_reserve_grows(seed, times, limits):
    network = random_network(seed, 2, 3)
    reserve = random_reserve(seed, network)
    if reserve is None:
        return
    more = Reserve(holdings=reserve.table().assign(units=times * reserve.table()["units"]), release=reserve.release)
    threat = Threat(network=network, candidates=candidates_of(network, seed, most=6), weeks=WEEKS)
    bare, lean, deep = (worst_cuts(threat, limits=limits, reserve=held, gap=GAP) for held in (None, reserve, more))
    slack = 1e-4 + 1e-6 * bare.bound_usd
    assert deep.harm_usd <= lean.bound_usd + slack
    assert lean.harm_usd <= bare.bound_usd + slack
    assert np.isfinite(bare.bound_usd)
