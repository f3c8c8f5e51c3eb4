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

from resilience.compare import statistics

if TYPE_CHECKING:
    from resilience.compare.comparison import Comparison

ROOM = 1e-9  # of a chance, for rounding
LEAST = 1e-12  # factor, so that none has no logarithm
COLUMNS = ["assumption", "stated", "unit", "flips_at", "factor", "to"]


def flips(found: Comparison, *, causes: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """What it takes to make another policy the best in expected total, nearest first; what no factor can is left out.

    Columns assumption, stated, unit, flips_at, factor (flips_at / stated) and to (the policy that then breaks even).
    Of drawn years give `causes`, the hazards behind each, since no single year decides anything. It looks at one
    assumption at a time, and at the mean: several that are off together need less.
    """
    totals = found.cost_usd + found.loss_usd @ found.probability
    best = int(np.argmin(totals))
    behind = _behind(found.scenarios, causes or {name: (name,) for name in found.scenarios})
    rows = []
    same = {best, *statistics.alike(found.cost_usd, found.loss_usd, found.probability, best)}
    for other in (number for number in range(len(totals)) if number not in same):
        gap = float(totals[best] - totals[other])
        for assumption, stated, unit, part, most in _scaled(found, best, other, behind):
            factor = 1.0 - gap / part if part else np.inf
            if 0 <= factor <= most + ROOM and np.isfinite(factor):
                rows.append((assumption, stated, unit, factor * stated, factor, found.policies[other]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    far = np.abs(np.log(np.maximum(table["factor"].to_numpy(dtype=np.float64), LEAST)))
    table = table.assign(far=far).sort_values(["far", "assumption", "to"]).drop_duplicates("assumption")
    return table.drop(columns="far").reset_index(drop=True)


def _scaled(
    found: Comparison, best: int, other: int, behind: Sequence[tuple[str, np.ndarray]]
) -> list[tuple[str, float, str, float, float]]:
    """Each assumption: name, what is stated, unit, the part G of the gap, and the largest factor it can take."""
    chance, costs, names = found.probability, found.cost_usd, found.policies
    apart, calm = chance * (found.loss_usd[best] - found.loss_usd[other]), 1.0 - float(chance.sum())
    rows = []
    for cause, mask in behind:
        stated = float(chance[mask].sum())
        if stated > 0:
            rows.append((f"chance of {cause}", stated, "a year", float(apart[mask].sum()), 1.0 + calm / stated))
    for number, sign in ((best, 1.0), (other, -1.0)):
        cost = float(costs[number])
        rows.append((f"cost of {names[number]}", cost, "USD a year", sign * cost, np.inf))
    return [*rows, ("all losses", 1.0, "times", float(apart.sum()), np.inf)]


def _behind(scenarios: Sequence[str], causes: Mapping[str, Sequence[str]]) -> list[tuple[str, np.ndarray]]:
    """Each cause, and which scenarios it stands behind."""
    names = dict.fromkeys(cause for name in scenarios for cause in causes[name])
    return [(cause, np.array([cause in causes[name] for name in scenarios])) for cause in names]
