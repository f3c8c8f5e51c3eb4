"""Many first stages over the same scenarios, one after another: what one search learns of scenarios serves the next."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from resilience.engine import Engine, Serial
from resilience.sizing.lshaped.decompose import Decomposed, told
from resilience.sizing.lshaped.oracle import Oracle, Way, suited
from resilience.sizing.lshaped.pool import Pool
from resilience.sizing.lshaped.search import Say, Search
from resilience.sizing.lshaped.structure import Structure, gather
from resilience.sizing.twostage import TwoStage
from resilience.solver import LinearProgram


def decompose_each(
    program: TwoStage,
    families: Sequence[Sequence[LinearProgram]],
    *,
    gap: float = 1e-6,
    engine: Engine | None = None,
    way: Callable[[Structure], Way] = suited,
    say: Say = lambda text: None,
) -> list[list[Decomposed]]:
    """The least-cost answer of `program` with each first stage in place of its own; bounds as `decompose` gives them.

    Cuts and plans speak of scenarios alone, so they hold under every first stage that has the same columns where
    scenarios are tied and measured. Within a family each first stage must allow all that the one before it does: the
    answer of one is where the search of the next begins, and its cost there is known already. The first of a family
    must allow the decision of zeros.
    """
    structures = gather(program)
    ways = [way(structure) for structure in structures]
    found: list[list[Decomposed]] = []
    pools: list[Pool] | None = None
    with (engine or Serial()).team(partial(Oracle, structures=structures, ways=ways)) as team:
        for family in families:
            found.append([])
            for first in family:
                started = time.process_time()
                search = Search(
                    first=first, structures=structures, team=team, gap=gap, deadline=math.inf, say=say
                )  # fmt: skip
                search.pools = pools = pools or search.pools
                status = search.run(found[-1][-1].x if found[-1] else np.zeros(first.shape[1]))
                found[-1].append(told(search, status, ways, time.process_time() - started))
    return found
