"""How many coalitions of a network are solved for its nucleolus, and how long that takes.

    PYTHONPATH=tests/support python tests/bench/bench_nucleolus.py [members] [scenarios] [goods]

The synthetic network of bench_coalitions.py.
"""

from __future__ import annotations

import sys
from time import process_time

from ten_goods import outages, ten_goods

from resilience.periods import Coarsening
from resilience.policy import Release
from resilience.sharing import ByNucleolus, Coalitions, alliance, burden


def main(members: int, scenarios: int, goods: int) -> None:
    network = ten_goods(goods=goods, places=members)
    asked = alliance(
        network, outages(network, scenarios), members="all", weeks=26,
        periods=Coarsening(steps=((2, 2), (1, 4), (1, 9))), release=Release(decision_weeks=2, pooled_weeks=1),
    )  # fmt: skip
    begun = process_time()
    coalitions = Coalitions(alliance=asked)
    first = len(coalitions.found)
    found = burden(coalitions, ByNucleolus())
    height, width = asked.program.shape
    sys.stdout.write(
        f"{members} members, {scenarios} scenarios, {goods} goods ({height:,} rows, {width:,} columns): "
        f"{len(coalitions.found)} of {2**members - 1:,} coalitions solved ({first} to begin with), "
        f"{process_time() - begun:.1f} s, stable: {found.stable}\n"
    )


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [14, 8, 2][len(given) :]))
