"""Reserves are called upon, send, arrive, serve those they were drawn for first, and are filled again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resilience.physics import Floats, Whole
from resilience.policy import KINDS
from resilience.simulate.behaviour.release import Watched
from resilience.simulate.layout import Stage
from resilience.simulate.plain.world import World, part, ration, stakes
from resilience.simulate.pools import Members, share_pools
from resilience.simulate.records import Records

DUST = 1e-9  # share of a store below which what left it is rounding


def draw(world: World, stage: Stage, week: int, records: Records) -> None:
    """Reserves of the stage's goods send what those they serve lack, and what was sent earlier arrives.

    What a country keeps for its own goes first, then pools; of each, reserves for few kinds of users before those for
    many.
    """
    held = world.held
    mine = np.flatnonzero(np.isin(held.point, stage.points))
    if not len(mine):
        return
    _call(world, mine, week)
    open_part = np.maximum(world.remaining - (1.0 - world.opened) * held.held[:, None], 0.0)
    ready = week + held.lag[:, None] < world.shocks.weeks
    most = np.where(ready, np.minimum(open_part, held.rate[:, None]), 0.0)
    lacking = _lacking(world, stage)
    for pooled in (False, True):
        for rule in [*range(1, len(held.serving)), 0]:
            rows = mine[(held.serves[mine] == rule) & ((held.pool[mine] >= 0) == pooled)]
            if len(rows):
                mask = held.serving[rule] if held.tiered else np.ones(1, dtype=bool)
                lack = lacking[mask].sum(axis=0)
                send = _send_pooled if pooled else _send_own
                left = np.maximum(lack - send(world, rows, most, lack, week, records), 0.0)
                lacking[mask] *= part(left, lack)
    slot = week % world.due_slots
    world.here[stage.points] += world.due[0, slot, stage.points]
    world.due[0, slot, stage.points] = 0.0


def _lacking(world: World, stage: Stage) -> Floats:
    """What users at each point lack: kinds x points x scenarios, or 1 x points x scenarios where no reserve asks who.

    Who lacks what is seen by sharing out what is there, as it will be when users are served.
    """
    if not world.held.tiered:
        return np.maximum(world.local - world.here, 0.0)[None]
    rows, point = _claims(world, stage)
    short = np.maximum(world.claims[rows] - _shared(world, rows, point, world.claims[rows], world.here), 0.0)
    kind = world.claims_rank[rows] + 1
    found = np.zeros((len(KINDS), *world.here.shape))
    for number in range(len(KINDS)):
        found[number] = world.adder(point[kind == number], len(world.here)) @ short[kind == number]
    return found


def _claims(world: World, stage: Stage) -> tuple[Whole, Whole]:
    """Rows of the claims made on a stage's points, and the point of each."""
    rows = np.flatnonzero(np.isin(world.claims_at, stage.points))
    return rows, world.claims_at[rows]


def _shared(world: World, rows: Whole, point: Whole, amount: Floats, available: Floats) -> Floats:
    """What each of the claims in `rows` gets of `available` by the rationing rule."""
    return ration(
        world,
        amount=amount,
        usual=world.claims_usual[rows],
        rank=world.claims_rank[rows],
        point=point,
        available=available,
    )


def _send_own(world: World, own: Whole, most: Floats, lacking: Floats, week: int, records: Records) -> Floats:
    """Stores send what is lacking at their own points; what they send, by point."""
    held = world.held
    here = world.adder(held.point[own], len(lacking))
    sent = most[own] * part(lacking, here @ most[own])[held.point[own]]
    _take(world, own, sent, week, records.home)
    for row, units in zip(own, sent, strict=True):
        world.due[held.serves[row], (week + held.lag[row]) % world.due_slots, held.point[row]] += units
    return np.asarray(here @ sent)


def _send_pooled(world: World, senders: Whole, most: Floats, lacking: Floats, week: int, records: Records) -> Floats:
    """Pools send what their members lack; those of one good share the members they have in common."""
    held, physics = world.held, world.physics
    pools, of_sender = np.unique(held.pool[senders], return_inverse=True)
    receivers = np.flatnonzero(np.isin(held.receiver_pool, pools))
    of_receiver, at = np.searchsorted(pools, held.receiver_pool[receivers]), held.receiver_point[receivers]
    supply = world.adder(of_sender, len(pools)) @ most[senders]
    members = Members(
        pool=of_receiver,
        point=at,
        use=physics.use[at],
        stake=stakes(physics)[at],
        country=held.receiver_country[receivers],
        contributed=held.contributed[receivers],
    )
    got = share_pools([held.allocation[pool] for pool in pools], members, supply=supply, lacking=lacking)
    sent = world.adder(of_receiver, len(pools)) @ got
    _take(world, senders, most[senders] * part(sent, supply)[of_sender], week, records.send)
    for row, point, units in zip(receivers, at, got, strict=True):
        pool = held.receiver_pool[row]
        lag = int(held.lag[held.pool == pool][0])
        world.due[held.pool_serves[pool], (week + lag) % world.due_slots, point] += units
        if records.receive is not None and week + lag < world.shocks.weeks:
            records.receive[row, week + lag] = units
    return np.asarray(world.adder(at, len(lacking)) @ got)


