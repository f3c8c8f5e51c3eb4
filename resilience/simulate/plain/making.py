"""Producers start, and their capacity wears and regrows."""

from __future__ import annotations

import numpy as np

from resilience.physics import Whole
from resilience.simulate.plain.replacing import stood_in, take, wanting
from resilience.simulate.plain.world import World


def start(world: World, makers: Whole, week: int) -> None:
    """Producers start what plan, capacity, tools and inputs allow, and take what they use."""
    physics = world.physics
    if not len(makers):
        return
    mine = np.zeros(len(world.able), dtype=bool)
    mine[makers] = True
    _wear(world, mine)
    most = np.minimum(world.planned, world.able[:, None] * np.minimum(world.left, world.health))
    needs = np.flatnonzero(mine[physics.consumer])
    wanting(world, needs)
    reach = world.allotted[needs] + stood_in(world, needs)
    limit = reach / physics.consumed[needs, None]
    whole = physics.essential[needs] == 1
    np.minimum.at(most, physics.consumer[needs[whole]], limit[whole])
    part, cut = needs[~whole], np.ones_like(most)
    activity = most[physics.consumer[part]]
    supplied = np.divide(limit[~whole], activity, out=np.ones_like(activity), where=activity > limit[~whole])
    left = 1.0 - physics.essential[part, None] * (1.0 - supplied)
    np.minimum.at(cut, physics.consumer[part], left)
    started = most * cut
    world.activity[makers], world.started[makers] = most[makers], started[makers]
    units = physics.consumed[needs, None] * started[physics.consumer[needs]]
    world.used[needs] = np.minimum(units, reach)
    taken = world.adder(physics.consumed_at[needs], len(world.here))
    world.here -= taken @ np.minimum(world.used[needs], world.allotted[needs])
    take(world, needs)
    for row in makers:
        at, cycle = physics.made_at[row], int(physics.cycle[row])
        if cycle:
            world.calendar[(week + cycle) % world.slots, at] += started[row]
            world.onway[at] += started[row]
        elif world.plan.ring[row]:
            world.after[at] += started[row]
        else:
            world.here[at] += started[row]


def _wear(world: World, mine: np.ndarray) -> None:
    """Capacity follows the supplied share of each tool: down at its wear, up at its regrowth, the worst
    tool ruling.
    """
    physics = world.physics
    rows = np.flatnonzero(mine[physics.worker])
    worked = physics.worked[rows, None]
    share = np.divide(world.supplied[rows], worked, out=np.zeros((len(rows), len(world.ones))), where=worked > 0)
    before = world.health[physics.worker[rows]]
    rate = np.where(share < before, physics.wear[rows, None], physics.regrow[rows, None])
    reached = np.full_like(world.health, np.inf)
    np.minimum.at(reached, physics.worker[rows], before + rate * (share - before))
    world.health = np.where(np.isfinite(reached), reached, world.health)
