"""The door to the compiled step: a network, a behaviour and a block of shocks put into the arrays it reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from resilience.physics import Floats, Whole
from resilience.policy import KINDS, SLACK, TIERS, Refill
from resilience.simulate.behaviour import (
    Backlogged,
    BaseStock,
    Behaviour,
    ByContribution,
    ByNeed,
    ByStake,
    ByUse,
    Contract,
    CoverBelow,
    Declared,
    EarmarkFirst,
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
    Tranches,
)
from resilience.simulate.behaviour.allocation import floored
from resilience.simulate.behaviour.release import Trigger
from resilience.simulate.compiled.tables import (
    BY_NEED,
    BY_WEIGHT,
    CONTRACT,
    COVER_BELOW,
    DECLARED,
    EARMARK_FIRST,
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
from resilience.simulate.pools import Members
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks

TRIGGERS = {Declared: DECLARED, CoverBelow: COVER_BELOW, Tranches: COVER_BELOW, PriceAbove: PRICE_ABOVE}
ALLOCATIONS = {
    ByNeed: BY_NEED,
    ByUse: BY_WEIGHT,
    ByStake: BY_WEIGHT,
    ByContribution: BY_WEIGHT,
    EarmarkFirst: EARMARK_FIRST,
}
RATIONING = {Proportional: PROPORTIONAL, TierPriority: TIER_PRIORITY, Contract: CONTRACT, EqualDays: EQUAL_DAYS}


def rules(behaviour: Behaviour, held: Holdings) -> Rules | None:
    """The behaviour as numbers; None if it, or a reserve, holds a rule that the kernel does not know."""
    ordering, unmet, switching, final = behaviour.ordering, behaviour.unmet, behaviour.switching, behaviour.final
    known = (
        type(ordering) in (StockGap, BaseStock, FixedBaseStock, Panic)
        and type(unmet) in (Lost, Backlogged)
        and type(final) in (Lost, Backlogged)
        and type(behaviour.rationing) in RATIONING
        and type(switching) in (Loyal, Qualify)
        and all(type(trigger) in TRIGGERS for trigger in held.trigger)
        and all(type(allocation) in ALLOCATIONS for allocation in held.allocation)
        and all(type(refill) in (Refill, type(None)) for refill in held.refill)
    )
    if not known:
        return None
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
        tiered=held.tiered,
        refills=held.refills,
    )


def run_kernel(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """As `run_plain`, compiled. The behaviour must be one that `rules` knows."""
    from resilience.simulate.compiled import loop  # compiles, or reads what an earlier run compiled

    chosen = rules(behaviour, held)
    assert chosen is not None
    net, vault = _net(plan, behaviour, held), _vault(plan, held, shocks.scenarios)
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
    records.drawn[:] = state.drawn


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


def _vault(plan: Layout, held: Holdings, scenarios: int) -> Vault:
    stage_of = np.zeros(len(plan.physics.points), dtype=np.int64)
    for number, stage in enumerate(plan.stages):
        stage_of[stage.points] = number
    pool_stage = np.zeros(held.pools, dtype=np.int64)
    pooled = held.pool >= 0
    pool_stage[held.pool[pooled]] = stage_of[held.point[pooled]]
    steps = [_steps(trigger) for trigger in held.trigger]
    return Vault(
        point=held.point,
        stage=stage_of[held.point],
        pool=held.pool,
        held=held.held,
        decision=np.broadcast_to(held.decision, (len(held), scenarios)).copy(),
        lag=held.lag,
        rate=held.rate,
        trigger=np.array([TRIGGERS[type(trigger)] for trigger in held.trigger], dtype=np.int64),
        step_start=np.cumsum([0, *(len(part) for part in steps)]).astype(np.int64),
        step_level=np.array([level for part in steps for level, _ in part], dtype=np.float64),
        step_share=np.array([share for part in steps for _, share in part], dtype=np.float64),
        serving=held.serving,
        serves=held.serves,
        calm=np.array([rule.after_weeks if rule else -1 for rule in held.refill], dtype=np.int64),
        cover=np.array([rule.cover_days * (1.0 - SLACK) if rule else 0.0 for rule in held.refill], dtype=np.float64),
        bought=held.bought,
        ordered=held.ordered,
        watch_start=held.watch.indptr.astype(np.int64),
        watch_point=held.watch.indices.astype(np.int64),
        pools=held.pools,
        pool_stage=pool_stage,
        pool_serves=held.pool_serves,
        allocation=np.array([ALLOCATIONS[type(rule)] for rule in held.allocation], dtype=np.int64),
        receiver_start=np.searchsorted(held.receiver_pool, np.arange(held.pools + 1)).astype(np.int64),
        receiver_point=held.receiver_point,
        weight=_weights(plan, held),
    )


def _steps(trigger: Trigger) -> tuple[tuple[float, float], ...]:
    """Levels of what a trigger watches, and the share of the store that opens at each."""
    if isinstance(trigger, Tranches):
        return trigger.steps
    if isinstance(trigger, CoverBelow):
        return ((trigger.days, 1.0),)
    return ((trigger.tightness, 1.0),) if isinstance(trigger, PriceAbove) else ()


def _weights(plan: Layout, held: Holdings) -> Floats:
    """What each receiver counts where its pool is shared by weight."""
    physics = plan.physics
    members = Members(
        pool=held.receiver_pool,
        point=held.receiver_point,
        use=physics.use[held.receiver_point],
        stake=stakes(physics)[held.receiver_point],
        country=held.receiver_country,
        contributed=held.contributed,
    )
    weight, nothing = np.zeros(len(held.receiver_point)), np.zeros((len(physics.points), 0))
    for pool, rule in enumerate(held.allocation):
        calls = members.of(pool, lacking=nothing, supply=np.zeros(0))
        if isinstance(rule, ByUse | ByStake | ByContribution):
            weight[held.receiver_pool == pool] = floored(rule.weight(calls))
        if isinstance(rule, EarmarkFirst):
            weight[held.receiver_pool == pool] = rule.weight(calls)
    return weight


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
        drawn=empty(len(held)),
        called=empty(len(held)),
        opened=empty(len(held)),
        opens=empty(int(held.decision.max(initial=0)) + 1, len(held)),
        calm_from=np.zeros((len(held), count), dtype=np.int64),
        bids=empty(size if chosen.refills else 0),
        wanting=empty(len(KINDS), size if chosen.tiered else 0),
        due=empty(len(held.serving), int(held.lag.max(initial=0)) + 1, size if len(held) else 0),
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
        refill=none if records.refill is None else records.refill,
    )
