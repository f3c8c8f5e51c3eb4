"""Size a reserve: how much of what to hold where, against a set of scenarios, with a bound that no plan beats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.balance import balance
from resilience.engine import Engine
from resilience.errors import AskError, InfeasibleError, near
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Physics, Whole, physics
from resilience.policy import Release, Reserve
from resilience.risk import Expectation, Risk, measure
from resilience.scenario import Scenario, ScenarioSet
from resilience.sizing.case import Case, build_case, candidates
from resilience.sizing.compiled import compiled
from resilience.sizing.credit import credit
from resilience.sizing.extensive import Extensive, block_worth, held_shares, join, two_stage
from resilience.sizing.ground import Ground, Line
from resilience.sizing.limits import Limit, kept, own_stores
from resilience.sizing.ranges import ranges, without_each
from resilience.sizing.relax import refusal
from resilience.sizing.reserve import Floor, Terms, reserve_program
from resilience.sizing.response import response_tables
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.solved import Solved, solved
from resilience.sizing.statement import Compiled
from resilience.sizing.twostage import TwoStage
from resilience.sizing.without import HARMLESS, without_reserve
from resilience.solver import Method, Solution, Status, relative_gap
from resilience.stores import stores

DUST = 1e-4  # scaled units (a ten-millionth of a week of the world's use) that count as nothing held
PROVED = 1e-4  # gap to which a program that is taken apart is proved unless asked otherwise
TRACE = 1e-6  # share of the reserve's price: an interior point leaves a trace of everything it could hold
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sizing:
    """A sized reserve, what it costs and saves, and how far the answer is proved.

    `objective_usd` is USD a year: holding cost plus losses as the risk measure weighs them; no reserve costs less than
    `bound_usd`; `how` says how it was solved. `marginal_value` holds duals: what one more unit saves where some is
    held, and a ceiling on it where none is. Tables: reserve, marginal_value, losses, unmet, unmet_without (the same
    when nothing is held), credit (the loss avoided in each scenario, split over goods: see `resilience.sizing.credit`)
    and, of what else would do, ranges (at little more cost) and without_good (at what cost without each): see
    `resilience.sizing.ranges`.
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
    unmet_without: pd.DataFrame
    credit: pd.DataFrame
    ranges: pd.DataFrame
    without_good: pd.DataFrame
    size: tuple[int, int]
    seconds: float
    how: str

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
            "unmet_without": self.unmet_without,
            "credit": self.credit,
            "ranges": self.ranges,
            "without_good": self.without_good,
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
    limits: Sequence[Limit] = (),
    members: str | None = None,
    goods: Sequence[str] | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    weights: Mapping[str, float] | None = None,
    scope: Scope | None = None,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
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
    limits
        What else it must keep to: cover, earmarks, storage, fill pace (see `resilience.sizing.limits`).
    members
        Bloc that owns and draws on a common pool. By default each country holds for itself.
    goods
        Goods that may be held; all storable ones by default.
    release
        When and how fast the reserve may be drawn; at once by default.
    periods, scope
        What may be coarse, and what may be left out; by default nothing.
    gap, engine
        Of programs too large to be solved as one, which are taken apart: where to stop, (objective - bound) /
        objective; and where scenarios are solved (this process by default; the answer does not depend on it).
    say
        Called with a line of text as work proceeds.

    Raises
    ------
    AskError
        If a limit names a good, place or owner that no store bears; it tells all of them.
    InfeasibleError
        If no reserve meets floors, limits and budget together; it says what would have to change, and by how much.

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
    stated = state_sizing(
        network, scenarios, weeks=weeks, risk=risk, budget_usd=budget_usd, floors=floors, limits=limits,
        members=members, goods=goods, release=release, periods=periods, weights=weights, scope=scope, say=say,
    )  # fmt: skip
    return solve_sizing(stated, method=method, gap=gap, engine=engine, say=say)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stated:
    """The whole sizing program before it is solved: to solve it, to write it to a file, or to look at it."""

    network: Network  # balanced
    laws: Physics
    scenarios: ScenarioSet
    cases: Sequence[Case]
    blocks: Sequence[Compiled]  # each case's response program
    mine: Sequence[Whole]  # of each case's stores, which of the reserve's
    rows: pd.DataFrame  # good, place, owner of each store
    release: Release
    members: frozenset[str]  # countries whose demand floors count
    terms: Terms

    @cached_property
    def first(self) -> Compiled:
        """The reserve program."""
        return reserve_program(self.terms).compiled()

    @cached_property
    def two_stage(self) -> TwoStage:
        """The reserve program and every case's response program, as two stages."""
        floors, members = self.terms.floors, self.members
        return two_stage(self.first, self.blocks, self.cases, mine=self.mine, floors=floors, members=members)

    @cached_property
    def joined(self) -> Extensive:
        """The reserve program and every case's response program as one; large, so joined only when asked for."""
        floors, members = self.terms.floors, self.members
        return join(self.first, self.blocks, self.cases, mine=self.mine, floors=floors, members=members)

    @property
    def scale(self) -> Floats:
        """Per store: own units in one scaled unit."""
        points = pd.MultiIndex.from_frame(self.laws.points[["good", "place"]])
        return self.laws.scale[points.get_indexer(pd.MultiIndex.from_frame(self.rows[["good", "place"]]))]

    def kept(self, held: Floats) -> NDArray[np.bool_]:
        """Which stores of an answer hold more than the dust that a solver leaves."""
        price = held * self.terms.purchase
        return np.asarray((held > DUST) & (price > TRACE * price.sum()))

    def reserve(self, held: Floats) -> Reserve:
        """Scaled units in each store as a reserve, without dust."""
        return Reserve.of(
            self.network, self.rows.assign(units=held * self.scale)[self.kept(held)], release=self.release
        )

    def only(self, numbers: Sequence[int]) -> Stated:
        """The same ask over some of the scenarios; the others weigh nothing."""
        kept = list(numbers)
        cases, blocks, mine = (
            [self.cases[n] for n in kept],
            [self.blocks[n] for n in kept],
            [self.mine[n] for n in kept],
        )
        terms = replace(self.terms, live=self.terms.blocks[kept], largest_loss=self.terms.largest_loss[kept])
        return replace(self, cases=cases, blocks=blocks, mine=mine, terms=terms)


