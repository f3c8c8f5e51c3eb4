"""Size a reserve: how much of what to hold where, against a set of scenarios, with a bound that no plan beats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError, InfeasibleError, near
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Physics, Whole, physics
from resilience.policy import Release, Reserve
from resilience.risk import Expectation, Risk, measure
from resilience.scenario import Scenario, ScenarioSet
from resilience.sizing.case import Case, build_case, candidates
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import Extensive, join
from resilience.sizing.relax import relaxations
from resilience.sizing.reserve import Floor, Terms, reserve_program
from resilience.sizing.response import response_tables, with_units
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.statement import Compiled
from resilience.solver import Method, Solution, Status, relative_gap, solve
from resilience.stores import stores

DUST = 1e-4  # scaled units (a ten-millionth of a week of the world's use) that count as nothing held
UNMET = "No reserve meets these limits together. Any one of these changes would do:"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sizing:
    """A sized reserve, what it costs and saves, and how far the answer is proved.

    `objective_usd` is USD a year: holding cost plus losses as the risk measure weighs them; no reserve costs less than
    `bound_usd`. Tables: reserve, marginal_value, losses, unmet.
    """

    reserve: Reserve
    objective_usd: float
    bound_usd: float
    status: Status
    holding_usd_per_year: float
    without_reserve_usd: float
    marginal_value: pd.DataFrame
    losses: pd.DataFrame
    unmet: pd.DataFrame
    size: tuple[int, int]
    seconds: float

    @property
    def gap(self) -> float:
        """(objective - bound) / objective."""
        return relative_gap(self.objective_usd, self.bound_usd)

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame."""
        known = {
            "reserve": self.reserve.table(),
            "marginal_value": self.marginal_value,
            "losses": self.losses,
            "unmet": self.unmet,
        }
        if name not in known:
            raise AskError(f"A sizing has no table {name!r}. {near(name, known)}")
        return known[name].copy()

    def __repr__(self) -> str:
        held = self.reserve.table()
        return (
            f"Sizing: {held['good'].nunique()} goods at {held['place'].nunique()} places, {self.reserve.usd:,.0f} USD; "
            f"{self.objective_usd:,.0f} USD a year against {self.without_reserve_usd:,.0f} without "
            f"(gap {self.gap:.1e}; {self.status.name})"
        )


def size_reserve(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    weeks: int = 104,
    risk: Risk | None = None,
    budget_usd: float | None = None,
    floors: Sequence[Floor] = (),
    members: str | None = None,
    goods: Sequence[str] | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    weights: Mapping[str, float] | None = None,
    scope: Scope | None = None,
    method: Method | None = None,
    say: Say = lambda text: None,
) -> Sizing:
    """The reserve with the least yearly cost of holding plus weighed loss.

    Parameters
    ----------
    risk
        How losses over years are weighed; `Expectation()` by default.
    budget_usd
        Most the reserve may cost to buy, in USD; none by default.
    floors
        Shares of demand that must be met, by tier.
    members
        Bloc that owns and draws on a common pool. By default each country holds for itself.
    goods
        Goods that may be held; all storable ones by default.
    release
        When and how fast the reserve may be drawn; at once by default.
    periods, scope
        What may be coarse, and what may be left out; by default nothing.
    say
        Called with a line of text as work proceeds.

    Raises
    ------
    InfeasibleError
        If no reserve meets the floors within the budget.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
    ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]})
    >>> from resilience.disruption import Outage
    >>> stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))
    >>> size_reserve(network, [stop], weeks=8).reserve.table()[["good", "place", "owner", "units"]].round(3)
      good place owner  units
    0  gas     A     A   40.0
    """
    chosen = ScenarioSet(scenarios=tuple(scenarios))
    network = balance(network).network
    inside = frozenset(network.countries(members) if members else network.places["country"])
    laws = physics(network, weights=weights)
    rows = _candidates(network, members, goods)
    held = stores(laws, rows, weeks=weeks, release=release or Release())
    cases, mine = _cases(laws, chosen, rows, held.release, weeks, periods, scope or Everything(), weights)
    blocks = _compiled(cases, say)
    without = _without(blocks, cases, method, say)
    terms = Terms(
        holding=laws.price[held.point] * network.goods.set_index("good")["holding_share_per_year"][rows["good"]].to_numpy(),
        purchase=laws.price[held.point],
        most=np.minimum(held.largest, _rotated(network, laws, rows, held.largest)),
        probabilities=np.array([scenario.probability for scenario in chosen]),
        largest_loss=np.array([block.program.cost @ block.program.column_upper for block in blocks]),
        risk=risk or Expectation(),
        budget=None if budget_usd is None else budget_usd / laws.usd,
        floors=tuple(floors),
    )  # fmt: skip
    joined = join(reserve_program(terms).compiled(), blocks, cases, mine=mine, floors=floors, members=inside)
    height, width = joined.program.shape
    say(f"sizing over {len(chosen)} scenarios at once: {height:,} rows, {width:,} columns")
    try:
        found = solve(joined.program, method)
    except InfeasibleError as error:
        raise InfeasibleError(UNMET, relaxations(joined, terms, laws.usd, method)) from error
    return _sizing(network, laws, terms, joined, cases, chosen, found, rows, without, held.release)


