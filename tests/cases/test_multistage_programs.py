"""Published multistage stochastic programs, by decomposition and, where the tree is small, by the tree at once.

Sources: examples and tests of SDDP.jl (github.com/odow/SDDP.jl): first_steps, FAST_hydro_thermal,
FAST_production_management, objective_state_newsvendor, asset_management_simple (J. R. Birge and F. Louveaux,
Introduction to Stochastic Programming, 1.2), air_conditioning (Birge and Louveaux 1997, p. 237, rescaled),
test/algorithm.jl, decision_hazard, infinite_horizon_trivial, no_strong_duality, generation_expansion,
StochDynamicProgramming.jl_stock and _multistock, stochastic_all_blacks. Where the peer prints fewer digits than stand
here, they come from linear programs over the whole tree or a grid dynamic program, made once apart from this package.
"""

import math
from itertools import product

import numpy as np
import pytest
from small_networks import by_clarabel
from stages import node, outcome

from resilience.risk import WorstCase
from resilience.sizing.sddp import BoundStalls, Graph, Passes, by_stage, exhaustive, train, tree
from resilience.solver import solve

INF = math.inf


def learnt(graph, *, passes=200, over=25, seed=1):
    return train(graph, rng=np.random.default_rng(seed), stop=(BoundStalls(over=over, by=1e-9), Passes(most=passes)))


def agreed(graph, expected, *, within=1e-4):
    """Bound, policy, tree at once and tree by another solver all give the published number."""
    found = learnt(graph)
    assert found.bound == pytest.approx(expected, abs=within)
    assert exhaustive(found.policy) == pytest.approx(expected, abs=within)
    assert solve(tree(graph)).objective == pytest.approx(expected, abs=within)
    assert by_clarabel(tree(graph)) == pytest.approx(expected, abs=max(within, 1e-6 * abs(expected)))
    return found


def hydro(stage, chances, *, multiples=(1.0, 1.0, 1.0)):
    made = []
    for inflow, chance, multiple in zip((0, 50, 100), chances, multiples, strict=True):
        columns = {
            "in": (0, 0, 200), "out": (0, 0, 200), "turbine": (0, 0, 150), "spill": (0, 0, 300),
            "backup": ((50, 100, 150)[stage] * multiple, 0, 150),
        }  # fmt: skip
        rows = [
            ({"in": 1, "turbine": -1, "spill": -1, "out": -1}, -inflow, -inflow),
            ({"turbine": 1, "backup": 1}, 150, 150),
        ]
        made.append(outcome(columns, rows, {"store": ("in", "out")}, chance=chance))
    return made


def stages_of_hydro(**more):
    layers = [[node(f"stage {t}", hydro(t, [1 / 3] * 3, **more))] for t in range(3)]
    return by_stage(states=["store"], start=[200.0], layers=layers)


def test_a_store_with_random_inflow():
    agreed(stages_of_hydro(), 8333.333333)


def test_a_store_whose_backup_costs_more_when_it_is_dry():
    agreed(stages_of_hydro(multiples=(1.5, 1.0, 0.75)), 10625.0)


def test_a_store_under_a_markov_climate():
    chances = [(1 / 6, 1 / 3, 1 / 2), (1 / 2, 1 / 3, 1 / 6)]
    dear = {"multiples": (1.5, 1.0, 0.75)}  # as in the peer's tutorial, whose Markov climate comes on top of it
    layers = [[node("wet 0", hydro(0, chances[0], **dear))]]
    layers += [
        [node(f"{name} {t}", hydro(t, chances[n], **dear)) for n, name in enumerate(("wet", "dry"))] for t in (1, 2)
    ]
    moves = [[[1.0]], [[0.75, 0.25]], [[0.75, 0.25], [0.25, 0.75]]]
    agreed(by_stage(states=["store"], start=[200.0], layers=layers, transitions=moves), 8072.916667)


