"""A network of a thousand stock points and eight thousand lanes, and scenarios for it."""

from itertools import pairwise

import numpy as np
import pandas as pd

from resilience.disruption import Outage
from resilience.network import Network
from resilience.scenario import Scenario


def big_network(*, goods: int = 10, places: int = 100, lanes_each: int = 8, seed: int = 1) -> Network:
    """A chain of goods; each place makes every good and buys each from `lanes_each` others, so that all balances."""
    rng = np.random.default_rng(seed)
    names, spots = [f"g{n:02}" for n in range(goods)], [f"P{n:03}" for n in range(places)]
    lanes = [
        {
            "good": good, "origin": spots[(n + step) % places], "destination": spot, "flow_per_week": 1.0,
            "transit_weeks": int(rng.integers(1, 5)), "limit_factor": 2.0,
        }
        for good in names
        for n, spot in enumerate(spots)
        for step in range(1, lanes_each + 1)
    ]  # fmt: skip
    per_week = float(lanes_each + 2)
    return Network.from_frames(
        name=f"big-{goods * places}",
        goods=pd.DataFrame({"good": names, "cycle_weeks": [n % 4 for n in range(goods)]}),
        producers=pd.DataFrame(
            [{"good": g, "place": p, "output_per_week": per_week, "surge": 1.2} for g in names for p in spots]
        ),
        needs=pd.DataFrame([{"good": b, "input": a, "units": 1.0} for a, b in pairwise(names)]),
        lanes=pd.DataFrame(lanes),
        demand=pd.DataFrame(
            [{"good": names[-1], "place": p, "units_per_week": per_week, "usd_per_unit_unmet": 5.0} for p in spots]
        ),
        stocks=pd.DataFrame([{"good": g, "place": p, "weeks": 4.0} for g in names for p in spots]),
    )


def outages(network: Network, count: int, *, seed: int = 1) -> list[Scenario]:
    """Outages of one good at a tenth of its makers, from week 2 to 9, for up to half a year."""
    rng = np.random.default_rng(seed)
    goods, spots = sorted(network.goods["good"]), sorted(network.places["place"])
    return [
        Scenario(
            name=f"s{n}",
            disruptions=(
                Outage(
                    good=str(rng.choice(goods)),
                    place=tuple(str(p) for p in rng.choice(spots, max(len(spots) // 10, 1), replace=False)),
                    first_week=int(rng.integers(2, 10)),
                    weeks=float(rng.integers(4, 26)),
                ),
            ),
        )
        for n in range(count)
    ]
