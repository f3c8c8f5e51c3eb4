"""Filling a reserve together, or each for itself at once: what simultaneous buying does to the price.

Who buys adds to the world's demand for as long as it buys. With supply that gives e percent more for one percent of
price, buying the share d of world output raises the price to (1 + d)^(1/e) of what it was. The elasticity e is for the
reader to state: for most of these goods nobody publishes one, so whatever is chosen is `assumed`.

The output that matters is that of the whole market. A network often holds the part of a good that its own users take:
of tungsten, the dataset chips has the sixteenth that goes into chips. Held against that part alone, sixty days of use
bought in a year seem to raise the price by a quarter (at an elasticity of a half); the world's market hardly notices.

While a reserve is a small part of the market, other users pay about as much in all however slowly it is filled: half
the pace is half the rise for twice as long. Slow filling spares them the bend of the curve; it spares the buyers more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.policy import Reserve

WEEKS_A_YEAR = 52.0
MOST = 0.5  # share of world output bought besides, past which no supply curve holds
SAME = 1e-6  # relative, by which a stated output may lie below the network's own


def price_multiple(share_of_output: float, elasticity: float) -> float:
    """The price while so much of world output is bought besides, over that before. [1 or more]

    Do not use it past a share of about a half: no supply curve holds its elasticity so far.

    >>> price_multiple(0.21, 0.5).__round__(4)
    1.4641
    """
    if not share_of_output >= 0 or not elasticity > 0:
        raise AskError(
            f"share_of_output is {share_of_output!r} and elasticity {elasticity!r}: the first must be 0 or more, the "
            "second above 0"
        )
    return float((1.0 + share_of_output) ** (1.0 / elasticity))


def buying(
    network: Network,
    *,
    together: Reserve,
    apart: Iterable[Reserve],
    years_together: float,
    years_apart: float,
    elasticity: float,
    world_output: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Coordinated buying of a common reserve against everybody's own at once, a row a good.

    Parameters
    ----------
    together, apart
        The common reserve; and those that members would hold each alone, all bought in the same `years_apart`.
    years_together, years_apart
        Over how long each is filled.
    elasticity
        Of supply, over that time: percent more output for one percent of price. Assumed, unless you have a source.
    world_output
        Units a year of goods that others use too and of which the network holds only a part; the network's own output
        for goods that are not named.

    Returns
    -------
    Columns good, and for `together` and `apart`: _units, _share (of world output while buying), _price (multiple) and
    _usd (what filling costs), and users_save_usd: what coordination spares the good's other users, who pay the price
    too while the reserve is filled; `beyond` marks goods of which more than half of world output would be bought in
    some way: their prices are past what the curve can tell.

    Raises
    ------
    AskError
        If a time or the elasticity is not above 0, or an output is of no good or below what the network itself makes.
    """
    if not years_together > 0 or not years_apart > 0:
        raise AskError(f"years_together is {years_together!r}, years_apart {years_apart!r}: both must be above 0")
    output = _output(network, world_output or {})
    price = network.goods.set_index("good")["usd_per_unit"]
    separate = pd.concat([reserve.table() for reserve in apart], ignore_index=True)
    units = pd.DataFrame({
        "together": together.table().groupby("good")["units"].sum(),
        "apart": separate.groupby("good")["units"].sum(),
    }).fillna(0.0)  # fmt: skip
    rows = []
    for good in units.index.astype(str):
        held = units.loc[good]
        row: dict[str, object] = {"good": good}
        users, shares = {}, []
        for way, years in (("together", years_together), ("apart", years_apart)):
            share = float(held[way]) / (float(output[good]) * years)
            multiple = price_multiple(share, elasticity)
            row |= {f"{way}_units": float(held[way]), f"{way}_share": share, f"{way}_price": multiple,
                    f"{way}_usd": float(held[way]) * float(price[good]) * multiple}  # fmt: skip
            shares.append(share)
            users[way] = float(output[good]) * years * float(price[good]) * (multiple - 1.0)
        row["users_save_usd"] = users["apart"] - users["together"]
        row["beyond"] = max(shares) > MOST
        rows.append(row)
    return pd.DataFrame(rows)


def _output(network: Network, stated: Mapping[str, float]) -> pd.Series[float]:
    """Units a year that the world makes of each good."""
    own = balance(network).network.producers.groupby("good")["output_per_week"].sum() * WEEKS_A_YEAR
    faults = [
        f"{good!r}: no such good is made here. {near(good, own.index)}"
        if good not in own.index
        else f"{good!r}: {units:,.6g} a year is less than the {own[good]:,.6g} that the network itself makes"
        for good, units in stated.items()
        if good not in own.index or not units >= own[good] * (1.0 - SAME)
    ]
    if faults:
        raise AskError("These world outputs cannot be", faults)
    return own.where(~own.index.isin(list(stated)), pd.Series(stated, dtype=float).reindex(own.index))
