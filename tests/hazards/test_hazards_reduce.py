from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience import Network, Outage, RouteClosure, Scenario, ScenarioSet
from resilience.hazards import ByLoss, Footprint, Forward, Medoids, reduce

NETWORK = Network.from_frames(
    goods={"good": ["chip", "gas"]},
    producers={"good": ["chip", "chip", "gas"], "place": ["TWN", "JPN", "JPN"], "output_per_week": [3.0, 1.0, 2.0]},
    lanes={"good": ["chip"], "origin": ["TWN"], "destination": ["USA"], "routes": ["strait"]},
    demand={"good": ["chip"], "place": ["USA"], "units_per_week": [3.0], "usd_per_unit_unmet": [5.0]},
)
losses = st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 1)), min_size=1, max_size=9)


def years(drawn):
    total = sum(chance for _, chance in drawn) * 1.25
    made = (Scenario(name=str(n), probability=chance / total) for n, (_, chance) in enumerate(drawn))
    return ScenarioSet(scenarios=tuple(made)), ByLoss(losses=tuple(loss for loss, _ in drawn))


def missed(drawn, scenarios, kept):
    """The error of keeping these, by its definition."""
    places = [loss for loss, _ in drawn]
    return sum(
        year.probability * min(abs(places[n] - places[k]) for k in kept) for n, year in enumerate(scenarios.scenarios)
    )


def greedy(drawn, scenarios, to):
    """Forward selection as it is written down: try every scenario in every step."""
    kept = []
    for _ in range(to):
        left = [n for n in range(len(drawn)) if n not in kept]
        kept.append(min(left, key=lambda n: missed(drawn, scenarios, [*kept, n])))
    return kept


@settings(max_examples=20, deadline=None)
@given(drawn=losses, to=st.integers(1, 5))
def test_fast_forward_selection_is_the_plain_one_and_best_for_one(drawn, to):
    scenarios, distance = years(drawn)
    to = min(to, len(drawn))
    found = reduce(scenarios, to, distance=distance)
    assert found.error == pytest.approx(missed(drawn, scenarios, greedy(drawn, scenarios, to)), abs=1e-9)
    alone = min(missed(drawn, scenarios, [n]) for n in range(len(drawn)))
    assert reduce(scenarios, 1, distance=distance).error == pytest.approx(alone, abs=1e-9)
    assert found.spread == pytest.approx(alone, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(drawn=losses, to=st.integers(1, 4))
def test_greedy_saves_at_least_what_its_bound_promises_and_medoids_no_less(drawn, to):
    """Savings over one scenario are submodular: greedy takes at least 1 - 1/e of the best saving (Nemhauser and
    others).
    """
    scenarios, distance = years(drawn)
    to = min(to, len(drawn))
    best = min(missed(drawn, scenarios, kept) for kept in combinations(range(len(drawn)), to))
    worst = greedy(drawn, scenarios, 1)
    more = [missed(drawn, scenarios, [*worst, *kept]) for kept in combinations(range(len(drawn)), to - 1)]
    forward = reduce(scenarios, to, distance=distance, choose=Forward())
    medoids = reduce(scenarios, to, distance=distance, choose=Medoids())
    start = missed(drawn, scenarios, worst)
    assert best - 1e-9 <= medoids.error <= forward.error + 1e-9
    assert start - forward.error >= (1 - 1 / np.e) * (start - min(more)) - 1e-9


@settings(max_examples=25, deadline=None)
@given(drawn=losses, to=st.integers(1, 4))
def test_probabilities_stay_and_the_error_is_the_kantorovich_distance(drawn, to):
    scenarios, distance = years(drawn)
    found = reduce(scenarios, to, distance=distance)
    assert found.scenarios.undisturbed == pytest.approx(scenarios.undisturbed)
    assert found.error == pytest.approx(transport(drawn, scenarios, found.scenarios), abs=1e-7)
    assert len(found.stands_for) == len(scenarios)


def transport(drawn, before, after):
    """Least cost of moving the probabilities before to those after: the transport program, put to a solver."""
    places = {year.name: drawn[int(year.name)][0] for year in before}
    rows, columns = list(before), list(after)
    cost = [abs(places[i.name] - places[j.name]) for i in rows for j in columns]
    out = np.kron(np.eye(len(rows)), np.ones(len(columns)))
    into = np.kron(np.ones(len(rows)), np.eye(len(columns)))
    wanted = [year.probability for year in rows + columns]
    return linprog(cost, A_eq=np.vstack([out, into])[:-1], b_eq=wanted[:-1]).fun


def test_a_footprint_counts_the_weeks_of_output_and_of_lanes_lost():
    struck = [
        Outage(good="chip", place="TWN", lost=0.5, weeks=4),
        Outage(place="JPN", lost=1.0, weeks=2),
        RouteClosure(route="strait", open_share=0.25, weeks=8),
        RouteClosure(route="strait", open_share=1.0, added_weeks=2, weeks=3),
    ]
    points = Footprint(network=NETWORK).points([Scenario(name="one", disruptions=(one,)) for one in struck])
    made, closed, late = points[:, :2], points[:, 2:4], points[:, 4:6]  # chip, gas
    assert made == pytest.approx(np.array([[1.5, 0], [0.5, 2], [0, 0], [0, 0]]))
    assert closed == pytest.approx(np.array([[0, 0], [0, 0], [6, 0], [0, 0]]))
    assert late == pytest.approx(np.array([[0, 0], [0, 0], [0, 0], [6, 0]]))


def test_a_set_reduced_to_its_own_size_is_the_set():
    scenarios, distance = years([(1.0, 0.3), (5.0, 0.2), (9.0, 0.4)])
    found = reduce(scenarios, 3, distance=distance)
    assert found.error == 0
    assert [year.name for year in found.scenarios] == ["0", "1", "2"]
