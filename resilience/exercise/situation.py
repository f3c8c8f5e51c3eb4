"""What is known on a day of an exercise: a trace cut there, without a look at what comes after.

Day 0 is the first day of the week in which the first disruption begins. A simulated week that has not ended yet is not
known: on day 15 two weeks have passed, on day 30 four.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resilience.disruption import Disruption
from resilience.exercise.told import DAYS, announced
from resilience.network import Network
from resilience.physics import Floats
from resilience.scenario import Scenario
from resilience.simulate import Traces
from resilience.simulate.measures import NOTHING
from resilience.sizing.scope import struck

FELL = 0.9  # share of the usual cover below which a good is watched though nothing struck it


@dataclass(frozen=True, kw_only=True, eq=False)
class Situation:
    """The state of things on one day.

    `short` is final demand unmet since day 0 (good, place, country, tier, units, unit, usd, days of that demand);
    `dry` the stock that ran out (day, good, place); `cover` the private stock of the members (good, country, days of
    use left, usual_days); `struck` the goods that what has been announced touches.
    """

    day: int
    weeks: int  # of the simulation that have passed
    announced: tuple[str, ...]
    struck: tuple[str, ...]
    short: pd.DataFrame
    dry: pd.DataFrame
    cover: pd.DataFrame

    def unmet_usd(self, countries: tuple[str, ...]) -> float:
        """Value at stake in what went unmet in these countries."""
        return float(self.short.loc[self.short["country"].isin(countries), "usd"].sum())


def situation(traces: Traces, *, day: int, members: tuple[str, ...]) -> Situation:
    """What is known on `day` of the one scenario in `traces`, which must hold every week."""
    ((scenario, _, _),) = traces.full.values()
    network = traces.physics.network
    weeks = min(scenario.first_week - 1 + day // DAYS, traces.weeks)
    begun = _begun(scenario, weeks)
    hit = tuple(sorted(struck(replace(scenario, disruptions=begun).shock(network, weeks + 1)))) if begun else ()
    return Situation(
        day=day,
        weeks=weeks,
        announced=tuple(_state(disruption, network, weeks) for disruption in begun),
        struck=hit,
        short=unmet(traces, weeks),
        dry=_dry(traces, weeks, scenario.first_week),
        cover=_cover(traces, weeks, members, hit),
    )


def unmet(traces: Traces, weeks: int) -> pd.DataFrame:
    """Final demand that went unmet in the first `weeks` weeks, dearest first."""
    ((_, records, column),) = traces.full.values()
    laws, network = traces.physics, traces.physics.network
    demand, goods = network.demand, network.goods.set_index("good")
    own = records.short[:, :weeks, column].sum(axis=1) * laws.scale[laws.wanted_at]
    rate = demand["units_per_week"].to_numpy()
    found: pd.DataFrame = demand[["good", "place", "tier"]].assign(
        country=demand["place"].map(network.places.set_index("place")["country"]),
        units=own,
        unit=demand["good"].map(goods["unit"]),
        usd=own * demand["usd_per_unit_unmet"],
        days=DAYS * np.divide(own, rate, out=np.zeros_like(own), where=rate > 0),
    )
    found = found.loc[found["units"] > NOTHING * np.maximum(rate, 1e-300)]
    return found.sort_values(["usd", "good", "place", "tier"], ascending=[False, True, True, True], ignore_index=True)


def _begun(scenario: Scenario, weeks: int) -> tuple[Disruption, ...]:
    """The disruptions that began in or before the week under way."""
    return tuple(disruption for disruption in scenario.disruptions if disruption.first_week <= weeks + 1)


def _state(disruption: Disruption, network: Network, weeks: int) -> str:
    """A disruption that began, and whether it is over. The week under way tells only that it holds, not how long."""
    words = announced(disruption, network)
    severity = getattr(disruption, "severity", None)
    if severity is None or disruption.first_week > weeks:
        return words
    now, before = severity(weeks + 1)[weeks], severity(weeks + 1)[weeks - 1]
    if now <= 0:
        return f"{words} This is over."
    return f"{words} It is easing: {before:.0%} of it held last week." if before < 1 else words


def _dry(traces: Traces, weeks: int, onset: int) -> pd.DataFrame:
    """Stock points that have run out: day (the end of the week), good, place; in the order in which they did."""
    rows = traces.table("ran_dry")
    rows = rows[rows["week"].between(onset, weeks)]
    return rows[["good", "place"]].assign(day=DAYS * (rows["week"] - onset + 1)).reset_index(drop=True)


def _cover(traces: Traces, weeks: int, members: tuple[str, ...], hit: tuple[str, ...]) -> pd.DataFrame:
    """Days of use that members' private stock would last: struck goods, and others that fell behind."""
    laws = traces.physics
    points = laws.points[["good", "country"]].assign(
        stock=_stock(traces, weeks) * laws.scale, calm=laws.stock * laws.scale, use=laws.use * laws.scale
    )
    points = points[points["country"].isin(members) & laws.storable]
    rows = points.groupby(["good", "country"], as_index=False)[["stock", "calm", "use"]].sum()
    rows = rows[(rows["use"] > 0) & (rows["calm"] > 0)]
    rows = rows.assign(days=DAYS * rows["stock"] / rows["use"], usual_days=DAYS * rows["calm"] / rows["use"])
    fell = set(rows.loc[rows["days"] < FELL * rows["usual_days"], "good"])
    rows = rows[rows["good"].isin(fell.union(hit))]
    return rows[["good", "country", "days", "usual_days"]].sort_values(["days", "good", "country"], ignore_index=True)


def _stock(traces: Traces, weeks: int) -> Floats:
    """Stock at every point at the end of week `weeks`, or at the start, in scaled units."""
    ((_, records, column),) = traces.full.values()
    if weeks == 0:
        return traces.physics.stock
    assert records.full is not None
    return np.asarray(records.full.stock[:, weeks - 1, column], dtype=np.float64)
