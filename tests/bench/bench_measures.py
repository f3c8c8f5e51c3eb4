"""Gallium in stock, or from a new plant: measures on the shipped network, with assumed costs, and what they take.

    python tests/bench/bench_measures.py [usd_per_year of a module]

Sizes against `gallium_germanium_ban` of `ipef_reserve` alone, with that study's settings, first without measures and
then with them. Prints processor seconds of statement and solve, the costs, and the ranking of what is bought and of
the measures.
"""

import sys
import time

from resilience import models
from resilience.mitigation import NewCapacity, SecondSource
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing
from resilience.solver import INNER


def offered(usd_per_year: float) -> tuple[NewCapacity, SecondSource]:
    """Five plants of 200 kg a week in Japan, and lanes from there to two users that it does not ship to."""
    plant = NewCapacity(
        name="gallium plant in Japan", good="gallium", place="JPN", units_per_week=200.0, modules=5, usd=8.8e6,
        usd_per_year=usd_per_year,
        note="assumed: twice a year's sales (10.4 t at 439 USD a kg) to build; a charge of 15 % a year",
    )  # fmt: skip
    lanes = SecondSource(
        name="Japan's gallium for the USA and Korea", good="gallium", origin="JPN", destinations=("USA", "KOR"),
        units_per_week=500.0, transit_weeks=2, usd=1e6, usd_per_year=1e5,
        note="assumed: trial lots and audits at two users",
    )  # fmt: skip
    return plant, lanes


def main(usd_per_year: float) -> None:
    """Both sizings."""
    study = models.load("ipef_reserve")
    network = study.network()
    for measures in ((), offered(usd_per_year)):
        began = time.process_time()
        stated = state_sizing(
            network, [study.scenarios["gallium_germanium_ban"]], weeks=study.weeks, members=study.members,
            budget_usd=study.sizing.budget_usd, release=study.release.build(), periods=study.periods.build(),
            weights=study.weights(network), scope=study.scope(), measures=measures,
        )  # fmt: skip
        built = time.process_time()
        sizing = solve_sizing(stated, method=INNER)
        done = time.process_time()
        print(f"{len(measures)} measures: stated in {built - began:.1f} s, solved in {done - built:.1f} s; {sizing}")
        told = sizing.ranking
        print(told[(told["kind"] == "measure") | (told["amount"] > 0)].round(3).to_string())


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.3e6)
