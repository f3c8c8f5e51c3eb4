"""The weekly step compiled: the same rules as `plain`, as loops over a block of scenarios.

Read `plain` first: each function here says the same in loops, with the scenario innermost so that a processor's vector
units work on it. Nothing is fused or reordered for speed beyond what exact arithmetic allows (no fast-math).
"""

from __future__ import annotations

import numpy as np

from resilience.simulate.jit import inner
from resilience.simulate.rationed import ration
from resilience.simulate.tables import Asked, Block, Net, Out, Rules, State


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


@inner
def dispatch(stage: int, week: int, net: Net, rules: Rules, block: Block, state: State, asked: Asked, out: Out) -> None:
    """Lanes of a stage leave; what they share with local users is rationed."""
    makers, count = len(net.made_at), state.stock.shape[1]
    slots = state.calendar.shape[0]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        first, last = net.out_start[n], net.out_start[n + 1]
        if first == last:
            for s in range(count):
                stale = state.stale[n, s] if rules.keeps_books or rules.waits else 0.0
                state.asked[n, s] = state.local[n, s] - stale
            continue
        amount, ordered = asked.amount, state.ordered
        for s in range(count):
            amount[0, s] = max(state.local[n, s] - state.expected[n, s], 0.0)
            state.total[s] = amount[0, s]
            state.new[s] = 0.0
        for i in range(first, last):
            e, row = net.out_lane[i], i - first + 1
            at, struck = net.destination[e], block.open_slot[e]
            share = net.share[makers + e]
            for s in range(count):
                if rules.switches:
                    share = state.shares[makers + e, s]
                ordered[row, s] = state.order[at, s] * share
                most = net.limit[e]
                if struck >= 0 and block.open[struck, week, s] < 1.0:
                    most = net.flow[e] * block.open[struck, week, s]
                sought = ordered[row, s] + state.books[e, s] if rules.keeps_books else ordered[row, s]
                amount[row, s] = min(sought, most)
                state.new[s] += min(ordered[row, s], most)
                state.total[s] += amount[row, s]
        ample = True
        for s in range(count):
            stale = state.stale[n, s] if rules.keeps_books or rules.waits else 0.0
            state.asked[n, s] = state.local[n, s] - stale + state.new[s]
            state.room[s] = max(state.here[n, s], 0.0)
            state.gone[s] = 0.0
            if state.total[s] > state.room[s]:
                ample = False
        if not ample:
            asked.usual[0] = net.usual_home[n]
            asked.rank[0] = -1
            for i in range(first, last):
                asked.usual[i - first + 1] = net.flow[net.out_lane[i]]
                asked.rank[i - first + 1] = -1
            ration(rules.rationing, net.tier_order, last - first + 1, state.total, state.room, asked)
        for i in range(first, last):
            e, row = net.out_lane[i], i - first + 1
            at, slow = net.destination[e], block.added_slot[e]
            if slow < 0 and net.transit[e] > 0:
                slot = (week + net.transit[e]) % slots
                for s in range(count):
                    state.gone[s] += amount[row, s]
                    state.calendar[slot, at, s] += amount[row, s]
                    state.onway[at, s] += amount[row, s]
            else:
                for s in range(count):
                    lag = net.transit[e] + (np.int64(block.added[slow, week, s]) if slow >= 0 else 0)
                    state.gone[s] += amount[row, s]
                    if lag == 0:
                        state.come[at, s] += amount[row, s]
                    else:
                        state.calendar[(week + lag) % slots, at, s] += amount[row, s]
                        state.onway[at, s] += amount[row, s]
            if rules.keeps_books or rules.switches:
                for s in range(count):
                    if rules.switches:
                        met = min(amount[row, s], ordered[row, s])
                        state.filled[makers + e, s] = met / ordered[row, s] if ordered[row, s] > met else 1.0
                    if rules.keeps_books:
                        unfilled = max(ordered[row, s] + state.books[e, s] - amount[row, s], 0.0)
                        state.books[e, s] = rules.books_kept * unfilled
            if out.full:
                for s in range(count):
                    out.flow[e, week, s] = amount[row, s]
        for s in range(count):
            state.here[n, s] -= state.gone[s]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        for s in range(count):
            state.here[n, s] += state.come[n, s]
            state.come[n, s] = 0.0


