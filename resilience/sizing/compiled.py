"""The response program as arrays: stated once for each structure, then cut and re-bounded for each scenario.

Scenarios move bounds and sides alone, so those of one structure (`Case.structure`) share one statement of the whole
network. A scenario that needs a part of the network takes the part's rows and columns out of the same arrays: goods
closed downstream (with a good, all that is made from it) touch no row or column of the others but those of needs, and
a need is kept where both its goods are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from resilience.physics import Floats, physics
from resilience.sizing.case import Case
from resilience.sizing.extensive import held_shares
from resilience.sizing.program import planners, response_program, sides, toolers, upper_bounds
from resilience.sizing.statement import Compiled
from resilience.stores import stores

Mask = NDArray[np.bool_]


@dataclass(kw_only=True)
class Compiler:
    """Turns cases of one network into arrays; cases of one structure share one statement.

    Equal to stating each case, or the case of each part, afresh (tests hold this), only faster.
    """

    stated: dict[tuple[object, ...], Compiled] = field(default_factory=dict)
    parts: dict[frozenset[str], Case] = field(default_factory=dict)

    def compile(self, case: Case) -> Compiled:
        """The case's program, with nothing held in its stores."""
        return self._stated(case).bounded(upper=upper_bounds(case), sides=sides(case))

    def part(self, case: Case, goods: frozenset[str]) -> tuple[Case, Compiled]:
        """The case and program of the part of `case`'s network that concerns `goods`, closed downstream."""
        if goods not in self.parts:
            self.parts[goods] = _cut(case, goods)
        part = _struck(self.parts[goods], case, goods)
        cut = self._stated(case).only(columns=column_masks(case, goods), rows=row_masks(case, goods))
        return part, cut.bounded(upper=upper_bounds(part), sides=sides(part))

    def _stated(self, case: Case) -> Compiled:
        key = case.structure()
        if key not in self.stated:
            with _no_collection():
                self.stated[key] = response_program(case).compiled()
        return self.stated[key]


def of(case: Case, goods: frozenset[str]) -> dict[str, Mask]:
    """Which points, producers, lanes, demands and stores, and which needs of either kind, concern `goods` alone."""
    laws = case.physics
    point = np.isin(laws.points["good"].to_numpy(dtype=object), list(goods))
    return {
        "point": point,
        "producer": point[laws.made_at],
        "lane": point[laws.origin],
        "demand": point[laws.wanted_at],
        "store": point[case.stores.point],
        "receiver": point[case.stores.receiver_point],
        "consumed": point[laws.made_at[laws.consumer]] & point[laws.consumed_at],
        "worked": point[laws.made_at[laws.worker]] & point[laws.worked_at],
    }


def column_masks(case: Case, goods: frozenset[str]) -> dict[str, Mask]:
    """Of each block of columns, the rows of the block (a lane, a producer, ...) that the part for `goods` keeps."""
    laws, kept = case.physics, of(case, goods)
    partial = np.flatnonzero(laws.essential < 1)
    late = kept["demand"] if case.serves_late else kept["demand"][:0]
    return {
        "flow": kept["lane"],
        "start": kept["producer"],
        "plan": np.isin(planners(case), laws.consumer[partial][kept["consumed"][partial]]),
        "used": kept["consumed"][partial],
        "supplied": kept["worked"],
        "health": np.isin(toolers(case), laws.worker[kept["worked"]]),
        "stock": kept["point"][laws.storable],
        "spill": kept["point"][~laws.storable],
        "short": kept["demand"],
        "home": kept["store"],
        "send": kept["store"],
        "receive": kept["receiver"],
        "missing": kept["point"],
        "late": late,
        "waiting": late,
        "refill": kept["store"] if case.refill else kept["store"][:0],
    }


def row_masks(case: Case, goods: frozenset[str]) -> dict[str, Mask]:
    """Of each block of rows, those that the part for `goods` keeps."""
    laws, periods = case.physics, len(case.grid)
    columns, kept = column_masks(case, goods), of(case, goods)
    partial = np.flatnonzero(laws.essential < 1)
    rates = [len({wear, regrow}) for wear, regrow in zip(laws.wear, laws.regrow, strict=True)]
    pool = case.stores.pool
    pools = [case.stores.point[pool == number][0] for number in np.unique(pool[pool >= 0])]
    masks = {
        "balance": kept["point"],
        "plan": columns["plan"],
        "essential": kept["consumed"][partial],
        "health": columns["health"],
        "wear": np.repeat(kept["worked"], rates),
        "rate": kept["store"] if case.stores.release.rate_per_week < 1 else kept["store"][:0],
        "pool": kept["point"][np.array(pools, dtype=np.int64)],
        "late": columns["late"],
        "refill": columns["refill"],
        "pace": columns["refill"],
    }
    weekly = {name: np.repeat(mask, periods) for name, mask in masks.items()}
    held = np.repeat(kept["store"], periods if case.refill else 1)
    return {**weekly, "held": held, "position": kept["point"]}


def _cut(case: Case, goods: frozenset[str]) -> Case:
    """The part's own physics and stores, under a scenario yet to be put in."""
    whole, kept = case.physics, of(case, goods)["store"]
    weights = dict(zip(whole.points["country"], whole.weight, strict=True))
    laws = physics(whole.network.only(goods), weights=weights, usd=whole.usd)
    held = stores(laws, case.stores.rows[kept], weeks=0, release=case.stores.release)
    return replace(case, physics=laws, stores=replace(held, largest=case.stores.largest[kept]))


def _struck(part: Case, case: Case, goods: frozenset[str]) -> Case:
    """`part` under the scenario of `case`."""
    kept = of(case, goods)
    return replace(
        part,
        scenario=case.scenario,
        grid=case.grid,
        left=case.left[kept["producer"]],
        passing=case.passing[kept["lane"]],
        lag=case.lag[kept["lane"]],
        multiple=case.multiple[kept["demand"]],
        lost=case.lost[kept["point"]],
    )


def with_units(compiled: Compiled, case: Case, units: Floats) -> Compiled:
    """The program with `units` (scaled) held in its stores."""
    return compiled.bounded(
        upper={}, sides={block: np.outer(units, shares) for block, shares in held_shares(case).items()}
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the garbage collector: a statement makes a million small objects, all of them in use until its end."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
