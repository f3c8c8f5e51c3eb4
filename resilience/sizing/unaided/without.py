"""What each scenario loses where nothing is held, solving as few of them, and as little of each, as the answer needs.

Most years that hazards bring lose nothing: stocks last, or others make more. Any plan without a loss proves that, and
near what a scenario strikes one is found in a tenth of the time of the least loss (`unharmed.py`); where the search
fails the scenario is solved in full, so searching costs time now and then and never an answer.

A plan that loses nothing settles every other scenario that it is a plan for too (`lent.py`); and what one scenario
loses no easier one passes: one whose program has the same coefficients and nowhere tighter sides or bounds. A few
scenarios of one shape are tried from the middle of their order of hardness. Of many, of which simulation has told what
each loses at most (`traced.py`), those that may weigh most come first, and those that together weigh too little to
matter are spared: once a plan near what is struck, which is often the best there is, has told that they lose less than
simulation says. While all of them lose something, that takes longer than it spares: only plans without a loss are
looked for, and only where what lies near is a part.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from resilience.engine import Done, Engine, Outcome, Serial, Team, nothing
from resilience.errors import ScenarioError
from resilience.physics import Floats
from resilience.sizing.case import Case
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.lshaped.search import Say
from resilience.sizing.slight import notable
from resilience.sizing.statement import Compiled
from resilience.sizing.unaided.bare import Bare, Look, bare, solved
from resilience.sizing.unaided.lent import lent
from resilience.solver import LinearProgram, Method, Solution

TOGETHER = 4  # of the gravest scenarios tried at a time, on any engine: so the answer does not depend on it
KEPT = 0.1  # of the gap asked for, within which scenarios keep the answer they had with nothing held


@dataclass(frozen=True, kw_only=True, eq=False)
class Traced:
    """What is known before anything is solved: the most that each scenario loses, its weight in the objective, and the
    part of all weighed loss that scenarios may have together and still be spared.
    """

    most: Floats
    weight: Floats
    spare: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Without:
    """Losses where nothing is held, in the physics' unit of money. `most` is each scenario's loss, or more than that
    where it was spared; `answers` holds the plan and duals of every scenario that was not. `late` where some were
    spared only because time was up.
    """

    most: Floats
    answers: Mapping[int, Solution]
    late: bool = False

    @property
    def live(self) -> list[int]:
        """The scenarios that lose anything, without those spared."""
        return [number for number in sorted(self.answers) if self.most[number] > HARMLESS]


def without_reserve(
    cases: Sequence[Case],
    blocks: Sequence[Compiled],
    *,
    traced: Traced | None = None,
    method: Method | None,
    engine: Engine | None = None,
    deadline: float = math.inf,
    say: Say,
) -> Without:
    """The best response to each scenario when nothing is held, but for those that `traced` allows to be spared.

    Each that has to be solved is a task of `engine` (this process by default). Past the `deadline`, a reading of
    `time.monotonic`, those that have been traced are spared too, whatever they weigh; others have to be known.

    Raises
    ------
    ScenarioError
        If some cannot be solved; it names them all, once the others are.
    """
    known = _Known(blocks=blocks, most=np.full(len(cases), np.inf) if traced is None else traced.most.copy())
    late = False
    with (engine or Serial()).team(nothing) as team:
        for wave in _middles(known) if traced is None else _gravest(known, traced):
            late = traced is not None and time.monotonic() > deadline
            if late:
                break
            asked = _Asked(cases=cases, blocks=blocks, wave=wave, method=method)
            for number, outcome in _outcomes(team, asked, len(known.answers), say).items():
                known.take(number, outcome)
    if known.failed:
        raise ScenarioError({cases[number].scenario.name: why for number, why in known.failed.items()})
    return Without(most=known.most, answers=known.answers, late=late)


@dataclass(kw_only=True, eq=False)
class _Known:
    """What has been found so far: of each scenario the most that it loses, those answered and those that failed."""

    blocks: Sequence[Compiled]
    most: Floats
    answers: dict[int, Solution] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.alike = _alike(self.blocks)

    def take(self, number: int, outcome: Outcome[Solution]) -> None:
        """Note what came of a scenario, and what that says of easier ones. A plan without a bound is no answer yet."""
        if not isinstance(outcome, Done):
            self.failed[number] = outcome.reason
            return
        found = outcome.value
        self.most[number] = min(found.objective, self.most[number])
        if np.isneginf(found.bound):
            return
        self.most[number], self.answers[number] = found.objective, found
        for other in self.alike[self.blocks[number].program.shape]:
            if other in self.answers or found.objective >= self.most[other]:
                continue
            if found.objective <= HARMLESS and (same := _lent(found, self.blocks[other])) is not None:
                self.most[other], self.answers[other] = same.objective, same
            elif self._harder(number, other):
                self.most[other] = found.objective

    def open(self) -> list[int]:
        """The scenarios of which more is to be found."""
        return [
            number for number in range(len(self.blocks)) if number not in self.answers and number not in self.failed
        ]

    def _harder(self, one: int, other: int) -> bool:
        """Whether every plan for scenario `one` is a plan for `other`."""
        tight, wide = self.blocks[one].program, self.blocks[other].program
        return tight.matrix is wide.matrix and bool(
            (tight.column_upper <= wide.column_upper).all()
            and (tight.column_lower >= wide.column_lower).all()
            and (tight.row_upper <= wide.row_upper).all()
            and (tight.row_lower >= wide.row_lower).all()
        )


def _lent(found: Solution, block: Compiled) -> Solution | None:
    """An answer that loses nothing, where its plan is one for `block` too and loses nothing there either."""
    plan = lent(found.x, block)
    cost = np.inf if plan is None else float(block.program.cost @ plan)
    return None if plan is None or cost > HARMLESS else replace(found, objective=cost, x=plan)


Wave = Mapping[int, Look | None]  # scenarios that need not wait for one another, and how to look near each first


def _middles(known: _Known) -> Iterator[Wave]:
    """Of each group of one shape the scenario in the middle of hardness, then the middles of its halves, and on."""
    spans = [group for group in known.alike.values() if len(group)]
    while spans:
        middles = [(span, len(span) // 2) for span in spans]
        yield {span[middle]: Look(for_now=False) for span, middle in middles if span[middle] not in known.answers}
        halves = [half for span, middle in middles for half in (span[middle + 1 :], span[:middle])]
        spans = [half for half in halves if len(half)]


def _gravest(known: _Known, traced: Traced) -> Iterator[Wave]:
    """Those that may weigh most, until the rest weighs too little to matter. Near each is looked once, unless
    simulation loses more in it than in any found to lose nothing; it is solved in full where it still weighs most.
    """
    seen: set[int] = set()
    harmless = 0.0  # the most that simulation lost where nothing is lost
    while wave := _notable(known, traced)[:TOGETHER]:
        near = {number for number in wave if number not in seen and traced.most[number] <= harmless}
        yield {number: Look(for_now=True) if number in near else None for number in wave}
        seen |= set(wave)
        harmless = max([harmless, *(traced.most[number] for number in wave if known.most[number] <= HARMLESS)])


def _notable(known: _Known, traced: Traced) -> list[int]:
    """Those not solved yet that may weigh too much together to be spared, gravest first."""
    weighed = known.most * traced.weight
    allowed = traced.spare * sum(weighed[number] for number in known.answers)
    unsolved = np.array(known.open(), dtype=np.int64)
    left = unsolved[notable(weighed[unsolved], allowed)].tolist()
    return sorted(left, key=lambda number: (-weighed[number], number))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked(Mapping[str, Bare]):
    """Scenarios to be solved, the program of each made when it is asked for: together they are large."""

    cases: Sequence[Case]
    blocks: Sequence[Compiled]
    wave: Wave
    method: Method | None

    def __getitem__(self, name: str) -> Bare:
        number = int(name)
        return bare(self.cases[number], self.blocks[number], method=self.method, look=self.wave[number])

    def __iter__(self) -> Iterator[str]:
        return map(str, self.wave)

    def __len__(self) -> int:
        return len(self.wave)


def _outcomes(team: Team, asked: _Asked, known: int, say: Say) -> dict[int, Outcome[Solution]]:
    """What came of each scenario, in the order in which they were asked, whoever was quicker."""
    found: dict[str, Outcome[Solution]] = {}
    for outcome in team.work(solved, asked):
        found[outcome.key] = outcome
        name = asked.cases[int(outcome.key)].scenario.name
        say(f"loss without a reserve, {known + len(found)} of {len(asked.cases)} scenarios: {name}")
    return {int(key): found[key] for key in asked}


def _alike(blocks: Sequence[Compiled]) -> dict[tuple[int, int], list[int]]:
    """Numbers of blocks of one shape, hardest first."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, block in enumerate(blocks):
        groups.setdefault(block.program.shape, []).append(number)
    for numbers in groups.values():
        numbers.sort(key=lambda number: (float(_room(blocks[number].program).sum()), number))
    return groups


def _room(program: LinearProgram) -> Floats:
    return program.column_upper - program.column_lower
