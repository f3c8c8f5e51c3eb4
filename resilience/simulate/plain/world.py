"""The state of a block of scenarios in the plain step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.physics import Floats, Physics, Whole
from resilience.simulate.behaviour import Behaviour, Never
from resilience.simulate.behaviour.rationing import Claims
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout, claim_ranks
from resilience.simulate.shocks import Shocks
from resilience.substitution import Substitutes, none_of


@dataclass(frozen=True, eq=False)
class Sums:
    """Sparse matrices that add rows up by point."""

    needs: sparse.csc_matrix
    tools: sparse.csc_matrix
    wants: sparse.csc_matrix
    leaving: sparse.csc_matrix
    landing: sparse.csc_matrix
    made: sparse.csc_matrix
    sources: sparse.csc_matrix


class World:
    """The state of a block of scenarios, and what happens in the current week."""

    # the week as it opens
    left: Floats
    open: Floats
    lag: Whole
    wanted: Floats
    hoarded: Floats
    here: Floats  # at each point: stock, and what has come
    after: Floats  # what reaches the stock for the next week
    struck: NDArray[np.bool_]
    # what is ordered and claimed
    ordered_own: Floats
    planned: Floats
    ordered: Floats
    claimed: Floats
    needed: Floats
    local: Floats
    claims: Floats
    expected: Floats
    # what comes of it
    shipped: Floats
    allotted: Floats
    short: Floats
    late: Floats
    started: Floats
    activity: Floats
    used: Floats
    supplied: Floats  # a view of the part of `allotted` that tools get
    standing: Floats  # and of the part that substitutes get
    replaced: Floats  # by substitutes, in units of what they replace
    gap: Floats  # share of each replaceable need that went unmet before that

    def __init__(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks) -> None:
        self.plan, self.behaviour, self.held, self.shocks = plan, behaviour, held, shocks
        physics, count = plan.physics, shocks.scenarios
        size = len(physics.points)
        self.adders: dict[tuple[bytes, int], sparse.csc_matrix] = {}
        self.physics, self.ones = physics, np.ones(count)
        self.swaps = none_of(physics.swaps) if isinstance(behaviour.substitution, Never) else physics.swaps
        self.replacing = np.zeros((len(self.swaps), count))
        self.claims_at = np.concatenate([physics.consumed_at, physics.worked_at, physics.wanted_at, self.swaps.met_at])
        self.claims_rank = claim_ranks(plan, self.swaps)
        self.claims_usual = usual_claims(physics, self.swaps)
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
        self.drawn = np.zeros((len(held), count))  # all that ever left the stores
        self.called = np.zeros((len(held), count))  # share of each store that is called upon
        self.opened = np.zeros((len(held), count))  # and that is decided to be open
        self.opens = np.zeros((int(held.decision.max(initial=0)) + 1, len(held), count))  # by the week of decision
        self.calm_from = np.zeros((len(held), count), dtype=np.int64)  # week in which the last draw arrives
        self.bids = np.zeros((size, count))  # what keepers want users to order for them
        self.due_slots = int(held.lag.max(initial=0)) + 1
        self.due = np.zeros((len(held.serving), self.due_slots, size, count))  # by whom it is for and week of arrival
        self.sums = Sums(
            needs=self.adder(physics.consumed_at, size),
            tools=self.adder(physics.worked_at, size),
            wants=self.adder(physics.wanted_at, size),
            leaving=self.adder(physics.origin, size),
            landing=self.adder(physics.destination, size),
            made=self.adder(physics.made_at, size),
            sources=self.adder(np.concatenate([physics.made_at, physics.destination]), size),
        )

    def adder(self, at: Whole | Sequence[int], size: int) -> sparse.csc_matrix:
        """Adds rows up by the point they stand at. Most weeks ask for the sums of the week before."""
        at = np.asarray(at, dtype=np.int64)
        key = at.tobytes(), size
        if key not in self.adders:
            rows = len(at)
            self.adders[key] = sparse.csc_matrix((np.ones(rows), at, np.arange(rows + 1)), shape=(size, rows))
        return self.adders[key]


def ration(world: World, *, amount: Floats, usual: Floats, rank: Whole, point: Whole, available: Floats) -> Floats:
    """What each claim gets of what is available at its point."""
    available = np.maximum(available, 0.0)
    sums = world.adder(point, len(available))
    claims = Claims(amount=amount, usual=usual, rank=rank, point=point, available=available, sums=sums)
    return world.behaviour.rationing.allot(claims)


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


def usual_claims(physics: Physics, swaps: Substitutes) -> Floats:
    """What each local claim asks for in a calm week, in which nobody claims a substitute."""
    used = physics.consumed * physics.output[physics.consumer]
    return np.concatenate([used, physics.worked, physics.wanted, np.zeros(len(swaps))])


def stakes(physics: Physics) -> Floats:
    """Money at stake a week: final demand of the good itself, or, upstream of it, baseline use at its price."""
    final = np.bincount(physics.wanted_at, weights=physics.wanted * physics.at_stake, minlength=len(physics.points))
    return np.asarray(np.where(final > 0, final, physics.use * physics.price))


def part(wanted: Floats, able: Floats) -> Floats:
    """The part of `able` that `wanted` takes, 0 to 1."""
    return np.divide(wanted, able, out=np.ones_like(able), where=able > wanted)
