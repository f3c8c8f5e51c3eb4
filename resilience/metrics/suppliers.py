"""How few countries supply a good, and how far a bloc leans on one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.metrics.supply import countries_of, lost_shares, stopped_where, supply
from resilience.network import Network


def concentration(shares: pd.Series) -> float:
    """Herfindahl-Hirschman index of `shares` (any unit; scaled to add up to one). [1/n to 1]

    Multiply by 10,000 for the scale of competition authorities, who call 1,000 to 1,800 moderate and more than that
    high. Do not compare goods whose producers are counted at different grain: splitting a supplier lowers the index.

    Source: A. O. Hirschman (1964), The paternity of an index, American Economic Review 54(5); US DOJ and FTC (2023),
    Merger Guidelines, 2.1.

    Raises
    ------
    AskError
        If a share is negative or missing, or all are zero.

    >>> concentration(pd.Series([0.5, 0.5]))
    0.5
    """
    total = float(shares.sum())
    if shares.isna().any() or (shares < 0).any() or not 0 < total < np.inf:
        raise AskError(f"A concentration needs shares of at least 0, some above 0; got {shares.tolist()[:12]}")
    return float(((shares / total) ** 2).sum())


def effective_suppliers(shares: pd.Series) -> float:
    """How many equal suppliers would be as concentrated as `shares`: 1 / Herfindahl. [1 to n suppliers]

    Do not read it as a count of alternatives: it says nothing of who could take over from whom.

    Source: M. A. Adelman (1969), Comment on the "H" concentration measure as a numbers-equivalent, Review of
    Economics and Statistics 51(1).

    >>> effective_suppliers(pd.Series([0.25, 0.25, 0.25, 0.25]))
    4.0
    """
    return 1.0 / concentration(shares)


def concentrations(network: Network) -> pd.DataFrame:
    """Concentration of each good's world output by country; the most concentrated first.

    Index good; columns `concentration` [1/n to 1], `effective_suppliers`, `countries` (that make any), `largest` (the
    country that makes most) and `largest_share` [0 to 1]. Firms in one country count together. Goods that nobody uses
    are left out.

    Do not use it alone to name a chokepoint: a concentrated good may be inessential or well stocked.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas", "gas"], "place": ["A", "B"], "share": [0.8, 0.2]},
    ...     lanes={"good": ["gas", "gas"], "origin": ["A", "B"], "destination": ["C", "C"]},
    ...     demand={"good": ["gas"], "place": ["C"], "units_per_week": [10], "usd_per_unit_unmet": [1]})
    >>> concentrations(network).round(2)  # 0.8 * 0.8 + 0.2 * 0.2
          concentration  effective_suppliers  countries largest  largest_share
    good
    gas            0.68                 1.47          2       A            0.8
    """
    makers = supply(network).makers
    output = makers.groupby(["good", "country"])["output_per_week"].sum()
    share = output / output.groupby("good").transform("sum")
    by_good = share.groupby("good")
    squares = (share**2).groupby("good").sum()
    table = pd.DataFrame(
        {
            "concentration": squares,
            "effective_suppliers": 1.0 / squares,
            "countries": by_good.size(),
            "largest": [key[1] for key in by_good.idxmax()],
            "largest_share": by_good.max(),
        }
    )
    return table.sort_values("concentration", ascending=False, kind="stable")


def dependence(network: Network, members: str | Sequence[str], supplier: str | Sequence[str]) -> pd.Series:
    """Share of the members' baseline use of each good that was made in `supplier`. [0 to 1, by good]

    `members` and `supplier` are countries, blocs or several of them. Use counts what producers in member countries
    consume and what is wanted there; goods the members do not use are left out. One step back
    only: for what lies further up, see `dependence_through`.

    Do not use it where most flows are unknown: they are then filled in proportion to output and use, and every bloc
    leans on a country by about that country's share of the world.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas", "gas"], "place": ["A", "B"], "output_per_week": [6, 4]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
    ...     demand={"good": ["gas"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [1]})
    >>> dependence(network, "B", "A").to_dict()
    {'gas': 0.6}
    """
    baseline = supply(network)
    inside = baseline.points["country"].isin(countries_of(baseline.network, members))
    theirs = pd.Series(stopped_where(baseline, supplier))
    taken = baseline.sources[inside.to_numpy()[baseline.sources["point"]]]
    good = baseline.points["good"].to_numpy()[taken["point"]]
    from_there = taken["flow_per_week"].where(theirs.to_numpy()[taken["maker"]], 0.0).groupby(good).sum()
    shares = from_there / taken["flow_per_week"].groupby(good).sum()
    return shares.rename("dependence").rename_axis("good")


def dependence_through(
    network: Network, members: str | Sequence[str], supplier: str | Sequence[str], *, wear_weeks: float = 0.0
) -> pd.Series:
    """Share of the members' use of each good that falls away if everything made in `supplier` does. [0 to 1, by good]

    The whole chain upstream counts, weighted by needs. A maker in `supplier` is exposed by 1; any other maker by
    max over its inputs of (essential * exposure of that input where it stands); the exposure of an input is the average
    over the makers it comes from, weighted by baseline flow (equations in `resilience.metrics.supply`). It is
    never below `dependence`, and equals it for goods that take no inputs.

    `wear_weeks` counts capital inputs (tools) as well, after so many weeks of wear; at 0 only consumed ones.

    Do not use it as a forecast: nobody draws stock, surges, switches or uses a substitute here. Do not add it up over
    suppliers: one good may be wholly exposed to several.

    Derivation: Leontief recipes with proportional rationing. Compare the inoperability of Haimes and Jiang (2001),
    Journal of Infrastructure Systems 7(1), where losses of inputs add up instead of the worst counting.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas", "chip"]},
    ...     needs={"good": ["chip"], "input": ["gas"], "units": [1], "essential": [0.5]},
    ...     producers={"good": ["gas", "gas", "chip"], "place": ["A", "B", "B"], "output_per_week": [6, 4, 10]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
    ...     demand={"good": ["chip"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [1]})
    >>> dependence_through(network, "B", "A").to_dict()  # chip: half essential, 60 % of it from A
    {'chip': 0.3, 'gas': 0.6}
    """
    baseline = supply(network, wear_weeks=wear_weeks)
    inside = baseline.points["country"].isin(countries_of(baseline.network, members)).to_numpy()
    _, missing = lost_shares(baseline, stopped_where(baseline, supplier)[:, None])
    points = baseline.points.assign(lost=missing[:, 0] * baseline.points["use_per_week"])[inside]
    totals = points.groupby("good")[["lost", "use_per_week"]].sum()
    return (totals["lost"] / totals["use_per_week"]).rename("dependence_through")
