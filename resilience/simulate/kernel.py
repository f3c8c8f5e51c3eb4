"""The door to the compiled step: a network, a behaviour and a block of shocks put into the arrays it reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from resilience.physics import Floats, Whole
from resilience.policy import KINDS, TIERS
from resilience.simulate.behaviour import (
    Behaviour,
    TierPriority,
)
from resilience.simulate.compiled.tables import (
    Asked,
    Block,
    Net,
    Out,
    Rules,
    State,
)
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout, claim_ranks
from resilience.simulate.numbered import rules, vault
from resilience.simulate.plain import pipelines
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks
from resilience.substitution import Substitutes, none_of


def run_kernel(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """As `run_plain`, compiled. The behaviour must be one that `rules` knows."""
    from resilience.simulate.compiled import loop  # compiles, or reads what an earlier run compiled

    chosen = rules(behaviour, held)
    assert chosen is not None
    swaps = plan.physics.swaps if chosen.replaces else none_of(plan.physics.swaps)
    net, stores = _net(plan, behaviour, held, swaps), vault(plan, held, shocks.scenarios)
    state = _state(plan, held, shocks, chosen, swaps)
    widest = int(max(np.diff(net.out_start).max(initial=0) + 1, np.diff(net.claim_start).max(initial=0)))
    asked = Asked(
        amount=np.zeros((widest, shocks.scenarios)),
        usual=np.zeros(widest),
        rank=np.zeros(widest, dtype=np.int64),
        sated=np.zeros(widest, dtype=np.bool_),
    )
    loop.run(shocks.weeks, net, chosen, _block(shocks), stores, state, asked, _out(records))
    position = plan.physics.position[:, None]
    records.missing[:] = np.maximum(position - state.stock - state.onway, 0.0)
    records.drawn[:] = state.drawn


def _rows_of(at: Whole, size: int) -> tuple[Whole, Whole]:
    """Rows by the point (or maker) they stand at: starts, and rows in order."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=size))]).astype(np.int64)
    return starts, np.argsort(at, kind="stable").astype(np.int64)


def _cut(parts: list[Whole]) -> tuple[Whole, Whole]:
    starts = np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)
    return starts, np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)


def _net(plan: Layout, behaviour: Behaviour, held: Holdings, swaps: Substitutes) -> Net:
    physics = plan.physics
    size, makers = len(physics.points), len(physics.output)
    claimed_at = np.concatenate([physics.consumed_at, physics.worked_at, physics.wanted_at, swaps.met_at])
    usual = [physics.consumed * physics.output[physics.consumer], physics.worked, physics.wanted, np.zeros(len(swaps))]
    replaced = np.concatenate([swaps.need, len(physics.consumer) + swaps.demand])
    swap_start, swap_row = _rows_of(replaced, len(physics.consumer) + len(physics.wanted))
    claim_start, claim_row = _rows_of(claimed_at, size)
    out_start, out_lane = _rows_of(physics.origin, size)
    need_start, need_row = _rows_of(physics.consumer, makers)
    tool_start, tool_row = _rows_of(physics.worker, makers)
    stage_start, stage_point = _cut([stage.points for stage in plan.stages])
    none = np.zeros(0, dtype=np.int64)
    early, late = [stage.early for stage in plan.stages], [stage.late for stage in plan.stages]
    turns = [np.concatenate(turn) for turn in zip([none, *late], [*early, none], strict=True)]
    turn_start, turn_row = _cut(turns)
    source_start, source_row = _rows_of(np.concatenate([physics.made_at, physics.destination]), size)
    order = behaviour.rationing.order if isinstance(behaviour.rationing, TierPriority) else TIERS
    return Net(
        position=physics.position,
        stock=physics.stock,
        wanted_stock=behaviour.private.wanted(physics.stock, held.covered),
        storable=physics.storable,
        use=physics.use,
        usual_home=np.maximum(plan.local - plan.at_once, 0.0),
        usual_asked=plan.asked,
        made_at=physics.made_at,
        able=physics.output * physics.surge,
        cycle=physics.cycle,
        ring=plan.ring,
        share=np.concatenate([plan.own_share, plan.lane_share]),
        consumer=physics.consumer,
        consumed_at=physics.consumed_at,
        consumed=physics.consumed,
        essential=physics.essential,
        worker=physics.worker,
        worked=physics.worked,
        wear=physics.wear,
        regrow=physics.regrow,
        origin=physics.origin,
        destination=physics.destination,
        flow=physics.flow,
        limit=physics.limit,
        transit=physics.transit,
        quick=np.flatnonzero(physics.transit == 0),
        wanted_at=physics.wanted_at,
        wanted=physics.wanted,
        usual=np.concatenate(usual),
        claim_rank=claim_ranks(plan, swaps),
        tier_order=np.array([TIERS.index(tier) for tier in order], dtype=np.int64),
        claim_start=claim_start,
        claim_row=claim_row,
        out_start=out_start,
        out_lane=out_lane,
        need_start=need_start,
        need_row=need_row,
        tool_start=tool_start,
        tool_row=tool_row,
        stage_start=stage_start,
        stage_point=stage_point,
        turn_start=turn_start,
        turn_row=turn_row,
        source_start=source_start,
        source_row=source_row,
        ring_maker=np.flatnonzero(plan.ring),
        swap_need=swaps.need,
        swap_demand=swaps.demand,
        swap_at=swaps.met_at,
        swap_units=swaps.units,
        swap_normal=swaps.normal,
        swap_most=swaps.most,
        swap_together=swaps.together,
        swap_weeks=swaps.weeks,
        swap_start=swap_start,
        swap_row=swap_row,
    )