@inner
def serve(stage: int, week: int, net: Net, rules: Rules, state: State, asked: Asked, out: Out) -> None:
    """Local users and final demand of a stage share what is there; what inputs get stays until a start takes it."""
    needs, tools, count = len(net.consumer), len(net.worker), state.stock.shape[1]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        first, last = net.claim_start[n], net.claim_start[n + 1]
        ample = True
        for s in range(count):
            state.room[s] = max(state.here[n, s], 0.0)
            if state.local[n, s] > state.room[s]:
                ample = False
        if ample:
            for i in range(first, last):
                for s in range(count):
                    state.allotted[net.claim_row[i], s] = state.claims[net.claim_row[i], s]
        else:
            for i in range(first, last):
                c = net.claim_row[i]
                asked.usual[i - first] = net.usual[c]
                asked.rank[i - first] = net.claim_rank[c]
                for s in range(count):
                    asked.amount[i - first, s] = state.claims[c, s]
            ration(rules.rationing, net.tier_order, last - first, state.local[n], state.room, asked)
            for i in range(first, last):
                for s in range(count):
                    state.allotted[net.claim_row[i], s] = asked.amount[i - first, s]
        for i in range(first, last):
            c = net.claim_row[i]
            if c >= needs:
                for s in range(count):
                    state.here[n, s] -= state.allotted[c, s]
            if c >= needs + tools:
                d = c - needs - tools
                for s in range(count):
                    unserved = state.claims[c, s] - state.allotted[c, s]
                    out.short[d, week, s] = unserved
                    if rules.waits:
                        short = max(unserved - state.waiting[d, s], 0.0)
                        late = max(state.waiting[d, s] - unserved, 0.0)
                        state.waiting[d, s] = rules.waiting_kept * max(unserved, 0.0)
                        out.short[d, week, s] = short
                        if out.full:
                            out.late[d, week, s] = late
                            out.waiting[d, week, s] = state.waiting[d, s]


