"""Reserves compiled: triggers, draws, and the sharing of pools."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.handing import lack_by_kind
from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import (
    BY_NEED,
    COVER_BELOW,
    DECLARED,
    EARMARK_FIRST,
    Asked,
    Block,
    Net,
    Out,
    Rules,
    State,
    Vault,
)

DUST = 1e-9  # as in `plain.releasing`


@inner
def draw(
    stage: int, week: int, net: Net, rules: Rules, block: Block, vault: Vault, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """Reserves of the stage's goods send what those they serve lack, and what was sent earlier arrives."""
    any_here = False
    for i in range(len(vault.point)):
        if vault.stage[i] == stage:
            any_here = True
    if not any_here:
        return
    if rules.tiered:
        lack_by_kind(stage, net, rules, state, asked)
    slot = week % state.due.shape[1]
    for s in range(state.stock.shape[1]):
        _offer(stage, week, s, net, block, vault, state)
        for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
            n = net.stage_point[k]
            state.lacking[n] = max(state.local[n, s] - state.here[n, s], 0.0)
        for pooled in range(2):
            for number in range(len(vault.serving)):
                rule = (number + 1) % len(vault.serving)  # everybody last
                if rules.tiered:
                    _lack_of(rule, stage, s, net, vault, state)
                if pooled:
                    _share_pools(rule, stage, vault, state)
                    for pool in range(vault.pools):
                        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
                            _send_pool(pool, week, s, vault, state, out)
                else:
                    _send_own(rule, stage, week, s, net, vault, state, out)
                if rules.tiered:
                    _lack_less(rule, stage, s, net, vault, state)
        for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
            n = net.stage_point[k]
            state.here[n, s] += state.due[0, slot, n, s]
            state.due[0, slot, n, s] = 0.0


@inner
def _lack_of(rule: int, stage: int, s: int, net: Net, vault: Vault, state: State) -> None:
    """What those served by a rule lack, into `state.lacking`."""
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        state.lacking[n] = 0.0
        for kind in range(vault.serving.shape[1]):
            if vault.serving[rule, kind]:
                state.lacking[n] += state.wanting[kind, n, s]


@inner
def _lack_less(rule: int, stage: int, s: int, net: Net, vault: Vault, state: State) -> None:
    """What is left of the lack in `state.lacking`, split as before between the kinds that the rule serves."""
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        before = 0.0
        for kind in range(vault.serving.shape[1]):
            if vault.serving[rule, kind]:
                before += state.wanting[kind, n, s]
        part = state.lacking[n] / before if before > state.lacking[n] else 1.0
        for kind in range(vault.serving.shape[1]):
            if vault.serving[rule, kind]:
                state.wanting[kind, n, s] *= part


@inner
def _offer(stage: int, week: int, s: int, net: Net, block: Block, vault: Vault, state: State) -> None:
    """What each store could send this week: the part of it that is open, no faster than its rate."""
    slots = state.opens.shape[0]
    for i in range(len(vault.point)):
        if vault.stage[i] != stage:
            continue
        share = _called(i, s, net, vault, state) if week >= block.onset[s] else 0.0
        if share > state.called[i, s]:
            state.called[i, s] = share
            state.opens[(week + vault.decision[i, s]) % slots, i, s] = share
        state.opened[i, s] = max(state.opened[i, s], state.opens[week % slots, i, s])
        state.opens[week % slots, i, s] = 0.0
        left = max(state.remaining[i, s] - (1.0 - state.opened[i, s]) * vault.held[i], 0.0)
        state.most[i] = min(left, vault.rate[i]) if week + vault.lag[i] < block.weeks else 0.0


@inner
def _called(i: int, s: int, net: Net, vault: Vault, state: State) -> float:
    """The share of a store that its trigger calls upon in a struck world."""
    if vault.trigger[i] == DECLARED:
        return 1.0
    stock, use, there, claimed = 0.0, 0.0, 0.0, 0.0
    for j in range(vault.watch_start[i], vault.watch_start[i + 1]):
        n = vault.watch_point[j]
        stock += state.stock[n, s]
        use += net.use[n]
        there += state.here[n, s]
        claimed += state.local[n, s]
    share, first = 0.0, vault.step_start[i]
    if vault.trigger[i] == COVER_BELOW:
        cover = stock / use if use > 0 else np.inf
        for step in range(first, vault.step_start[i + 1]):
            if cover * 7.0 < vault.step_level[step]:
                share = vault.step_share[step]
    else:
        tight = claimed / max(there, 1e-9 * claimed, 1e-300) if claimed > there else 1.0
        if tight > vault.step_level[first]:
            share = vault.step_share[first]
    return share


