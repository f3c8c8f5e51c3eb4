"""A reserve of gallium and germanium over five years on the chips network: time, bound, simulated cost, and the rule.

    python tests/bench/bench_multistage.py [YEARS]

The ban of `ipef_reserve` and three milder ones; four states of the world. All chances but the first are assumed, and so
are the world's. YEARS 0 asks for ever.
"""

import resource
import sys
import time

import numpy as np

from resilience import ExportControl, Scenario, datasets, models
from resilience.periods import Coarsening
from resilience.policy import Release
from resilience.recovery import Linear
from resilience.sizing.multistage import multistage_reserve
from resilience.sizing.sddp import BoundStalls, Passes
from resilience.sizing.world import world_of
from resilience.sizing.years import Pace

GOODS = ("gallium", "germanium")
STRUCK = (*GOODS, "compound_wafer")
MILDER = {"half_year_ban": (0.03, 26, 0.0), "quarter_ban": (0.04, 13, 0.0), "slow_licences": (0.06, 26, 0.5)}
STATES = {"calm": 0.5, "tension": 2.0, "crisis": 6.0, "recovery": 1.0}
MOVES = [[0.85, 0.13, 0.02, 0.0], [0.3, 0.5, 0.2, 0.0], [0.0, 0.1, 0.4, 0.5], [0.5, 0.2, 0.05, 0.25]]
PRICES = {"tension": 1.5, "crisis": 3.0, "recovery": 1.5}


def main(years: int) -> None:
    """States, learns, simulates, and prints what it took."""
    network, study = datasets.load("chips"), models.load("ipef_reserve")
    chosen = [study.scenarios["gallium_germanium_ban"]]
    for name, (chance, weeks, licensed) in MILDER.items():
        control = ExportControl(
            exporter="CHN", importer="allies", good=STRUCK, weeks=weeks, licensed=licensed, recovery=Linear(weeks=12)
        )
        chosen.append(Scenario(name=name, probability=chance, disruptions=(control,)))
    world = world_of(
        chosen, multiples=STATES, moves=MOVES, price_multiples=PRICES, assumed="judgement, for timing only"
    )
    started = time.process_time()
    found = multistage_reserve(
        network,
        chosen,
        world=world,
        members="ipef",
        years=years or None,
        goods=GOODS,
        pace=Pace(market_share=0.05),
        periods=Coarsening(steps=((4, 1), (4, 2), (1, 8))),
        release=Release(decision_weeks=2, delivery_weeks=1, pooled_weeks=3),
        cover_days=(0.0, 30.0, 90.0, 180.0),
        paths=300,
        stop=(BoundStalls(over=30, by=1e-3), Passes(most=150)),
        rng=np.random.default_rng(1),
        say=lambda text: sys.stderr.write(f"{time.process_time() - started:7.1f} s {text}\n"),
    )
    spent, memory = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{found!r}\n{found.passes} passes, {spent:.1f} s of processor time, {memory:.0f} MB\n")
    sys.stdout.write(found.summary().round(1).to_string() + "\n")
    rows = found.table("policy").query("year in ('1', 'any')")
    sys.stdout.write(rows.round(1).to_string() + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