def test_a_reservoir_of_two_stages():
    def stage(inflows):
        columns = {"in": (0, 0, 8), "out": (0, 0, 8), "used": (0, 0, 6), "lost": (0, 0, 20), "backup": (5, 0, 6)}
        return [
            outcome(columns, [({"in": 1, "used": -1, "lost": -1, "out": -1}, -inflow, -inflow),
                              ({"used": 1, "backup": 1}, 6, 6)], {"store": ("in", "out")}, chance=1 / len(inflows))
            for inflow in inflows
        ]  # fmt: skip

    agreed(by_stage(states=["store"], start=[0.0], layers=[[node("1", stage([6]))], [node("2", stage([2, 10]))]]), 10.0)


def test_production_of_two_perishables():
    def stage(demands):
        columns = {"in a": (0, 0, 20), "in b": (0, 0, 20), "out a": (0.2, 0, 20), "out b": (0.7, 0, 20),
                   "sell a": (-2.33, 0, 20), "sell b": (-2.54, 0, 20)}  # fmt: skip
        rows = [({"in a": 1, "sell a": -1}, 0, INF), ({"in b": 1, "sell b": -1}, 0, INF)]
        states = {"a": ("in a", "out a"), "b": ("in b", "out b")}
        return [
            outcome(columns, [*rows, ({"sell a": 1, "sell b": 1}, -INF, d)], states, chance=1 / len(demands))
            for d in demands
        ]

    layers = [[node(str(t), stage(demands))] for t, demands in enumerate(([0], [2, 10], [2, 10]))]
    agreed(by_stage(states=["a", "b"], start=[0.0, 0.0], layers=layers, least=-200.0), -23.96)


def test_release_of_stock_against_a_random_walk_of_prices():
    steps, inflows = (-0.25, -0.125, 0.125, 0.25), [0.05 * n for n in range(11)]

    def sold(price):
        columns = {"in": (0, 0, 10), "out": (0, 0, 10), "sold": (-price, 0, 1)}
        return [
            outcome(columns, [({"in": 1, "sold": -1, "out": -1}, -w, -w)], {"stock": ("in", "out")}, chance=1 / 11)
            for w in inflows
        ]

    prices = [[1.5]]
    transitions = []
    for _ in range(3):
        after = sorted({price + step for price in prices[-1] for step in steps})
        moves = np.zeros((len(prices[-1]), len(after)))
        for (at, price), step in product(enumerate(prices[-1]), steps):
            moves[at, after.index(price + step)] += 0.25
        prices.append(after)
        transitions.append(moves)
    layers = [[node(f"{t}: {price}", sold(price)) for price in level] for t, level in enumerate(prices[1:])]
    graph = by_stage(states=["stock"], start=[2.0], layers=layers, transitions=transitions, least=-10.0)
    bound = learnt(graph, passes=100, over=40).bound
    assert -bound == pytest.approx(4.04, abs=0.05)  # as published
    assert bound < -4.084710743801653 < bound + 0.005  # the tree of 87,000 places


def test_assets_against_a_target():
    states = {"stock": ("in stock", "out stock"), "bond": ("in bond", "out bond")}
    columns = {"in stock": (0, 0, 200), "in bond": (0, 0, 200), "out stock": (0, 0, 200), "out bond": (0, 0, 200)}
    split = {"out stock": -1, "out bond": -1}
    first = outcome(columns, [(split, -55, -55)], states)
    returns = ((1.25, 1.14), (1.06, 1.12))
    middle = [
        outcome(columns, [({"in stock": s, "in bond": b, **split}, 0, 0)], states, chance=0.5) for s, b in returns
    ]
    ends = {**columns, "surplus": (-1, 0, 200), "short": (4, 0, 200)}
    last = [
        outcome(ends, [({"in stock": s, "in bond": b, "surplus": -1, "short": 1}, 80, 80)], states, chance=0.5)
        for s, b in returns
    ]
    layers = [[node("split", [first])], [node("1", middle)], [node("2", middle)], [node("end", last)]]
    found = agreed(
        by_stage(states=["stock", "bond"], start=[0.0, 0.0], layers=layers, least=-200.0), 1.514084642857, within=1e-5
    )
    assert found.policy.decide(0, 0, np.zeros(2)).leaves == pytest.approx([41.479, 13.521], abs=0.01)


