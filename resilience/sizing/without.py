"""What each scenario loses where nothing is held, and which lose nothing without being solved.

Most years that hazards bring lose nothing: stocks last, or others make more. A plan for one scenario is a plan for any
that is no harder: one whose program has the same coefficients and nowhere tighter sides or bounds. So scenarios of one
program are tried from the middle of their order of hardness: one that loses nothing settles all that are easier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from resilience.errors import ScenarioError, SolverError
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake


def without_reserve(
    cases: Sequence[Case], blocks: Sequence[Compiled], *, method: Method | None, say: Say
) -> list[Solution]:
    """The best response to each scenario when nothing is held.

    Raises
    ------
    ScenarioError
        If the solver gives some scenarios up; it names them all, once the others are solved.
    """
    found: dict[int, Solution] = {}
    failed: dict[str, str] = {}
    solves = 0
    for numbers in _alike(blocks):
        for number in _from_the_middle(numbers):
            if number in found:
                continue
            solves += 1
            say(f"loss without a reserve, {len(found) + 1} of {len(cases)} scenarios: {cases[number].scenario.name}")
            case = cases[number]
            try:
                answer = solve(with_units(blocks[number], case, np.zeros(len(case.stores))).program, method)
            except SolverError as error:
                failed[case.scenario.name] = str(error)
                continue
            found[number] = answer
            if answer.objective <= HARMLESS:
                settled = [other for other in numbers if other not in found and _harder(blocks, number, other)]
                found.update(dict.fromkeys(settled, replace(answer, seconds=0.0, iterations=0)))
    if failed:
        raise ScenarioError(failed)
    return [found[number] for number in range(len(cases))]


def _alike(blocks: Sequence[Compiled]) -> list[list[int]]:
    """Numbers of blocks that share their coefficients, hardest first."""
    groups: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        groups.setdefault(id(block.program.matrix), []).append(number)
    for numbers in groups.values():
        numbers.sort(key=lambda number: (float(_room(blocks[number].program).sum()), number))
    return list(groups.values())


def _room(program: LinearProgram) -> np.ndarray:
    return program.column_upper - program.column_lower


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
