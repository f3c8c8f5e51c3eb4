"""The L-shaped method against the extensive form, a second solver, and answers worked by hand."""

import signal
import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy import sparse
from small_networks import by_clarabel, gas
from two_stage_programs import expected, linear, newsvendor, program, random_two_stage

from resilience import Outage, Scenario
from resilience.engine import Processes, Serial, nothing
from resilience.errors import AskError, InfeasibleError, SolverError
from resilience.policy import Release
from resilience.risk import CVaR, Expectation, WorstCase
from resilience.scenario import ScenarioSet
from resilience.sizing.lshaped import Corners, Inside, decompose
from resilience.sizing.lshaped.oracle import Oracle
from resilience.sizing.lshaped.search import Search
from resilience.sizing.lshaped.structure import gather, price
from resilience.sizing.reserve import Floor
from resilience.sizing.response import with_units
from resilience.sizing.solved import apart, as_one
from resilience.sizing.stated import state_sizing
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import Status, certified_bound, relative_gap, solve


def sized(*, risk=None, floors=(), budget=None, release=None):
    """A small sizing of two goods as a program of two stages, and as one."""
    scenarios = [
        Scenario(name=f"{good} {weeks}", probability=chance, disruptions=(Outage(good=good, weeks=weeks, lost=lost),))
        for good, weeks, lost, chance in (("neon", 2, 1.0, 0.1), ("neon", 5, 0.7, 0.05), ("xenon", 3, 1.0, 0.08),
                                          ("xenon", 6, 1.0, 0.02), ("neon", 6, 1.0, 0.01))
    ]  # fmt: skip
    return state_sizing(
        gas(goods=("neon", "xenon")), ScenarioSet(scenarios=tuple(scenarios)), weeks=9, risk=risk or Expectation(),
        floors=floors, budget_usd=budget, members="club", release=release or Release(),
    )  # fmt: skip


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_the_extensive_form_and_with_another_solver(seed, shared):
    two_stage = random_two_stage(seed, shared=shared)
    joined = extensive(two_stage).program
    found = decompose(two_stage, gap=1e-8)
    assert found.objective == pytest.approx(solve(joined).objective, rel=1e-6)
    assert found.objective == pytest.approx(by_clarabel(joined), rel=1e-6)
    assert found.structures == (1 if shared else 6)


@pytest.mark.parametrize(
    "ask",
    [
        {},
        {"budget": 40.0},
        {"risk": CVaR(tail=0.1, weight=0.5)},
        {"risk": WorstCase(), "release": Release(decision_weeks=1, rate_per_week=0.5)},
        {"floors": (Floor(tier="essential", served=0.9, within=WorstCase()),)},
        {"floors": (Floor(tier="essential", served=0.97, within=CVaR(tail=0.05)),), "budget": 120.0},
        {"floors": (Floor(tier="essential", served=0.95), Floor(tier="essential", served=0.99, within=Expectation()))},
    ],
    ids=["expectation", "budget", "tail", "worst, slow release", "floor", "floor on a tail, budget", "two floors"],
)
def test_a_sizing_taken_apart_has_the_answer_of_the_joined_program(ask):
    stated = sized(**ask)
    found = decompose(stated.two_stage, gap=1e-8)
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(solve(stated.joined.program).objective, rel=1e-6)
    assert found.bound <= found.objective


def test_its_answer_is_a_plan_that_the_joined_program_prices_alike():
    stated = sized(risk=CVaR(tail=0.1, weight=0.5))
    found = decompose(stated.two_stage, gap=1e-8)
    first = stated.two_stage.first
    inside = first.matrix @ found.x
    assert (inside <= first.row_upper + 1e-7).all()
    assert (inside >= first.row_lower - 1e-7).all()
    assert first.cost @ found.x == pytest.approx(found.objective)


@pytest.mark.parametrize("way", [Corners(), Inside(), Corners(patience=0)], ids=["corners", "inside", "no patience"])
def test_how_scenarios_are_solved_changes_no_answer(way):
    two_stage = random_two_stage(7)
    found = decompose(two_stage, gap=1e-7, way=lambda structure: way)
    assert found.objective == pytest.approx(solve(extensive(two_stage).program).objective, rel=1e-6)


@pytest.mark.parametrize("way", [Corners(), Inside()], ids=["corners", "inside"])
@pytest.mark.parametrize("seed", range(3))
def test_columns_thought_steady_change_no_answer_right_or_wrong(seed, way):
    two_stage = random_two_stage(seed)
    rng = np.random.default_rng(seed)
    guesses = [rng.random(one.program.shape[1]) < share for share, one in zip(
        (0.0, 0.1, 0.3, 0.5, 0.9, 1.0), two_stage.recourses, strict=True
    )]  # fmt: skip
    guessed = replace(two_stage, recourses=tuple(
        replace(one, steady=guess) for one, guess in zip(two_stage.recourses, guesses, strict=True)
    ))  # fmt: skip
    found = decompose(guessed, gap=1e-8, way=lambda structure: way)
    assert found.objective == pytest.approx(solve(extensive(two_stage).program).objective, rel=1e-6)


