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

from resilience.physics import Floats
from resilience.sizing.extensive import Extensive

NOTHING = 1e-9  # weight of a scenario in the objective below which its duals say nothing


def credit(
    joined: Extensive, rows: pd.DataFrame, held: Floats, row_dual: Floats, alone: Sequence[Floats], losses: pd.DataFrame
) -> pd.DataFrame:
    """Loss avoided in each scenario by each good held. Columns scenario, good, avoided_usd.

    Parameters
    ----------
    rows, held
        The stores, and the scaled units each holds.
    row_dual, alone
        Duals of the joined program, and of each scenario's block with nothing held.
    losses
        Columns scenario, without_usd, loss_usd.
    """
    found = []
    for number, loss in enumerate(losses.itertuples()):
        mine = joined.mine[number]
        worth = np.maximum(joined.worth(alone[number], number), 0.0)
        weight = joined.weight(row_dual, number)
        if weight > NOTHING:
            last = joined.worth(row_dual[joined.rows[number]], number) / weight
            worth = (worth + np.maximum(last, 0.0)) / 2.0
        parts = pd.Series(worth * held[mine]).groupby(rows["good"].to_numpy()[mine]).sum()
        parts = parts[parts > 0]
        avoided = max(float(loss.without_usd) - float(loss.loss_usd), 0.0)  # type: ignore[arg-type]
        for good, part in parts.items():
            found.append((loss.scenario, good, avoided * part / parts.sum()))
    return pd.DataFrame(found, columns=["scenario", "good", "avoided_usd"])
