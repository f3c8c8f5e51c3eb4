"""Who lacks what, and deliveries for some users only, compiled: part of `plain.releasing`."""

from __future__ import annotations

from resilience.simulate.compiled.jit import apart
from resilience.simulate.compiled.rationed import ration
from resilience.simulate.compiled.tables import Asked, Net, Out, Rules, State, Vault


@apart
def _claims_on(n: int, net: Net, asked: Asked) -> None:
    """Put what rationing asks of the claims on a point in their places."""
    first = net.claim_start[n]
    for i in range(first, net.claim_start[n + 1]):
        asked.usual[i - first] = net.usual[net.claim_row[i]]
        asked.rank[i - first] = net.claim_rank[net.claim_row[i]]


@apart
def lack_by_kind(stage: int, net: Net, rules: Rules, state: State, asked: Asked) -> None:
    """What each kind of user would lack if what is there were shared out now."""
    count = state.stock.shape[1]
    for k in range(net.stage_start[stage], net.stage_start[stage + 1]):
        n = net.stage_point[k]
        first, last = net.claim_start[n], net.claim_start[n + 1]
        _claims_on(n, net, asked)
        for s in range(count):
            state.room[s] = max(state.here[n, s], 0.0)
            state.total[s] = state.local[n, s]
            for kind in range(len(state.wanting)):
                state.wanting[kind, n, s] = 0.0
        for i in range(first, last):
            for s in range(count):
                asked.amount[i - first, s] = state.claims[net.claim_row[i], s]
        ration(rules.rationing, net.tier_order, last - first, state.total, state.room, asked)
        for i in range(first, last):
            c = net.claim_row[i]
            for s in range(count):
                short = max(state.claims[c, s] - asked.amount[i - first, s], 0.0)
                state.wanting[net.claim_rank[c] + 1, n, s] += short


@apart
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
        for number in range(1, len(vault.serving) + 1):
            rule = number % len(vault.serving)  # what is left is everybody's, last
            for s in range(count):
                more = state.due[rule, slot, n, s] if rule > 0 else 0.0
                state.here[n, s] += more
                state.gone[s] += more
                state.room[s] = more if rule > 0 else max(state.gone[s], 0.0)
                state.due[rule, slot, n, s] -= more
            if state.tight[n]:
                _top_up(rule, n, week, net, rules, vault, state, asked, out)


@apart
def _top_up(
    rule: int, n: int, week: int, net: Net, rules: Rules, vault: Vault, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """Share `state.room` among what the users that a rule serves still lack at a point; take it off `state.gone`."""
    needs, tools, count = len(net.consumer), len(net.worker), state.stock.shape[1]
    standing = needs + tools + len(net.wanted)
    first, last = net.claim_start[n], net.claim_start[n + 1]
    for s in range(count):
        state.total[s] = 0.0
    for i in range(first, last):
        c = net.claim_row[i]
        for s in range(count):
            served = vault.serving[rule, net.claim_rank[c] + 1]
            asked.amount[i - first, s] = state.without[c, s] if served else 0.0
            state.total[s] += asked.amount[i - first, s]
    ration(rules.rationing, net.tier_order, last - first, state.total, state.room, asked)
    for i in range(first, last):
        c = net.claim_row[i]
        for s in range(count):
            more = asked.amount[i - first, s]
            state.gone[s] -= more
            state.without[c, s] -= more
            state.claims[c, s] += more
            if needs <= c < standing:
                state.here[n, s] -= more
            if needs <= c < needs + tools and out.full:
                out.supplied[c - needs, week, s] = state.claims[c, s]
            if needs + tools <= c < standing:
                d = c - needs - tools
                short = out.short[d, week, s]
                out.short[d, week, s] = max(short - more, 0.0)
                if rules.waits:
                    waited = state.waiting[d, s]
                    state.waiting[d, s] = max(waited - rules.waiting_kept * more, 0.0)
                    state.owed[n, s] += waited - state.waiting[d, s]
                    if out.full:
                        out.late[d, week, s] += max(more - short, 0.0)
                        out.waiting[d, week, s] = state.waiting[d, s]