def cooled(demand, *, chance=0.5, cost=100):
    columns = {"in": (0, 0, 100), "out": (50, 0, 100), "regular": (cost, 0, 200), "overtime": (300, 0, 400)}
    rows = [({"in": 1, "regular": 1, "overtime": 1, "out": -1}, demand, demand)]
    return outcome(columns, rows, {"store": ("in", "out")}, chance=chance)


def coolers(first, **more):
    layers = [[node("1", first)], *([node(str(t), [cooled(100), cooled(300)])] for t in (2, 3))]
    return by_stage(states=["store"], start=[0.0], layers=layers, **more)


def test_air_conditioners():
    found = agreed(coolers([cooled(100, chance=1.0)]), 62500.0)
    assert found.policy.decide(0, 0, np.zeros(1)).x.tolist() == pytest.approx([0.0, 100.0, 200.0, 0.0])


def test_air_conditioners_by_mean_and_by_worst_first_period():
    agreed(coolers([cooled(100), cooled(300)]), 85000.0)
    agreed(coolers([cooled(100), cooled(300)], risk=WorstCase()), 107500.0)


def test_air_conditioners_whose_demand_persists():
    low, high = cooled(100, chance=1.0, cost=101), cooled(300, chance=1.0, cost=102)
    layers = [[node("1 low", [low])], *([node(f"{t} low", [low]), node(f"{t} high", [high])] for t in (2, 3))]
    moves = [[[1.0]], [[0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0]]]
    agreed(by_stage(states=["store"], start=[0.0], layers=layers, transitions=moves), 65650.0)


def timed(*, ahead, planning):
    """Backup chosen after the inflow, or (`ahead`) by the stage before; `planning` opens with a stage to do so."""
    states = {"store": ("in", "out"), "backup": ("set", "next")}
    used = "set" if ahead else "now"
    columns = {"in": (0, 0, 8), "out": (0, 0, 8), "set": (20 if ahead else 0, 0, 9), "next": (0, 0, 9),
               "now": (20, 0, 0 if ahead else 9), "unmet": (500, 0, 9)}  # fmt: skip

    def stage(inflow, demand, chance):
        rows = [({"in": 1, used: 1, "unmet": 1, "out": -1}, demand - inflow, demand - inflow)]
        return outcome(columns, rows, states, chance=chance)

    opening = [[node("plan", [stage(0, 0, 1.0)])]] if planning else []
    layers = opening + [[node(str(t), [stage(2, 9, 0.5), stage(3, 9, 0.5)])] for t in range(4)]
    return by_stage(states=list(states), start=[6.0, 0.0], layers=layers)


@pytest.mark.parametrize(
    ("ahead", "planning", "expected"), [(False, False, 400.0), (True, False, 650.0), (True, True, 410.0)]
)
def test_what_it_costs_to_decide_before_the_inflow_is_seen(ahead, planning, expected):
    agreed(timed(ahead=ahead, planning=planning), expected)


@pytest.mark.parametrize(("cost", "goes_on", "expected"), [(2.0, 0.9, 20.0), (1.0, 0.5, 2.0)])
def test_a_constant_cost_that_goes_on_by_chance_or_by_discount(cost, goes_on, expected):
    forever = node("again", [outcome({"cost": (cost, 1, 1)}, [], {})])
    for moves, discount in ((goes_on, 1.0), (1.0, goes_on)):
        graph = Graph(
            states=(), start=np.zeros(0), nodes=(forever,), first=np.ones(1), moves=np.full((1, 1), moves),
            discount=discount,
        )  # fmt: skip
        found = learnt(graph, passes=20, over=19)
        assert found.bound == pytest.approx(expected, abs=1e-6)


GENERATION = [
    [2.5] * 8,
    [2.0, 1.5, 0.5, 1.5, 0.0, 4.5, 4.0, 8.5],
    [0.0, 4.5, 2.0, 1.0, 9.5, 9.5, 6.5, 3.5],
    [12.5, 5.5, 2.0, 7.0, 2.0, 3.0, 7.5, 6.0],
    [3.0, 3.5, 2.5, 1.5, 4.0, 2.0, 8.5, 6.5],
]