def _call(world: World, mine: Whole, week: int) -> None:
    """What triggers call upon now is open once the decision is taken; what was decided for this week opens."""
    held = world.held
    for rule in dict.fromkeys(id(held.trigger[row]) for row in mine):
        rows = mine[[id(held.trigger[row]) == rule for row in mine]]
        share = held.trigger[rows[0]].calls(_watched(world, rows)).astype(np.float64)
        more = share > world.called[rows]
        world.called[rows] = np.maximum(world.called[rows], share)
        decision = np.broadcast_to(held.decision[rows], more.shape)
        for place, scenario in zip(*np.nonzero(more), strict=True):
            slot = (week + decision[place, scenario]) % len(world.opens)
            world.opens[slot, rows[place], scenario] = share[place, scenario]
    slot = week % len(world.opens)
    world.opened[mine] = np.maximum(world.opened[mine], world.opens[slot, mine])
    world.opens[slot, mine] = 0.0


def _watched(world: World, rows: Whole) -> Watched:
    watch = world.held.watch[rows]
    use = (watch @ world.physics.use)[:, None]
    there, claimed = watch @ world.here, watch @ world.local
    floor = np.maximum(np.maximum(there, 1e-9 * claimed), 1e-300)
    return Watched(
        struck=np.broadcast_to(world.struck, there.shape),
        cover_weeks=np.divide(watch @ world.stock, use, out=np.full(there.shape, np.inf), where=use > 0),
        tightness=np.divide(claimed, floor, out=np.ones_like(claimed), where=claimed > there),
    )


def _take(world: World, rows: Whole, amount: Floats, week: int, record: Floats | None) -> None:
    """Take `amount` from the stores in `rows`."""
    held = world.held
    world.remaining[rows] -= amount
    world.drawn[rows] += amount
    arrival = week + held.lag[rows, None]
    world.calm_from[rows] = np.where(amount > DUST * held.held[rows, None], arrival, world.calm_from[rows])
    for row, units in zip(rows, amount, strict=True):
        lag = int(held.lag[row])
        if record is not None and week + lag < world.shocks.weeks:
            record[row, week + lag] = units


def hand_over(world: World, stage: Stage, week: int) -> None:
    """Deliveries for some kinds of users go to what those still lack, once what is there has been shared out.

    What they leave is for everybody; what nobody lacks is stock.
    """
    held = world.held
    slot = week % world.due_slots
    arrived = world.due[1:, slot]
    if not arrived[:, stage.points].any():
        return
    rows, point = _claims(world, stage)
    kind = world.claims_rank[rows] + 1
    common = np.zeros_like(world.here)
    more = np.zeros((len(rows), world.here.shape[1]))
    for rule, kinds in enumerate(held.serving[1:]):
        extra = _top_up(world, rows, point, more, kinds[kind], arrived[rule])
        more += extra
        common[stage.points] += (arrived[rule] - world.adder(point, len(common)) @ extra)[stage.points]
    more += _top_up(world, rows, point, more, np.ones(len(rows), dtype=bool), np.maximum(common, 0.0))
    world.here[stage.points] += arrived[:, stage.points].sum(axis=0)
    arrived[:, stage.points] = 0.0
    world.allotted[rows] += more
    tools, standing = len(world.needed), len(world.claims) - len(world.standing)
    wants = standing - len(world.wanted)
    leaving = (rows >= tools) & (rows < standing)
    world.here -= world.adder(point[leaving], len(common)) @ more[leaving]
    final = rows[(rows >= wants) & (rows < standing)]
    served = world.allotted[final]
    world.short[final - wants] = np.maximum(world.wanted[final - wants] - served, 0.0)
    world.late[final - wants] = np.maximum(served - world.wanted[final - wants], 0.0)


def _top_up(
    world: World, rows: Whole, point: Whole, more: Floats, these: NDArray[np.bool_], available: Floats
) -> Floats:
    """What each claim gets of `available` beside what it has, where it is one of `these`."""
    left = np.maximum(world.claims[rows] - world.allotted[rows] - more, 0.0) * these[:, None]
    return _shared(world, rows, point, left, available)


def refill(world: World, week: int, records: Records) -> None:
    """Keepers buy back, at their stores' places, what users there do not want to hold; users order for them, too."""
    held = world.held
    if not held.refills:
        return
    there = np.maximum(world.here + world.after, 0.0)
    use = (held.watch @ world.physics.use)[:, None]
    cover = np.divide(held.watch @ there, use, out=np.full(world.remaining.shape, np.inf), where=use > 0)
    begins = np.zeros(cover.shape, dtype=bool)
    for row, rule in enumerate(held.refill):
        if rule is not None:
            begins[row] = rule.begins((week - world.calm_from[row]).astype(np.float64), cover[row])
    room = np.where(begins, np.maximum(held.held[:, None] - world.remaining, 0.0), 0.0)
    wanted = np.minimum(room, held.bought[:, None])
    kept = np.where(world.struck, world.wanted_stock[:, None], world.normal_own)
    spare = np.maximum(there - kept - world.hoarded * world.physics.use[:, None], 0.0)
    at = world.adder(held.point, len(there))
    bought = wanted * part(spare, at @ wanted)[held.point]
    world.remaining += bought
    world.here -= at @ bought
    world.bids = at @ np.minimum(np.maximum(room - bought, 0.0), held.ordered[:, None])
    if records.refill is not None:
        records.refill[:, week] = bought
