from __future__ import annotations

import numpy as np
import pytest

from resilience.errors import SolverError
from resilience.sharing.game import Game
from resilience.sharing.linear import lone_and_all_but_one, minimise_linear, scale

ONE = np.ones((1, 1))
NONE = {"equal": np.zeros((0, 1)), "equal_to": np.zeros(0)}


def test_the_price_of_a_row_is_what_one_more_unit_of_it_costs():
    two = minimise_linear(
        3 * ONE[0], rows=np.array([[1.0], [0.5]]), at_least=np.array([2.0, 0.5]), **NONE, lower=0 * ONE[0]
    )
    assert (two.value, two.point.tolist(), two.prices.tolist()) == (6, [2], [3, 0])


@pytest.mark.parametrize("cost", [-1, 1])
def test_a_program_without_a_best_point_says_so(cost):
    rows = ONE if cost < 0 else np.array([[1.0], [-1.0]])
    with pytest.raises(SolverError, match="not solved"):
        minimise_linear(cost * ONE[0], rows=rows, at_least=np.ones(len(rows)), **NONE, lower=0 * ONE[0])


@pytest.mark.parametrize(("size", "numbers"), [(1, []), (2, [1, 2]), (3, [1, 2, 3, 4, 5, 6])])
def test_lone_players_and_all_but_one_are_each_listed_once(size, numbers):
    assert lone_and_all_but_one(size).tolist() == numbers


def test_a_scaled_game_leads_back_to_the_game():
    game = Game(players=("A", "B"), values=[0, 1e9, 2e9, 7e9])
    scaled = scale(game)
    assert scaled.values.tolist() == [0, 0, 0, 1]
    assert scaled.payoffs(np.array([0.25, 0.75])).tolist() == [2e9, 5e9]
    assert scaled.amounts(np.array([2e9, 5e9])).tolist() == [0.25, 0.75]
