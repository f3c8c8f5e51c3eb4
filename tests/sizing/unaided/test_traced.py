"""What simulation says before anything is solved, and what a sizing over many scenarios makes of it."""

from dataclasses import replace

import numpy as np
import pytest
from random_networks import random_network, random_scenario
from small_networks import one_good, waiting

from resilience import Outage, Scenario, best_response, simulate, size_reserve
from resilience.errors import AskError
from resilience.risk import CVaR
from resilience.scenario import ScenarioSet
from resilience.sizing.stated import MANY
from resilience.sizing.unaided.traced import most_lost

LENGTHS = (1, 2, 3, 7, 8, 10, 12, 13)
COPIES = 6


def years(*, copies: int) -> list[Scenario]:
    """Stops of several lengths, each as so many scenarios that share its chance."""
    return [
        Scenario(name=f"{weeks} weeks, {copy}", probability=0.06 / copies, disruptions=(Outage(weeks=weeks),))
        for weeks in LENGTHS
        for copy in range(copies)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_no_least_loss_passes_what_simulation_says(seed):
    network = random_network(seed, 4, 3)
    scenario = random_scenario(seed, network)
    told = most_lost(network, ScenarioSet(scenarios=(scenario,)), weeks=16)[0]
    assert best_response(network, scenario, weeks=16).bound_usd <= told * (1 + 1e-9) + 1e-3


@pytest.mark.parametrize("risk", [None, CVaR(tail=0.2, weight=0.5)])
def test_many_scenarios_give_the_answer_of_the_few_that_they_stand_for(risk):
    network = one_good(surge=2.0, stock_weeks=6.0)
    few = size_reserve(network, years(copies=1), weeks=80, risk=risk)
    many = size_reserve(network, years(copies=COPIES), weeks=80, risk=risk)
    assert len(LENGTHS) * COPIES > MANY
    assert many.objective_usd == pytest.approx(few.objective_usd, rel=1e-4)
    assert many.bound_usd <= few.objective_usd * (1 + 1e-6)
    assert many.without_reserve_usd == pytest.approx(few.without_reserve_usd, rel=1e-4)
    told = most_lost(network, ScenarioSet(scenarios=tuple(years(copies=1))), weeks=80)
    assert (told[:3] < 1e-3).all()
    assert f" 18 of {len(LENGTHS) * COPIES} scenarios were simulated only" in many.how
    assert len(many.losses) == len(LENGTHS) * COPIES


def test_what_is_spared_is_in_the_objective_and_not_in_the_bound():
    network = one_good(surge=2.0, stock_weeks=6.0)
    grave = years(copies=COPIES)
    slight = [replace(year, name=f"slight {year.name}", probability=1e-7) for year in grave]
    found = size_reserve(network, [*grave, *slight], weeks=80, gap=0.01)
    told = found.losses.set_index("scenario")
    mild = told.loc[[year.name for year in slight]]
    spared = float((mild["probability"] * mild["loss_usd"]).sum())
    assert 0 < spared <= 0.2 * 0.01 * found.without_reserve_usd
    assert found.objective_usd - found.bound_usd >= 0.9 * spared
    assert found.gap <= 0.01
    expected = found.holding_usd_per_year + float((told["probability"] * told["loss_usd"]).sum())
    assert found.objective_usd == pytest.approx(expected, rel=0.01)
    assert (told["loss_usd"] <= told["without_usd"] * (1 + 1e-9) + 1e-6).all()


def test_a_network_that_cannot_be_simulated_is_told_nothing_of():
    with pytest.raises(AskError, match="wait for each other"):
        simulate(waiting(), years(copies=1), weeks=16)
    assert np.isinf(most_lost(waiting(), ScenarioSet(scenarios=tuple(years(copies=1))), weeks=16)).all()
