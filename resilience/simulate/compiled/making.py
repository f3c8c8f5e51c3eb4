"""`plain.making` compiled."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Block, Net, Out, Rules, State


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
