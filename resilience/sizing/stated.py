"""The sizing program before it is solved: stores, scenarios, terms, and each scenario's response program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.mitigation import Measure, offered, with_measures
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Physics, Whole, physics
from resilience.policy import Release, Reserve
from resilience.risk import Expectation, Risk
from resilience.scenario import Scenario, ScenarioSet
from resilience.sizing.case import Case, candidates
from resilience.sizing.compiled import each_compiled
from resilience.sizing.extensive import Extensive, join, two_stage
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.ground import Ground, Line
from resilience.sizing.limits import Limit, kept, own_stores
from resilience.sizing.parts import Parts, cases_of, of_each, offers
from resilience.sizing.reserve import Floor, Terms, reserve_program
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.slight import notable
from resilience.sizing.statement import Compiled
from resilience.sizing.twostage import TwoStage
from resilience.sizing.unaided import most_lost
from resilience.stores import stores

DUST = 1e-4  # scaled units (a ten-millionth of a week of the world's use) that count as nothing held
MANY = 30  # scenarios past which simulation first tells which of them lose anything
SLIGHT = 1e-6  # of all weighed loss as simulated, which scenarios may carry together and still not be stated
TRACE = 1e-6  # share of the reserve's price: an interior point leaves a trace of everything it could hold
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stated:
    """The whole sizing program before it is solved: to solve it, to write it to a file, or to look at it."""

    network: Network  # balanced; where measures are offered, with their lanes, closed
    laws: Physics  # of the network with every measure in place
    scenarios: ScenarioSet
    cases: Sequence[Case]
    blocks: Sequence[Compiled]  # each case's response program
    mine: Sequence[Whole]  # of each case's stores, which of the reserve's
    rows: pd.DataFrame  # good, place, owner of each store
    release: Release
    members: frozenset[str]  # countries whose demand floors count
    terms: Terms
    measures: tuple[Measure, ...]  # those bought in part before those in whole ones
    most: Floats  # per scenario: what it loses at most where nothing is held; infinite where nobody has told

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

    def of_all(self, lost: Floats) -> Floats:
        """What every scenario loses: of those stated what is `lost`, of the others at most what simulation says."""
        found = self.most.copy()
        found[self.terms.blocks] = lost
        return found

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

    def units(self, reserve: Reserve) -> Floats:
        """A reserve as scaled units in each store; what lies in other stores is left out."""
        held = reserve.table().set_index(["good", "place", "owner"])["units"]
        return held.reindex(pd.MultiIndex.from_frame(self.rows)).fillna(0.0).to_numpy() / self.scale

    def only(self, numbers: Sequence[int]) -> Stated:
        """The same ask over some of the scenarios, by their numbers; the others weigh nothing."""
        kept = np.flatnonzero(np.isin(self.terms.blocks, numbers)).tolist()
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
    measures: Sequence[Measure] = (),
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
    measures = sorted(measures, key=lambda measure: measure.whole)
    network = offered(network, measures)
    inside = frozenset(network.countries(members) if members else network.places["country"])
    full = with_measures(network, [(measure, measure.most) for measure in measures]) if measures else network
    laws = physics(full, weights=weights)
    rows = _candidates(network, members, goods, own_stores(limits))
    held = stores(laws, rows, weeks=weeks, release=release or Release())
    lines = kept(limits, Ground(laws=laws, rows=rows, point=held.point))
    parts = Parts(bare=network, full=laws, measures=measures, weights=weights)
    most = _most_lost(network, chosen, weeks=weeks, weights=weights, say=say) / laws.usd
    chances = np.array([scenario.probability for scenario in chosen])
    live = _grave(most, chances, sparing=sparing(risk or Expectation(), floors))
    struck = [chosen.scenarios[number] for number in live]
    pairs = cases_of(parts, struck, held, weeks=weeks, periods=periods, scope=scope or Everything())
    cases: list[Case] = []
    blocks: list[Compiled] = []
    for case, block in each_compiled(pairs):
        say(f"stated scenario {len(cases) + 1} of {len(struck)}: {case.scenario.name}")
        cases.append(case)
        blocks.append(block)
    holding_share = network.goods.set_index("good")["holding_share_per_year"][rows["good"]].to_numpy()
    terms = Terms(
        holding=laws.price[held.point] * holding_share,
        purchase=laws.price[held.point],
        most=_roomy(held.largest, lines),
        probabilities=chances,
        largest_loss=np.array([block.program.cost @ block.program.column_upper for block in blocks]),
        risk=risk or Expectation(),
        budget=None if budget_usd is None else budget_usd / laws.usd,
        floors=tuple(floors),
        limits=lines,
        offers=offers(measures, laws.usd),
        live=live,
    )  # fmt: skip
    return Stated(
        network=network, laws=laws, scenarios=chosen, cases=cases, blocks=blocks, mine=of_each(cases, rows), rows=rows,
        release=held.release, members=inside, terms=terms, measures=tuple(measures), most=most,
    )  # fmt: skip


def _most_lost(
    network: Network, chosen: ScenarioSet, *, weeks: int, weights: Mapping[str, float] | None, say: Say
) -> Floats:
    """USD that each of many scenarios loses at most; infinite for a few, which are solved sooner than simulated."""
    if len(chosen) <= MANY:
        return np.full(len(chosen), np.inf)
    say(f"simulating {len(chosen):,} scenarios, to solve only those that lose anything")
    return most_lost(network, chosen, weeks=weeks, weights=weights)


def sparing(risk: Risk, floors: Sequence[Floor]) -> bool:
    """Whether a scenario of little weight can be left out: not where a tail or a floor could hang on each of them."""
    return isinstance(risk, Expectation) and not floors


def _grave(most: Floats, chances: Floats, *, sparing: bool) -> Whole:
    """The scenarios that need a program: those that lose anything, but for what all of them would not notice."""
    if not np.isfinite(most).all():
        return np.arange(len(most))
    weighed = np.where(most > HARMLESS, most * chances, 0.0)
    return np.flatnonzero(notable(weighed, SLIGHT * weighed.sum() if sparing else 0.0))


def _candidates(network: Network, members: str | None, goods: Sequence[str] | None, own: Sequence[str]) -> pd.DataFrame:
    """Where the members could hold what, as a pool or each for itself, and what those in `own` could beside it."""
    countries = set(network.countries(members)) if members else set(network.places["country"])
    owners = [members] if members else sorted(countries)
    within = {who: set(of) for who, of in network.blocs.items()} | {country: {country} for country in countries}
    owners += [who for who in own if who not in owners and within.get(who, {""}) <= countries]
    found = [candidates(network, owner, goods=tuple(goods) if goods else None) for owner in owners]
    return found[0] if len(found) == 1 else pd.concat(found).sort_values(["good", "place"], ignore_index=True)


def _roomy(most: Floats, lines: Sequence[Line]) -> Floats:
    """Room for what limits ask for, even where no scenario could draw so much."""
    for line in lines:
        if not line.at_most:
            asked = np.divide(line.side, line.factors, out=np.zeros_like(most), where=line.factors > 0)
            most = np.maximum(most, asked)
    return most
