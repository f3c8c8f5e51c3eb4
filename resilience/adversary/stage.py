"""A network, a reserve and candidates as a contest: what each cut-off does to the response program's bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Protocol

import numpy as np

from resilience.adversary.contest import Contest, Floats, Hit
from resilience.adversary.cutoff import CutOff, scenario_of
from resilience.balance import balance
from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Physics, lane_limits, physics
from resilience.policy import Reserve
from resilience.sizing.case import Case, build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import unmet_share
from resilience.sizing.moved import upper_bounds
from resilience.sizing.reserve import Floor
from resilience.sizing.response import with_units
from resilience.sizing.scope import Everything, Scope
from resilience.sizing.statement import Compiled
from resilience.stores import no_stores, stores

SAME = 1e-9  # relative, by which two ways to one bound may differ
MARKS = ("left", "open", "added", "wanted", "lost", "hoarded")  # of a shock
BLOCKS = ("flow", "start", "plan")  # of the program's columns that a cut-off may bound


class Measure(Protocol):
    """Anything that harm may be counted in."""

    def cost(self, case: Case, compiled: Compiled) -> Floats:
        """What each column of the response program counts."""
        ...

    def usd(self, laws: Physics) -> float:
        """USD in one unit of it; 1 where it is no money."""
        ...


@dataclass(frozen=True, kw_only=True)
class Loss:
    """The loss of the response program, in USD."""

    def cost(self, case: Case, compiled: Compiled) -> Floats:
        """As the program has it."""
        return compiled.program.cost

    def usd(self, laws: Physics) -> float:
        """As the physics has it."""
        return laws.usd


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """The share of the members' demand in a tier that stays unmet, by value. [0 to 1]"""

    floor: Floor
    members: frozenset[str]

    def cost(self, case: Case, compiled: Compiled) -> Floats:
        """What one unit short in each demand adds to the share."""
        return unmet_share(compiled, case, self.floor, self.members, compiled.program.shape[1])

    def usd(self, laws: Physics) -> float:
        """None of it is money."""
        return 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """Candidates on a network, with what is needed to read an answer."""

    candidates: tuple[CutOff, ...]
    contest: Contest
    case: Case  # of all cut-offs together
    compiled: Compiled
    usd: float
    goods: frozenset[str]  # kept of the network


@dataclass(frozen=True, kw_only=True, eq=False)
class Threat:
    """What may be cut off of which network, and how the harm is counted: what every question about it shares.

    `candidates` are what an adversary may choose among (`export_stops` makes the usual ones), `weeks` the horizon.
    `weights` say whose losses count, by country or bloc: everyone's alike by default. `physics.members_first` counts
    members' in full; the defender then also serves them first, so that harm is what they lose even if all others give
    way. `periods` and `scope` say what may be coarse and what may be left out, as for `best_response`; by default
    nothing.
    """

    network: Network
    candidates: Sequence[CutOff]
    weeks: int = 104
    periods: Periods | None = None
    weights: Mapping[str, float] | None = None
    scope: Scope | None = None

    def stage(self, reserve: Reserve | None, measure: Measure | None = None) -> Stage:
        """The contest over what is lost once the reserve stands.

        Raises
        ------
        AskError
            Naming every candidate that cannot be one, and why.
        """
        measure = measure or Loss()
        network = balance(self.network).network
        shocks = struck(network, self.candidates, self.weeks)
        candidates = tuple(self.candidates)
        together = scenario_of(candidates, name="all cut-offs")
        shock = together.shock(network, self.weeks)
        kept = (self.scope or Everything()).goods(shock)
        laws = physics(network.only(kept), weights=self.weights)
        held, units = no_stores(laws), np.zeros(0)
        if reserve is not None:
            rows = reserve.table()
            rows = rows[rows["good"].isin(kept)]
            held = stores(laws, rows, weeks=self.weeks, release=reserve.release)
            units = rows["units"].to_numpy() / laws.scale[held.point]
        case = build_case(laws, together, weeks=self.weeks, held=held, periods=self.periods, shock=shock)
        marks = [_mark(network, kept, shock) for shock in shocks]
        calm = _under(case, _Mark.none(laws, self.weeks))
        compiled = with_units(Compiler().compile(calm), calm, units)
        hits = tuple(_hit(compiled, upper_bounds(calm), upper_bounds(_under(case, mark))) for mark in marks)
        contest = Contest(
            program=replace(compiled.program, cost=measure.cost(calm, compiled)),
            hits=hits,
            own=np.array([cut.own_usd for cut in candidates]) / laws.usd,
        )
        stage = Stage(
            candidates=candidates, contest=contest, case=case, compiled=compiled, usd=measure.usd(laws), goods=kept
        )  # fmt: skip
        _refuse_compounds(stage, marks)
        return stage


