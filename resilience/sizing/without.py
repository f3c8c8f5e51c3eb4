"""What each scenario loses where nothing is held, solving as few of them as the answer needs.

Most years that hazards bring lose nothing: stocks last, or others make more. A plan for one scenario is a plan for any
that is no harder: one whose program has the same coefficients and nowhere tighter sides or bounds. So one that loses
nothing settles all that are easier. A few scenarios of one program are tried from the middle of their order of
hardness. Of many, of which simulation has told what each loses at most (`traced.py`), the gravest come first, and those
that together weigh too little to matter are spared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resilience.physics import Floats
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake


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
        answer = solve(with_units(blocks[number], case, np.zeros(len(case.stores))).program, method)
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
