"""Decomposition over stages: equal to the tree at once, certified on the way there, and refusing what it cannot do."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from small_networks import by_clarabel
from stages import node, outcome

from resilience.errors import AskError, InfeasibleError
from resilience.risk import CVaR, Expectation, TotalVariation, WorstCase, measure
from resilience.sizing.sddp import (
    BoundInInterval,
    BoundStalls,
    Graph,
    Passes,
    Progress,
    by_stage,
    exhaustive,
    simulate_policy,
    train,
    tree,
)
from resilience.sizing.sddp.graph import weigh
from resilience.solver import Method, solve

STATES = {"a": ("in a", "out a"), "b": ("in b", "out b")}


def stage(rng, chance, *, cost=1.0):
    """Two stocks, a substitute of one for the other, random demand, inflow and prices; short at any price."""
    price, inflow, demand = rng.uniform(1, 5, 2) * cost, rng.uniform(0, 3, 2), rng.uniform(1, 6, 2)
    columns = {column: (0.0, 0, 10) for name in "ab" for column in STATES[name]}
    columns |= {f"buy {name}": (price[n], 0, 2) for n, name in enumerate("ab")}
    columns |= {f"short {name}": (20.0, 0, 10) for name in "ab"}
    columns |= {"lost a": (0.1, 0, 30), "lost b": (0.1, 0, 30), "swap": (0.5, 0, 3)}
    rows = [
        ({f"in {x}": 1, f"buy {x}": 1, f"short {x}": 1, f"lost {x}": -1, f"out {x}": -1, "swap": sign}, d - w, d - w)
        for x, sign, d, w in zip("ab", (1, -1), demand, inflow, strict=True)
    ]
    return outcome(columns, rows, STATES, chance=chance)


def random_graph(seed, *, risk=Expectation(), stages=3, discount=0.9, ends=0.0):  # noqa: B008 (frozen value object)
    """Two states of the world after the first stage, two or three outcomes a node."""
    rng = np.random.default_rng(seed)
    layers = []
    for t in range(stages):
        names = ("only",) if t == 0 else ("calm", "tense")
        layer = []
        for name in names:
            chances = rng.dirichlet(np.ones(rng.integers(2, 4)))
            layer.append(node(f"{name} {t}", [stage(rng, float(c)) for c in chances], risk=risk))
        layers.append(layer)
    sizes = [1, *map(len, layers)]
    transitions = [rng.dirichlet(np.ones(b), a) for a, b in pairwise(sizes)]
    transitions[1:] = [rows * (1 - ends) for rows in transitions[1:]]
    start = [3.0, 1.0]
    return by_stage(
        states=["a", "b"], start=start, layers=layers, transitions=transitions, discount=discount, risk=risk
    )


def learnt(graph, *, passes=120, over=30, **more):
    return train(
        graph, rng=np.random.default_rng(3), stop=(BoundStalls(over=over, by=1e-10), Passes(most=passes)), **more
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_the_policy_and_two_solvers_of_the_tree_agree(seed):
    graph = random_graph(seed)
    whole = tree(graph)
    found, expected = learnt(graph), solve(whole).objective
    assert found.bound == pytest.approx(expected, rel=1e-6)
    assert expected * (1 - 1e-9) <= exhaustive(found.policy) <= expected * (1 + 1e-5)  # the bound closes before it does
    assert by_clarabel(whole) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("risk", [CVaR(tail=0.4, weight=0.6), WorstCase()])
@pytest.mark.parametrize("ends", [0.0, 0.2])
def test_nested_risk_agrees_with_the_tree_also_where_paths_may_end_early(risk, ends):
    graph = random_graph(7, risk=risk, ends=ends)
    whole = tree(graph)
    found, expected = learnt(graph), solve(whole).objective
    assert expected > solve(tree(random_graph(7, ends=ends))).objective
    assert found.bound == pytest.approx(expected, rel=1e-6)
    assert expected * (1 - 1e-9) <= exhaustive(found.policy) <= expected * (1 + 1e-5)  # the bound closes before it does
    assert by_clarabel(whole) == pytest.approx(expected, rel=1e-6)


def test_the_bound_never_falls_and_never_passes_the_answer():
    graph = random_graph(11)
    bounds = np.array(learnt(graph).progress.bounds)
    assert (np.diff(bounds) >= 0).all()
    assert bounds.max() <= solve(tree(graph)).objective + 1e-7


def test_inexact_duals_give_cuts_and_bounds_that_hold():
    graph = random_graph(11)
    loose = Method(algorithm="ipm", crossover=False, gap=1e-2)
    found, expected = learnt(graph, passes=30, method=loose), solve(tree(graph)).objective
    assert found.bound <= expected + 1e-9
    assert found.bound > 0.9 * expected


def test_a_state_of_the_world_learns_from_the_solves_of_another():
    graph = random_graph(5)
    found = learnt(graph, passes=1)
    calm, tense = (np.flatnonzero([n.name == f"{name} 1" for n in graph.nodes])[0] for name in ("calm", "tense"))
    state = np.zeros(2)
    assert found.policy.expects(calm, state) > 0
    assert found.policy.expects(tense, state) > 0  # one path cannot have visited both
    for own in (calm, tense):  # each cut is its own: below the tree that begins at its node
        after = Graph(
            states=graph.states, start=state, nodes=graph.nodes, first=graph.moves[own], moves=graph.moves, discount=0.9
        )
        assert found.policy.expects(own, state) <= 0.9 * solve(tree(after)).objective + 1e-9


def test_an_endless_program_is_the_limit_of_long_ones():
    rng = np.random.default_rng(2)
    again = node("year", [stage(rng, 0.5), stage(rng, 0.5)])
    endless = Graph(
        states=("a", "b"), start=np.zeros(2), nodes=(again,), first=np.ones(1), moves=np.ones((1, 1)), discount=0.3
    )
    long = by_stage(states=["a", "b"], start=[0.0, 0.0], layers=[[again]] * 12, discount=0.3)
    assert learnt(endless, passes=60).bound == pytest.approx(learnt(long, passes=40).bound, rel=1e-4)


def test_the_simulated_interval_holds_the_exact_cost_of_the_policy_even_an_unfinished_one():
    graph = random_graph(4)
    policy = learnt(graph, passes=2).policy
    low, high = simulate_policy(policy, paths=400, rng=np.random.default_rng(1)).interval
    assert low <= exhaustive(policy) <= high
    endless = Graph(
        states=("a", "b"), start=np.zeros(2), nodes=(node("year", [stage(np.random.default_rng(2), 1.0)]),),
        first=np.ones(1), moves=np.full((1, 1), 0.5),
    )  # fmt: skip
    found = learnt(endless, passes=20)
    low, high = simulate_policy(found.policy, paths=200, rng=np.random.default_rng(1)).interval
    assert low <= found.bound <= high


def test_steps_of_simulated_paths_are_told_by_name():
    found = simulate_policy(learnt(random_graph(4), passes=3).policy, paths=2, rng=np.random.default_rng(1))
    assert list(found.steps.columns) == ["path", "step", "node", "outcome", "cost", "a", "b"]
    assert found.steps["step"].tolist() == [1, 2, 3] * 2
    assert set(found.steps["node"].str.split().str[0]) <= {"only", "calm", "tense"}


def test_one_seed_gives_one_answer():
    graph = random_graph(1)
    assert learnt(graph, passes=5).progress == learnt(graph, passes=5).progress


@pytest.mark.parametrize(
    "risk", [Expectation(), CVaR(tail=0.3), CVaR(tail=0.3, weight=0.5), TotalVariation(radius=0.2), WorstCase()]
)
def test_weights_of_a_measure_give_the_measure(risk):
    values, chances = np.array([5.0, 1.0, 9.0, 2.0]), np.array([0.2, 0.3, 0.1, 0.4])
    assert weigh(risk, values, chances) @ values == pytest.approx(measure(risk, values, chances))
    assert weigh(risk, values, chances * 0.7) @ values == pytest.approx(measure(risk, values, chances * 0.7))


def test_rules_stop_when_they_say():
    assert Passes(most=2).reached(Progress(bounds=[1.0])) is None
    assert "2 passes" in Passes(most=2).reached(Progress(bounds=[1.0, 2.0]))
    assert BoundStalls(over=2).reached(Progress(bounds=[1.0, 2.0, 2.0])) is None
    assert "0.1 of itself over the last 2" in BoundStalls(over=2, by=0.1).reached(Progress(bounds=[1.9, 2.0, 2.0]))
    assert BoundInInterval(over=3).reached(Progress(bounds=[1.0], paths=[2.0, 2.1, 2.2])) is None
    assert "last 3 paths" in BoundInInterval(over=3).reached(Progress(bounds=[2.0], paths=[1.0, 2.1, 3.0]))


def test_every_fault_of_a_graph_is_told_at_once():
    good = stage(np.random.default_rng(0), 1.0)
    open_ended = replace(good, program=replace(good.program, column_upper=np.full(11, np.inf)), name="open")
    with pytest.raises(AskError) as error:
        by_stage(
            states=["a", "b"],
            start=[0.0],
            layers=[[node("first", [good, good])], [node("second", [open_ended])]],
            discount=1.2,
        )
    told = str(error.value)
    for part in ("start has the shape (1,)", "discount is 1.2", "first: chances", "second, outcome open: columns"):
        assert part in told
    with pytest.raises(AskError, match="does not fade"):
        Graph(states=("a", "b"), start=np.zeros(2), nodes=(node("x", [good]),), first=np.ones(1), moves=np.ones((1, 1)))
    with pytest.raises(AskError, match=r"must be \[\(1, 1\), \(1, 2\)\]"):
        by_stage(states=["a", "b"], start=[0.0, 0.0], layers=[[node("x", [good])], [node("y", [good])] * 2])
    with pytest.raises(AskError, match=r"add up to 0\.5"):
        by_stage(states=["a", "b"], start=[0.0, 0.0], layers=[[node("x", [good])]], transitions=[[[0.5]]])


def test_what_has_no_end_or_no_answer_says_so():
    good = stage(np.random.default_rng(0), 1.0)
    endless = Graph(
        states=("a", "b"), start=np.zeros(2), nodes=(node("x", [good]),), first=np.ones(1), moves=np.full((1, 1), 0.5)
    )
    with pytest.raises(AskError, match="no tree"):
        tree(endless)
    with pytest.raises(AskError, match="run for ever"):
        exhaustive(learnt(endless, passes=1).policy)
    with pytest.raises(AskError, match="more than 3 places"):
        exhaustive(learnt(random_graph(0), passes=1).policy, most_solves=3)
    with pytest.raises(AskError, match="more than 3 places"):
        tree(random_graph(0), most_places=3)
    stuck = outcome({"in": (0, 0, 9), "out": (0, 5, 9)}, [({"in": 1, "out": -1}, 0, 0)], {"a": ("in", "out")})
    with pytest.raises(InfeasibleError):
        learnt(by_stage(states=["a"], start=[0.0], layers=[[node("x", [stuck])]]))
    whole = outcome({"in": (0, 0, 9), "out": (0, 0, 9)}, [], {"a": ("in", "out")}, whole=("out",))
    with pytest.raises(AskError, match="whole numbers"):
        learnt(by_stage(states=["a"], start=[0.0], layers=[[node("x", [whole])]]))
