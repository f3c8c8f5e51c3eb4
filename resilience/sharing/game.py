"""A cooperative game: what every coalition of players is worth.

A coalition is a set of players; as a number it is a bitmask whose bit i says that player i is in.
A game of n players is a table of 2**n worths, in the order of those numbers, so that the worth of
nobody comes first and the worth of all comes last. With players A, B, C:

    number      0   1   2   3    4   5    6    7
    coalition   -   A   B   AB   C   AC   BC   ABC

Worth is good to have: more is better. A game of costs is the same table with its signs turned:
build it from the costs, call `Game.negated`, and read a player's share of the cost as minus its
payoff. Values that treat gains and costs alike (`shapley`, `banzhaf`) may also be asked of the
costs as they are; the core, the least core and the nucleolus may not.

A division among the players is a pandas Series whose index, named `player`, holds their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.errors import AskError, near

FloatArray = npt.NDArray[np.float64]

MOST_PLAYERS = 24  # 2**24 worths are 134 MB
CLOSE = 1e-9  # share of a game's largest worth below which two worths count as equal


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Game:
    """What each coalition of `players` is worth, in any one unit.

    `values` has shape (2**n,) and is ordered as this module's first lines say. It is copied and
    cannot be written to. Do not use a table beyond some twenty players: its size doubles with each.

    Raises AskError when names repeat, when the table has another length, holds a number that is not
    finite, or gives nobody a worth.

    Source: von Neumann and Morgenstern (1944), Theory of Games and Economic Behavior, ch. 6.

    >>> game = Game(players=("left", "right"), values=[0, 0, 0, 1])
    >>> game.worth(["left", "right"])
    1.0
    """

    players: tuple[str, ...]
    values: FloatArray

    def __post_init__(self) -> None:
        players = tuple(self.players)
        faults = _faults_in_players(players)
        values = np.array(self.values, dtype=np.float64)
        if not faults:
            faults = _faults_in_values(values, len(players))
        if faults:
            raise AskError("This is no game", faults)
        values.setflags(write=False)
        object.__setattr__(self, "players", players)
        object.__setattr__(self, "values", values)

    @classmethod
    def from_function(cls, players: Iterable[str], worth: Callable[[frozenset[str]], float]) -> Game:
        """The game in which a coalition is worth `worth(coalition)`; asked once of each but the empty.

        >>> Game.from_function(["A", "B"], lambda coalition: len(coalition) ** 2).values.tolist()
        [0.0, 1.0, 1.0, 4.0]
        """
        players = tuple(players)
        faults = _faults_in_players(players)
        if faults:
            raise AskError("This is no game", faults)
        asked = (worth(_members(players, number)) for number in range(1, 2 ** len(players)))
        return cls(players=players, values=np.array([0.0, *asked]))

    @classmethod
    def from_dict(cls, players: Iterable[str], worths: Mapping[frozenset[str] | tuple[str, ...], float]) -> Game:
        """The game with the worth of every coalition written out; the empty one may be left out.

        >>> Game.from_dict(["A", "B"], {("A",): 1, ("B",): 2, ("A", "B"): 5}).values.tolist()
        [0.0, 1.0, 2.0, 5.0]
        """
        players = tuple(players)
        faults = _faults_in_players(players)
        named = {frozenset(coalition): worth for coalition, worth in worths.items()}
        strangers = sorted(set().union(*named) - set(players))
        faults += [f"{name!r} is in a coalition but does not play. {near(name, players)}" for name in strangers]
        if not faults:
            wanted = [_members(players, number) for number in range(1, 2 ** len(players))]
            missing = [sorted(coalition) for coalition in wanted if coalition not in named]
            faults += [f"coalition {names} has no worth; give one" for names in missing]
        if faults:
            raise AskError("This is no game", faults)
        return cls.from_function(players, lambda coalition: named[coalition])

    @property
    def size(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def everyone(self) -> float:
        """What all players together are worth."""
        return float(self.values[-1])

    def number(self, coalition: Iterable[str]) -> int:
        """The place of `coalition` in `values`.

        >>> Game(players=("A", "B"), values=[0, 1, 2, 5]).number(["B"])
        2
        """
        members = set(coalition)
        strangers = sorted(members - set(self.players))
        if strangers:
            raise AskError(
                "A coalition is made of players", [f"{name!r}: {near(name, self.players)}" for name in strangers]
            )
        return sum(1 << place for place, name in enumerate(self.players) if name in members)

    def coalition(self, number: int) -> tuple[str, ...]:
        """The players of the coalition at that place in `values`, in the order of `players`.

        >>> Game(players=("A", "B"), values=[0, 1, 2, 5]).coalition(3)
        ('A', 'B')
        """
        return tuple(name for place, name in enumerate(self.players) if number >> place & 1)

    def worth(self, coalition: Iterable[str]) -> float:
        """What `coalition` is worth on its own."""
        return float(self.values[self.number(coalition)])

    def alone(self) -> FloatArray:
        """What each player is worth alone. Shape (n,)."""
        return np.array([self.values[1 << place] for place in range(self.size)])

    def negated(self) -> Game:
        """The same game with every sign turned: costs become worths, and worths costs.

        >>> costs = Game(players=("A", "B"), values=[0, 1, 2, 2])
        >>> costs.negated().worth(["B"])
        -2.0
        """
        return Game(players=self.players, values=0.0 - self.values)

    def among(self, players: Iterable[str]) -> Game:
        """The game left when only `players` take part, in the order given.

        >>> game = Game.from_function(["A", "B", "C"], lambda coalition: len(coalition) - 1)
        >>> game.among(["C", "A"]).values.tolist()
        [0.0, 0.0, 0.0, 1.0]
        """
        return Game.from_function(players, self.worth)

    def payoffs(self, amounts: npt.ArrayLike) -> pd.Series[float]:
        """`amounts`, one a player in the order of `players`, as a division by name."""
        index = pd.Index(self.players, name="player")
        return pd.Series(np.array(amounts, dtype=np.float64), index=index)

    def amounts(self, payoffs: pd.Series[float]) -> FloatArray:
        """The numbers of a division in the order of `players`. Shape (n,).

        Raises AskError when it names other players, one of them twice, or a number is not finite.
        """
        faults = [f"{name!r} is paid nothing; give it a number" for name in self.players if name not in payoffs.index]
        faults += [f"{name!r} is paid but does not play" for name in payoffs.index if name not in self.players]
        faults += [f"{name!r} is paid twice" for name in payoffs.index[payoffs.index.duplicated()]]
        if not faults:
            ordered = np.array(payoffs.loc[list(self.players)], dtype=np.float64)
            faults += [
                f"{name!r} is paid {amount}, must be finite"
                for name, amount in zip(self.players, ordered, strict=True)
                if not np.isfinite(amount)
            ]
        if faults:
            raise AskError("Payoffs give each player one number", faults)
        return ordered

    def close(self) -> float:
        """The difference below which two worths of this game count as equal, in its unit."""
        return CLOSE * max(float(np.abs(self.values).max()), np.finfo(np.float64).tiny)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Game):
            return NotImplemented
        return self.players == other.players and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.players, (self.values + 0.0).tobytes()))  # + 0.0: -0.0 equals 0.0

    def __repr__(self) -> str:
        return f"Game of {self.size} players ({', '.join(self.players)}), all worth {self.everyone:g}"


def coalition_sums(amounts: npt.ArrayLike) -> FloatArray:
    """What each coalition gets when player i gets `amounts[i]`. Shape (n,) to (2**n,).

    >>> coalition_sums([1, 10, 100]).tolist()
    [0.0, 1.0, 10.0, 11.0, 100.0, 101.0, 110.0, 111.0]
    """
    given = np.asarray(amounts, dtype=np.float64)
    sums = np.zeros(2**given.size)
    for place, amount in enumerate(given):
        sums[1 << place : 2 << place] = sums[: 1 << place] + amount
    return sums


def is_monotone(game: Game) -> bool:
    """Whether no coalition is worth less than a part of it.

    >>> is_monotone(Game(players=("A", "B"), values=[0, 1, 2, 1]))
    False
    """
    return all(bool(np.all(joining(game.values, place) >= -game.close())) for place in range(game.size))


def is_zero_monotone(game: Game) -> bool:
    """Whether a player brings to any coalition at least what it is worth alone.

    Where this fails somebody may be worth more alone than any coalition gains by its joining, and the
    nucleolus may differ from the prenucleolus.

    >>> is_zero_monotone(Game(players=("A", "B"), values=[0, 1, 2, 2]))
    False
    """
    alone = game.alone()
    return all(bool(np.all(joining(game.values, place) >= alone[place] - game.close())) for place in range(game.size))


def is_convex(game: Game) -> bool:
    """Whether a player brings the more, the larger the coalition it joins.

    In a convex game the core is not empty and the Shapley value lies in it.
    Source: Shapley (1971), Int. J. Game Theory 1, doi:10.1007/BF01753431.

    >>> is_convex(Game.from_function(["A", "B", "C"], lambda coalition: len(coalition) ** 2))
    True
    """
    for first in range(game.size):
        brought = joining(game.values, first)
        for second in range(game.size - 1):
            if np.any(joining(brought, second) < -game.close()):
                return False
    return True


def joining(values: FloatArray, place: int) -> FloatArray:
    """What the player at `place` adds to each coalition without it. Shape (2**n,) to (2**(n-1),).

    The answer is ordered by the numbers of the coalitions of the other players.

    >>> joining(np.array([0.0, 1.0, 2.0, 5.0]), 0).tolist()
    [1.0, 3.0]
    """
    split = values.reshape(-1, 2, 1 << place)
    return (split[:, 1, :] - split[:, 0, :]).ravel()


def _members(players: tuple[str, ...], number: int) -> frozenset[str]:
    return frozenset(name for place, name in enumerate(players) if number >> place & 1)


def _faults_in_players(players: tuple[str, ...]) -> list[str]:
    faults = ["a player has an empty name; give it one" for name in players if not name]
    repeated = sorted({name for name in players if players.count(name) > 1})
    faults += [f"player {name!r} is named twice; name each once" for name in repeated]
    if not 1 <= len(players) <= MOST_PLAYERS:
        faults.append(
            f"{len(players)} players, must be 1 to {MOST_PLAYERS}; beyond that ask `sampled_shapley` or `WeightedVote`"
        )
    return faults


def _faults_in_values(values: FloatArray, size: int) -> list[str]:
    if values.shape != (2**size,):
        return [f"values have shape {values.shape}, must be ({2**size},) for {size} players"]
    faults = [
        f"coalition number {number} is worth {values[number]}, must be finite"
        for number in np.flatnonzero(~np.isfinite(values))[:10]
    ]
    if values[0] != 0:
        faults.append(f"nobody is worth {values[0]}, must be 0; subtract it from every coalition")
    return faults
