"""The least loss that any behaviour could reach in one scenario, and what it looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Physics, physics
from resilience.policy import Reserve
from resilience.scenario import Scenario
from resilience.sizing.case import Case, build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import held_shares
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.statement import Compiled
from resilience.solver import Method, Status, relative_gap, solve
from resilience.stores import no_stores, stores

NOTHING = 1e-6  # scaled units, a billionth of a week of the world's use: what interior points leave of nothing


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Response:
    """The best response to one scenario.

    `loss_usd` is value at stake in unmet demand, plus the replacement price of private stock, transit and work in
    process missing at the horizon, plus that of every unit drawn from a reserve. No behaviour loses less than
    `bound_usd`. Tables: unmet, missing, drawn, stocks, flows, starts, replaced (units of a need that a
    substitute met).
    """

    scenario: str
    loss_usd: float
    bound_usd: float
    status: Status
    seconds: float
    tables: Mapping[str, pd.DataFrame]

    @property
    def gap(self) -> float:
        """(loss - bound) / loss."""
        return relative_gap(self.loss_usd, self.bound_usd)

    def table(self, name: str) -> pd.DataFrame:
        """A tidy frame: week (the first of its period), weeks, and what the table is about."""
        if name not in self.tables:
            raise AskError(f"A response has no table {name!r}. {near(name, self.tables)}")
        return self.tables[name].copy()

    def __repr__(self) -> str:
        proved = f"bound {self.bound_usd:,.0f}; {self.status.name}"
        return f"Response to {self.scenario!r}: loss {self.loss_usd:,.0f} USD ({proved})"


def best_response(
    network: Network,
    scenario: Scenario,
    *,
    weeks: int = 104,
    reserve: Reserve | None = None,
    periods: Periods | None = None,
    weights: Mapping[str, float] | None = None,
    scope: Scope | None = None,
    method: Method | None = None,
) -> Response:
    """The least loss in `scenario`, with every flow, start and draw chosen in full knowledge of it.

    A floor under what real behaviour loses, not a forecast of it: `simulate` gives that.

    Parameters
    ----------
    weeks
        Horizon, from week 1.
    reserve
        What may be drawn, after its release rule's delays.
    periods
        How weeks are gathered; weekly by default.
    weights
        How much losses count by country or bloc (default: one everywhere).
    scope
        How much of the network to keep; all of it by default.

    Raises
    ------
    AskError
        Where the scenario or the reserve names what the network does not have.
    BalanceError
        Where the network does not balance.

    >>> network = Network.from_frames(
    ...     goods={"good": ["chip"]}, producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]},
    ...     demand={"good": ["chip"], "place": ["TWN"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]})
    >>> from resilience.disruption import Outage
    >>> round(best_response(network, Scenario(name="stop", disruptions=(Outage(weeks=3),)), weeks=8).loss_usd, 3)
    150.0
    """
    network = balance(network).network
    shock = scenario.shock(network, weeks)
    kept = (scope or Everything()).goods(shock)
    laws = physics(network.only(kept), weights=weights)
    held, units = no_stores(laws), np.zeros(0)
    if reserve is not None:
        rows = reserve.table()
        rows = rows[rows["good"].isin(kept)]
        held = stores(laws, rows, weeks=weeks, release=reserve.release)
        units = rows["units"].to_numpy() / laws.scale[held.point]
    case = build_case(laws, scenario, weeks=weeks, held=held, periods=periods, shock=shock)
    compiled = with_units(Compiler().compile(case), case, units)
    found = solve(compiled.program, method)
    return Response(
        scenario=scenario.name,
        loss_usd=found.objective * laws.usd,
        bound_usd=found.bound * laws.usd,
        status=found.status,
        seconds=found.seconds,
        tables=response_tables(case, compiled, found.x),
    )


def with_units(compiled: Compiled, case: Case, units: Floats, bought: Floats | None = None) -> Compiled:
    """The program with `units` (scaled) held in its stores, and so many `bought` of each measure: none by default."""
    sides = {block: np.outer(units, shares) for block, shares in held_shares(case).items()}
    if case.raised is not None and bought is not None:
        sides["built"] = case.raised.side(bought)
    return compiled.bounded(upper={}, sides=sides)


def response_tables(case: Case, compiled: Compiled, x: Floats) -> dict[str, pd.DataFrame]:
    """The plan `x` in the goods' own units, as tidy frames without zeros."""
    laws = case.physics
    demand, lanes, makers = laws.network.demand, laws.network.lanes, laws.network.producers
    points = laws.points[["good", "place"]]
    unmet = _tidy(demand[["good", "place", "tier"]], compiled.block(x, "short"), laws.scale[laws.wanted_at], case)
    stake = demand.set_index(["good", "place", "tier"])["usd_per_unit_unmet"]
    unmet["usd"] = unmet["units"] * stake.reindex(pd.MultiIndex.from_frame(unmet[["good", "place", "tier"]])).to_numpy()
    missing = points.assign(units=compiled.block(x, "missing") * laws.scale)
    missing["usd"] = compiled.block(x, "missing") * laws.price * laws.usd
    drawn = compiled.block(x, "home") + compiled.block(x, "send")
    replaced, ways = compiled.block(x, "replaced"), lanes[["good", "origin", "destination"]]
    return {
        "unmet": unmet,
        "missing": missing[missing["units"] > _dust(laws, missing)].reset_index(drop=True),
        "drawn": _tidy(case.stores.rows, drawn, laws.scale[case.stores.point], case),
        "stocks": _tidy(points[laws.storable], compiled.block(x, "stock"), laws.scale[laws.storable], case),
        "flows": _tidy(ways, compiled.block(x, "flow"), laws.scale[laws.origin], case),
        "starts": _tidy(makers[["good", "place"]], compiled.block(x, "start"), laws.scale[laws.made_at], case),
        "replaced": _tidy(laws.swaps.rows, replaced, laws.scale[laws.swaps.replaced_at], case),
    }


def _dust(laws: Physics, rows: pd.DataFrame) -> Floats:
    """What counts as nothing, in own units."""
    return np.asarray(NOTHING * pd.Series(laws.scale).reindex(rows.index), dtype=np.float64)


def _tidy(keys: pd.DataFrame, values: Floats, scale: Floats, case: Case) -> pd.DataFrame:
    """Rows x periods as a long frame, in own units (`scale` in one scaled unit); what is nothing but rounding is left
    out, judged in scaled units, so that chips by the billion do not hide metals by the tonne.
    """
    first = case.scenario.reaction_week + case.grid.edges[:-1].astype(int)
    rows, periods = np.nonzero(values > max(1e-9 * values.max(initial=0.0), NOTHING))
    tidy = keys.iloc[rows].reset_index(drop=True)
    tidy.insert(0, "week", first[periods])
    tidy.insert(1, "weeks", case.lengths[periods].astype(int))
    return tidy.assign(units=values[rows, periods] * scale[rows])
