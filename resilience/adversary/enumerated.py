"""Every choice tried: slow, plain, and what the search is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from resilience.adversary.contest import Contest
from resilience.adversary.limits import Row
from resilience.adversary.search import Found
from resilience.solver import Method, Status, solve


def every_choice(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """All sets of at most `most` of `count` cut-offs, small ones first."""
    for size in range(min(most, count) + 1):
        yield from combinations(range(count), size)


def enumerate_worst(
    contest: Contest, rows: Sequence[Row], *, most: int | None = None, method: Method | None = None
) -> Found:
    """The worst choice within limits, by solving one program for each choice of at most `most` cut-offs (all, if not
    given). Do not use it for many: eight cut-offs are 256 choices, three of sixty 36,051.
    """
    cuts: tuple[int, ...] = ()
    harm = solve(contest.struck(()), method).objective
    for choice in every_choice(len(contest), len(contest) if most is None else most):
        chosen = np.isin(np.arange(len(contest)), choice)
        if all(row.allows(chosen, np.inf if row.on_harm else 0.0) for row in rows):
            found = solve(contest.struck(choice), method).objective
            if found > harm and all(row.allows(chosen, found) for row in rows):
                cuts, harm = choice, found
    return Found(cuts=cuts, harm=harm, bound=harm, status=Status.OPTIMAL, plans=())


def enumerate_mildest(contest: Contest, price: Sequence[float], *, past: float) -> Found | None:
    """The cheapest choice whose harm lies past `past`, by solving one program for each; None where there is none."""
    best: Found | None = None
    for choice in every_choice(len(contest), len(contest)):
        dear = float(sum(price[cut] for cut in choice))
        if best is None or dear < best.bound:
            harm = solve(contest.struck(choice)).objective
            if harm > past:
                best = Found(cuts=choice, harm=harm, bound=dear, status=Status.OPTIMAL, plans=())
    return best
