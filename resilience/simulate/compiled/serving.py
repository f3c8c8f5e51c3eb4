"""`plain.moving.serve` compiled."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.rationed import ration
from resilience.simulate.compiled.tables import Asked, Net, Out, Rules, State


@inner
def serve(stage: int, week: int, net: Net, rules: Rules, state: State, asked: Asked, out: Out) -> None:
    """Local users and final demand of a stage share what is there; what inputs get stays until a start takes it.

    From here on `claims` holds what each gets: less than it asked for only where the point is `tight`.
    """
    needs, tools = len(net.consumer), len(net.worker)
    standing = needs + tools + len(net.wanted)  # the first claim on a substitute
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n, scarce = net.stage_point[k], 0
        for s in range(len(state.room)):
            state.room[s] = max(state.here[n, s], 0.0)
            scarce += state.local[n, s] > state.room[s]
        state.tight[n] = scarce > 0
        if state.tight[n]:
            _cut(n, net, rules, state, asked)
        for i in range(net.claim_start[n], net.claim_start[n + 1]):
            c = net.claim_row[i]
            if c < needs or c >= standing:
                continue
            for s in range(len(state.room)):
                state.here[n, s] -= state.claims[c, s]
            if c >= needs + tools:
                _tell(n, i - net.claim_start[n], c - needs - tools, week, net, rules, state, asked, out)
            elif out.full:
                for s in range(len(state.room)):
                    out.supplied[c - needs, week, s] = state.claims[c, s]


@inner
def _cut(n: int, net: Net, rules: Rules, state: State, asked: Asked) -> None:
    """Claims on point `n` are cut to what each gets; `asked.amount` keeps what goes without."""
    first, last = net.claim_start[n], net.claim_start[n + 1]
    for s in range(len(state.room)):
        state.total[s] = state.local[n, s]
    for i in range(first, last):
        c = net.claim_row[i]
        asked.usual[i - first] = net.usual[c]
        asked.rank[i - first] = net.claim_rank[c]
        for s in range(len(state.room)):
            asked.amount[i - first, s] = state.claims[c, s]
    ration(rules.rationing, net.tier_order, last - first, state.total, state.room, asked)
    for i in range(first, last):
        c = net.claim_row[i]
        for s in range(len(state.room)):
            given = asked.amount[i - first, s]
            asked.amount[i - first, s] = state.claims[c, s] - given
            state.claims[c, s] = given
        if rules.tiered:
            for s in range(len(state.room)):
                state.without[c, s] = max(asked.amount[i - first, s], 0.0)


@inner
def _tell(
    n: int, row: int, d: int, week: int, net: Net, rules: Rules, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """What of final demand `d` at point `n` goes unserved is written down, or waits."""
    unserved = state.gone
    for s in range(len(unserved)):
        unserved[s] = 0.0
    if state.tight[n]:
        for s in range(len(unserved)):
            unserved[s] = asked.amount[row, s]
    if rules.waits:
        for s in range(len(unserved)):
            left, waited = unserved[s], state.waiting[d, s]
            unserved[s] = max(left - waited, 0.0)
            state.total[s] = max(waited - left, 0.0)
            state.waiting[d, s] = rules.waiting_kept * max(left, 0.0)
        for s in range(len(unserved)):
            state.owed[n, s] -= state.waiting[d, s]
        if out.full:
            for s in range(len(unserved)):
                out.late[d, week, s] = state.total[s]
                out.waiting[d, week, s] = state.waiting[d, s]
    for s in range(len(unserved)):
        out.short[d, week, s] = unserved[s]
