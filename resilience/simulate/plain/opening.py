"""A week opens: what is lost, what arrives, what everybody orders and claims."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, lane_limits
from resilience.simulate.behaviour.ordering import Seen
from resilience.simulate.plain.replacing import claimed
from resilience.simulate.plain.world import World


def open_week(world: World, week: int) -> None:
    """What is lost is lost; what was on its way arrives."""
    shocks = world.shocks
    world.left, world.open = shocks.left.week(week, 1.0), shocks.open.week(week, 1.0)
    world.lag = world.physics.transit[:, None] + shocks.added.week(week, 0.0).astype(np.int64)
    world.wanted = world.physics.wanted[:, None] * shocks.wanted.week(week, 1.0)
    world.hoarded = shocks.hoarded.week(week, 0.0)
    world.stock = world.stock * (1.0 - shocks.lost.week(week, 0.0))
    landed = world.calendar[week % world.slots].copy()
    world.calendar[week % world.slots] = 0.0
    world.onway = np.maximum(world.onway - landed, 0.0)
    world.here = world.stock + landed
    world.after = np.zeros_like(world.here)
    world.struck = week >= shocks.onset


def order(world: World, week: int) -> None:
    """Orders, plans and all that is claimed this week."""
    physics, makers = world.physics, len(world.able)
    normal = np.where(world.struck, world.wanted_stock[:, None], world.normal_own)
    target = physics.position[:, None] + (normal - world.normal_own) + world.hoarded * physics.use[:, None]
    target = target + world.bids
    seen = Seen(
        asked=world.asked,
        here=world.here,
        position=world.here + world.onway + _owed(world),
        target=target,
        normal=world.normal_own,
        usual=world.plan.asked[:, None],
    )
    order = world.behaviour.ordering.order(seen)
    able = world.able[:, None] * np.minimum(world.left, world.health)
    world.ordered_own = order[physics.made_at] * world.shares[:makers]
    world.planned = np.minimum(world.ordered_own + world.making, able)
    old = world.planned - np.minimum(world.ordered_own, able)
    world.ordered = order[physics.destination] * world.shares[makers:]
    most = lane_limits(physics, world.open)
    world.claimed = np.minimum(world.ordered + world.books, most)
    world.needed = physics.consumed[:, None] * world.planned[physics.consumer]
    tools = np.outer(physics.worked, world.ones)
    sought = world.wanted + world.waiting
    world.local = world.sums.needs @ world.needed + world.sums.tools @ tools + world.sums.wants @ sought
    standing = claimed(world)
    world.local = world.local + world.adder(world.swaps.met_at, len(world.local)) @ standing
    world.claims = np.concatenate([world.needed, tools, sought, standing])
    stale = world.sums.needs @ (physics.consumed[:, None] * old[physics.consumer]) + world.sums.wants @ world.waiting
    world.asked = world.local - stale + world.sums.leaving @ np.minimum(world.ordered, most)
    at_once = np.where(world.lag == 0, world.claimed, 0.0)
    world.expected = world.sums.landing @ at_once
    world.shipped = np.zeros_like(world.claimed)
    world.allotted = np.zeros_like(world.claims)
    world.short = np.zeros_like(world.wanted)
    world.late = np.zeros_like(world.wanted)
    world.started = np.zeros_like(world.planned)
    world.activity = np.zeros_like(world.planned)
    world.used = np.zeros_like(world.needed)
    world.supplied = world.allotted[len(world.needed) : len(world.needed) + len(tools)]
    world.standing = world.allotted[len(world.claims) - len(standing) :]
    world.replaced, world.gap = np.zeros_like(standing), np.zeros_like(standing)


def _owed(world: World) -> Floats:
    """What every point is owed by its suppliers' books and its own makers', less what it owes itworld."""
    physics, sums = world.physics, world.sums
    owed = sums.landing @ world.books - sums.leaving @ world.books + sums.made @ world.making
    inputs = physics.consumed[:, None] * world.making[physics.consumer]
    return np.asarray(owed - sums.needs @ inputs - sums.wants @ world.waiting)
