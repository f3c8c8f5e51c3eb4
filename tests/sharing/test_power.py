from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.errors import AskError
from resilience.sharing.game import Game
from resilience.sharing.power import banzhaf, sampled_shapley, shapley

worths = st.floats(-100, 100).map(lambda worth: round(worth, 3))


@st.composite
def games(draw: st.DrawFn, most: int = 5) -> Game:
    size = draw(st.integers(1, most))
    table = draw(st.lists(worths, min_size=2**size - 1, max_size=2**size - 1))
    return Game(players=tuple("ABCDE"[:size]), values=[0.0, *table])


def over_all_orders(game: Game) -> list[float]:
    """The definition, order by order."""
    brought = dict.fromkeys(game.players, 0.0)
    orders = list(permutations(game.players))
    for order in orders:
        for place, name in enumerate(order):
            brought[name] += game.worth(order[: place + 1]) - game.worth(order[:place])
    return [total / len(orders) for total in brought.values()]


@given(games())
@settings(max_examples=40, deadline=None)
def test_shapley_is_the_mean_over_all_orders(game):
    assert shapley(game).tolist() == pytest.approx(over_all_orders(game), abs=1e-9)


@given(games())
def test_shapley_hands_out_what_all_are_worth(game):
    assert shapley(game).sum() == pytest.approx(game.everyone, abs=1e-9)


@given(games(most=4), st.sampled_from([shapley, banzhaf]))
def test_a_player_who_brings_nothing_gets_nothing(game, value):
    players = (*game.players, "idle")
    with_idle = Game(players=players, values=np.concatenate([game.values, game.values]))
    assert value(with_idle)["idle"] == pytest.approx(0, abs=1e-9)
    assert value(with_idle)[list(game.players)].tolist() == pytest.approx(value(game).tolist(), abs=1e-9)


@given(games(), st.permutations("ABCDE"), st.sampled_from([shapley, banzhaf]))
def test_payoffs_follow_the_players_not_their_order(game, order, value):
    shuffled = game.among([name for name in order if name in game.players])
    assert value(shuffled)[list(game.players)].tolist() == pytest.approx(value(game).tolist(), abs=1e-9)


@given(st.lists(worths, min_size=4, max_size=4))
def test_players_who_bring_the_same_get_the_same(by_size):
    game = Game.from_function("ABCD", lambda coalition: by_size[len(coalition) - 1])
    assert shapley(game).tolist() == pytest.approx([by_size[-1] / 4] * 4, abs=1e-9)


@given(st.lists(worths, min_size=14, max_size=14), st.sampled_from([shapley, banzhaf]))
def test_the_value_of_two_games_together_is_the_sum_of_their_values(tables, value):
    first, second = (Game(players=tuple("ABC"), values=[0.0, *half]) for half in (tables[:7], tables[7:]))
    both = Game(players=first.players, values=first.values + second.values)
    assert value(both).tolist() == pytest.approx((value(first) + value(second)).tolist(), abs=1e-9)


@given(games())
def test_costs_are_shared_as_their_negation_is(game):
    assert shapley(game).tolist() == pytest.approx((-shapley(game.negated())).tolist(), abs=1e-9)


def test_eighteen_players_are_exact():
    game = Game(players=tuple(f"player {number}" for number in range(18)), values=np.arange(2.0**18))
    assert shapley(game).tolist() == pytest.approx([2.0**place for place in range(18)], rel=1e-9)


def veto(coalition: frozenset[str]) -> float:
    return float("A" in coalition and len(coalition) >= 3)


def test_sampled_shapley_meets_the_exact_value_within_its_interval():
    exact = shapley(Game.from_function("ABCDEF", veto))
    sampled = sampled_shapley("ABCDEF", veto, pairs=2000, rng=np.random.default_rng(7), confidence=0.999)
    assert (sampled["low"] <= exact).all()
    assert (exact <= sampled["high"]).all()
    assert (sampled["high"] - sampled["low"]).max() < 0.1


def test_sampled_shapley_hands_out_everything_however_few_the_pairs():
    sampled = sampled_shapley("ABCDEF", veto, pairs=2, rng=np.random.default_rng(7))
    assert sampled["payoff"].sum() == pytest.approx(1)


def test_antithetic_pairs_leave_no_error_where_worth_is_quadratic_in_size():
    sampled = sampled_shapley("ABCD", lambda coalition: len(coalition) ** 2, pairs=3, rng=np.random.default_rng(7))
    assert sampled["payoff"].tolist() == pytest.approx([4] * 4)


def test_the_same_generator_draws_the_same_value_and_asks_no_coalition_twice():
    asked = []
    first, second = (
        sampled_shapley(
            [f"player {number}" for number in range(70)],
            lambda coalition: asked.append(coalition) or len(coalition) ** 0.5,
            pairs=5,
            rng=np.random.default_rng(7),
        )
        for _ in range(2)
    )
    assert first.equals(second)
    assert len(asked) == 2 * len(set(asked)) <= 2 * (1 + 5 * 2 * 69)


def test_every_fault_in_a_sample_is_named_at_once():
    with pytest.raises(AskError) as caught:
        sampled_shapley("AA", veto, pairs=1, rng=np.random.default_rng(7), confidence=95)
    assert len(caught.value.faults) == 3
