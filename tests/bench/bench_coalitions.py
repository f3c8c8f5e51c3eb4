"""How long the costs of all coalitions of fourteen members take, and the games on them.

    PYTHONPATH=tests/support python tests/bench/bench_coalitions.py [members] [scenarios] [goods] [afresh]

A synthetic network (tests/support/ten_goods.py) of a chain of goods, each made in every member country and bought from
two others; outages of eight to thirty weeks; 26 weeks in five periods. `afresh` so many coalitions, drawn, are solved
once more from nowhere: the same costs, and what reuse saves.
"""

from __future__ import annotations

import resource
import sys
from time import process_time

import numpy as np
from ten_goods import outages, ten_goods

from resilience.periods import Coarsening
from resilience.policy import Release
from resilience.sharing.core import in_core
from resilience.sharing.market import alliance
from resilience.sharing.nucleoli import nucleolus
from resilience.sharing.power import shapley
from resilience.sharing.values import pooled_values


def main(members: int, scenarios: int, goods: int, afresh: int) -> None:
    network = ten_goods(goods=goods, places=members)
    begun = process_time()
    asked = alliance(
        network, outages(network, scenarios), members="all", weeks=26,
        periods=Coarsening(steps=((2, 2), (1, 4), (1, 9))), release=Release(decision_weeks=2, pooled_weeks=1),
    )  # fmt: skip
    height, width = asked.program.shape
    tell(
        f"{members} members, {scenarios} scenarios: {height:,} rows, {width:,} columns; {process_time() - begun:.0f} s"
    )
    told = [0]

    def say(text: str) -> None:
        told[0] += 1
        if told[0] % 1024 == 0:
            tell(f"  {text}; {process_time() - begun:.0f} s")

    found = pooled_values(asked, say=say)
    tell(repr(found))
    tell(f"{2**members - 1:,} coalitions: {found.seconds:.0f} s, {found.seconds / 2**members:.3f} s each")
    rng = np.random.default_rng(0)
    begun, apart = process_time(), 0.0
    for number in rng.integers(1, 2**members, afresh):
        cost = asked.reached(found.costs.coalition(int(number))).cost_usd
        apart = max(apart, abs(cost / found.costs.values[number] - 1))
    tell(f"afresh, {afresh} of them: {(process_time() - begun) / max(afresh, 1):.3f} s each, apart by {apart:.1e}")
    for answer in (shapley, nucleolus):
        begun = process_time()
        division = answer(found.saved)
        held = "in the core" if in_core(found.saved, division) else "not in the core"
        tell(f"{answer.__name__}: {process_time() - begun:.2f} s, {held}")
    tell(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [14, 50, 2, 20][len(given) :]))
