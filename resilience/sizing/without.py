"""What each scenario loses where nothing is held, solving as few of them, and as little of each, as the answer needs.

Most years that hazards bring lose nothing: stocks last, or others make more. Any plan without a loss proves that, and
to look for one takes a third of the time of looking for the least loss: columns that cost leave the program, and so
does the objective. The search is narrowed further (`unharmed`); where it fails the scenario is solved in full, so
narrowing costs time now and then and never an answer.

A plan for one scenario is also a plan for any that is no harder: one whose program has the same coefficients and
nowhere tighter sides or bounds. So one that loses nothing settles all that are easier. A few scenarios of one program
are tried from the middle of their order of hardness. Of many, of which simulation has told what each loses at most
(`traced.py`), the gravest come first, and those that together weigh too little to matter are spared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resilience.errors import InfeasibleError, SolverError
from resilience.physics import Floats
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.program import toolers
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, Status, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake
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

    @property
    def spared(self) -> list[int]:
        """The scenarios of which no more is known than what they lose at most."""
        return [number for number in range(len(self.most)) if number not in self.answers]


def without_reserve(
    cases: Sequence[Case],
    blocks: Sequence[Compiled],
    *,
    traced: Traced | None = None,
    method: Method | None,
    say: Say,
) -> Without:
    """The best response to each scenario when nothing is held, but for those that `traced` allows to be spared."""
    alike = _alike(blocks)
    most = np.full(len(cases), np.inf) if traced is None else traced.most.copy()
    answers: dict[int, Solution] = {}
    for number in _in_turn(alike, traced):
        if number in answers:
            continue
        if traced is not None and _negligible(most, answers, traced):
            break
        say(f"loss without a reserve, {len(answers) + 1} of {len(cases)} scenarios: {cases[number].scenario.name}")
        case = cases[number]
        block = with_units(blocks[number], case, np.zeros(len(case.stores)))
        harmless = unharmed(case, block, method) if block.program.shape[1] > SMALL else None
        answer = harmless or solve(block.program, method)
        answers[number], most[number] = answer, answer.objective
        for other in alike[id(blocks[number].program.matrix)]:
            if other not in answers and answer.objective < most[other] and _harder(blocks, number, other):
                most[other] = answer.objective
                if answer.objective <= HARMLESS:
                    answers[other] = answer
    return Without(most=most, answers=answers)


def _negligible(most: Floats, answers: Mapping[int, Solution], traced: Traced) -> bool:
    """Whether what is not solved yet weighs too little to matter."""
    weighed = most * traced.weight
    known = sum(weighed[number] for number in answers)
    return bool(weighed.sum() - known <= traced.spare * known)


def unharmed(case: Case, block: Compiled, method: Method | None) -> Solution | None:
    """A plan that loses nothing in a program whose stores are empty, or None where it was not found soon.

    Makers take inputs that are partly essential as if they could not do without, which takes a row and two columns off
    each; and those whose tools arrive as ever keep to their usual use of them. Both only rule plans out.
    """
    program = block.program
    if (program.cost < 0).any() or (program.column_lower > 0).any():
        return None
    lowest, highest = program.column_lower.copy(), np.where(program.cost > 0, 0.0, program.column_upper)
    low, high = program.row_lower.copy(), program.row_upper.copy()
    low[block.rows["plan"]] = high[block.rows["plan"]]  # start = plan
    high[block.rows["essential"]] = low[block.rows["essential"]]  # hence used = a start
    for name, calm in _tools_arrive(case).items():
        where, shape = block.columns[name]
        lowest[where] = np.where(np.repeat(calm, shape[1]), highest[where], lowest[where])
    kept = np.flatnonzero(highest > 0)
    narrow = replace(
        program, cost=np.zeros(len(kept)), matrix=program.matrix[:, kept], row_lower=low, row_upper=high,
        column_lower=lowest[kept], column_upper=highest[kept],
    )  # fmt: skip
    try:
        found = solve(narrow, method)
    except (InfeasibleError, SolverError):  # there is none, or the solver cannot tell: the whole program will
        return None
    if found.status is not Status.OPTIMAL:
        return None
    x = np.zeros(program.shape[1])
    x[kept] = found.x
    nothing = np.zeros(len(program.row_lower)), np.zeros(program.shape[1])
    return replace(found, objective=0.0, bound=0.0, x=x, row_dual=nothing[0], column_dual=nothing[1])


def _tools_arrive(case: Case) -> dict[str, np.ndarray]:
    """Of the tools and spares of each maker, and of each maker that needs any, whether no lane that brings them, and no
    maker of them beside it, is held up.
    """
    laws = case.physics
    short = np.zeros(len(laws.points), dtype=bool)
    short[laws.destination[(case.passing < laws.flow[:, None] * (1.0 - 1e-9)).any(axis=1)]] = True
    short[laws.made_at[(case.left < 1).any(axis=1)]] = True
    hit = laws.worker[short[laws.worked_at]]
    return {"supplied": ~np.isin(laws.worker, hit), "health": ~np.isin(toolers(case), hit)}


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


def _in_turn(alike: Mapping[int, Sequence[int]], traced: Traced | None) -> Iterator[int]:
    """The order in which scenarios are tried."""
    if traced is None:
        for numbers in alike.values():
            yield from _from_the_middle(numbers)
    else:
        yield from np.argsort(-traced.most * traced.weight, kind="stable").tolist()


def _from_the_middle(numbers: Sequence[int]) -> Iterator[int]:
    """The middle, then the easier half in the same way, then the harder."""
    if numbers:
        middle = len(numbers) // 2
        yield numbers[middle]
        yield from _from_the_middle(numbers[middle + 1 :])
        yield from _from_the_middle(numbers[:middle])


def _harder(blocks: Sequence[Compiled], one: int, other: int) -> bool:
    """Whether every plan for scenario `one` is a plan for `other`."""
    tight, wide = blocks[one].program, blocks[other].program
    return bool(
        (tight.column_upper <= wide.column_upper).all()
        and (tight.column_lower >= wide.column_lower).all()
        and (tight.row_upper <= wide.row_upper).all()
        and (tight.row_lower >= wide.row_lower).all()
    )
