"""What a simulation returns: losses and measures of every scenario, and full traces of the few that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError, near
from resilience.physics import Floats, Physics
from resilience.scenario import Scenario
from resilience.simulate.behaviour import Behaviour
from resilience.simulate.dry import ran_dry
from resilience.simulate.explain import Story, chain_of_causes
from resilience.simulate.holdings import Holdings
from resilience.simulate.records import Records
from resilience.simulate.tally import Tally

MEASURES = ("depth", "weeks_to_survive", "weeks_to_recover", "triangle_weeks")
DUST = 1e-9  # share of the largest entry below which an entry is rounding


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Traces:
    """Simulated scenarios.

    `loss_usd` is value at stake in unmet demand, plus the replacement price of private stock, transit and work in
    process missing at the horizon, plus that of every unit drawn: what `best_response` minimises, so their
    difference is the value of foresight. Tables of every run: loss, unmet, measures, expected. With full traces also
    shortfall, waiting (final demand that stands over, where it is backlogged), stocks, flows, starts, missing, drawn,
    refilled, ran_dry and replaced (units of a need that a substitute met), and `explain`.
    """

    physics: Physics
    behaviour: Behaviour
    names: tuple[str, ...]
    probability: pd.Series
    weeks: int
    loss: pd.DataFrame  # per scenario: unmet_usd, missing_usd, drawn_usd
    uses: pd.DataFrame  # good, tier
    unmet_units: Floats  # uses x scenarios
    unmet_usd: Floats
    measured: pd.DataFrame  # per scenario
    expected: Floats  # demand x weeks, scaled units, weighted by probability
    held: Holdings
    full: Mapping[str, tuple[Scenario, Records, int]]  # scenario, its block, its column there

    @property
    def loss_usd(self) -> pd.Series:
        """Loss of each scenario."""
        return self.loss.sum(axis=1).rename("loss_usd")

    @property
    def expected_loss_usd(self) -> float:
        """Sum of probability times loss, USD a year."""
        return float((self.probability * self.loss_usd).sum())

    @property
    def demand(self) -> pd.DataFrame:
        """Final demand of the network that was simulated."""
        return self.physics.network.demand

    @property
    def unmet(self) -> pd.DataFrame:
        """Unmet final demand by scenario, good and tier: units, USD and days of baseline demand."""
        scenarios, uses = len(self.names), len(self.uses)
        tidy = self.uses.loc[np.tile(np.arange(uses), scenarios)].reset_index(drop=True)
        tidy.insert(0, "scenario", np.repeat(self.names, uses))
        demand = self.physics.network.demand
        weekly = demand.groupby(["good", "tier"])["units_per_week"].sum()
        rate = weekly.reindex(pd.MultiIndex.from_frame(self.uses)).to_numpy()
        units = self.unmet_units.T
        days = 7.0 * np.divide(units, rate, out=np.zeros_like(units), where=rate > 0)
        return tidy.assign(units=units.ravel(), usd=self.unmet_usd.T.ravel(), days=days.ravel())

    def summary(self) -> pd.DataFrame:
        """The twelve scenarios that lose most, with their measures."""
        found = pd.concat([self.loss_usd, self.loss, self.measured], axis=1)
        return found.sort_values(["loss_usd"], ascending=False, kind="stable").head(12)

    def table(self, name: str) -> pd.DataFrame:
        """A tidy frame."""
        always = {
            "loss": lambda: self.loss.assign(loss_usd=self.loss_usd).reset_index(),
            "unmet": lambda: self.unmet,
            "measures": lambda: self.measured.reset_index(),
            "expected": self._expected,
        }
        if name in always:
            return always[name]()
        of_stores = ("drawn", "refilled", "ran_dry")
        kept = ("shortfall", "waiting", "stocks", "flows", "starts", "missing", "replaced", *of_stores)
        if name not in kept:
            raise AskError(f"Traces have no table {name!r}. {near(name, [*always, *kept])}")
        self._must_be_full(name)
        return pd.concat([self._rows(name, scenario) for scenario in self.full], ignore_index=True)

    def explain(self, place: str, *, scenario: str | None = None) -> Story:
        """Which input ran out first behind the first shortfall at `place`, and why, down to what was struck.

        The scenario may be left out where there is one.
        """
        self._must_be_full("explain")
        chosen = scenario if scenario is not None else self.names[0]
        if chosen not in self.full or (scenario is None and len(self.names) > 1):
            raise AskError(f"Which scenario is to be explained? {near(str(scenario), self.full)}")
        where = self.full[chosen]
        return chain_of_causes(self.physics, where[0], where[1], where[2], place=place, weeks=self.weeks)

    def __repr__(self) -> str:
        count, network = len(self.names), self.physics.network.name
        worst = self.loss_usd.idxmax() if count else ""
        kept = "full traces kept" if self.full else "summaries only"
        most = f"; worst {worst!r} {self.loss_usd.max():,.0f} USD" if count else ""
        return (
            f"Traces of {count} scenario{'s' * (count != 1)} on {network!r} over {self.weeks} weeks ({kept}): "
            f"mean loss {self.loss_usd.mean():,.0f} USD{most}"
        )

    def _must_be_full(self, what: str) -> None:
        if not self.full:
            raise AskError(f"{what!r} needs full traces: simulate(..., full=True), for a few scenarios at a time")

    def _expected(self) -> pd.DataFrame:
        demand = self.physics.network.demand[["good", "place", "tier"]]
        tidy = _tidy(demand, self.expected, self.physics.scale[self.physics.wanted_at])
        stake = self.physics.network.demand["usd_per_unit_unmet"].to_numpy()
        return tidy.drop(columns="row").assign(usd=tidy["units"] * stake[tidy["row"]])

    def _rows(self, name: str, scenario: str) -> pd.DataFrame:
        physics, (_, records, column) = self.physics, self.full[scenario]
        network, full = physics.network, records.full
        assert full is not None
        assert records.home is not None
        assert records.send is not None
        assert records.refill is not None
        points = physics.points[["good", "place"]]
        if name == "missing":
            units = records.missing[:, column] * physics.scale
            usd = records.missing[:, column] * physics.price * physics.usd
            found = points.assign(units=units, usd=usd)
            found = found[records.missing[:, column] > 1e-6].reset_index(drop=True)
        elif name == "ran_dry":
            found = ran_dry(physics, records, column)
        elif name == "shortfall":
            keys, scale = network.demand[["good", "place", "tier"]], physics.scale[physics.wanted_at]
            tidy = _tidy(keys, records.short[:, :, column], scale)
            row, demand = tidy["row"].to_numpy(), network.demand
            rate = demand["units_per_week"].to_numpy()[row]
            days: pd.Series = 7.0 * tidy["units"] / np.where(rate > 0, rate, np.inf)
            usd = tidy["units"] * demand["usd_per_unit_unmet"].to_numpy()[row]
            found = tidy.drop(columns="row").assign(usd=usd, days=days)
        else:
            values, keys, at = {
                "waiting": (full.waiting, network.demand[["good", "place", "tier"]], physics.wanted_at),
                "stocks": (full.stock, points, np.arange(len(points))),
                "flows": (full.flow, network.lanes[["good", "origin", "destination"]], physics.origin),
                "replaced": (full.replaced, physics.swaps.rows, physics.swaps.replaced_at),
                "starts": (full.start, network.producers[["good", "place"]], physics.made_at),
                "drawn": (records.home + records.send, self.held.rows, self.held.point),
                "refilled": (records.refill, self.held.rows, self.held.point),
            }[name]
            found = _tidy(keys, values[:, :, column], physics.scale[at]).drop(columns="row")
        found.insert(0, "scenario", scenario)
        return found


def _tidy(keys: pd.DataFrame, values: Floats, scale: Floats) -> pd.DataFrame:
    """Rows x weeks as a long frame, in own units (`scale` in one scaled unit); what is nothing but rounding is left
    out, judged before goods that are counted by the billion stand beside goods that are counted in tonnes.
    """
    rows, weeks = np.nonzero(values > DUST * max(float(values.max(initial=0.0)), 1e-300))
    tidy = keys.iloc[rows].reset_index(drop=True)
    tidy.insert(0, "week", weeks + 1)
    return tidy.assign(units=values[rows, weeks] * scale[rows], row=rows)


def traces(
    tally: Tally, behaviour: Behaviour, scenarios: Sequence[Scenario], full: Mapping[str, tuple[Scenario,
    Records, int]],
    *, weeks: int,
) -> Traces:  # fmt: skip
    """The answer from what was tallied."""
    names = tuple(scenario.name for scenario in scenarios)
    index = pd.Index(names, name="scenario")
    expected = tally.expected
    return Traces(
        physics=tally.physics,
        behaviour=behaviour,
        names=names,
        probability=pd.Series([scenario.probability for scenario in scenarios], index=index, name="probability"),
        weeks=weeks,
        loss=pd.DataFrame(np.hstack(tally.loss).T, index=index, columns=["unmet_usd", "missing_usd", "drawn_usd"]),
        uses=tally.uses,
        unmet_units=np.hstack(tally.unmet),
        unmet_usd=np.hstack(tally.unmet_usd),
        measured=pd.DataFrame(np.hstack(tally.measured).T, index=index, columns=list(MEASURES)),
        expected=np.zeros((0, weeks)) if expected is None else expected,
        held=tally.held,
        full=full,
    )
