"""What each scenario loses where nothing is held, solving as few of them, and as little of each, as the answer needs.

Most years that hazards bring lose nothing: stocks last, or others make more. Any plan without a loss proves that, and
to look for one takes a third of the time of looking for the least loss: columns that cost leave the program, and so
does the objective. The search is narrowed further (`unharmed.py`); where it fails the scenario is solved in full, so
narrowing costs time now and then and never an answer.

A plan for one scenario is also a plan for any that is no harder: one whose program has the same coefficients and
nowhere tighter sides or bounds. So one that loses nothing settles all that are easier. A few scenarios of one program
are tried from the middle of their order of hardness. Of many, of which simulation has told what each loses at most
(`traced.py`), the gravest come first, and those that together weigh too little to matter are spared; while all of them
lose something, the least loss is sought at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resilience.engine import Done, Engine, Outcome, Serial, Team, answers, nothing
from resilience.errors import ScenarioError
from resilience.physics import Floats
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.sizing.unharmed import Narrowed, narrowed, unharmed
from resilience.solver import LinearProgram, Method, Solution, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake
TOGETHER = 4  # of the gravest scenarios tried at a time, on any engine: so the answer does not depend on it
KEPT = 0.1  # of the gap asked for, within which scenarios keep the answer they had with nothing held
SMALL = 2_000  # columns up to which the least loss is sought at once


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
    where it was spared; `answers` holds the plan and duals of every scenario that was not.
    """

    most: Floats
    answers: Mapping[int, Solution]

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
    say: Say,
) -> Without:
    """The best response to each scenario when nothing is held, but for those that `traced` allows to be spared.

    Each that has to be solved is a task of `engine` (this process by default).

    Raises
    ------
    ScenarioError
        If some cannot be solved; it names them all, once the others are.
    """
    alike = _alike(blocks)
    most = np.full(len(cases), np.inf) if traced is None else traced.most.copy()
    answers: dict[int, Solution] = {}
    failed: dict[str, str] = {}
    searched = traced is None
    with (engine or Serial()).team(nothing) as team:
        for wave in _waves(alike, traced):
            if traced is not None and _negligible(most, answers, traced):
                break
            asked = _Asked(cases, blocks, [number for number in wave if number not in answers], method, searched)
            for number, outcome in _outcomes(team, asked, len(answers), say).items():
                if not isinstance(outcome, Done):
                    failed[cases[number].scenario.name] = f"{outcome.error}: {outcome.message}"
                    continue
                answer = answers[number] = outcome.value
                most[number] = answer.objective
                for other in alike[id(blocks[number].program.matrix)]:
                    if other not in answers and answer.objective < most[other] and _harder(blocks, number, other):
                        most[other] = answer.objective
                        if answer.objective <= HARMLESS:
                            answers[other] = answer
            searched = searched or any(most[number] <= HARMLESS for number in asked.numbers)
    if failed:
        raise ScenarioError(failed)
    return Without(most=most, answers=answers)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bare:
    """A scenario's program with nothing held, and where to look first for a plan without a loss."""

    program: LinearProgram
    narrow: Narrowed | None
    method: Method | None


class _Asked(Mapping[str, Bare]):
    """Scenarios to be solved, the program of each made when it is asked for: together they are large.

    `searched` tells whether a plan without a loss is looked for first.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        blocks: Sequence[Compiled],
        numbers: Sequence[int],
        method: Method | None,
        searched: bool,
    ) -> None:
        self.cases = cases
        self.blocks = blocks
        self.numbers = numbers
        self.method = method
        self.searched = searched

    def __getitem__(self, name: str) -> Bare:
        case = self.cases[int(name)]
        block = with_units(self.blocks[int(name)], case, np.zeros(len(case.stores)))
        sought = self.searched and block.program.shape[1] > SMALL
        return Bare(program=block.program, narrow=narrowed(case, block) if sought else None, method=self.method)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def _outcomes(team: Team, asked: _Asked, known: int, say: Say) -> dict[int, Outcome[Solution]]:
    """What came of each scenario, in the order in which they were asked, whoever was quicker."""
    found: dict[str, Outcome[Solution]] = {}
    for outcome in team.work(_solved, asked):
        found[outcome.key] = outcome
        name = asked.cases[int(outcome.key)].scenario.name
        say(f"loss without a reserve, {known + len(found)} of {len(asked.cases)} scenarios: {name}")
    return {int(key): found[key] for key in asked}


def _solved(state: None, asked: Bare) -> Solution:
    harmless = None if asked.narrow is None else unharmed(asked.program, asked.narrow, asked.method)
    return harmless or solve(asked.program, asked.method)


def solve_each(
    programs: Mapping[int, LinearProgram], *, method: Method | None, engine: Engine | None = None
) -> dict[int, Solution]:
    """The answer of each program, each a task of `engine` (this process by default).

    Raises
    ------
    EngineError
        If one cannot be solved.
    """
    asked = {str(number): Bare(program=program, narrow=None, method=method) for number, program in programs.items()}
    with (engine or Serial()).team(nothing) as team:
        return {int(key): found for key, found in answers(team, _solved, asked).items()}


def notable(weighed: Floats, allowed: float) -> NDArray[np.bool_]:
    """All but the least, those that together come to no more than `allowed`."""
    order = np.argsort(weighed, kind="stable")
    found = np.ones(len(weighed), dtype=bool)
    found[order[np.cumsum(weighed[order]) <= allowed]] = False
    return found


def _negligible(most: Floats, answers: Mapping[int, Solution], traced: Traced) -> bool:
    """Whether what is not solved yet weighs too little to matter."""
    weighed = most * traced.weight
    known = sum(weighed[number] for number in answers)
    return bool(weighed.sum() - known <= traced.spare * known)


def _alike(blocks: Sequence[Compiled]) -> dict[int, list[int]]:
    """Numbers of blocks that share their coefficients, hardest first."""
    groups: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        groups.setdefault(id(block.program.matrix), []).append(number)
    for numbers in groups.values():
        numbers.sort(key=lambda number: (float(_room(blocks[number].program).sum()), number))
    return groups


def _room(program: LinearProgram) -> np.ndarray:
    return program.column_upper - program.column_lower


def _waves(alike: Mapping[int, Sequence[int]], traced: Traced | None) -> Iterator[list[int]]:
    """The order in which scenarios are tried, as many at a time as do not depend on one another's answers.

    The gravest first, where that is known; else of each group the middle, then the middles of its halves, and so on.
    """
    if traced is not None:
        order = np.argsort(-traced.most * traced.weight, kind="stable").tolist()
        yield from (order[first : first + TOGETHER] for first in range(0, len(order), TOGETHER))
        return
    spans = [group for group in alike.values() if len(group)]
    while spans:
        middles = [(span, len(span) // 2) for span in spans]
        yield [span[middle] for span, middle in middles]
        halves = [half for span, middle in middles for half in (span[middle + 1 :], span[:middle])]
        spans = [half for half in halves if len(half)]


def _harder(blocks: Sequence[Compiled], one: int, other: int) -> bool:
    """Whether every plan for scenario `one` is a plan for `other`."""
    tight, wide = blocks[one].program, blocks[other].program
    return bool(
        (tight.column_upper <= wide.column_upper).all()
        and (tight.column_lower >= wide.column_lower).all()
        and (tight.row_upper <= wide.row_upper).all()
        and (tight.row_lower >= wide.row_lower).all()
    )