def state_sizing(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    weeks: int = 104,
    risk: Risk | None = None,
    budget_usd: float | None = None,
    floors: Sequence[Floor] = (),
    limits: Sequence[Limit] = (),
    members: str | None = None,
    goods: Sequence[str] | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    weights: Mapping[str, float] | None = None,
    scope: Scope | None = None,
    say: Say = lambda text: None,
) -> Stated:
    """The program that `size_reserve` solves, with the same parameters."""
    chosen = ScenarioSet(scenarios=tuple(scenarios))
    network = balance(network).network
    inside = frozenset(network.countries(members) if members else network.places["country"])
    laws = physics(network, weights=weights)
    rows = _candidates(network, members, goods, own_stores(limits))
    held = stores(laws, rows, weeks=weeks, release=release or Release())
    lines = kept(limits, Ground(laws=laws, rows=rows, point=held.point))
    cases, mine = _cases(laws, chosen, rows, held.release, weeks, periods, scope or Everything(), weights)
    wholes = [build_case(laws, scenario, weeks=weeks, held=held, periods=periods) for scenario in chosen]
    blocks = _compiled(cases, wholes, say)
    holding_share = network.goods.set_index("good")["holding_share_per_year"][rows["good"]].to_numpy()
    terms = Terms(
        holding=laws.price[held.point] * holding_share,
        purchase=laws.price[held.point],
        most=_roomy(held.largest, lines),
        probabilities=np.array([scenario.probability for scenario in chosen]),
        largest_loss=np.array([block.program.cost @ block.program.column_upper for block in blocks]),
        risk=risk or Expectation(),
        budget=None if budget_usd is None else budget_usd / laws.usd,
        floors=tuple(floors),
        limits=lines,
    )  # fmt: skip
    return Stated(
        network=network, laws=laws, scenarios=chosen, cases=cases, blocks=blocks, mine=mine, rows=rows,
        release=held.release, members=inside, terms=terms,
    )  # fmt: skip


