"""Reserves: what is held, where, by whom, when it may be drawn and for whom, and how it is filled again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.balance import balance, use_per_week
from resilience.errors import AskError, near
from resilience.lookup import looked_up
from resilience.network import Network

if TYPE_CHECKING:
    from resilience.simulate.behaviour.allocation import Allocation
    from resilience.simulate.behaviour.release import Trigger

COLUMNS = ["good", "place", "owner", "units", "usd", "days"]
TIERS = ("defence", "essential", "other")  # of final use
INDUSTRY = "industry"  # who takes a good to make another
KINDS = (INDUSTRY, *TIERS)  # of users
SLACK = 1e-9  # rounding allowed where shares are added up or a stock is back


@dataclass(frozen=True, kw_only=True)
class Serves:
    """Whom a reserve may be drawn for: final uses by tier, and industry or not.

    What is drawn counts only what they lack, and what is delivered goes to them first. What they leave is open to all.

    >>> Serves(tiers=("defence",), industry=False).serves("other")
    False
    """

    tiers: tuple[str, ...] = TIERS
    industry: bool = True

    def __post_init__(self) -> None:
        strange = [tier for tier in self.tiers if tier not in TIERS]
        if strange:
            raise AskError(f"Serves.tiers is {self.tiers!r}: name tiers of final use", [near(strange[0], TIERS)])
        if not self.tiers and not self.industry:
            raise AskError("Serves names nobody: give `tiers`, or industry=True")

    def serves(self, kind: str) -> bool:
        """Whether it may be drawn for a kind of user: a tier of final use, or "industry"."""
        return self.industry if kind == INDUSTRY else kind in self.tiers


@dataclass(frozen=True, kw_only=True)
class Refill:
    """How a reserve's keeper buys back what was drawn, at the store's own place, once a crisis has passed.

    It begins `after_weeks` after the last draw arrived, while the owner's private stock covers at least `cover_days` of
    baseline use, and takes at most `per_week`, a share of what was held. It only takes what users there do not want to
    hold, so it may take longer. Every draw was charged its replacement price, so buying back costs nothing more; but
    what is bought leaves the network's stock.

    >>> Refill(per_week=0.1, after_weeks=4, cover_days=28).begins(np.array([3.0, 4.0]), np.array([9.0, 9.0])).tolist()
    [False, True]
    """

    per_week: float = 0.05
    after_weeks: int = 4
    cover_days: float = 0.0

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.per_week <= 1:
            faults.append(f"per_week is {self.per_week!r}: it must lie above 0 and at most at 1")
        if not self.after_weeks >= 1 or self.after_weeks % 1 != 0:
            faults.append(f"after_weeks is {self.after_weeks!r}: it must be a whole number of weeks, 1 or more")
        if not 0 <= self.cover_days < math.inf:
            faults.append(f"cover_days is {self.cover_days!r}: it must be a number, 0 or more")
        if faults:
            raise AskError("Refill cannot be as described", faults)

    def begins(self, calm_weeks: NDArray[np.float64], cover_weeks: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the keeper may buy, from weeks since the last draw arrived and weeks of the owner's private cover."""
        restored = cover_weeks * 7.0 >= self.cover_days * (1.0 - SLACK)  # a stock that is back is back to rounding
        return np.asarray((calm_weeks >= self.after_weeks) & restored)


@dataclass(frozen=True, kw_only=True)
class Slip:
    """Weeks by which the decision to release comes later than `Release.decision_weeks`, and the chance of each.

    The default is `assumed`: nobody publishes how long collective decisions slip. It lets four in ten meet their rule
    and one in ten take a month more. Draws depend on the seed, the scenario's name and the owners, nothing else.

    >>> Slip(weeks=(0, 3), chances=(0.0, 1.0)).draw(np.random.default_rng(1))
    3
    """

    weeks: tuple[int, ...] = (0, 1, 2, 4)
    chances: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)

    def __post_init__(self) -> None:
        faults = []
        if not self.weeks or len(self.weeks) != len(self.chances):
            faults.append(f"{len(self.weeks)} weeks and {len(self.chances)} chances: give one chance for each")
        if not all(weeks >= 0 and weeks % 1 == 0 for weeks in self.weeks):
            faults.append(f"weeks is {self.weeks!r}: whole numbers, 0 or more")
        if not all(chance >= 0 for chance in self.chances) or abs(sum(self.chances) - 1) > SLACK:
            faults.append(f"chances is {self.chances!r}: they must be 0 or more and add up to 1")
        if faults:
            raise AskError("Slip cannot be as described", faults)

    def draw(self, rng: np.random.Generator) -> int:
        """Weeks more in one crisis."""
        return int(rng.choice(self.weeks, p=self.chances))


@dataclass(frozen=True, kw_only=True)
class Release:
    """When and how fast a reserve may be drawn once the first disruption has begun.

    Nothing arrives before onset + `decision_weeks` + `delivery_weeks`; what goes to another member takes
    `pooled_weeks` more. `rate_per_week` caps what leaves a store in a week, as a share of what it held (1: no cap).
    `refill` buys back what was drawn (None: the reserve is spent once).

    The rest narrows what a simulation draws; the program, which bounds every rule, leaves it out. `whom` the reserve
    serves, by how much the decision may `slip`, what opens it (`trigger`) and how a pool is shared (`allocation`); the
    last two are the behaviour's where None.

    >>> Release(decision_weeks=2, delivery_weeks=1).first_arrival
    3
    """

    decision_weeks: int = 0
    delivery_weeks: int = 0
    pooled_weeks: int = 0
    rate_per_week: float = 1.0
    refill: Refill | None = None
    whom: Serves = Serves()
    slip: Slip | None = None
    trigger: Trigger | None = None
    allocation: Allocation | None = None

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
        usd = units * looked_up(held["good"], price)
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


def holding_cost(network: Network, reserve: Reserve) -> float:
    """What holding a reserve costs a year: its value at the network's prices times each good's holding share. [USD]"""
    goods = network.goods.set_index("good")
    held = reserve.table()
    yearly = looked_up(held["good"], goods["usd_per_unit"] * goods["holding_share_per_year"])
    return float((held["units"] * yearly).sum())
