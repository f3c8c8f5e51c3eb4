"""The extensive form with blocks for those scenarios alone in which a reserve can save enough to matter.

Two things are known of a scenario that was solved with nothing held. Its dual bounds its loss from below at every
reserve (a cut, see `lshaped.structure`), and its plan, which draws nothing, stays a plan whatever is held. So what any
reserve could save in it lies between nothing and what the cut claims. Where the cut claims next to nothing at the
reserve found, the scenario needs no block: its cut stands in the first stage, and its plan is its plan.

    first       the first stage with every cut says what each scenario could save at most; those that claim enough
                are joined
    then        the joined program with the cuts of the others gives a reserve and a bound; what the reserve costs with
                the joined plans, and the others' where nothing is held, lies at or above the best
    until       the two meet to a tenth of the gap asked for; else who claims the most is joined too

The bound holds for all scenarios, with block or without, so nothing is approximated beyond the gap that is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from resilience.physics import Floats, Whole
from resilience.sizing.lshaped import outline
from resilience.sizing.lshaped.master import Weigher
from resilience.sizing.lshaped.search import Say
from resilience.sizing.twostage import Joined, TwoStage, extensive
from resilience.solver import Method, Solution, relative_gap, solve

if TYPE_CHECKING:
    from resilience.sizing.size import Stated

PART = 0.1  # of the gap asked for that scenarios without a block may use up
CORNER = Method(algorithm="simplex")


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
    columns = np.array([recourse.measured[0][0] for recourse in two_stage.recourses], dtype=np.int64)
    found = solve(outline(two_stage, [cuts]), CORNER)
    allowed = PART * gap * abs(found.objective)
    most = np.maximum(weights(two_stage, found.row_dual)[columns], 0.0)
    numbers: Whole = np.flatnonzero(most * _saved(found, columns, nothing) > allowed / len(cuts))
    seconds = found.seconds
    while True:
        rest = {number: dual for number, dual in cuts.items() if number not in numbers}
        first = outline(two_stage, [rest]) if rest else two_stage.first
        joined = extensive(replace(two_stage, first=first, recourses=tuple(two_stage.recourses[n] for n in numbers)))
        height, width = joined.program.shape
        blocks = f"{len(numbers)} of the {len(cuts)} scenarios that lose anything"
        say(f"sizing over {blocks}: {height:,} rows, {width:,} columns")
        found = solve(joined.program, method)
        seconds += found.seconds
        measured = nothing.copy()
        for span, number in zip(joined.columns, numbers, strict=True):
            measured[number] = two_stage.recourses[number].measured[0][1] @ found.x[span]
        objective, _, dearer = _weigh(asked, found.x[: two_stage.first.shape[1]], columns, measured)
        if not rest or relative_gap(objective, found.bound) <= PART * gap:
            chosen = tuple(int(number) for number in numbers)
            return Spared(joined=joined, numbers=chosen, found=found, objective=objective, seconds=seconds)
        most = np.maximum(np.maximum(weights(two_stage, found.row_dual)[columns], dearer), 0.0)
        claimed = most * _saved(found, columns, nothing)
        others = np.setdiff1d(np.arange(len(cuts)), numbers)
        more = others[claimed[others] > allowed / len(cuts)]
        numbers = np.union1d(numbers, more if len(more) else others)


def weights(two_stage: TwoStage, row_dual: Floats) -> Floats:
    """What one more unit in each first-stage column adds to the cost, by the duals of the first stage's own rows."""
    own = two_stage.first.matrix.shape[0]
    return np.asarray(two_stage.first.cost - two_stage.first.matrix.T @ row_dual[:own], dtype=np.float64)


def _saved(found: Solution, columns: Whole, nothing: Floats) -> Floats:
    """What each scenario's cut says that the reserve of `found` saves in it."""
    return np.asarray(np.maximum(nothing - found.x[columns], 0.0), dtype=np.float64)


def _weigh(asked: Stated, x: Floats, columns: Whole, measured: Floats) -> tuple[float, Floats, Floats]:
    """What the decision in `x` costs where scenarios lose what is `measured`, as `Weigher` tells it."""
    tied = np.unique(np.concatenate([recourse.tie.nonzero()[1] for recourse in asked.two_stage.recourses]))
    held = asked.first.columns["held"][0]
    tied = np.union1d(tied, np.arange(held.start, held.stop))
    return Weigher(first=asked.first.program, tied=tied, columns=columns).weigh(x, measured)
