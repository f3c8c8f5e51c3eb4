"""Size a reserve: how much of what to hold where, against a set of scenarios, with a bound that no plan beats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

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
from resilience.sizing.compiled import Compiler, with_units
from resilience.sizing.credit import credit
from resilience.sizing.extensive import Extensive, join
from resilience.sizing.ground import Ground, Line
from resilience.sizing.limits import Limit, kept, own_stores
from resilience.sizing.relax import refusal
from resilience.sizing.reserve import Floor, Terms, reserve_program
from resilience.sizing.response import response_tables
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.standing import HARMLESS, Footing
from resilience.sizing.statement import Compiled
from resilience.solver import Method, Solution, Status, relative_gap, settled, solve
from resilience.stores import stores

DUST = 1e-4  # scaled units (a ten-millionth of a week of the world's use) that count as nothing held
TRACE = 1e-6  # share of the reserve's price: an interior point leaves a trace of everything it could hold
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sizing:
    """A sized reserve, what it costs and saves, and how far the answer is proved.

    `objective_usd` is USD a year: holding cost plus losses as the risk measure weighs them; no reserve costs less than
    `bound_usd`. `marginal_value` holds duals: what one more unit saves where some is held, and a ceiling on it where
    none is. Tables: reserve, marginal_value, losses, unmet, unmet_without (the same when nothing is held) and
    credit (the loss avoided in each scenario, split over goods: see `resilience.sizing.credit`).
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
            "unmet_without": self.unmet_without,
            "credit": self.credit,
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
    return solve_sizing(stated, method=method, say=say)


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
    footing: Footing  # the whole network, on which plans must stand
    wholes: Sequence[Case]  # each scenario on the whole network

    @cached_property
    def joined(self) -> Extensive:
        """The reserve program and every case's response program as one; large, so joined only when asked for."""
        first = reserve_program(self.terms).compiled()
        return join(first, self.blocks, self.cases, mine=self.mine, floors=self.terms.floors, members=self.members)

    def only(self, numbers: Sequence[int]) -> Stated:
        """The same ask over some of the scenarios; the others weigh nothing."""
        kept = list(numbers)
        cases, blocks, mine = (
            [self.cases[n] for n in kept],
            [self.blocks[n] for n in kept],
            [self.mine[n] for n in kept],
        )
        terms = replace(self.terms, live=self.terms.blocks[kept], largest_loss=self.terms.largest_loss[kept])
        wholes = [self.wholes[n] for n in kept]
        return replace(self, cases=cases, blocks=blocks, mine=mine, wholes=wholes, terms=terms)

    def widened(self, found: Solution, say: Say) -> Stated | None:
        """The same ask with the goods that the plans found were wanting of; None where every plan stands."""
        held = self.joined.held(found.x)
        cases, blocks, mine = list(self.cases), list(self.blocks), list(self.mine)
        for number, (whole, case) in enumerate(zip(self.wholes, self.cases, strict=True)):
            goods = frozenset(case.physics.network.goods["good"])
            if len(goods) == len(self.network.goods):
                continue
            say(f"checking that the plan stands in the whole network: {whole.scenario.name}")
            more = self.footing.wanting(whole, held, goods, self.joined.plan(found.x, number))
            if more and not self.terms.floors:  # an easier plan of the same loss may want nothing
                more = self.footing.least_loss(whole, goods, held).goods - goods
            if more:
                cases[number], blocks[number], mine[number] = _part(self.footing, whole, goods | more)
        if all(new is old for new, old in zip(cases, self.cases, strict=True)):
            return None
        return replace(self, cases=cases, blocks=blocks, mine=mine)


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
    footing, everything = Footing(compiler=Compiler()), frozenset(network.goods["good"])
    wholes, parts = [], []
    for number, scenario in enumerate(chosen, 1):
        say(f"stating scenario {number} of {len(chosen)}: {scenario.name}")
        whole = build_case(laws, scenario, weeks=weeks, held=held, periods=periods)
        begun = (scope or Everything()).goods(whole)
        if begun != everything:  # what loses nothing needs no goods at all: no reserve can lower it
            alone = footing.least_loss(whole, begun, np.zeros(len(rows)))
            begun = frozenset() if alone.harmless else alone.goods
        wholes.append(whole)
        parts.append(_part(footing, whole, begun))
    cases = [case for case, _, _ in parts]
    blocks = [block for _, block, _ in parts]
    mine = [own for _, _, own in parts]
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
        release=held.release, members=inside, terms=terms, footing=footing, wholes=wholes,
    )  # fmt: skip


def solve_sizing(stated: Stated, *, method: Method | None = None, say: Say = lambda text: None) -> Sizing:
    """The answer to a stated program, and what every scenario would lose without a reserve.

    Raises
    ------
    InfeasibleError
        If no reserve meets floors, limits and budget together.
    """
    without = _without(stated, method, say)
    live = [n for n, alone in enumerate(without) if alone.objective > HARMLESS]
    asked = stated.only(live)  # exact: no reserve raises, and none can lower, a loss of nothing
    height, width = asked.joined.program.shape
    say(f"sizing over the {len(live)} scenarios that lose anything: {height:,} rows, {width:,} columns")
    try:
        found = solve(asked.joined.program, method)
    except InfeasibleError as error:
        raise refusal(asked.joined, asked.terms, asked.laws.usd, method) from error
    wider = asked.widened(found, say)
    while wider is not None:
        asked = wider
        say("sizing again with the goods that were found wanting")
        found = solve(asked.joined.program, method)
        wider = asked.widened(found, say)
    return _sizing(asked, _priced(asked, found, method), without, live)


