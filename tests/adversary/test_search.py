"""The search among choices: equal to trying them all, and what it says it proves."""

import numpy as np
import pytest
from contests import dualised, transport

from resilience.adversary.contest import Contest, Hit
from resilience.adversary.enumerated import enumerate_mildest, enumerate_worst
from resilience.adversary.limits import Count, OwnCost, Ratio
from resilience.adversary.plans import ceiling
from resilience.adversary.search import Search
from resilience.errors import AskError
from resilience.solver import Method, Status, solve

LIMITS = {
    "count": (Count(most=2),),
    "cost": (OwnCost(most_usd=12.0),),
    "ratio": (Count(most=3), Ratio(least=8.0)),
}


def rows(contest, limits):
    return [limit.row(contest.own, 1.0) for limit in limits]


@pytest.mark.parametrize("limits", LIMITS.values(), ids=list(LIMITS))
@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_trying_every_choice_finds(seed, limits):
    contest = transport(seed, cuts=2 + 2 * seed)
    tried = enumerate_worst(contest, rows(contest, limits))
    found = Search(contest=contest).worst(rows(contest, limits), gap=1e-6)
    assert found.harm == pytest.approx(tried.harm, rel=1e-5)
    assert found.bound >= tried.harm * (1 - 1e-6)
    assert found.bound <= found.harm * (1 + 1e-5)


@pytest.mark.parametrize("seed", range(1, 6, 2))
def test_the_mildest_break_is_the_cheapest_of_all_that_break(seed):
    contest = transport(seed, cuts=2 + seed)
    search = Search(contest=contest)
    past = search.nothing.cost + 0.5 * (search.largest - search.nothing.cost)
    tried, found = enumerate_mildest(contest, contest.own, past=past), search.mildest(contest.own, past=past)
    assert found.harm > past
    assert contest.own[list(found.cuts)].sum() == pytest.approx(tried.bound, rel=1e-4)
    assert found.bound <= tried.bound * (1 + 1e-6)


@pytest.mark.parametrize("seed", [2, 5])
def test_the_dualised_program_finds_the_same(seed):
    contest = transport(seed, cuts=8)
    found = Search(contest=contest).worst(rows(contest, (Count(most=3),)), gap=1e-6)
    assert -solve(dualised(contest, most=3, dearest=60.0), Method(gap=1e-9)).objective == pytest.approx(found.harm)


def test_nothing_breaks_what_all_together_leave_whole():
    contest = transport(1, cuts=4)
    assert Search(contest=contest).mildest(contest.own, past=1e6) is None


@pytest.mark.parametrize("seed", range(2))
def test_each_plan_of_the_proof_holds_and_together_they_leave_no_choice(seed):
    contest, limits = transport(seed, cuts=8), (Count(most=3),)
    found = Search(contest=contest).worst(rows(contest, limits), gap=1e-6)
    for plan in found.plans:
        assert solve(contest.struck(plan.spared)).objective <= found.bound * (1 + 1e-6)
    limited = ceiling(found.plans, rows(contest, limits), count=8, largest=solve(contest.struck(range(8))).objective)
    assert limited == pytest.approx(found.bound, rel=1e-4)


def test_harm_never_falls_as_the_limit_grows():
    contest = transport(1, cuts=6)
    search = Search(contest=contest)
    by_count = [search.worst(rows(contest, (Count(most=k),)), gap=1e-6).harm for k in range(4)]
    by_cost = [search.worst(rows(contest, (OwnCost(most_usd=usd),)), gap=1e-6).harm for usd in (0, 8, 30)]
    for harm in (by_count, by_cost):
        assert all(np.diff(harm) >= -1e-9)


def test_out_of_time_it_says_so_and_its_bound_still_holds():
    contest, limits = transport(3, cuts=8), (Count(most=2),)
    search = Search(contest=contest, deadline=0.0)
    assert search.mildest(contest.own, past=0.9 * search.largest).bound <= contest.own.sum()
    found = search.worst(rows(contest, limits), gap=1e-9)
    whole = enumerate_worst(contest, rows(contest, limits))
    assert found.status in (Status.TIME_LIMIT, Status.OPTIMAL)
    assert found.harm <= whole.harm * (1 + 1e-9)
    assert found.bound >= whole.harm * (1 - 1e-9)


def test_a_contest_that_cannot_be_tells_every_fault():
    contest = transport(1, cuts=2)
    high = contest.program.column_upper
    raised = Hit(columns=np.array([0]), upper=high[:1] + 1.0)
    starved = Hit(columns=np.array([1]), upper=np.array([-1.0]))
    with pytest.raises(AskError) as error:
        Contest(program=contest.program, hits=(raised, starved), own=np.zeros(3))
    told = str(error.value)
    assert "cut-off 0 raises" in told
    assert "cut-off 1 leaves a column less" in told
    assert "3 costs for 2 cut-offs" in told


def test_cut_offs_that_the_best_plan_does_without_are_told_by_one_program():
    contest = transport(2, cuts=1)
    idle = np.flatnonzero(solve(contest.program, Method(algorithm="simplex")).x[:9] < 1e-9)[:4]
    hits = tuple(Hit(columns=np.array([lane]), upper=np.zeros(1)) for lane in idle)
    search = Search(contest=Contest(program=contest.program, hits=hits, own=np.ones(len(hits))))
    found = search.worst(rows(search.contest, (Count(most=2),)), gap=1e-6)
    assert search.solves == 1
    assert found.cuts == ()
    assert found.harm == pytest.approx(found.bound) == pytest.approx(solve(contest.program).objective)