def _block(shocks: Shocks) -> Block:
    found: dict[str, Any] = {}
    for name in ("left", "open", "added", "wanted", "lost", "hoarded"):
        change = getattr(shocks, name)
        found |= {f"{name}_slot": change.slot, name: change.values}
    return Block(weeks=shocks.weeks, onset=shocks.onset, **found)


def _state(plan: Layout, held: Holdings, shocks: Shocks, chosen: Rules, swaps: Substitutes) -> State:
    physics, count = plan.physics, shocks.scenarios
    ones = np.ones(count)
    size, makers, lanes, receivers = (
        len(physics.points),
        len(physics.output),
        len(physics.flow),
        len(held.receiver_point),
    )

    def empty(*shape: int) -> Floats:
        return np.zeros((*shape, count))

    sources = makers + lanes if chosen.switches else 0
    claims = len(physics.consumer) + len(physics.worker) + len(physics.wanted) + len(swaps)
    share = np.concatenate([plan.own_share, plan.lane_share])
    calendar = pipelines(physics, shocks)
    quick = size if (physics.transit == 0).any() else 0
    widest = int(np.bincount(physics.origin, minlength=1).max()) + 1
    return State(
        stock=np.outer(physics.stock, ones),
        onway=calendar.sum(axis=0),
        calendar=calendar,
        asked=np.outer(plan.asked - plan.local, ones),
        health=np.ones((makers, count)),
        shares=np.outer(share[:sources], ones),
        books=empty(lanes if chosen.keeps_books else 0),
        making=empty(makers if chosen.keeps_books else 0),
        waiting=empty(len(physics.wanted) if chosen.waits else 0),
        owed=empty(size if chosen.keeps_books or chosen.waits else 0),
        stale=empty(size if chosen.keeps_books or chosen.waits else 0),
        remaining=np.outer(held.held, ones),
        drawn=empty(len(held)),
        called=empty(len(held)),
        opened=empty(len(held)),
        opens=empty(int(held.decision.max(initial=0)) + 1, len(held)),
        calm_from=np.zeros((len(held), count), dtype=np.int64),
        bids=empty(size if chosen.refills else 0),
        wanting=empty(len(KINDS), size if chosen.tiered else 0),
        without=empty(claims if chosen.tiered else 0),
        due=empty(len(held.serving), int(held.lag.max(initial=0)) + 1, size if len(held) else 0),
        here=empty(size),
        come=empty(quick),
        order=empty(size),
        ordered_own=empty(makers if chosen.keeps_books or chosen.switches else 0),
        planned=empty(makers),
        old=empty(makers if chosen.keeps_books else 0),
        claims=empty(claims),
        local=np.outer(plan.local, ones),
        expected=empty(quick),
        filled=np.ones((sources, count)),
        ordered=empty(widest),
        total=empty(),
        new=empty(),
        room=empty(),
        gone=empty(),
        tight=np.zeros(size, dtype=np.bool_),
        behind=np.zeros(size, dtype=np.bool_),
        lacks=np.zeros(sources, dtype=np.bool_),
        moved=np.zeros(size, dtype=np.bool_),
        lacking=np.zeros(size),
        offered=np.zeros(size),
        most=np.zeros(len(held)),
        supply=np.zeros(held.pools),
        offer=np.zeros(receivers),
        got=np.zeros(receivers),
        sated=np.zeros(receivers + 1, dtype=np.bool_),
        replacing=empty(len(swaps)),
        gap=empty(len(swaps)),
        met=empty(len(swaps)),
        wanted=empty(len(physics.wanted) if len(swaps.demand) else 0),
    )


def _out(records: Records) -> Out:
    none = np.zeros((0, 0, 0))
    full = records.full
    return Out(
        full=full is not None,
        short=records.short,
        flow=none if full is None else full.flow,
        start=none if full is None else full.start,
        plan=none if full is None else full.plan,
        used=none if full is None else full.used,
        supplied=none if full is None else full.supplied,
        health=none if full is None else full.health,
        stock=none if full is None else full.stock,
        making=none if full is None else full.making,
        late=none if full is None else full.late,
        waiting=none if full is None else full.waiting,
        replaced=none if full is None else full.replaced,
        home=none if records.home is None else records.home,
        send=none if records.send is None else records.send,
        receive=none if records.receive is None else records.receive,
        refill=none if records.refill is None else records.refill,
    )
