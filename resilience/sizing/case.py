"""What one scenario puts into the response program: its limits over a grid of periods, and stores to draw on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.balance import balance, use_per_week
from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Grid, Periods, Weekly
from resilience.physics import Physics, lane_limits
from resilience.policy import Refill
from resilience.scenario import Scenario
from resilience.sizing.lifts import Lifts, Raised, raised
from resilience.stores import Stores, no_stores

Floats = NDArray[np.float64]
ROUNDING = 1e-12  # share of what leaves in a period that is not on its way any more


def candidates(
    network: Network, members: str, *, owner: str | None = None, goods: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """Where the members could hold what: every storable good at every place of theirs that uses it.

    Goods in `goods` only, where given. The owner defaults to `members`, so that stores are pooled.
    """
    network = balance(network).network
    inside = network.countries(members)
    use = use_per_week(network)
    rows = use[use > 0].reset_index()[["good", "place"]]
    rows = rows[rows["place"].map(network.places.set_index("place")["country"]).isin(inside)]
    storable = network.goods.loc[network.goods["storable"], "good"]
    unknown = sorted(set(goods or ()) - set(storable))
    if unknown:
        raise AskError(f"These goods cannot be held in reserve (unknown, or not storable): {', '.join(unknown)}")
    rows = rows[rows["good"].isin(goods or storable)]
    return rows.assign(owner=owner or members).reset_index(drop=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One scenario on one network over one grid of periods, in the words of the program page.

    Everything before `scenario.reaction_week` is held at baseline, so the grid starts there.
    """

    physics: Physics
    scenario: Scenario
    grid: Grid
    stores: Stores
    left: Floats  # producers x periods: share of capacity left
    passing: Floats  # lanes x periods: most that may be shipped a week, on average
    lag: NDArray[np.float64]  # lanes x weeks: transit of what leaves in each week
    multiple: Floats  # demand x periods: multiple of baseline demand
    lost: Floats  # points x periods: share of the stock lost
    serves_late: bool = False  # whether final demand of earlier periods may still be served
    raised: Raised | None = None  # where measures may be bought: how far what `physics` may do hangs on them

    @property
    def refill(self) -> Refill | None:
        """How the reserve is filled again; None where it is spent once."""
        return self.stores.release.refill if len(self.stores) else None

    @cached_property
    def lengths(self) -> Floats:
        """Weeks in each period."""
        return np.array(self.grid.lengths, dtype=np.float64)

    @cached_property
    def most_shipped(self) -> Floats:
        """Lanes x periods: units."""
        return self.passing * self.lengths

    @cached_property
    def most_started(self) -> Floats:
        """Producers x periods: left[p,k] * surge[p] * output[p] * weeks."""
        able = self.physics.surge * self.physics.output
        return self.left * able[:, None] * self.lengths

    @cached_property
    def wanted(self) -> Floats:
        """Demand x periods: units wanted."""
        return self.multiple * self.physics.wanted[:, None] * self.lengths

    @cached_property
    def most_replaced(self) -> Floats:
        """Substitutes x periods: units of the need that they could have been qualified for by then."""
        onset = self.scenario.first_week - self.scenario.reaction_week
        weekly = self.physics.swaps.reach(np.arange(self.grid.weeks, dtype=np.float64) - onset)
        return self.grid.mean(weekly) * self.lengths

    @cached_property
    def arriving(self) -> Floats:
        """Points x periods: what was on its way, or in process, before the grid starts, and lands in each period."""
        found = np.zeros((len(self.physics.points), len(self.grid)))
        for lag in np.unique(self.physics.transit):
            rows = self.physics.transit == lag
            landed = self.physics.flow[rows, None] * self.grid.underway(float(lag))
            np.add.at(found, self.physics.destination[rows], landed)
        for lag in np.unique(self.physics.cycle):
            rows = self.physics.cycle == lag
            landed = self.physics.output[rows, None] * self.grid.underway(float(lag))
            np.add.at(found, self.physics.made_at[rows], landed)
        return found

    @cached_property
    def most_held(self) -> Floats:
        """Points: more than could ever stand there, so that every variable has a finite bound."""
        weeks = self.grid.weeks
        physics, size = self.physics, len(self.physics.points)
        shipped = np.bincount(physics.destination, weights=physics.limit * weeks, minlength=size)
        made = np.bincount(physics.made_at, weights=physics.output * physics.surge * weeks, minlength=size)
        drawn = np.bincount(self.stores.point, weights=self.stores.largest, minlength=size)
        sent = np.bincount(
            self.stores.pool[self.stores.pool >= 0],
            weights=self.stores.largest[self.stores.pool >= 0],
            minlength=int(self.stores.pool.max(initial=-1)) + 1,
        )
        received = np.bincount(self.stores.receiver_point, weights=sent[self.stores.receiver_pool], minlength=size)
        return physics.position + shipped + made + drawn + received

    @cached_property
    def drawable(self) -> tuple[Floats, Floats]:
        """Share of each period in which home draws, and pooled draws, may arrive."""
        onset = self.scenario.first_week - self.scenario.reaction_week
        home = onset + self.stores.release.first_arrival
        ends = (home, home + self.stores.release.pooled_weeks)
        after, afar = (self.grid.overlap(first, self.grid.weeks) / self.lengths for first in ends)
        return after, afar

    @cached_property
    def _landings(self) -> dict[bytes, Floats]:
        return {}

    def arrivals(self, lag_by_week: Floats) -> Floats:
        """Share of what leaves in period j that arrives in period k, worked out once for each pattern of lags."""
        key = np.asarray(lag_by_week, dtype=np.float64).tobytes()
        if key not in self._landings:
            self._landings[key] = self.grid.arrivals(list(lag_by_week))
        return self._landings[key]

    def structure(self) -> tuple[object, ...]:
        """What decides the coefficients of the program: cases that share it differ only in bounds and sides."""
        return self.lag.tobytes(), *self.kin()

    def kin(self) -> tuple[object, ...]:
        """What decides all coefficients but those of transit."""
        refill = self.refill and (self.refill.after_weeks, self.stores.release.delivery_weeks)
        return self.grid.lengths, self.lost[:, 1:].tobytes(), self.serves_late, refill, self.raised is None


