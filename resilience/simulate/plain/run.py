"""The weeks of a block, one after the other."""

from __future__ import annotations

import numpy as np

from resilience.simulate.behaviour import Behaviour
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout
from resilience.simulate.plain.closing import close_week
from resilience.simulate.plain.making import start
from resilience.simulate.plain.moving import dispatch, serve
from resilience.simulate.plain.opening import open_week, order
from resilience.simulate.plain.releasing import draw, hand_over, refill
from resilience.simulate.plain.world import World
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks


def run_plain(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """Run the block of `shocks` week by week and write what happens into `records`."""
    world = World(plan, behaviour, held, shocks)
    for week in range(shocks.weeks):
        open_week(world, week)
        order(world, week)
        for stage in plan.stages:
            start(world, stage.early, week)
            dispatch(world, stage, week)
            draw(world, stage, week, records)
            serve(world, stage)
            hand_over(world, stage, week)
            start(world, stage.late, week)
        refill(world, week, records)
        close_week(world, week, records)
    records.missing[:] = np.maximum(plan.physics.position[:, None] - world.stock - world.onway, 0.0)
    records.drawn[:] = world.drawn
