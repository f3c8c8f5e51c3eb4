"""`plain.closing` compiled. What stands on books was added up as it arose, into `state.owed`."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import Net, Out, Rules, State


@inner
def close_rings(net: Net, state: State) -> None:
    """What was made for the next week reaches the stock."""
    for p in net.ring_maker:
        for s in range(state.here.shape[1]):
            state.here[net.made_at[p], s] += state.planned[p, s]


@inner
def close_week(week: int, net: Net, rules: Rules, state: State, out: Out) -> None:
    """Stock is what is left; shares are brought up to date."""
    for n in range(state.stock.shape[0]):
        kept = 1.0 if net.storable[n] else 0.0
        for s in range(state.here.shape[1]):
            state.stock[n, s] = kept * max(state.here[n, s], 0.0)
        if out.full:
            for s in range(state.here.shape[1]):
                out.stock[n, week, s] = max(state.here[n, s], 0.0)
    if rules.switches:
        for n in range(state.stock.shape[0]):
            _switch(n, net, rules, state)


@inner
def _switch(n: int, net: Net, rules: Rules, state: State) -> None:
    """Shares of the suppliers of point `n` move towards what they deliver; nothing to do before any fell short."""
    first, last, total = net.source_start[n], net.source_start[n + 1], state.total
    for k in range(first, last):
        state.moved[n] = state.moved[n] or state.lacks[net.source_row[k]]
    if not state.moved[n]:
        return
    for s in range(len(total)):
        total[s] = 0.0
    for k in range(first, last):
        i = net.source_row[k]
        if not state.lacks[i]:
            for s in range(len(total)):
                state.filled[i, s] = 1.0
        for s in range(len(total)):
            total[s] += net.share[i] * state.filled[i, s]
    for k in range(first, last):
        i = net.source_row[k]
        state.lacks[i] = False
        for s in range(len(total)):
            sought = net.share[i] * (state.filled[i, s] / total[s] if total[s] > 0 else 1.0)
            state.shares[i, s] += (sought - state.shares[i, s]) / rules.qualify_weeks