@inner
def start(late: bool, stage: int, week: int, net: Net, rules: Rules, block: Block, state: State, out: Out) -> None:
    """Producers start what plan, capacity, tools and inputs allow, and take what they use."""
    cuts, rows = (net.late_start, net.late_row) if late else (net.early_start, net.early_row)
    count, needs, slots = state.stock.shape[1], len(net.consumer), state.calendar.shape[0]
    most, cut, worn = state.room, state.gone, state.new
    for k in range(cuts[stage], cuts[stage + 1]):
        p = rows[k]
        struck = block.left_slot[p]
        for s in range(count):
            worn[s] = state.health[p, s]
            if net.tool_start[p] < net.tool_start[p + 1]:
                worn[s] = np.inf
        for i in range(net.tool_start[p], net.tool_start[p + 1]):
            c = net.tool_row[i]
            for s in range(count):
                share = state.allotted[needs + c, s] / net.worked[c] if net.worked[c] > 0 else 0.0
                before = state.health[p, s]
                rate = net.wear[c] if share < before else net.regrow[c]
                worn[s] = min(worn[s], before + rate * (share - before))
        for s in range(count):
            left = block.left[struck, week, s] if struck >= 0 else 1.0
            state.health[p, s] = worn[s]
            most[s] = min(state.planned[p, s], net.able[p] * min(left, worn[s]))
            cut[s] = 1.0
        for i in range(net.need_start[p], net.need_start[p + 1]):
            c = net.need_row[i]
            if net.essential[c] == 1.0:
                for s in range(count):
                    most[s] = min(most[s], state.allotted[c, s] / net.consumed[c])
        for i in range(net.need_start[p], net.need_start[p + 1]):
            c = net.need_row[i]
            if net.essential[c] < 1.0:
                for s in range(count):
                    limit = state.allotted[c, s] / net.consumed[c]
                    supplied = limit / most[s] if most[s] > limit else 1.0
                    cut[s] = min(cut[s], 1.0 - net.essential[c] * (1.0 - supplied))
        at, cycle = net.made_at[p], net.cycle[p]
        for s in range(count):
            state.started[p, s] = most[s] * cut[s]
        for i in range(net.need_start[p], net.need_start[p + 1]):
            c = net.need_row[i]
            for s in range(count):
                taken = min(net.consumed[c] * state.started[p, s], state.allotted[c, s])
                state.here[net.consumed_at[c], s] -= taken
                if out.full:
                    out.used[c, week, s] = taken
        for s in range(count):
            made = state.started[p, s]
            if cycle > 0:
                state.calendar[(week + cycle) % slots, at, s] += made
                state.onway[at, s] += made
            elif net.ring[p]:
                state.after[at, s] += made
            else:
                state.here[at, s] += made
            if rules.keeps_books:
                unfilled = max(state.ordered_own[p, s] + state.making[p, s] - made, 0.0)
                state.making[p, s] = rules.books_kept * unfilled
            if rules.switches:
                wanted = state.ordered_own[p, s]
                state.filled[p, s] = made / wanted if wanted > made else 1.0
            if out.full:
                out.start[p, week, s] = made
                out.plan[p, week, s] = most[s]


@inner
def close_week(week: int, net: Net, rules: Rules, state: State, out: Out) -> None:
    """Stock is what is left; books and shares are brought up to date."""
    count, makers = state.stock.shape[1], len(net.made_at)
    for n in range(state.stock.shape[0]):
        for s in range(count):
            left = max(state.here[n, s] + state.after[n, s], 0.0)
            state.stock[n, s] = left if net.storable[n] else 0.0
            if out.full:
                out.stock[n, week, s] = left
    if rules.keeps_books or rules.waits:
        state.owed[:] = 0.0
    if rules.waits:
        for d in range(len(net.wanted)):
            for s in range(count):
                state.owed[net.wanted_at[d], s] -= state.waiting[d, s]
    if rules.keeps_books:
        for p in range(makers):
            for s in range(count):
                state.owed[net.made_at[p], s] += state.making[p, s]
        for c in range(len(net.consumer)):
            for s in range(count):
                state.owed[net.consumed_at[c], s] -= net.consumed[c] * state.making[net.consumer[c], s]
        for e in range(len(net.origin)):
            for s in range(count):
                state.owed[net.destination[e], s] += state.books[e, s]
                state.owed[net.origin[e], s] -= state.books[e, s]
    if rules.switches:
        state.come[:] = 0.0  # free until the next dispatch: here the sum of what could be relied on
        for i in range(makers + len(net.origin)):
            at = net.made_at[i] if i < makers else net.destination[i - makers]
            for s in range(count):
                state.come[at, s] += net.share[i] * state.filled[i, s]
        for i in range(makers + len(net.origin)):
            at = net.made_at[i] if i < makers else net.destination[i - makers]
            for s in range(count):
                reliable, total = net.share[i] * state.filled[i, s], state.come[at, s]
                sought = reliable / total if total > 0 else net.share[i]
                state.shares[i, s] += (sought - state.shares[i, s]) / rules.qualify_weeks
        state.come[:] = 0.0
    if out.full:
        for c in range(len(net.worker)):
            for s in range(count):
                out.supplied[c, week, s] = state.allotted[len(net.consumer) + c, s]
        for p in range(makers):
            for s in range(count):
                out.health[p, week, s] = state.health[p, s]
                if rules.keeps_books:
                    out.making[p, week, s] = state.making[p, s]
