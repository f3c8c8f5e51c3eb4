"""Behaviours and reserves as the numbers that the compiled step reads."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats
from resilience.policy import SLACK, Refill
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
    Never,
    Panic,
    PriceAbove,
    Proportional,
    Qualified,
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
    Rules,
    Vault,
)
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout
from resilience.simulate.plain import stakes
from resilience.simulate.pools import Members

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
        and type(behaviour.substitution) in (Never, Qualified)
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
        replaces=isinstance(behaviour.substitution, Qualified),
        qualify_weeks=float(switching.weeks) if isinstance(switching, Qualify) else 1.0,
        tiered=held.tiered,
        refills=held.refills,
    )


def vault(plan: Layout, held: Holdings, scenarios: int) -> Vault:
    """The stores of all reserves and the receivers of their pools as arrays."""
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
