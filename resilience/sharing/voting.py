"""Who decides: power in weighted votes and in games that are either won or lost.

A coalition wins or loses; a player is pivotal for a coalition that wins with it and loses without.
Weighted votes are counted by size and weight (dynamic programming), so fifty voters are as easy as
five. A game won or lost by another rule, such as "denies the target four fifths of its tools", is
`decisive(game, ...)`; ask `power.shapley` and `power.banzhaf` of it, and `minimal_winning`.

Counting. Let c[s, w] be the number of coalitions of s voters with weight w. Adding voter i shifts
a copy of the table by one voter and its weight, c'[s, w] = c[s, w] + c[s - 1, w - w_i]; the same line
solved for c takes the voter out again. i is pivotal where quota - w_i <= w < quota.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.errors import AskError
from resilience.sharing.game import FloatArray, Game, coalition_sums

CountArray = npt.NDArray[np.object_]  # whole Python numbers: counts outgrow 64 bits

LARGEST_TABLE = 20_000_000


@dataclass(frozen=True, kw_only=True)
class WeightedVote:
    """A coalition wins when the weights of its voters sum to at least `quota`.

    `weights` are whole numbers, 0 or more; round shares to, say, basis points first, and see that the
    quota still says what it should. Do not use it for a rule of two counts at once (a majority of
    states and of people): state that as a game.

    Raises AskError on names that repeat, weights that are not whole or do not match the voters, and a
    quota that nobody or not even everybody meets.

    Source: Shapley and Shubik (1954), doi:10.2307/1951053.

    >>> vote = WeightedVote(players=("A", "B", "C"), weights=(3, 1, 1), quota=4)
    >>> shapley_shubik(vote).round(3).to_dict()
    {'A': 0.667, 'B': 0.167, 'C': 0.167}
    """

    players: tuple[str, ...]
    weights: tuple[int, ...]
    quota: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "players", tuple(self.players))
        object.__setattr__(self, "weights", tuple(self.weights))
        faults = _faults(self)
        if faults:
            raise AskError("A weighted vote cannot be counted", faults)

    def game(self) -> Game:
        """The same vote as a table: a winning coalition is worth 1, any other 0."""
        return Game(players=self.players, values=_won(coalition_sums(self.weights), self.quota))


def shapley_shubik(vote: WeightedVote) -> pd.Series[float]:
    """The share of all orders of joining in which each voter turns defeat into victory. [0 to 1]

    The shares sum to one. They measure the power to decide when any order is as likely: do not use
    them where some voters would never act together. Source: Shapley and Shubik (1954).

    >>> vote = WeightedVote(players=("A", "B"), weights=(2, 1), quota=2)
    >>> shapley_shubik(vote).to_dict()
    {'A': 1.0, 'B': 0.0}
    """
    size = len(vote.players)
    orders = [factorial(others) * factorial(size - 1 - others) for others in range(size)]
    pivots = (
        sum(ways * int(count) for ways, count in zip(orders, by_size, strict=True))
        for by_size in _pivotal_by_size(vote)
    )
    return _by_voter(vote, [pivot / factorial(size) for pivot in pivots], "shapley_shubik")


def banzhaf_swings(vote: WeightedVote) -> pd.Series[int]:
    """The number of winning coalitions that each voter's leaving would defeat.

    Counts past 2**63 come as Python integers. Source: Banzhaf (1965), Rutgers Law Review 19.

    >>> vote = WeightedVote(players=("A", "B", "C"), weights=(3, 1, 1), quota=4)
    >>> banzhaf_swings(vote).to_dict()
    {'A': 3, 'B': 1, 'C': 1}
    """
    return _by_voter(vote, [int(by_size.sum()) for by_size in _pivotal_by_size(vote)], "swings")


def banzhaf_index(vote: WeightedVote) -> pd.Series[float]:
    """Each voter's share of all swings. [0 to 1]

    Shares sum to one, which hides how often a body can act at all; two votes compare better by
    `banzhaf_swings` over 2**(n - 1). Source: Banzhaf (1965); Penrose (1946), doi:10.2307/2981392.

    >>> vote = WeightedVote(players=("A", "B", "C"), weights=(3, 1, 1), quota=4)
    >>> banzhaf_index(vote).to_dict()
    {'A': 0.6, 'B': 0.2, 'C': 0.2}
    """
    swings = banzhaf_swings(vote).tolist()
    return _by_voter(vote, [swing / sum(swings) for swing in swings], "banzhaf_index")


def decisive(game: Game, *, at_least: float) -> Game:
    """The game won (worth 1) by a coalition worth `at_least` that much in `game`, else lost (0).

    Raises AskError when nobody already suffices or when even everybody falls short.

    >>> denial = Game(players=("USA", "NLD"), values=[0, 0.5, 0.3, 0.9])
    >>> decisive(denial, at_least=0.8).values.tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    if not 0 < at_least <= game.everyone:
        raise AskError(
            "No coalition can be decisive",
            [f"at_least is {at_least}, must be above 0 and at most {game.everyone}, all together"],
        )
    return Game(players=game.players, values=_won(game.values, at_least - game.close()))


