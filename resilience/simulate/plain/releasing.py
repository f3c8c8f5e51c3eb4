"""Reserves are called upon, send and arrive."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, Whole
from resilience.simulate.behaviour.release import Watched
from resilience.simulate.layout import Stage
from resilience.simulate.plain.world import World, adder, part, stakes
from resilience.simulate.pools import share_pools
from resilience.simulate.records import Records


def draw(world: World, stage: Stage, week: int, records: Records) -> None:
    """Reserves of the stage's goods send what local users lack, and what was sent earlier arrives."""
    held = world.held
    mine = np.flatnonzero(np.isin(held.point, stage.points))
    if not len(mine):
        return
    lacking = np.maximum(world.local - world.here, 0.0)
    _call(world, mine, week)
    ready = (week >= world.called + held.decision[:, None]) & (week + held.lag[:, None] < world.shocks.weeks)
    most = np.where(ready, np.minimum(world.remaining, held.rate[:, None]), 0.0)
    own = mine[held.pool[mine] < 0]
    here = adder(held.point[own], len(lacking))
    share = part(lacking, here @ most[own])
    _send(world, own, most[own] * share[held.point[own]], week, records.home)
    lacking = np.maximum(lacking - here @ (most[own] * share[held.point[own]]), 0.0)
    _send_pooled(world, mine[held.pool[mine] >= 0], most, lacking, week, records)
    slot = week % world.due_slots
    world.here[stage.points] += world.due[slot, stage.points]
    world.due[slot, stage.points] = 0.0


def _send_pooled(world: World, senders: Whole, most: Floats, lacking: Floats, week: int, records: Records) -> None:
    """Pools send what their members lack; those of one good share the members they have in common."""
    held = world.held
    if not len(senders):
        return
    pools, of_sender = np.unique(held.pool[senders], return_inverse=True)
    receivers = np.flatnonzero(np.isin(held.receiver_pool, pools))
    of_receiver, at = np.searchsorted(pools, held.receiver_pool[receivers]), held.receiver_point[receivers]
    supply = adder(of_sender, len(pools)) @ most[senders]
    got = share_pools(
        world.behaviour.allocation,
        pool=of_receiver,
        point=at,
        supply=supply,
        lacking=lacking,
        use=world.physics.use,
        stake=stakes(world.physics),
    )
    sent = adder(of_receiver, len(pools)) @ got
    _send(world, senders, most[senders] * part(sent, supply)[of_sender], week, records.send)
    for row, point, units in zip(receivers, at, got, strict=True):
        lag = int(held.lag[held.pool == held.receiver_pool[row]][0])
        world.due[(week + lag) % world.due_slots, point] += units
        if records.receive is not None and week + lag < world.shocks.weeks:
            records.receive[row, week + lag] = units


def _call(world: World, mine: Whole, week: int) -> None:
    watch = world.held.watch[mine]
    use = (watch @ world.physics.use)[:, None]
    there, claimed = watch @ world.here, watch @ world.local
    floor = np.maximum(np.maximum(there, 1e-9 * claimed), 1e-300)
    watched = Watched(
        struck=np.broadcast_to(world.struck, there.shape),
        cover_weeks=np.divide(watch @ world.stock, use, out=np.full(there.shape, np.inf), where=use > 0),
        tightness=np.divide(claimed, floor, out=np.ones_like(claimed), where=claimed > there),
    )
    calls = world.behaviour.trigger.calls(watched)
    world.called[mine] = np.where(calls, np.minimum(world.called[mine], week), world.called[mine])


def _send(world: World, rows: Whole, amount: Floats, week: int, record: Floats | None) -> None:
    """Take `amount` from the stores in `rows`; what a country keeps for its own is due at the store's point."""
    world.remaining[rows] -= amount
    for row, units in zip(rows, amount, strict=True):
        lag = int(world.held.lag[row])
        if world.held.pool[row] < 0:
            world.due[(week + lag) % world.due_slots, world.held.point[row]] += units
        if record is not None and week + lag < world.shocks.weeks:
            record[row, week + lag] = units
