"""Newsvendors with published answers, put to the reserve program's own page and to whole sizings.

A unit held costs `holding`, one short `short`: cost = holding x + (holding + short) (D - x)+ - holding D, so that the
last part is no choice. Costs and orders: L. V. Snyder and Z.-J. M. Shen, Fundamentals of Supply Chain Theory, 2nd ed.,
examples 4.2-4.4 and 4.7, problems 4.1, 4.7b, 4.8a and 4.8b, as in the tests of stockpyl (LarrySnyder/stockpyl,
tests/test_newsvendor.py). Orders by tail mean: J. Gotoh and Y. Takano (2007), Newsvendor solutions via conditional
value-at-risk minimization, European Journal of Operational Research 179. Chance constraints: mpisppy/tests/
test_chance_constraint.py and examples/chance_constraint/cc_capacity.py of Pyomo/mpi-sppy.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from resilience import Network, Outage, Scenario
from resilience.risk import CVaR, Expectation
from resilience.sizing.reserve import Chance, Floor, Terms, keep_chances, weighed
from resilience.sizing.stated import state_sizing
from resilience.sizing.statement import Statement, total
from resilience.solver import Method, solve


def terms(chances, *, risk=None, floors=()):
    """As much of the reserve program's terms as its measures and floors read."""
    none = np.zeros(0)
    return Terms(
        holding=none, purchase=none, most=none, probabilities=np.asarray(chances), largest_loss=none,
        risk=risk or Expectation(), budget=None, floors=tuple(floors),
    )  # fmt: skip


def newsvendor(demand, chances, *, holding, short, risk=None, earned=0.0):
    """Order and weighed cost of one purchase; with `earned` on each unit wanted, the cost is less that."""
    demand = np.asarray(demand)
    statement = Statement("newsvendor")
    order = statement.variables("order", np.array([demand.max()]))[0]
    rest = statement.variables("rest", demand)
    least = min(
        0.0, float((-holding * demand - earned * demand).min())
    )  # losses are counted from here: none is below 0
    most = holding * demand.max() + short * demand.max() - least
    loss = statement.variables("loss", np.full(len(demand), most))
    statement.keep("rest", (lack + order >= wanted for lack, wanted in zip(rest, demand, strict=True)))
    statement.keep("cost", (
        value >= holding * order + (holding + short) * lack - (holding + earned) * wanted - least
        for value, lack, wanted in zip(loss, rest, demand, strict=True)
    ))  # fmt: skip
    statement.minimise(total(weighed(statement, "risk", risk or Expectation(), loss, terms(chances), most)))
    compiled = statement.compiled()
    found = solve(compiled.program, Method(tolerance=1e-10))  # chances of 1e-12 are costs too
    return compiled.block(found.x, "order")[0], found.objective + least


def bins(law, at, *, count=12):
    """Demand as its mean in bins of equal chance below and above the quantile `at`: exact for an order at that edge."""
    edges = np.concatenate([np.linspace(0, at, count + 1), np.linspace(at, 1, count + 1)[1:]])
    width = np.diff(edges)
    means = [law.expect(lb=law.ppf(a), ub=law.ppf(b)) / (b - a) for a, b in pairwise(edges)]
    return np.array(means), width, slice(count - 1, count + 1)


@pytest.mark.parametrize(
    ("law", "holding", "short", "base_stock", "cost", "rel"),
    [
        (stats.norm(50, 8), 0.18, 0.7, 56.60395592743389, 1.997605193176645, 1e-7),
        (stats.norm(900, 60), 43, 79, 922.7214038234755, 2718.196781782411, 1e-7),
        (stats.norm(250, 8 * 5**0.5), 0.18, 0.7, 264.7668943741548, 4.466781004149578, 1e-7),  # four periods' lead time
        (stats.lognorm(0.3, scale=np.exp(6)), 1, 0.1765, 295.62664480713687, 29.44254358213529, 1e-5),
    ],
)
def test_continuous_newsvendors(law, holding, short, base_stock, cost, rel):
    demand, chances, beside = bins(law, short / (short + holding))
    order, least = newsvendor(demand, chances, holding=holding, short=short)
    assert least == pytest.approx(cost, rel=rel)
    low, high = demand[beside]  # all orders between are as good: the quantile lies there
    assert low - 1e-6 <= order <= high + 1e-6
    assert low < base_stock < high


def test_a_newsvendor_counted_in_profit():
    price, unit_cost, salvage = 1.0, 0.3, 0.12
    demand, chances, _ = bins(stats.norm(50, 8), (price - unit_cost) / (price - salvage))
    _, cost = newsvendor(
        demand, chances, holding=unit_cost - salvage, short=price - unit_cost, earned=price - unit_cost
    )
    # holding x + (holding + short)(D - x)+ - (holding + earned) D is minus the profit
    assert cost == pytest.approx(-33.002394806823354, rel=1e-7)


