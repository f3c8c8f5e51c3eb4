"""Reading an effect off one simulated run: supply, output, sales, idle plants and unmet demand, week by week.

All money is at baseline prices. `flow` and `start` are lanes x weeks and producers x weeks, in scaled units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.controls.ground import Ground
from resilience.disruption import ExportControl, Shock
from resilience.physics import Floats, Physics

TAKEN = ("admitted", "leaked", "backfilled", "own")  # from what is governed, to get what is short


def supply(
    ground: Ground, laws: Physics, struck: Sequence[ExportControl], flow: Floats, start: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The share of need denied by good and week; and the account of it by good, as the module `effect` has it."""
    length, usd = ground.length, laws.price * laws.usd
    local = laws.points["place"].isin(ground.inside).to_numpy()
    by_good = _parts(ground, laws, struck, flow, start)
    rows, weekly = [], []
    for good in ground.goods:
        need = float((laws.use * usd)[local & (laws.points["good"] == good).to_numpy()].sum())
        parts = {name: part / need if need else np.zeros_like(part) for name, part in by_good[good].items()}
        closed, short = parts.pop("closed"), parts["governed"] - sum(parts[name] for name in TAKEN)
        denied = np.minimum(short, closed)
        parts["unwanted"] = short - denied
        shares = {name: float(part[ground.span].mean()) for name, part in parts.items()}
        rows.append({"good": good, "need_usd": need * length, **shares,
                     "denied": float(denied[ground.span].mean()), "hit_week": _hit(ground, denied)})  # fmt: skip
        weekly.append(denied)
    table = pd.DataFrame(rows).set_index("good")
    columns = pd.RangeIndex(1, ground.setting.weeks + 1, name="week")
    return pd.DataFrame(np.array(weekly), index=table.index, columns=columns), table


def _parts(
    ground: Ground, laws: Physics, struck: Sequence[ExportControl], flow: Floats, start: Floats
) -> Mapping[str, Mapping[str, Floats]]:
    """USD a week of each part of the account, by good."""
    lanes, makers = ground.roomy.lanes, ground.roomy.producers
    usd = laws.price * laws.usd
    lane_usd, maker_usd = usd[laws.origin, None], usd[laws.made_at, None]
    open_, leak = _licences(ground.calm, struck)
    shut = (open_ < 1.0).any(axis=1)
    arrived = later(flow, laws.flow, laws.transit) * lane_usd
    leaked = later(flow * leak, np.zeros(len(flow)), laws.transit) * lane_usd
    more = (later(start, laws.output, laws.cycle) - laws.output[:, None]) * maker_usd
    closed = later(laws.flow[:, None] * (1.0 - open_), np.zeros(len(flow)), laws.transit) * lane_usd
    kept = (laws.flow[:, None] - flow) * lane_usd
    calm = np.broadcast_to(laws.flow[:, None] * lane_usd, flow.shape)
    begins, ends = (lanes[end].isin(ground.inside).to_numpy() for end in ("origin", "destination"))
    here = makers["place"].isin(ground.inside).to_numpy()
    found = {}
    for good in ground.goods:
        lane, maker = (lanes["good"] == good).to_numpy(), here & (makers["good"] == good).to_numpy()
        under, free, out = lane & ends & ~begins & shut, lane & ends & ~begins & ~shut, lane & begins & ~ends
        found[good] = {
            "governed": calm[under].sum(axis=0),
            "closed": closed[under].sum(axis=0),
            "admitted": (arrived - leaked)[under].sum(axis=0),
            "leaked": leaked[under].sum(axis=0),
            "backfilled": (arrived - calm)[free].sum(axis=0),
            "own": more[maker].sum(axis=0) + kept[out].sum(axis=0),
        }
    return found


def later(values: Floats, calm: Floats, lag: NDArray[np.int64]) -> Floats:
    """Rows x weeks as they come out `lag` weeks later; what went in before week 1 was calm."""
    found = np.empty_like(values)
    for weeks in np.unique(lag):
        rows = lag == weeks
        before = np.repeat(calm[rows, None], weeks, axis=1)
        found[rows] = np.hstack([before, values[rows]])[:, : values.shape[1]]
    return found


