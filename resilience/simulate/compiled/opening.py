"""`plain.opening` compiled."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Block, Net, Rules, State


@inner
def open_week(week: int, net: Net, block: Block, state: State) -> None:
    """What is lost is lost; what was on its way arrives."""
    slot = week % state.calendar.shape[0]
    for n in range(state.stock.shape[0]):
        struck = block.lost_slot[n]
        for s in range(state.stock.shape[1]):
            kept = state.stock[n, s] * (1.0 - block.lost[struck, week, s]) if struck >= 0 else state.stock[n, s]
            landed = state.calendar[slot, n, s]
            state.calendar[slot, n, s] = 0.0
            state.stock[n, s] = kept
            state.onway[n, s] = max(state.onway[n, s] - landed, 0.0)
            state.here[n, s] = kept + landed
            state.after[n, s] = 0.0


@inner
def order(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What every point orders, and what its makers plan."""
    count = state.stock.shape[1]
    for n in range(state.stock.shape[0]):
        struck = block.hoarded_slot[n]
        for s in range(count):
            owed = state.owed[n, s] if rules.keeps_books or rules.waits else 0.0
            normal = net.wanted_stock[n] if week >= block.onset[s] else net.stock[n]
            target = net.position[n] + (normal - net.stock[n])
            if struck >= 0:
                target += block.hoarded[struck, week, s] * net.use[n]
            if rules.refills:
                target += state.bids[n, s]
            if state.here[n, s] < rules.panic_below * net.stock[n]:
                target += rules.panic_extra * net.stock[n]
            position = state.here[n, s] + state.onway[n, s] + owed
            base = net.usual_asked[n] if rules.fixed_level else state.asked[n, s]
            state.order[n, s] = max(base + (target - position) / rules.gap_weeks, 0.0)
    for p in range(len(net.made_at)):
        struck = block.left_slot[p]
        for s in range(count):
            share = state.shares[p, s] if rules.switches else net.share[p]
            left = block.left[struck, week, s] if struck >= 0 else 1.0
            state.ordered_own[p, s] = state.order[net.made_at[p], s] * share
            able = net.able[p] * min(left, state.health[p, s])
            old = state.making[p, s] if rules.keeps_books else 0.0
            state.planned[p, s] = min(state.ordered_own[p, s] + old, able)
            state.started[p, s] = state.planned[p, s] - min(
                state.ordered_own[p, s], able
            )  # until it starts: what is old


@inner
def claim(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What local users ask: inputs for what is planned, tools, final demand."""
    needs, tools = len(net.consumer), len(net.worker)
    count = state.stock.shape[1]
    for c in range(needs):
        for s in range(count):
            state.claims[c, s] = net.consumed[c] * state.planned[net.consumer[c], s]
    for d in range(len(net.wanted)):
        struck = block.wanted_slot[d]
        for s in range(count):
            times = block.wanted[struck, week, s] if struck >= 0 else 1.0
            old = state.waiting[d, s] if rules.waits else 0.0
            state.claims[needs + tools + d, s] = net.wanted[d] * times + old
    for n in range(state.stock.shape[0]):
        for s in range(count):
            state.local[n, s] = 0.0
        for k in range(net.claim_start[n], net.claim_start[n + 1]):
            for s in range(count):
                state.local[n, s] += state.claims[net.claim_row[k], s]
    state.stale[:] = 0.0
    if rules.keeps_books:
        for c in range(needs):
            for s in range(count):
                state.stale[net.consumed_at[c], s] += net.consumed[c] * state.started[net.consumer[c], s]
    if rules.waits:
        for d in range(len(net.wanted)):
            for s in range(count):
                state.stale[net.wanted_at[d], s] += state.waiting[d, s]


@inner
def claim_lanes(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What each lane is asked for, where it is not enough to know it while dispatching: books, switching, no
    transit.
    """
    makers, count = len(net.made_at), state.stock.shape[1]
    state.expected[:] = 0.0
    for e in net.quick:
        struck, slow = block.open_slot[e], block.added_slot[e]
        at = net.destination[e]
        for s in range(count):
            if slow >= 0 and block.added[slow, week, s] > 0:
                continue
            share = state.shares[makers + e, s] if rules.switches else net.share[makers + e]
            sought = state.order[at, s] * share
            if rules.keeps_books:
                sought = sought + state.books[e, s]
            most = net.limit[e]
            if struck >= 0 and block.open[struck, week, s] < 1.0:
                most = net.flow[e] * block.open[struck, week, s]
            state.expected[at, s] += min(sought, most)
