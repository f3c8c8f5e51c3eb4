"""Laws of a sized reserve on random networks: what more money and more scenarios can do to its cost."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_scenario, seeds

from resilience.risk import CVaR, Expectation, WorstCase
from resilience.sizing.stated import state_sizing
from resilience.solver import solve

WEEKS = 10
small = st.tuples(seeds, st.integers(1, 3), st.integers(1, 3))  # seed, goods, places


def quick(examples):
    """Few examples each run, and no shrinking, as in `test_simulation_laws`."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=[HealthCheck.too_slow])


def stated(size, *, count=3, chance=0.2, **ask):
    network = random_network(*size)
    years = [
        replace(random_scenario(size[0] + number, network, name=f"year {number}"), probability=chance)
        for number in range(count)
    ]
    return state_sizing(network, years, weeks=WEEKS, **ask)


def least(asked, **changed):
    """The program's best cost and its bound, with some of its terms changed."""
    found = solve(replace(asked, terms=replace(asked.terms, **changed)).joined.program)
    return found.objective, found.bound


def no_worse(better, worse):
    return better[1] <= worse[0] * (1 + 1e-7) + 1e-6


@quick(3)
@given(small, st.sampled_from([Expectation(), CVaR(tail=0.3), WorstCase()]), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_budget_never_costs_more(size, risk, one, other):
    asked = stated(size, risk=risk)
    all_of_it = float(asked.terms.purchase @ asked.terms.most)
    lean, rich = (least(asked, budget=share * all_of_it) for share in sorted((one, other)))
    assert no_worse(rich, lean)
    assert no_worse(least(asked), rich)


@quick(3)
@given(small)
def test_one_scenario_more_never_lowers_the_worst_case(size):
    asked = stated(size, risk=WorstCase())
    costs = [least(asked.only(list(range(count)))) for count in (1, 2, 3)]
    assert no_worse(costs[0], costs[1])
    assert no_worse(costs[1], costs[2])


@quick(2)
@given(small)
def test_a_scenario_told_as_two_of_half_the_chance_changes_nothing(size):
    network = random_network(*size)
    year = random_scenario(size[0], network, name="year")
    once = state_sizing(network, [replace(year, probability=0.4)], weeks=WEEKS)
    halves = [replace(year, name=name, probability=0.2) for name in ("one half", "other half")]
    cost = least(once)[0] * once.laws.usd
    twice = state_sizing(network, halves, weeks=WEEKS)
    assert least(twice)[0] * twice.laws.usd == pytest.approx(cost, rel=1e-6, abs=1e-6 * once.laws.usd)
