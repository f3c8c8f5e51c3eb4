"""Who lacks what, and deliveries for some users only, compiled: part of `plain.releasing`."""

from __future__ import annotations

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.rationed import ration
from resilience.simulate.compiled.tables import Asked, Net, Out, Rules, State, Vault


@inner
def _claims_on(n: int, net: Net, asked: Asked) -> None:
    """Put what rationing asks of the claims on a point in their places."""
    first = net.claim_start[n]
    for i in range(first, net.claim_start[n + 1]):
        asked.usual[i - first] = net.usual[net.claim_row[i]]
        asked.rank[i - first] = net.claim_rank[net.claim_row[i]]


@inner
def lack_by_kind(stage: int, net: Net, rules: Rules, state: State, asked: Asked) -> None:
    """What each kind of user would lack if what is there were shared out now."""
    count = state.stock.shape[1]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        first, last = net.claim_start[n], net.claim_start[n + 1]
        state.wanting[:, n] = 0.0
        _claims_on(n, net, asked)
        for s in range(count):
            state.room[s] = max(state.here[n, s], 0.0)
        for i in range(first, last):
            for s in range(count):
                asked.amount[i - first, s] = state.claims[net.claim_row[i], s]
        ration(rules.rationing, net.tier_order, last - first, state.local[n], state.room, asked)
        for i in range(first, last):
            c = net.claim_row[i]
            for s in range(count):
                short = max(state.claims[c, s] - asked.amount[i - first, s], 0.0)
                state.wanting[net.claim_rank[c] + 1, n, s] += short


@inner
def hand_over(
    stage: int, week: int, net: Net, rules: Rules, vault: Vault, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """Deliveries for some kinds of users go to what those still lack; what they leave is for everybody."""
    count, slot = state.stock.shape[1], week % state.due.shape[1]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        arrived = False
        for rule in range(1, len(vault.serving)):
            for s in range(count):
                arrived = arrived or state.due[rule, slot, n, s] > 0
        if not arrived:
            continue
        _claims_on(n, net, asked)
        for s in range(count):
            state.gone[s] = 0.0  # what those it came for leave
        for rule in range(1, len(vault.serving)):
            for s in range(count):
                state.room[s] = state.due[rule, slot, n, s]
                state.here[n, s] += state.room[s]
                state.gone[s] += state.room[s]
                state.due[rule, slot, n, s] = 0.0
            _top_up(rule, n, week, net, rules, vault, state, asked, out)
        for s in range(count):
            state.room[s] = max(state.gone[s], 0.0)
        _top_up(0, n, week, net, rules, vault, state, asked, out)


@inner
def _top_up(
    rule: int, n: int, week: int, net: Net, rules: Rules, vault: Vault, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """Share `state.room` among what the users that a rule serves still lack at a point; take it off `state.gone`."""
    needs, tools, count = len(net.consumer), len(net.worker), state.stock.shape[1]
    first, last = net.claim_start[n], net.claim_start[n + 1]
    for s in range(count):
        state.total[s] = 0.0
    for i in range(first, last):
        c = net.claim_row[i]
        for s in range(count):
            left = max(state.claims[c, s] - state.allotted[c, s], 0.0)
            asked.amount[i - first, s] = left if vault.serving[rule, net.claim_rank[c] + 1] else 0.0
            state.total[s] += asked.amount[i - first, s]
    ration(rules.rationing, net.tier_order, last - first, state.total, state.room, asked)
    for i in range(first, last):
        c = net.claim_row[i]
        for s in range(count):
            more = asked.amount[i - first, s]
            state.gone[s] -= more
            state.allotted[c, s] += more
            if c >= needs:
                state.here[n, s] -= more
            if c >= needs + tools:
                d = c - needs - tools
                short = out.short[d, week, s]
                out.short[d, week, s] = max(short - more, 0.0)
                if rules.waits:
                    state.waiting[d, s] = max(state.waiting[d, s] - rules.waiting_kept * more, 0.0)
                    if out.full:
                        out.late[d, week, s] += max(more - short, 0.0)
                        out.waiting[d, week, s] = state.waiting[d, s]
