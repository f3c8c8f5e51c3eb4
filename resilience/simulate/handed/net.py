"""The network and the order of its week as the arrays of `Net`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resilience.physics import Floats, Physics, Whole
from resilience.policy import TIERS
from resilience.simulate.behaviour import Behaviour, TierPriority
from resilience.simulate.compiled.tables import Flags, Net
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout, claim_ranks
from resilience.substitution import Substitutes

Arrays = dict[str, Floats | Whole | Flags]


def net_of(plan: Layout, behaviour: Behaviour, held: Holdings, swaps: Substitutes) -> Net:
    """The network of a layout under a behaviour; `swaps` are the substitutes that the behaviour may use."""
    parts = (
        _points(plan, behaviour, held),
        _makers(plan),
        _inputs(plan.physics),
        _lanes(plan.physics),
        _claims(plan, behaviour, swaps),
        _turns(plan),
        _swaps(plan.physics, swaps),
    )
    return Net(**{name: array for part in parts for name, array in part.items()})  # type: ignore[arg-type]


def _points(plan: Layout, behaviour: Behaviour, held: Holdings) -> Arrays:
    physics = plan.physics
    return {
        "position": physics.position,
        "stock": physics.stock,
        "wanted_stock": behaviour.private.wanted(physics.stock, held.covered),
        "storable": physics.storable,
        "use": physics.use,
        "usual_home": np.maximum(plan.local - plan.at_once, 0.0),
        "usual_asked": plan.asked,
    }


def _makers(plan: Layout) -> Arrays:
    physics = plan.physics
    sources = np.concatenate([physics.made_at, physics.destination])
    source_start, source_row = _rows_at(sources, len(physics.points))
    return {
        "made_at": physics.made_at,
        "able": physics.output * physics.surge,
        "cycle": physics.cycle,
        "ring": plan.ring,
        "ring_maker": np.flatnonzero(plan.ring),
        "share": np.concatenate([plan.own_share, plan.lane_share]),
        "source_start": source_start,
        "source_row": source_row,
    }


def _inputs(physics: Physics) -> Arrays:
    """What makers consume, and the tools they work with."""
    need_start, need_row = _rows_at(physics.consumer, len(physics.output))
    tool_start, tool_row = _rows_at(physics.worker, len(physics.output))
    return {
        "consumer": physics.consumer,
        "consumed_at": physics.consumed_at,
        "consumed": physics.consumed,
        "essential": physics.essential,
        "need_start": need_start,
        "need_row": need_row,
        "worker": physics.worker,
        "worked": physics.worked,
        "wear": physics.wear,
        "regrow": physics.regrow,
        "tool_start": tool_start,
        "tool_row": tool_row,
    }


def _lanes(physics: Physics) -> Arrays:
    out_start, out_lane = _rows_at(physics.origin, len(physics.points))
    return {
        "origin": physics.origin,
        "destination": physics.destination,
        "flow": physics.flow,
        "limit": physics.limit,
        "transit": physics.transit,
        "quick": np.flatnonzero(physics.transit == 0),
        "out_start": out_start,
        "out_lane": out_lane,
    }


def _claims(plan: Layout, behaviour: Behaviour, swaps: Substitutes) -> Arrays:
    """What asks for stock at each point: inputs, tools, final demand, substitutes, in this order."""
    physics = plan.physics
    at = np.concatenate([physics.consumed_at, physics.worked_at, physics.wanted_at, swaps.met_at])
    usual = [physics.consumed * physics.output[physics.consumer], physics.worked, physics.wanted, np.zeros(len(swaps))]
    claim_start, claim_row = _rows_at(at, len(physics.points))
    order = behaviour.rationing.order if isinstance(behaviour.rationing, TierPriority) else TIERS
    return {
        "wanted_at": physics.wanted_at,
        "wanted": physics.wanted,
        "usual": np.concatenate(usual),
        "claim_rank": claim_ranks(plan, swaps),
        "tier_order": np.array([TIERS.index(tier) for tier in order], dtype=np.int64),
        "claim_start": claim_start,
        "claim_row": claim_row,
    }


def _turns(plan: Layout) -> Arrays:
    """Points stage by stage; and makers turn by turn: what starts after one stage and before the next."""
    stage_start, stage_point = _cut([stage.points for stage in plan.stages])
    none = np.zeros(0, dtype=np.int64)
    early, late = [stage.early for stage in plan.stages], [stage.late for stage in plan.stages]
    turns = [np.concatenate(turn) for turn in zip([none, *late], [*early, none], strict=True)]
    turn_start, turn_row = _cut(turns)
    return {"stage_start": stage_start, "stage_point": stage_point, "turn_start": turn_start, "turn_row": turn_row}


def _swaps(physics: Physics, swaps: Substitutes) -> Arrays:
    """Substitutes, and which of them replace each consumed need and, after those, each demand."""
    replaced = np.concatenate([swaps.need, len(physics.consumer) + swaps.demand])
    swap_start, swap_row = _rows_at(replaced, len(physics.consumer) + len(physics.wanted))
    return {
        "swap_need": swaps.need,
        "swap_demand": swaps.demand,
        "swap_at": swaps.met_at,
        "swap_units": swaps.units,
        "swap_normal": swaps.normal,
        "swap_most": swaps.most,
        "swap_together": swaps.together,
        "swap_weeks": swaps.weeks,
        "swap_start": swap_start,
        "swap_row": swap_row,
    }


def _rows_at(at: Whole, size: int) -> tuple[Whole, Whole]:
    """Rows by the point (or maker) they stand at: starts, and rows in order."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=size))]).astype(np.int64)
    return starts, np.argsort(at, kind="stable").astype(np.int64)


def _cut(parts: Sequence[Whole]) -> tuple[Whole, Whole]:
    starts = np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)
    return starts, np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)
