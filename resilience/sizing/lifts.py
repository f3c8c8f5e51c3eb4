"""How far measures lift what a response may do: rule (12) of the response program.

Data        able_p most that producer p starts a week without a measure, said_e most that lane e may carry by its limit;
            units_pm, units_em what one of measure m adds; left_pk, open_ek, flow_e of the scenario; ready_mk share of
            period k in which m stands
Subject to  (12) start_pk, plan_pk <= left_pk L (able_p + sum_m ready_mk units_pm bought_m)
                 flow_ek <= L (open share of flow_e, where narrowed; else able_e + sum_m ready_mk units_pm bought_m)
                 flow_ek <= L (open share of flow_e, where narrowed; else said_e + sum_m ready_mk units_em bought_m)
                 replaced_jk <= L (reach_jk + (reach of the terms that m buys - reach_jk) bought_m)
for the producers that a measure adds to, the lanes that leave them, the lanes that one widens, and the substitutes that
one qualifies or betters; reach_jk is how much of a normal week's need anybody could have qualified j for by then. The
columns' own bounds, and rule (4), are those of the network with every measure bought in full, so that a lane carries
the lesser of what its limit and its origin allow. A struck plant keeps the share left_pk of what was added to it, and a
narrowed lane its share of a calm week's flow, as in the network that `mitigation.with_measures` builds. With tools, (4)
and (12) are exact where none or all is bought and a relaxation between: start <= left L (able + units bought) health
would multiply two unknowns.

`bought` is a column of the reserve program: what it adds to the side of a row stands in the tie between the stages, as
it does for what is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.disruption import Shock
from resilience.mitigation import Additions, stated_limit
from resilience.periods import Grid
from resilience.physics import Floats, Physics, Whole
from resilience.substitution import Substitutes


@dataclass(frozen=True, kw_only=True, eq=False)
class Lifts:
    """Rows of (12), in scaled units a week: of producers' starts, of plans, of lanes, and last of substitutes."""

    starts: Whole  # the producer of each row
    plans: Whole  # the producer of each, among those with an input that is only partly essential
    flows: Whole  # the lane of each
    replaced: Whole  # the substitute of each
    base: Floats  # per row but the last, without a measure
    more: Floats  # the same rows x measures: what one adds
    bare: Substitutes  # without a measure
    betters: Floats  # the last rows x measures: 1 for the measure that betters the row
    after_weeks: Whole  # per measure: weeks from onset until it stands


@dataclass(frozen=True, kw_only=True, eq=False)
class Raised:
    """The rows of (12) in one scenario: the most without a measure, and what one of each adds, in units a period."""

    lifts: Lifts
    own: Floats  # rows x periods
    more: Floats  # rows x periods x measures

    def side(self, bought: Floats) -> Floats:
        """The most with so many of each measure."""
        return np.asarray(self.own + self.more @ bought, dtype=np.float64)


def lifts(bare: Physics, additions: Sequence[Additions]) -> Lifts:
    """What the measures lift on `bare`, the physics of the network in which each of their lanes is there, but closed.

    Goods that `bare` leaves out are left out here too.
    """
    added, wider = _added(bare, additions)
    able, said = bare.output * bare.surge, stated_limit(bare.network.lanes).to_numpy() / bare.scale[bare.origin]
    maker = pd.Series(np.arange(len(able)), index=bare.made_at).reindex(bare.origin).to_numpy(dtype=np.int64)
    surging, widening = (np.asarray(rows.sum(axis=1) > 0) for rows in (added, wider))
    starts = np.flatnonzero(surging)
    plans = np.intersect1d(starts, bare.planners)
    fed = np.flatnonzero(surging[maker])
    betters = _betters(bare.swaps, additions)
    replaced = np.flatnonzero(betters.any(axis=1))
    widened = np.flatnonzero(widening & np.isfinite(said))
    carried = np.maximum(able[maker[fed]], bare.flow[fed])
    return Lifts(
        starts=starts,
        plans=plans,
        flows=np.concatenate([fed, widened]),
        replaced=replaced,
        base=np.concatenate([able[starts], able[plans], carried, said[widened]]),
        more=np.concatenate([added[starts], added[plans], added[maker[fed]], wider[widened]]),
        bare=bare.swaps,
        betters=betters[replaced],
        after_weeks=np.array([one.after_weeks for one in additions], dtype=np.int64),
    )


def _added(bare: Physics, additions: Sequence[Additions]) -> tuple[Floats, Floats]:
    """Scaled units a week that one of each measure adds: producers x measures, and lanes x measures."""
    makers = bare.network.producers[["good", "place"]].itertuples(index=False, name=None)
    lanes = bare.network.lanes[["good", "origin", "destination"]].itertuples(index=False, name=None)
    maker_of, lane_of = ({key: row for row, key in enumerate(keys)} for keys in (makers, lanes))
    added, wider = np.zeros((len(maker_of), len(additions))), np.zeros((len(lane_of), len(additions)))
    for number, one in enumerate(additions):
        for good, place, units in one.capacity:
            if (good, place) in maker_of:
                added[maker_of[good, place], number] += units
        for good, origin, destination, units, _ in one.lanes:
            if (good, origin, destination) in lane_of:
                wider[lane_of[good, origin, destination], number] += units
    return added / bare.scale[bare.made_at, None], wider / bare.scale[bare.origin, None]


def _betters(swaps: Substitutes, additions: Sequence[Additions]) -> Floats:
    """Substitutes x measures: 1 where the measure qualifies the substitute, or betters its terms."""
    keys = pd.MultiIndex.from_frame(swaps.rows[["user", "input", "substitute"]])
    pairs = [[swap[:3] for swap in one.swaps] for one in additions]
    return np.array([keys.isin(of_one) for of_one in pairs], dtype=np.float64).reshape(len(pairs), len(keys)).T


def raised(found: Lifts, laws: Physics, shock: Shock, grid: Grid, *, skip: int, onset: int) -> Raised:
    """The rows in one scenario, whose grid begins `skip` weeks into `shock` and `onset` weeks before it strikes."""
    made = np.concatenate([found.starts, found.plans])
    left, passing = shock.left[made, skip:], shock.open[found.flows, skip:]
    whole = passing >= 1.0
    narrowed = np.where(whole, found.base[len(made) :, None], passing * laws.flow[found.flows, None])
    there = np.concatenate([left, whole.astype(np.float64)])
    after = found.after_weeks[:, None]
    ready = (after == 0) | (np.arange(grid.weeks) >= onset + after)  # what stands, stands in the weeks of notice too
    lengths = np.array(grid.lengths, dtype=np.float64)
    more = [grid.mean(there * stands) * lengths * units[:, None]
            for stands, units in zip(ready, found.more.T, strict=True)]  # fmt: skip
    own = np.concatenate([left * found.base[: len(made), None], narrowed])
    since = np.arange(grid.weeks, dtype=np.float64) - onset
    reach, bettered = (grid.mean(swaps.reach(since)[found.replaced]) * lengths for swaps in (found.bare, laws.swaps))
    added = (bettered - reach)[:, :, None] * found.betters[:, None, :]
    return Raised(
        lifts=found,
        own=np.concatenate([grid.mean(own) * lengths, reach]),
        more=np.concatenate([np.stack(more, axis=-1), added]),
    )
