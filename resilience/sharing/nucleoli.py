"""The nucleolus: the division whose worst-treated coalition is treated best, then the next, and so on.

Sort the excesses v(S) - x(S) of all coalitions from large to small; the nucleolus is the division of
v(N) whose list is lexicographically least. It is found by a sequence of linear programs

    minimise e   where   x(S) + e >= v(S)  for every coalition S not yet settled
                         x(S) = what was settled, for the settled ones,   x(N) = v(N)

A coalition with a positive price is at the limit e in every optimum, so it is settled at v(S) - e. So
is then every coalition whose payment follows from the settled ones (its row lies in their span). Each
program raises the rank by at least one, so at most n - 1 are solved.

The coalitions with a price are the proof of a step: their weighted sum shows that no smaller e can be reached. Were any
other coalition worth less, no division would be ruled out by it and the proof would stand, so every step would end
where it did. The nucleolus therefore rests on the coalitions with a price in some step, and on each player alone.

References: Schmeidler (1969), doi:10.1137/0117107; Kopelowitz (1967), Hebrew University RM 31; Fromen (1997),
Eur. J. Operational Research 98; Nguyen and Thomas (2016), Eur. J. Operational Research 248.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import null_space

from resilience.errors import AskError
from resilience.sharing.game import FloatArray, Game, coalition_sums
from resilience.sharing.linear import (
    SHORT,
    CoalitionProgram,
    NumberArray,
    lone_and_all_but_one,
    membership,
    minimise_over_coalitions,
    proper,
    scale,
)

PRICED = 1e-6  # prices of a step sum to one over at most 2 n coalitions, so one at least is far above
SPAN = 1e-7  # a row of zeros and ones this near a span of such rows lies in it


def nucleolus(game: Game) -> pd.Series[float]:
    """The division that no coalition can complain about less, with nobody below what it has alone.

    In the unit of the game, by player; always one division, and in the core when that is not empty.
    14 players take seconds. For a game of costs, `-nucleolus(costs.negated())` are the shares.

    It does not always pay a player more when the total grows (it is not monotonic in the aggregate):
    do not use it for a burden whose total will be revised. Raises AskError when all together are worth
    less than the players alone; then only `prenucleolus` exists.

    Source: Schmeidler (1969), doi:10.1137/0117107.

    >>> glove = Game.from_function("LMR", lambda coalition: "R" in coalition and len(coalition) > 1)
    >>> nucleolus(glove).round(6).tolist()
    [0.0, 0.0, 1.0]
    """
    return nucleolus_and_grounds(game)[0]


def nucleolus_and_grounds(game: Game) -> tuple[pd.Series[float], NumberArray]:
    """The nucleolus, and the numbers of the coalitions it rests on beside each player alone and all together.

    Any other coalition may be worth less than the table says, and the nucleolus stays. Raises as `nucleolus`.

    >>> glove = Game.from_function("LMR", lambda coalition: "R" in coalition and len(coalition) > 1)
    >>> [glove.coalition(number) for number in nucleolus_and_grounds(glove)[1]]
    [('L', 'R'), ('M', 'R')]
    """
    scaled = scale(game)
    if scaled.values[-1] < -SHORT:
        raise AskError(
            "The nucleolus needs a division that leaves nobody worse off than alone",
            [f"all are worth {game.everyone:g} but alone {game.alone().sum():g}; ask for the prenucleolus"],
        )
    payoffs, grounds = _settled(scaled.values, np.zeros(game.size))
    return scaled.payoffs(payoffs), grounds


def prenucleolus(game: Game) -> pd.Series[float]:
    """The division that no coalition can complain about less, even if somebody had more alone.

    In the unit of the game, by player. It always exists, lies in the least core, and is the nucleolus
    where `is_zero_monotone(game)` holds. Do not use it where a member may simply stay out.

    Source: Sobolev (1975); Peleg and Sudholter (2007), Introduction to the Theory of Cooperative
    Games, ch. 6, doi:10.1007/978-3-540-72945-7.

    >>> prenucleolus(Game(players=("A", "B"), values=[0, 3, 4, 5])).round(6).tolist()
    [2.0, 3.0]
    """
    scaled = scale(game)
    return scaled.payoffs(_settled(scaled.values, np.full(game.size, -np.inf))[0])


def _settled(values: FloatArray, lower: FloatArray) -> tuple[FloatArray, NumberArray]:
    """Payoffs at the end of the sequence of programs, and the coalitions with a price. `lower` bounds each player's."""
    size = len(lower)
    grounds = np.zeros(0, dtype=np.int64)
    rows, paid = np.ones((1, size)), values[-1:]
    open_to_settle = proper(size)
    numbers = lone_and_all_but_one(size)
    while len(rows) < size:
        open_to_settle &= ~_in_span(rows)
        program = CoalitionProgram(
            values=values,
            candidates=open_to_settle,
            cost=np.append(np.zeros(size), 1.0),
            relief=np.ones(1),
            equal=np.column_stack([rows, np.zeros(len(rows))]),
            equal_to=paid,
            lower=np.append(lower, -np.inf),
        )
        answer, numbers = minimise_over_coalitions(program, _first(numbers, open_to_settle))
        grounds = np.union1d(grounds, answer.priced(numbers))
        by_price = np.argsort(-answer.prices, kind="stable")
        for number in numbers[by_price[answer.prices[by_price] > PRICED]]:
            row = membership(np.array([number]), size)
            if np.linalg.norm(row @ null_space(rows)) > SPAN:
                rows, paid = np.vstack([rows, row]), np.append(paid, values[number] - answer.value)
    return np.linalg.solve(rows, paid).astype(np.float64), grounds


def _in_span(rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Which coalitions' rows are sums of multiples of `rows`: they meet every direction left free at zero."""
    away = np.zeros(2 ** rows.shape[1])
    for direction in null_space(rows).T:
        np.maximum(away, np.abs(coalition_sums(direction)), out=away)
    return away <= SPAN


def _first(numbers: NumberArray, candidates: npt.NDArray[np.bool_]) -> NumberArray:
    """Coalitions to begin with: those met before, and one with its complement.

    The pair bounds the program: their excesses sum to a constant, as x(S) + x(N - S) = v(N).
    """
    one = int(np.argmax(candidates))
    return np.union1d(numbers[candidates[numbers]], [one, len(candidates) - 1 - one])
