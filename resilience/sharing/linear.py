"""Linear programs over all coalitions of a game, solved with the few coalitions that matter.

    minimise    cost . z
    where       x(S) + relief . extras >= worth(S)      for every candidate coalition S
                equal z = equal_to,   z >= lower

z holds a payoff x_i for each player, then any extras; x(S) is the sum of S's payoffs. There are
2**n coalitions but few bind, so the program starts with some, is solved, asks which coalitions are
short, adds the shortest and is solved again until none is (Hallefjord, Helming and Jornsten 1995,
Int. J. Game Theory 24). Prices found so hold for the whole program: coalitions left out cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from resilience.errors import SolverError
from resilience.sharing.game import FloatArray, Game, coalition_sums
from resilience.solver import LinearProgram, Method, solve

NumberArray = npt.NDArray[np.int64]

SHORT = 1e-9  # a coalition is short when it misses its worth by more; worths are scaled to one
PRICELESS = 1e-9  # a price below it is rounding
EXACTLY = Method(algorithm="simplex", tolerance=1e-10)
ADDED = 6  # coalitions added a round, times the number of players


@dataclass(frozen=True, kw_only=True)
class LinearAnswer:
    """The best point of a linear program, its value, and the price of each row (0 or more)."""

    point: FloatArray
    value: float
    prices: FloatArray

    def priced(self, numbers: NumberArray) -> NumberArray:
        """Which of these coalitions, one a row, have a price: they prove the value, whatever the others are worth
        less.
        """
        return numbers[self.prices > PRICELESS]


@dataclass(frozen=True, kw_only=True)
class CoalitionProgram:
    """The program of this module's first lines.

    `values` and `candidates` have shape (2**n,); `cost` and `lower` (n + extras,); `relief`
    (extras,); `equal` (rows, n + extras) and `equal_to` (rows,).
    """

    values: FloatArray
    candidates: npt.NDArray[np.bool_]
    cost: FloatArray
    relief: FloatArray = field(default_factory=lambda: np.zeros(0))
    equal: FloatArray
    equal_to: FloatArray
    lower: FloatArray

    @property
    def size(self) -> int:
        """The number of players."""
        return len(self.values).bit_length() - 1

    def rows(self, numbers: NumberArray) -> FloatArray:
        """The left-hand sides of these coalitions. Shape (coalitions, n + extras)."""
        return np.hstack([membership(numbers, self.size), np.tile(self.relief, (len(numbers), 1))])

    def shortfalls(self, point: FloatArray) -> FloatArray:
        """By how much each candidate misses its worth at `point`; minus infinity for the others."""
        paid = coalition_sums(point[: self.size]) + self.relief @ point[self.size :]
        return np.where(self.candidates, self.values - paid, -np.inf)


def minimise_over_coalitions(program: CoalitionProgram, start: NumberArray) -> tuple[LinearAnswer, NumberArray]:
    """The answer, whose prices belong to the coalitions returned beside it.

    `start` holds the numbers of coalitions to begin with; with them the program must be bounded.
    """
    numbers = start
    while True:
        answer = minimise_linear(
            program.cost,
            rows=program.rows(numbers),
            at_least=program.values[numbers],
            equal=program.equal,
            equal_to=program.equal_to,
            lower=program.lower,
        )
        shortfalls = program.shortfalls(answer.point)
        shortfalls[numbers] = -np.inf
        shortest = np.argsort(-shortfalls, kind="stable")[: ADDED * program.size]
        shortest = shortest[shortfalls[shortest] > SHORT]
        if not shortest.size:
            return answer, numbers
        numbers = np.concatenate([numbers, shortest])


def minimise_linear(
    cost: FloatArray,
    *,
    rows: FloatArray,
    at_least: FloatArray,
    equal: FloatArray,
    equal_to: FloatArray,
    lower: FloatArray,
) -> LinearAnswer:
    """The least `cost . z` where rows z >= at_least, equal z = equal_to and z >= lower.

    Raises SolverError, with the solver's own words, when there is no such point or no least one.

    >>> one = np.ones(1)
    >>> minimise_linear(one, rows=np.ones((1, 1)), at_least=2 * one, equal=np.zeros((0, 1)),
    ...                 equal_to=np.zeros(0), lower=0 * one).value
    2.0
    """
    matrix = sparse.csc_matrix(np.vstack([rows, equal]))
    program = LinearProgram(
        cost=cost,
        matrix=matrix,
        row_lower=np.concatenate([at_least, equal_to]),
        row_upper=np.concatenate([np.full(len(at_least), np.inf), equal_to]),
        column_lower=lower,
        column_upper=np.full(len(cost), np.inf),
    )
    try:
        found = solve(program, EXACTLY)
    except SolverError as error:
        raise SolverError(f"A linear program over coalitions was not solved: {error}") from error
    return LinearAnswer(point=found.x, value=found.objective, prices=found.row_dual[: len(rows)])


@dataclass(frozen=True, kw_only=True)
class ScaledGame:
    """`game` with nothing for players alone and no worth beyond one, as `values`, for a solver's sake.

    Taking from each player what it is worth alone and dividing by the largest worth left moves the core,
    the least core and the nucleolus along; `payoffs` and `amounts` lead back and forth.
    """

    game: Game
    values: FloatArray
    alone: FloatArray
    unit: float

    def payoffs(self, amounts: FloatArray) -> pd.Series[float]:
        """A division of the scaled game as one of the game."""
        return self.game.payoffs(self.alone + self.unit * amounts)

    def amounts(self, paid: FloatArray) -> FloatArray:
        """Amounts of the game as amounts of the scaled game. Shape (n,)."""
        return (paid - self.alone) / self.unit


def scale(game: Game) -> ScaledGame:
    """The game in the scale that programs over coalitions use."""
    alone = game.alone()
    gains = game.values - coalition_sums(alone)
    gains[1 << np.arange(game.size)] = 0.0
    largest = float(np.abs(gains).max())
    if largest <= game.close():  # nobody gains by joining: what is left is rounding
        return ScaledGame(game=game, values=np.zeros_like(gains), alone=alone, unit=1.0)
    return ScaledGame(game=game, values=gains / largest, alone=alone, unit=largest)


def proper(size: int) -> npt.NDArray[np.bool_]:
    """Which coalitions are neither nobody nor everybody. Shape (2**size,)."""
    marked = np.ones(2**size, dtype=np.bool_)
    marked[[0, -1]] = False
    return marked


def membership(numbers: NumberArray, size: int) -> FloatArray:
    """One row a coalition: 1 where a player is in, else 0. Shape (coalitions, size).

    >>> membership(np.array([1, 6]), 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """
    return (numbers[:, None] >> np.arange(size) & 1).astype(np.float64)


def lone_and_all_but_one(size: int) -> NumberArray:
    """The numbers of the coalitions of one player and of all but one, each once.

    >>> lone_and_all_but_one(3).tolist()
    [1, 2, 3, 4, 5, 6]
    """
    lone = 1 << np.arange(size)
    return np.setdiff1d(np.concatenate([lone, 2**size - 1 - lone]), [0, 2**size - 1])
