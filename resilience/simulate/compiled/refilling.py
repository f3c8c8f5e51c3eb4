"""Keepers buy back what was drawn, compiled: `plain.releasing.refill`."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Block, Net, Out, State, Vault


@inner
def refill(week: int, net: Net, block: Block, vault: Vault, state: State, out: Out) -> None:
    """Keepers buy back what users at their stores' places do not want to hold; users order for them, too."""
    for s in range(state.stock.shape[1]):
        for i in range(len(vault.point)):
            n = vault.point[i]
            struck = block.hoarded_slot[n]
            kept = net.wanted_stock[n] if week >= block.onset[s] else net.stock[n]
            if struck >= 0:
                kept += block.hoarded[struck, week, s] * net.use[n]
            state.lacking[n] = max(max(state.here[n, s] + state.after[n, s], 0.0) - kept, 0.0)  # to spare
            state.offered[n] = 0.0
            state.bids[n, s] = 0.0
        for i in range(len(vault.point)):
            state.most[i] = _wanted_back(i, week, s, net, vault, state)
            state.offered[vault.point[i]] += min(state.most[i], vault.bought[i])
        for i in range(len(vault.point)):
            n = vault.point[i]
            part = state.lacking[n] / state.offered[n] if state.offered[n] > state.lacking[n] else 1.0
            units = min(state.most[i], vault.bought[i]) * part
            state.remaining[i, s] += units
            state.bids[n, s] += min(max(state.most[i] - units, 0.0), vault.ordered[i])
            state.most[i] = units
            if out.full:
                out.refill[i, week, s] = units
        for i in range(len(vault.point)):
            state.here[vault.point[i], s] -= state.most[i]


@inner
def _wanted_back(i: int, week: int, s: int, net: Net, vault: Vault, state: State) -> float:
    """What a store lacks, once its keeper may buy."""
    if vault.calm[i] < 0 or week - state.calm_from[i, s] < vault.calm[i]:
        return 0.0
    there, use = 0.0, 0.0
    for j in range(vault.watch_start[i], vault.watch_start[i + 1]):
        n = vault.watch_point[j]
        there += max(state.here[n, s] + state.after[n, s], 0.0)
        use += net.use[n]
    cover = there / use if use > 0 else np.inf
    return max(vault.held[i] - state.remaining[i, s], 0.0) if cover * 7.0 >= vault.cover[i] else 0.0
