"""The extensive form with blocks for those scenarios alone in which a reserve can save enough to matter.

Two things are known of a scenario that was solved with nothing held. Its dual bounds its loss from below at every
reserve (a cut, see `lshaped.structure`), and its plan, which draws nothing, stays a plan whatever is held. So what any
reserve could save in it lies between nothing and what the cut claims. Where the cut claims next to nothing at the
reserve found, the scenario needs no block: its cut stands in the first stage, and its plan is its plan.

    first       the first stage with every cut says what each scenario could save at most; those that claim enough
                are joined
    then        the joined program with the cuts of the others gives a reserve and a bound; what the reserve costs with
                the joined plans, and the others' where nothing is held, lies at or above the best
    until       the two meet to half of the gap asked for; else who claims the most is joined too

Stores are spared likewise. What the first unit in a store saves is known from the same duals, and stores where that is
little beside what a unit costs to hold are left empty at first. The bound is priced for the program with all of them,
so it tells whether one was missed; then the program is solved again with every store. Nothing is approximated beyond
the gap that is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from resilience.errors import InfeasibleError
from resilience.physics import Floats, Whole
from resilience.sizing.lshaped import outline
from resilience.sizing.lshaped.master import Weigher
from resilience.sizing.lshaped.search import Say
from resilience.sizing.twostage import Joined, TwoStage, extensive
from resilience.solver import CORNER, LinearProgram, Method, Solution, certified_bound, relative_gap, solve

if TYPE_CHECKING:
    from resilience.sizing.stated import Stated

PART = 0.5  # of the gap asked for that scenarios without a block, and stores left empty, may use up
PROMISING = 0.3  # share of a store's cost that its first unit must save for the store not to be left empty at first


@dataclass(frozen=True, kw_only=True, eq=False)
class Spared:
    """The joined program that proved enough, its answer, and what that costs when every scenario is counted."""

    joined: Joined
    numbers: tuple[int, ...]  # of the scenarios with a block, in the order of the blocks
    found: Solution
    objective: float
    seconds: float


def sparable(asked: Stated, without: Sequence[Solution]) -> bool:
    """Whether scenarios can be judged by their cuts: nothing but losses is asked of them, and nothing in whole numbers,
    and holding more leaves every plan a plan.
    """
    if len(without) != len(asked.cases) or asked.first.program.integer is not None:
        return False
    return all(
        len(recourse.measured) == 1
        and (recourse.tie.data <= 0).all()
        and np.isneginf(recourse.program.row_lower[np.unique(recourse.tie.indices)]).all()
        for recourse in asked.two_stage.recourses
    )


def spared(asked: Stated, without: Sequence[Solution], *, method: Method | None, gap: float, say: Say) -> Spared:
    """The sizing with as few blocks as prove it; `without` are the scenarios' answers where nothing is held.

    Raises
    ------
    InfeasibleError
        If no reserve meets limits and budget together.
    """
    two_stage = asked.two_stage
    cuts = {number: alone.row_dual for number, alone in enumerate(without)}
    nothing = np.array([alone.objective for alone in without])
    columns = _losses(two_stage)
    found = least_by_cuts(two_stage, [cuts])
    allowed = PART * gap * abs(found.objective)
    most = np.maximum(weights(two_stage, found.row_dual)[columns], 0.0)
    numbers: Whole = np.flatnonzero(most * _saved(found, columns, nothing) > allowed / len(cuts))
    dull = _dull(two_stage, cuts, most)
    seconds = found.seconds
    while True:
        rest = {number: dual for number, dual in cuts.items() if number not in numbers}
        first = outline(two_stage, [rest]) if rest else two_stage.first
        joined = extensive(replace(two_stage, first=first, recourses=tuple(two_stage.recourses[n] for n in numbers)))
        height, width = joined.program.shape
        blocks = f"{len(numbers)} of the {len(cuts)} scenarios that lose anything"
        say(f"sizing over {blocks}: {height:,} rows, {width:,} columns")
        found = _solved(joined.program, dull, method, PART * gap)
        seconds += found.seconds
        measured = nothing.copy()
        for span, number in zip(joined.columns, numbers, strict=True):
            measured[number] = two_stage.recourses[number].measured[0][1] @ found.x[span]
        objective, _, dearer = weigh(asked, found.x[: two_stage.first.shape[1]], measured)
        if not rest or relative_gap(objective, found.bound) <= PART * gap:
            chosen = tuple(int(number) for number in numbers)
            return Spared(joined=joined, numbers=chosen, found=found, objective=objective, seconds=seconds)
        most = np.maximum(np.maximum(weights(two_stage, found.row_dual)[columns], dearer), 0.0)
        claimed = most * _saved(found, columns, nothing)
        others = np.setdiff1d(np.arange(len(cuts)), numbers)
        more = others[claimed[others] > allowed / len(cuts)]
        numbers = np.union1d(numbers, more if len(more) else others)


def least_by_cuts(two_stage: TwoStage, cuts: Sequence[Mapping[int, Floats]]) -> Solution:
    """The first stage at its least by cuts whose duals are known, by the scenario's number: no reserve costs less."""
    return solve(outline(two_stage, cuts), CORNER)


