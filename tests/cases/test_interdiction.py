"""Published interdiction problems with known optima, each as a contest over one linear program.

INT-MAXFLOW-5, INT-SHORTPATH-5, INT-MULTICOM-5: PyomoGallery, network_interdiction (BSD-3), notebook outputs.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from resilience.adversary.contest import Contest, Hit
from resilience.adversary.enumerated import enumerate_worst
from resilience.adversary.limits import Count
from resilience.adversary.search import Search
from resilience.solver import LinearProgram, solve

CASES = json.loads(Path(__file__).with_name("interdiction.json").read_text("utf-8"))


def flows(arcs, *, ends, least, most, extra=(), rows=()):
    """Conservation at every node over columns of arcs (tail, head, cost, upper) and `extra` columns, then more rows.

    Extra columns are (entries by node, cost, upper); rows are (entries by column, upper side).
    """
    nodes = {node: number for number, node in enumerate(ends)}
    width = len(arcs) + len(extra)
    matrix = np.zeros((len(nodes) + len(rows), width))
    for column, (tail, head, _, _) in enumerate(arcs):
        matrix[nodes[tail], column] -= 1.0
        matrix[nodes[head], column] += 1.0
    for column, (entries, _, _) in enumerate(extra, len(arcs)):
        for node, factor in entries.items():
            matrix[nodes[node], column] = factor
    for row, (entries, _) in enumerate(rows, len(nodes)):
        matrix[row, list(entries)] = list(entries.values())
    return LinearProgram(
        cost=np.array([arc[2] for arc in arcs] + [column[1] for column in extra], dtype=float),
        matrix=sparse.csc_matrix(matrix),
        row_lower=np.concatenate([least, np.full(len(rows), -np.inf)]),
        row_upper=np.concatenate([most, [side for _, side in rows]]),
        column_lower=np.zeros(width),
        column_upper=np.array([arc[3] for arc in arcs] + [column[2] for column in extra], dtype=float),
    )


def cutting(program, columns_of):
    """A contest in which each cut-off takes its columns away."""
    hits = tuple(Hit(columns=np.array(columns), upper=np.zeros(len(columns))) for columns in columns_of)
    return Contest(program=program, hits=hits, own=np.ones(len(hits)))


def worst(contest, most):
    """What the search finds, once trying every choice has found as much."""
    rows = [Count(most=most).row(contest.own, 1.0)]
    found = Search(contest=contest).worst(rows, gap=1e-9)
    assert found.harm == pytest.approx(enumerate_worst(contest, rows, most=most).harm, abs=1e-6)
    assert found.bound == pytest.approx(found.harm, rel=1e-6)
    return found


def test_cutting_arcs_of_a_maximum_flow():
    told = CASES["INT-MAXFLOW-5"]
    given, nodes = told["given"], ["Start", "B", "C", "D", "End"]
    asked = 1e3  # more than could flow; what does not reach the end is what the adversary wants
    free = dict.fromkeys(nodes, 0.0) | {"Start": -asked, "End": asked}
    side = np.array([free[node] for node in nodes])
    arcs = [(tail, head, 0.0, room) for tail, head, room in given["arcs"]]
    program = flows(arcs, ends=nodes, least=side, most=side, extra=[({"Start": -1.0, "End": 1.0}, 1.0, asked)])
    contest = cutting(program, [[n] for n in range(len(arcs))])
    found = [worst(contest, most) for most in range(3)]
    assert [asked - one.harm for one in found] == pytest.approx(told["want"]["flow"], abs=1e-6)
    assert [given["arcs"][cut][:2] for cut in found[1].cuts] == told["want"]["attack_1"]


def test_cutting_arcs_of_a_shortest_path():
    told = CASES["INT-SHORTPATH-5"]
    given, nodes = told["given"], ["Start", "B", "C", "D", "End"]
    side = np.array([{"Start": -1.0, "End": 1.0}.get(node, 0.0) for node in nodes])
    arcs = [(*arc, 1.0) for arc in given["arcs"]]
    none = ({"Start": -1.0, "End": 1.0}, given["cost_if_cut"], 1.0)  # where no path is left
    program = flows(arcs, ends=nodes, least=side, most=side, extra=[none])
    contest = cutting(program, [[n] for n in range(len(arcs))])
    found = [worst(contest, most) for most in range(3)]
    assert [one.harm for one in found] == pytest.approx(told["want"]["cost"], abs=1e-6)
    assert [given["arcs"][cut][:2] for cut in found[1].cuts] == told["want"]["attack_1"]


def test_cutting_arcs_under_two_commodities():
    told = CASES["INT-MULTICOM-5"]
    given = told["given"]
    places, goods = ["Start", "B", "C", "D", "End"], ["Rice", "Corn"]
    nodes = [f"{place} {good}" for good in goods for place in places]
    room = {(tail, head): most for tail, head, most in given["arc_capacity"]}
    arcs = [(f"{t} {g}", f"{h} {g}", cost, room[t, h]) for t, h, g, cost, _ in given["commodity_arcs"]]
    side = dict.fromkeys(nodes, 0.0) | {f"{place} {good}": amount for place, good, amount in given["imbalance"]}
    paid = given["unmet_penalty_each_side"]
    extra = [({node: np.sign(amount)}, paid, abs(amount)) for node, amount in side.items() if amount]
    together = [
        ({n: 1.0 for n, arc in enumerate(given["commodity_arcs"]) if tuple(arc[:2]) == ends}, most)
        for ends, most in room.items()
    ]
    program = flows(
        arcs, ends=nodes, least=np.array(list(side.values())), most=np.array(list(side.values())), extra=extra,
        rows=together,
    )  # fmt: skip
    contest = cutting(program, [list(entries) for entries, _ in together])
    found = [worst(contest, most) for most in range(3)]
    assert [one.harm for one in found] == pytest.approx(told["want"]["cost"], abs=1e-6)
    for cost, attack in zip(told["want"]["cost"], told["want"]["attack"], strict=True):  # others may do as much
        published = [list(room).index(tuple(arc)) for arc in attack]
        assert solve(contest.struck(published)).objective == pytest.approx(cost, abs=1e-6)