def struck(network: Network, candidates: Sequence[CutOff], weeks: int) -> list[Shock]:
    """What each candidate does to the network.

    Raises
    ------
    AskError
        With every fault of the candidates.
    """
    names = [cut.name for cut in candidates]
    faults = [f"{name!r} names more than one cut-off" for name in sorted({n for n in names if names.count(n) > 1})]
    if not candidates:
        faults.append("there is none to choose among")
    firsts = sorted({disruption.first_week for cut in candidates for disruption in cut.disruptions})
    if len(firsts) > 1:
        weeks_told = ", ".join(map(str, firsts))
        faults.append(f"they begin in weeks {weeks_told}: let all begin in one, for nothing anticipates")
    if firsts and firsts[0] > weeks:
        faults.append(f"they begin in week {firsts[0]}, past the horizon of {weeks} weeks: raise `weeks`")
    calm, found = Shock.none(network, weeks), []
    for cut in candidates:
        shock = replace(calm, **{name: getattr(calm, name).copy() for name in MARKS})
        try:
            scenario_of([cut]).strike(shock)
        except AskError as error:
            faults.append(f"{cut.name!r}: {'; '.join([error.what, *error.faults])}")
            continue
        if _does_more(shock):
            faults.append(f"{cut.name!r} delays, spoils stock or moves demand: it may only stop making or shipping")
        found.append(shock)
    if faults:
        raise AskError("These cut-offs cannot be candidates", faults)
    return found


def _does_more(shock: Shock) -> bool:
    changed = (shock.added != 0, shock.wanted != 1, shock.lost != 0, shock.hoarded != 0, shock.left > 1, shock.open > 1)
    return any(bool(what.any()) for what in changed)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mark:
    """What a cut-off leaves, over weeks: of each maker's capacity, and of each lane's baseline flow."""

    left: Floats
    open: Floats

    @classmethod
    def none(cls, laws: Physics, weeks: int) -> _Mark:
        """All of it."""
        return cls(left=np.ones((len(laws.output), weeks)), open=np.ones((len(laws.flow), weeks)))

    def with_(self, other: _Mark) -> _Mark:
        """What both leave."""
        return _Mark(left=self.left * other.left, open=self.open * other.open)


def _mark(network: Network, kept: frozenset[str], shock: Shock) -> _Mark:
    """The mark of a shock on the part of the network that is kept."""
    makers, lanes = (frame["good"].isin(kept).to_numpy() for frame in (network.producers, network.lanes))
    return _Mark(left=shock.left[makers], open=shock.open[lanes])


def _under(case: Case, mark: _Mark) -> Case:
    """The case with this mark in place of its own."""
    grid, skip = case.grid, case.scenario.reaction_week - 1
    return replace(
        case,
        left=grid.mean(mark.left[:, skip:]),
        passing=grid.mean(lane_limits(case.physics, mark.open[:, skip:])),
    )


def _hit(compiled: Compiled, whole: Mapping[str, Floats], struck: Mapping[str, Floats]) -> Hit:
    """The columns whose bound a cut-off lowers."""
    columns, upper = [], []
    for block in BLOCKS:
        lower = struck[block].ravel() < whole[block].ravel()
        columns.append(np.arange(compiled.columns[block][0].start, compiled.columns[block][0].stop)[lower])
        upper.append(struck[block].ravel()[lower])
    return Hit(columns=np.concatenate(columns).astype(np.int64), upper=np.concatenate(upper))


def _refuse_compounds(stage: Stage, marks: Sequence[_Mark]) -> None:
    """Refuse cut-offs that both narrow one lane or maker in part: together they would leave less than either does,
    while a contest takes the harsher of the two.
    """
    faults = []
    for (a, one), (b, other) in combinations(enumerate(stage.contest.hits), 2):
        if len(np.intersect1d(one.columns, other.columns)):
            both = upper_bounds(_under(stage.case, marks[a].with_(marks[b])))
            high = stage.compiled.bounded(upper=both, sides={}).program.column_upper
            if (np.abs(high - stage.contest.upper((a, b))) > SAME * (1.0 + high)).any():
                faults.append(
                    f"{stage.candidates[a].name!r} and {stage.candidates[b].name!r}: make one cut-off of them"
                )
    if faults:
        raise AskError("Cut-offs that narrow the same lanes or makers in part would compound", faults)
