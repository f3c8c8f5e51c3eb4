"""The response program as arrays: stated once for each structure, then cut and re-bounded for each scenario.

Scenarios move bounds and sides, and now and then transit (`rerouted.py`), so those that share all other coefficients
(`Case.kin`) share one statement. A case on a
part of the network takes the part's rows and columns out of the arrays of the whole: goods closed downstream (with a
good, all that is made from it or that can stand in for it) touch no row or column of the others but those of needs,
and a need is kept where both its goods are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.physics import Mask
from resilience.sizing.case import Case
from resilience.sizing.moved import sides, upper_bounds
from resilience.sizing.program import response_program
from resilience.sizing.rerouted import rerouted
from resilience.sizing.statement import Compiled


@dataclass(kw_only=True)
class Compiler:
    """Turns cases of one network into arrays; cases that differ in bounds, sides and transit share one statement.

    Equal to stating each case, or the case of each part, afresh (tests hold this), only faster.
    """

    stated: dict[tuple[object, ...], Compiled] = field(default_factory=dict)
    kin: dict[tuple[object, ...], Compiled] = field(default_factory=dict)
    cuts: dict[tuple[object, ...], tuple[Case, Compiled]] = field(default_factory=dict)

    def compile(self, case: Case) -> Compiled:
        """The case's program, with nothing held in its stores."""
        return self._stated(case).bounded(upper=upper_bounds(case), sides=sides(case))

    def part(self, case: Case, whole: Case) -> Compiled:
        """The program of `case`, which has a part of the network of `whole`, closed downstream, under one scenario.

        Neither may have measures to buy.
        """
        key = id(case.physics), *whole.structure()
        if key not in self.cuts:  # the case is kept too, so that its physics keeps its number
            cut = self._stated(whole).only(columns=column_masks(case, whole), rows=row_masks(case, whole))
            self.cuts[key] = case, cut
        return self.cuts[key][1].bounded(upper=upper_bounds(case), sides=sides(case))

    def _stated(self, case: Case) -> Compiled:
        key = case.structure()
        if key not in self.stated:
            self.stated[key] = self._stated_by_kin(case)
        return self.stated[key]

    def _stated_by_kin(self, case: Case) -> Compiled:
        key = case.kin()
        if key in self.kin:
            return rerouted(self.kin[key], case)
        with _no_collection():
            self.kin[key] = response_program(case).compiled()
        return self.kin[key]


def each_compiled(cases: Iterable[tuple[Case, Case]]) -> Iterator[tuple[Case, Compiled]]:
    """Each case and its program, as `Compiler` makes it.

    With each comes the same scenario on the network that the case has a part of, or the case once more; one of each
    structure is kept. Parts are cut out of the whole where they have more lanes than it in all, for a statement takes
    time in proportion; else each is stated by itself.
    """
    of_structure: dict[tuple[object, ...], Case] = {}
    lanes: dict[tuple[object, ...], dict[int, int]] = {}
    parts: list[tuple[Case, Case]] = []
    for case, whole in cases:
        kept_whole = of_structure.setdefault(whole.structure(), whole)
        lanes.setdefault(whole.kin(), {})[id(case.physics)] = len(case.physics.flow)
        parts.append((case, kept_whole))
    compilers: dict[int, Compiler] = {}
    for case, whole in parts:
        if case.physics is not whole.physics and sum(lanes[whole.kin()].values()) > len(whole.physics.flow):
            yield case, compilers.setdefault(id(whole.physics), Compiler()).part(case, whole)
        else:
            yield case, compilers.setdefault(id(case.physics), Compiler()).compile(case)