def _dull(two_stage: TwoStage, duals: Mapping[int, Floats], weight: Floats) -> Whole:
    """First-stage columns whose first unit saves little of what it costs, by the duals where nothing is held."""
    saved = np.zeros(two_stage.first.shape[1])
    tied = np.zeros(len(saved), dtype=bool)
    for number, recourse in enumerate(two_stage.recourses):
        saved += weight[number] * (recourse.tie.T @ duals[number])
        tied[recourse.tie.nonzero()[1]] = True
    return np.flatnonzero(tied & (saved < PROMISING * two_stage.first.cost) & (two_stage.first.column_lower == 0))


def _solved(program: LinearProgram, dull: Whole, method: Method | None, enough: float) -> Solution:
    """The answer with the columns `dull` at zero where its bound, priced for all columns, proves `enough`; else the
    answer of the whole program.
    """
    upper = program.column_upper.copy()
    upper[dull] = 0.0
    try:
        found = solve(replace(program, column_upper=upper), method)
    except InfeasibleError:  # a limit asks for what was left empty, or for what cannot be
        return solve(program, method)
    bound = min(certified_bound(program, found.row_dual), found.objective)
    if relative_gap(found.objective, bound) > enough:
        return solve(program, method)
    return replace(found, bound=bound)


def weights(two_stage: TwoStage, row_dual: Floats) -> Floats:
    """What one more unit in each first-stage column adds to the cost, by the duals of the first stage's own rows."""
    own = two_stage.first.matrix.shape[0]
    return np.asarray(two_stage.first.cost - two_stage.first.matrix.T @ row_dual[:own], dtype=np.float64)


def _saved(found: Solution, columns: Whole, nothing: Floats) -> Floats:
    """What each scenario's cut says that the reserve of `found` saves in it."""
    return np.asarray(np.maximum(nothing - found.x[columns], 0.0), dtype=np.float64)


def weigh(asked: Stated, x: Floats, measured: Floats) -> tuple[float, Floats, Floats]:
    """What the decision in `x` costs where scenarios lose what is `measured`, as `Weigher` tells it."""
    held = asked.first.columns["held"][0]
    ties = (recourse.tie.nonzero()[1] for recourse in asked.two_stage.recourses)
    tied = np.unique(np.concatenate([np.arange(held.start, held.stop), *ties]))
    return Weigher(first=asked.first.program, tied=tied, columns=_losses(asked.two_stage)).weigh(x, measured)


def _losses(two_stage: TwoStage) -> Whole:
    """The first-stage column that each scenario's loss is measured in."""
    return np.array([recourse.measured[0][0] for recourse in two_stage.recourses], dtype=np.int64)
