"""The answer to a stated sizing, however it was found: by the extensive form, or taken apart."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from resilience.engine import Engine
from resilience.physics import Floats
from resilience.sizing.ceiling import least_worth
from resilience.sizing.credit import NOTHING
from resilience.sizing.each import solve_each
from resilience.sizing.extensive import block_worth, held_shares, lifted, measure_columns
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.lshaped import Decomposed, decompose, outline
from resilience.sizing.lshaped.search import Say
from resilience.sizing.ranges import View
from resilience.sizing.response import with_units
from resilience.sizing.slight import notable
from resilience.sizing.spared import sparable, spared, weights
from resilience.sizing.steady import tools_as_ever
from resilience.sizing.unaided import KEPT
from resilience.solver import Method, Solution, Status, relative_gap, settled, solve

if TYPE_CHECKING:
    from resilience.sizing.stated import Stated

EXACT = 4_000  # columns of all scenarios together, up to which ranges are taken from the whole program
JOINED = 600_000  # columns of all scenarios together, past which the program is taken apart
BARELY = 1e-6  # of a measure that counts as none bought


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """What to buy, each scenario's plan, and the duals that say why. Money in the physics' unit, quantities scaled."""

    status: Status
    objective: float
    bound: float
    held: Floats
    bought: Floats  # how many of each measure
    plans: Sequence[Floats]
    worth: Sequence[Floats]  # per scenario, of each store of its own: what the last unit's loss adds to the objective
    lifted: Sequence[Floats]  # and of each measure
    weight: Floats  # per scenario: what one unit of its loss adds to the objective
    view: View  # what else would do is asked of it
    size: tuple[int, int]
    seconds: float
    how: str


def size_of(asked: Stated) -> tuple[int, int]:
    """Rows and columns of all scenarios together."""
    shapes = [block.program.shape for block in asked.blocks]
    return sum(rows for rows, _ in shapes), sum(columns for _, columns in shapes)


def solved(
    asked: Stated,
    without: Sequence[Solution],
    *,
    method: Method | None,
    gap: float,
    engine: Engine | None,
    deadline: float = math.inf,
    say: Say,
) -> Solved:
    """The answer by the extensive form where all scenarios together are small, else taken apart. Only where they are
    very small does each have a block whatever comes; else those that need one. What that leaves unproved is taken apart
    too: a solver's tolerances are of the whole program, and miss much where little is held against a large stake.

    `without` are the scenarios' answers where nothing is held. With a `deadline`, a reading of `time.monotonic`, they
    are taken apart whatever their size: a search has a plan at any time, where one program has none before its end.

    Raises
    ------
    InfeasibleError
        If no reserve meets floors, limits and budget together.
    """
    taken_apart = partial(apart, asked, without, method=method, gap=gap, engine=engine, say=say)
    columns = size_of(asked)[1]
    if columns > JOINED or (without and math.isfinite(deadline)):
        return taken_apart(deadline=deadline)
    if columns > EXACT and sparable(asked, without):
        found = in_part(asked, without, method=method, gap=gap, say=say)
    else:
        found = as_one(asked, method, say, without=without)
    open_ = found.objective - found.bound
    if columns <= EXACT or open_ <= max(gap * abs(found.objective), HARMLESS):
        return found
    say(f"one program proves {relative_gap(found.objective, found.bound):.1%} only")
    return min(found, taken_apart(), key=lambda one: relative_gap(one.objective, one.bound))


def as_one(asked: Stated, method: Method | None, say: Say, *, without: Sequence[Solution] = ()) -> Solved:
    """The answer of the extensive form; `without` as for `solved`."""
    program = asked.joined.program
    height, width = program.shape
    say(f"sizing over the {len(asked.cases)} scenarios that lose anything: {height:,} rows, {width:,} columns")
    found = solve(program, method)
    dual = found.row_dual
    if program.integer is not None:  # whole numbers have no duals: what they leave to choose, once they are chosen, has
        dual = solve(settled(program, found.x), method).row_dual
    numbers = range(len(asked.cases))
    weight = np.array([asked.joined.weight(dual, number) for number in numbers])
    duals, held = [dual[rows] for rows in asked.joined.rows], asked.joined.held(found.x)
    return Solved(
        status=found.status,
        objective=found.objective,
        bound=found.bound,
        held=held,
        bought=bought(asked, found.x),
        plans=[asked.joined.plan(found.x, number) for number in numbers],
        worth=_worth(asked, held, duals, weight),
        lifted=[asked.joined.lifted(duals[number], number) for number in numbers],
        weight=weight,
        view=_view(asked, without, dual, weight),
        size=program.shape,
        seconds=found.seconds,
        how=f"extensive form of {len(asked.cases)} scenarios, {found.solver}",
    )


def in_part(asked: Stated, without: Sequence[Solution], *, method: Method | None, gap: float, say: Say) -> Solved:
    """The answer of the extensive form with blocks for those scenarios alone that need one (see `spared`)."""
    answer = spared(asked, without, method=method, gap=gap, say=say)
    joined, dual, two_stage = answer.joined, answer.found.row_dual, asked.two_stage
    loss = np.array([recourse.measured[0][0] for recourse in two_stage.recourses], dtype=np.int64)
    weight = weights(two_stage, dual)[loss]
    plans = [alone.x for alone in without]
    duals = [each * alone.row_dual for each, alone in zip(weight, without, strict=True)]
    for number, columns, rows in zip(answer.numbers, joined.columns, joined.rows, strict=True):
        plans[number], duals[number] = answer.found.x[columns], dual[rows]
    here = {number: duals[number] / weight[number] for number in answer.numbers if weight[number] > NOTHING}
    nothing = {number: alone.row_dual for number, alone in enumerate(without)}
    held = asked.first.block(answer.found.x[: two_stage.first.shape[1]], "held")
    parts = zip(asked.blocks, asked.cases, duals, strict=True)
    others = len(plans) - len(answer.numbers)
    of_others = f" and a cut for each of {others} that no reserve helps" if others else ""
    proved = relative_gap(answer.objective, answer.found.bound) <= gap  # whatever the solver says of its tolerances
    return Solved(
        status=Status.OPTIMAL if proved else answer.found.status,
        objective=answer.objective,
        bound=min(answer.found.bound, answer.objective),
        held=held,
        bought=bought(asked, answer.found.x),
        plans=plans,
        worth=_worth(asked, held, duals, weight),
        lifted=[lifted(block, case, of_block) for block, case, of_block in parts],
        weight=weight,
        view=View(program=outline(two_stage, [here, nothing]), held=asked.first.columns["held"][0], exact=False),
        size=joined.program.shape,
        seconds=answer.seconds,
        how=f"extensive form of {len(answer.numbers)} scenarios{of_others}, {answer.found.solver}",
    )


def _worth(asked: Stated, held: Floats, duals: Sequence[Floats], weight: Floats) -> list[Floats]:
    """What each scenario's last unit in each of its stores saves, by the duals of its block's rows; of empty stores the
    least that may be said of the first.
    """
    kept = asked.kept(held)
    return [
        np.where(kept[mine], block_worth(block, held_shares(case), dual), least_worth(block, case, dual, float(each)))
        for block, case, mine, dual, each in zip(asked.blocks, asked.cases, asked.mine, duals, weight, strict=True)
    ]


def bought(asked: Stated, x: Floats) -> Floats:
    """How many of each measure an answer buys: whole ones to the whole, and no trace of what is bought in part."""
    offers = asked.terms.offers
    amounts = np.clip(x[measure_columns(asked.first)], 0.0, offers.most)
    in_part = np.arange(len(amounts)) < offers.parts
    return np.where(in_part, np.where(amounts > BARELY, amounts, 0.0), np.round(amounts))


def _view(asked: Stated, without: Sequence[Solution], dual: Floats, weight: Floats) -> View:
    """The whole program where it is small; else cuts at the reserve found and where nothing is held."""
    held = asked.first.columns["held"][0]
    if asked.joined.program.shape[1] <= EXACT:
        return View(program=asked.joined.program, held=held, exact=asked.joined.program.integer is None)
    here = {number: dual[asked.joined.rows[number]] / each for number, each in enumerate(weight) if each > NOTHING}
    nothing = {number: alone.row_dual for number, alone in enumerate(without)}
    return View(program=outline(asked.two_stage, [here, nothing]), held=held, exact=False)


def _plans(
    asked: Stated,
    found: Decomposed,
    without: Sequence[Solution],
    buys: tuple[Floats, Floats],  # what is held, and how many of each measure
    *,
    method: Method | None,
    gap: float,
    engine: Engine | None,
    say: Say,
) -> list[Floats]:
    """Each scenario's plan: the one it had with nothing bought, or the last one of the search, but for those whose
    plans together cost more than a small part of the gap above what the objective counts: they are solved once more.
    """
    held, amounts = buys
    chances = asked.terms.probabilities[asked.terms.blocks]
    plans, cost = [alone.x for alone in without], np.array([alone.objective for alone in without])
    for number, (known, recourse) in enumerate(zip(found.plans, asked.two_stage.recourses, strict=True)):
        if known is not None and (lost := float(recourse.measured[0][1] @ known)) < cost[number]:
            plans[number], cost[number] = known, lost
    above = np.maximum(cost - found.most, 0.0) * np.maximum(chances, found.weight)
    poor = np.flatnonzero(notable(above, max(KEPT * gap * abs(found.objective), HARMLESS))).tolist()
    say(f"the plans in {len(poor)} scenarios that have a better one")
    again = {
        number: with_units(asked.blocks[number], asked.cases[number], held[asked.mine[number]], amounts).program
        for number in poor
    }
    prices = {number: dual for number, dual in enumerate(found.prices) if dual is not None}
    steady = {number: tools_as_ever(asked.cases[number], asked.blocks[number]) for number in poor}
    answers = solve_each(again, steady=steady, prices=prices, gap=KEPT * gap, method=method, engine=engine)
    for number, answer in answers.items():
        plans[number] = answer.x
    return plans


def apart(
    asked: Stated,
    without: Sequence[Solution],
    *,
    method: Method | None,
    gap: float,
    engine: Engine | None,
    deadline: float = math.inf,
    say: Say,
) -> Solved:
    """The decomposed answer."""
    two_stage, first = asked.two_stage, asked.first
    say(f"sizing over the {len(asked.cases)} scenarios that lose anything, taken apart")
    found = decompose(
        two_stage,
        gap=gap,
        start=np.zeros(two_stage.first.shape[1]),
        known={number: (alone.x, alone.row_dual) for number, alone in enumerate(without)},
        engine=engine,
        say=say,
        time_limit_s=deadline - time.monotonic(),
    )
    held, amounts = first.block(found.x, "held"), bought(asked, found.x)
    plans = _plans(asked, found, without, (held, amounts), method=method, gap=gap, engine=engine, say=say)
    worth, lifted = [], []
    for number, mine in enumerate(asked.mine):
        saved = np.zeros(len(found.x))
        saved[found.tied[number]] = found.worth[number]
        worth.append(first.block(saved, "held")[mine])
        lifted.append(saved[measure_columns(first)])
    rows, columns = size_of(asked)
    return Solved(
        status=found.status,
        objective=found.objective,
        bound=found.bound,
        held=held,
        bought=amounts,
        plans=plans,
        worth=worth,
        lifted=lifted,
        weight=found.weight,
        view=View(program=found.outline, held=first.columns["held"][0], exact=False),
        size=(rows, columns),
        seconds=found.seconds,
        how=(
            f"L-shaped decomposition of {len(asked.cases)} scenarios in {found.structures} structures: "
            f"{found.iterations} rounds, {found.solves:,} scenarios solved, {found.cuts:,} cuts, {found.ways}"
        ),
    )