def kept(case: Case, whole: Case) -> dict[str, Mask]:
    """Which points, producers, lanes, demands, stores and receivers, which needs of either kind and which substitutes
    of `whole` its part `case` has.
    """
    laws, part = whole.physics, case.physics
    good = laws.points["good"].to_numpy(dtype=object)
    inside = np.isin(good, part.network.goods["good"].to_numpy(dtype=object))
    point = pd.MultiIndex.from_frame(laws.points[["good", "place"]]).isin(
        pd.MultiIndex.from_frame(part.points[["good", "place"]])
    )
    columns = list(laws.swaps.rows.columns)
    swap = pd.MultiIndex.from_frame(laws.swaps.rows[columns]).isin(pd.MultiIndex.from_frame(part.swaps.rows[columns]))
    return {
        "point": point,
        "producer": inside[laws.made_at],
        "lane": inside[laws.origin],
        "demand": inside[laws.wanted_at],
        "store": inside[whole.stores.point],
        "receiver": _receivers(whole).isin(_receivers(case)),
        "consumed": inside[laws.made_at[laws.consumer]] & inside[laws.consumed_at],
        "worked": inside[laws.made_at[laws.worker]] & inside[laws.worked_at],
        "swap": swap,
    }


def _receivers(case: Case) -> pd.MultiIndex:
    """Who receives pooled draws of what: good, place, owner of the pool. Who uses a good only in place of another that
    was left out is none of them.
    """
    held, points = case.stores, case.physics.points
    owners = held.rows.groupby(held.pool)["owner"].first().reindex(held.receiver_pool)
    return pd.MultiIndex.from_frame(points.iloc[held.receiver_point][["good", "place"]].assign(owner=owners.to_numpy()))


def column_masks(case: Case, whole: Case) -> dict[str, Mask]:
    """Of each block of columns, the rows of the block (a lane, a producer, ...) that the part `case` keeps."""
    laws, own = whole.physics, kept(case, whole)
    late = own["demand"] if whole.serves_late else own["demand"][:0]
    return {
        "flow": own["lane"],
        "start": own["producer"],
        "plan": np.isin(laws.planners, laws.consumer[laws.partial][own["consumed"][laws.partial]]),
        "used": own["consumed"][laws.partial],
        "supplied": own["worked"],
        "health": np.isin(laws.toolers, laws.worker[own["worked"]]),
        "stock": own["point"][laws.storable],
        "spill": own["point"][~laws.storable],
        "short": own["demand"],
        "home": own["store"],
        "send": own["store"],
        "receive": own["receiver"],
        "missing": own["point"],
        "late": late,
        "waiting": late,
        "refill": own["store"] if whole.refill else own["store"][:0],
        "replaced": own["swap"],
    }


def row_masks(case: Case, whole: Case) -> dict[str, Mask]:
    """Of each block of rows, those that the part `case` keeps."""
    laws, periods, swaps = whole.physics, len(whole.grid), whole.physics.swaps
    columns, own = column_masks(case, whole), kept(case, whole)
    rates = [len({wear, regrow}) for wear, regrow in zip(laws.wear, laws.regrow, strict=True)]
    pool = whole.stores.pool
    pools = [whole.stores.point[pool == number][0] for number in np.unique(pool[pool >= 0])]
    replaced = [
        np.isin(np.unique(numbers), numbers[rows])
        for numbers, rows in ((swaps.need, own["swap"][: swaps.needs]), (swaps.demand, own["swap"][swaps.needs :]))
    ]
    masks: Mapping[str, Mask] = {
        "balance": own["point"],
        "plan": columns["plan"],
        "essential": columns["used"],
        "health": columns["health"],
        "wear": np.repeat(own["worked"], rates),
        "rate": own["store"] if whole.stores.release.rate_per_week < 1 else own["store"][:0],
        "pool": own["point"][np.array(pools, dtype=np.int64)],
        "late": columns["late"],
        "refill": columns["refill"],
        "pace": columns["refill"],
        "replace": np.concatenate(replaced),
        "built": np.zeros(0, dtype=bool),  # no rows but where measures may be bought, and such a case is not cut
    }
    by_period = {name: np.repeat(mask, periods) for name, mask in masks.items()}
    held = np.repeat(own["store"], periods if whole.refill else 1)
    return {**by_period, "held": held, "position": own["point"]}


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
