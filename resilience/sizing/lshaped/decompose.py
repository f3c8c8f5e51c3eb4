"""The verb: a two-stage program solved by decomposition, with bounds that prove how far it is solved."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from resilience.engine import Engine, Serial
from resilience.sizing.lshaped.keep import load, save
from resilience.sizing.lshaped.oracle import Oracle, Way, suited
from resilience.sizing.lshaped.search import Say, Search
from resilience.sizing.lshaped.structure import Structure, Whole, gather
from resilience.sizing.twostage import Floats, TwoStage
from resilience.solver import LinearProgram, Status, relative_gap


@dataclass(frozen=True, kw_only=True, eq=False)
class Decomposed:
    """An answer: a first stage, what it costs at most, what every first stage costs at least, and how it was found.

    `most` and `least` say between what each scenario's first measure lies at `x`; they differ where the gap asked for
    did not need the scenario solved. `worth` is what one more unit of each tied column saves through each scenario (by
    the duals of the master), and `weight` what one more unit of its first measure adds to the objective. `prices` are
    the duals that say most of it there, and `plans` its last plan if none better is known, where they were kept.
    `outline` is the first stage with all cuts: it allows every plan at no more than its cost; `dual` has the duals of
    its own rows.
    """

    status: Status
    objective: float
    bound: float
    x: Floats
    most: Floats
    least: Floats
    weight: Floats
    worth: tuple[Floats, ...]
    tied: tuple[Whole, ...]
    prices: tuple[Floats | None, ...]
    plans: tuple[Floats | None, ...]
    outline: LinearProgram
    dual: Floats
    iterations: int
    solves: int
    cuts: int
    structures: int
    ways: str
    seconds: float

    @property
    def gap(self) -> float:
        """`(objective - bound) / |objective|`."""
        return relative_gap(self.objective, self.bound)


def decompose(
    two_stage: TwoStage,
    *,
    gap: float = 1e-6,
    start: Floats | None = None,
    known: Mapping[int, tuple[Floats, Floats]] | None = None,
    engine: Engine | None = None,
    time_limit_s: float = math.inf,
    keep: Path | None = None,
    way: Callable[[Structure], Way] = suited,
    say: Say = lambda text: None,
) -> Decomposed:
    """The least-cost first stage of `two_stage`.

    Parameters
    ----------
    gap
        `(objective - bound) / |objective|` at which to stop.
    start
        A first stage to begin at; the first evaluation there is a plan and gives cuts.
    known
        Of scenarios that were solved at `start` before: a plan, and duals of the recourse's rows.
    engine
        Where scenarios are solved; this process by default. The answer does not depend on it.
    time_limit_s
        Wall-clock seconds after which the best so far is returned, `Status.TIME_LIMIT`.
    keep
        A file for cuts: read if it is there, written if the search is interrupted or out of time.
    way
        How the scenarios of a structure are solved.

    Raises
    ------
    AskError
        If a column of a recourse has no finite bound, or `keep` is of another program.
    InfeasibleError
        If no first stage meets its rows with every scenario.
    SolverError
        If time is up before there is any plan.
    """
    started = time.process_time()
    structures = gather(two_stage)
    ways = [way(structure) for structure in structures]
    with (engine or Serial()).team(partial(Oracle, structures=structures, ways=ways)) as team:
        search = Search(
            first=two_stage.first, structures=structures, team=team, gap=gap,
            deadline=time.monotonic() + time_limit_s, say=say,
        )  # fmt: skip
        if keep is not None and keep.exists():
            load(keep, two_stage.first, search.pools)
        if start is not None:
            search.remember(start, known or {})
        try:
            status = search.run(start)
        except KeyboardInterrupt:
            if keep is not None:
                save(keep, two_stage.first, search.pools)
            raise
        if keep is not None and status is Status.TIME_LIMIT:
            save(keep, two_stage.first, search.pools)
        return told(search, status, ways, time.process_time() - started)


def told(search: Search, status: Status, ways: Sequence[Way], seconds: float) -> Decomposed:
    """What a search that has ended found."""
    x = search.answer()
    search.master.settle(x)
    most, least = np.zeros(search.scenarios), np.zeros(search.scenarios)
    weight = np.zeros(search.scenarios)
    worth: list[Floats] = [np.zeros(0)] * search.scenarios
    tied: list[Whole] = [np.zeros(0, dtype=np.int64)] * search.scenarios
    prices: list[Floats | None] = [None] * search.scenarios
    plans: list[Floats | None] = [None] * search.scenarios
    for structure, pool in enumerate(search.pools):
        numbers = pool.structure.numbers
        cheapest = pool.most(x)[:, 0]
        most[numbers] = np.minimum(cheapest, x[pool.structure.columns[:, 0]])
        least[numbers] = pool.least(x[pool.structure.tied])[0]
        known = pool.best(x[pool.structure.tied])
        for position, number in enumerate(numbers.tolist()):
            worth[number], tied[number] = np.zeros(len(pool.structure.tied)), pool.structure.tied
            prices[number] = known[position]
            plans[number] = search.plan(structure, position, x, cheapest[position])
    for row, dual in zip(search.master.rows, search.master.multipliers(), strict=False):
        pool = search.pools[row.structure]
        number = pool.structure.numbers[row.position]
        weight[number] += dual * pool.weights[row.cut][0]
        worth[number] = worth[number] + dual * pool.slopes[row.cut]
    names = Counter(type(way).__name__ for way in ways)
    return Decomposed(
        status=status,
        objective=search.upper,
        bound=min(search.lower, search.upper),
        x=x,
        most=most,
        least=np.minimum(least, most),
        weight=weight,
        worth=tuple(worth),
        tied=tuple(tied),
        prices=tuple(prices),
        plans=tuple(plans),
        outline=search.master.program(),
        dual=search.master.dual[: search.first.shape[0]],
        iterations=search.iterations,
        solves=search.solves,
        cuts=len(search.master.rows),
        structures=len(search.structures),
        ways=", ".join(f"{name} x {count}" for name, count in sorted(names.items())),
        seconds=seconds,
    )