def _candidates(network: Network, members: str | None, goods: Sequence[str] | None) -> pd.DataFrame:
    if members:
        return candidates(network, members, goods=tuple(goods) if goods else None)
    own = [candidates(network, country, goods=tuple(goods) if goods else None) for country in sorted(set(network.places["country"]))]
    return pd.concat(own, ignore_index=True).sort_values(["good", "place"], ignore_index=True)


def _cases(
    laws: Physics,
    chosen: ScenarioSet,
    rows: pd.DataFrame,
    release: Release,
    weeks: int,
    periods: Periods | None,
    scope: Scope,
    weights: Mapping[str, float] | None,
) -> tuple[list[Case], list[Whole]]:
    """Each scenario's case on the part of the network it needs, and which stores that part holds."""
    parts: dict[frozenset[str], Physics] = {}
    cases, mine = [], []
    for scenario in chosen:
        kept = scope.goods(laws.network, scenario, weeks)
        if kept not in parts:
            parts[kept] = physics(laws.network.only(kept), weights=weights, usd=laws.usd)
        own = np.flatnonzero(rows["good"].isin(kept))
        held = stores(parts[kept], rows.iloc[own], weeks=weeks, release=release)
        cases.append(build_case(parts[kept], scenario, weeks=weeks, held=held, periods=periods))
        mine.append(own)
    return cases, mine


def _compiled(cases: Sequence[Case], say: Say) -> list[Compiled]:
    compilers: dict[int, Compiler] = {}
    blocks = []
    for number, case in enumerate(cases, 1):
        say(f"stating scenario {number} of {len(cases)}: {case.scenario.name}")
        blocks.append(compilers.setdefault(id(case.physics), Compiler()).compile(case))
    return blocks


def _without(blocks: Sequence[Compiled], cases: Sequence[Case], method: Method | None, say: Say) -> Floats:
    """Loss of each scenario when nothing is held."""
    losses = []
    for number, (block, case) in enumerate(zip(blocks, cases, strict=True), 1):
        say(f"loss without a reserve, scenario {number} of {len(cases)}: {case.scenario.name}")
        losses.append(solve(with_units(block, case, np.zeros(len(case.stores))).program, method).objective)
    return np.array(losses)


def _rotated(network: Network, laws: Physics, rows: pd.DataFrame, most: Floats) -> Floats:
    """No more of a perishable than its owners' normal use turns over within its shelf life."""
    life = network.goods.set_index("good")["shelf_life_weeks"][rows["good"]].to_numpy()
    used = [
        laws.use[(laws.points["good"] == row.good) & laws.points["country"].isin(network.countries(row.owner))].sum()
        for row in rows.itertuples()
    ]
    return np.asarray(np.fmin(life * np.array(used, dtype=np.float64), most), dtype=np.float64)


def _sizing(
    network: Network,
    laws: Physics,
    terms: Terms,
    joined: Extensive,
    cases: Sequence[Case],
    chosen: ScenarioSet,
    found: Solution,
    rows: pd.DataFrame,
    without: Floats,
    release: Release,
) -> Sizing:
    scale = laws.scale[laws.points.reset_index().set_index(["good", "place"])["index"][pd.MultiIndex.from_frame(rows[["good", "place"]])]]
    held = joined.held(found.x)
    kept = held > DUST
    reserve = Reserve.of(network, rows.assign(units=held * scale)[kept], release=release)
    losses, unmet = [], []
    for number, (scenario, case, block) in enumerate(zip(chosen, cases, joined.blocks, strict=True)):
        plan = joined.plan(found.x, number)
        loss = float(block.program.cost @ plan)
        losses.append((scenario.name, scenario.probability, without[number] * laws.usd, loss * laws.usd))
        unmet.append(response_tables(case, block, plan)["unmet"].assign(scenario=scenario.name))
    table = pd.DataFrame(losses, columns=["scenario", "probability", "without_usd", "loss_usd"])
    worth = joined.marginal(found.row_dual)
    marginal = rows.assign(
        saved_usd_per_unit=worth * laws.usd / scale,
        holding_usd_per_unit=terms.holding * laws.usd / scale,
        units=np.where(kept, held, 0.0) * scale,
    )
    return Sizing(
        reserve=reserve,
        objective_usd=found.objective * laws.usd,
        bound_usd=found.bound * laws.usd,
        status=found.status,
        holding_usd_per_year=float(terms.holding @ held) * laws.usd,
        without_reserve_usd=measure(terms.risk, without, terms.probabilities) * laws.usd,
        marginal_value=marginal,
        losses=table,
        unmet=pd.concat(unmet, ignore_index=True),
        size=joined.program.shape,
        seconds=found.seconds,
    )