def _priced(asked: Stated, found: Solution, method: Method | None) -> Solution:
    """`found` with duals. Whole numbers have none: what they leave to choose, once they are chosen, has."""
    if asked.joined.program.integer is None:
        return found
    linear = solve(settled(asked.joined.program, found.x), method)
    return replace(found, row_dual=linear.row_dual, column_dual=linear.column_dual)


def _candidates(network: Network, members: str | None, goods: Sequence[str] | None, own: Sequence[str]) -> pd.DataFrame:
    """Where the members could hold what, as a pool or each for itself, and what those in `own` could beside it."""
    countries = set(network.countries(members)) if members else set(network.places["country"])
    owners = [members] if members else sorted(countries)
    within = {who: set(of) for who, of in network.blocs.items()} | {country: {country} for country in countries}
    owners += [who for who in own if who not in owners and within.get(who, {""}) <= countries]
    found = [candidates(network, owner, goods=tuple(goods) if goods else None) for owner in owners]
    return found[0] if len(found) == 1 else pd.concat(found).sort_values(["good", "place"], ignore_index=True)


def _part(footing: Footing, whole: Case, goods: frozenset[str]) -> tuple[Case, Compiled, Whole]:
    """The part of a case that concerns `goods`, its program, and which of the reserve's stores it draws on."""
    if goods == frozenset(whole.physics.network.goods["good"]):
        return whole, footing.compiler.compile(whole), np.arange(len(whole.stores))
    case, block = footing.compiler.part(whole, goods)
    return case, block, np.flatnonzero(whole.stores.rows["good"].isin(goods))


def _without(stated: Stated, method: Method | None, say: Say) -> list[Solution]:
    """The best response to each scenario when nothing is held."""
    found = []
    for number, (block, case) in enumerate(zip(stated.blocks, stated.cases, strict=True), 1):
        say(f"loss without a reserve, scenario {number} of {len(stated.cases)}: {case.scenario.name}")
        found.append(solve(with_units(block, case, np.zeros(len(case.stores))).program, method))
    return found


def _roomy(most: Floats, lines: Sequence[Line]) -> Floats:
    """Room for what limits ask for, even where no scenario could draw so much."""
    for line in lines:
        if not line.at_most:
            asked = np.divide(line.side, line.factors, out=np.zeros_like(most), where=line.factors > 0)
            most = np.maximum(most, asked)
    return most


def _sizing(asked: Stated, found: Solution, without: Sequence[Solution], live: Sequence[int]) -> Sizing:
    laws, joined, rows, terms = asked.laws, asked.joined, asked.rows, asked.terms
    points = pd.MultiIndex.from_frame(laws.points[["good", "place"]])
    scale = laws.scale[points.get_indexer(pd.MultiIndex.from_frame(rows[["good", "place"]]))]
    held = joined.held(found.x)
    price = held * terms.purchase
    kept = (held > DUST) & (price > TRACE * price.sum())
    reserve = Reserve.of(asked.network, rows.assign(units=held * scale)[kept], release=asked.release)
    losses = _losses(asked, found, without, live)
    alone = [without[number] for number in live]
    saved = joined.marginal(found.row_dual)
    marginal = rows.assign(
        saved_usd_per_unit=saved * laws.usd / scale,
        holding_usd_per_unit=terms.holding * laws.usd / scale,
        units=np.where(kept, held, 0.0) * scale,
    )
    duals = [response.row_dual for response in alone]
    return Sizing(
        reserve=reserve,
        objective_usd=found.objective * laws.usd,
        bound_usd=found.bound * laws.usd,
        status=found.status,
        holding_usd_per_year=float(terms.holding @ held) * laws.usd,
        without_reserve_usd=measure(terms.risk, [response.objective for response in without], terms.probabilities)
        * laws.usd,
        marginal_value=marginal,
        losses=losses,
        unmet=_unmet(asked, [joined.plan(found.x, number) for number in range(len(live))]),
        unmet_without=_unmet(asked, [response.x for response in alone]),
        credit=credit(joined, rows, np.where(kept, held, 0.0), found.row_dual, duals, losses.iloc[list(live)]),
        size=joined.program.shape,
        seconds=found.seconds,
    )


def _losses(asked: Stated, found: Solution, without: Sequence[Solution], live: Sequence[int]) -> pd.DataFrame:
    loss = np.minimum([alone.objective for alone in without], HARMLESS)
    for number, (scenario, block) in enumerate(zip(live, asked.blocks, strict=True)):
        loss[scenario] = block.program.cost @ asked.joined.plan(found.x, number)
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
