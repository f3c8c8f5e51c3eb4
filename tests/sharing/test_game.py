from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resilience.errors import AskError
from resilience.sharing.game import Game, coalition_sums, is_convex, is_monotone, is_zero_monotone


def squares(*players: str) -> Game:
    return Game.from_function(players, lambda coalition: len(coalition) ** 2)


def test_a_table_a_function_and_a_dict_say_the_same_game():
    table = Game(players=("A", "B"), values=[0, 1, 2, 5])
    worths = {frozenset("A"): 1, frozenset("B"): 2, frozenset("AB"): 5}
    assert table == Game.from_function("AB", lambda coalition: worths[coalition]) == Game.from_dict("AB", worths)
    assert hash(table) == hash(Game.from_dict("AB", worths))


def test_nobody_is_never_asked():
    asked = []
    Game.from_function("ABC", lambda coalition: asked.append(coalition) or 1.0)
    assert len(asked) == 7
    assert frozenset() not in asked


def test_the_table_is_copied_and_cannot_be_written_to():
    worths = np.array([0.0, 1.0])
    game = Game(players=("A",), values=worths)
    worths[1] = 9
    assert game.everyone == 1
    with pytest.raises(ValueError, match="read-only"):
        game.values[1] = 9


def test_every_fault_in_the_players_is_named_at_once():
    with pytest.raises(AskError) as caught:
        Game(players=("A", "A", ""), values=np.zeros(8))
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ([0, 1, 2], r"shape \(3,\), must be \(4,\)"),
        ([0, 1, np.nan, 2], "number 2 is worth nan"),
        ([1, 1, 1, 1], "nobody"),
    ],
)
def test_a_table_that_is_no_game_is_refused(values, fault):
    with pytest.raises(AskError, match=fault):
        Game(players=("A", "B"), values=values)


def test_too_many_players_are_refused_before_any_is_asked():
    with pytest.raises(AskError, match="sampled_shapley"):
        Game.from_function([f"player {number}" for number in range(40)], len)


def test_a_dict_must_name_every_coalition_and_no_stranger():
    with pytest.raises(AskError, match=r"\['A', 'B'\] has no worth"):
        Game.from_dict("AB", {("A",): 1, ("B",): 1})
    with pytest.raises(AskError, match="'C' is in a coalition but does not play"):
        Game.from_dict("AB", {("A",): 1, ("B",): 1, ("A", "B"): 1, ("C",): 1})


def test_coalitions_and_their_numbers_go_both_ways():
    game = squares("A", "B", "C", "D")
    assert [game.number(game.coalition(number)) for number in range(16)] == list(range(16))
    with pytest.raises(AskError, match="'E'"):
        game.worth(["E"])


def test_fewer_players_keep_their_worths():
    game = squares("A", "B", "C").among(["C", "B"])
    assert game.players == ("C", "B")
    assert game.worth(["C"]) == 1
    assert game.everyone == 4


def test_payoffs_are_read_by_name_not_by_order():
    game = squares("A", "B")
    assert game.amounts(pd.Series({"B": 2.0, "A": 1.0})).tolist() == [1, 2]


def test_payoffs_of_the_wrong_players_are_refused_with_every_reason():
    with pytest.raises(AskError) as caught:
        squares("A", "B").amounts(pd.Series([1.0, 2.0, 3.0], index=["A", "C", "C"]))
    assert len(caught.value.faults) == 4


def test_negation_turns_costs_into_worths_and_back():
    game = squares("A", "B")
    assert game.negated().everyone == -4
    assert game.negated().negated() == game


def test_coalition_sums_add_up_every_subset():
    amounts = np.arange(1.0, 6.0)
    subsets = [sum(amounts[place] for place in range(5) if number >> place & 1) for number in range(32)]
    assert coalition_sums(amounts).tolist() == subsets


def test_shapes_of_games_are_told_apart():
    convex = squares("A", "B", "C")
    concave = Game.from_function("ABC", lambda coalition: len(coalition) ** 0.5)
    falling = Game(players=("A", "B"), values=[0, 3, 4, 2])
    assert (is_convex(convex), is_monotone(convex), is_zero_monotone(convex)) == (True, True, True)
    assert (is_convex(concave), is_monotone(concave), is_zero_monotone(concave)) == (False, True, False)
    assert (is_convex(falling), is_monotone(falling), is_zero_monotone(falling)) == (False, False, False)


def test_a_game_shows_its_players_and_its_total():
    assert repr(squares("A", "B")) == "Game of 2 players (A, B), all worth 4"
