"""What the years of an ask lose with a reserve that is given, not sized: the counterpart of `unaided`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from resilience.engine import Engine
from resilience.errors import AskError, near
from resilience.physics import Floats
from resilience.policy import Reserve
from resilience.sizing.each import solve_each
from resilience.sizing.response import with_units
from resilience.sizing.slight import notable
from resilience.sizing.steady import tools_as_ever
from resilience.sizing.unaided import KEPT
from resilience.solver import LinearProgram, Method, Solution, certified_bound

if TYPE_CHECKING:
    from resilience.sizing.stated import Stated
    from resilience.sizing.unaided import Without


@dataclass(frozen=True, kw_only=True, eq=False)
class Aided:
    """What a reserve costs, and what it leaves.

    `cost_usd` is USD a year: holding it, measures beside it, and the mean loss with both. `lost` is what each year that
    may lose anything then loses, in the physics' unit of money, shape (stated years,); `answers` are those that were
    solved for it, by number.
    """

    cost_usd: float
    lost: Floats
    answers: Mapping[int, Solution]


def with_reserve(
    stated: Stated,
    reserve: Reserve,
    *,
    measures: Mapping[str, float] | None = None,
    without: Without | None = None,
    gap: float = 1e-4,
    method: Method | None = None,
    engine: Engine | None = None,
) -> Aided:
    """The best response to each year of an ask with a reserve in place.

    `measures` tells how many of each stand beside it, by name, of those that the ask offers.
    Where it is known what each year loses `without`, years that the reserve can help by a tenth of `gap` together, as
    their duals tell, count at that loss, and so do those that were spared: the loss is then never too low.

    Raises
    ------
    AskError
        If a measure stands beside it that the ask does not offer.
    """
    units, bought = stated.units(reserve), _bought(stated, measures or {})
    own = float(stated.terms.holding @ units + stated.terms.offers.yearly @ bought)

    def program(number: int) -> LinearProgram:
        held = units[stated.mine[number]]
        return with_units(stated.blocks[number], stated.cases[number], held, bought).program

    lost = np.zeros(len(stated.blocks)) if without is None else without.most.copy()
    chances = stated.terms.probabilities[stated.terms.blocks]
    helped = range(len(lost)) if without is None else _helped(without, program, chances, own, KEPT * gap)
    programs = {number: program(number) for number in helped}
    steady = {number: tools_as_ever(stated.cases[number], stated.blocks[number]) for number in helped}
    answers = solve_each(programs, steady=steady, method=method, engine=engine)
    for number, answer in answers.items():
        lost[number] = answer.objective
    return Aided(cost_usd=(own + float(chances @ lost)) * stated.laws.usd, lost=lost, answers=answers)


def _bought(stated: Stated, measures: Mapping[str, float]) -> Floats:
    """How many of each measure that an ask offers stand beside a reserve."""
    names = [measure.name for measure in stated.measures]
    strange = [f"{name!r} is not offered. {near(name, names)}" for name in measures if name not in names]
    if strange:
        raise AskError("These measures cannot stand beside the reserve: state the ask with them", strange)
    return np.array([measures.get(name, 0.0) for name in names])


def _helped(
    without: Without, program: Callable[[int], LinearProgram], chances: Floats, own: float, share: float
) -> list[int]:
    """The years that a reserve may help by more than a share of all cost, all together."""
    live = without.live
    most = without.most[live]
    least = np.array([_least(program(number), without.answers[number].row_dual) for number in live])
    claim = chances[live] * np.maximum(most - least, 0.0)
    allowed = share * (own + float(chances[live] @ np.minimum(least, most)))
    return [live[number] for number in np.flatnonzero(notable(claim, allowed))]


def _least(program: LinearProgram, row_dual: Floats) -> float:
    """What a program costs at least, by some duals or by none."""
    return max(certified_bound(program, row_dual), certified_bound(program, np.zeros_like(row_dual)))
