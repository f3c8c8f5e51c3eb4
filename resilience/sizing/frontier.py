"""What each budget buys: the least expected loss and the least tail loss, budget by budget.

For a budget b and a measure of loss, over reserves that keep to every limit asked for,

    value(b) = least measure(loss)   subject to   purchase value held + cost of measures set up <= b

which never rises with b and is convex: the first dollar does most (not so with measures that come in whole ones, which
a little more money may just reach). What is held and kept up costs by the year is left out, since the budget stands for
it. Budgets differ in one side of one row, measures in a few rows of the first stage, so that a point begins where
the last one ended: at its corner if all scenarios together are small, from its cuts and plans if they are taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resilience.engine import Engine
from resilience.errors import AskError
from resilience.mitigation import Measure
from resilience.physics import Floats
from resilience.risk import CVaR, Expectation, Risk
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.lshaped.sweep import decompose_each
from resilience.solver import LinearProgram, Status, certified_bound, relative_gap, settled, solve
from resilience.standing import Standing

if TYPE_CHECKING:
    from resilience.sizing.size import Sizing
    from resilience.sizing.stated import Stated

Say = Callable[[str], None]
MEASURES: Mapping[str, Risk] = {"expected": Expectation(), "worst tenth": CVaR(tail=0.1)}
TOGETHER = 60_000  # columns of all scenarios together, up to which corners of the whole program are walked
COLUMNS = ["measure", "budget_usd", "loss_usd", "bound_usd", "gap", "saved_usd_per_usd", "status"]


def frontier(
    stated: Stated,
    sizing: Sizing,
    budgets_usd: Sequence[float],
    *,
    measures: Mapping[str, Risk] = MEASURES,
    gap: float = 1e-4,
    together: int = TOGETHER,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> pd.DataFrame:
    """The least loss that each budget leaves, by each measure of it.

    Parameters
    ----------
    stated, sizing
        What was asked, and its answer, which tells the scenarios that lose anything. Limits and floors hold; budget,
        holding cost and measure of risk are those of each point.
    measures
        Names and measures of loss; mean and mean of the worst tenth of years by default.
    gap
        Where the search for a point may stop: (loss - bound) / loss.
    together
        Columns up to which the whole program is walked from corner to corner; larger ones are taken apart.

    Returns
    -------
    Columns measure, budget_usd, loss_usd (a year), bound_usd (no reserve within the budget leaves less), gap,
    saved_usd_per_usd (loss that one more dollar of budget saves a year, whole numbers left as they are), status.
    Sorted by measure and budget.

    Raises
    ------
    AskError
        If a budget is negative, or floors or limits ask for something to be held: the first point holds nothing. Or if
        a measure costs by the year alone: no budget would bound it.
    """
    budgets = sorted({float(budget) for budget in budgets_usd})
    faults = [f"a budget is {budget:,.6g} USD: it must be 0 or more" for budget in budgets if not 0 <= budget < np.inf]
    if stated.terms.floors or any(not line.at_most and line.side > 0 for line in stated.terms.limits):
        faults.append("floors and limits of the kind `at least` cannot be kept by every budget: ask without them")
    faults += unbounded(stated.measures)
    if faults:
        raise AskError("This frontier cannot be drawn", faults)
    live = [n for n, usd in enumerate(sizing.losses["without_usd"]) if usd > HARMLESS * stated.laws.usd]
    asked = stated.only(live)
    usd = asked.laws.usd
    families = [_family(asked, risk, [budget / usd for budget in budgets]) for risk in measures.values()]
    found = []
    for name, points in zip(measures, _solved(asked, families, together, gap, engine, say), strict=True):
        for budget, (loss, bound, slope, status) in zip(budgets, points, strict=True):
            apart = relative_gap(loss, bound)
            found.append((name, budget, loss * usd, bound * usd, apart, slope, status.name.lower()))
    return pd.DataFrame(found, columns=COLUMNS)


def unbounded(measures: Sequence[Measure]) -> list[str]:
    """Why these cannot stand in a frontier: what costs by the year alone is within every budget."""
    return [
        f"{measure.name!r} costs nothing to set up, so that every budget could buy it: state what it costs as `usd`, "
        "or ask for a frontier without it"
        for measure in measures
        if measure.usd == 0 and measure.usd_per_year > 0
    ]


Point = tuple[float, float, float, Status]


def _family(asked: Stated, risk: Risk, budgets: Sequence[float]) -> list[Stated]:
    """The same ask by one measure of loss alone, at each budget."""
    free = np.zeros_like(asked.terms.holding)
    offers = replace(asked.terms.offers, yearly=np.zeros_like(asked.terms.offers.yearly))
    terms = replace(asked.terms, holding=free, offers=offers, risk=risk, budget=budgets[-1])
    return [replace(asked, terms=replace(terms, budget=budget)) for budget in budgets]


def _solved(
    asked: Stated, families: Sequence[Sequence[Stated]], together: int, gap: float, engine: Engine | None, say: Say
) -> list[list[Point]]:
    if sum(block.program.shape[1] for block in asked.blocks) <= together:
        whole = asked.first.program.integer is not None
        return [_searched(family, say) if whole else _walked(family, say) for family in families]
    firsts = [[point.first.program for point in family] for family in families]
    apart = decompose_each(families[0][0].two_stage, firsts, gap=gap, engine=engine, say=say)
    return [
        [
            (found.objective, found.bound, -found.dual[point.first.rows["budget"]][0], found.status)
            for found, point in zip(points, family, strict=True)
        ]
        for points, family in zip(apart, families, strict=True)
    ]


def _walked(family: Sequence[Stated], say: Say) -> list[Point]:
    """Corner after corner of the whole program, the budget rising."""
    program = family[0].joined.program
    row = np.arange(program.shape[0])[family[0].first.rows["budget"]]
    standing = Standing(program)
    found = []
    for number, point in enumerate(family, 1):
        say(f"budget {number} of {len(family)}")
        budget = np.array([point.terms.budget])
        standing.move(rows=row, lower=np.array([-np.inf]), upper=budget)
        answer = standing.simplex()
        bound = certified_bound(_with_side(program, int(row[0]), float(budget[0])), answer.row_dual)
        loss = max(answer.objective, bound)
        found.append((loss, bound, float(-answer.row_dual[row[0]]), answer.status))
    return found


def _searched(family: Sequence[Stated], say: Say) -> list[Point]:
    """Each point by itself: whole numbers leave no corner to walk from. Slopes are of what they leave to choose."""
    found = []
    for number, point in enumerate(family, 1):
        say(f"budget {number} of {len(family)}")
        program = point.joined.program
        answer = solve(program)
        dual = solve(settled(program, answer.x)).row_dual[point.first.rows["budget"]]
        found.append((answer.objective, answer.bound, float(-dual[0]), answer.status))
    return found


def _with_side(program: LinearProgram, row: int, side: float) -> LinearProgram:
    upper: Floats = program.row_upper.copy()
    upper[row] = side
    return replace(program, row_upper=upper)
