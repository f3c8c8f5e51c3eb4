"""How long the network lasts without a supplier, against how long the supplier takes to come back.

When maker m stops at week 0, its last starts still finish after its cycle time and its last shipments still arrive.
Let a[m] be the week from which m's output falls, and g[u, m] = s[u, m] * l[m] the part of point u's use that is then
missing from m (s and l as in `resilience.metrics.supply`). Point u, with stock for w[u] weeks of use, runs short in
the week T[u] that solves

    sum_m g[u, m] * max(0, T[u] - a[m] - transit[u, m]) = w[u]

    a[m] = cycle[m] + (0 if m is stopped, else the least T[u] over its inputs)

Losses are taken at their full size from the first week in which output falls, so T never overstates survival; it is
exact where losses come in one step, as in a chain with one input short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.errors import AskError
from resilience.metrics.supply import (
    SETTLED,
    SWEEPS,
    Mask,
    Matrix,
    Supply,
    blocks_of,
    countries_of,
    lost_shares,
    stopped_where,
    supply,
)
from resilience.network import Network
from resilience.tables import key_text


def time_to_survive(
    network: Network, good: str, where: str, *, members: str | Sequence[str] | None = None, wear_weeks: float = 0.0
) -> float:
    """Weeks until demand first goes unmet once `good` is no longer made in `where`. [0 to inf]

    `where` is a country, a bloc, or a place (one firm of several in a country). Counts work in process, shipments under
    way and private stock all along the chain (equations in `resilience.metrics.survival`), at demand points in the
    countries `members` or anywhere. Infinite where no demand hangs on it. `wear_weeks` as in `n_minus_1`: a
    missing tool then costs its full wear from the first week.

    Do not use it where surge, switching, substitutes or moving stock between places would be quick: it allows none, so
    it is a lower bound on what a well-run network survives. The program `best_response` gives the other side.

    Source: D. Simchi-Levi et al. (2015), Identifying risks and mitigating disruptions in the automotive supply chain,
    Interfaces 45(5); there a linear program, here its value without rerouting.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"], "cycle_weeks": [0, 3]},
    ...     needs={"good": ["chip"], "input": ["gas"], "units": [1]},
    ...     producers={"good": ["gas", "gas", "chip"], "place": ["A", "B", "B"], "output_per_week": [6, 4, 10]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"], "transit_weeks": [2]},
    ...     demand={"good": ["chip"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [1]},
    ...     stocks={"good": ["gas"], "place": ["B"], "weeks": [6]})
    >>> time_to_survive(network, "gas", "A")  # 2 at sea, 6 weeks of stock fill a gap of 60 % for 10, 3 in the fab
    15.0
    """
    baseline = supply(network, wear_weeks=wear_weeks)
    weeks = _weeks_until_short(baseline, stopped_where(baseline, where, good)[:, None])
    return float(weeks[_wanted(baseline, members)].min(initial=np.inf))


def recovery_gaps(
    network: Network,
    time_to_recover: float | pd.Series,
    *,
    members: str | Sequence[str] | None = None,
    wear_weeks: float = 0.0,
) -> pd.DataFrame:
    """Every supplier's time to survive against its time to recover, in weeks; the widest gap first.

    `time_to_recover` is one number of weeks, or a Series by good, or by good and country. Columns `good`, `country`,
    `weeks_to_survive` [0 to inf], `weeks_to_recover`, `exposed` (survive < recover), and `first_good`, `first_place`:
    the demand that goes unmet first (blank where none does).

    Do not use it to rank by cost: a gap says that something runs short, not how much. `n_minus_1` says how much.

    Source: as `time_to_survive`; the comparison with time to recover is Simchi-Levi, Schmidt and Wei (2014), From
    superstorms to factory fires, Harvard Business Review 92(1).

    Raises
    ------
    AskError
        Naming the suppliers without a time to recover, or with one below 0.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas"], "place": ["A"], "output_per_week": [1]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [1], "usd_per_unit_unmet": [1]},
    ...     stocks={"good": ["gas"], "place": ["A"], "weeks": [4]})
    >>> recovery_gaps(network, 10)[["weeks_to_survive", "weeks_to_recover", "exposed"]].values.tolist()
    [[4.0, 10.0, True]]
    """
    baseline = supply(network, wear_weeks=wear_weeks)
    groups = baseline.makers.groupby(["good", "country"])
    pairs = groups.size().reset_index()[["good", "country"]]
    of_pair = groups.ngroup().to_numpy()[:, None] == np.arange(len(pairs))
    wanted = np.flatnonzero(_wanted(baseline, members))
    survive, first = np.full(len(pairs), np.inf), np.zeros(len(pairs), dtype=np.intp)
    for part in blocks_of(len(pairs) if len(wanted) else 0):
        weeks = _weeks_until_short(baseline, of_pair[:, part])[wanted]
        survive[part], first[part] = weeks.min(axis=0), wanted[weeks.argmin(axis=0)]
    recover = _recovery(pairs, time_to_recover)
    demand = baseline.points.iloc[first].reset_index(drop=True)
    table = pairs.assign(
        weeks_to_survive=survive,
        weeks_to_recover=recover,
        exposed=survive < recover,
        first_good=demand["good"].where(np.isfinite(survive), ""),
        first_place=demand["place"].where(np.isfinite(survive), ""),
    )
    order = (table["weeks_to_survive"] - table["weeks_to_recover"]).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _recovery(pairs: pd.DataFrame, time_to_recover: float | pd.Series) -> Matrix:
    if isinstance(time_to_recover, pd.Series):
        by_pair = time_to_recover.index.nlevels == 2
        keys = pd.MultiIndex.from_frame(pairs) if by_pair else pd.Index(pairs["good"])
        weeks = time_to_recover.reindex(keys).to_numpy(dtype=np.float64)
    else:
        weeks = np.full(len(pairs), float(time_to_recover))
    wrong = [row for row, value in enumerate(weeks.tolist()) if not value >= 0]
    if wrong:
        names = key_text(pairs, ["good", "country"]).tolist()
        faults = [f"{names[row]}: {float(weeks[row])!r}" for row in wrong]
        raise AskError("Give every supplier a time to recover of 0 weeks or more", faults)
    return np.asarray(weeks, dtype=np.float64)


def _wanted(baseline: Supply, members: str | Sequence[str] | None) -> Mask:
    """Points where demand is, in the countries `members`."""
    demand = baseline.network.demand
    demand = demand.loc[demand["units_per_week"] > 0, ["good", "place"]]
    points = pd.MultiIndex.from_frame(baseline.points[["good", "place"]])
    wanted = np.asarray(points.isin(pd.MultiIndex.from_frame(demand)), dtype=np.bool_)
    if members is not None:
        wanted &= np.asarray(baseline.points["country"].isin(countries_of(baseline.network, members)), dtype=np.bool_)
    return wanted


def _weeks_until_short(baseline: Supply, stopped: Mask) -> Matrix:
    """The week T in which each point first runs short, one column for each column of `stopped`."""
    lost, _ = lost_shares(baseline, stopped)
    cycle = baseline.makers["cycle_weeks"].to_numpy()[:, None]
    falls = np.where(stopped, cycle, np.inf)
    short = np.full((len(baseline.points), stopped.shape[1]), np.inf)
    recipes = baseline.recipes
    users, first = np.unique(recipes["maker"].to_numpy(), return_index=True)
    inputs = recipes["point"].to_numpy()
    sources, stock = _rows_by_point(baseline), baseline.points["stock_weeks"].to_numpy()
    changed: Mask = np.asarray(stopped.any(axis=1))
    for _ in range(SWEEPS):
        for point, makers, share, transit in sources:
            if changed[makers].any():
                short[point] = _run_dry(falls[makers] + transit, share * lost[makers], stock[point])
        if not len(users):
            break
        sooner = np.minimum(falls[users], np.minimum.reduceat(short[inputs], first, axis=0) + cycle[users])
        changed = np.zeros(len(falls), dtype=np.bool_)
        changed[users] = (sooner < falls[users]).any(axis=1)
        falls[users] = sooner
        if not changed.any():
            break
    return short


def _rows_by_point(baseline: Supply) -> list[tuple[int, npt.NDArray[np.intp], Matrix, Matrix]]:
    """For each point its makers, their shares and transit times, as columns that broadcast over cases."""
    return [
        (
            int(str(point)),
            rows["maker"].to_numpy(),
            rows["share"].to_numpy()[:, None],
            rows["transit_weeks"].to_numpy()[:, None],
        )
        for point, rows in baseline.sources[baseline.sources["share"] > 0].groupby("point")
    ]


def _run_dry(arrivals_fall: Matrix, gap: Matrix, stock_weeks: float) -> Matrix:
    """The week in which stock is spent on gaps (shares of use) that open in given weeks; arrays are (makers, cases).

    What is spent by week T, sum_m gap * max(0, T - opens), is the largest, over j, of the lines that add up only the
    first j gaps to open. It reaches the stock when the first line does: T = min_j (stock + sum gap * opens) / sum gap.
    """
    opens = np.where(gap > SETTLED, arrivals_fall, np.inf)  # less is rounding
    order = np.argsort(opens, axis=0, kind="stable")
    opens, gap = np.take_along_axis(opens, order, axis=0), np.take_along_axis(gap, order, axis=0)
    opened = np.isfinite(opens)
    total = np.cumsum(np.where(opened, gap, 0.0), axis=0)
    spent = np.cumsum(gap * np.where(opened, opens, 0.0), axis=0)
    lines = np.divide(stock_weeks + spent, total, out=np.full_like(total, np.inf), where=opened)
    return np.asarray(lines.min(axis=0), dtype=np.float64)
