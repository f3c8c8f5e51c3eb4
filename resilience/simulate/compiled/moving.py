"""`plain.moving` compiled."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.rationed import ration
from resilience.simulate.compiled.tables import Asked, Block, Net, Out, Rules, State


@inner
def dispatch(stage: int, week: int, net: Net, rules: Rules, block: Block, state: State, asked: Asked, out: Out) -> None:
    """Lanes of a stage leave; what they share with local users is rationed."""
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        first, last = net.out_start[n], net.out_start[n + 1]
        if first == last:
            continue
        fell = _seek(n, week, net, rules, block, state, asked)
        scarce = _share(n, net, rules, state, asked)
        for i in range(first, last):
            _leave(net.out_lane[i], i - first + 1, week, net, block, state, asked)
        if fell or scarce or state.behind[n]:
            _remember(n, net, rules, state, asked)
        if out.full:
            for i in range(first, last):
                for s in range(len(state.room)):
                    out.flow[net.out_lane[i], week, s] = asked.amount[i - first + 1, s]
    if len(net.quick):
        for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
            n = net.stage_point[k]
            for s in range(state.stock.shape[1]):
                state.here[n, s] += state.come[n, s]
                state.come[n, s] = 0.0


@inner
def _seek(n: int, week: int, net: Net, rules: Rules, block: Block, state: State, asked: Asked) -> bool:
    """What each lane of point `n` is to carry, into `asked.amount`; whether any falls behind its orders."""
    makers, first, fell = len(net.made_at), net.out_start[n], 0
    sought, remembers = asked.amount, rules.keeps_books or rules.switches
    for s in range(state.stock.shape[1]):
        state.asked[n, s] = 0.0
    for i in range(first, net.out_start[n + 1]):
        e, row = net.out_lane[i], i - first + 1
        at, share, limit = net.destination[e], net.share[makers + e], net.limit[e]
        if remembers or block.open_slot[e] >= 0:
            fell += _seek_with_care(n, e, row, week, net, rules, block, state, asked)
        else:
            for s in range(state.stock.shape[1]):
                carried = min(state.order[at, s] * share, limit)
                sought[row, s] = carried
                state.asked[n, s] += carried
    return remembers and fell > 0


@inner
def _seek_with_care(
    n: int, e: int, row: int, week: int, net: Net, rules: Rules, block: Block, state: State, asked: Asked
) -> int:
    """As `_seek` for one lane that is narrowed or keeps books, or whose share moves; in how many scenarios it fell."""
    at, i, struck, most, fell = net.destination[e], len(net.made_at) + e, block.open_slot[e], state.gone, 0
    ordered, sought = state.ordered, asked.amount
    for s in range(len(most)):
        most[s] = net.limit[e]
        sought[row, s] = state.order[at, s] * net.share[i]
    if rules.switches:
        for s in range(len(most)):
            sought[row, s] = state.order[at, s] * state.shares[i, s]
    if struck >= 0:
        for s in range(len(most)):
            most[s] = net.flow[e] * block.open[struck, week, s] if block.open[struck, week, s] < 1.0 else net.limit[e]
    for s in range(len(most)):
        ordered[row, s] = sought[row, s]
        state.asked[n, s] += min(sought[row, s], most[s])
    if rules.keeps_books and state.behind[n]:
        for s in range(len(most)):
            sought[row, s] += state.books[e, s]
    for s in range(len(most)):
        fell += sought[row, s] > most[s]
        sought[row, s] = min(sought[row, s], most[s])
    return fell


@inner
def _share(n: int, net: Net, rules: Rules, state: State, asked: Asked) -> bool:
    """Lanes and what local users need beyond what comes at once share what is there; whether it is too little."""
    first, last = net.out_start[n], net.out_start[n + 1]
    amount, scarce = asked.amount, 0
    for s in range(len(state.room)):
        amount[0, s] = state.local[n, s]
        state.room[s] = max(state.here[n, s], 0.0)
    if len(net.quick):
        for s in range(len(state.room)):
            amount[0, s] = max(amount[0, s] - state.expected[n, s], 0.0)
    for s in range(len(state.room)):
        state.new[s] = state.asked[n, s]
    if state.behind[n]:
        _total(last - first, state, asked)
    for s in range(len(state.room)):
        state.total[s] = amount[0, s] + state.new[s]
        scarce += state.total[s] > state.room[s]
    if scarce > 0:
        asked.usual[0] = net.usual_home[n]
        asked.rank[0] = -1
        for i in range(first, last):
            asked.usual[i - first + 1] = net.flow[net.out_lane[i]]
            asked.rank[i - first + 1] = -1
        ration(rules.rationing, net.tier_order, last - first + 1, state.total, state.room, asked)
        _total(last - first, state, asked)
    for s in range(len(state.room)):
        state.here[n, s] -= state.new[s]
    return scarce > 0


@inner
def _total(lanes: int, state: State, asked: Asked) -> None:
    """The sum of what the lanes carry, into `state.new`."""
    for s in range(len(state.new)):
        state.new[s] = 0.0
    for row in range(1, lanes + 1):
        for s in range(len(state.new)):
            state.new[s] += asked.amount[row, s]


@inner
def _leave(e: int, row: int, week: int, net: Net, block: Block, state: State, asked: Asked) -> None:
    """What lane `e` carries is on its way, or there at once."""
    at, slow, slots, amount = net.destination[e], block.added_slot[e], state.calendar.shape[0], asked.amount
    if slow < 0 and net.transit[e] > 0:
        slot = (week + net.transit[e]) % slots
        for s in range(amount.shape[1]):
            state.calendar[slot, at, s] += amount[row, s]
            state.onway[at, s] += amount[row, s]
    else:
        for s in range(amount.shape[1]):
            lag = net.transit[e] + (np.int64(block.added[slow, week, s]) if slow >= 0 else 0)
            if lag == 0:
                state.come[at, s] += amount[row, s]
            else:
                state.calendar[(week + lag) % slots, at, s] += amount[row, s]
                state.onway[at, s] += amount[row, s]


@inner
def _remember(n: int, net: Net, rules: Rules, state: State, asked: Asked) -> None:
    """What the lanes of point `n` did not carry stands on their books; what part they did, users remember."""
    makers, first, amount, ordered, behind = len(net.made_at), net.out_start[n], asked.amount, state.ordered, 0
    for i in range(first, net.out_start[n + 1]):
        e, row = net.out_lane[i], i - first + 1
        at = net.destination[e]
        if rules.switches:
            lacks = 0
            for s in range(amount.shape[1]):
                met = min(amount[row, s], ordered[row, s])
                state.filled[makers + e, s] = met / ordered[row, s] if ordered[row, s] > met else 1.0
                lacks += ordered[row, s] > met
            state.lacks[makers + e] = lacks > 0
        if rules.keeps_books:
            for s in range(amount.shape[1]):
                unfilled = max(ordered[row, s] + state.books[e, s] - amount[row, s], 0.0)
                state.books[e, s] = rules.books_kept * unfilled
                behind += unfilled > 0
            for s in range(amount.shape[1]):
                state.owed[at, s] += state.books[e, s]
                state.owed[n, s] -= state.books[e, s]
    state.behind[n] = behind > 0
