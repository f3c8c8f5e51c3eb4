"""What it takes to state a sizing and hand it over, beside its solve and beside the modelling layer's own way.

    OMP_NUM_THREADS=1 python tests/bench/bench_statement.py 50
    OMP_NUM_THREADS=1 python tests/bench/bench_statement.py 50 --no-solve --no-pulp

The ten-goods instance over 52 weeks. Ours: the page is stated once for each structure, compiled, tiled and handed over
as arrays. PuLP's own: the page is stated for every scenario, and each statement is handed to HiGHS by PuLP; rows that
tie scenarios together are not counted against it. CPU seconds of one thread. The simulation that tells which of many
scenarios lose anything is told apart: it states nothing.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import highspy
import numpy as np
import pulp

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from ten_goods import outages, ten_goods

from resilience.balance import balance
from resilience.sizing.compiled import each_compiled
from resilience.sizing.lshaped import decompose
from resilience.sizing.program import response_program
from resilience.sizing.stated import MANY, Stated, state_sizing
from resilience.sizing.unaided import most_lost
from resilience.solver import Method, loaded

GAP = 1e-4
T = TypeVar("T")


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("scenarios", type=int)
    given.add_argument("--no-solve", action="store_true")
    given.add_argument("--no-pulp", action="store_true")
    asked = given.parse_args()
    network = balance(ten_goods(), tolerance=np.inf).network
    several = outages(network, asked.scenarios)
    simulated = 0.0
    if len(several) > MANY:
        most_lost(network, several, weeks=52)  # compiles the simulator
        _, simulated = timed("simulating which scenarios lose anything", lambda: most_lost(network, several, weeks=52))
    stated, state = timed("stating, that included", lambda: state_sizing(network, several, weeks=52))
    timed(
        "  of it, the page once and its arrays for each",
        lambda: list(each_compiled((one, one) for one in stated.cases)),
    )
    joined, tile = timed("tiling into one program", lambda: stated.joined)
    _, hand = timed("handing it over", lambda: loaded(joined.program, Method()))
    rows, columns = joined.program.shape
    ours = state - simulated + tile + hand
    said(f"{len(stated.cases)} scenarios stated: {rows:,} rows, {columns:,} columns; {ours:.1f} s in all")
    if not asked.no_pulp:
        theirs = by_pulp(stated)
        said(f"ours is 1/{theirs / ours:.1f} of PuLP's")
    if not asked.no_solve:
        two_stage = stated.two_stage
        start = np.zeros(two_stage.first.shape[1])
        found, solve = timed("solving, taken apart", lambda: decompose(two_stage, start=start, gap=GAP))
        said(f"gap {found.gap:.1e}; ours is {ours / solve:.1%} of the solve")


def by_pulp(stated: Stated) -> float:
    """Seconds to state each scenario's page with PuLP and have PuLP hand it to HiGHS."""
    solver = pulp.HiGHS(msg=False)
    state = hand = 0.0
    for case in stated.cases:
        begun = time.process_time()
        problem = response_program(case).problem
        state += time.process_time() - begun
        begun = time.process_time()
        problem.solverModel = highspy.Highs()
        problem.solverModel.setOptionValue("output_flag", False)
        solver.buildSolverModel(problem)
        hand += time.process_time() - begun
    said(f"{'PuLP, stating every scenario':<48}{state:8.2f} s")
    said(f"{'PuLP, handing each over':<48}{hand:8.2f} s")
    return state + hand


def timed(name: str, what: Callable[[], T]) -> tuple[T, float]:
    begun = time.process_time()
    found = what()
    took = time.process_time() - begun
    said(f"{name:<48}{took:8.2f} s")
    return found, took


def said(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
