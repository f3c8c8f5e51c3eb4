"""The weekly step in plain NumPy: the oracle that the kernel must equal, and what runs behaviours the kernel
does not know.

All arrays are rows x scenarios, in scaled units. A week goes:

1.  Stock is lost where a scenario says so; what was on its way arrives.
2.  Every point orders, knowing what was asked of it last week, its stock and what is on its way; its own
    producer and its
    lanes each get their share of the order. Producers plan no more than they are able to start.
3.  Stage by stage (`layout`): points dispatch their lanes, receive what comes at once, draw on reserves, serve
    local users and
    final demand, each time rationing what is too little; producers start what their inputs allow.
4.  What is left is stock; what cannot be stored is spilled. What was asked becomes next week's knowledge.

Supply is a matter of state only, so nothing is anticipated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from resilience.physics import Floats, Physics, Whole, lane_limits
from resilience.simulate.behaviour import Behaviour, Lost, Loyal
from resilience.simulate.behaviour.ordering import Seen
from resilience.simulate.behaviour.rationing import INDUSTRY, Claims
from resilience.simulate.behaviour.release import Watched
from resilience.simulate.behaviour.switching import Sources
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout, Stage, claim_ranks
from resilience.simulate.pools import share_pools
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks


def run_plain(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """Run the block of `shocks` week by week and write what happens into `records`."""
    world = _World(plan, behaviour, held, shocks)
    for week in range(shocks.weeks):
        world.open_week(week)
        world.order(week)
        for stage in plan.stages:
            world.start(stage.early, week)
            world.dispatch(stage, week)
            world.draw(stage, week, records)
            world.serve(stage)
            world.start(stage.late, week)
        world.close_week(week, records)
    records.missing[:] = np.maximum(plan.physics.position[:, None] - world.stock - world.onway, 0.0)
    records.drawn[:] = held.held[:, None] - world.remaining


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sparse matrices that add rows up by point."""

    needs: sparse.csr_matrix
    tools: sparse.csr_matrix
    wants: sparse.csr_matrix
    leaving: sparse.csr_matrix
    landing: sparse.csr_matrix
    made: sparse.csr_matrix
    sources: sparse.csr_matrix


