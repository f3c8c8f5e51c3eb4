from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience.errors import AskError
from resilience.sharing.claims import Talmud, bankruptcy_game
from resilience.sharing.core import excesses, in_core, least_core
from resilience.sharing.game import Game, coalition_sums, is_zero_monotone
from resilience.sharing.linear import membership
from resilience.sharing.nucleoli import nucleolus, nucleolus_and_grounds, prenucleolus


@st.composite
def games(draw: st.DrawFn, least: int = -5) -> Game:
    size = draw(st.integers(1, 4))
    table = draw(st.lists(st.integers(least, 30), min_size=2**size - 1, max_size=2**size - 1))
    return Game(players=tuple("ABCD"[:size]), values=[0, *table])


def step_by_step(game: Game, lower: np.ndarray) -> np.ndarray:
    """Another way: all coalitions written out, and a coalition is settled when no optimum can move it.

    Maschler, Peleg and Shapley (1979): after each least excess, ask for each open coalition by a program of
    its own whether its payment can exceed the limit anywhere on the optimal face.
    """
    size, count = game.size, len(game.values)
    rows = np.column_stack([membership(np.arange(count), size), np.ones(count)])
    held, held_to = [np.append(np.ones(size), 0)], [game.everyone]
    bounds = [*((low, None) for low in lower), (None, None)]
    still_open = set(range(1, count - 1))
    payoffs = np.full(size, game.everyone)
    while still_open:
        listed = sorted(still_open)
        limits = {"A_ub": -rows[listed], "b_ub": -game.values[listed], "bounds": bounds}
        best = linprog(np.eye(size + 1)[-1], A_eq=held, b_eq=held_to, **limits)
        payoffs, excess = best.x[:-1], best.fun
        face = {"A_eq": [*held, np.eye(size + 1)[-1]], "b_eq": [*held_to, excess]}
        for number in listed:
            most = linprog(-np.append(rows[number][:-1], 0), **face, **limits)
            if most.status == 0 and -most.fun <= game.values[number] - excess + 1e-7:
                still_open.remove(number)
                held.append(np.append(rows[number][:-1], 0))
                held_to.append(game.values[number] - excess)
        held, held_to = independent(held, held_to)
    return payoffs


def independent(rows: list[np.ndarray], sides: list[float]) -> tuple[list[np.ndarray], list[float]]:
    kept: list[int] = []
    for place in range(len(rows)):
        if np.linalg.matrix_rank(np.array([rows[other] for other in [*kept, place]])) > len(kept):
            kept.append(place)
    return [rows[place] for place in kept], [sides[place] for place in kept]


@given(games())
@settings(max_examples=40, deadline=None)
def test_the_prenucleolus_agrees_with_settling_coalitions_one_by_one(game):
    free = np.full(game.size, -np.inf)
    assert prenucleolus(game).tolist() == pytest.approx(step_by_step(game, free).tolist(), abs=1e-6)


@given(games())
@settings(max_examples=40, deadline=None)
def test_the_nucleolus_agrees_with_settling_coalitions_one_by_one(game):
    assume(game.everyone >= game.alone().sum())
    assert nucleolus(game).tolist() == pytest.approx(step_by_step(game, game.alone()).tolist(), abs=1e-6)


@given(games(), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_other_division_has_a_smaller_list_of_excesses(game, seed):
    surplus = game.everyone - game.alone().sum()
    assume(surplus >= 0)
    chosen = np.sort(excesses(game, nucleolus(game)))[::-1]
    rng = np.random.default_rng(seed)
    for portions in rng.dirichlet(np.full(game.size, 0.5), 30):
        other = np.sort(excesses(game, game.payoffs(game.alone() + surplus * portions)))[::-1]
        differing = np.flatnonzero(np.abs(other - chosen) > 1e-6)
        assert differing.size == 0 or other[differing[0]] > chosen[differing[0]]


@given(games())
@settings(max_examples=40, deadline=None)
def test_it_lies_in_the_least_core_and_in_the_core_where_there_is_one(game):
    assume(game.size > 1)
    least = least_core(game).excess
    assert excesses(game, prenucleolus(game))[1:-1].max() == pytest.approx(least, abs=1e-6)
    if least < -1e-6:
        assert in_core(game, nucleolus(game))


@given(games())
@settings(max_examples=40, deadline=None)
def test_where_joining_never_hurts_nobody_needs_the_bounds(game):
    assume(is_zero_monotone(game))
    assert nucleolus(game).tolist() == pytest.approx(prenucleolus(game).tolist(), abs=1e-6)


@given(games(), st.lists(st.integers(-50, 50), min_size=4, max_size=4), st.floats(1e-3, 1e6))
@settings(max_examples=25, deadline=None)
def test_gifts_and_another_unit_move_the_prenucleolus_along(game, gifts, factor):
    given_each = np.array(gifts[: game.size], dtype=float)
    moved = Game(players=game.players, values=factor * (game.values + coalition_sums(given_each)))
    wanted = factor * (prenucleolus(game).to_numpy() + given_each)
    assert prenucleolus(moved).tolist() == pytest.approx(wanted.tolist(), abs=1e-5 * factor)


@given(games(), st.permutations("ABCD"))
@settings(max_examples=25, deadline=None)
def test_payoffs_follow_the_players_not_their_order(game, order):
    shuffled = game.among([name for name in order if name in game.players])
    assert prenucleolus(shuffled)[list(game.players)].tolist() == pytest.approx(prenucleolus(game).tolist(), abs=1e-6)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_the_nucleolus_of_a_shortage_is_the_talmud_rule(claims, part):
    """Aumann and Maschler (1985), theorem A."""
    available = part * sum(claims)
    wanted = Talmud().share(available, claims).tolist()
    assert nucleolus(bankruptcy_game(available, claims)).tolist() == pytest.approx(wanted, abs=1e-6)


def test_bounds_bind_where_somebody_is_worth_more_alone():
    game = Game.from_dict("ABC", {("A",): 4, ("B",): 0, ("C",): 0, ("A", "B"): 0, ("A", "C"): 0, ("B", "C"): 6,
                                  ("A", "B", "C"): 6})  # fmt: skip
    assert nucleolus(game)["A"] >= 4 - 1e-9
    assert prenucleolus(game)["A"] < 3


def test_where_all_together_are_worth_less_than_apart_there_is_no_nucleolus():
    with pytest.raises(AskError, match="all are worth 5 but alone 7"):
        nucleolus(Game(players=("A", "B"), values=[0, 3, 4, 5]))


def test_a_game_without_gains_pays_each_its_own_worth():
    game = Game(players=tuple("ABC"), values=coalition_sums([0.1, 0.2, 0.3]))
    assert nucleolus(game).tolist() == pytest.approx([0.1, 0.2, 0.3])


@settings(max_examples=30, deadline=None)
@given(games(), st.integers(0, 2**31 - 1))
def test_the_nucleolus_rests_on_its_grounds_whatever_the_others_lose(game, seed):
    assume(game.everyone >= game.alone().sum())
    payoffs, grounds = nucleolus_and_grounds(game)
    alone = 1 << np.arange(game.size)
    others = np.setdiff1d(np.arange(1, len(game.values) - 1), [*grounds, *alone])
    rng = np.random.default_rng(seed)
    values = game.values.copy()
    values[others] -= rng.exponential(10.0, len(others)) * rng.integers(0, 2, len(others))
    poorer = nucleolus(Game(players=game.players, values=values))
    assert poorer.to_numpy() == pytest.approx(payoffs.to_numpy(), abs=1e-5)
