"""Who supplies whom in the baseline week, and how a loss passes down the chain. Shared by the metrics.

Sets: makers m (a good made at a place) and points u (a good used at a place). Data: s[u, m], the share of u's use
that m supplies (exports come from what is made at a place, never from what it imports), and e[m, u], the share of m's
output that goes when its input u is wholly missing. Lost shares of output l[m] and of use r[u] are the least solution

    r[u] = sum_m s[u, m] l[m]                           every buyer of a maker, and every user at a point, loses alike
    l[m] = max(stopped[m], max_u e[m, u] r[u])          the scarcest input binds

That is the worst-input rule of Leontief recipes with proportional rationing, without stock, surge, switching or the
release of inputs that a stopped user no longer takes. Compare Y. Haimes and P. Jiang (2001), Leontief-based model of
risk in complex interconnected infrastructures, Journal of Infrastructure Systems 7(1), who add losses of inputs up;
here the worst counts, since inputs of one recipe do not stand in for each other. What may stand in for an input by
`substitutes` is left out, so l and r bound the loss with substitutes from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from resilience.balance import balance, use_per_week
from resilience.errors import AskError, near
from resilience.network import Network

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SWEEPS = 400  # a chain without rings settles in as many sweeps as it has stages
SETTLED = 1e-12
BLOCK = 256  # cases at a time, so that the arrays stay in cache


@dataclass(frozen=True, kw_only=True)
class Supply:
    """The baseline week as tables that point into each other by row number."""

    network: Network  # balanced
    makers: pd.DataFrame  # good, place, country, output_per_week (above 0), cycle_weeks
    points: pd.DataFrame  # good, place, country, use_per_week (above 0), stock_weeks, usd_per_week (at stake if unmet)
    sources: pd.DataFrame  # point, maker, flow_per_week, share, transit_weeks; sorted by point
    recipes: pd.DataFrame  # maker, point, essential (above 0); sorted by maker


def supply(network: Network, *, wear_weeks: float = 0.0) -> Supply:
    """The balanced baseline of `network`, ready for propagation.

    `wear_weeks` is how long a missing capital input wears its user down before the loss is read off: the share of
    capacity gone is min(1, wear_per_week * wear_weeks). At 0 only consumed inputs count; at infinity a tool stops
    its user.
    """
    if not wear_weeks >= 0:
        raise AskError(f"wear_weeks is {wear_weeks!r}; give weeks of wear to count, 0 or more")
    network = balance(network).network
    country = network.places.set_index("place")["country"]
    cycle = network.goods.set_index("good")["cycle_weeks"]
    makers = network.producers.loc[lambda rows: rows["output_per_week"] > 0, ["good", "place", "output_per_week"]]
    makers = makers.assign(country=makers["place"].map(country), cycle_weeks=makers["good"].map(cycle))
    makers = makers.reset_index(drop=True)
    points = _points(network, country)
    return Supply(
        network=network,
        makers=makers,
        points=points,
        sources=_sources(network, makers, points),
        recipes=_recipes(network, makers, points, wear_weeks),
    )


def _points(network: Network, country: pd.Series) -> pd.DataFrame:
    points = use_per_week(network).rename("use_per_week").reset_index()
    points = points[points["use_per_week"] > 0].reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(points[["good", "place"]])
    weeks = network.stocks.set_index(["good", "place"])["weeks"].reindex(keys).fillna(0.0)
    wanted = network.demand
    stake = (wanted["units_per_week"] * wanted["usd_per_unit_unmet"]).groupby([wanted["good"], wanted["place"]]).sum()
    return points.assign(
        country=points["place"].map(country),
        stock_weeks=weeks.to_numpy(),
        usd_per_week=stake.reindex(keys).fillna(0.0).to_numpy(),
    )


def _sources(network: Network, makers: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Every lane, and every maker's own place where its good is used; also those that carry nothing now."""
    lanes = network.lanes[["good", "origin", "destination", "flow_per_week", "transit_weeks"]]
    sent = lanes.groupby(["good", "origin"])["flow_per_week"].sum()
    at_home = makers[["good", "place"]].rename(columns={"place": "origin"})
    kept = makers["output_per_week"].to_numpy() - sent.reindex(pd.MultiIndex.from_frame(at_home)).fillna(0.0).to_numpy()
    at_home = at_home.assign(destination=at_home["origin"], flow_per_week=kept.clip(0.0), transit_weeks=0.0)
    cells = pd.concat([lanes, at_home], ignore_index=True)
    cells = cells.assign(
        point=_row_of(points, cells[["good", "destination"]]), maker=_row_of(makers, cells[["good", "origin"]])
    )
    cells = cells[(cells["point"] >= 0) & (cells["maker"] >= 0)].sort_values(["point", "maker"], ignore_index=True)
    share = cells["flow_per_week"] / cells.groupby("point")["flow_per_week"].transform("sum")
    return cells.assign(share=share)[["point", "maker", "flow_per_week", "share", "transit_weeks"]]


