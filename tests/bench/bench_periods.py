"""What coarser periods save and hide on drawn years: one year's least loss and CPU seconds over several grids.

    python tests/bench/bench_periods.py --years 0 15 22 45 60 100

Years are those of 1,000 drawn with seed 1, by their place in the order of what they lose as simulated.
"""

from __future__ import annotations

import argparse

import numpy as np

from resilience.balance import balance
from resilience.drawing import drawn
from resilience.models import load
from resilience.periods import Coarsening
from resilience.sizing.response import with_units
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided import most_lost
from resilience.solver import INNER, solve

GRIDS = {
    "52 of 2": ((52, 2),),
    "31, as named years have": ((4, 1), (4, 2), (1, 4)),
    "26 of 4": ((26, 4),),
    "13 of 8": ((13, 8),),
    "9 of 8, 2 of 16": ((9, 8), (2, 16)),
    "8 of 8, 2 of 20": ((8, 8), (2, 20)),
    "10, of 4 and 12": ((2, 4), (1, 12)),
}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--years", type=int, nargs="+", default=[0, 15, 22, 45, 60, 100])
    asked.add_argument("--grids", nargs="+", choices=list(GRIDS), default=list(GRIDS))
    chosen = asked.parse_args()
    study = load("ipef_reserve")
    network = balance(study.network()).network
    study = drawn(study, network, draws=1000, seed=1)
    weights = study.weights(network)
    lost = most_lost(network, study.scenarios, weeks=study.weeks, weights=weights)
    order = np.argsort(-lost, kind="stable")
    for place in chosen.years:
        year = study.scenarios.scenarios[order[place]]
        print(f"{place}: {year.name[:70]}; simulated {lost[order[place]]:,.0f} USD")
        for name in chosen.grids:
            stated = state_sizing(
                network, [year], weeks=study.weeks, members=study.members, release=study.release.build(),
                periods=Coarsening(steps=GRIDS[name]), weights=weights, scope=study.scope(),
            )  # fmt: skip
            (case,), (block,) = stated.cases, stated.blocks
            program = with_units(block, case, np.zeros(len(case.stores))).program
            found = solve(program, INNER)
            usd, shape = found.objective * stated.laws.usd, program.shape
            print(f"    {name:24} {shape[0]:7,} x {shape[1]:7,}  {found.seconds:5.1f} s CPU  {usd:18,.0f} USD")


if __name__ == "__main__":
    main()