class _World:
    """The state of a block of scenarios, and what happens in the current week."""

    def __init__(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks) -> None:
        self.plan, self.behaviour, self.held, self.shocks = plan, behaviour, held, shocks
        physics, count = plan.physics, shocks.scenarios
        size = len(physics.points)
        self.physics, self.ones = physics, np.ones(count)
        self.able = physics.output * physics.surge
        self.normal_own = physics.stock[:, None]
        self.wanted_stock = behaviour.private.wanted(physics.stock, held.covered)
        self.stock = np.outer(physics.stock, self.ones)
        self.asked = np.outer(plan.asked, self.ones)
        self.health = np.ones((len(physics.output), count))
        self.shares = np.outer(np.concatenate([plan.own_share, plan.lane_share]), self.ones)
        self.books = np.zeros((len(physics.flow), count))
        self.making = np.zeros((len(physics.output), count))  # on makers' own books
        self.waiting = np.zeros((len(physics.wanted), count))  # final demand of earlier weeks
        self.calendar = pipelines(physics, shocks)
        self.slots = len(self.calendar)
        self.onway = self.calendar.sum(axis=0)
        self.remaining = np.outer(held.held, self.ones)
        self.called = np.full((len(held), count), shocks.weeks)
        self.due_slots = int(held.lag.max(initial=0)) + 1
        self.due = np.zeros((self.due_slots, size, count))
        self.sums = _Sums(
            needs=_adder(physics.consumed_at, size),
            tools=_adder(physics.worked_at, size),
            wants=_adder(physics.wanted_at, size),
            leaving=_adder(physics.origin, size),
            landing=_adder(physics.destination, size),
            made=_adder(physics.made_at, size),
            sources=_adder(np.concatenate([physics.made_at, physics.destination]), size),
        )

    def open_week(self, week: int) -> None:
        """What is lost is lost; what was on its way arrives."""
        shocks = self.shocks
        self.left, self.open = shocks.left.week(week, 1.0), shocks.open.week(week, 1.0)
        self.lag = self.physics.transit[:, None] + shocks.added.week(week, 0.0).astype(np.int64)
        self.wanted = self.physics.wanted[:, None] * shocks.wanted.week(week, 1.0)
        self.hoarded = shocks.hoarded.week(week, 0.0)
        self.stock = self.stock * (1.0 - shocks.lost.week(week, 0.0))
        landed = self.calendar[week % self.slots].copy()
        self.calendar[week % self.slots] = 0.0
        self.onway = np.maximum(self.onway - landed, 0.0)
        self.here = self.stock + landed
        self.after = np.zeros_like(self.here)
        self.struck = week >= shocks.onset

    def order(self, week: int) -> None:
        """Orders, plans and all that is claimed this week."""
        physics, makers = self.physics, len(self.able)
        normal = np.where(self.struck, self.wanted_stock[:, None], self.normal_own)
        target = physics.position[:, None] + (normal - self.normal_own) + self.hoarded * physics.use[:, None]
        seen = Seen(
            asked=self.asked,
            here=self.here,
            position=self.here + self.onway + self._owed(),
            target=target,
            normal=self.normal_own,
            usual=self.plan.asked[:, None],
        )
        order = self.behaviour.ordering.order(seen)
        able = self.able[:, None] * np.minimum(self.left, self.health)
        self.ordered_own = order[physics.made_at] * self.shares[:makers]
        self.planned = np.minimum(self.ordered_own + self.making, able)
        old = self.planned - np.minimum(self.ordered_own, able)
        self.ordered = order[physics.destination] * self.shares[makers:]
        most = lane_limits(physics, self.open)
        self.claimed = np.minimum(self.ordered + self.books, most)
        self.needed = physics.consumed[:, None] * self.planned[physics.consumer]
        tools = np.outer(physics.worked, self.ones)
        sought = self.wanted + self.waiting
        self.local = self.sums.needs @ self.needed + self.sums.tools @ tools + self.sums.wants @ sought
        self.claims = np.concatenate([self.needed, tools, sought])
        stale = self.sums.needs @ (physics.consumed[:, None] * old[physics.consumer]) + self.sums.wants @ self.waiting
        self.asked = self.local - stale + self.sums.leaving @ np.minimum(self.ordered, most)
        at_once = np.where(self.lag == 0, self.claimed, 0.0)
        self.expected = self.sums.landing @ at_once
        self.shipped = np.zeros_like(self.claimed)
        self.allotted = np.zeros_like(self.claims)
        self.short = np.zeros_like(self.wanted)
        self.late = np.zeros_like(self.wanted)
        self.started = np.zeros_like(self.planned)
        self.activity = np.zeros_like(self.planned)
        self.used = np.zeros_like(self.needed)
        self.supplied = self.allotted[len(self.needed) : len(self.needed) + len(tools)]

    def dispatch(self, stage: Stage, week: int) -> None:
        """Lanes leave; what local users will need beyond what comes at once stands beside them as one claim."""
        physics, points = self.physics, stage.points
        lanes = np.flatnonzero(np.isin(physics.origin, points))
        home = np.maximum(self.local[points] - self.expected[points], 0.0)
        row = np.full(len(self.here), -1)
        row[points] = np.arange(len(points))
        usual_home = np.maximum(self.plan.local - self.plan.at_once, 0.0)[points]
        given = self._ration(
            amount=np.concatenate([home, self.claimed[lanes]]),
            usual=np.concatenate([usual_home, physics.flow[lanes]]),
            rank=np.full(len(points) + len(lanes), INDUSTRY),
            point=np.concatenate([np.arange(len(points)), row[physics.origin[lanes]]]),
            available=self.here[points],
        )[len(points) :]
        self.shipped[lanes] = given
        self.here[points] -= self.sums.leaving[points][:, lanes] @ given
        for lag in np.unique(self.lag[lanes]):
            going = np.where(self.lag[lanes] == lag, given, 0.0)
            landing = self.sums.landing[:, lanes] @ going
            if lag == 0:
                self.here += landing
            else:
                self.calendar[(week + lag) % self.slots] += landing
                self.onway += landing

    def draw(self, stage: Stage, week: int, records: Records) -> None:
        """Reserves of the stage's goods send what local users lack, and what was sent earlier arrives."""
        held = self.held
        mine = np.flatnonzero(np.isin(held.point, stage.points))
        if not len(mine):
            return
        lacking = np.maximum(self.local - self.here, 0.0)
        self._call(mine, week)
        ready = (week >= self.called + held.decision[:, None]) & (week + held.lag[:, None] < self.shocks.weeks)
        most = np.where(ready, np.minimum(self.remaining, held.rate[:, None]), 0.0)
        own = mine[held.pool[mine] < 0]
        here = _adder(held.point[own], len(lacking))
        share = _part(lacking, here @ most[own])
        self._send(own, most[own] * share[held.point[own]], week, records.home)
        lacking = np.maximum(lacking - here @ (most[own] * share[held.point[own]]), 0.0)
        self._send_pooled(mine[held.pool[mine] >= 0], most, lacking, week, records)
        slot = week % self.due_slots
        self.here[stage.points] += self.due[slot, stage.points]
        self.due[slot, stage.points] = 0.0

    def _send_pooled(self, senders: Whole, most: Floats, lacking: Floats, week: int, records: Records) -> None:
        """Pools send what their members lack; those of one good share the members they have in common."""
        held = self.held
        if not len(senders):
            return
        pools, of_sender = np.unique(held.pool[senders], return_inverse=True)
        receivers = np.flatnonzero(np.isin(held.receiver_pool, pools))
        of_receiver, at = np.searchsorted(pools, held.receiver_pool[receivers]), held.receiver_point[receivers]
        supply = _adder(of_sender, len(pools)) @ most[senders]
        got = share_pools(
            self.behaviour.allocation,
            pool=of_receiver,
            point=at,
            supply=supply,
            lacking=lacking,
            use=self.physics.use,
            stake=stakes(self.physics),
        )
        sent = _adder(of_receiver, len(pools)) @ got
        self._send(senders, most[senders] * _part(sent, supply)[of_sender], week, records.send)
        for row, point, units in zip(receivers, at, got, strict=True):
            lag = int(held.lag[held.pool == held.receiver_pool[row]][0])
            self.due[(week + lag) % self.due_slots, point] += units
            if records.receive is not None and week + lag < self.shocks.weeks:
                records.receive[row, week + lag] = units

    def _call(self, mine: Whole, week: int) -> None:
        watch = self.held.watch[mine]
        use = (watch @ self.physics.use)[:, None]
        there, claimed = watch @ self.here, watch @ self.local
        floor = np.maximum(np.maximum(there, 1e-9 * claimed), 1e-300)
        watched = Watched(
            struck=np.broadcast_to(self.struck, there.shape),
            cover_weeks=np.divide(watch @ self.stock, use, out=np.full(there.shape, np.inf), where=use > 0),
            tightness=np.divide(claimed, floor, out=np.ones_like(claimed), where=claimed > there),
        )
        calls = self.behaviour.trigger.calls(watched)
        self.called[mine] = np.where(calls, np.minimum(self.called[mine], week), self.called[mine])

    def _send(self, rows: Whole, amount: Floats, week: int, record: Floats | None) -> None:
        """Take `amount` from the stores in `rows`; what a country keeps for its own is due at the store's point."""
        self.remaining[rows] -= amount
        for row, units in zip(rows, amount, strict=True):
            lag = int(self.held.lag[row])
            if self.held.pool[row] < 0:
                self.due[(week + lag) % self.due_slots, self.held.point[row]] += units
            if record is not None and week + lag < self.shocks.weeks:
                record[row, week + lag] = units

    def serve(self, stage: Stage) -> None:
        """Local users and final demand share what is there; what inputs get stays in stock until a start takes it."""
        physics, points = self.physics, stage.points
        at = np.concatenate([physics.consumed_at, physics.worked_at, physics.wanted_at])
        rows = np.flatnonzero(np.isin(at, points))
        row = np.full(len(self.here), -1)
        row[points] = np.arange(len(points))
        usual = np.concatenate([physics.consumed * physics.output[physics.consumer], physics.worked, physics.wanted])
        given = self._ration(
            amount=self.claims[rows],
            usual=usual[rows],
            rank=claim_ranks(self.plan)[rows],
            point=row[at[rows]],
            available=self.here[points],
        )
        self.allotted[rows] = given
        first = len(self.claims) - len(self.wanted)
        final = rows[rows >= first] - first
        served = self.allotted[first + final]
        self.short[final] = np.maximum(self.wanted[final] - served, 0.0)
        self.late[final] = np.maximum(served - self.wanted[final], 0.0)
        self.here -= self.sums.wants[:, final] @ self.allotted[first + final]
        tools = rows[(rows >= len(self.needed)) & (rows < first)] - len(self.needed)
        self.here -= self.sums.tools[:, tools] @ self.supplied[tools]

    def start(self, makers: Whole, week: int) -> None:
        """Producers start what plan, capacity, tools and inputs allow, and take what they use."""
        physics = self.physics
        if not len(makers):
            return
        mine = np.zeros(len(self.able), dtype=bool)
        mine[makers] = True
        self._wear(mine)
        most = np.minimum(self.planned, self.able[:, None] * np.minimum(self.left, self.health))
        needs = np.flatnonzero(mine[physics.consumer])
        limit = self.allotted[needs] / physics.consumed[needs, None]
        whole = physics.essential[needs] == 1
        np.minimum.at(most, physics.consumer[needs[whole]], limit[whole])
        part, cut = needs[~whole], np.ones_like(most)
        activity = most[physics.consumer[part]]
        supplied = np.divide(limit[~whole], activity, out=np.ones_like(activity), where=activity > limit[~whole])
        left = 1.0 - physics.essential[part, None] * (1.0 - supplied)
        np.minimum.at(cut, physics.consumer[part], left)
        started = most * cut
        self.activity[makers], self.started[makers] = most[makers], started[makers]
        units = physics.consumed[needs, None] * started[physics.consumer[needs]]
        self.used[needs] = np.minimum(units, self.allotted[needs])
        self.here -= self.sums.needs[:, needs] @ self.used[needs]
        for row in makers:
            at, cycle = physics.made_at[row], int(physics.cycle[row])
            if cycle:
                self.calendar[(week + cycle) % self.slots, at] += started[row]
                self.onway[at] += started[row]
            elif self.plan.ring[row]:
                self.after[at] += started[row]
            else:
                self.here[at] += started[row]

    def _wear(self, mine: np.ndarray) -> None:
        """Capacity follows the supplied share of each tool: down at its wear, up at its regrowth, the worst
        tool ruling.
        """
        physics = self.physics
        rows = np.flatnonzero(mine[physics.worker])
        worked = physics.worked[rows, None]
        share = np.divide(self.supplied[rows], worked, out=np.zeros((len(rows), len(self.ones))), where=worked > 0)
        before = self.health[physics.worker[rows]]
        rate = np.where(share < before, physics.wear[rows, None], physics.regrow[rows, None])
        reached = np.full_like(self.health, np.inf)
        np.minimum.at(reached, physics.worker[rows], before + rate * (share - before))
        self.health = np.where(np.isfinite(reached), reached, self.health)

    def close_week(self, week: int, records: Records) -> None:
        """Stock is what is left; books and shares are brought up to date; the week is recorded."""
        physics = self.physics
        left = np.maximum(self.here + self.after, 0.0)
        self.stock = np.where(physics.storable[:, None], left, 0.0)
        if not isinstance(self.behaviour.unmet, Lost):
            self.books = self.behaviour.unmet.carry(np.maximum(self.ordered + self.books - self.shipped, 0.0))
            self.making = self.behaviour.unmet.carry(np.maximum(self.ordered_own + self.making - self.started, 0.0))
        if not isinstance(self.behaviour.final, Lost):
            self.waiting = self.behaviour.final.carry(np.maximum(self.waiting + self.short - self.late, 0.0))
        if not isinstance(self.behaviour.switching, Loyal):
            self._switch()
        records.short[:, week] = self.short
        if records.full is not None:
            records.full.write(
                week,
                flow=self.shipped,
                start=self.started,
                plan=self.activity,
                used=self.used,
                supplied=self.supplied,
                health=self.health,
                stock=left,
                making=self.making,
                late=self.late,
                waiting=self.waiting,
            )

    def _owed(self) -> Floats:
        """What every point is owed by its suppliers' books and its own makers', less what it owes itself."""
        physics, sums = self.physics, self.sums
        owed = sums.landing @ self.books - sums.leaving @ self.books + sums.made @ self.making
        inputs = physics.consumed[:, None] * self.making[physics.consumer]
        return np.asarray(owed - sums.needs @ inputs - sums.wants @ self.waiting)

    def _switch(self) -> None:
        physics = self.physics
        ordered = np.concatenate([self.ordered_own, self.ordered])
        met = np.concatenate([self.started, np.minimum(self.shipped, self.ordered)])
        sources = Sources(
            share=self.shares,
            usual=np.concatenate([self.plan.own_share, self.plan.lane_share])[:, None],
            filled=np.divide(met, ordered, out=np.ones_like(met), where=ordered > met),
            point=np.concatenate([physics.made_at, physics.destination]),
            sums=self.sums.sources,
        )
        self.shares = self.behaviour.switching.shares(sources)

    def _ration(self, *, amount: Floats, usual: Floats, rank: Whole, point: Whole, available: Floats) -> Floats:
        available = np.maximum(available, 0.0)
        sums = _adder(point, len(available))
        claims = Claims(amount=amount, usual=usual, rank=rank, point=point, available=available, sums=sums)
        return self.behaviour.rationing.allot(claims)