def minimal_winning(game: Game) -> tuple[tuple[str, ...], ...]:
    """The winning coalitions in which nobody can be spared, smallest first.

    `game` is worth 0 or 1; a coalition is listed when it wins and none that lacks one of its members
    does. Raises AskError on any other game: make it one with `decisive`.
    Source: Riker (1962), The Theory of Political Coalitions, ch. 2.

    >>> vote = WeightedVote(players=("A", "B", "C"), weights=(3, 1, 1), quota=4)
    >>> minimal_winning(vote.game())
    (('A', 'B'), ('A', 'C'))
    """
    if not np.isin(game.values, (0.0, 1.0)).all():
        raise AskError(
            "Only a game that is won (1) or lost (0) has winning coalitions", ["make it one with `decisive`"]
        )
    wins = _won(game.values, 1) > 0
    minimal = wins.copy()
    for place in range(game.size):
        spared = wins.reshape(-1, 2, 1 << place)[:, 0]
        minimal.reshape(-1, 2, 1 << place)[:, 1] &= ~spared
    found = [game.coalition(int(number)) for number in np.flatnonzero(minimal)]
    return tuple(sorted(found, key=len))


def _won(reached: FloatArray, needed: float) -> FloatArray:
    return np.where(reached >= needed, 1.0, 0.0)


def _faults(vote: WeightedVote) -> list[str]:
    faults = []
    if not vote.players or len(set(vote.players)) < len(vote.players):
        faults.append(f"players are {vote.players!r}, must be at least one name, each once")
    if len(vote.weights) != len(vote.players):
        faults.append(f"{len(vote.weights)} weights for {len(vote.players)} players, give one each")
    wrong = [weight for weight in vote.weights if weight != int(weight) or weight < 0]
    faults += [f"weight {weight} must be a whole number, 0 or more" for weight in wrong]
    if faults:
        return faults
    total = int(sum(vote.weights))
    if not 0 < vote.quota <= total or vote.quota != int(vote.quota):
        faults.append(f"quota is {vote.quota}, must be a whole number from 1 to {total}, all weights")
    elif len(vote.players) * (total + 1) > LARGEST_TABLE:
        faults.append(f"weights sum to {total}, too many to count by; divide them and the quota")
    return faults


def _pivotal_by_size(vote: WeightedVote) -> list[CountArray]:
    """For each voter, the coalitions of the others it is pivotal for, counted by their size."""
    weights, quota = [int(weight) for weight in vote.weights], int(vote.quota)
    counts = _coalitions_by_size_and_weight(weights)
    pivotal: dict[int, CountArray] = {}
    for weight in set(weights):
        without = _without(counts, weight)
        pivotal[weight] = without[:, max(quota - weight, 0) : quota].sum(axis=1)
    return [pivotal[weight] for weight in weights]


def _coalitions_by_size_and_weight(weights: list[int]) -> CountArray:
    counts = np.zeros((len(weights) + 1, sum(weights) + 1), dtype=object)
    counts[0, 0] = 1
    for weight in weights:
        counts[1:, weight:] += counts[:-1, : counts.shape[1] - weight].copy()
    return counts


def _without(counts: CountArray, weight: int) -> CountArray:
    """The counts among the other voters, once a voter of `weight` is taken out."""
    without = counts[:-1].copy()
    for size in range(1, len(without)):
        without[size, weight:] -= without[size - 1, : without.shape[1] - weight]
    return without


def _by_voter(vote: WeightedVote, numbers: list[float] | list[int], name: str) -> pd.Series:
    return pd.Series(numbers, index=pd.Index(vote.players, name="player"), name=name)
