"""The door to the compiled step: a network, a behaviour and a block of shocks put into the arrays it reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from resilience.physics import Floats, Whole
from resilience.simulate.behaviour import (
    Backlogged,
    BaseStock,
    Behaviour,
    ByNeed,
    ByStake,
    ByUse,
    Contract,
    CoverBelow,
    Declared,
    EqualDays,
    FixedBaseStock,
    Lost,
    Loyal,
    Panic,
    PriceAbove,
    Proportional,
    Qualify,
    StockGap,
    TierPriority,
)
from resilience.simulate.behaviour.allocation import floored
from resilience.simulate.behaviour.rationing import TIERS
from resilience.simulate.compiled.tables import (
    BY_NEED,
    BY_WEIGHT,
    CONTRACT,
    COVER_BELOW,
    DECLARED,
    EQUAL_DAYS,
    PRICE_ABOVE,
    PROPORTIONAL,
    TIER_PRIORITY,
    Asked,
    Block,
    Net,
    Out,
    Rules,
    State,
    Vault,
)
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout, claim_ranks
from resilience.simulate.plain import pipelines, stakes
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks

RATIONING = {Proportional: PROPORTIONAL, TierPriority: TIER_PRIORITY, Contract: CONTRACT, EqualDays: EQUAL_DAYS}


def rules(behaviour: Behaviour) -> Rules | None:
    """The behaviour as numbers; None if it holds a rule that the kernel does not know."""
    ordering, unmet, switching, trigger = behaviour.ordering, behaviour.unmet, behaviour.switching, behaviour.trigger
    final = behaviour.final
    known = (
        type(ordering) in (StockGap, BaseStock, FixedBaseStock, Panic)
        and type(unmet) in (Lost, Backlogged)
        and type(final) in (Lost, Backlogged)
        and type(behaviour.rationing) in RATIONING
        and type(switching) in (Loyal, Qualify)
        and type(trigger) in (Declared, CoverBelow, PriceAbove)
        and type(behaviour.allocation) in (ByNeed, ByUse, ByStake)
    )
    if not known:
        return None
    triggered, level = DECLARED, 0.0
    if isinstance(trigger, CoverBelow):
        triggered, level = COVER_BELOW, float(trigger.days)
    if isinstance(trigger, PriceAbove):
        triggered, level = PRICE_ABOVE, trigger.tightness
    return Rules(
        gap_weeks=float(ordering.weeks) if isinstance(ordering, StockGap | Panic) else 1.0,
        panic_below=float(ordering.below) if isinstance(ordering, Panic) else -1.0,
        panic_extra=float(ordering.extra) if isinstance(ordering, Panic) else 0.0,
        fixed_level=isinstance(ordering, FixedBaseStock),
        keeps_books=isinstance(unmet, Backlogged),
        books_kept=1.0 - unmet.lapse_per_week if isinstance(unmet, Backlogged) else 0.0,
        waits=isinstance(final, Backlogged),
        waiting_kept=1.0 - final.lapse_per_week if isinstance(final, Backlogged) else 0.0,
        rationing=RATIONING[type(behaviour.rationing)],
        switches=isinstance(switching, Qualify),
        qualify_weeks=float(switching.weeks) if isinstance(switching, Qualify) else 1.0,
        trigger=triggered,
        trigger_level=level,
        allocation=BY_NEED if isinstance(behaviour.allocation, ByNeed) else BY_WEIGHT,
    )


def run_kernel(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """As `run_plain`, compiled. The behaviour must be one that `rules` knows."""
    from resilience.simulate.compiled import loop  # compiles, or reads what an earlier run compiled

    chosen = rules(behaviour)
    assert chosen is not None
    net, vault = _net(plan, behaviour, held), _vault(plan, behaviour, held)
    state = _state(plan, held, shocks, chosen)
    widest = int(max(np.diff(net.out_start).max(initial=0) + 1, np.diff(net.claim_start).max(initial=0)))
    asked = Asked(
        amount=np.zeros((widest, shocks.scenarios)),
        usual=np.zeros(widest),
        rank=np.zeros(widest, dtype=np.int64),
        sated=np.zeros(widest, dtype=np.bool_),
    )
    loop.run(shocks.weeks, net, chosen, _block(shocks), vault, state, asked, _out(records))
    position = plan.physics.position[:, None]
    records.missing[:] = np.maximum(position - state.stock - state.onway, 0.0)
    records.drawn[:] = held.held[:, None] - state.remaining


def _rows_of(at: Whole, size: int) -> tuple[Whole, Whole]:
    """Rows by the point (or maker) they stand at: starts, and rows in order."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=size))]).astype(np.int64)
    return starts, np.argsort(at, kind="stable").astype(np.int64)


def _cut(parts: list[Whole]) -> tuple[Whole, Whole]:
    starts = np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)
    return starts, np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)


