"""What the compiled step reads and writes: named tuples of arrays, the only records that compile."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resilience.physics import Floats, Whole

Flags = NDArray[np.bool_]

BOUNDLESS = 1e200  # as in `behaviour.rationing`
PROPORTIONAL, TIER_PRIORITY, CONTRACT, EQUAL_DAYS = range(4)
DECLARED, COVER_BELOW, PRICE_ABOVE = range(3)
BY_NEED, BY_WEIGHT, EARMARK_FIRST = range(3)


class Rules(NamedTuple):
    """The behaviour as numbers."""

    gap_weeks: float
    panic_below: float  # -1: never
    panic_extra: float
    fixed_level: bool
    keeps_books: bool
    books_kept: float
    waits: bool
    waiting_kept: float
    rationing: int
    switches: bool
    qualify_weeks: float
    tiered: bool  # some store serves some users and not others
    refills: bool


class Net(NamedTuple):
    """The network and the order of its week. `_start` arrays cut the `_row`, `_lane` or `_point` array beside them."""

    position: Floats
    stock: Floats
    wanted_stock: Floats
    storable: Flags
    use: Floats
    usual_home: Floats
    usual_asked: Floats
    made_at: Whole
    able: Floats
    cycle: Whole
    ring: Flags
    share: Floats  # of producers, then of lanes, in their point's orders
    consumer: Whole
    consumed_at: Whole
    consumed: Floats
    essential: Floats
    worker: Whole
    worked: Floats
    wear: Floats
    regrow: Floats
    origin: Whole
    destination: Whole
    flow: Floats
    limit: Floats
    transit: Whole
    quick: Whole  # lanes without transit
    wanted_at: Whole
    wanted: Floats
    usual: Floats  # of each claim: inputs, tools, final demand
    claim_rank: Whole
    tier_order: Whole
    claim_start: Whole
    claim_row: Whole
    out_start: Whole
    out_lane: Whole
    need_start: Whole
    need_row: Whole
    tool_start: Whole
    tool_row: Whole
    stage_start: Whole
    stage_point: Whole
    early_start: Whole
    early_row: Whole
    late_start: Whole
    late_row: Whole


class Block(NamedTuple):
    """The shocks of a block: `_slot` is the row of the array beside it, -1 where nothing struck."""

    weeks: int
    onset: Whole
    left_slot: Whole
    left: Floats
    open_slot: Whole
    open: Floats
    added_slot: Whole
    added: Floats
    wanted_slot: Whole
    wanted: Floats
    lost_slot: Whole
    lost: Floats
    hoarded_slot: Whole
    hoarded: Floats


class Vault(NamedTuple):
    """The stores of all reserves and the receivers of their pools."""

    point: Whole
    stage: Whole
    pool: Whole
    held: Floats
    decision: Whole  # stores x scenarios
    lag: Whole
    rate: Floats
    trigger: Whole
    step_start: Whole
    step_level: Floats  # days of cover, or tightness
    step_share: Floats
    serving: Flags  # rules of whom to serve x kinds of users
    serves: Whole
    calm: Whole  # weeks of calm before it is filled again, -1 where it is not
    cover: Floats  # and days of cover
    bought: Floats
    ordered: Floats
    watch_start: Whole
    watch_point: Whole
    pools: int
    pool_stage: Whole
    pool_serves: Whole
    allocation: Whole  # of each pool
    receiver_start: Whole
    receiver_point: Whole
    weight: Floats


class Asked(NamedTuple):
    """Claims on one point, while they are rationed: `amount` is claims x scenarios, cut in place."""

    amount: Floats
    usual: Floats
    rank: Whole
    sated: Flags


class State(NamedTuple):
    """What a week leaves to the next, and room to work in. Rows x scenarios, or one row of scenarios."""

    stock: Floats
    onway: Floats
    calendar: Floats  # slots x points x scenarios
    asked: Floats
    health: Floats
    shares: Floats
    books: Floats
    making: Floats  # on makers' own books
    waiting: Floats  # final demand of earlier weeks
    owed: Floats
    stale: Floats  # what local users ask for again
    remaining: Floats
    drawn: Floats
    called: Floats  # shares of stores
    opened: Floats
    opens: Floats  # slots x stores x scenarios
    calm_from: Whole
    bids: Floats
    wanting: Floats  # kinds of users x points x scenarios, where any store is particular
    due: Floats  # rules of whom to serve x slots x points x scenarios
    here: Floats
    after: Floats
    come: Floats
    order: Floats
    ordered_own: Floats
    planned: Floats
    started: Floats
    claims: Floats
    local: Floats
    allotted: Floats
    expected: Floats
    filled: Floats
    ordered: Floats  # of one point's lanes
    total: Floats
    new: Floats
    room: Floats
    gone: Floats
    lacking: Floats  # of one scenario: points
    offered: Floats
    most: Floats  # of one scenario: stores
    supply: Floats  # of one scenario: pools
    offer: Floats  # of one scenario: receivers
    got: Floats
    sated: Flags


class Out(NamedTuple):
    """Where the weeks are written; all but `short` are empty unless `full`."""

    full: bool
    short: Floats
    flow: Floats
    start: Floats
    plan: Floats
    used: Floats
    supplied: Floats
    health: Floats
    stock: Floats
    making: Floats
    late: Floats
    waiting: Floats
    home: Floats
    send: Floats
    receive: Floats
    refill: Floats
