"""What plans and mixtures of plans say that scenarios cost at most."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from two_stage_programs import newsvendor, random_two_stage

from resilience.sizing.lshaped.plans import Plans, plan_of
from resilience.sizing.lshaped.structure import gather
from resilience.solver import solve


def answered(structure, position, point, caps=()):
    """A scenario's least cost at a first stage, and its plan as one that was found there."""
    low, high, least, most = structure.sides_at(position, point, np.array(caps))
    program = replace(structure.program, row_lower=low, row_upper=high, column_lower=least, column_upper=most)
    found = solve(program)
    return found.objective, plan_of(structure, position, found.x, low, high)


def nothing_capped(structure):
    return np.zeros((len(structure.numbers), 0))


def test_a_plan_serves_every_scenario_and_first_stage_that_leaves_it_room():
    (structure,) = gather(newsvendor([10, 20, 30, 40]))
    plans = Plans(structure=structure)
    _, plan = answered(structure, 2, np.array([5.0]))  # 25 short of a demand of 30, at 3 each
    plans.learn(plan)
    caps = nothing_capped(structure)
    assert plans.most(np.array([5.0]), caps).ravel().tolist() == [75.0, 75.0, 75.0, np.inf]
    assert plans.most(np.array([15.0]), caps).ravel().tolist() == [75.0] * 4  # 40 less 15 is no more than 25
    assert plans.most(np.array([4.0]), caps).ravel().tolist() == [75.0, 75.0, np.inf, np.inf]  # 30 less 4 is more


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
def test_a_mixture_costs_no_less_than_the_best_plan_and_no_more_than_its_parts_in_their_shares(seed, share):
    rng = np.random.default_rng(seed)
    (structure,) = gather(random_two_stage(seed))
    plans, ends = Plans(structure=structure), rng.uniform(0, 4, (2, len(structure.tied)))
    costs = []
    for end in ends:
        cost, plan = answered(structure, 0, end)
        costs.append(cost)
        plans.learn(plan)
    between = share * ends[0] + (1 - share) * ends[1]
    mixed = plans.mixed(0, between, np.zeros(0))[0]
    best, _ = answered(structure, 0, between)
    assert best <= mixed + 1e-6 * (1 + abs(best))
    assert mixed <= share * costs[0] + (1 - share) * costs[1] + 1e-6 * (1 + abs(best))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_plans_of_others_say_is_never_less_than_a_scenario_costs(seed):
    rng = np.random.default_rng(seed)
    (structure,) = gather(random_two_stage(seed))
    plans, caps = Plans(structure=structure), nothing_capped(structure)
    for position in range(len(structure.numbers)):
        plans.learn(answered(structure, position, rng.uniform(0, 4, len(structure.tied)))[1])
    point = rng.uniform(0, 4, len(structure.tied))
    most = plans.most(point, caps)[:, 0]
    for position in range(len(structure.numbers)):
        cost, _ = answered(structure, position, point)
        assert cost <= most[position] + 1e-5
        assert cost <= plans.mixed(position, point, caps[position])[0] + 1e-5


def test_where_no_plan_is_known_nothing_is_said():
    (structure,) = gather(newsvendor([10, 20]))
    plans = Plans(structure=structure)
    assert np.isinf(plans.most(np.array([5.0]), nothing_capped(structure))).all()
    assert np.isinf(plans.mixed(1, np.array([5.0]), np.zeros(0))).all()
