"""What it costs to keep finished work: CPU seconds of one thread, with a log and without.

    python tests/bench/bench_runs.py

Tasks hand back 40,000 numbers each, half of them zero, as the plan of a scenario of the chips network does, after a
tenth of a second of arithmetic; a scenario of that network takes seconds. Then a fingerprint of a program of 600,000
columns.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import sparse

from resilience.engine import Serial, nothing
from resilience.journal import Kept, Log, fingerprint
from resilience.solver import LinearProgram

TASKS, TURNS, WIDTH, COLUMNS = 40, 1_500_000, 40_000, 600_000


def planned(state, seed):
    """Some arithmetic, and a plan."""
    total = 0.0
    for turn in range(TURNS):
        total += turn**0.5
    plan = np.random.default_rng(seed).random(WIDTH)
    return np.where(plan < 0.5, 0.0, plan)


def cpu(act) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


def work(engine) -> None:
    with engine.team(nothing) as team:
        for _ in team.work(planned, {str(seed): seed for seed in range(TASKS)}):
            pass


def program() -> LinearProgram:
    rng = np.random.default_rng(1)
    matrix = sparse.random(COLUMNS // 5, COLUMNS, density=2e-5, format="csc", rng=rng)
    ones = np.ones(COLUMNS)
    rows = np.ones(COLUMNS // 5)
    return LinearProgram(
        cost=rng.random(COLUMNS),
        matrix=matrix,
        row_lower=-rows,
        row_upper=rows,
        column_lower=0 * ones,
        column_upper=ones,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        logs = [Log(Path(folder) / f"answers-{number}") for number in range(3)]
        plain = min(cpu(lambda: work(Serial())) for _ in logs)
        kept = min(cpu(lambda log=log: work(Kept(engine=Serial(), log=log))) for log in logs)
        again = min(cpu(lambda log=log: work(Kept(engine=Serial(), log=log))) for log in logs)
        size = logs[0].path.stat().st_size / TASKS / 1e3
    each = 1e3 * (kept - plain) / TASKS
    print(f"{TASKS} tasks: {plain:.2f} s plain, {kept:.2f} s kept: {each:.1f} ms and {size:.0f} kB an answer")
    print(f"told again: {1e3 * again / TASKS:.1f} ms an answer")
    asked = program()
    told = cpu(lambda: fingerprint(asked))
    print(f"fingerprint of {COLUMNS:,} columns, {asked.matrix.nnz:,} nonzeros: {told:.2f} s")


if __name__ == "__main__":
    main()
