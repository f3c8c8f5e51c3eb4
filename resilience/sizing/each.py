"""Programs that do not hang on one another, each a task of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resilience.engine import Engine, Serial, answers, nothing
from resilience.physics import Floats, Mask
from resilience.sizing.fixed import least_at_prices
from resilience.sizing.steady import least_loss
from resilience.solver import LinearProgram, Method, Solution


def solve_each(
    programs: Mapping[int, LinearProgram],
    *,
    steady: Mapping[int, Mask],
    prices: Mapping[int, Floats] | None = None,
    gap: float = 0.0,
    method: Method | None,
    engine: Engine | None = None,
) -> dict[int, Solution]:
    """The answer of each program, each a task of `engine` (this process by default).

    `steady` are the columns of each that are thought to stand at their upper bounds (see `least_loss`), and `prices`
    duals of some, of which a plan within `gap` of their bound will do.

    Raises
    ------
    EngineError
        If one cannot be solved.
    """
    prices = prices or {}
    asked = {
        str(number): _Alone(program=program, steady=steady[number], prices=prices.get(number), gap=gap, method=method)
        for number, program in programs.items()
    }
    with (engine or Serial()).team(nothing) as team:
        return {int(key): found for key, found in answers(team, _solve, asked).items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Alone:
    program: LinearProgram
    steady: Mask
    prices: Floats | None
    gap: float
    method: Method | None


def _solve(state: None, asked: _Alone) -> Solution:
    found = None
    if asked.prices is not None:
        found = least_at_prices(asked.program, asked.prices, gap=asked.gap, method=asked.method)
    return least_loss(asked.program, asked.steady, asked.method) if found is None else found
