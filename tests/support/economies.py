"""Input-output tables as networks: each industry makes one good at a place of its own, and buys the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.network import Network

Floats = NDArray[np.float64]


def economy_network(
    flows: Floats,
    final: Floats,
    names: Sequence[str],
    *,
    stock_weeks: float,
    own_stock_weeks: float = 0.0,
    cycle_weeks: int = 1,
    transit_weeks: int = 1,
) -> Network:
    """The economy in which industry j sells `flows[j, i]` a week to industry i and `final[j]` to households.

    Users hold `stock_weeks` of each input, makers `own_stock_weeks` of what they make.
    """
    output = flows.sum(axis=1) + final
    sales = [(j, i) for j, i in np.argwhere(flows > 0).tolist() if j != i]
    uses = np.argwhere(flows > 0).tolist()
    held = [(names[j], names[i], stock_weeks) for j, i in sales] + [(name, name, own_stock_weeks) for name in names]
    return Network.from_frames(
        name=f"economy-{len(names)}",
        goods=pd.DataFrame({"good": names, "cycle_weeks": cycle_weeks}),
        producers=pd.DataFrame({"good": names, "place": names, "output_per_week": output}),
        needs=pd.DataFrame(
            [{"good": names[i], "input": names[j], "units": flows[j, i] / output[i]} for j, i in uses]
        ),
        lanes=pd.DataFrame(
            [
                {"good": names[j], "origin": names[j], "destination": names[i],
                 "flow_per_week": flows[j, i], "transit_weeks": transit_weeks}
                for j, i in sales
            ]
        ),
        demand=pd.DataFrame(
            [{"good": name, "place": name, "units_per_week": units, "usd_per_unit_unmet": 1.0}
             for name, units in zip(names, final, strict=True) if units > 0]
        ),
        stocks=pd.DataFrame(held, columns=["good", "place", "weeks"]),
    )  # fmt: skip


def random_economy(seed: int, size: int, *, density: float = 0.5) -> tuple[Floats, Floats, list[str]]:
    """Flows between industries (none to itself), final demand, and names that sort as they stand."""
    rng = np.random.default_rng(seed)
    flows = rng.uniform(0.0, 1000.0, (size, size)) * (rng.random((size, size)) < density)
    np.fill_diagonal(flows, 0.0)
    final = flows.sum(axis=0) * 1.5 + rng.uniform(1000.0, 2000.0, size)  # no industry buys more than it sells
    return flows, final, [f"s{n:02}" for n in range(size)]
