"""Games with published answers, to the digit."""

from __future__ import annotations

import numpy as np
import pytest

from resilience.sharing.claims import RandomArrival, Talmud, bankruptcy_game
from resilience.sharing.core import in_core, least_core
from resilience.sharing.game import Game, coalition_sums
from resilience.sharing.nucleoli import nucleolus
from resilience.sharing.power import shapley
from resilience.sharing.voting import WeightedVote, banzhaf_index, banzhaf_swings, shapley_shubik


def airport() -> Game:
    """Costs of a runway long enough for the largest user: Littlechild and Owen (1973), Management Science 20."""
    needs = {"small": 1.0, "middle": 2.0, "large": 3.0}
    return Game.from_function(needs, lambda coalition: max(needs[user] for user in coalition))


def gloves() -> Game:
    """Two left gloves, one right: Shapley and Shubik (1969), J. Economic Theory 1."""
    return Game.from_function(["left", "other left", "right"], lambda owners: "right" in owners and len(owners) > 1)


def test_airport_users_pay_in_steps():
    assert shapley(airport()).tolist() == pytest.approx([1 / 3, 5 / 6, 11 / 6], abs=1e-12)


def test_the_nucleolus_of_airport_costs_is_taken_by_negation():
    assert (-nucleolus(airport().negated())).tolist() == pytest.approx([0.5, 0.75, 1.75], abs=1e-9)


def test_the_owner_of_the_scarce_glove_takes_two_thirds_by_shapley():
    assert shapley(gloves()).tolist() == pytest.approx([1 / 6, 1 / 6, 2 / 3], abs=1e-12)


def test_the_owner_of_the_scarce_glove_takes_all_by_nucleolus_and_core():
    game = gloves()
    assert nucleolus(game).tolist() == pytest.approx([0, 0, 1], abs=1e-9)
    assert in_core(game, game.payoffs([0, 0, 1]))
    assert not in_core(game, game.payoffs([0.001, 0, 0.999]))
    assert least_core(game).excess == pytest.approx(0, abs=1e-9)


# Aumann and Maschler (1985), J. Economic Theory 36: widows claim 100, 200 and 300.
TALMUD = {
    100: [100 / 3, 100 / 3, 100 / 3],
    200: [50, 75, 75],
    300: [50, 100, 150],
    400: [50, 125, 225],
    500: [200 / 3, 500 / 3, 800 / 3],
}
RANDOM_ARRIVAL = {
    100: [100 / 3, 100 / 3, 100 / 3],
    200: [100 / 3, 250 / 3, 250 / 3],
    300: [50, 100, 150],
    400: [200 / 3, 350 / 3, 650 / 3],
    500: [200 / 3, 500 / 3, 800 / 3],
}


@pytest.mark.parametrize("estate", TALMUD)
def test_three_widows_are_paid_as_the_talmud_says(estate):
    assert Talmud().share(estate, [100, 200, 300]).tolist() == pytest.approx(TALMUD[estate], abs=1e-9)
    assert nucleolus(bankruptcy_game(estate, [100, 200, 300])).tolist() == pytest.approx(TALMUD[estate], abs=1e-7)


@pytest.mark.parametrize("estate", RANDOM_ARRIVAL)
def test_three_widows_in_random_order(estate):
    wanted = pytest.approx(RANDOM_ARRIVAL[estate], abs=1e-9)
    assert RandomArrival().share(estate, [100, 200, 300]).tolist() == wanted
    assert shapley(bankruptcy_game(estate, [100, 200, 300])).tolist() == wanted


def test_a_garment_is_contested():
    """Mishnah, Baba Metzia 2a: one claims all, one half; the half nobody contests is not divided."""
    assert Talmud().share(200, [200, 100]).tolist() == [150, 50]


def test_luxembourg_had_a_vote_and_no_power_in_1958():
    """Weights of the EEC council: Felsenthal and Machover (1998), The Measurement of Voting Power."""
    states = ("Germany", "France", "Italy", "Belgium", "Netherlands", "Luxembourg")
    vote = WeightedVote(players=states, weights=(4, 4, 4, 2, 2, 1), quota=12)
    assert shapley_shubik(vote).tolist() == pytest.approx([7 / 30] * 3 + [0.15] * 2 + [0], abs=1e-12)
    assert banzhaf_swings(vote).tolist() == [10, 10, 10, 6, 6, 0]


def test_five_vetoes_hold_almost_all_power_in_the_security_council():
    """Five permanent, ten elected, nine votes with all vetoes: after Shapley and Shubik (1954).

    Seven votes for a permanent and one for an elected member, 39 to pass, say the same.
    """
    seats = tuple(f"seat {number}" for number in range(15))
    vote = WeightedVote(players=seats, weights=(7,) * 5 + (1,) * 10, quota=39)
    power = shapley_shubik(vote).tolist()
    assert power == pytest.approx([0.19627039627039627] * 5 + [0.0018648018648018648] * 10, abs=1e-15)
    assert banzhaf_swings(vote).tolist() == [848] * 5 + [84] * 10
    share = banzhaf_index(vote).tolist()
    assert share == pytest.approx([0.16692913385826771] * 5 + [0.01653543307086614] * 10, abs=1e-15)


# Boehm-Bawerk's horse market, read as a game by Shapley and Shubik (1971), Int. J. Game Theory 1.
BUYERS = np.array([30, 28, 26, 24, 22, 21, 20, 18, 17, 15], dtype=float)
SELLERS = np.array([10, 11, 15, 17, 20, 21.5, 25, 26], dtype=float)


def surplus_at(price: float) -> np.ndarray:
    return np.concatenate([np.maximum(BUYERS - price, 0), np.maximum(price - SELLERS, 0)])


@pytest.fixture(scope="module")
def horse_market() -> Game:
    """Each coalition's best trades. By duality: the least, over prices, of what its members would gain."""
    gains = [coalition_sums(surplus_at(price)) for price in np.concatenate([BUYERS, SELLERS])]
    names = [f"buyer {number}" for number in range(10)] + [f"seller {number}" for number in range(8)]
    return Game(players=tuple(names), values=np.min(gains, axis=0))


def test_the_horse_market_gains_57_with_five_trades(horse_market):
    assert horse_market.everyone == 57
    assert (surplus_at(21.25) > 0).sum() == 2 * 5


@pytest.mark.parametrize(("price", "stable"), [(20.99, False), (21, True), (21.25, True), (21.5, True), (21.51, False)])
def test_horse_prices_from_21_to_21_and_a_half_are_in_the_core(horse_market, price, stable):
    assert in_core(horse_market, horse_market.payoffs(surplus_at(price))) is stable


def test_the_nucleolus_of_the_horse_market_splits_the_price_range(horse_market):
    assert nucleolus(horse_market).tolist() == pytest.approx(surplus_at(21.25).tolist(), abs=1e-6)