def _net(plan: Layout, behaviour: Behaviour, held: Holdings) -> Net:
    physics = plan.physics
    size, makers = len(physics.points), len(physics.output)
    claimed_at = np.concatenate([physics.consumed_at, physics.worked_at, physics.wanted_at])
    claim_start, claim_row = _rows_of(claimed_at, size)
    out_start, out_lane = _rows_of(physics.origin, size)
    need_start, need_row = _rows_of(physics.consumer, makers)
    tool_start, tool_row = _rows_of(physics.worker, makers)
    stage_start, stage_point = _cut([stage.points for stage in plan.stages])
    early_start, early_row = _cut([stage.early for stage in plan.stages])
    late_start, late_row = _cut([stage.late for stage in plan.stages])
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
        usual=np.concatenate([physics.consumed * physics.output[physics.consumer], physics.worked, physics.wanted]),
        claim_rank=claim_ranks(plan),
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
        early_start=early_start,
        early_row=early_row,
        late_start=late_start,
        late_row=late_row,
    )


def _block(shocks: Shocks) -> Block:
    found: dict[str, Any] = {}
    for name in ("left", "open", "added", "wanted", "lost", "hoarded"):
        change = getattr(shocks, name)
        found |= {f"{name}_slot": change.slot, name: change.values}
    return Block(weeks=shocks.weeks, onset=shocks.onset, **found)


def _vault(plan: Layout, behaviour: Behaviour, held: Holdings) -> Vault:
    stage_of = np.zeros(len(plan.physics.points), dtype=np.int64)
    for number, stage in enumerate(plan.stages):
        stage_of[stage.points] = number
    pool_stage = np.zeros(held.pools, dtype=np.int64)
    pooled = held.pool >= 0
    pool_stage[held.pool[pooled]] = stage_of[held.point[pooled]]
    weight = np.zeros(len(held.receiver_point))
    if not isinstance(behaviour.allocation, ByNeed):
        by = plan.physics.use if isinstance(behaviour.allocation, ByUse) else stakes(plan.physics)
        for pool in range(held.pools):
            mine = held.receiver_pool == pool
            weight[mine] = floored(by[held.receiver_point[mine]])
    return Vault(
        point=held.point,
        stage=stage_of[held.point],
        pool=held.pool,
        decision=held.decision,
        lag=held.lag,
        rate=held.rate,
        watch_start=held.watch.indptr.astype(np.int64),
        watch_point=held.watch.indices.astype(np.int64),
        pools=held.pools,
        pool_stage=pool_stage,
        receiver_start=np.searchsorted(held.receiver_pool, np.arange(held.pools + 1)).astype(np.int64),
        receiver_point=held.receiver_point,
        weight=weight,
    )


def _state(plan: Layout, held: Holdings, shocks: Shocks, chosen: Rules) -> State:
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
    share = np.concatenate([plan.own_share, plan.lane_share])
    calendar = pipelines(physics, shocks)
    claims = empty(len(physics.consumer) + len(physics.worker) + len(physics.wanted))
    claims[len(physics.consumer) : len(physics.consumer) + len(physics.worker)] = physics.worked[:, None]
    widest = int(np.bincount(physics.origin, minlength=1).max()) + 1
    return State(
        stock=np.outer(physics.stock, ones),
        onway=calendar.sum(axis=0),
        calendar=calendar,
        asked=np.outer(plan.asked, ones),
        health=np.ones((makers, count)),
        shares=np.outer(share[:sources], ones),
        books=empty(lanes if chosen.keeps_books else 0),
        making=empty(makers if chosen.keeps_books else 0),
        waiting=empty(len(physics.wanted) if chosen.waits else 0),
        owed=empty(size if chosen.keeps_books or chosen.waits else 0),
        stale=empty(size if chosen.keeps_books or chosen.waits else 0),
        remaining=np.outer(held.held, ones),
        called=np.full((len(held), count), shocks.weeks, dtype=np.int64),
        due=empty(int(held.lag.max(initial=0)) + 1, size if len(held) else 0),
        here=empty(size),
        after=empty(size),
        come=empty(size),
        order=empty(size),
        ordered_own=empty(makers),
        planned=empty(makers),
        started=empty(makers),
        claims=claims,
        local=empty(size),
        allotted=np.zeros_like(claims),
        expected=empty(size),
        filled=np.ones((sources, count)),
        ordered=empty(widest),
        total=empty(),
        new=empty(),
        room=empty(),
        gone=empty(),
        lacking=np.zeros(size),
        offered=np.zeros(size),
        most=np.zeros(len(held)),
        supply=np.zeros(held.pools),
        offer=np.zeros(receivers),
        got=np.zeros(receivers),
        sated=np.zeros(receivers + 1, dtype=np.bool_),
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
        home=none if records.home is None else records.home,
        send=none if records.send is None else records.send,
        receive=none if records.receive is None else records.receive,
    )