def build_case(
    physics: Physics,
    scenario: Scenario,
    *,
    weeks: int,
    held: Stores | None = None,
    periods: Periods | None = None,
    serves_late: bool = False,
    shock: Shock | None = None,
    lifts: Lifts | None = None,
) -> Case:
    """`scenario` over `weeks` weeks as a case of the response program.

    `serves_late` adds what the program never gains from, final demand served after its week, so that a simulation with
    backlogs can be held against it. `shock` is what the scenario does to the network that `physics` has a part of,
    where it has one: a part may lack a tier or place that the scenario names. `lifts` are those of the measures that
    `physics` has in place.

    Raises
    ------
    AskError
        If the horizon ends before the scenario begins.
    """
    if weeks < scenario.first_week:
        raise AskError(
            f"Scenario {scenario.name!r} begins in week {scenario.first_week}, past the horizon of {weeks} weeks. "
            "Raise `weeks`."
        )
    shock = scenario.shock(physics.network, weeks) if shock is None else shock.within(physics.network)
    skip = scenario.reaction_week - 1
    grid = Grid(lengths=(periods or Weekly()).lengths(weeks - skip))
    starts = grid.edges[:-1].astype(int)
    kept = np.multiply.reduceat(1.0 - shock.lost[:, skip:], starts, axis=1)
    return Case(
        physics=physics,
        scenario=scenario,
        grid=grid,
        stores=no_stores(physics) if held is None else held,
        left=grid.mean(shock.left[:, skip:]),
        passing=grid.mean(lane_limits(physics, shock.open[:, skip:])),
        lag=physics.transit[:, None] + shock.added[:, skip:],
        multiple=grid.mean(shock.wanted[:, skip:]),
        lost=1.0 - kept,
        serves_late=serves_late,
        raised=None
        if lifts is None
        else raised(lifts, physics, shock, grid, skip=skip, onset=scenario.first_week - 1 - skip),
    )
