"""The six kinds of disruption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from resilience.disruption.selected import Names, at_point, must_hit, named, refuse_unknown, with_end, with_good
from resilience.disruption.shock import Shock
from resilience.disruption.spell import LocalSpell, Spell
from resilience.network import Network


@dataclass(frozen=True, kw_only=True)
class Outage(LocalSpell):
    """Producers lose the share `lost` of their capacity.

    >>> Outage(good="gallium", country="CHN", lost=1.0, weeks=26)
    Outage(first_week=1, weeks=26, recovery=Step(),
           good='gallium', tier=None, place=None, country='CHN', bloc=None, lost=1.0)
    """

    lost: float = 1.0

    shares: ClassVar[tuple[str, ...]] = ("lost",)

    def strike(self, shock: Shock) -> None:
        """Lower `left`."""
        rows = shock.rows(self, lambda: at_point(self, shock.network, shock.network.producers))
        shock.left[rows] *= 1.0 - self.lost * self.severity(shock.weeks)


@dataclass(frozen=True, kw_only=True)
class ExportControl(Spell):
    """`exporter` ships to `importer` only the share `licensed` of the baseline flow, plus the share that leaks.

    Exporter and importer are countries, blocs or places; leave `importer` out for a ban on every export. Lanes within
    one country are no exports and stay open.
    """

    good: Names = None
    tier: Names = None
    exporter: Names = None
    importer: Names = None
    licensed: float = 0.0
    leaked: float = 0.0

    shares: ClassVar[tuple[str, ...]] = ("licensed", "leaked")
    selectors: ClassVar[tuple[str, ...]] = ("good", "tier", "exporter", "importer")

    def strike(self, shock: Shock) -> None:
        """Lower `open` on the lanes from exporter to importer."""
        rows = shock.rows(self, lambda: self._lanes(shock.network))
        closed = 1.0 - min(self.licensed + self.leaked, 1.0)
        shock.open[rows] *= 1.0 - closed * self.severity(shock.weeks)

    def _lanes(self, network: Network) -> np.ndarray:
        lanes = network.lanes
        rows = with_good(self, network, lanes) & with_end(self, network, lanes, "exporter", "origin")
        rows &= with_end(self, network, lanes, "importer", "destination")
        country = network.places.set_index("place")["country"]
        rows &= (lanes["origin"].map(country) != lanes["destination"].map(country)).to_numpy()
        must_hit(self, rows, "lane")
        return np.asarray(rows)


@dataclass(frozen=True, kw_only=True)
class RouteClosure(Spell):
    """Lanes that pass `route` carry only `open_share` of their baseline flow, or take `added_weeks` longer, or both.

    Left out, `open_share` is 0 for a closure and 1 for a mere delay (`added_weeks` above 0). Goods that are already
    past the dispatch gate arrive as planned.
    """

    route: Names = None
    good: Names = None
    tier: Names = None
    exporter: Names = None
    importer: Names = None
    open_share: float | None = None
    added_weeks: int = 0

    shares: ClassVar[tuple[str, ...]] = ("open_share",)
    delays: ClassVar[tuple[str, ...]] = ("added_weeks",)
    selectors: ClassVar[tuple[str, ...]] = ("route", "good", "tier", "exporter", "importer")

    def __post_init__(self) -> None:
        if self.open_share is None:
            object.__setattr__(self, "open_share", 1.0 if self.added_weeks else 0.0)
        super().__post_init__()

    def strike(self, shock: Shock) -> None:
        """Lower `open` and raise `added` on the lanes through the route."""
        rows = shock.rows(self, lambda: self._lanes(shock.network))
        severity = self.severity(shock.weeks)
        closed = 1.0 - (self.open_share or 0.0)
        shock.open[rows] *= 1.0 - closed * severity
        shock.added[rows] += np.where(severity > 0, self.added_weeks, 0)

    def _lanes(self, network: Network) -> np.ndarray:
        lanes = network.lanes
        rows = with_good(self, network, lanes) & with_end(self, network, lanes, "exporter", "origin")
        rows &= with_end(self, network, lanes, "importer", "destination")
        if self.route is not None:
            passed = lanes["routes"].str.split(";")
            known = {route for routes in passed for route in routes if route}
            wanted = named(self.route)
            refuse_unknown(self, "route", wanted, known)
            rows &= passed.map(lambda routes: bool(wanted & set(routes))).to_numpy(dtype=bool)
        must_hit(self, rows, "lane")
        return np.asarray(rows)


@dataclass(frozen=True, kw_only=True)
class DemandSurge(LocalSpell):
    """Demand becomes `factor` times its baseline; `tier` is that of use: defence, essential, other."""

    factor: float = 1.5

    amounts: ClassVar[tuple[str, ...]] = ("factor",)

    def strike(self, shock: Shock) -> None:
        """Raise `wanted`."""
        rows = shock.rows(self, lambda: at_point(self, shock.network, shock.network.demand, tier_of="use"))
        shock.wanted[rows] *= 1.0 + (self.factor - 1.0) * self.severity(shock.weeks)


@dataclass(frozen=True, kw_only=True)
class StockLoss(LocalSpell):
    """The share `lost` of the private stock there is lost at once in `first_week` (contamination, seizure, fire)."""

    lost: float = 1.0

    shares: ClassVar[tuple[str, ...]] = ("lost",)

    def strike(self, shock: Shock) -> None:
        """Mark `lost` in the first week."""
        rows = shock.rows(self, lambda: at_point(self, shock.network, shock.points))
        if self.first_week <= shock.weeks:
            week = self.first_week - 1
            shock.lost[rows, week] = 1.0 - (1.0 - shock.lost[rows, week]) * (1.0 - self.lost)


@dataclass(frozen=True, kw_only=True)
class Hoarding(LocalSpell):
    """Users try to hold `extra_weeks` more of private stock. It moves simulated orders; a planner would not do it."""

    extra_weeks: float = 4.0

    amounts: ClassVar[tuple[str, ...]] = ("extra_weeks",)

    def strike(self, shock: Shock) -> None:
        """Raise `hoarded`."""
        rows = shock.rows(self, lambda: at_point(self, shock.network, shock.points))
        shock.hoarded[rows] += self.extra_weeks * self.severity(shock.weeks)
