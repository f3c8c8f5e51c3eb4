"""How long the network lasts without a supplier, against how long the supplier takes to come back.

When maker m stops at week 0, its last starts still finish after its cycle time and its last shipments still arrive. Let a[m]
be the week from which m's output falls, and g[u, m] = s[u, m] * l[m] the part of point u's use that is then missing from m (s and
l as in `resilience.metrics.supply`). Point u, with stock for w[u] weeks of use, runs short in the week T[u] that solves

    sum_m g[u, m] * max(0, T[u] - a[m] - transit[u, m]) = w[u]

    a[m] = cycle[m] + (0 if m is stopped, else the least T[u] over its inputs)

Losses are taken at their full size from the first week in which output falls, so T never overstates survival; it is exact
where losses come in one step, as in a chain with one input short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.errors import AskError
from resilience.metrics.supply import SWEEPS, Mask, Matrix, Supply, countries_of, lost_shares, stopped_where, supply
from resilience.network import Network

BLOCK = 256


def time_to_survive(
    network: Network, good: str, where: str, *, members: str | Sequence[str] | None = None, wear_weeks: float = 0.0
) -> float:
    """Weeks until demand first goes unmet once `good` is no longer made in `where` (a country, bloc or place). [0 to inf]

    Counts work in process, shipments under way and private stock all along the chain (equations in
    `resilience.metrics.survival`), at demand points in the countries `members` or anywhere. Infinite where no demand hangs on
    it. `wear_weeks` as in `n_minus_1`: a missing tool then costs its full wear from the first week.

    Do not use it where surge, switching or moving stock between places would be quick: it allows none, so it is a lower bound
    on what a well-run network survives. The program `best_response` gives the other side.

    Source: D. Simchi-Levi et al. (2015), Identifying risks and mitigating disruptions in the automotive supply chain, Interfaces
    45(5); there a linear program, here its value without rerouting.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"], "cycle_weeks": [0, 3]}, needs={"good": ["chip"], "input": ["gas"], "units": [1]},
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
    `weeks_to_survive` [0 to inf], `weeks_to_recover`, `exposed` (survive < recover), and `first_good`, `first_place`: the
    demand that goes unmet first (blank where none does).

    Do not use it to rank by cost: a gap says that something runs short, not how much. `n_minus_1` says how much.

    Source: as `time_to_survive`; the comparison with time to recover is Simchi-Levi, Schmidt and Wei (2014), From superstorms to
    factory fires, Harvard Business Review 92(1).

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
    for start in range(0, len(pairs), BLOCK):
        weeks = _weeks_until_short(baseline, of_pair[:, start : start + BLOCK])[wanted]
        if len(wanted):
            survive[start : start + BLOCK], first[start : start + BLOCK] = weeks.min(axis=0), wanted[weeks.argmin(axis=0)]
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
    wrong = pairs[~(weeks >= 0)]
    if len(wrong):
        faults = [f"{row.good} in {row.country}: {weeks[row.Index]!r}" for row in wrong.itertuples()]
        raise AskError("Give every supplier a time to recover of 0 weeks or more", faults)
    return weeks


def _wanted(baseline: Supply, members: str | Sequence[str] | None) -> Mask:
    """Points where demand is, in the countries `members`."""
    demand = pd.MultiIndex.from_frame(baseline.network.demand.loc[lambda rows: rows["units_per_week"] > 0, ["good", "place"]])
    wanted = pd.MultiIndex.from_frame(baseline.points[["good", "place"]]).isin(demand)
    if members is not None:
        wanted &= baseline.points["country"].isin(countries_of(baseline.network, members)).to_numpy()
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
    sources = _rows_by_point(baseline)
    changed = stopped.any(axis=1)
    for _ in range(SWEEPS):
        for point, makers, share, transit in sources:
            if changed[makers].any():
                short[point] = _run_dry(
                    falls[makers] + transit, share * lost[makers], float(baseline.points["stock_weeks"].iat[point])
                )
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
        (int(str(point)), rows["maker"].to_numpy(), rows["share"].to_numpy()[:, None], rows["transit_weeks"].to_numpy()[:, None])
        for point, rows in baseline.sources[baseline.sources["share"] > 0].groupby("point")
    ]


def _run_dry(arrivals_fall: Matrix, gap: Matrix, stock_weeks: float) -> Matrix:
    """The week in which `stock_weeks` of use are spent on gaps (shares of use) that open in given weeks; (makers, cases).

    What is spent by week T, sum_m gap * max(0, T - fall), is the largest of the lines sum_{m in first j} gap * (T - fall) over j in
    order of opening. So it reaches the stock when the first of these lines does: T = min_j (stock + sum gap * fall) / sum gap.
    """
    opens = np.where(gap > 0, arrivals_fall, np.inf)
    order = np.argsort(opens, axis=0, kind="stable")
    opens, gap = np.take_along_axis(opens, order, axis=0), np.take_along_axis(gap, order, axis=0)
    total = np.cumsum(gap, axis=0)
    spent = np.cumsum(np.where(gap > 0, gap, 0.0) * np.where(np.isfinite(opens), opens, 0.0), axis=0)
    lines = np.divide(stock_weeks + spent, total, out=np.full_like(total, np.inf), where=(total > 0) & np.isfinite(opens))
    soonest: Matrix = lines.min(axis=0)
    return soonest
