"""What each scenario loses where nothing is held, and which lose nothing without being solved.

Most years that hazards bring lose nothing: stocks last, or others make more. A plan for one scenario is a plan for any
that is no harder: one whose program has the same coefficients and nowhere tighter sides or bounds. So scenarios of one
program are tried from the middle of their order of hardness: one that loses nothing settles all that are easier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from resilience.engine import Done, Engine, Outcome, Serial, nothing
from resilience.errors import ScenarioError
from resilience.sizing.case import Case
from resilience.sizing.lshaped.search import Say
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, Solution, solve

HARMLESS = 1e-6  # a ten-billionth of a week of all that is at stake


def without_reserve(
    cases: Sequence[Case], blocks: Sequence[Compiled], *, method: Method | None, engine: Engine | None = None, say: Say
) -> list[Solution]:
    """The best response to each scenario when nothing is held; each that has to be solved is a task of `engine`.

    Raises
    ------
    ScenarioError
        If some cannot be solved; it names them all, once the others are.
    """
    found: dict[int, Solution] = {}
    failed: dict[str, str] = {}
    groups = _alike(blocks)
    names = {str(number): number for number in range(len(cases))}
    with (engine or Serial()).team(nothing) as team:
        for wave in _waves(groups):
            asked = _Bare(cases, blocks, [number for number in wave if number not in found], method)
            outcomes: dict[int, Outcome[Solution]] = {}
            for outcome in team.work(_solved, asked):
                number = names[outcome.key]
                outcomes[number] = outcome
                done = len(found) + len(outcomes)
                say(f"loss without a reserve, {done} of {len(cases)} scenarios: {cases[number].scenario.name}")
            for number in (names[key] for key in asked):  # whoever came first
                outcome = outcomes[number]
                if isinstance(outcome, Done):
                    found[number] = outcome.value
                else:
                    failed[cases[number].scenario.name] = f"{outcome.error}: {outcome.message}"
            _settle(found, [number for number in outcomes if number in found], groups, blocks)
    if failed:
        raise ScenarioError(failed)
    return [found[number] for number in range(len(cases))]


def _settle(
    found: dict[int, Solution], solved: Sequence[int], groups: Sequence[Sequence[int]], blocks: Sequence[Compiled]
) -> None:
    """Enter those that lose nothing, since one of those just solved is no easier and loses nothing."""
    for group in groups:
        for number in sorted(set(group) & set(solved), key=group.index):
            if found[number].objective <= HARMLESS:
                easier = [other for other in group if other not in found and _harder(blocks, number, other)]
                found.update(dict.fromkeys(easier, replace(found[number], seconds=0.0, iterations=0)))


class _Bare(Mapping[str, tuple[LinearProgram, Method | None]]):
    """Programs of scenarios with nothing held, each made when it is asked for: together they are large."""

    def __init__(
        self, cases: Sequence[Case], blocks: Sequence[Compiled], numbers: Sequence[int], method: Method | None
    ) -> None:
        self.cases = cases
        self.blocks = blocks
        self.numbers = numbers
        self.method = method

    def __getitem__(self, name: str) -> tuple[LinearProgram, Method | None]:
        case = self.cases[int(name)]
        return with_units(self.blocks[int(name)], case, np.zeros(len(case.stores))).program, self.method

    def __iter__(self) -> Iterator[str]:
        return map(str, self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def _solved(state: None, asked: tuple[LinearProgram, Method | None]) -> Solution:
    return solve(*asked)


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


def _waves(groups: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Of each group the middle; then the middles of its halves, the easier first; and so on."""
    spans = [group for group in groups if len(group)]
    while spans:
        yield [span[len(span) // 2] for span in spans]
        middles = [(span, len(span) // 2) for span in spans]
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
