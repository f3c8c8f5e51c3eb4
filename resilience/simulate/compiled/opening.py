"""`plain.opening` compiled."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.replacing import claim_substitute
from resilience.simulate.compiled.tables import Block, Net, Rules, State


@inner
def open_week(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What is lost is lost, what was on its way arrives, and every point orders."""
    slot = week % state.calendar.shape[0]
    for n in range(state.stock.shape[0]):
        struck = block.lost_slot[n]
        if struck >= 0:
            for s in range(state.stock.shape[1]):
                state.stock[n, s] *= 1.0 - block.lost[struck, week, s]
        for s in range(state.stock.shape[1]):
            landed = state.calendar[slot, n, s]
            state.calendar[slot, n, s] = 0.0
            state.onway[n, s] = max(state.onway[n, s] - landed, 0.0)
            state.here[n, s] = state.stock[n, s] + landed
        _order(n, week, net, rules, block, state)


@inner
def _order(n: int, week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What point `n` orders; `gap` is how far it is from where it wants to be."""
    count, gap, struck = state.stock.shape[1], state.total, block.hoarded_slot[n]
    more = net.wanted_stock[n] - net.stock[n]
    for s in range(count):
        target = net.position[n] + (more if week >= block.onset[s] else 0.0)
        gap[s] = target - (state.here[n, s] + state.onway[n, s])
    if struck >= 0:
        for s in range(count):
            gap[s] += block.hoarded[struck, week, s] * net.use[n]
    if rules.refills:
        for s in range(count):
            gap[s] += state.bids[n, s]
    if rules.panic_below >= 0:
        for s in range(count):
            gap[s] += rules.panic_extra * net.stock[n] if state.here[n, s] < rules.panic_below * net.stock[n] else 0.0
    if rules.keeps_books or rules.waits:
        for s in range(count):
            gap[s] -= state.owed[n, s]
            state.owed[n, s] = 0.0
    if rules.fixed_level:
        for s in range(count):
            state.order[n, s] = max(net.usual_asked[n] + gap[s] / rules.gap_weeks, 0.0)
        return
    for s in range(count):
        gap[s] = state.local[n, s] + gap[s] / rules.gap_weeks
    if net.out_start[n] < net.out_start[n + 1]:
        for s in range(count):
            gap[s] += state.asked[n, s]
    if rules.keeps_books or rules.waits:
        for s in range(count):
            gap[s] -= state.stale[n, s]
            state.stale[n, s] = 0.0
    for s in range(count):
        state.order[n, s] = max(gap[s], 0.0)


@inner
def plan(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What makers plan: what is ordered of them, old orders included, as far as they are able."""
    for p in range(len(net.made_at)):
        ordered, most, at = state.room, state.gone, net.made_at[p]
        if rules.switches:
            for s in range(len(ordered)):
                ordered[s] = state.order[at, s] * state.shares[p, s]
        else:
            for s in range(len(ordered)):
                ordered[s] = state.order[at, s] * net.share[p]
        able(p, week, net, block, state)
        for s in range(len(ordered)):
            state.planned[p, s] = min(ordered[s], most[s])
        if rules.keeps_books or rules.switches:
            for s in range(len(ordered)):
                state.ordered_own[p, s] = ordered[s]
        if rules.keeps_books:
            for s in range(len(ordered)):
                planned = min(ordered[s] + state.making[p, s], most[s])
                state.old[p, s] = planned - state.planned[p, s]
                state.planned[p, s] = planned


@inner
def able(p: int, week: int, net: Net, block: Block, state: State) -> None:
    """The most that maker `p` may start, into `state.gone`."""
    struck, most = block.left_slot[p], state.gone
    for s in range(len(most)):
        most[s] = net.able[p] * state.health[p, s]
    if struck >= 0:
        for s in range(len(most)):
            most[s] = net.able[p] * min(block.left[struck, week, s], state.health[p, s])


@inner
def claim(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What local users ask of every point: inputs for what is planned, tools, final demand."""
    needs, tools, count = len(net.consumer), len(net.worker), state.stock.shape[1]
    for n in range(state.stock.shape[0]):
        for s in range(count):
            state.local[n, s] = 0.0
        for k in range(net.claim_start[n], net.claim_start[n + 1]):
            c = net.claim_row[k]
            if c < needs:
                p, units = net.consumer[c], net.consumed[c]
                for s in range(count):
                    state.claims[c, s] = units * state.planned[p, s]
                if rules.keeps_books:
                    for s in range(count):
                        state.stale[n, s] += units * state.old[p, s]
            elif c < needs + tools:
                for s in range(count):
                    state.claims[c, s] = net.worked[c - needs]
            elif c < needs + tools + len(net.wanted):
                _want(c - needs - tools, n, c, week, net, rules, block, state)
            else:
                claim_substitute(c - needs - tools - len(net.wanted), c, week, net, block, state)
            for s in range(count):
                state.local[n, s] += state.claims[c, s]


@inner
def _want(d: int, n: int, c: int, week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """Final demand `d` at point `n`, which is claim `c`: this week's, and what waits from earlier ones."""
    struck = block.wanted_slot[d]
    for s in range(state.claims.shape[1]):
        state.claims[c, s] = net.wanted[d]
    if struck >= 0:
        for s in range(state.claims.shape[1]):
            state.claims[c, s] *= block.wanted[struck, week, s]
    if rules.waits:
        for s in range(state.claims.shape[1]):
            state.claims[c, s] += state.waiting[d, s]
            state.stale[n, s] += state.waiting[d, s]


@inner
def expect(week: int, net: Net, rules: Rules, block: Block, state: State) -> None:
    """What lanes without transit are asked to bring within the week."""
    if len(net.quick) == 0:
        return
    makers, count = len(net.made_at), state.stock.shape[1]
    for n in range(len(state.expected)):
        for s in range(count):
            state.expected[n, s] = 0.0
    for e in net.quick:
        struck, slow, at = block.open_slot[e], block.added_slot[e], net.destination[e]
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