def _recipes(network: Network, makers: pd.DataFrame, points: pd.DataFrame, wear_weeks: float) -> pd.DataFrame:
    needs = network.needs
    worn = (
        needs["wear_per_week"].where(needs["wear_per_week"] == 0, needs["wear_per_week"] * wear_weeks).clip(upper=1.0)
    )
    needs = needs.assign(essential=needs["essential"].where(needs["kind"] == "consumed", worn))
    numbered = makers[["good", "place"]].assign(maker=range(len(makers)))
    rows = numbered.merge(needs.loc[needs["essential"] > 0, ["good", "input", "essential"]], on="good")
    rows = rows.assign(point=_row_of(points, rows[["input", "place"]]))
    return rows.sort_values(["maker", "point"], ignore_index=True)[["maker", "point", "essential"]]


def _row_of(table: pd.DataFrame, keys: pd.DataFrame) -> npt.NDArray[np.intp]:
    found = pd.MultiIndex.from_frame(table[["good", "place"]]).get_indexer(pd.MultiIndex.from_frame(keys))
    return np.asarray(found, dtype=np.intp)


def lost_shares(supply: Supply, stopped: Mask) -> tuple[Matrix, Matrix]:
    """Lost share of each maker's output and of each point's use; a column for each case (column of `stopped`)."""
    sources, recipes = supply.sources, supply.recipes
    shape = len(supply.points), len(supply.makers)
    shares = sparse.csr_array((sources["share"], (sources["point"], sources["maker"])), shape=shape)
    users, first = np.unique(recipes["maker"].to_numpy(), return_index=True)
    inputs, essential = recipes["point"].to_numpy(), recipes["essential"].to_numpy()[:, None]
    own = stopped.astype(np.float64)
    lost = own.copy()
    for _ in range(SWEEPS):
        missing: Matrix = shares @ lost
        if not len(users):
            break
        worst = np.maximum(own[users], np.maximum.reduceat(essential * missing[inputs], first, axis=0))
        change = np.abs(worst - lost[users]).max(initial=0.0)
        lost[users] = worst
        if change <= SETTLED:
            break
    return lost.clip(0.0, 1.0), missing.clip(0.0, 1.0)


def together(makers_of: Mask, sets: npt.NDArray[np.intp]) -> Mask:
    """Which makers stop when each row of `sets` (columns of `makers_of`) is lost at once; (makers, sets)."""
    return np.asarray(makers_of[:, sets].any(axis=2), dtype=np.bool_)


def blocks_of(size: int) -> list[slice]:
    """Slices that cut `size` cases into blocks."""
    return [slice(first, min(first + BLOCK, size)) for first in range(0, size, BLOCK)]


def stopped_where(supply: Supply, where: str | Sequence[str], good: str | None = None) -> Mask:
    """Makers at a country, bloc or place (or any of several countries), of one good or of all.

    Raises
    ------
    AskError
        If the good, country, bloc or place is unknown, or nobody there makes the good.
    """
    places = supply.makers["place"]
    if isinstance(where, str) and where in set(supply.network.places["place"]) - set(supply.network.blocs):
        country = supply.network.places.set_index("place")["country"]
        here = places == where if country[where] != where else supply.makers["country"] == where
    else:
        here = supply.makers["country"].isin(countries_of(supply.network, where))
    if good is not None:
        known_good(supply.network, good)
        makers = sorted(set(supply.makers.loc[supply.makers["good"] == good, "country"]))
        here = here & (supply.makers["good"] == good)
        if not here.any():
            raise AskError(f"Nobody in {where!r} makes {good!r}. It is made in {', '.join(makers) or 'no country'}")
    return np.asarray(here, dtype=np.bool_)


def countries_of(network: Network, who: str | Sequence[str]) -> tuple[str, ...]:
    """The countries of a bloc, a country, or several of either."""
    names = [who] if isinstance(who, str) else list(who)
    return tuple(dict.fromkeys(country for name in names for country in network.countries(name)))


def known_good(network: Network, good: str) -> None:
    """Nothing, if the network knows `good`; else an error that names the nearest."""
    goods = set(network.goods["good"])
    if good not in goods:
        raise AskError(f"No good {good!r} in network {network.name!r}. {near(good, goods)}")
