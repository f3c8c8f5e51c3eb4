"""What is taken when time is up: the best reserve so far, with the bound that is proved by then."""

import time
from dataclasses import replace

import numpy as np
import pytest
from small_networks import gas
from two_stage_programs import random_two_stage

from resilience import Outage, Scenario, size_reserve
from resilience.errors import SolverError
from resilience.sizing.lshaped import decompose
from resilience.sizing.reserve import Floor
from resilience.sizing.twostage import extensive
from resilience.solver import Status, solve

OUTAGES = [
    Scenario(name=f"{weeks} weeks", probability=chance, disruptions=(Outage(weeks=weeks),))
    for weeks, chance in {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}.items()
]


def test_without_any_time_nothing_is_held_at_the_loss_that_is_known_and_a_bound_is_told():
    best, stopped = size_reserve(gas(), OUTAGES, weeks=12), size_reserve(gas(), OUTAGES, weeks=12, time_limit_s=0.0)
    assert stopped.status is Status.TIME_LIMIT
    assert stopped.reserve.table().empty
    assert stopped.objective_usd == pytest.approx(best.without_reserve_usd)
    assert 0.0 < stopped.bound_usd <= best.objective_usd


def test_with_time_enough_the_answer_is_that_without_a_limit():
    best, limited = size_reserve(gas(), OUTAGES, weeks=12), size_reserve(gas(), OUTAGES, weeks=12, time_limit_s=600.0)
    assert limited.status is Status.OPTIMAL
    assert limited.objective_usd == pytest.approx(best.objective_usd)
    assert limited.reserve.table()["units"].tolist() == pytest.approx(best.reserve.table()["units"].tolist(), rel=1e-4)


def test_a_search_that_is_stopped_on_its_way_brackets_the_best():
    two_stage = random_two_stage(4)
    start = np.zeros(two_stage.first.shape[1])
    found = decompose(two_stage, start=start, gap=1e-9, time_limit_s=0.1, say=lambda text: time.sleep(0.2))
    best = solve(extensive(two_stage).program).objective
    assert found.status is Status.TIME_LIMIT
    assert found.iterations == 1
    assert found.bound <= best <= found.objective


def test_a_first_stage_in_whole_numbers_is_whole_though_time_was_up_before_any_was_looked_for():
    two_stage = random_two_stage(4)
    width = two_stage.first.shape[1]
    two_stage = replace(two_stage, first=replace(two_stage.first, integer=np.ones(width, dtype=np.bool_)))
    found = decompose(two_stage, start=np.zeros(width), gap=1e-9, time_limit_s=0.1, say=lambda text: time.sleep(0.2))
    assert found.status is Status.TIME_LIMIT
    assert found.x.tolist() == np.round(found.x).tolist()
    assert found.bound <= solve(extensive(two_stage).program).objective <= found.objective


def test_drawn_years_that_time_left_unsolved_count_as_simulated_and_at_nothing_in_the_bound():
    years = [
        Scenario(name=f"year {n}", probability=0.5 / 40, disruptions=(Outage(weeks=1 + n % 8),)) for n in range(40)
    ]
    best, stopped = size_reserve(gas(), years, weeks=12), size_reserve(gas(), years, weeks=12, time_limit_s=0.0)
    assert stopped.bound_usd <= best.objective_usd <= stopped.objective_usd
    assert stopped.status is Status.TIME_LIMIT
    assert "40 of 40 scenarios were simulated only" in stopped.how


def test_a_floor_that_nothing_held_does_not_meet_needs_time_to_be_met():
    floor = Floor(tier="essential", served=0.9)
    with pytest.raises(SolverError, match="give it more time"):
        size_reserve(gas(), OUTAGES, weeks=12, floors=[floor], time_limit_s=0.0)
