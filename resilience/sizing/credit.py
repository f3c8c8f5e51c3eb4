"""What to thank for the loss avoided: a stated attribution over goods and measures, not a fact of nature.

What is bought works together, so no split of what it avoids is the only right one. Here the loss avoided in each
scenario is split in proportion to (worth of the first unit + worth of the last unit) / 2 x units bought, where a worth
is the dual of what is held, or of what a measure lifts: of the response to that scenario with nothing bought, and with
everything. That is the two-point (trapezoid) form of the Aumann-Shapley price, scaled so that the parts add up to the
whole; it costs no further solve. Where only one has any worth, it takes all.

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
    items: pd.DataFrame,
    bought: Floats,
    mine: Sequence[Whole],
    first: Sequence[Floats],
    last: Sequence[Floats],
    weight: Floats,
    losses: pd.DataFrame,
) -> pd.DataFrame:
    """Loss avoided in each scenario by each good held and each measure. Columns scenario, kind, name, avoided_usd.

    Parameters
    ----------
    items, bought
        The stores, then the measures (columns kind and name), and how much of each is bought, in scaled units.
    mine
        Of each scenario's items, which of all.
    first, last
        For each scenario, what the first of each of its items saves it; and what the last adds to the objective.
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
        parts = items.iloc[mine[number]].assign(part=worth * bought[mine[number]])
        parts = parts.groupby(["kind", "name"])["part"].sum().reset_index()
        parts = parts[parts["part"] > 0]
        avoided = max(float(loss.without_usd) - float(loss.loss_usd), 0.0)  # type: ignore[arg-type]
        shares = avoided * parts["part"] / parts["part"].sum()
        found.append(parts[["kind", "name"]].assign(scenario=str(loss.scenario), avoided_usd=shares))
    columns = ["scenario", "kind", "name", "avoided_usd"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
