"""coopgt, a separate library of cooperative games, as a judge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.sharing.core import cost_of_stability, in_core
from resilience.sharing.game import Game, is_convex, is_monotone
from resilience.sharing.power import shapley

REASON = "coopgt judges the Shapley value and the core; pip install coopgt"
their_values = pytest.importorskip("coopgt.shapley_value", reason=REASON)
their_core = pytest.importorskip("coopgt.core", reason=REASON)
their_shapes = pytest.importorskip("coopgt.characteristic_function_properties", reason=REASON)


@st.composite
def games(draw: st.DrawFn) -> Game:
    size = draw(st.integers(1, 4))
    table = draw(st.lists(st.integers(0, 9), min_size=2**size - 1, max_size=2**size - 1))
    return Game(players=tuple("1234"[:size]), values=[0, *table])


def as_they_write_it(game: Game) -> dict[tuple[int, ...], float]:
    return {tuple(int(name) for name in game.coalition(number)): float(worth)
            for number, worth in enumerate(game.values)}  # fmt: skip


@given(games())
@settings(max_examples=40, deadline=None)
def test_both_agree_on_the_shapley_value(game):
    theirs = their_values.calculate(as_they_write_it(game), game.size)
    assert shapley(game).tolist() == pytest.approx(theirs.tolist(), abs=1e-12)


@given(games(), st.lists(st.integers(0, 9), min_size=4, max_size=4))
@settings(max_examples=40, deadline=None)
def test_both_agree_on_what_is_in_the_core(game, amounts):
    payoffs = amounts[: game.size]
    theirs = their_core.is_in_core(as_they_write_it(game), payoffs, game.size)
    assert in_core(game, game.payoffs(payoffs)) == theirs


@given(games())
@settings(max_examples=40, deadline=None)
def test_both_agree_on_whether_there_is_a_core(game):
    theirs = their_core.find_core_point(as_they_write_it(game), game.size)
    assert (cost_of_stability(game) == 0) == (theirs is not None)


@given(games())
@settings(max_examples=40, deadline=None)
def test_both_agree_on_the_shape_of_a_game(game):
    theirs = as_they_write_it(game)
    assert is_convex(game) == their_core.is_convex(theirs)
    assert is_monotone(game) == their_shapes.is_monotone(theirs)