def test_plans_that_are_kept_cost_what_the_answer_says_under_floors_too():
    two_stage = sized(floors=(Floor(tier="essential", served=0.9, within=WorstCase()),)).two_stage
    found = decompose(two_stage, gap=1e-6, way=lambda structure: Inside())
    kept = [(number, plan) for number, plan in enumerate(found.plans) if plan is not None]
    assert kept
    for number, plan in kept:
        assert two_stage.recourses[number].measured[0][1] @ plan == pytest.approx(found.most[number], rel=1e-6)


def test_duals_that_are_kept_bound_each_scenario_as_the_answer_says():
    stated = sized()
    two_stage = stated.two_stage
    found = decompose(two_stage, gap=1e-8, way=lambda structure: Inside())
    for number, recourse in enumerate(two_stage.recourses):
        shift = recourse.tie @ found.x
        program = recourse.program
        moved = replace(program, row_lower=program.row_lower - shift, row_upper=program.row_upper - shift)
        said = min(certified_bound(moved, found.prices[number]), found.most[number])  # `least` is no more than `most`
        assert said == pytest.approx(found.least[number], abs=1e-6)
    assert decompose(two_stage, gap=1e-8, way=lambda structure: Corners()).prices == (None,) * len(two_stage.recourses)


@pytest.mark.parametrize("seed", range(3))
def test_any_dual_gives_a_cut_that_every_scenario_of_the_structure_meets(seed):
    rng = np.random.default_rng(seed)
    two_stage = random_two_stage(seed)
    (structure,) = gather(two_stage)
    joined = extensive(two_stage)
    found = solve(joined.program)  # some plan: what it costs each scenario must be above every cut
    cost = np.array([found.x[span] @ two_stage.recourses[n].measured[0][1] for n, span in enumerate(joined.columns)])
    for _ in range(20):
        cut = price(structure, rng.normal(0, 3, structure.program.shape[0]), cost=True)
        said = cut.common + structure.values @ cut.prices - cut.slope @ found.x[structure.tied]
        assert (said <= cost + 1e-9).all()


def test_a_first_stage_that_a_scenario_cannot_live_with_is_cut_off():
    # y <= 5 must reach 12 - x: x is at least 7, though it costs 10 a unit and y nothing.
    first = program([10.0, 1.0], np.zeros((0, 2)), [], [], [20.0, 100.0])
    tie = sparse.csc_matrix([[1.0, 0.0]])
    recourse = Recourse(program=program([1.0], [[1.0]], [12.0], [np.inf], [5.0]), tie=tie, measured=((1, np.ones(1)),))
    found = decompose(TwoStage(first=first, recourses=(recourse,)))
    assert found.x[0] == pytest.approx(7.0)
    assert found.objective == pytest.approx(75.0)


@pytest.mark.parametrize(("least", "left"), [(0.0, 0.0), (40.0, 1e-5)], ids=["of no use", "a row needs it"])
def test_a_speck_of_a_proposal_is_swept_out_unless_a_row_needs_it(least, left):
    recourses = [(linear([6.0], [[1.0]], [demand], [np.inf], most=100.0), [[1.0, 1.0]]) for demand in (10, 40)]
    two_stage = expected(
        [1.0, 1.5], [[1.0, 1.0]], [least], [np.inf], most=100.0, chances=[0.5, 0.5], recourses=recourses
    )
    swept = searching(two_stage, gap=0.05).swept(np.array([40.0 - 1e-5, 1e-5, 0.0, 0.0]))
    assert swept[:2].tolist() == [40.0 - 1e-5, left]


@pytest.mark.parametrize(("gap", "batches"), [(0.2, 1), (0.1, 2)])
def test_a_round_ends_as_soon_as_the_gap_is_closed(gap, batches):
    """Of 64 demands the sixteen largest are solved first; their plans put the cost within a fifth of the least."""
    two_stage = newsvendor(list(range(64, 0, -1)))
    best = decompose(two_stage, gap=1e-9)
    search = searching(two_stage, gap=gap, lower=best.bound)
    with Serial().team(partial(Oracle, structures=search.structures, ways=[Corners()])) as search.team:
        search.evaluate(best.x)
    assert search.solves == 16 * batches
    assert relative_gap(search.upper, search.lower) <= gap
    assert search.upper >= best.bound


@pytest.mark.parametrize(("lower", "solved"), [(100.0, 8), (90.0, 16)])
def test_half_a_batch_is_solved_where_its_doubt_alone_could_close_the_gap(lower, solved):
    """Of 110 down to 5 % above the bound there is 4.5 or 14.5 to close; eight scenarios are in a doubt of 1 each."""
    search = searching(newsvendor([10] * 64), gap=0.05, lower=lower, upper=110.0)
    batch = search._batch(np.full(64, 2.0), np.ones(64), np.ones(64), set(), 0.0)
    assert len(batch) == solved


