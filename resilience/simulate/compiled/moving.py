"""`plain.moving` compiled."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.rationed import ration
from resilience.simulate.compiled.tables import Asked, Block, Net, Out, Rules, State


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