def _licences(calm: Shock, struck: Sequence[ExportControl]) -> tuple[Floats, Floats]:
    """The share of each lane that controls leave open in each week, and the part of that share that leaks."""
    both, strict = (replace(calm, open=calm.open.copy()) for _ in range(2))
    for control in struck:
        control.strike(both)
        replace(control, leaked=0.0).strike(strict)
    leak = np.divide(both.open - strict.open, both.open, out=np.zeros_like(both.open), where=both.open > 0)
    return both.open, leak


def _hit(ground: Ground, short: Floats) -> float:
    """Weeks from the first control until the share that is short reaches `bite`; NaN if it never does."""
    over = np.flatnonzero(short[ground.span] >= ground.setting.bite - 1e-9)
    return float(over[0] + 1) if len(over) else np.nan


def output(ground: Ground, laws: Physics, start: Floats) -> pd.DataFrame:
    """Starts that the target loses, by good that it makes with controlled ones."""
    makers = ground.roomy.producers
    usd, here = (laws.price * laws.usd)[laws.made_at], makers["place"].isin(ground.inside).to_numpy()
    rows = []
    for good in ground.made:
        maker = here & (makers["good"] == good).to_numpy()
        calm = float((laws.output * usd)[maker].sum())
        lost = 1.0 - (start * usd[:, None])[maker].sum(axis=0) / (calm or np.nan)
        rows.append({"good": good, "calm_usd": calm * ground.length, "lost": float(lost[ground.span].mean()),
                     "lost_at_end": float(lost[-1]), "hit_week": _hit(ground, lost)})  # fmt: skip
    columns = ["good", "calm_usd", "lost", "lost_at_end", "hit_week"]
    return pd.DataFrame(rows, columns=columns).set_index("good").fillna({"lost": 0.0, "lost_at_end": 0.0})


def trade(ground: Ground, laws: Physics, flow: Floats) -> pd.DataFrame:
    """Sales to the target by country and good, at baseline prices, when they leave."""
    lanes, network = ground.roomy.lanes, ground.roomy
    enter = (lanes["destination"].isin(ground.inside) & ~lanes["origin"].isin(ground.inside)).to_numpy()
    usd = (laws.price * laws.usd)[laws.origin]
    table = pd.DataFrame({
        "country": lanes["origin"].map(network.places.set_index("place")["country"]),
        "good": lanes["good"],
        "calm_usd": laws.flow * usd * ground.length,
        "sold_usd": flow[:, ground.span].sum(axis=1) * usd,
    })[enter]  # fmt: skip
    found = table.groupby(["country", "good"], as_index=False)[["calm_usd", "sold_usd"]].sum()
    return found.assign(lost_usd=found["calm_usd"] - found["sold_usd"], controlled=found["good"].isin(ground.goods))


def idle(ground: Ground, laws: Physics, start: Floats) -> pd.DataFrame:
    """Output of controlled goods that makers outside the target no longer start (below 0: start beyond calm)."""
    makers, network = ground.roomy.producers, ground.roomy
    usd = (laws.price * laws.usd)[laws.made_at]
    kept = (makers["good"].isin(ground.goods) & ~makers["place"].isin(ground.inside)).to_numpy()
    table = pd.DataFrame({
        "country": makers["place"].map(network.places.set_index("place")["country"]),
        "good": makers["good"],
        "calm_usd": laws.output * usd * ground.length,
        "made_usd": start[:, ground.span].sum(axis=1) * usd,
    })[kept]  # fmt: skip
    found = table.groupby(["country", "good"], as_index=False)[["calm_usd", "made_usd"]].sum()
    return found.assign(idle_usd=found["calm_usd"] - found["made_usd"])


def unmet(ground: Ground, laws: Physics, short: Floats) -> pd.Series:
    """Value at stake in unmet final demand, by country."""
    network, demand = ground.roomy, ground.roomy.demand
    units = short.sum(axis=1) * laws.scale[laws.wanted_at]
    country = demand["place"].map(network.places.set_index("place")["country"])
    usd = pd.Series(units * demand["usd_per_unit_unmet"].to_numpy(), index=demand.index)
    every = sorted(set(network.places["country"]))
    return usd.groupby(country).sum().reindex(every, fill_value=0.0).rename("unmet_usd")
