"""Plans that limit an adversary, and the choice among what they leave open.

A plan m of the defender costs `cost_m` and does without the cut-offs in `spared_m`. Whoever cuts off nothing else does
no more harm than cost_m. So with y_c whether c is cut off, and harm in units of the harm of all of them together:

    (1) hit        harm <= cost_m + (1 - cost_m) sum y_c over c not in spared_m
    (2) beyond     sum y_c over c not in spared_m >= 1      for plans that cost no more than the target
    (3) limits     factors_l @ y + on_harm_l harm <= most_l
    (4) target <= harm <= 1

No y means that no choice within the limits does more harm than the target: the plans of (1) and (2) are the proof, and
each can be checked by one program. This is column-and-constraint generation with a covering master: no dual is
multiplied by a choice, so no bound on duals has to be guessed.

Reference: B. Zeng and L. Zhao (2013), Solving two-stage robust optimization problems using a column-and-constraint
generation method, Operations Research Letters 41(5); E. Israeli and R. K. Wood (2002), Shortest-path network
interdiction, Networks 40(2), for covering cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from resilience.adversary.limits import Row
from resilience.errors import InfeasibleError
from resilience.solver import LinearProgram, Method, solve

Floats = NDArray[np.float64]
CHOOSE = Method(gap=1e-4)
FAINT = 1e-9  # of the largest factor of a limit: what is smaller no solver could weigh beside it
NEARLY = 1e-6  # of the harm of all, within which a plan says nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The defender can keep the cost to `cost`, whatever of `spared` is cut off."""

    cost: float
    spared: frozenset[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """Cut-offs that the plans do not rule out."""

    cuts: tuple[int, ...]
    most: float  # what no choice has more of, of what was asked for


def choose(
    plans: Sequence[Plan],
    rows: Sequence[Row],
    *,
    worth: Floats,
    on_harm: float,
    largest: float,
    target: float,
    refused: Sequence[frozenset[int]] = (),
) -> Choice | None:
    """The cut-offs with most worth @ y + on_harm * harm that no plan holds at the target or below; None if there are
    none. `largest` is the harm of all of them; sets in `refused` are not chosen.
    """
    count = len(worth)
    unit = max(largest, 1e-12)
    size = max(float(np.abs(worth).max(initial=0.0)), on_harm * unit, 1e-12)
    sides: list[tuple[Floats, float, float]] = []  # factors over y and harm, at least, at most
    for plan in plans:
        beyond = np.array([float(cut not in plan.spared) for cut in range(count)])
        if plan.cost <= target:
            sides.append((np.append(beyond, 0.0), 1.0, np.inf))
        held = plan.cost / unit
        if held < 1.0 - NEARLY:
            sides.append((np.append(-(1.0 - held) * beyond, 1.0), -np.inf, held))
    for row in rows:
        span = max(float(np.abs(row.factors).max(initial=0.0)), abs(row.on_harm) * unit, 1e-12)
        sides.append(_without_faint(np.append(row.factors, row.on_harm * unit) / span, row.most / span))
    for cuts in refused:
        sign = np.array([-1.0 if cut in cuts else 1.0 for cut in range(count)])
        sides.append((np.append(sign, 0.0), 1.0 - len(cuts), np.inf))
    factors = np.array([side[0] for side in sides]).reshape(-1, count + 1)
    program = LinearProgram(
        cost=-np.append(worth, on_harm * unit) / size,
        matrix=sparse.csc_matrix(factors),
        row_lower=np.array([side[1] for side in sides]),
        row_upper=np.array([side[2] for side in sides]),
        column_lower=np.append(np.zeros(count), min(target / unit, 1.0)),
        column_upper=np.ones(count + 1),
        integer=np.append(np.ones(count, dtype=bool), False),
    )
    try:
        found = solve(program, CHOOSE)
    except InfeasibleError:
        return None
    return Choice(cuts=tuple(np.flatnonzero(found.x[:-1] > 0.5).tolist()), most=-found.bound * size)


def _without_faint(factors: Floats, most: float) -> tuple[Floats, float, float]:
    """A limit without its faint factors, and so much wider as they could make it: whoever keeps to it still may.

    What it lets pass beyond that is refused once its harm is known (`Search.worst`).
    """
    faint = np.abs(factors) < FAINT
    return np.where(faint, 0.0, factors), -np.inf, most + float(np.maximum(-factors[faint], 0.0).sum())


def ceiling(plans: Sequence[Plan], rows: Sequence[Row], *, count: int, largest: float) -> float:
    """What no choice within the limits exceeds, by these plans alone."""
    best = choose(plans, rows, worth=np.zeros(count), on_harm=1.0, largest=largest, target=0.0)
    return 0.0 if best is None else min(best.most, largest)
