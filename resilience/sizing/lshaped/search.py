"""The L-shaped method: a first stage proposed by what the cuts know, scenarios solved there, more cuts.

Each round
(1) asks the master for a first stage in the middle of those that cost nearly least by the cuts known, which calms its
    steps: a corner takes one of many stores that would all do, and another one next time; a bound comes with it. Where
    what is left is as small as the master's own gap, or the middle leads no further, it is asked for corners;
(2) cuts that off with what the pool knows already, which costs no scenario, as long as it can;
(3) solves scenarios there, those first whose doubt (most less least, as the risk measure weighs it) is largest, until
    what is left of doubt is small beside what is left of the gap, or the gap is closed: cuts, plans and mixtures of
    plans settle many without a solve;
(4) weighs the plans by the first stage's own rows: an upper bound, and the best first stage if none was better.

Lower bounds come from duals priced at bounds and upper bounds from plans, so neither trusts a solver's word. With whole
numbers in the first stage, rounds first close the gap of the relaxation, then ask the master for whole numbers.

Reference: J. F. Benders (1962), Numerische Mathematik 4; J. R. Birge and F. Louveaux (1988), A multicut algorithm for
two-stage stochastic linear programs, European Journal of Operational Research 34(3); J. Gondzio and R. Sarkissian
(1996), Column generation with a primal-dual method, Logilab technical report 1996.6 (proposals from the middle);
C. Wolf, C. Fabian, A. Koberstein and L. Suhl (2014), Applying oracles of on-demand accuracy in two-stage stochastic
programming, EJOR 239.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resilience.engine import Team, answers
from resilience.errors import SolverError
from resilience.sizing.lshaped.master import Master, Row, Weigher
from resilience.sizing.lshaped.oracle import Found, Task, solved
from resilience.sizing.lshaped.plans import Plan, plan_of
from resilience.sizing.lshaped.pool import Pool
from resilience.sizing.lshaped.structure import Structure, price
from resilience.sizing.slight import notable
from resilience.sizing.twostage import Floats
from resilience.solver import LinearProgram, Status, relative_gap

DOUBT = 0.2  # of the gap asked for that may be left in doubt where scenarios are not solved
SHARE = 0.1  # of the gap left that may be
POOLED = 3  # rounds in a row that the pool alone may cut
PART = 8  # a batch is this part of all scenarios
LEAST = 16  # scenarios in a batch, if there are so many
TASK = 2  # scenarios in one task at most
BROKEN = 1e-8  # relative, by which a cut must be broken to be added
WITHIN = 0.05  # of the gap asked for, to which the master is solved
CLOSEST = 1e-6  # but no closer, from within
NEARLY = 10.0  # times the master's own gap, within which it is asked for corners

Say = Callable[[str], None]


@dataclass(kw_only=True, eq=False)
class Search:
    """The state of one search: bounds, cuts, plans."""

    first: LinearProgram
    structures: Sequence[Structure]
    team: Team
    gap: float
    deadline: float
    say: Say
    pools: list[Pool] = field(init=False)
    upper: float = math.inf
    lower: float = -math.inf
    best: Floats | None = None
    iterations: int = 0
    solves: int = 0
    bases: dict[tuple[int, int], bytes | None] = field(default_factory=dict)
    latest: dict[tuple[int, int], tuple[Plan, Floats]] = field(default_factory=dict)  # with its columns

    def __post_init__(self) -> None:
        self.pools = [Pool(structure=structure) for structure in self.structures]
        self.master = Master(first=self.first, gap=max(WITHIN * self.gap, CLOSEST))
        tied = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(s.tied for s in self.structures)]))
        self.columns = np.concatenate([structure.columns.ravel() for structure in self.structures])
        self.weigher = Weigher(first=self.first, tied=tied, columns=self.columns)
        self.single = all(structure.caps == 0 for structure in self.structures)
        self.scenarios = sum(len(structure.numbers) for structure in self.structures)

    def run(self, start: Floats | None) -> Status:
        """Search until the gap is closed or time is up."""
        if start is not None:
            self.evaluate(start)
        status = self._close()
        if self.master.first.integer is not None and self.master.first.integer.any():
            self.master.keep_whole(self.gap / 4)
            self.weigher.standing.keep_whole()
            self.upper, self.best = math.inf, None  # of the relaxation
            if start is not None:
                self.evaluate(self._rounded(start))
            status = self._close()
        return status

    def remember(self, x: Floats, known: Mapping[int, tuple[Floats, Floats]]) -> None:
        """Take in plans and duals that others found at the first stage `x`, by the scenario's number."""
        for pool in self.pools:
            structure = pool.structure
            for position, number in enumerate(structure.numbers.tolist()):
                if number in known:
                    plan, row_dual = known[number]
                    prices = np.append(row_dual, np.zeros(structure.caps))
                    pool.add(price(structure, prices, cost=True), prices)
                    low, high, _, _ = structure.sides_at(position, x[structure.tied], np.full(structure.caps, np.inf))
                    pool.plans.learn(plan_of(structure, position, plan, low, high))

    def late(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self.deadline

    def _close(self) -> Status:
        pooled, stalled = 0, 0
        while True:
            near = relative_gap(self.upper, self.lower) <= NEARLY * self.master.gap
            corner = self.master.whole or near or stalled > 0
            proposed, bound = self.master.solve(corner=corner)
            self.lower = max(self.lower, bound)
            if relative_gap(self.upper, self.lower) <= self.gap:
                return Status.OPTIMAL
            pooled += 1
            if pooled <= POOLED and self.cut_off(proposed):
                continue
            if self.late():
                return Status.TIME_LIMIT
            pooled = 0
            self.iterations += 1
            before = self.upper
            self.evaluate(self._rounded(proposed if corner else self.swept(proposed)))
            self._tell()
            stalled = 0 if self.cut_off(proposed) or self.upper < before else stalled + 1
            if stalled > 2:  # neither a cut nor a better plan: what is left of the gap is rounding
                return Status.OPTIMAL if relative_gap(self.upper, self.lower) <= 10 * self.gap else Status.FEASIBLE

    def swept(self, proposed: Floats) -> Floats:
        """A proposal without what costs next to nothing: from within it has a speck in every store. What goes costs no
        more in all than the master's own gap of what holdings cost. As it is where its rows need the specks.
        """
        low = self.first.column_lower
        dear = self.weigher.tied[self.first.cost[self.weigher.tied] > 0]
        spent = self.first.cost[dear] * (proposed[dear] - low[dear])
        gone = dear[~notable(spent, self.master.gap * spent.sum())]
        swept = proposed.copy()
        swept[gone] = low[gone]
        cost, _, _ = self.weigher.weigh(swept, low[self.columns])
        return swept if math.isfinite(cost) else proposed

    def _rounded(self, point: Floats) -> Floats:
        if not self.master.whole or self.first.integer is None:
            return point
        return np.where(self.first.integer, np.round(point), point)

    def _tell(self) -> None:
        told = f"gap {relative_gap(self.upper, self.lower):.2%}" if math.isfinite(self.upper) else "no plan yet"
        self.say(f"round {self.iterations}: {told}; {self.solves} scenarios solved, {len(self.master.rows)} cuts")

    def cut_off(self, x: Floats) -> int:
        """Add to the master the cut of each scenario that `x` breaks most; how many."""
        rows = []
        for number, pool in enumerate(self.pools):
            gaps, cuts = pool.broken(x)
            for position in np.flatnonzero(gaps > 0):
                cut = int(cuts[position])
                side = float(pool.sides[cut][position])
                if gaps[position] > BROKEN * (1.0 + abs(side)):
                    rows.append(self._row(number, int(position), cut, side))
        return self.master.add(rows)

    def _row(self, number: int, position: int, cut: int, side: float) -> Row:
        pool = self.pools[number]
        return Row(
            structure=number,
            position=position,
            cut=cut,
            columns=np.concatenate([pool.structure.columns[position], pool.structure.tied]),
            values=np.concatenate([pool.weights[cut], pool.slopes[cut]]),
            side=side,
        )

    def evaluate(self, x: Floats) -> None:
        """Solve scenarios at the first stage `x` until little is in doubt or the gap is closed; take it if none was
        better.
        """
        done: set[tuple[int, int]] = set()
        mixed: dict[tuple[int, int], Floats] = {}
        while True:
            most, least = self._between(x, mixed)
            cost, whole, weight = self.weigher.weigh(x, most)
            low, _, below = self.weigher.weigh(x, least)
            if cost < self.upper:
                self.upper, self.best = cost, whole
            allowed = max(DOUBT * self.gap * abs(cost), SHARE * (self.upper - self.lower))
            closed = relative_gap(self.upper, self.lower) <= self.gap
            settled = closed or (self.single and math.isfinite(cost) and cost - low <= allowed)
            slight = DOUBT * self.gap * abs(cost) / self.scenarios if self.single and math.isfinite(cost) else 0.0
            batch = [] if settled else self._batch(most, least, weight if math.isfinite(cost) else below, done, slight)
            if not batch or (self.late() and self.best is not None):
                return
            fresh = [one for one in batch if one not in mixed]
            if fresh:
                mixed |= {(number, position): self.pools[number].mixed(position, x) for number, position in fresh}
                continue
            done.update(batch)
            self._solve(batch, x)

    def _between(self, x: Floats, mixed: Mapping[tuple[int, int], Floats]) -> tuple[Floats, Floats]:
        """What plans, and those mixtures that were looked for, and cuts say that scenarios measure at `x`, at most and
        at least.
        """
        most, least = [pool.most(x) for pool in self.pools], []
        for (number, position), one in mixed.items():
            if one[0] < most[number][position, 0]:
                most[number][position] = one
        for pool in self.pools:
            low = np.full(pool.structure.columns.shape, -np.inf)
            low[:, 0] = pool.least(x[pool.structure.tied])[0]
            least.append(low.ravel())
        high = np.concatenate([measured.ravel() for measured in most])
        return high, np.minimum(np.concatenate(least), high)

    def _batch(
        self, most: Floats, least: Floats, weight: Floats, done: set[tuple[int, int]], slight: float
    ) -> list[tuple[int, int]]:
        """The scenarios in most doubt that were not solved here yet, without those in no more than `slight` doubt."""
        high = np.minimum(most, self.first.column_upper[self.columns])
        low = np.maximum(least, self.first.column_lower[self.columns])
        doubt = np.maximum(high - low, 0.0)
        weighed = doubt * (np.maximum(weight, 0.0) + 1e-6 * max(float(weight.max(initial=0.0)), 1e-6))
        open_, at = [], 0
        for number, structure in enumerate(self.structures):
            for position in range(len(structure.numbers)):
                span = slice(at, at + structure.caps + 1)
                at = span.stop
                exact = self.single and doubt[span].sum() <= BROKEN * (1.0 + abs(high[span].sum()))
                matters = float(weighed[span].sum()) > slight and not exact
                if (number, position) not in done and matters:
                    open_.append((-float(weighed[span].sum()), number, position))
        open_.sort()
        size = max(LEAST, self.scenarios // PART) if self.single else len(open_)
        if self.single and -sum(claim for claim, _, _ in open_[: size // 2]) >= self._to_close():
            size //= 2  # they may close the gap alone
        return [(number, position) for _, number, position in open_[:size]]

    def _to_close(self) -> float:
        """What is left of the gap above the one asked for."""
        return self.upper - self.lower - self.gap * abs(self.upper) if math.isfinite(self.upper) else math.inf

    def _solve(self, batch: Sequence[tuple[int, int]], x: Floats) -> None:
        """Solve scenarios at `x`; what they give enters the pools in the order of the batch, whoever was quicker."""
        tasks: dict[str, Task] = {}
        for number in sorted({number for number, _ in batch}):
            structure = self.structures[number]
            positions = sorted(position for at, position in batch if at == number)
            for start in range(0, len(positions), TASK):
                part = tuple(positions[start : start + TASK])
                tasks[f"{number}/{part[0]}"] = Task(
                    structure=number,
                    positions=part,
                    point=x[structure.tied],
                    caps=x[structure.columns[list(part), 1:]],
                    bases=tuple(self.bases.get((number, position)) for position in part),
                )
        for key, found in answers(self.team, solved, tasks).items():
            for position, one in zip(tasks[key].positions, found, strict=True):
                self._learn(tasks[key].structure, position, one)

    def _learn(self, number: int, position: int, found: Found) -> None:
        self.solves += 1
        pool = self.pools[number]
        pool.add(found.cut, found.prices)
        if found.plan is not None:
            pool.plans.learn(found.plan)
            self.bases[number, position] = found.basis
            if found.x is not None:
                self.latest[number, position] = found.plan, found.x

    def plan(self, number: int, position: int, x: Floats, most: float) -> Floats | None:
        """The columns of a scenario's last plan, where it is one at `x` and measures no more than `most`."""
        plan, columns = self.latest.get((number, position), (None, None))
        pool = self.pools[number]
        if plan is None or plan.measured[0] > most:
            return None
        return columns if pool.plans.stands(plan, position, x[pool.structure.tied]) else None

    def answer(self) -> Floats:
        """The best first stage.

        Raises
        ------
        SolverError
            If none was found in time.
        """
        if self.best is None:
            raise SolverError("The search was stopped before it had any plan: give it more time")
        return self.best
