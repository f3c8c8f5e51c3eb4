"""`plain.closing` compiled."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Net, Out, Rules, State


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
