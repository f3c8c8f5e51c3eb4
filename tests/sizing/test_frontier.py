"""What each budget buys: by hand, as a law, and taken apart as well as whole."""

from itertools import pairwise

import numpy as np
import pytest
from small_networks import gas

from resilience import Outage, Scenario, size_reserve
from resilience.errors import AskError
from resilience.risk import CVaR, Expectation, measure
from resilience.sizing.frontier import frontier
from resilience.sizing.limits import Days, Earmark
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing

CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
TWO = [
    Scenario(name=f"{good} {k}", probability=p / 2, disruptions=(Outage(good=good, weeks=k),))
    for good in ("neon", "xenon")
    for k, p in CHANCES.items()
]
BUDGETS = (0.0, 20.0, 45.0, 80.0, 160.0, 200.0)


@pytest.fixture(scope="module")
def asked():
    stated = state_sizing(gas(goods=("neon", "xenon")), TWO, weeks=12)
    return stated, solve_sizing(stated)


def least(risk, budget):
    """Every split of the budget between two goods alike, unit by unit."""
    chances = [scenario.probability for scenario in TWO]

    def loss(held):
        return [10 * k * 21 - 20 * min(10 * k, held[good]) for good in (0, 1) for k in CHANCES]

    splits = [(min(neon, 80.0), min(budget - neon, 80.0)) for neon in np.arange(0.0, budget + 1)]
    return min(measure(risk, loss(split), chances) for split in splits)


def test_each_point_is_the_best_split_of_its_budget(asked):
    table = frontier(*asked, BUDGETS)
    for name, risk in (("expected", Expectation()), ("worst tenth", CVaR(tail=0.1))):
        points = table[table["measure"] == name]
        assert points["loss_usd"].tolist() == pytest.approx([least(risk, budget) for budget in BUDGETS], rel=1e-6)
    assert (table["gap"] <= 1e-6).all()
    assert (table["status"] == "optimal").all()


@pytest.mark.parametrize("together", [60_000, 0])
def test_more_money_never_loses_more_and_each_dollar_saves_less_than_the_one_before(asked, together):
    table = frontier(*asked, BUDGETS, together=together, gap=1e-7)
    for _, points in table.groupby("measure"):
        slopes = [(b.loss_usd - a.loss_usd) / (b.budget_usd - a.budget_usd) for a, b in pairwise(points.itertuples())]
        assert max(slopes) <= 1e-6
        assert all(early <= late + 1e-6 for early, late in pairwise(slopes))
        saved = points["saved_usd_per_usd"].tolist()
        for slope, (left, right) in zip(slopes, pairwise(saved), strict=True):  # a chord lies between its ends' slopes
            assert right - 1e-5 <= -slope <= left + 1e-5


def test_taken_apart_it_is_the_same(asked):
    whole, apart = frontier(*asked, BUDGETS), frontier(*asked, BUDGETS, together=0, gap=1e-7)
    assert apart["loss_usd"].tolist() == pytest.approx(whole["loss_usd"].tolist(), rel=1e-6)
    assert (apart["bound_usd"] <= apart["loss_usd"]).all()


def test_a_point_is_what_sizing_with_that_budget_and_free_holding_leaves(asked):
    network = gas(goods=("neon", "xenon"), holding=0.0)
    table = frontier(*asked, (45.0,), measures={"expected": Expectation()})
    sized = size_reserve(network, TWO, weeks=12, budget_usd=45.0)
    assert table["loss_usd"].tolist() == pytest.approx([sized.objective_usd])


def test_limits_that_no_empty_reserve_keeps_are_refused():
    limits = [Earmark(owner="A", goods=("neon",), at_least=Days(days=30))]
    stated = state_sizing(gas(goods=("neon", "xenon")), TWO, weeks=12, limits=limits)
    with pytest.raises(AskError, match="cannot be drawn") as caught:
        frontier(stated, solve_sizing(stated), (-1.0, 5.0))
    assert len(caught.value.faults) == 2
