from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.errors import AskError
from resilience.sharing.game import Game
from resilience.sharing.power import banzhaf, shapley
from resilience.sharing.voting import (
    WeightedVote,
    banzhaf_index,
    banzhaf_swings,
    decisive,
    minimal_winning,
    shapley_shubik,
)


@st.composite
def votes(draw: st.DrawFn) -> WeightedVote:
    weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=7).filter(any))
    quota = draw(st.integers(1, sum(weights)))
    return WeightedVote(players=tuple("ABCDEFG"[: len(weights)]), weights=tuple(weights), quota=quota)


@given(votes())
def test_counting_by_weight_agrees_with_the_table_of_all_coalitions(vote):
    table, others = vote.game(), len(vote.players) - 1
    assert shapley_shubik(vote).tolist() == pytest.approx(shapley(table).tolist(), abs=1e-12)
    assert (banzhaf_swings(vote) / 2**others).tolist() == pytest.approx(banzhaf(table).tolist(), abs=1e-12)


@given(votes())
def test_shares_of_power_sum_to_one(vote):
    assert shapley_shubik(vote).sum() == pytest.approx(1)
    assert banzhaf_index(vote).sum() == pytest.approx(1)


@given(votes())
def test_a_minimal_winning_coalition_can_spare_nobody(vote):
    game = vote.game()
    found = minimal_winning(game)
    assert found
    for coalition in found:
        assert game.worth(coalition) == 1
        assert all(game.worth(set(coalition) - {name}) == 0 for name in coalition)


def test_sixty_equal_voters_share_power_equally():
    vote = WeightedVote(players=tuple(f"voter {number}" for number in range(60)), weights=(1,) * 60, quota=31)
    assert shapley_shubik(vote).tolist() == pytest.approx([1 / 60] * 60, rel=1e-12)
    assert banzhaf_swings(vote).iloc[0] == 59132290782430712  # 59 choose 30


def test_every_fault_in_a_vote_is_named_at_once():
    with pytest.raises(AskError) as caught:
        WeightedVote(players=("A", "A"), weights=(1, -1, 0.5), quota=1)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("quota", [0, 4, 1.5])
def test_a_quota_out_of_reach_is_refused(quota):
    with pytest.raises(AskError, match="quota"):
        WeightedVote(players=("A", "B"), weights=(1, 2), quota=quota)


def test_a_control_bites_only_with_both_toolmakers():
    denied = {"USA": 0.45, "NLD": 0.3, "JPN": 0.15}
    game = decisive(Game.from_function(denied, lambda who: sum(denied[name] for name in who)), at_least=0.75)
    assert minimal_winning(game) == (("USA", "NLD"),)
    assert shapley(game).round(9).to_dict() == {"USA": 0.5, "NLD": 0.5, "JPN": 0}


def test_a_threshold_nobody_can_reach_is_refused():
    with pytest.raises(AskError, match="at_least is 2"):
        decisive(Game(players=("A",), values=[0, 1]), at_least=2)


def test_only_won_or_lost_games_have_winning_coalitions():
    with pytest.raises(AskError, match="decisive"):
        minimal_winning(Game(players=("A",), values=[0, 3]))
