"""What a player brings: the Shapley and the Banzhaf value of a game.

With v the worth of a coalition, n players and s the size of a coalition S without player i,

    Shapley_i = sum over S of  s! (n - s - 1)! / n!  *  (v(S and i) - v(S))
    Banzhaf_i = sum over S of  1 / 2**(n - 1)        *  (v(S and i) - v(S))

The first is i's mean contribution over all orders of joining, the second over all coalitions.
`shapley` and `banzhaf` read every coalition from a table; `sampled_shapley` asks for the worths it
needs, for games that are too wide or whose worths are dear. Voting stands in `voting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import comb

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from resilience.errors import AskError
from resilience.sharing.game import FloatArray, Game, joining


def shapley(game: Game) -> pd.Series[float]:
    """Each player's mean contribution over all orders of joining, in the unit of the game.

    Exact; 2**n steps a player (14 players take milliseconds, 20 less than a second). The payments
    add up to what all are worth. They need not lie in the core, so do not use them where players
    may leave without asking `blocking_coalitions` first.

    Source: Shapley (1953), A value for n-person games, Annals of Mathematics Studies 28.

    >>> game = Game(players=("left", "right"), values=[0, 1, 0, 4])
    >>> shapley(game).to_dict()
    {'left': 2.5, 'right': 1.5}
    """
    size = game.size
    weight = np.array([1 / (size * comb(size - 1, others)) for others in range(size)])
    weights = weight[_sizes(size - 1)]
    return game.payoffs([weights @ joining(game.values, place) for place in range(size)])


def banzhaf(game: Game) -> pd.Series[float]:
    """Each player's mean contribution over all coalitions of the others, in the unit of the game.

    The numbers do not add up to what all are worth: use them to compare players, not to divide.

    Source: Banzhaf (1965), Rutgers Law Review 19; Dubey and Shapley (1979),
    doi:10.1287/moor.4.2.99.

    >>> banzhaf(Game(players=("A", "B"), values=[0, 1, 0, 4])).to_dict()
    {'A': 2.5, 'B': 1.5}
    """
    return game.payoffs([joining(game.values, place).mean() for place in range(game.size)])


def sampled_shapley(
    players: Iterable[str],
    worth: Callable[[frozenset[str]], float],
    *,
    pairs: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The Shapley value from drawn orders of joining, with an interval for each player.

    Each draw is an order and its reverse (an antithetic pair), which removes the part of the error
    that comes from joining early or late. Returns columns `payoff`, `low` and `high` (Student's
    interval over the pairs, each player on its own, at `confidence`) by player, in the unit of
    `worth`. The payoffs add up to what all are worth whatever the number of pairs. `worth` is asked
    once of each coalition met, at most 2 (n - 1) new ones a pair, and never of nobody, who are worth 0.

    Do not use it where the table fits: `shapley` is exact. Do not trust the intervals of few pairs
    when a rare coalition matters much (a veto in a large council): an unseen event has no spread.

    Raises AskError on fewer than two pairs, or a confidence outside 0 to 1 (both ends excluded).

    Source: Castro, Gomez and Tejada (2009), doi:10.1016/j.cor.2008.04.004; the pairs are from
    Mitchell, Cooper, Frank and Holmes (2022), J. Machine Learning Research 23(43).

    >>> rng = np.random.default_rng(1)
    >>> sampled_shapley(["A", "B"], len, pairs=2, rng=rng)["payoff"].to_dict()
    {'A': 1.0, 'B': 1.0}
    """
    names = tuple(players)
    _check_sample(names, pairs, confidence)
    known = _remembering(names, worth)
    draws = np.empty((pairs, len(names)))
    for draw in draws:
        order = rng.permutation(len(names))
        draw[:] = (_contributions(order, known) + _contributions(order[::-1], known)) / 2
    payoff = draws.mean(axis=0)
    error = draws.std(axis=0, ddof=1) / np.sqrt(pairs)
    reach = float(stdtrit(pairs - 1, (1 + confidence) / 2)) * error
    return pd.DataFrame(
        {"payoff": payoff, "low": payoff - reach, "high": payoff + reach},
        index=pd.Index(names, name="player"),
    )


def _sizes(size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How many players each of the 2**size coalitions has."""
    counts = np.zeros(1, dtype=np.int64)
    for _ in range(size):
        counts = np.concatenate([counts, counts + 1])
    return counts


def _check_sample(names: tuple[str, ...], pairs: int, confidence: float) -> None:
    faults = []
    if not names or len(set(names)) < len(names):
        faults.append(f"players are {names!r}, must be at least one name, each once")
    if pairs < 2:
        faults.append(f"pairs is {pairs}, must be at least 2 to have a spread")
    if not 0 < confidence < 1:
        faults.append(f"confidence is {confidence}, must lie between 0 and 1")
    if faults:
        raise AskError("The Shapley value cannot be sampled so", faults)


def _remembering(names: tuple[str, ...], worth: Callable[[frozenset[str]], float]) -> Callable[[int], float]:
    """The worth of a coalition by its number, asked once of each."""
    asked = {0: 0.0}

    def known(number: int) -> float:
        if number not in asked:
            members = (name for place, name in enumerate(names) if number >> place & 1)
            asked[number] = float(worth(frozenset(members)))
        return asked[number]

    return known


def _contributions(order: np.ndarray[tuple[int], np.dtype[np.int64]], known: Callable[[int], float]) -> FloatArray:
    brought = np.empty(len(order))
    number, before = 0, 0.0
    for place in order.tolist():
        number |= 1 << place
        after = known(number)
        brought[place] = after - before
        before = after
    return brought
