"""A week closes: stock, books and shares are brought up to date, and the week is recorded."""

from __future__ import annotations

import numpy as np

from resilience.simulate.behaviour import Lost, Loyal
from resilience.simulate.behaviour.switching import Sources
from resilience.simulate.plain.world import World
from resilience.simulate.records import Records


def close_week(world: World, week: int, records: Records) -> None:
    """Stock is what is left; books and shares are brought up to date; the week is recorded."""
    physics = world.physics
    left = np.maximum(world.here + world.after, 0.0)
    world.stock = np.where(physics.storable[:, None], left, 0.0)
    if not isinstance(world.behaviour.unmet, Lost):
        world.books = world.behaviour.unmet.carry(np.maximum(world.ordered + world.books - world.shipped, 0.0))
        world.making = world.behaviour.unmet.carry(np.maximum(world.ordered_own + world.making - world.started, 0.0))
    if not isinstance(world.behaviour.final, Lost):
        world.waiting = world.behaviour.final.carry(np.maximum(world.waiting + world.short - world.late, 0.0))
    if not isinstance(world.behaviour.switching, Loyal):
        _switch(world)
    records.short[:, week] = world.short
    if records.full is not None:
        records.full.write(
            week,
            flow=world.shipped,
            start=world.started,
            plan=world.activity,
            used=world.used,
            supplied=world.supplied,
            health=world.health,
            stock=left,
            making=world.making,
            late=world.late,
            waiting=world.waiting,
        )


def _switch(world: World) -> None:
    physics = world.physics
    ordered = np.concatenate([world.ordered_own, world.ordered])
    met = np.concatenate([world.started, np.minimum(world.shipped, world.ordered)])
    sources = Sources(
        share=world.shares,
        usual=np.concatenate([world.plan.own_share, world.plan.lane_share])[:, None],
        filled=np.divide(met, ordered, out=np.ones_like(met), where=ordered > met),
        point=np.concatenate([physics.made_at, physics.destination]),
        sums=world.sums.sources,
    )
    world.shares = world.behaviour.switching.shares(sources)
