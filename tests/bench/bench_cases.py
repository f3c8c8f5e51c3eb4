"""Published programs in whole numbers, solved as one program until the published figure is proved.

    python tests/bench/bench_cases.py                        all three: about twenty minutes
    python tests/bench/bench_cases.py servers sizes          some
    python tests/bench/bench_cases.py --time-limit 900 capacity

Prints CPU seconds, the answer and its bound beside the published ones, and the first-stage plan, whose cost
`tests/cases/test_whole_numbers.py` works out anew.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from whole_number_programs import capacity, servers, sizes

from resilience.sizing.twostage import extensive
from resilience.solver import Method, solve

PUBLISHED = {  # program, its published cost, and the relative gap at which that counts as proved
    "servers": (lambda: servers()[0], "-262.40", 1e-6),
    "sizes": (sizes, "224275.33, at least 224275.16", 1e-6),
    "capacity": (lambda: capacity()[0], "1060.695, at least 1060.676", 1e-4),
}


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("cases", nargs="*")
    given.add_argument("--time-limit", type=float, default=1800.0, help="wall-clock seconds a case")
    asked = given.parse_args()
    for name in asked.cases or PUBLISHED:
        make, published, gap = PUBLISHED[name]
        two_stage = make()
        program = extensive(two_stage).program
        begun = time.process_time()
        found = solve(program, Method(gap=gap, time_limit_s=asked.time_limit))
        plan = found.x[: two_stage.first.shape[1] - len(two_stage.recourses)]
        sys.stdout.write(
            f"{name}: {program.shape[0]:,} rows, {program.shape[1]:,} columns; {time.process_time() - begun:.0f} s "
            f"CPU, {found.status.name}; cost {found.objective:.6f}, bound {found.bound:.6f}, gap {found.gap:.1e}; "
            f"published {published}\n  plan {[round(float(value), 6) for value in plan]}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
