"""The search for what hurts most, and for the mildest that hurts enough, with plans as proof.

Each round
(1) asks the plans for cut-offs that they leave open (`choose`); where they leave none open, the search is over;
(2) looks for a plan that costs no more than the target though these are cut off, and that does without as many others
    as it can: it rules out at once every choice among what it does without;
(3) where there is no such plan, the choice does more harm than the target: it is the best so far, and the target rises.

Before the first round it climbs: the duals of one answer say what each cut-off adds at least, the best choice by them
is answered in turn, and so on until nothing is added.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from resilience.adversary.contest import UNUSED, Contest, Defender, Floats
from resilience.adversary.limits import Row
from resilience.adversary.plans import Plan, ceiling, choose
from resilience.solver import Status, certified_bound

CLIMBS = 8
ROUNDING = 1e-7  # of the harm of all, by which a solver's answers may differ, if they do not say by more

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What one choice was found to do: no plan under it costs less than `bound`, and `plan` costs `cost`."""

    cost: float
    bound: float
    plan: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What a search found: cut-offs, harm that no plan under them stays below (by duals), what no choice exceeds (by
    plans), and those plans.
    """

    cuts: tuple[int, ...]
    harm: float
    bound: float
    status: Status
    plans: tuple[Plan, ...]


@dataclass(kw_only=True, eq=False)
class Search:
    """What is known of one contest. It serves one limit after another: plans do not depend on limits."""

    contest: Contest
    say: Say = lambda text: None
    deadline: float = math.inf  # of time.monotonic()
    plans: list[Plan] = field(default_factory=list)
    known: dict[frozenset[int], Known] = field(default_factory=dict)
    gains: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.defender = Defender(self.contest)
        self.base = certified_bound(self.contest.program, np.zeros(self.contest.program.shape[0]))
        every = self.answer(range(len(self.contest)))
        self.largest = every.cost
        self.rounding = max(ROUNDING * every.cost, every.cost - every.bound)  # within which answers are not told apart

    @property
    def nothing(self) -> Known:
        """What is lost where nothing is cut off. `base` is a floor under it, for which it need not be asked."""
        return self.answer(())

    @property
    def solves(self) -> int:
        """Programs of the defender solved so far."""
        return self.defender.solves

    def answer(self, cuts: Iterable[int]) -> Known:
        """What these cut-offs do, remembered; the answer is a plan that spares them."""
        chosen = frozenset(cuts)
        if chosen not in self.known:
            self.say(f"{self.solves} programs solved; answering {len(chosen)} cut-offs")
            reply = self.defender.reply(sorted(chosen))
            self.known[chosen] = Known(cost=reply.cost, bound=reply.bound, plan=reply.plan)
            self.base = max(self.base, reply.base)
            self.plans.append(Plan(cost=reply.cost, spared=chosen))
            if reply.gains.any():
                self.gains.append(reply.gains)
        return self.known[chosen]

    def worst(self, rows: Sequence[Row], *, gap: float) -> Found:
        """The choice within limits that does most harm, to (bound - harm) / bound of `gap` at most."""
        if self.largest > self._target(self._best(rows)[1] * (1.0 + gap)):
            self._climb(rows)
        refused: set[frozenset[int]] = set()
        while True:
            cuts, harm = self._best(rows)
            target = self._target(harm * (1.0 + gap))
            choice = choose(
                self.plans, rows, worth=self._worth(), on_harm=0.0, largest=self.largest, target=target,
                refused=tuple(refused),
            )  # fmt: skip
            if choice is None:
                proof = self.proof(target)
                bound = max([harm, *(plan.cost for plan in proof)])
                return self._found(cuts, bound, Status.OPTIMAL, proof)
            if time.monotonic() > self.deadline:
                bound = max(ceiling(self.plans, rows, count=len(self.contest), largest=self.largest), harm)
                return self._found(cuts, bound, Status.TIME_LIMIT, tuple(self.plans))
            chosen = frozenset(choice.cuts)
            allowed = self._within(rows, chosen, self.largest)  # the search among choices rounds
            if allowed and not self._spare(chosen, target):
                allowed = self._within(rows, chosen, self.known[chosen].cost)
            if not allowed:
                refused.add(chosen)
            self._tell(harm)

    def mildest(self, price: Floats, *, past: float) -> Found | None:
        """The cheapest choice whose harm lies past `past`; None where none does. `bound` is on the price. Out of time,
        it is the choice of all: past `past`, and dear.
        """
        target = self._target(past)
        while True:
            choice = choose(
                self.plans, (), worth=-price, on_harm=0.0, largest=self.largest, target=target,
            )  # fmt: skip
            if choice is None:
                return None
            chosen = frozenset(choice.cuts)
            if not self._spare(chosen, target):
                return Found(
                    cuts=choice.cuts, harm=self.known[chosen].bound, bound=-choice.most, status=Status.OPTIMAL,
                    plans=self.proof(target),
                )  # fmt: skip
            if time.monotonic() > self.deadline:
                every = tuple(range(len(self.contest)))
                return Found(
                    cuts=every, harm=self.answer(every).bound, bound=-choice.most, status=Status.TIME_LIMIT,
                    plans=self.proof(target),
                )  # fmt: skip
            self.say(
                f"{self.solves} programs solved, {len(self.plans)} plans; at least {-choice.most:,.4g} to break it"
            )

    def _found(self, cuts: Sequence[int], bound: float, status: Status, plans: tuple[Plan, ...]) -> Found:
        """The choice without those that add nothing to the rest."""
        needed = frozenset(cuts)
        if not needed and needed not in self.known:
            return Found(cuts=(), harm=self.base, bound=bound, status=status, plans=plans)
        least = self.known[needed].cost - self.rounding
        for cut in sorted(cuts, key=lambda one: -self.contest.own[one]):
            if self.answer(needed - {cut}).cost >= least:
                needed -= {cut}
        return Found(
            cuts=tuple(sorted(needed)), harm=self.known[needed].bound, bound=bound, status=status, plans=plans
        )  # fmt: skip

    def _target(self, harm: float) -> float:
        return harm + self.rounding

    def _spare(self, chosen: frozenset[int], target: float) -> bool:
        """Whether the choice does no more harm than the target; then some plan that says so was added."""
        use = self.defender.sparing(sorted(chosen), target)
        if use is not None:
            spared = chosen | set(np.flatnonzero(use <= UNUSED).tolist())
            if self.answer(spared).cost <= target:
                self._widen(spared, use, target)
                return True
        return self.answer(chosen).cost <= target

    def _widen(self, spared: frozenset[int], use: Floats, target: float) -> None:
        """Let a plan do without more, the least used first, until it cannot."""
        for cut in np.argsort(use, kind="stable").tolist():
            if cut not in spared:
                if self.answer(spared | {cut}).cost > target:
                    return
                spared |= {cut}

    def _climb(self, rows: Sequence[Row]) -> None:
        """From what the duals of one answer say is best to its own answer, while that adds."""
        for gains in self.gains[-CLIMBS:]:
            before = -1.0
            for _ in range(CLIMBS):
                choice = choose((), rows, worth=gains, on_harm=0.0, largest=self.largest, target=0.0)
                if choice is None or not self._within(rows, frozenset(choice.cuts), self.largest):
                    break
                found = self.answer(choice.cuts).cost
                if found <= before * (1.0 + ROUNDING):
                    break
                before, gains = found, self.gains[-1]

    def _best(self, rows: Sequence[Row]) -> tuple[tuple[int, ...], float]:
        """The known choice within limits that does most harm, the one with fewest cut-offs where several do."""
        within = [(cuts, known.cost) for cuts, known in self.known.items() if self._within(rows, cuts, known.cost)]
        nothing: tuple[frozenset[int], float] = (frozenset(), self.base)
        cuts, harm = min(within, key=lambda one: (-one[1], len(one[0]), sorted(one[0])), default=nothing)
        return tuple(sorted(cuts)), harm

    def _within(self, rows: Sequence[Row], cuts: frozenset[int], harm: float) -> bool:
        chosen = np.isin(np.arange(len(self.contest)), list(cuts))
        return all(row.allows(chosen, harm) for row in rows)

    def _worth(self) -> Floats:
        """What cut-offs add by the duals known, each answer counting alike."""
        found = [gains / gains.sum() for gains in self.gains] or [np.zeros(len(self.contest))]
        return np.asarray(np.mean(found, axis=0), dtype=np.float64)

    def proof(self, target: float) -> tuple[Plan, ...]:
        """The plans at the target or below of which no other spares all that they spare."""
        cheap = sorted((plan for plan in self.plans if plan.cost <= target), key=lambda plan: -len(plan.spared))
        kept: list[Plan] = []
        for plan in cheap:
            if not any(plan.spared <= other.spared for other in kept):
                kept.append(plan)
        return tuple(kept)

    def _tell(self, harm: float) -> None:
        self.say(f"{self.solves} programs solved, {len(self.plans)} plans; {harm / self.largest:.2%} of the most")
