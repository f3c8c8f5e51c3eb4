"""The instance on which ways to size a reserve are compared: ten goods, eight countries, and outages for it."""

from itertools import pairwise

import numpy as np
import pandas as pd

from resilience.disruption import Outage
from resilience.network import Network
from resilience.scenario import Scenario, ScenarioSet


def ten_goods(*, goods: int = 10, places: int = 8, seed: int = 1) -> Network:
    """A chain of goods with a few second inputs; every place makes each and buys each from two others."""
    rng = np.random.default_rng(seed)
    names, spots = [f"g{n}" for n in range(goods)], [f"P{n}" for n in range(places)]
    needs = [{"good": b, "input": a, "units": 1.0} for a, b in pairwise(names)]
    needs += [
        {"good": names[n], "input": names[int(rng.integers(0, n - 1))], "units": float(rng.uniform(0.2, 0.6))}
        for n in range(3, goods, 2)
    ]
    rows = {"producers": [], "lanes": [], "demand": [], "stocks": []}
    for good in names:
        shares = rng.dirichlet(np.full(places, 2.0))
        for n, place in enumerate(spots):
            rows["producers"].append({
                "good": good, "place": place, "share": shares[n], "surge": float(rng.uniform(1.02, 1.15)),
            })  # fmt: skip
            rows["stocks"].append({"good": good, "place": place, "weeks": float(rng.uniform(0.3, 1.0))})
            for step in rng.choice(np.arange(1, places), 2, replace=False):
                rows["lanes"].append({
                    "good": good, "origin": spots[(n + step) % places], "destination": place,
                    "transit_weeks": int(rng.integers(1, 5)), "limit_factor": 1.5,
                })  # fmt: skip
    for good in names[-3:]:
        for place in spots:
            rows["demand"].append({
                "good": good, "place": place, "units_per_week": float(rng.uniform(5.0, 20.0)),
                "usd_per_unit_unmet": float(rng.uniform(200.0, 900.0)),
            })  # fmt: skip
    return Network.from_frames(
        name=f"{goods} goods x {places} places",
        goods=pd.DataFrame({
            "good": names, "usd_per_unit": rng.uniform(5.0, 60.0, goods), "holding_share_per_year": 0.15,
            "cycle_weeks": [n % 4 for n in range(goods)],
        }),
        needs=pd.DataFrame(needs),
        blocs={"all": spots},
        **{name: pd.DataFrame(found) for name, found in rows.items()},
    )  # fmt: skip


def outages(network: Network, count: int, *, seed: int = 1) -> ScenarioSet:
    """One or two goods stopped in one or two places from week 1, for five to thirty weeks; a year in two is calm."""
    rng = np.random.default_rng(seed)
    goods, spots = sorted(network.goods["good"]), sorted(network.places["place"])
    found = []
    for n in range(count):
        struck = rng.choice(goods, rng.integers(1, 3), replace=False)
        where = tuple(str(place) for place in rng.choice(spots, rng.integers(2, 6), replace=False))
        found.append(
            Scenario(
                name=f"s{n}",
                probability=0.5 / count,
                disruptions=tuple(
                    Outage(
                        good=str(good), place=where, lost=float(rng.uniform(0.7, 1.0)), weeks=float(rng.integers(8, 31))
                    )
                    for good in struck
                ),
            )
        )
    return ScenarioSet(scenarios=tuple(found))
