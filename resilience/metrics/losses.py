"""What each loss would cost a week: suppliers ranked one by one (N-1) and in sets (N-k)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.errors import AskError
from resilience.metrics.supply import Mask, Matrix, Supply, blocks_of, countries_of, lost_shares, supply, together
from resilience.network import Network


def n_minus_1(
    network: Network,
    *,
    whole_countries: bool = False,
    members: str | Sequence[str] | None = None,
    wear_weeks: float = 0.0,
) -> pd.DataFrame:
    """Every single supplier by the value of demand unmet each week while it makes nothing; the worst first.

    A supplier is a good in a country, or with `whole_countries` a country with all it makes. Index rank (from 1);
    columns
    `good` (pairs only), `country`, `usd_per_week` (value of unmet demand in the countries `members`, or in the world)
    and `share` of the value at stake there [0 to 1].

    A steady state without stock, surge or switching: shortage is shared in proportion to baseline flows, and each
    output falls with its worst input (equations in `resilience.metrics.supply`). `wear_weeks` counts capital inputs
    too, after so many weeks of wear. Do not read it as the cost of an outage of known length: that is a simulation.

    Source: the N-1 rule of power-system security, as L. Wood, A. Wollenberg and G. Sheble (2013), Power Generation,
    Operation and Control, ch. 7; the propagation as in `dependence_through`.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"]}, needs={"good": ["chip"], "input": ["gas"], "units": [1]},
    ...     producers={"good": ["gas", "gas", "chip"], "place": ["A", "B", "B"], "output_per_week": [6, 4, 10]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
    ...     demand={"good": ["chip"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [5]})
    >>> n_minus_1(network)
          good country  usd_per_week  share
    rank
    1     chip       B          50.0    1.0
    2      gas       A          30.0    0.6
    3      gas       B          20.0    0.4
    """
    baseline = supply(network, wear_weeks=wear_weeks)
    suppliers, makers_of = _suppliers(baseline, whole_countries=whole_countries)
    stake = _stake(baseline, members)
    usd = _values(baseline, stake, (makers_of[:, part] for part in blocks_of(len(suppliers))))
    ranked = suppliers.assign(usd_per_week=usd, share=_share(usd, stake))
    ranked = ranked.sort_values("usd_per_week", ascending=False, kind="stable", ignore_index=True)
    return _ranked(ranked)


def n_minus_k(
    network: Network,
    k: int,
    *,
    whole_countries: bool = False,
    members: str | Sequence[str] | None = None,
    wear_weeks: float = 0.0,
    sets_at_most: int = 20_000,
    top: int = 20,
) -> pd.DataFrame:
    """The `top` sets of `k` suppliers lost together, by value of demand unmet each week; the worst first.

    As `n_minus_1`, with column `lost` (a tuple of countries, or of (good, country) pairs) and `exact`. If there are
    no more than `sets_at_most` sets, each is tried and `exact` is true. Otherwise the set grows greedily, the
    costliest supplier next, and the ranking is over the last one added; then there is no guarantee, since a loss can
    be worth more after another. Suppliers whose loss alone costs nothing are left out: no set is worse for holding
    them.

    Do not use it to find what stops a good altogether; `chokepoints` does.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]},
    ...     producers={"good": ["gas"] * 3, "place": ["A", "B", "C"], "output_per_week": [5, 3, 2]},
    ...     lanes={"good": ["gas"] * 3, "origin": ["A", "B", "C"], "destination": ["D"] * 3},
    ...     demand={"good": ["gas"], "place": ["D"], "units_per_week": [10], "usd_per_unit_unmet": [1]})
    >>> n_minus_k(network, 2, whole_countries=True, top=2)
            lost  usd_per_week  share  exact
    rank
    1     (A, B)           8.0    0.8   True
    2     (A, C)           7.0    0.7   True
    """
    if k < 1 or top < 1:
        raise AskError(f"n_minus_k was asked for the top {top} sets of {k}; both must be 1 or more")
    baseline = supply(network, wear_weeks=wear_weeks)
    suppliers, makers_of = _suppliers(baseline, whole_countries=whole_countries)
    stake = _stake(baseline, members)
    alone = _values(baseline, stake, (makers_of[:, part] for part in blocks_of(len(suppliers))))
    harmful = np.flatnonzero(alone > 0)
    k = min(k, len(harmful))
    exact = comb(len(harmful), k) <= sets_at_most
    if exact:
        sets = np.array(list(combinations(harmful, k)), dtype=np.intp).reshape(-1, k)
    else:
        sets = _greedy(baseline, stake, makers_of, harmful, k)
    usd = _values(baseline, stake, (together(makers_of, sets[part]) for part in blocks_of(len(sets))))
    order = np.argsort(-usd, kind="stable")[:top]
    names = list(suppliers.itertuples(index=False, name=None))
    lost = [tuple(names[one][0] if whole_countries else names[one] for one in sorted(sets[row])) for row in order]
    ranked = pd.DataFrame({"lost": pd.Series(lost, dtype=object), "usd_per_week": usd[order]})
    return _ranked(ranked.assign(share=_share(usd[order], stake), exact=exact))


def _greedy(
    baseline: Supply, stake: Matrix, makers_of: Mask, harmful: npt.NDArray[np.intp], k: int
) -> npt.NDArray[np.intp]:
    """All sets that add one supplier to the k - 1 found by taking the costliest next."""
    chosen: list[int] = []
    while True:
        rest = [int(one) for one in harmful if one not in chosen]
        sets = np.array([[*chosen, one] for one in rest], dtype=np.intp)
        if len(chosen) == k - 1:
            return sets
        usd = _values(baseline, stake, (together(makers_of, sets[part]) for part in blocks_of(len(sets))))
        chosen.append(rest[int(np.argmax(usd))])


def _suppliers(baseline: Supply, *, whole_countries: bool) -> tuple[pd.DataFrame, Mask]:
    """The suppliers in the order of their names, and which makers each one stands for (makers, suppliers)."""
    keys = ["country"] if whole_countries else ["good", "country"]
    groups = baseline.makers.groupby(keys)
    suppliers = groups.size().reset_index()[keys]
    return suppliers, groups.ngroup().to_numpy()[:, None] == np.arange(len(suppliers))


def _stake(baseline: Supply, members: str | Sequence[str] | None) -> Matrix:
    """USD a week lost at each point if all its demand goes unmet."""
    stake = baseline.points["usd_per_week"]
    if members is not None:
        stake = stake.where(baseline.points["country"].isin(countries_of(baseline.network, members)), 0.0)
    return np.asarray(stake, dtype=np.float64)


def _values(baseline: Supply, stake: Matrix, blocks: Iterable[Mask]) -> Matrix:
    return np.concatenate([np.zeros(0), *(stake @ lost_shares(baseline, stopped)[1] for stopped in blocks)])


def _share(usd: Matrix, stake: Matrix) -> Matrix:
    total = float(stake.sum())
    return usd / total if total > 0 else np.zeros_like(usd)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))