def pipelines(physics: Physics, shocks: Shocks) -> Floats:
    """What left in calm weeks before the first, by the week it lands: slots x points x scenarios.

    As many slots as the longest way takes, plus one: the week of a slot is any that leaves the same rest.
    """
    longest = physics.transit.max(initial=0) + shocks.added.values.max(initial=0.0)
    slots = int(max(physics.cycle.max(initial=0), longest)) + 1
    size = len(physics.points)
    landing = np.zeros((slots, size))
    for lags, rates, at in (
        (physics.transit, physics.flow, physics.destination),
        (physics.cycle, physics.output, physics.made_at),
    ):
        for week in range(int(lags.max(initial=0))):
            landing[week] += np.bincount(at, weights=np.where(lags > week, rates, 0.0), minlength=size)
    return np.repeat(landing[:, :, None], shocks.scenarios, axis=2)


def stakes(physics: Physics) -> Floats:
    """Money at stake a week: final demand of the good itself, or, upstream of it, baseline use at its price."""
    final = np.bincount(physics.wanted_at, weights=physics.wanted * physics.at_stake, minlength=len(physics.points))
    return np.asarray(np.where(final > 0, final, physics.use * physics.price))


def _adder(at: Whole | Sequence[int], size: int) -> sparse.csr_matrix:
    """Adds rows up by the point they stand at."""
    at = np.asarray(at, dtype=np.int64)
    return sparse.csr_matrix((np.ones(len(at)), (at, np.arange(len(at)))), shape=(size, len(at)))


def _part(wanted: Floats, able: Floats) -> Floats:
    """The part of `able` that `wanted` takes, 0 to 1."""
    return np.divide(wanted, able, out=np.ones_like(able), where=able > wanted)