def searching(two_stage, **bounds):
    """A search over a program that has not begun."""
    with Serial().team(nothing) as team:
        return Search(
            first=two_stage.first, structures=gather(two_stage), team=team, deadline=np.inf, say=str, **bounds
        )


def test_where_no_first_stage_will_do_it_says_so():
    first = program([1.0, 1.0], np.zeros((0, 2)), [], [], [6.0, 100.0])
    tie = sparse.csc_matrix([[1.0, 0.0]])
    recourse = Recourse(program=program([1.0], [[1.0]], [12.0], [np.inf], [5.0]), tie=tie, measured=((1, np.ones(1)),))
    with pytest.raises(InfeasibleError):
        decompose(TwoStage(first=first, recourses=(recourse,)))


def test_whole_numbers_of_the_first_stage_are_kept():
    two_stage = newsvendor([10.5, 20.5, 31.5], cost=1.5, price=6.0, whole=True)
    found = decompose(two_stage)
    assert found.x[0] == round(found.x[0])
    assert found.objective == pytest.approx(solve(extensive(two_stage).program).objective)


def test_whole_numbers_are_proved_as_closely_as_asked():
    two_stage = newsvendor([10.5, 20.5, 31.5, 44.5], cost=1.5, price=6.0, whole=True)
    found = decompose(two_stage, gap=1e-9)
    assert found.status is Status.OPTIMAL
    assert found.gap <= 1e-9


def test_a_column_without_bounds_is_refused():
    two_stage = newsvendor([10])
    (recourse,) = two_stage.recourses
    free = Recourse(
        program=program([3.0], [[1.0]], [10.0], [np.inf], [np.inf]), tie=recourse.tie, measured=recourse.measured
    )
    with pytest.raises(AskError, match="not finite"):
        decompose(TwoStage(first=two_stage.first, recourses=(free,)))


def test_two_workers_give_the_bytes_of_one():
    two_stage = random_two_stage(3, scenarios=12)
    alone, pair = (decompose(two_stage, gap=1e-8, engine=engine) for engine in (None, Processes(workers=2)))
    assert alone.x.tobytes() == pair.x.tobytes()
    assert (alone.objective, alone.bound, alone.solves) == (pair.objective, pair.bound, pair.solves)


def test_what_was_interrupted_goes_on_to_the_same_answer(tmp_path):
    two_stage, kept = random_two_stage(5, scenarios=10), tmp_path / "cuts.npz"

    def interrupt(told):
        if told.startswith("round 1"):
            signal.raise_signal(signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(KeyboardInterrupt):
        decompose(two_stage, gap=1e-8, keep=kept, say=interrupt)
    assert kept.stat().st_size > 0
    resumed, whole = decompose(two_stage, gap=1e-8, keep=kept), decompose(two_stage, gap=1e-8)
    assert resumed.objective == pytest.approx(whole.objective, rel=1e-7)
    assert resumed.solves < whole.solves


def test_cuts_of_another_program_are_refused(tmp_path):
    kept = tmp_path / "cuts.npz"
    with pytest.raises(SolverError):
        decompose(random_two_stage(1), keep=kept, time_limit_s=0.0)
    with pytest.raises(AskError, match="another program"):
        decompose(random_two_stage(2), keep=kept)


def test_out_of_time_it_returns_the_best_so_far_with_its_bound():
    two_stage = random_two_stage(4)
    start = np.zeros(two_stage.first.shape[1])
    found = decompose(two_stage, start=start, gap=0.0, time_limit_s=0.0)
    best = solve(extensive(two_stage).program).objective
    assert found.status is Status.TIME_LIMIT
    assert found.bound <= best <= found.objective


@pytest.mark.parametrize(
    ("floors", "budget"), [((), 70.0), ((Floor(tier="essential", served=0.95, within=WorstCase()),), 115.0)]
)
def test_a_sizing_says_the_same_whole_and_taken_apart(floors, budget):
    stated = sized(floors=floors, budget=budget)
    without = [
        solve(with_units(block, case, np.zeros(len(case.stores))).program)
        for block, case in zip(stated.blocks, stated.cases, strict=True)
    ]
    whole = as_one(stated, None, str)
    parts = apart(stated, without, method=None, gap=1e-8, engine=None, say=str)
    assert parts.objective == pytest.approx(whole.objective, rel=1e-6)
    assert parts.held == pytest.approx(whole.held, abs=1e-4)  # the only best reserve here
    assert parts.weight @ np.ones(5) == pytest.approx(whole.weight @ np.ones(5), rel=1e-6)
    for block, mine, other in zip(stated.blocks, parts.plans, whole.plans, strict=True):
        assert block.program.cost @ mine == pytest.approx(block.program.cost @ other, rel=1e-5, abs=1e-5)
    at_margin = [sum(worth[store] for worth in parts.worth) for store in range(2)]
    assert "L-shaped decomposition of 5 scenarios" in parts.how
    assert at_margin == pytest.approx([sum(worth[store] for worth in whole.worth) for store in range(2)], rel=1e-4)
