"""Which assumption, moved how far, would make another policy the best: from losses at hand, without simulating again.

With a the best policy and b another, their expected totals differ by D = total[a] - total[b] <= 0. Let an assumption be
scaled by f, and G be the part of D that scales with it. The two break even where D + (f - 1) G = 0, so at

    f = 1 - D / G

    chance of a scenario    G = p (loss[a] - loss[b])     the undisturbed year gives or takes what p changes by
    what a policy costs     G = cost[a], or -cost[b]
    all losses              G = sum over scenarios of p (loss[a] - loss[b])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from resilience.compare.comparison import Comparison

ROOM = 1e-9  # of a chance, for rounding
COLUMNS = ["assumption", "stated", "unit", "flips_at", "factor", "to"]


def flips(found: Comparison, *, causes: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """What it takes to make another policy the best in expected total, nearest first; what no factor can is left out.

    Columns assumption, stated, unit, flips_at, factor (flips_at / stated) and to (the policy that then breaks even).
    Of drawn years give `causes`, the hazards behind each, since no single year decides anything. It looks at one
    assumption at a time, and at the mean: several that are off together need less.
    """
    totals = found.cost_usd + found.loss_usd @ found.probability
    best = int(np.argmin(totals))
    behind = causes or {name: (name,) for name in found.scenarios}
    whole = float(found.probability.sum())
    rows = []
    for other in (p for p in range(len(totals)) if p != best):
        gap = float(totals[best] - totals[other])
        apart = found.probability * (found.loss_usd[best] - found.loss_usd[other])
        scaled = [
            (f"chance of {cause}", chance, "a year", float(apart[mask].sum()), 1.0 + (1.0 - whole) / chance)
            for cause, mask in _behind(found.scenarios, behind)
            if (chance := float(found.probability[mask].sum())) > 0
        ]
        scaled += [
            (
                f"cost of {found.policies[p]}",
                float(found.cost_usd[p]),
                "USD a year",
                sign * float(found.cost_usd[p]),
                np.inf,
            )
            for p, sign in ((best, 1.0), (other, -1.0))
        ]
        scaled.append(("all losses", 1.0, "times", float(apart.sum()), np.inf))
        for assumption, stated, unit, part, most in scaled:
            factor = 1.0 - gap / part if part else np.inf
            if 0 <= factor <= most + ROOM and np.isfinite(factor):
                rows.append((assumption, stated, unit, factor * stated, factor, found.policies[other]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["far"] = np.abs(np.log(np.maximum(table["factor"].astype(float), 1e-12)))
    table = table.sort_values(["far", "assumption", "to"]).drop_duplicates("assumption")
    return table.drop(columns="far").reset_index(drop=True)


def _behind(scenarios: Sequence[str], causes: Mapping[str, Sequence[str]]) -> list[tuple[str, np.ndarray]]:
    """Each cause, and which scenarios it stands behind."""
    names = dict.fromkeys(cause for name in scenarios for cause in causes[name])
    return [(cause, np.array([cause in causes[name] for name in scenarios])) for cause in names]