@inner
def _take(i: int, week: int, s: int, amount: float, vault: Vault, state: State) -> None:
    state.remaining[i, s] -= amount
    state.drawn[i, s] += amount
    if amount > DUST * vault.held[i]:
        state.calm_from[i, s] = week + vault.lag[i]


@inner
def _send_own(rule: int, stage: int, week: int, s: int, net: Net, vault: Vault, state: State, out: Out) -> None:
    """Countries' own stores send what is lacking at their points."""
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        state.offered[net.stage_point[k]] = 0.0
    for i in range(len(vault.point)):
        if vault.stage[i] == stage and vault.pool[i] < 0 and vault.serves[i] == rule:
            state.offered[vault.point[i]] += state.most[i]
    for i in range(len(vault.point)):
        if vault.stage[i] == stage and vault.pool[i] < 0 and vault.serves[i] == rule:
            n = vault.point[i]
            part = state.lacking[n] / state.offered[n] if state.offered[n] > state.lacking[n] else 1.0
            state.most[i] *= part
            _take(i, week, s, state.most[i], vault, state)
            state.due[rule, (week + vault.lag[i]) % state.due.shape[1], n, s] += state.most[i]
            if out.full and week + vault.lag[i] < out.home.shape[1]:
                out.home[i, week + vault.lag[i], s] = state.most[i]
    for i in range(len(vault.point)):
        if vault.stage[i] == stage and vault.pool[i] < 0 and vault.serves[i] == rule:
            state.lacking[vault.point[i]] = max(state.lacking[vault.point[i]] - state.most[i], 0.0)


@inner
def _share_pools(rule: int, stage: int, vault: Vault, state: State) -> None:
    """What each receiver of the stage's pools gets, into `state.got`: rounds of offers, as in `pools.share_pools`."""
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
            state.supply[pool] = 0.0
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                state.got[r] = 0.0
    for i in range(len(vault.point)):
        if vault.stage[i] == stage and vault.pool[i] >= 0 and vault.serves[i] == rule:
            state.supply[vault.pool[i]] += state.most[i]
    for _ in range(len(vault.receiver_point) + 1):
        if not _offer_round(rule, stage, vault, state):
            break


@inner
def _offer_round(rule: int, stage: int, vault: Vault, state: State) -> bool:
    """One round of offers; whether any member was offered more than it lacked."""
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                state.offered[vault.receiver_point[r]] = 0.0
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
            first, last = vault.receiver_start[pool], vault.receiver_start[pool + 1]
            _split(pool, first, last, vault, state)
            for r in range(first, last):
                state.offered[vault.receiver_point[r]] += state.offer[r]
    crowded = False
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
            for r in range(vault.receiver_start[pool], vault.receiver_start[pool + 1]):
                n = vault.receiver_point[r]
                if state.offered[n] > state.lacking[n]:
                    crowded = True
                    state.offer[r] *= state.lacking[n] / state.offered[n]
                state.got[r] += state.offer[r]
    for pool in range(vault.pools):
        if vault.pool_stage[pool] == stage and vault.pool_serves[pool] == rule:
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
    slot, sent = (week + lag) % state.due.shape[1], 0.0
    for r in range(first, last):
        state.due[vault.pool_serves[pool], slot, vault.receiver_point[r], s] += state.got[r]
        sent += state.got[r]
        if out.full and week + lag < out.receive.shape[1]:
            out.receive[r, week + lag, s] = state.got[r]
    part = sent / supply if supply > sent else 1.0
    for i in range(len(vault.point)):
        if vault.pool[i] == pool:
            _take(i, week, s, state.most[i] * part, vault, state)
            if out.full and week + lag < out.send.shape[1]:
                out.send[i, week + lag, s] = state.most[i] * part


@inner
def _split(pool: int, first: int, last: int, vault: Vault, state: State) -> None:
    """What one pool offers each receiver, into `state.offer`."""
    supply = state.supply[pool]
    if vault.allocation[pool] == BY_NEED or vault.allocation[pool] == EARMARK_FIRST:
        lacking, rest = 0.0, supply
        for r in range(first, last):
            state.offer[r] = 0.0
            if vault.allocation[pool] == EARMARK_FIRST:
                state.offer[r] = min(state.lacking[vault.receiver_point[r]], supply * vault.weight[r])
                rest -= state.offer[r]
            lacking += max(state.lacking[vault.receiver_point[r]] - state.offer[r], 0.0)
        rest = max(rest, 0.0)
        part = rest / lacking if lacking > rest else 1.0
        for r in range(first, last):
            state.offer[r] += max(state.lacking[vault.receiver_point[r]] - state.offer[r], 0.0) * part
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
