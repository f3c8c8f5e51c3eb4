"""Reserves: what is held, where, by whom, and when it may be drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError, near
from resilience.network import Network

COLUMNS = ["good", "place", "owner", "units", "usd", "days"]


@dataclass(frozen=True, kw_only=True)
class Release:
    """When and how fast a reserve may be drawn once the first disruption has begun.

    Nothing arrives before onset + `decision_weeks` + `delivery_weeks`; what goes to another member takes
    `pooled_weeks` more. `rate_per_week` caps what leaves a store in a week, as a share of what it held (1: no cap).

    >>> Release(decision_weeks=2, delivery_weeks=1).first_arrival
    3
    """

    decision_weeks: int = 0
    delivery_weeks: int = 0
    pooled_weeks: int = 0
    rate_per_week: float = 1.0

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {getattr(self, name)!r}: it must be a whole number of weeks, 0 or more"
            for name in ("decision_weeks", "delivery_weeks", "pooled_weeks")
            if not getattr(self, name) >= 0 or getattr(self, name) % 1 != 0
        ]
        if not 0 < self.rate_per_week <= 1:
            faults.append(f"rate_per_week is {self.rate_per_week!r}: it must lie above 0 and at most at 1")
        if faults:
            raise AskError("Release cannot be as described", faults)

    @property
    def first_arrival(self) -> int:
        """Whole weeks from onset to the first delivery at the store's own place."""
        return self.decision_weeks + self.delivery_weeks


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """Quantities of goods at storage places with owners, separate from private stock.

    The owner is a country, which draws for its own users, or a bloc, whose members all may draw. Build one with
    `Reserve.of(network, rows)`, which works out USD and days.
    """

    holdings: pd.DataFrame
    release: Release = Release()

    def __post_init__(self) -> None:
        missing = [column for column in COLUMNS if column not in self.holdings.columns]
        if missing:
            raise AskError(f"A reserve's holdings lack the columns {', '.join(missing)}; build it with Reserve.of")
        object.__setattr__(self, "holdings", self.holdings[COLUMNS].reset_index(drop=True).copy())

    @classmethod
    def of(
        cls, network: Network, rows: Iterable[Mapping[str, Any]] | pd.DataFrame, *, release: Release | None = None
    ) -> Reserve:
        """A reserve from rows with good, place, owner, units.

        `days` is the quantity over the baseline use of that good in the owner's countries.

        Raises
        ------
        AskError
            Naming every unknown good, place or owner, every good that cannot be stored and every negative quantity.

        >>> network = Network.from_frames(
        ...     goods={"good": ["gas"], "usd_per_unit": [3.0]},
        ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [7.0]},
        ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [7.0], "usd_per_unit_unmet": [9.0]})
        >>> Reserve.of(network, [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}]).table()
          good place owner  units    usd  days
        0  gas     A     A   60.0  180.0  60.0
        """
        held = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows), columns=COLUMNS[:4])
        _check(network, held)
        network = balance(network).network
        price = network.goods.set_index("good")["usd_per_unit"]
        use = use_per_week(network)
        country = network.places.set_index("place")["country"]
        by_country = use.groupby([use.index.get_level_values(0), use.index.get_level_values(1).map(country.get)]).sum()
        weekly = [
            sum(by_country.get((good, member), 0.0) for member in network.countries(owner))
            for good, owner in held[["good", "owner"]].itertuples(index=False)
        ]
        units = held["units"].astype(float)
        rate = pd.Series(weekly, index=held.index, dtype=float)
        days = (7.0 * units / rate.where(rate > 0)).astype(float)
        usd = units * held["good"].map(price)
        return cls(holdings=held.assign(units=units, usd=usd, days=days), release=release or Release())

    def table(self) -> pd.DataFrame:
        """Holdings with columns good, place, owner, units, usd, days (of the owner's baseline use)."""
        return self.holdings.copy()

    @property
    def usd(self) -> float:
        """Purchase value at base-year prices."""
        return float(self.holdings["usd"].sum())


def _check(network: Network, held: pd.DataFrame) -> None:
    goods = network.goods.set_index("good")
    places = set(network.places["place"])
    owners = set(network.places["country"]) | set(network.blocs)
    faults = []
    for number, (good, place, owner, units) in enumerate(held.to_numpy(), 1):
        if good not in goods.index:
            faults.append(f"row {number}: unknown good {good!r}. {near(str(good), goods.index)}")
        elif not goods.at[good, "storable"]:
            faults.append(f"row {number}: {good} cannot be stored. Hold what it is made of, or what it makes")
        if place not in places:
            faults.append(f"row {number}: unknown place {place!r}. {near(str(place), places)}")
        if owner not in owners:
            faults.append(f"row {number}: unknown owner {owner!r}. {near(str(owner), owners)}")
        if not isinstance(units, Real) or not 0 <= float(units) < math.inf:
            faults.append(f"row {number}: units is {units!r}: it must be a number, 0 or more")
    if faults:
        raise AskError("This reserve cannot be held", faults)