def solve_sizing(
    stated: Stated,
    *,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> Sizing:
    """The answer to a stated program, and what every scenario would lose without a reserve.

    `gap` is where a program that is taken apart may stop, and `engine` where its scenarios are solved.

    Raises
    ------
    InfeasibleError
        If no reserve meets floors, limits and budget together.
    """
    without = without_reserve(stated.cases, stated.blocks, method=method, say=say)
    live = [n for n, alone in enumerate(without) if alone.objective > HARMLESS]
    asked = stated.only(live)  # exact: no reserve raises, and none can lower, a loss of nothing
    alone = [without[number] for number in live]
    try:
        found = solved(asked, alone, method=method, gap=gap, engine=engine, say=say)
    except InfeasibleError as error:
        raise refusal(asked.joined, asked.terms, asked.laws.usd, method) from error
    return _sizing(asked, found, without, live)


def _candidates(network: Network, members: str | None, goods: Sequence[str] | None, own: Sequence[str]) -> pd.DataFrame:
    """Where the members could hold what, as a pool or each for itself, and what those in `own` could beside it."""
    countries = set(network.countries(members)) if members else set(network.places["country"])
    owners = [members] if members else sorted(countries)
    within = {who: set(of) for who, of in network.blocs.items()} | {country: {country} for country in countries}
    owners += [who for who in own if who not in owners and within.get(who, {""}) <= countries]
    found = [candidates(network, owner, goods=tuple(goods) if goods else None) for owner in owners]
    return found[0] if len(found) == 1 else pd.concat(found).sort_values(["good", "place"], ignore_index=True)


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
        case = build_case(parts[kept], scenario, weeks=weeks, held=held, periods=periods, whole=laws.network)
        cases.append(case)
        mine.append(own)
    return cases, mine


def _compiled(cases: Sequence[Case], wholes: Sequence[Case], say: Say) -> list[Compiled]:
    blocks = []
    for number, block in enumerate(compiled(cases, wholes), 1):
        say(f"stated scenario {number} of {len(cases)}: {cases[number - 1].scenario.name}")
        blocks.append(block)
    return blocks


def _roomy(most: Floats, lines: Sequence[Line]) -> Floats:
    """Room for what limits ask for, even where no scenario could draw so much."""
    for line in lines:
        if not line.at_most:
            asked = np.divide(line.side, line.factors, out=np.zeros_like(most), where=line.factors > 0)
            most = np.maximum(most, asked)
    return most


def _sizing(asked: Stated, found: Solved, without: Sequence[Solution], live: Sequence[int]) -> Sizing:
    laws, rows, terms, held = asked.laws, asked.rows, asked.terms, found.held
    scale, kept = asked.scale, asked.kept(held)
    losses = _losses(asked, found, without, live)
    alone = [without[number] for number in live]
    saved = np.zeros(len(held))
    for mine, worth in zip(asked.mine, found.worth, strict=True):
        np.add.at(saved, mine, worth)
    marginal = rows.assign(
        saved_usd_per_unit=saved * laws.usd / scale,
        holding_usd_per_unit=terms.holding * laws.usd / scale,
        units=np.where(kept, held, 0.0) * scale,
    )
    parts = zip(asked.blocks, asked.cases, alone, strict=True)
    first = [block_worth(block, held_shares(case), response.row_dual) for block, case, response in parts]
    of_live = losses.iloc[list(live)]
    return Sizing(
        reserve=asked.reserve(held),
        objective_usd=found.objective * laws.usd,
        bound_usd=found.bound * laws.usd,
        status=found.status,
        holding_usd_per_year=float(terms.holding @ held) * laws.usd,
        without_reserve_usd=measure(terms.risk, [response.objective for response in without], terms.probabilities)
        * laws.usd,
        marginal_value=marginal,
        losses=losses,
        unmet=_unmet(asked, found.plans),
        unmet_without=_unmet(asked, [response.x for response in alone]),
        credit=credit(rows, np.where(kept, held, 0.0), asked.mine, first, found.worth, found.weight, of_live),
        ranges=ranges(found.view, rows, np.where(kept, held, 0.0), scale, found.objective),
        without_good=without_each(found.view, rows, np.where(kept, held, 0.0), found.objective, laws.usd),
        size=found.size,
        seconds=found.seconds,
        how=found.how,
    )


def _losses(asked: Stated, found: Solved, without: Sequence[Solution], live: Sequence[int]) -> pd.DataFrame:
    loss = np.minimum([alone.objective for alone in without], HARMLESS)
    for scenario, block, plan in zip(live, asked.blocks, found.plans, strict=True):
        loss[scenario] = block.program.cost @ plan
    return pd.DataFrame({
        "scenario": [scenario.name for scenario in asked.scenarios],
        "probability": [scenario.probability for scenario in asked.scenarios],
        "without_usd": [alone.objective * asked.laws.usd for alone in without],
        "loss_usd": loss * asked.laws.usd,
    })  # fmt: skip


def _unmet(asked: Stated, plans: Sequence[Floats]) -> pd.DataFrame:
    found = [
        response_tables(case, block, plan)["unmet"].assign(scenario=case.scenario.name)
        for case, block, plan in zip(asked.cases, asked.blocks, plans, strict=True)
    ]
    columns = ["week", "weeks", "good", "place", "tier", "units", "usd", "scenario"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