@pytest.mark.parametrize(
    ("mean", "holding", "short", "base_stock", "cost"),
    [(6, 1, 4, 8, 3.570106945770946), (18, 200, 270, 19, 786.0884409351115)],
)
def test_poisson_newsvendors(mean, holding, short, base_stock, cost):
    law = stats.poisson(mean)
    demand = np.arange(law.ppf(1 - 1e-12))
    chances = law.pmf(demand)
    order, least = newsvendor(demand, chances, holding=holding, short=short)
    assert order == pytest.approx(base_stock)
    assert least == pytest.approx(cost, rel=1e-8)


def one_unit_a_week(*, holding, short):
    """A good whose unit costs 1, and `holding` a year to hold; a unit short loses `short` beyond that."""
    return Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [holding]},
        producers={"good": ["gas"], "place": ["A"], "output_per_week": [1.0]},
        demand={
            "good": ["gas"],
            "place": ["A"],
            "units_per_week": [1.0],
            "usd_per_unit_unmet": [holding + short + 1.0],
        },
    )


def sized(network, scenarios, weeks, **ask):
    """Units held and yearly cost."""
    stated = state_sizing(network, scenarios, weeks=weeks, **ask)
    found = solve(stated.joined.program)
    return float((stated.joined.held(found.x) * stated.laws.scale).sum()), found.objective * stated.laws.usd


def test_a_discrete_newsvendor_as_a_reserve_against_outages_of_so_many_weeks():
    pmf = {1: 0.25, 2: 0.05, 3: 0.1, 4: 0.2, 5: 0.15, 6: 0.1, 7: 0.1, 8: 0.05}
    stops = [Scenario(name=str(k), probability=p, disruptions=(Outage(weeks=k),)) for k, p in pmf.items()]
    units, cost = sized(one_unit_a_week(holding=0.5, short=1.0), stops, weeks=9)  # millions
    wanted = sum(k * p for k, p in pmf.items())  # what is replaced, and what a newsvendor's holding leaves out
    assert units == pytest.approx(5.0)
    assert cost - wanted - 0.5 * wanted == pytest.approx(1.225, rel=1e-8)


@pytest.mark.parametrize(("eta", "order"), [(1.0, 200.0), (0.5, 150.0), (0.2, 120.0), (0.1, 110.0)])
def test_a_newsvendor_who_minds_the_worst_years_orders_less(eta, order):
    price, unit_cost, salvage = 10.0, 6.0, 2.0
    demand = 100.0 + 200.0 * (np.arange(200) + 0.5) / 200
    # a lost sale costs its margin only: minus profit is holding x + (holding + short)(D - x)+ - (holding + margin) D
    found, _ = newsvendor(
        demand, np.full(200, 1 / 200), holding=unit_cost - salvage, short=price - unit_cost,
        earned=price - unit_cost, risk=CVaR(tail=eta),
    )  # fmt: skip
    assert found == pytest.approx(order, abs=0.5)


def test_capacity_for_four_years_in_five():
    stops = [Scenario(name=str(k), probability=0.1, disruptions=(Outage(weeks=k),)) for k in range(1, 11)]
    floor = Floor(tier="essential", served=1.0, within=Chance(probability=0.8))
    units, _ = sized(one_unit_a_week(holding=1.0, short=0.0), stops, weeks=10, floors=[floor])
    assert units == pytest.approx(8.0)  # tens


@pytest.mark.parametrize(("alpha", "cost", "kept"), [(0.0, 2.5, 4), (0.5, 0.75, 2), (0.75, 0.25, 1)])
def test_the_cheapest_scenarios_are_satisfied_first(alpha, cost, kept):
    chances, costs = np.full(4, 0.25), np.arange(1.0, 5.0)
    asked = terms(chances, floors=[Floor(tier="any", served=1.0, within=Chance(probability=1 - alpha))])
    statement = Statement("satisfy")
    unmet = statement.variables("unmet", np.ones((1, 4)))
    statement.minimise(total((-p * c, lack) for p, c, lack in zip(chances, costs, unmet[0], strict=True)))
    keep_chances(statement, asked, unmet)
    compiled = statement.compiled()
    found = solve(compiled.program)
    assert chances @ costs + found.objective == pytest.approx(cost)
    assert compiled.block(found.x, "unmet")[0].round(6).tolist() == [0.0] * kept + [1.0] * (4 - kept)
