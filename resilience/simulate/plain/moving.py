"""Goods move: lanes leave, and users and final demand are served."""

from __future__ import annotations

import numpy as np

from resilience.simulate.behaviour.rationing import INDUSTRY
from resilience.simulate.layout import Stage
from resilience.simulate.plain.world import World, ration


def dispatch(world: World, stage: Stage, week: int) -> None:
    """Lanes leave; what local users will need beyond what comes at once stands beside them as one claim."""
    physics, points = world.physics, stage.points
    lanes = np.flatnonzero(np.isin(physics.origin, points))
    home = np.maximum(world.local[points] - world.expected[points], 0.0)
    row = np.full(len(world.here), -1)
    row[points] = np.arange(len(points))
    usual_home = np.maximum(world.plan.local - world.plan.at_once, 0.0)[points]
    given = ration(
        world,
        amount=np.concatenate([home, world.claimed[lanes]]),
        usual=np.concatenate([usual_home, physics.flow[lanes]]),
        rank=np.full(len(points) + len(lanes), INDUSTRY),
        point=np.concatenate([np.arange(len(points)), row[physics.origin[lanes]]]),
        available=world.here[points],
    )[len(points) :]
    world.shipped[lanes] = given
    world.here[points] -= world.adder(row[physics.origin[lanes]], len(points)) @ given
    land = world.adder(physics.destination[lanes], len(world.here))
    for lag in np.unique(world.lag[lanes]):
        going = np.where(world.lag[lanes] == lag, given, 0.0)
        landing = land @ going
        if lag == 0:
            world.here += landing
        else:
            world.calendar[(week + lag) % world.slots] += landing
            world.onway += landing


def serve(world: World, stage: Stage) -> None:
    """Local users and final demand share what is there; what inputs get stays in stock until a start takes it."""
    points, physics, size = stage.points, world.physics, len(world.here)
    rows = np.flatnonzero(np.isin(world.claims_at, points))
    row = np.full(size, -1)
    row[points] = np.arange(len(points))
    given = ration(
        world,
        amount=world.claims[rows],
        usual=world.claims_usual[rows],
        rank=world.claims_rank[rows],
        point=row[world.claims_at[rows]],
        available=world.here[points],
    )
    world.allotted[rows] = given
    first = len(world.needed) + len(world.supplied)
    final = rows[(rows >= first) & (rows < first + len(world.wanted))] - first
    served = world.allotted[first + final]
    world.short[final] = np.maximum(world.wanted[final] - served, 0.0)
    world.late[final] = np.maximum(served - world.wanted[final], 0.0)
    world.here -= world.adder(physics.wanted_at[final], size) @ world.allotted[first + final]
    tools = rows[(rows >= len(world.needed)) & (rows < first)] - len(world.needed)
    world.here -= world.adder(physics.worked_at[tools], size) @ world.supplied[tools]
