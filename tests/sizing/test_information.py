"""What knowing the year, and planning for many, are worth: worked by hand, and as laws."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import gas
from two_stage_programs import newsvendor, random_two_stage

from resilience import DemandSurge, Outage, Scenario
from resilience.errors import AskError
from resilience.risk import CVaR
from resilience.sizing.information import expected_cost, for_the_mean, information, wait_and_see
from resilience.sizing.mean import mean_case
from resilience.sizing.reserve import Floor
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing
from resilience.sizing.twostage import extensive
from resilience.solver import solve

# The gas of test_size: a unit held costs 0.5 a year, drawn 1, and saves 21. Ten a week are lost for k weeks.
CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
OUTAGES = [Scenario(name=f"{k} weeks", probability=p, disruptions=(Outage(weeks=k),)) for k, p in CHANCES.items()]


def yearly_cost(units):
    drawn = {k: min(10 * k, units) for k in CHANCES}
    return 0.5 * units + sum(p * (drawn[k] + 21 * (10 * k - drawn[k])) for k, p in CHANCES.items())


def known(network, scenarios, **ask):
    stated = state_sizing(network, scenarios, weeks=12, **ask)
    return information(stated, solve_sizing(stated))


def test_each_year_known_holds_just_what_it_needs():
    found = known(gas(), OUTAGES)
    assert found.years["held_usd"].tolist() == pytest.approx([20.0, 40.0, 60.0, 80.0, 0.0])
    assert found.wait_and_see_usd == pytest.approx(sum(p * 10 * k * (0.5 + 1.0) for k, p in CHANCES.items()))
    assert found.evpi_usd == pytest.approx(yearly_cost(60.0) - found.wait_and_see_usd)


def test_the_mean_year_asks_for_the_mean_loss():
    found = known(gas(), OUTAGES)  # the mean year lacks 10 * sum p k = 6.6 units, and each of them is worth holding
    assert found.mean_reserve.table()["units"].tolist() == pytest.approx([6.6])
    assert found.answering_the_mean_usd == pytest.approx(yearly_cost(6.6))
    assert found.vss_usd == pytest.approx(yearly_cost(6.6) - yearly_cost(60.0))


def test_where_spare_capacity_absorbs_the_mean_year_its_reserve_holds_nothing_and_says_so():
    network = gas()
    network = network.with_table("producers", network.producers.assign(surge=1.5))
    found = known(network, [Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))])
    assert found.mean_reserve.table().empty
    assert "nothing at all" in found.table().set_index("figure")["meaning"]["answering the mean"]
    assert found.answering_the_mean_usd == pytest.approx(0.1 * 40 * 21)
    assert found.vss_usd > 1.0


def test_a_budget_binds_those_who_know_too():
    found = known(gas(), OUTAGES, budget_usd=30.0)
    assert found.years["held_usd"].tolist() == pytest.approx([20.0, 30.0, 30.0, 30.0, 0.0])


def test_where_bad_years_count_more_than_their_chance_the_value_of_knowing_is_refused():
    stated = state_sizing(gas(), OUTAGES, weeks=12, risk=CVaR(tail=0.1), floors=[Floor(tier="other", served=0.1)])
    with pytest.raises(AskError, match="defined for expected cost") as caught:
        information(stated, solve_sizing(stated))
    assert len(caught.value.faults) == 2


def test_the_mean_case_is_the_average_of_every_array_with_the_undisturbed_year():
    network = gas(goods=("neon", "xenon"))
    scenarios = [
        Scenario(name="stop", probability=0.2, disruptions=(Outage(good="neon", weeks=3, first_week=2),)),
        Scenario(name="surge", probability=0.3, disruptions=(DemandSurge(good="xenon", weeks=2, factor=1.5),)),
    ]
    stated = state_sizing(network, scenarios, weeks=6)
    case = mean_case(stated)
    assert case.left == pytest.approx(np.array([[1, 0.8, 0.8, 0.8, 1, 1], [1] * 6]))
    assert case.multiple == pytest.approx(np.array([[1] * 6, [1.15, 1.15, 1, 1, 1, 1]]))


@pytest.mark.parametrize("seed", range(6))
def test_knowing_costs_least_and_answering_the_mean_most(seed):
    program = random_two_stage(seed)
    sides = np.mean([recourse.program.row_lower for recourse in program.recourses], axis=0)
    upper = np.mean([recourse.program.column_upper for recourse in program.recourses], axis=0)
    base = program.recourses[0]
    mean = replace(base, program=replace(base.program, row_lower=sides, column_upper=upper))
    here = solve(extensive(program).program)
    answered = expected_cost(program, for_the_mean(program, mean))
    assert wait_and_see(program).cost <= here.objective + 1e-6
    assert here.objective <= answered + 1e-6
    assert expected_cost(program, here.x[: program.first.shape[1]]) == pytest.approx(here.objective)


def test_the_newsvendor_who_knows_buys_the_demand():
    found = wait_and_see(newsvendor([10, 20, 30, 40]))
    assert found.costs.tolist() == pytest.approx([10.0, 20.0, 30.0, 40.0, 0.0])
    assert found.cost == pytest.approx(25.0)
