"""Reserves compiled: triggers, draws and the sharing of pools, one stage and scenario at a time."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import BY_NEED, COVER_BELOW, PRICE_ABOVE, Block, Net, Out, Rules, State, Vault


@inner
def draw(
    stage: int, week: int, net: Net, rules: Rules, block: Block, vault: Vault, state: State, out: Out
) -> None:  # fmt: skip
    """Reserves of the stage's goods send what local users lack, and what was sent earlier arrives."""
    slots = state.due.shape[0]
    any_here = False
    for i in range(len(vault.point)):
        if vault.stage[i] == stage:
            any_here = True
    if not any_here:
        return
    for s in range(state.stock.shape[1]):
        for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
            n = net.stage_point[k]
            state.lacking[n] = max(state.local[n, s] - state.here[n, s], 0.0)
            state.offered[n] = 0.0
        _offer(stage, week, s, net, rules, block, vault, state)
        for i in range(len(vault.point)):
            if vault.stage[i] == stage and vault.pool[i] < 0:
                state.offered[vault.point[i]] += state.most[i]
        for i in range(len(vault.point)):
            if vault.stage[i] == stage and vault.pool[i] < 0:
                n = vault.point[i]
                part = state.lacking[n] / state.offered[n] if state.offered[n] > state.lacking[n] else 1.0
                sent = state.most[i] * part
                state.remaining[i, s] -= sent
                state.due[(week + vault.lag[i]) % slots, n, s] += sent
                state.most[i] = sent
                if out.full and week + vault.lag[i] < out.home.shape[1]:
                    out.home[i, week + vault.lag[i], s] = sent
        for i in range(len(vault.point)):
            if vault.stage[i] == stage and vault.pool[i] < 0:
                state.lacking[vault.point[i]] = max(state.lacking[vault.point[i]] - state.most[i], 0.0)
        _share_pools(stage, rules, vault, state)
        for pool in range(vault.pools):
            if vault.pool_stage[pool] == stage:
                _send_pool(pool, week, s, vault, state, out)
        slot = week % slots
        for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
            n = net.stage_point[k]
            state.here[n, s] += state.due[slot, n, s]
            state.due[slot, n, s] = 0.0


@inner
def _offer(stage: int, week: int, s: int, net: Net, rules: Rules, block: Block, vault: Vault, state: State) -> None:
    """What each store could send this week, once it is called and the decision is taken."""
    for i in range(len(vault.point)):
        if vault.stage[i] != stage:
            continue
        calls = week >= block.onset[s]
        if rules.trigger == COVER_BELOW or rules.trigger == PRICE_ABOVE:
            stock, use, there, claimed = 0.0, 0.0, 0.0, 0.0
            for j in range(vault.watch_start[i], vault.watch_start[i + 1]):
                n = vault.watch_point[j]
                stock += state.stock[n, s]
                use += net.use[n]
                there += state.here[n, s]
                claimed += state.local[n, s]
            if rules.trigger == COVER_BELOW:
                cover = stock / use if use > 0 else np.inf
                calls = calls and cover * 7.0 < rules.trigger_level
            else:
                tight = claimed / max(there, 1e-9 * claimed, 1e-300) if claimed > there else 1.0
                calls = calls and tight > rules.trigger_level
        if calls:
            state.called[i, s] = min(state.called[i, s], week)
        ready = week >= state.called[i, s] + vault.decision[i] and week + vault.lag[i] < block.weeks
        state.most[i] = min(state.remaining[i, s], vault.rate[i]) if ready else 0.0


@inner
def _share_pools(stage: int, rules: Rules, vault: Vault, state: State) -> None:
    """What each receiver of the stage's pools gets, into `state.got`: rounds of offers, as in `pools.share_pools`."""
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage:
            state.supply[pool] = 0.0
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                state.got[r] = 0.0
    for i in range(len(vault.point)):
        if vault.stage[i] == stage and vault.pool[i] >= 0:
            state.supply[vault.pool[i]] += state.most[i]
    for _ in range(len(vault.receiver_point) + 1):
        if not _offer_round(stage, rules, vault, state):
            break


@inner
def _offer_round(stage: int, rules: Rules, vault: Vault, state: State) -> bool:
    """One round of offers; whether any member was offered more than it lacked."""
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage:
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                state.offered[vault.receiver_point[r]] = 0.0
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage:
            first, last = vault.receiver_start[pool], vault.receiver_start[pool + 1]
            _split(first, last, state.supply[pool], rules, vault, state)
            for r in range(first, last):
                state.offered[vault.receiver_point[r]] += state.offer[r]
    crowded = False
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage:
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                n = vault.receiver_point[r]
                if state.offered[n] > state.lacking[n]:
                    crowded = True
                    state.offer[r] *= state.lacking[n] / state.offered[n]
                state.got[r] += state.offer[r]
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage:
            sent = 0.0
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                n = vault.receiver_point[r]
                sent += state.offer[r]
                state.lacking[n] = max(state.lacking[n] - state.offer[r], 0.0)
            state.supply[pool] = max(state.supply[pool] - sent, 0.0)
    return crowded


@inner
def _send_pool(pool: int, week: int, s: int, vault: Vault, state: State, out: Out) -> None:
    first, last = vault.receiver_start[pool], vault.receiver_start[pool + 1]
    supply, lag = 0.0, 0
    for i in range(len(vault.point)):
        if vault.pool[i] == pool:
            supply += state.most[i]
            lag = vault.lag[i]
    slot, sent = (week + lag) % state.due.shape[0], 0.0
    for r in range(first, last):
        state.due[slot, vault.receiver_point[r], s] += state.got[r]
        sent += state.got[r]
        if out.full and week + lag < out.receive.shape[1]:
            out.receive[r, week + lag, s] = state.got[r]
    part = sent / supply if supply > sent else 1.0
    for i in range(len(vault.point)):
        if vault.pool[i] == pool:
            state.remaining[i, s] -= state.most[i] * part
            if out.full and week + lag < out.send.shape[1]:
                out.send[i, week + lag, s] = state.most[i] * part


@inner
def _split(first: int, last: int, supply: float, rules: Rules, vault: Vault, state: State) -> None:
    """What one pool offers each receiver, into `state.offer`."""
    if rules.allocation == BY_NEED:
        lacking = 0.0
        for r in range(first, last):
            lacking += state.lacking[vault.receiver_point[r]]
        part = supply / lacking if lacking > supply else 1.0
        for r in range(first, last):
            state.offer[r] = state.lacking[vault.receiver_point[r]] * part
        return
    level = 0.0
    state.sated[: last - first] = False
    for _ in range(last - first + 1):
        met, weight = 0.0, 0.0
        for r in range(first, last):
            if state.sated[r - first]:
                met += state.lacking[vault.receiver_point[r]]
            else:
                weight += vault.weight[r]
        left = max(supply - met, 0.0)
        level = left / weight if weight > 0 else 0.0
        changed = False
        for r in range(first, last):
            if not state.sated[r - first] and state.lacking[vault.receiver_point[r]] <= level * vault.weight[r]:
                state.sated[r - first] = True
                changed = True
        if not changed:
            break
    for r in range(first, last):
        lacking = state.lacking[vault.receiver_point[r]]
        state.offer[r] = lacking if state.sated[r - first] else level * vault.weight[r]
