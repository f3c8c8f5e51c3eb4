"""Published two-stage programs in whole numbers: their relaxation, and their best plan priced anew, to the digits.

To prove them takes minutes, so that the proof is run by hand (`tests/bench/bench_cases.py`, which met every figure
here); the suite shows that the programs are the published ones and that the plan found costs what was published.

Sources: mpi-sppy, examples/sslp, examples/dcap and examples/sizes; the first two are SIPLIB's sslp_15_45_5 (L. Ntaimo
and S. Sen 2005) and dcap332_200 (S. Ahmed and R. Garcia 2003), the third is of A. Lokketangen and D. Woodruff (1996).
The relaxation of the first and the costs of all are the peer's, solved by HiGHS.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from small_networks import by_clarabel
from two_stage_programs import MUCH
from whole_number_programs import SIZES, capacity, cost_of, relaxed, servers, sizes

from resilience.sizing.lshaped import decompose
from resilience.sizing.twostage import extensive
from resilience.solver import Method, solve

EXACT = Method(gap=1e-9)


def exactly(program):
    return solve(program, EXACT)


def open_ended(program):
    """Without the bounds that only stand for none: a solver of another family takes them at their word."""
    lower, upper = program.column_lower, program.column_upper
    return replace(
        program, column_lower=np.where(lower <= -MUCH, -np.inf, lower),
        column_upper=np.where(upper >= MUCH, np.inf, upper),
    )  # fmt: skip


def test_servers_without_whole_numbers_cost_what_was_published():
    two_stage, case = servers()
    program = extensive(relaxed(two_stage)).program
    assert solve(program).objective == pytest.approx(case["relaxed_cost"], abs=1e-9)
    assert by_clarabel(open_ended(program)) == pytest.approx(case["relaxed_cost"], abs=1e-6)
    found = decompose(relaxed(two_stage), gap=1e-9)
    assert (found.objective, found.bound) == pytest.approx([case["relaxed_cost"]] * 2, abs=1e-6)


def test_servers_opened_at_four_sites_cost_what_was_published():
    two_stage, case = servers()
    opened = np.zeros(15)
    opened[[0, 3, 7, 10]] = 1.0
    assert cost_of(two_stage, opened, exactly) == pytest.approx(case["optimal_cost"], abs=1e-6)


def test_sizes_made_as_found_cost_what_was_published():
    made = np.array([0, 0, 38250, 0, 45000, 50000, 0, 42750, 0, 24000])
    cuts = {(2, 0): 2500, (2, 1): 7500, (2, 2): 12500, (4, 3): 10000, (4, 4): 35000, (5, 5): 25000, (7, 6): 15000,
            (7, 7): 12500, (9, 8): 12500, (9, 9): 5000}  # fmt: skip
    cut = [cuts.get((large, small), 0) for large in range(SIZES) for small in range(large + 1)]
    plan = np.array([*made, *(made > 0), *cut], dtype=float)
    assert cost_of(sizes(), plan, whole_set_ups) == pytest.approx(224275.33, abs=0.01)


def whole_set_ups(program):
    """Only set-ups are asked to be whole, which is sooner done; the units come out whole, so that it is no less."""
    is_set_up = np.isin(np.arange(len(program.cost)), np.arange(SIZES, 2 * SIZES))
    found = exactly(replace(program, integer=is_set_up))
    assert found.x == pytest.approx(found.x.round(), abs=1e-6)
    return found


WAYS = np.array(list(product(range(4), repeat=3)))  # who does each of three tasks: one of three machines, or nobody


def each_way(case, year):
    """What each way of doing one period's tasks takes of each machine, and what it costs; period by period."""
    takes, costs = [], []
    for period, need in enumerate(np.array(case["need"][year]).reshape(2, 3)):
        takes.append(np.stack([np.where(machine == WAYS, need, 0).sum(axis=1) for machine in range(3)], axis=1))
        of_task = np.vstack([case["do_cost"][period], case["miss_cost"][period]])  # who x task
        costs.append(of_task[WAYS, np.arange(3)].sum(axis=1))
    return takes, costs


def enlarged(case, machine, early, late):
    """Least cost of so much capacity at one machine in each of two periods, where at most 1 is added in each.

    It is linear in what the first adds but for the set-ups, so that it is least at an end.
    """
    (add, more), (setup, again) = (np.array(case[name])[:, machine] for name in ("add_cost", "setup_cost"))
    least = np.inf
    for first in (early, np.maximum(early, late - 1), np.minimum(np.maximum(early, late), 1)):
        second = np.maximum(late - first, 0)
        cost = add * first + setup * (first > 0) + more * second + again * (second > 0)
        least = np.minimum(least, np.where((early <= first) & (first <= 1) & (second <= 1), cost, np.inf))
    return least


@pytest.mark.parametrize("year", [0, 3, 4])
def test_capacity_for_a_year_that_is_known_costs_what_trying_everything_finds(year):
    two_stage, case = capacity([year])
    takes, costs = each_way(case, year)
    total = costs[0][:, None] + costs[1]
    for machine in range(3):
        total = total + enlarged(case, machine, takes[0][:, None, machine], takes[1][:, machine])
    assert exactly(extensive(two_stage).program).objective == pytest.approx(total.min(), abs=1e-6)


def test_capacity_without_whole_numbers_costs_the_same_whole_and_taken_apart():
    two_stage = relaxed(capacity(range(10))[0])
    whole = extensive(two_stage).program
    found = decompose(two_stage, gap=1e-9)
    assert (found.objective, found.bound) == pytest.approx([solve(whole).objective] * 2, abs=1e-6)
    assert by_clarabel(open_ended(whole)) == pytest.approx(found.objective, abs=1e-5)


def test_capacity_added_as_found_costs_what_was_published():
    some, case = capacity(range(8))
    added = np.array([[1, 1, 1], [0.482149, 0.498442, 0.396279]])  # period x machine
    bought = np.sum(case["add_cost"] * added) + np.sum(case["setup_cost"])
    tried = [bought] * 200
    for year in range(200):
        takes, costs = each_way(case, year)
        for period in (0, 1):
            fits = (takes[period] <= added[: period + 1].sum(axis=0) + 1e-9).all(axis=1)
            tried[year] += costs[period][fits].min()
    assert np.mean(tried) == pytest.approx(case["optimal_cost"], abs=5e-4)
    plan = np.array([*added.ravel(), *[1.0] * 6])
    assert cost_of(some, plan, exactly) == pytest.approx(np.mean(tried[:8]), abs=1e-6)
