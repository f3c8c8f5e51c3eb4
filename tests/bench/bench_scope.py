"""What leaving out and coarsening change: the loss of a few scenarios of `ipef_reserve`, with each and without.

    python tests/bench/bench_scope.py

Prints one line a scenario and choice: loss in million USD, processor seconds of statement and solve, columns.
"""

import sys
import time
from itertools import product

from resilience import best_response, datasets, models
from resilience.balance import balance
from resilience.periods import Coarsening, Weekly
from resilience.sizing.scope import Downstream, Everything
from resilience.solver import Method

SCENARIOS = ("gallium_germanium_ban", "spruce_pine_quartz", "gulf_helium_outage")
GRIDS = {
    "study": Coarsening(steps=((4, 1), (4, 2), (1, 4))),
    "coarser": Coarsening(steps=((4, 1), (4, 2), (4, 4), (1, 13))),
    "weekly": Weekly(),
}
SCOPES = {"downstream": Downstream(), "everything": Everything()}


def main(names: tuple[str, ...]) -> None:
    """One line for each scenario, grid and scope; the whole network only on the study's grid."""
    network, study = balance(datasets.load("chips")).network, models.load("ipef_reserve")
    for name, (grid, periods), (scope, kept) in product(names, GRIDS.items(), SCOPES.items()):
        if scope == "everything" and grid != "study":
            continue
        started = time.process_time()
        found = best_response(
            network,
            study.scenarios[name],
            weeks=study.weeks,
            periods=periods,
            scope=kept,
            weights=study.weights(network),
            method=Method(algorithm="ipm", crossover=False),
        )
        spent = time.process_time() - started
        line = f"{name:24s} {grid:14s} {scope:11s} {found.loss_usd / 1e6:12.4f} million USD {spent:7.1f} s"
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or SCENARIOS)
