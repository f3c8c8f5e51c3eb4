"""How long the games of fourteen members take. Run by hand: python tests/bench/bench_games.py"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from resilience.sharing.core import least_core
from resilience.sharing.game import Game, coalition_sums
from resilience.sharing.nucleoli import prenucleolus
from resilience.sharing.power import shapley

MEMBERS = tuple(f"member {number}" for number in range(14))


def pooled_risk(rng: np.random.Generator) -> Game:
    """Safety stock saved by pooling independent demands: smooth, without ties."""
    deviations = rng.uniform(1, 50, len(MEMBERS))
    return Game(players=MEMBERS, values=coalition_sums(deviations) - np.sqrt(coalition_sums(deviations**2)))


def claims_on_a_shortage(rng: np.random.Generator) -> Game:
    """A bankruptcy game of whole numbers: a great many ties."""
    claims = coalition_sums(rng.integers(1, 100, len(MEMBERS)))
    return Game(players=MEMBERS, values=np.maximum(claims - claims[-1] / 2, 0))


def noise(rng: np.random.Generator) -> Game:
    """No structure at all: coalitions bind that no rule foresees."""
    return Game(players=MEMBERS, values=np.append(0.0, rng.uniform(0, 1, 2 ** len(MEMBERS) - 1)))


if __name__ == "__main__":
    for make in (pooled_risk, claims_on_a_shortage, noise):
        game = make(np.random.default_rng(0))
        for answer in (shapley, least_core, prenucleolus):
            begun = perf_counter()
            answer(game)
            sys.stdout.write(f"{answer.__name__:<14}{make.__name__:<24}{perf_counter() - begun:8.3f} s\n")
