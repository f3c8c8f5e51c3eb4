"""Who would walk away: the core of a game, how near it is, and what it costs to reach it.

A division x is in the core when it hands out exactly what all are worth and no coalition S is worth
more on its own than its members are paid:  x(N) = v(N),  x(S) >= v(S). The excess of S is v(S) - x(S),
what S would gain by leaving. The core may be empty. Then

    the least core          has the smallest largest excess
    the cost of stability   is the smallest outside subsidy with which a core exists
    side payments           are the smallest transfers that bring a given division into the core

All speak of worths: for a game of costs ask them of `costs.negated()`, with payoffs below zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.sharing.game import FloatArray, Game, coalition_sums
from resilience.sharing.linear import (
    SHORT,
    CoalitionProgram,
    LinearAnswer,
    NumberArray,
    lone_and_all_but_one,
    minimise_over_coalitions,
    proper,
    scale,
)


@dataclass(frozen=True, kw_only=True)
class LeastCore:
    """The smallest excess that every proper coalition can be held to, and a division that does so.

    `excess` is in the unit of the game: at or below zero the core is not empty. `payoffs` is one
    division of possibly many; ask `nucleolus` for a single one with reasons. Both rest on the coalitions numbered in
    `grounds`, and on each alone and all together: any other may be worth less.
    """

    excess: float
    payoffs: pd.Series[float]
    grounds: NumberArray


@dataclass(frozen=True, kw_only=True)
class SidePayments:
    """`transfers` by player (received above zero, paid below) and the outside `subsidy` they need.

    Both rest on the coalitions numbered in `grounds`, and on each alone and all together: any other may be worth less.
    """

    transfers: pd.Series[float]
    subsidy: float
    grounds: NumberArray


def excesses(game: Game, payoffs: pd.Series[float]) -> FloatArray:
    """What each coalition would gain by leaving, in the unit of the game. Shape (2**n,).

    Ordered as `game.values`; above zero the coalition objects. Source: Davis and Maschler (1965),
    doi:10.1002/nav.3800120303.

    >>> game = Game(players=("A", "B"), values=[0, 1, 2, 5])
    >>> excesses(game, game.payoffs([1.5, 3.5])).tolist()
    [0.0, -0.5, -1.5, 0.0]
    """
    return game.values - coalition_sums(game.amounts(payoffs))


def in_core(game: Game, payoffs: pd.Series[float]) -> bool:
    """Whether the division hands out exactly what all are worth and no coalition gains by leaving.

    Differences below a billionth of the largest worth do not count.
    Source: Gillies (1959), Annals of Mathematics Studies 40.

    >>> glove = Game.from_dict("LMR", {("L",): 0, ("M",): 0, ("R",): 0, ("L", "M"): 0,
    ...                                ("L", "R"): 1, ("M", "R"): 1, ("L", "M", "R"): 1})
    >>> in_core(glove, glove.payoffs([0, 0, 1]))
    True
    """
    gains = excesses(game, payoffs)
    return bool(abs(gains[-1]) <= game.close() and gains.max() <= game.close())


def blocking_coalitions(game: Game, payoffs: pd.Series[float]) -> pd.DataFrame:
    """The coalitions that would gain by leaving, the largest gain first; no rows when none would.

    Columns `coalition` (names), `worth` (on its own), `paid` (under the division) and `gain`, in the
    unit of the game. It says who could object, not who will: joining may have costs of its own.

    >>> game = Game(players=("A", "B"), values=[0, 1, 2, 5])
    >>> blocking_coalitions(game, game.payoffs([0.5, 4.5])).to_dict("records")
    [{'coalition': ('A',), 'worth': 1.0, 'paid': 0.5, 'gain': 0.5}]
    """
    gains = excesses(game, payoffs)
    numbers = np.flatnonzero(gains > game.close())
    numbers = numbers[np.argsort(-gains[numbers], kind="stable")]
    return pd.DataFrame(
        {
            "coalition": pd.Series([game.coalition(int(number)) for number in numbers], dtype=object),
            "worth": game.values[numbers],
            "paid": game.values[numbers] - gains[numbers],
            "gain": gains[numbers],
        }
    )


def least_core(game: Game) -> LeastCore:
    """The smallest largest excess of any proper coalition, and a division that reaches it.

    One linear program. For a game of one player no coalition can object and the excess is minus
    infinity. Do not use its payoffs as a division to propose: which point of the least core the
    solver meets has no meaning. Source: Maschler, Peleg and Shapley (1979), doi:10.1287/moor.4.4.303.

    >>> least_core(Game(players=("A", "B"), values=[0, 1, 2, 5])).excess
    -1.0
    """
    if game.size == 1:
        return LeastCore(excess=-np.inf, payoffs=game.payoffs([game.everyone]), grounds=np.zeros(0, dtype=np.int64))
    scaled = scale(game)
    program = CoalitionProgram(
        values=scaled.values,
        candidates=proper(game.size),
        cost=np.append(np.zeros(game.size), 1.0),
        relief=np.ones(1),
        equal=np.append(np.ones(game.size), 0.0)[None, :],
        equal_to=scaled.values[-1:],
        lower=np.full(game.size + 1, -np.inf),
    )
    answer, numbers = minimise_over_coalitions(program, lone_and_all_but_one(game.size))
    return LeastCore(
        excess=scaled.unit * answer.value,
        payoffs=scaled.payoffs(answer.point[: game.size]),
        grounds=answer.priced(numbers),
    )


def cost_of_stability(game: Game) -> float:
    """The smallest outside subsidy with which some division leaves no coalition a gain. [0 or more]

    In the unit of the game; 0 when the core is not empty. The subsidy is paid only if all stay.
    Source: Bachrach et al. (2009), The cost of stability in coalitional games, SAGT 2009,
    doi:10.1007/978-3-642-04645-2_12.

    >>> majority = Game.from_function("ABC", lambda coalition: len(coalition) >= 2)
    >>> cost_of_stability(majority)
    0.5
    """
    scaled = scale(game)
    return scaled.unit * _least_subsidy(scaled.values, game.size)[0]


def side_payments(game: Game, payoffs: pd.Series[float]) -> SidePayments:
    """The smallest transfers that turn `payoffs` into a division no coalition gains by leaving.

    Smallest in the sum of what changes hands. Where the core is empty transfers alone do not do it;
    then the least subsidy comes in as well, and they sum to it instead of to zero. The least total
    is unique, who exactly pays may not be: do not read fairness into it.

    Raises AskError when `payoffs` does not hand out what all are worth.

    >>> game = Game(players=("A", "B"), values=[0, 1, 2, 5])
    >>> side_payments(game, game.payoffs([0.5, 4.5])).transfers.to_dict()
    {'A': 0.5, 'B': -0.5}
    """
    paid = game.amounts(payoffs)
    if abs(paid.sum() - game.everyone) > 2 * game.close():
        raise AskError(
            "Side payments start from a division of what all are worth",
            [f"payoffs sum to {paid.sum():g}, must be {game.everyone:g}; scale them"],
        )
    scaled = scale(game)
    subsidy, lasting = _least_subsidy(scaled.values, game.size)
    answer, binding = _least_transfers(scaled.values, scaled.amounts(paid), subsidy)
    received, given = answer.point[game.size : 2 * game.size], answer.point[2 * game.size :]
    return SidePayments(
        transfers=game.payoffs(scaled.unit * (received - given)).rename("transfer"),
        subsidy=scaled.unit * subsidy,
        grounds=np.union1d(lasting, binding),
    )


def _least_subsidy(values: FloatArray, size: int) -> tuple[float, NumberArray]:
    """The least total that pays every coalition its worth, beyond what all are worth, and who proves it: nobody has to
    where it is nothing, for it cannot be less.
    """
    candidates = np.ones(2**size, dtype=np.bool_)
    candidates[0] = False
    program = CoalitionProgram(
        values=values,
        candidates=candidates,
        cost=np.ones(size),
        equal=np.zeros((0, size)),
        equal_to=np.zeros(0),
        lower=np.full(size, -np.inf),
    )
    answer, numbers = minimise_over_coalitions(program, np.append(lone_and_all_but_one(size), 2**size - 1))
    subsidy = answer.value - values[-1]
    if subsidy <= size * SHORT:
        return 0.0, np.zeros(0, dtype=np.int64)
    return float(subsidy), answer.priced(numbers)


def _least_transfers(values: FloatArray, paid: FloatArray, subsidy: float) -> tuple[LinearAnswer, NumberArray]:
    """The answer and who proves it. Variables: new payoffs, then what each player receives, then what each gives."""
    size = len(paid)
    unit, none = np.eye(size), np.zeros(size)
    program = CoalitionProgram(
        values=values,
        candidates=proper(size),
        cost=np.concatenate([none, np.ones(2 * size)]),
        relief=np.zeros(2 * size),
        equal=np.vstack([np.hstack([unit, -unit, unit]), np.concatenate([np.ones(size), none, none])]),
        equal_to=np.append(paid, values[-1] + subsidy),
        lower=np.concatenate([np.full(size, -np.inf), none, none]),
    )
    answer, numbers = minimise_over_coalitions(program, lone_and_all_but_one(size))
    return answer, answer.priced(numbers)
