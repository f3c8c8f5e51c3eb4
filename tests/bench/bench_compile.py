"""Stating, compiling, tiling and handing over the ten-goods instance, beside its solve and beside PuLP's own route.

    PYTHONPATH=.:tests/support python tests/bench/bench_compile.py [SCENARIOS, 50 if left out] [solve]

PuLP's route builds and hands over every scenario through PuLP; it is measured on two scenarios and multiplied, which
flatters it: costs there grow faster than the number. With `solve`, the joined program is solved by simplex as well.
"""

import sys
import time

import numpy as np
import pulp
from ten_goods import outages, ten_goods

from resilience.balance import balance
from resilience.physics import physics
from resilience.policy import Release
from resilience.risk import Expectation
from resilience.sizing.case import build_case, candidates
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import join
from resilience.sizing.program import response_program
from resilience.sizing.reserve import Terms, reserve_program
from resilience.solver import Method, _loaded, solve
from resilience.stores import stores

WEEKS, BY_PULP = 52, 2


def main(count: int, solved: bool) -> None:
    """One line a step, in CPU seconds."""
    network = balance(ten_goods()).network
    scenarios, laws = outages(network, count), physics(network)
    rows = candidates(network, "all")
    held = stores(laws, rows, weeks=WEEKS, release=Release())
    cases = [build_case(laws, scenario, weeks=WEEKS, held=held) for scenario in scenarios]
    clock = [time.process_time()]

    def tell(what: str) -> float:
        clock.append(time.process_time())
        sys.stdout.write(f"{what:<44}{clock[-1] - clock[-2]:9.2f} s CPU\n")
        sys.stdout.flush()
        return clock[-1] - clock[-2]

    compiler = Compiler()
    compiler.compile(cases[0])
    ours = tell("state and compile, once")
    blocks = [compiler.compile(case) for case in cases]
    ours += tell(f"bound {count} scenarios")
    terms = Terms(
        holding=laws.price[held.point] * 0.15, purchase=laws.price[held.point], most=held.largest,
        probabilities=np.array([scenario.probability for scenario in scenarios]), largest_loss=np.full(count, 1e6),
        risk=Expectation(), budget=None, floors=(),
    )  # fmt: skip
    first, mine = reserve_program(terms).compiled(), [np.arange(len(rows))] * count
    joined = join(first, blocks, cases, mine=mine, floors=(), members=frozenset()).program
    ours += tell(f"tile: {joined.shape[0]:,} rows, {joined.shape[1]:,} columns")
    _loaded(joined, Method())
    ours += tell("hand over")
    stated = [response_program(case).problem for case in cases[:BY_PULP]]
    theirs = tell(f"state {BY_PULP} scenarios in PuLP") * count / BY_PULP
    for problem in stated:
        solver = pulp.HiGHS(msg=False)
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
    theirs += tell(f"hand {BY_PULP} over by PuLP") * count / BY_PULP
    sys.stdout.write(f"ours {ours:.2f} s; PuLP's own route {theirs:.1f} s; ratio {theirs / ours:.0f}\n")
    if solved:
        solve(joined, Method(algorithm="simplex"))
        spent = tell("solve, dual simplex")
        sys.stdout.write(f"ours is {ours / spent:.1%} of the solve\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, "solve" in sys.argv)
