"""How long private stock lasts at baseline pace."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.metrics.supply import supply
from resilience.network import Network

DAYS_PER_WEEK = 7.0


def days_of_cover(network: Network) -> pd.DataFrame:
    """Private stock by good and place, in units and in days of two bases.

    Index good and place (where the good is used); columns `stock_units`, `use_per_week`, `net_imports_per_week`
    (arrivals less shipments; below 0 for a net exporter), `days_of_use` (stock over baseline consumption) and
    `days_of_net_imports` (stock over net imports; missing where there are none). Range 0 and up. Quote the base with
    the figure: the two differ by the share that a place makes itself.

    Do not use it as time to survive: it assumes that all supply stops at once and that stock is where it is needed.

    Source: days of net imports as in the International Energy Agency's 90-day obligation (Agreement on an
    International Energy Program, art. 2); days of consumption as in EU Directive 2009/119/EC, art. 3.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas", "gas"], "place": ["A", "B"], "output_per_week": [6, 4]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
    ...     demand={"good": ["gas"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [1]},
    ...     stocks={"good": ["gas"], "place": ["B"], "weeks": [3]})
    >>> days_of_cover(network)[["stock_units", "days_of_use", "days_of_net_imports"]]  # 30 units; 10, or 6 net, a week
                stock_units  days_of_use  days_of_net_imports
    good place
    gas  B             30.0         21.0                 35.0
    """
    baseline = supply(network)
    points = baseline.points.set_index(["good", "place"])
    lanes = baseline.network.lanes
    into = lanes.groupby(["good", "destination"])["flow_per_week"].sum().rename_axis(["good", "place"])
    out_of = lanes.groupby(["good", "origin"])["flow_per_week"].sum().rename_axis(["good", "place"])
    net = into.reindex(points.index, fill_value=0.0) - out_of.reindex(points.index, fill_value=0.0)
    stock = points["stock_weeks"] * points["use_per_week"]
    imported = net.where(net > 1e-9 * points["use_per_week"], np.nan)  # below: rounding of the balance, not imports
    return pd.DataFrame(
        {
            "stock_units": stock,
            "use_per_week": points["use_per_week"],
            "net_imports_per_week": net,
            "days_of_use": DAYS_PER_WEEK * points["stock_weeks"],
            "days_of_net_imports": DAYS_PER_WEEK * stock / imported,
        }
    )
