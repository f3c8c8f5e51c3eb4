"""Published inventory problems over several periods, put to the generic multistage part.

Sources: stockpyl (github.com/LarrySnyder/stockpyl), tests/test_wagner_whitin.py and tests/test_supply_uncertainty.py;
L. V. Snyder and Z.-J. M. Shen, Fundamentals of Supply Chain Theory, 2nd edition, examples 3.9 and 9.3, problems 3.27
and 3.29; B. Tomlin (2006), Management Science 52(5), for the supplier that stops and recovers by chance.
"""

import numpy as np
import pytest
from stages import node, outcome

from resilience.sizing.sddp import BoundStalls, Graph, Passes, by_stage, train, tree
from resilience.solver import solve


@pytest.mark.parametrize(
    ("holding", "fixed", "demands", "unit", "cost", "orders"),
    [
        (2, 500, [90, 120, 80, 70], [0] * 4, 1380, [210, 0, 150, 0]),
        (0.8, 120, [150, 100, 80, 200], [0] * 4, 424, [150, 180, 0, 200]),
        (0.1, 100, [730, 580, 445, 650, 880], [0] * 5, 423, [1310, 0, 1095, 0, 880]),
        (0.1, 100, [400, 500, 500, 1100, 900], [3, 1, 4, 6, 6], 4940, [400, 3000, 0, 0, 0]),
    ],
)
def test_lot_sizes_with_a_fixed_cost_by_the_tree_of_one_path(holding, fixed, demands, unit, cost, orders):
    most = sum(demands)
    layers = []
    for t, demand in enumerate(demands):
        columns = {"in": (0, 0, most), "out": (holding, 0, most), "order": (unit[t], 0, most), "any": (fixed, 0, 1)}
        rows = [({"in": 1, "order": 1, "out": -1}, demand, demand), ({"order": 1, "any": -most}, -np.inf, 0)]
        layers.append([node(str(t), [outcome(columns, rows, {"stock": ("in", "out")}, whole=("any",))])])
    program = tree(by_stage(states=["stock"], start=[0.0], layers=layers))
    found = solve(program)
    assert found.objective == pytest.approx(cost, abs=1e-6)
    width = len(columns) + 1  # each place has its cost to the end beside its columns
    assert [found.x[t * width + 2] for t in range(len(demands))] == pytest.approx(orders, abs=1e-6)


DEMAND, HOLDING, BACKORDER, STOPS, RECOVERS = 2000.0, 0.25, 3.0, 0.04, 0.25
CYCLE = 1 + STOPS / RECOVERS  # mean periods from one with supply to the next


def supply_cycle(least_order=0.0, most_order=1e5):
    """From a period with supply until supply is back, where ordering up to the base stock begins afresh.

    Orders cost nothing, so what is left then is worth nothing, and the mean cost of a period is that of a cycle over
    its mean length. Demand comes at once in each period, so stock after it is what the two costs fall on.
    """
    columns = {"in": (0, -1e6, 1e5), "out": (0, -1e6, 1e5), "order": (0, least_order, most_order),
               "held": (HOLDING, 0, 1e5), "owed": (BACKORDER, 0, 1e6)}  # fmt: skip
    rows = [
        ({"in": 1, "order": 1, "out": -1}, DEMAND, DEMAND),
        ({"out": 1, "held": -1, "owed": 1}, 0, 0),
    ]
    states = {"stock": ("in", "out")}
    shut = {**columns, "order": (0, 0, 0)}
    return Graph(
        states=("stock",),
        start=np.zeros(1),
        nodes=(node("up", [outcome(columns, rows, states)]), node("down", [outcome(shut, rows, states)])),
        first=np.array([1.0, 0.0]),
        moves=np.array([[0.0, STOPS], [0.0, 1 - RECOVERS]]),
    )


@pytest.mark.parametrize(
    ("base_stock", "cost"), [(None, 2737.068965490435), (2000, 3310.344827558603), (12000, 3075.161637904759)]
)
def test_a_base_stock_against_a_supplier_that_stops(base_stock, cost):
    graph = supply_cycle() if base_stock is None else supply_cycle(base_stock, base_stock)
    rules = (BoundStalls(over=150, by=1e-12), Passes(most=1500))
    found = train(graph, rng=np.random.default_rng(0), stop=rules)
    assert found.bound / CYCLE == pytest.approx(cost, rel=1e-6)
    if base_stock is None:
        assert found.policy.decide(0, 0, graph.start).x[2] == pytest.approx(8000.0)  # four periods of cover
