"""What decomposition saves: the ten-goods instance as one program and taken apart, each in a process of its own.

    python tests/bench/bench_lshaped.py 50 200            taken apart, S scenarios each
    python tests/bench/bench_lshaped.py --workers 2 50    the same on two workers (compare wall-clock)
    python tests/bench/bench_lshaped.py --joined 20       as one program, by HiGHS's simplex method

Prints CPU seconds (workers included), wall-clock, peak memory of the first process, and what was proved. POSIX only.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from ten_goods import outages, ten_goods

from resilience.balance import balance
from resilience.engine import Processes, Serial
from resilience.sizing.lshaped import decompose
from resilience.sizing.stated import state_sizing
from resilience.solver import Method, solve

GAP = 1e-4


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("sizes", type=int, nargs="+")
    given.add_argument("--workers", type=int, default=1)
    given.add_argument("--joined", action="store_true")
    given.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    for size in asked.sizes:
        if asked.here:
            measure(size, workers=asked.workers, joined=asked.joined)
        else:
            flags = ["--here", "--workers", str(asked.workers), *(["--joined"] if asked.joined else [])]
            subprocess.run([sys.executable, __file__, *flags, str(size)], check=True)


def measure(size: int, *, workers: int, joined: bool) -> None:
    network = balance(ten_goods(), tolerance=np.inf).network
    stated = state_sizing(network, outages(network, size), weeks=52)
    two_stage = stated.two_stage
    before, begun = used(), time.monotonic()
    if joined:
        found = solve(stated.joined.program, Method(algorithm="simplex", gap=GAP))
        told = f"{found.iterations:,} steps"
    else:
        engine = Serial() if workers == 1 else Processes(workers=workers)
        found = decompose(two_stage, start=np.zeros(two_stage.first.shape[1]), gap=GAP, engine=engine)
        told = f"{found.iterations} rounds, {found.solves} solves, {found.cuts} cuts"
    wall, cpu = time.monotonic() - begun, used() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform != "darwin" else 2**30)
    kind = "one program" if joined else f"taken apart, {workers} worker{'s' * (workers > 1)}"
    sys.stdout.write(
        f"S={size:<5}{kind:<26}{cpu:8.1f} s CPU{wall:8.1f} s wall{peak:7.2f} GB  "
        f"objective {found.objective:.6f} gap {found.gap:.1e}  {told}\n"
    )
    sys.stdout.flush()


def used() -> float:
    mine, theirs = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.user + mine.system + theirs.ru_utime + theirs.ru_stime


if __name__ == "__main__":
    main()