def test_plants_built_as_demand_is_seen_without_the_whole_numbers():
    def stage(t, demand):
        fades = 0.99**t
        columns = {"in": (0, 0, 5), "out": (0, 0, 5), "built": (1e4 * fades, 0, 5), "used": (4 * fades, 0, 5),
                   "unserved": (5e5, 0, 20)}  # fmt: skip
        rows = [({"in": 1, "built": 1, "out": -1}, 0, 0), ({"out": 1, "used": -1}, 0, INF),
                ({"used": 1, "unserved": 1}, demand, demand)]  # fmt: skip
        return outcome(columns, rows, {"built": ("in", "out")}, chance=1 / 8)

    layers = [[node(str(t), [stage(t, demand) for demand in demands])] for t, demands in enumerate(GENERATION)]
    found = learnt(by_stage(states=["built"], start=[0.0], layers=layers), over=40)
    assert found.bound == pytest.approx(2078860.4361791795, abs=0.5)  # the integer optimum is 2,079,457.11


@pytest.mark.parametrize(
    ("count", "sign", "noises", "passes", "published", "exact", "within"),
    [
        (1, 1, [n / 30 for n in range(10)], 60, -1.471, -1.4710749176074303, 1e-3),
        (3, -1, [0.0, 0.15, 0.3], 100, -4.349, -4.340595586150965, 0.01),
    ],
)
def test_stock_traded_against_a_price_that_swings(count, sign, noises, passes, published, exact, within):
    names = [str(n) for n in range(count)]
    states = {name: (f"in {name}", f"out {name}") for name in names}

    def stage(t, drawn, chance):
        price = math.sin(3 * t) - 1
        columns = {f"{end} {name}": (0, 0, 1) for name in names for end in ("in", "out")}
        columns |= {f"move {name}": (price, 0, 0.5) for name in names}
        rows = [
            ({f"in {name}": 1, f"move {name}": -sign, f"out {name}": -1}, -sign * w, -sign * w)
            for name, w in zip(names, drawn, strict=True)
        ]
        return outcome(columns, rows, states, chance=chance)

    drawn = list(product(noises, repeat=count))
    layers = [[node(str(t), [stage(t, one, 1 / len(drawn)) for one in drawn])] for t in range(1, 6)]
    graph = by_stage(states=names, start=[0.5] * count, layers=layers, least=-20.0)
    bound = learnt(graph, passes=passes, over=60).bound
    assert bound == pytest.approx(published, abs=within)
    assert bound < exact + 1e-6


OFFERS = [[(1, 1), (0, 0), (1, 1)], [(1, 0), (0, 0), (0, 0)], [(0, 1), (1, 0), (1, 1)]]


def seats(*, whole=True):
    """Two seats may each be sold once, to who offers 3, 3 or at last 6 for it; three cases are equally likely."""
    names = ("left", "right")

    def stage(price, offered):
        columns = {f"{end} {name}": (0, 0, 1) for name in names for end in ("in", "out")}
        columns |= {f"sell {name}": (-price, 0, there) for name, there in zip(names, offered, strict=True)}
        rows = [({f"in {name}": 1, f"sell {name}": -1, f"out {name}": -1}, 0, 0) for name in names]
        states = {name: (f"in {name}", f"out {name}") for name in names}
        return outcome(columns, rows, states, chance=1 / 3, whole=columns if whole else ())

    layers = [
        [node(str(t), [stage(price, one) for one in offers])]
        for t, (price, offers) in enumerate(zip((3, 3, 6), OFFERS, strict=True))
    ]
    return by_stage(states=names, start=[1.0, 1.0], layers=layers, least=-20.0)


def test_seats_are_kept_for_who_may_offer_most():
    # At last each seat finds a buyer in two cases of three, and waiting brings 4 where 3 is offered now.
    assert solve(tree(seats())).objective == pytest.approx(-8.0, abs=1e-6)
    agreed(seats(whole=False), -8.0)
