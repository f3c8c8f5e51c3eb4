"""`plain.making` compiled."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.opening import able
from resilience.simulate.compiled.replacing import stand_in, take
from resilience.simulate.compiled.tables import Block, Net, Out, Rules, State


@inner
def start(turn: int, week: int, net: Net, rules: Rules, block: Block, state: State, out: Out) -> None:
    """Producers start what plan, capacity, tools and inputs allow, and take what they use.

    A turn is all that starts after one stage and before the next. From here on `planned` holds what is started.
    """
    for k in range(net.turn_start[turn], net.turn_start[turn + 1]):
        p = net.turn_row[k]
        if rules.replaces:
            for i in range(net.need_start[p], net.need_start[p + 1]):
                stand_in(net.need_row[i], net, state)
        if net.tool_start[p] < net.tool_start[p + 1]:
            _wear(p, net, state)
            able(p, week, net, block, state)
            for s in range(len(state.gone)):
                state.planned[p, s] = min(state.planned[p, s], state.gone[s])
        _limit(p, week, net, state, out)
        for i in range(net.need_start[p], net.need_start[p + 1]):
            c = net.need_row[i]
            at, units = net.consumed_at[c], net.consumed[c]
            if state.tight[at]:
                for s in range(len(state.gone)):
                    state.here[at, s] -= min(units * state.planned[p, s], state.claims[c, s])
            else:
                for s in range(len(state.gone)):
                    state.here[at, s] -= units * state.planned[p, s]
            if out.full:
                for s in range(len(state.gone)):
                    out.used[c, week, s] = min(units * state.planned[p, s], state.claims[c, s])
            if rules.replaces:
                take(c, week, net, state, out)
        _make(p, week, net, state)
        if rules.keeps_books or rules.switches:
            _remember(p, net, rules, state)
        if out.full:
            for s in range(len(state.gone)):
                out.start[p, week, s] = state.planned[p, s]
                out.health[p, week, s] = state.health[p, s]
                if rules.keeps_books:
                    out.making[p, week, s] = state.making[p, s]


@inner
def _wear(p: int, net: Net, state: State) -> None:
    """Capacity follows the supplied share of each tool, the worst ruling."""
    worn, needs = state.new, len(net.consumer)
    for s in range(len(worn)):
        worn[s] = np.inf
    for i in range(net.tool_start[p], net.tool_start[p + 1]):
        c = net.tool_row[i]
        for s in range(len(worn)):
            share = state.claims[needs + c, s] / net.worked[c] if net.worked[c] > 0 else 0.0
            before = state.health[p, s]
            rate = net.wear[c] if share < before else net.regrow[c]
            worn[s] = min(worn[s], before + rate * (share - before))
    for s in range(len(worn)):
        state.health[p, s] = worn[s]


@inner
def _limit(p: int, week: int, net: Net, state: State, out: Out) -> None:
    """Inputs that are short limit what maker `p` starts: whole where they are essential, else in part."""
    cut, parts = state.gone, 0
    for i in range(net.need_start[p], net.need_start[p + 1]):
        c = net.need_row[i]
        if state.tight[net.consumed_at[c]]:
            parts += net.essential[c] < 1.0
            if net.essential[c] == 1.0:
                for s in range(len(cut)):
                    state.planned[p, s] = min(state.planned[p, s], state.claims[c, s] / net.consumed[c])
    if out.full:
        for s in range(len(cut)):
            out.plan[p, week, s] = state.planned[p, s]
    if parts == 0:
        return
    for s in range(len(cut)):
        cut[s] = 1.0
    for i in range(net.need_start[p], net.need_start[p + 1]):
        c = net.need_row[i]
        if net.essential[c] < 1.0 and state.tight[net.consumed_at[c]]:
            for s in range(len(cut)):
                most, limit = state.planned[p, s], state.claims[c, s] / net.consumed[c]
                supplied = limit / most if most > limit else 1.0
                cut[s] = min(cut[s], 1.0 - net.essential[c] * (1.0 - supplied))
    for s in range(len(cut)):
        state.planned[p, s] *= cut[s]


@inner
def _make(p: int, week: int, net: Net, state: State) -> None:
    """What maker `p` starts comes out a cycle later; in a ring it reaches the stock as the week closes."""
    at, cycle = net.made_at[p], net.cycle[p]
    if cycle > 0:
        slot = (week + cycle) % state.calendar.shape[0]
        for s in range(state.planned.shape[1]):
            state.calendar[slot, at, s] += state.planned[p, s]
            state.onway[at, s] += state.planned[p, s]
    elif not net.ring[p]:
        for s in range(state.planned.shape[1]):
            state.here[at, s] += state.planned[p, s]


@inner
def _remember(p: int, net: Net, rules: Rules, state: State) -> None:
    """What maker `p` did not start of its orders stands on its books, and with it what inputs they would take."""
    lacks = 0
    if rules.keeps_books:
        for s in range(state.planned.shape[1]):
            unfilled = max(state.ordered_own[p, s] + state.making[p, s] - state.planned[p, s], 0.0)
            state.making[p, s] = rules.books_kept * unfilled
        for s in range(state.planned.shape[1]):
            state.owed[net.made_at[p], s] += state.making[p, s]
        for i in range(net.need_start[p], net.need_start[p + 1]):
            c = net.need_row[i]
            for s in range(state.planned.shape[1]):
                state.owed[net.consumed_at[c], s] -= net.consumed[c] * state.making[p, s]
    if rules.switches:
        for s in range(state.planned.shape[1]):
            made, wanted = state.planned[p, s], state.ordered_own[p, s]
            state.filled[p, s] = made / wanted if wanted > made else 1.0
            lacks += wanted > made
        state.lacks[p] = lacks > 0
