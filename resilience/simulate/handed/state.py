"""The state with which a block of scenarios begins, and its room to work in, as the arrays of `State`."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, Whole
from resilience.policy import KINDS
from resilience.simulate.compiled.tables import Flags, Rules, State
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout
from resilience.simulate.plain import pipelines
from resilience.simulate.shocks import Shocks
from resilience.substitution import Substitutes

Arrays = dict[str, Floats | Whole | Flags]


def state_of(plan: Layout, held: Holdings, shocks: Shocks, chosen: Rules, swaps: Substitutes) -> State:
    """A calm week's state for every scenario of the block. What the rules have no use for has no rows."""
    parts = (
        _carried(plan, shocks, chosen),
        _stores(plan, held, chosen, shocks.scenarios),
        _of_the_week(plan, chosen, swaps, shocks.scenarios),
        _in_hand(plan, held, shocks.scenarios),
        _swapped(plan, swaps, shocks.scenarios),
    )
    return State(**{name: array for part in parts for name, array in part.items()})  # type: ignore[arg-type]


def _carried(plan: Layout, shocks: Shocks, chosen: Rules) -> Arrays:
    """What one week leaves to the next, reserves aside."""
    physics, count = plan.physics, shocks.scenarios
    size, makers, lanes = len(physics.points), len(physics.output), len(physics.flow)
    ones, calendar = np.ones(count), pipelines(physics, shocks)
    share = np.concatenate([plan.own_share, plan.lane_share])
    owing = size if chosen.keeps_books or chosen.waits else 0
    return {
        "stock": np.outer(physics.stock, ones),
        "onway": calendar.sum(axis=0),
        "calendar": calendar,
        "asked": np.outer(plan.asked - plan.local, ones),
        "health": np.ones((makers, count)),
        "shares": np.outer(share[: _sources(plan, chosen)], ones),
        "books": np.zeros((lanes if chosen.keeps_books else 0, count)),
        "making": np.zeros((makers if chosen.keeps_books else 0, count)),
        "waiting": np.zeros((len(physics.wanted) if chosen.waits else 0, count)),
        "owed": np.zeros((owing, count)),
        "stale": np.zeros((owing, count)),
    }


def _stores(plan: Layout, held: Holdings, chosen: Rules, count: int) -> Arrays:
    """Reserves: what they hold, what is called of them, and what is due where."""
    size = len(plan.physics.points)
    slots = int(held.lag.max(initial=0)) + 1
    return {
        "remaining": np.outer(held.held, np.ones(count)),
        "drawn": np.zeros((len(held), count)),
        "called": np.zeros((len(held), count)),
        "opened": np.zeros((len(held), count)),
        "opens": np.zeros((int(held.decision.max(initial=0)) + 1, len(held), count)),
        "calm_from": np.zeros((len(held), count), dtype=np.int64),
        "bids": np.zeros((size if chosen.refills else 0, count)),
        "due": np.zeros((len(held.serving), slots, size if len(held) else 0, count)),
    }


def _of_the_week(plan: Layout, chosen: Rules, swaps: Substitutes, count: int) -> Arrays:
    """What is worked out anew each week, row by row."""
    physics = plan.physics
    size, makers = len(physics.points), len(physics.output)
    claims = len(physics.consumer) + len(physics.worker) + len(physics.wanted) + len(swaps)
    quick = size if (physics.transit == 0).any() else 0
    return {
        "here": np.zeros((size, count)),
        "come": np.zeros((quick, count)),
        "expected": np.zeros((quick, count)),
        "order": np.zeros((size, count)),
        "ordered_own": np.zeros((makers if chosen.keeps_books or chosen.switches else 0, count)),
        "planned": np.zeros((makers, count)),
        "old": np.zeros((makers if chosen.keeps_books else 0, count)),
        "claims": np.zeros((claims, count)),
        "local": np.outer(plan.local, np.ones(count)),
        "filled": np.ones((_sources(plan, chosen), count)),
        "wanting": np.zeros((len(KINDS), size if chosen.tiered else 0, count)),
        "without": np.zeros((claims if chosen.tiered else 0, count)),
        "tight": np.zeros(size, dtype=np.bool_),
        "behind": np.zeros(size, dtype=np.bool_),
        "lacks": np.zeros(_sources(plan, chosen), dtype=np.bool_),
        "moved": np.zeros(size, dtype=np.bool_),
    }


def _in_hand(plan: Layout, held: Holdings, count: int) -> Arrays:
    """Room for one point, one store or one pool at a time."""
    size, receivers = len(plan.physics.points), len(held.receiver_point)
    widest = int(np.bincount(plan.physics.origin, minlength=1).max()) + 1
    return {
        "ordered": np.zeros((widest, count)),
        "total": np.zeros(count),
        "new": np.zeros(count),
        "room": np.zeros(count),
        "gone": np.zeros(count),
        "lacking": np.zeros(size),
        "offered": np.zeros(size),
        "most": np.zeros(len(held)),
        "supply": np.zeros(held.pools),
        "offer": np.zeros(receivers),
        "got": np.zeros(receivers),
        "sated": np.zeros(receivers + 1, dtype=np.bool_),
    }


def _swapped(plan: Layout, swaps: Substitutes, count: int) -> Arrays:
    """Substitutes: how far they are used, and what they stand in for."""
    return {
        "replacing": np.zeros((len(swaps), count)),
        "gap": np.zeros((len(swaps), count)),
        "met": np.zeros((len(swaps), count)),
        "wanted": np.zeros((len(plan.physics.wanted) if len(swaps.demand) else 0, count)),
    }


def _sources(plan: Layout, chosen: Rules) -> int:
    """Makers and lanes, where users look at what each delivers."""
    return len(plan.physics.output) + len(plan.physics.flow) if chosen.switches else 0
