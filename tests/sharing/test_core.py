from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from resilience.errors import AskError
from resilience.sharing.core import blocking_coalitions, cost_of_stability, excesses, in_core, least_core, side_payments
from resilience.sharing.game import Game, is_convex
from resilience.sharing.linear import membership
from resilience.sharing.power import shapley


@st.composite
def games(draw: st.DrawFn) -> Game:
    size = draw(st.integers(2, 4))
    table = draw(st.lists(st.integers(-20, 50), min_size=2**size - 1, max_size=2**size - 1))
    return Game(players=tuple("ABCD"[:size]), values=[0, *table])


def majority() -> Game:
    """Any two of three share one unit: nobody can be held."""
    return Game.from_function("ABC", lambda coalition: len(coalition) >= 2)


def test_a_majority_of_three_has_an_empty_core_by_a_third():
    found = least_core(majority())
    assert found.excess == pytest.approx(1 / 3)
    assert found.payoffs.tolist() == pytest.approx([1 / 3] * 3)


def test_half_a_unit_holds_a_majority_of_three_together():
    assert cost_of_stability(majority()) == pytest.approx(0.5)
    offer = side_payments(majority(), majority().payoffs([1, 0, 0]))
    assert offer.subsidy == pytest.approx(0.5)
    assert offer.transfers.tolist() == pytest.approx([-0.5, 0.5, 0.5])


def test_the_coalitions_that_would_leave_come_with_the_largest_gain_first():
    game = Game.from_function("ABC", lambda coalition: {1: 0, 2: 6, 3: 8}[len(coalition)])
    found = blocking_coalitions(game, game.payoffs([1, 2, 5]))
    assert found["coalition"].tolist() == [("A", "B")]
    assert found.loc[0, ["worth", "paid", "gain"]].tolist() == [6, 3, 3]
    found = blocking_coalitions(game, game.payoffs([0, 1, 7]))
    assert found["coalition"].tolist() == [("A", "B")]
    assert blocking_coalitions(majority(), majority().payoffs([1, 0, 0]))["coalition"].tolist() == [("B", "C")]


def test_nobody_blocks_a_division_in_the_core():
    game = Game.from_function("ABC", lambda coalition: len(coalition) ** 2)
    found = blocking_coalitions(game, game.payoffs([3, 3, 3]))
    assert found.empty
    assert found.columns.tolist() == ["coalition", "worth", "paid", "gain"]


def test_handing_out_more_or_less_than_there_is_is_not_in_the_core():
    game = Game(players=("A", "B"), values=[0, 0, 0, 1])
    assert in_core(game, game.payoffs([0.5, 0.5]))
    assert not in_core(game, game.payoffs([0.5, 0.6]))
    assert not in_core(game, game.payoffs([0.5, 0.4]))


def test_side_payments_start_from_the_whole():
    with pytest.raises(AskError, match="payoffs sum to 2, must be 1"):
        side_payments(majority(), majority().payoffs([1, 1, 0]))


def test_one_player_alone_is_always_content():
    game = Game(players=("A",), values=[0, 5])
    assert least_core(game).excess == -np.inf
    assert cost_of_stability(game) == 0
    assert side_payments(game, game.payoffs([5])).transfers.tolist() == [0]


def by_full_program(game: Game, *, subsidy: bool) -> float:
    """All coalitions written out: the least excess, or the least total that holds everybody."""
    numbers = np.arange(1, len(game.values) - (0 if subsidy else 1))
    rows = membership(numbers, game.size)
    relief = np.zeros(len(rows)) if subsidy else np.ones(len(rows))
    whole = None if subsidy else np.append(np.ones(game.size), 0)[None, :]
    found = linprog(
        np.append(np.ones(game.size) if subsidy else np.zeros(game.size), 1),
        A_ub=-np.column_stack([rows, relief]),
        b_ub=-game.values[numbers],
        A_eq=whole,
        b_eq=None if subsidy else [game.everyone],
        bounds=[(None, None)] * game.size + [(0, 0) if subsidy else (None, None)],
    )
    return found.fun - game.everyone if subsidy else found.fun


@given(games())
@settings(max_examples=40, deadline=None)
def test_a_few_coalitions_give_the_answer_of_all(game):
    assert least_core(game).excess == pytest.approx(by_full_program(game, subsidy=False), abs=1e-7)
    assert cost_of_stability(game) == pytest.approx(by_full_program(game, subsidy=True), abs=1e-7)


@given(games())
@settings(max_examples=40, deadline=None)
def test_the_least_core_keeps_its_promise(game):
    found = least_core(game)
    assert found.payoffs.sum() == pytest.approx(game.everyone, abs=1e-7)
    assert excesses(game, found.payoffs)[1:-1].max() == pytest.approx(found.excess, abs=1e-7)


@given(games())
@settings(max_examples=40, deadline=None)
def test_a_subsidy_is_needed_exactly_where_the_core_is_empty(game):
    assert (cost_of_stability(game) > 1e-7) == (least_core(game).excess > 1e-7)


@given(games())
@settings(max_examples=40, deadline=None)
def test_after_side_payments_and_subsidy_nobody_would_leave(game):
    offer = side_payments(game, shapley(game))
    after = shapley(game) + offer.transfers
    assert offer.transfers.sum() == pytest.approx(offer.subsidy, abs=1e-6)
    assert excesses(game, after)[:-1].max() <= 1e-6


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_the_shapley_value_of_a_convex_game_is_in_its_core(needs):
    game = Game.from_function("ABCD", lambda who: sum(needs["ABCD".index(name)] for name in who) ** 2)
    assert is_convex(game)
    assert in_core(game, shapley(game))
    assert side_payments(game, shapley(game)).transfers.abs().max() == pytest.approx(0, abs=1e-6)


@given(games(), st.floats(1e-6, 1e9))
@settings(max_examples=25, deadline=None)
def test_another_unit_gives_the_same_answer_in_that_unit(game, factor):
    other = Game(players=game.players, values=game.values * factor)
    assert least_core(other).excess == pytest.approx(factor * least_core(game).excess, abs=1e-6 * factor)


@given(games(), st.integers(0, 2**31 - 1))
@settings(max_examples=30, deadline=None)
def test_least_core_and_side_payments_rest_on_their_grounds_whatever_the_others_lose(game, seed):
    rng, alone = np.random.default_rng(seed), 1 << np.arange(game.size)
    even = game.payoffs(np.full(game.size, game.everyone / game.size))
    least, offer = least_core(game), side_payments(game, even)

    def poorer(grounds):
        others = np.setdiff1d(np.arange(1, len(game.values) - 1), [*grounds, *alone])
        values = game.values.copy()
        values[others] -= rng.exponential(10.0, len(others)) * rng.integers(0, 2, len(others))
        return Game(players=game.players, values=values)

    changed = poorer(least.grounds)
    assert least_core(changed).excess == pytest.approx(least.excess, abs=1e-6)
    assert excesses(changed, least.payoffs)[1:-1].max() <= least.excess + 1e-6
    changed = poorer(offer.grounds)
    again = side_payments(changed, even)
    assert again.subsidy == pytest.approx(offer.subsidy, abs=1e-6)
    assert again.transfers.abs().sum() == pytest.approx(offer.transfers.abs().sum(), abs=1e-6)
    assert excesses(changed, even + offer.transfers)[1:-1].max() <= 1e-6
