"""Which good to thank for the loss a reserve avoids: a stated attribution, not a fact of nature.

Goods of one reserve work together, so no split of what they avoid is the only right one. Here the loss avoided in each
scenario is split in proportion to (worth of the first unit + worth of the last unit) / 2 x units held, where a worth is
the dual of what a store holds: of the response to that scenario with nothing held, and with the whole reserve. That is
the two-point (trapezoid) form of the Aumann-Shapley price, scaled so that the parts add up to the whole; it costs no
further solve. Where only one good has any worth, it takes all.

Reference: L. J. Billera and D. C. Heath (1982), Allocation of shared costs: a set of axioms yielding a unique
procedure, Mathematics of Operations Research 7(1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from resilience.physics import Floats, Whole

NOTHING = 1e-9  # weight of a scenario in the objective below which its duals say nothing


def credit(
    rows: pd.DataFrame,
    held: Floats,
    mine: Sequence[Whole],
    first: Sequence[Floats],
    last: Sequence[Floats],
    weight: Floats,
    losses: pd.DataFrame,
) -> pd.DataFrame:
    """Loss avoided in each scenario by each good held. Columns scenario, good, avoided_usd.

    Parameters
    ----------
    rows, held
        The stores, and the scaled units each holds.
    mine
        Of each scenario's stores, which of all.
    first, last
        For each scenario, what the first unit in each of its stores saves it; and what the last adds to the objective.
    weight
        What one unit of each scenario's loss adds to the objective.
    losses
        Columns scenario, without_usd, loss_usd.
    """
    found = []
    for number, loss in enumerate(losses.itertuples()):
        worth = np.maximum(first[number], 0.0)
        if weight[number] > NOTHING:
            worth = (worth + np.maximum(last[number] / weight[number], 0.0)) / 2.0
        parts = pd.Series(worth * held[mine[number]]).groupby(rows["good"].to_numpy()[mine[number]]).sum()
        parts = parts[parts > 0]
        avoided = max(float(loss.without_usd) - float(loss.loss_usd), 0.0)  # type: ignore[arg-type]
        for good, part in parts.items():
            found.append((loss.scenario, good, avoided * part / parts.sum()))
    return pd.DataFrame(found, columns=["scenario", "good", "avoided_usd"])
