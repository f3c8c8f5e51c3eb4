"""`plain.replacing` compiled."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Block, Net, Out, Rules, State


@inner
def claim_substitute(m: int, c: int, week: int, net: Net, block: Block, state: State) -> None:
    """Units of substitute `m` that are asked for, claim `c`: a share of what is needed, up to a normal week's need."""
    made, count = len(net.swap_need), state.stock.shape[1]
    if m < made:
        need = net.swap_need[m]
        for s in range(count):
            sought = min(net.consumed[need] * state.planned[net.consumer[need], s], net.swap_normal[m])
            state.claims[c, s] = net.swap_units[m] * state.replacing[m, s] * sought
    else:
        d = net.swap_demand[m - made]
        struck = block.wanted_slot[d]
        for s in range(count):
            state.wanted[d, s] = net.wanted[d] * (block.wanted[struck, week, s] if struck >= 0 else 1.0)
            sought = min(state.wanted[d, s], net.swap_normal[m])
            state.claims[c, s] = net.swap_units[m] * state.replacing[m, s] * sought


@inner
def stand_in(c: int, net: Net, state: State) -> None:
    """From here on, what a need gets counts what substitutes could replace of it."""
    count, first = state.stock.shape[1], len(net.claim_rank) - len(net.swap_units)
    for i in range(net.swap_start[c], net.swap_start[c + 1]):
        m = net.swap_row[i]
        for s in range(count):
            asked = net.consumed[c] * state.planned[net.consumer[c], s]
            lacked = max(asked - state.claims[c, s], 0.0)
            state.gap[m, s] = lacked / asked if lacked > 0 else 0.0
            state.met[m, s] = state.claims[c, s]
    for i in range(net.swap_start[c], net.swap_start[c + 1]):
        m = net.swap_row[i]
        for s in range(count):
            state.claims[c, s] += state.claims[first + m, s] / net.swap_units[m]


@inner
def take(c: int, week: int, net: Net, state: State, out: Out) -> None:
    """What was used beyond the input itself goes back to its stock, and leaves that of its substitutes."""
    count, first, last = state.stock.shape[1], len(net.claim_rank) - len(net.swap_units), net.swap_start[c + 1]
    if net.swap_start[c] == last:
        return
    for s in range(count):
        taken = min(net.consumed[c] * state.planned[net.consumer[c], s], state.claims[c, s])
        rest = max(taken - state.met[net.swap_row[net.swap_start[c]], s], 0.0)
        able = 0.0
        for i in range(net.swap_start[c], last):
            m = net.swap_row[i]
            able += state.claims[first + m, s] / net.swap_units[m]
        state.here[net.consumed_at[c], s] += rest
        part = rest / able if able > rest else 1.0
        for i in range(net.swap_start[c], last):
            _replace(net.swap_row[i], first, s, part, week, net, state, out)


@inner
def settle(week: int, net: Net, rules: Rules, state: State, out: Out) -> None:
    """What final demand lacks at the end of the week, its substitutes meet as far as they were allotted."""
    count, first = state.stock.shape[1], len(net.claim_rank) - len(net.swap_units)
    for d in range(len(net.wanted)):
        begin, end = net.swap_start[len(net.consumer) + d], net.swap_start[len(net.consumer) + d + 1]
        if begin == end:
            continue
        for s in range(count):
            wanted = state.wanted[d, s]
            before, able = out.short[d, week, s], 0.0
            for k in range(begin, end):
                m = net.swap_row[k]
                able += state.claims[first + m, s] / net.swap_units[m]
                state.gap[m, s] = before / wanted if before > 0 else 0.0
            part = before / able if able > before else 1.0
            replaced = min(able * part, before)
            out.short[d, week, s] = before - replaced
            if rules.waits:
                waited = state.waiting[d, s]
                state.waiting[d, s] = max(waited - rules.waiting_kept * replaced, 0.0)
                state.owed[net.wanted_at[d], s] += waited - state.waiting[d, s]
                if out.full:
                    out.waiting[d, week, s] = state.waiting[d, s]
            for k in range(begin, end):
                _replace(net.swap_row[k], first, s, part, week, net, state, out)


@inner
def _replace(m: int, first: int, s: int, part: float, week: int, net: Net, state: State, out: Out) -> None:
    state.here[net.swap_at[m], s] -= state.claims[first + m, s] * part
    if out.full:
        out.replaced[m, week, s] = state.claims[first + m, s] / net.swap_units[m] * part


@inner
def move(week: int, net: Net, block: Block, state: State) -> None:
    """Users move to substitutes or back for next week; before anything is disrupted nobody does."""
    for m in range(len(net.swap_units)):
        step = net.swap_most[m] / max(net.swap_weeks[m], 1.0)
        for s in range(state.stock.shape[1]):
            gap, together = state.gap[m, s], net.swap_together[m]
            part = gap / together if gap < together else 1.0
            change = net.swap_most[m] * part - state.replacing[m, s]
            moved = state.replacing[m, s] + min(max(change, -step), step)
            state.replacing[m, s] = moved if week >= block.onset[s] else 0.0
