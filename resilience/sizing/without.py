"""What each scenario loses where nothing is held, and which lose nothing without being solved for the least.

Most years that hazards bring lose nothing: stocks last, or others make more. Any plan without a loss proves that, and
to look for one takes a third of the time of looking for the least loss: columns that cost leave the program, and so
does the objective. The search is narrowed further (`harmless`); where it fails the scenario is solved in full, so
narrowing costs time now and then and never an answer.

A plan for one scenario is also a plan for any that is no harder: one whose program has the same coefficients and
nowhere tighter sides or bounds. So scenarios of one program are tried from the middle of their order of hardness: one
that loses nothing settles all that are easier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from resilience.errors import InfeasibleError, SolverError
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.program import toolers
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, Status, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake
SMALL = 2_000  # columns up to which the least loss is sought at once


def without_reserve(
    cases: Sequence[Case], blocks: Sequence[Compiled], *, method: Method | None, say: Say
) -> list[Solution]:
    """The best response to each scenario when nothing is held."""
    found: dict[int, Solution] = {}
    solves = 0
    for numbers in _alike(blocks):
        for number in _from_the_middle(numbers):
            if number in found:
                continue
            solves += 1
            say(f"loss without a reserve, {len(found) + 1} of {len(cases)} scenarios: {cases[number].scenario.name}")
            case = cases[number]
            block = with_units(blocks[number], case, np.zeros(len(case.stores)))
            harmless = unharmed(case, block, method) if block.program.shape[1] > SMALL else None
            answer = harmless or solve(block.program, method)
            found[number] = answer
            if answer.objective <= HARMLESS:
                settled = [other for other in numbers if other not in found and _harder(blocks, number, other)]
                found.update(dict.fromkeys(settled, replace(answer, seconds=0.0, iterations=0)))
    return [found[number] for number in range(len(cases))]


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
