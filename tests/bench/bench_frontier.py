"""What a frontier saves by beginning each point where the last one ended, against solving every point afresh.

    python tests/bench/bench_frontier.py --scenarios 8 --weeks 26      the ten-goods instance, taken apart
    python tests/bench/bench_frontier.py --together                    the same as one program, by corners

Prints CPU seconds of both in one run, and the largest difference of a point (both are proved to 1e-4).
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from ten_goods import outages, ten_goods

from resilience.balance import balance
from resilience.sizing.frontier import MEASURES, frontier
from resilience.sizing.lshaped import decompose
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing
from resilience.solver import Method, solve

GAP = 1e-4
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--scenarios", type=int, default=8)
    given.add_argument("--weeks", type=int, default=26)
    given.add_argument("--together", action="store_true")
    asked = given.parse_args()
    network = balance(ten_goods(), tolerance=np.inf).network
    stated = state_sizing(network, outages(network, asked.scenarios), weeks=asked.weeks)
    sizing = solve_sizing(stated, method=Method(algorithm="ipm", crossover=False))
    budgets = [share * sizing.reserve.usd for share in SHARES]
    started = time.process_time()
    table = frontier(stated, sizing, budgets, gap=GAP, together=10**9 if asked.together else 0)
    shared = time.process_time() - started
    started = time.process_time()
    losses = [afresh(stated, risk, budget, together=asked.together) for risk in MEASURES.values() for budget in budgets]
    alone = time.process_time() - started
    apart = np.abs(np.array(losses) - table["loss_usd"]) / np.maximum(table["loss_usd"], 1.0)
    print(f"{len(losses)} points: {shared:.1f} s together, {alone:.1f} s afresh, {alone / shared:.1f} times; ", end="")
    print(f"largest difference {apart.max():.1e}, largest gap {table['gap'].max():.1e}")


def afresh(stated, risk, budget, *, together):
    """The loss of one point, with nothing known beforehand."""
    terms = replace(
        stated.terms, holding=np.zeros_like(stated.terms.holding), risk=risk, budget=budget / stated.laws.usd
    )
    point = replace(stated, terms=terms)
    if together:
        return solve(point.joined.program, Method(algorithm="simplex")).objective * stated.laws.usd
    start = np.zeros(point.first.program.shape[1])
    return decompose(point.two_stage, gap=GAP, start=start).objective * stated.laws.usd


if __name__ == "__main__":
    main()
