"""The interval on a reserve's gap to the best: how often it is true where the truth is known, and on a whole sizing."""

import numpy as np
import pytest
from small_networks import gas

from resilience import Outage, Scenario
from resilience.errors import AskError
from resilience.policy import Reserve
from resilience.sizing.limits import Cover
from resilience.sizing.replications import replicate, replications
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing

# A newsvendor: a unit costs 1, one short costs 4; demand is 0 to 9 with these chances.
DEMAND, COST, SHORT = np.arange(10), 1.0, 4.0
CHANCES = np.array([0.05, 0.05, 0.1, 0.1, 0.15, 0.15, 0.15, 0.1, 0.1, 0.05])


def costs(orders, demand, weights):
    """Cost of each order (last axis) under each row of weights over demand."""
    each = COST * orders[:, None] + SHORT * np.maximum(demand[None, :] - orders[:, None], 0)
    return weights @ each.T


@pytest.mark.parametrize("order", [3, 5, 7])
def test_the_interval_holds_the_true_gap_as_often_as_it_says(order):
    true = costs(DEMAND, DEMAND, CHANCES)
    gap = true[order] - true.min()
    rng = np.random.default_rng(order)
    repeats, samples, years = 400, 20, 50
    drawn = rng.multinomial(years, CHANCES, size=(repeats, samples)) / years
    found = costs(DEMAND, DEMAND, drawn)  # repeats x samples x orders
    bounds = [replications(one[:, order], one.min(axis=1)).gap_at_most for one in found]
    assert np.mean(np.array(bounds) >= gap) >= 0.93
    assert np.mean(bounds) < gap + 0.1 * true.min()  # and it is no empty promise


def test_the_samples_best_lies_below_the_true_best_and_the_cost_on_fresh_years_about_the_true_cost():
    true = costs(DEMAND, DEMAND, CHANCES)
    drawn = np.random.default_rng(1).multinomial(20, CHANCES, size=4000) / 20
    found = costs(DEMAND, DEMAND, drawn)
    told = replications(found[:, 5], found.min(axis=1))
    assert told.best[2] < true.min()
    assert told.cost[1] <= true[5] <= told.cost[2]


CHANCE = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}


def years(number):
    """Twenty disturbed years, each with the chance 0.19 / 20."""
    rng = np.random.default_rng([7, number])
    drawn = rng.choice(list(CHANCE), size=20, p=np.array(list(CHANCE.values())) / 0.19)
    kept, counts = np.unique(drawn, return_counts=True)
    scenarios = [
        Scenario(name=f"{k} weeks", probability=0.19 * count / 20, disruptions=(Outage(weeks=int(k)),))
        for k, count in zip(kept, counts, strict=True)
    ]
    return state_sizing(gas(), scenarios, weeks=12)


def test_a_sized_reserve_is_put_to_fresh_years():
    held = Reserve.of(gas(), [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}])
    told = replicate(held, years, samples=4)
    for number, row in enumerate(told.batches.itertuples()):
        stated = years(number)
        assert row.best == pytest.approx(solve_sizing(stated).objective_usd, rel=1e-6)
        lost = sum(p * (10 * k * 21 - 20 * min(10 * k, 60)) for p, k in zip(
            stated.terms.probabilities, [int(case.scenario.name[0]) for case in stated.cases], strict=True
        ))  # fmt: skip
        assert row.candidate == pytest.approx(0.5 * 60 + lost)
    assert 0 <= told.gap <= told.gap_at_most


def test_a_samples_best_is_bounded_from_below_as_closely_as_asked():
    held = Reserve.of(gas(), [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}])
    exact = np.array([solve_sizing(years(number)).objective_usd for number in range(4)])
    bounds = {gap: replicate(held, years, samples=4, gap=gap).batches["best"].to_numpy() for gap in (1e-6, 0.02, 10.0)}
    for gap, found in bounds.items():
        assert (found <= exact * (1 + 1e-9)).all()
        assert (found >= exact * (1 - gap)).all()
    assert (bounds[10.0] < exact * 0.999).any()  # where any bound was close enough, no sample was sized


def test_where_limits_ask_for_stock_a_sample_that_needs_none_is_bounded_by_what_they_cost():
    held = Reserve.of(gas(), [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}])
    stop = Scenario(name="stop", probability=1e-6, disruptions=(Outage(weeks=4),))
    asked = state_sizing(gas(), [stop], weeks=12, limits=[Cover(days=42)])
    told = replicate(held, lambda number: asked, samples=2)
    assert told.batches["candidate"].to_numpy() == pytest.approx(0.5 * 60, rel=1e-3)
    assert told.batches["best"].to_numpy() == pytest.approx(solve_sizing(asked).objective_usd)


def test_too_few_samples_and_unequal_costs_are_refused():
    with pytest.raises(AskError, match="1 samples"):
        replications([1.0], [1.0])
    with pytest.raises(AskError, match="2 costs of the candidate"):
        replications([1.0, 2.0], [1.0], level=0.9)
