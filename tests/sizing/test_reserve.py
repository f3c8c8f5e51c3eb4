"""The reserve program's page: what it states of a measure is that measure, and what ought to cost more does."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_networks import by_clarabel, gas

from resilience import Outage, Scenario, size_reserve
from resilience.hazards import ByLoss, Footprint
from resilience.risk import CVaR, Expectation, TotalVariation, Wasserstein, WorstCase, measure
from resilience.sizing.reserve import Floor, Terms, weighed
from resilience.sizing.stated import state_sizing
from resilience.sizing.statement import Statement, total
from resilience.solver import solve

LAWS = settings(max_examples=12, deadline=None)
CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
OUTAGES = [Scenario(name=f"{k} weeks", probability=p, disruptions=(Outage(weeks=k),)) for k, p in CHANCES.items()]
POINTS = ((2.0,), (4.0,), (6.0,), (8.0,))


@cache
def stated():
    return state_sizing(gas(), OUTAGES, weeks=9)


def least(**changed):
    """Least cost of the sizing of `gas` with some of its terms replaced."""
    return solve(replace(stated(), terms=replace(stated().terms, **changed)).joined.program).objective


@cache
def worst_case():
    return least(risk=WorstCase())


@pytest.mark.parametrize(
    "ball", [lambda x: TotalVariation(radius=x), lambda x: Wasserstein(radius=8 * x, points=POINTS)]
)
def test_no_radius_is_the_mean_and_the_largest_the_worst_case(ball):
    assert least(risk=ball(0.0)) == pytest.approx(least(risk=Expectation()))
    assert least(risk=ball(1.0)) == pytest.approx(worst_case())


@st.composite
def years(draw):
    count = draw(st.integers(1, 6))
    losses = draw(st.lists(st.floats(0, 100), min_size=count, max_size=count))
    parts = np.array(draw(st.lists(st.floats(0.01, 1), min_size=count + 1, max_size=count + 1)))
    points = draw(st.lists(st.tuples(st.integers(1, 9)), min_size=count, max_size=count, unique=True))
    return np.array(losses), (parts / parts.sum())[:-1], tuple(points)


@settings(max_examples=60, deadline=None)
@given(years(), st.floats(0, 1), st.data())
def test_the_page_states_each_measure_and_a_second_solver_agrees(year, share, data):
    losses, chances, points = year
    risk = data.draw(st.sampled_from([
        Expectation(), WorstCase(), CVaR(tail=max(share, 0.01), weight=0.7), TotalVariation(radius=share),
        Wasserstein(radius=9 * share, points=points),
    ]))  # fmt: skip
    live = np.flatnonzero(losses > 1.0)  # others have no block, and lose nothing
    kept = np.where(losses > 1.0, losses, 0.0)
    none = np.zeros(0)
    terms = Terms(
        holding=none, purchase=none, most=none, probabilities=chances, largest_loss=losses[live], risk=risk,
        budget=None, floors=(), live=live,
    )  # fmt: skip
    statement = Statement("measure")
    loss = statement.variables("loss", losses[live], losses[live])
    statement.minimise(total(weighed(statement, "risk", risk, loss, terms, 100.0)))
    program = statement.compiled().program
    found = solve(program)
    assert found.objective == pytest.approx(measure(risk, kept, chances), rel=1e-6, abs=1e-6)
    assert found.bound == pytest.approx(found.objective, rel=1e-6, abs=1e-6)
    if len(program.cost) and len(program.row_lower):
        assert by_clarabel(program) == pytest.approx(found.objective, rel=1e-5, abs=1e-5)


@LAWS
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_ball_never_makes_a_reserve_cheaper(one, other):
    small, large = sorted((one, other))
    for ball in (
        lambda share: TotalVariation(radius=share),
        lambda share: Wasserstein(radius=8 * share, points=POINTS),
    ):
        mean, few, many, worst = least(risk=Expectation()), *(least(risk=ball(x)) for x in (small, large)), worst_case()
        assert mean - 1e-6 <= few <= many + 1e-6 * many <= worst + 2e-6 * many


@LAWS
@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from([Expectation(), WorstCase(), CVaR(tail=0.05)]))
def test_a_larger_budget_never_costs_more(one, other, risk):
    small, large = sorted((one, other))
    usd = stated().laws.usd
    assert least(risk=risk, budget=large / usd) <= least(risk=risk, budget=small / usd) * (1 + 1e-7)


@LAWS
@given(st.sets(st.integers(0, 3), min_size=1), st.integers(0, 3))
def test_one_scenario_more_never_lowers_the_worst_case(some, another):
    def worst(numbers):
        part = stated().only(sorted(numbers))
        return solve(replace(part, terms=replace(part.terms, risk=WorstCase())).joined.program).objective

    assert worst(some | {another}) >= worst(some) * (1 - 1e-7)


def test_a_sizing_against_misplaced_chances_is_worked_by_hand():
    # With 0.05 of the calm years' chance on the longest outage, that has 0.06: 80 units pay, since 0.06 x 20 > 0.5.
    sizing = size_reserve(gas(), OUTAGES, weeks=9, risk=TotalVariation(radius=0.05))
    assert sizing.reserve.table()["units"].tolist() == pytest.approx([80.0])
    drawn = 0.10 * 20 + 0.05 * 40 + 0.03 * 60 + 0.06 * 80
    assert sizing.objective_usd == pytest.approx(0.5 * 80 + drawn)
    assert sizing.objective_usd - sizing.holding_usd_per_year == pytest.approx(
        measure(TotalVariation(radius=0.05), sizing.losses["loss_usd"], sizing.losses["probability"])
    )


def test_a_wasserstein_ball_moves_chance_to_like_scenarios_first():
    # Lengths are points. Within 0.03 weeks, chance moves up two weeks at a time: 0.015 of it, from six weeks to eight,
    # makes eight weeks likely enough (0.025 x 20 = 0.5) that 80 units are as good as 60.
    points = ByLoss(losses=(2.0, 4.0, 6.0, 8.0)).points(OUTAGES)
    assert tuple(map(tuple, points)) == POINTS
    just_less, just_more = (
        size_reserve(gas(), OUTAGES, weeks=9, risk=Wasserstein(radius=radius, points=points)).reserve.usd
        for radius in (0.029, 0.031)
    )
    assert just_less < 80 - 1e-3
    assert just_more == pytest.approx(80.0)


def test_footprints_put_scenarios_at_points_that_a_ball_takes():
    points = Footprint(network=gas(), weeks=9).points(OUTAGES)
    ball = Wasserstein(radius=0.01, points=points)
    assert measure(ball, [20.0, 40.0, 60.0, 80.0], list(CHANCES.values())) == pytest.approx(6.6 + 0.01 * 10)


def test_a_scenario_without_loss_keeps_its_place_among_the_points():
    # Nothing is lost in "none" without a reserve, so it has no block; chance still moves from it to its neighbour.
    none = Scenario(name="none", probability=0.5, disruptions=(Outage(weeks=1, lost=0.0),))
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=2),))
    ball = Wasserstein(radius=0.2, points=((9.0,), (10.0,)))
    sizing = size_reserve(gas(holding=50.0), [none, stop], weeks=9, risk=ball)
    assert sizing.objective_usd == pytest.approx(420 * (0.1 + 0.2))
    assert sizing.without_reserve_usd == pytest.approx(420 * 0.3)


def test_floors_under_misplaced_chances_ask_for_more():
    wanted = []
    for within in (Expectation(), TotalVariation(radius=0.01), WorstCase()):
        floor = Floor(tier="essential", served=0.999, within=within)
        asked = replace(stated(), terms=replace(stated().terms, holding=stated().terms.holding * 10, floors=(floor,)))
        wanted.append(float(asked.joined.held(solve(asked.joined.program).x).sum()))
    assert wanted[0] < wanted[1] < wanted[2]
