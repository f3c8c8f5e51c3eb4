"""The reserve program: how much of what to hold where, before knowing which scenario comes.

Sets        stores i; scenarios s with chance p_s, and the calm year with the rest; floors f
Data        holding_i USD a year per unit; usd_i purchase value per unit; most_i (rotation and what could be drawn)
Variables   held_i; loss_s of the response program; unmet_fs share of the floor's demand unmet;
            for each tail mean: edge, and beyond_s past it
Objective   least  sum holding_i held_i + risk(loss)
Subject to  (1) weighed         edge + sum_s p_s beyond_s / tail with beyond_s >= loss_s - edge     (tail above 0)
                                edge >= loss_s                                                      (tail 0: the worst)
            (2) keep_to_budget  sum usd_i held_i <= budget
            (3) keep_floors     risk_f(unmet_f) <= 1 - served_f
with loss_s and unmet_fs tied to the response program of each scenario where the blocks are joined (`extensive.py`).

Reference: R. T. Rockafellar and S. Uryasev (2000), Journal of Risk 2(3), for (1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats
from resilience.risk import Risk, WorstCase
from resilience.sizing.statement import Statement, Variables, total


@dataclass(frozen=True, kw_only=True)
class Floor:
    """At least the share `served` of the members' demand in `tier` is met over the horizon, as `within` weighs years.

    `within=WorstCase()` asks it of every scenario; `Expectation()` on average over years; `CVaR(tail=0.1)` in the mean
    of the worst tenth.
    """

    tier: str
    served: float
    within: Risk = WorstCase()  # noqa: RUF009 (frozen value object)

    def __post_init__(self) -> None:
        if not 0 <= self.served <= 1:
            raise AskError(f"Floor.served is {self.served!r}: it is a share and must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """What the reserve program knows of its stores and scenarios. Money in the physics' unit, quantities scaled."""

    holding: Floats  # per store and year
    purchase: Floats  # per store
    most: Floats
    probabilities: Floats
    largest_loss: Floats  # per scenario: more than any plan could lose
    risk: Risk
    budget: float | None
    floors: tuple[Floor, ...]


def reserve_program(terms: Terms) -> Statement:
    """The page: what to hold, against losses that the scenarios' response programs decide."""
    statement = Statement("reserve")
    held = statement.variables("held", terms.most)
    loss = statement.variables("loss", terms.largest_loss)
    unmet = statement.variables("unmet", np.ones((len(terms.floors), len(loss))))
    holding = list(zip(terms.holding, held, strict=True))
    largest = float(terms.largest_loss.max(initial=0.0))
    statement.minimise(total(holding + weighed(statement, "risk", terms.risk, loss, terms, largest)))
    keep_to_budget(statement, terms, held)
    keep_floors(statement, terms, unmet)
    return statement


def weighed(
    statement: Statement, block: str, risk: Risk, values: Variables, terms: Terms, largest: float
) -> list[tuple[float, object]]:
    """(1) The risk measure of `values` as terms of an expression, with what it takes to state it."""
    found: list[tuple[float, object]] = []
    for number, (weight, tail) in enumerate(risk.mixture()):
        if tail == 1:
            found += [(weight * p, value) for p, value in zip(terms.probabilities, values, strict=True)]
            continue
        edge = statement.variables(f"{block} edge {number}", np.array([largest]))[0]
        found.append((weight, edge))
        beyond = statement.variables(f"{block} beyond {number}", np.full(len(values), largest if tail > 0 else 0.0))
        rules = (value - edge - excess <= 0 for value, excess in zip(values, beyond, strict=True))
        statement.keep(f"{block} tail {number}", rules)
        if tail > 0:  # the calm year loses nothing, and edge >= 0, so it never lies beyond
            found += [(weight * p / tail, excess) for p, excess in zip(terms.probabilities, beyond, strict=True)]
    return found


def keep_to_budget(statement: Statement, terms: Terms, held: Variables) -> None:
    """(2) What is bought costs at most the budget."""
    rules = []
    if terms.budget is not None:
        rules.append(total(zip(terms.purchase, held, strict=True)) <= terms.budget)
    statement.keep("budget", rules)


def keep_floors(statement: Statement, terms: Terms, unmet: Variables) -> None:
    """(3) Each floor holds in the sense it names."""
    rules = []
    for number, (floor, row) in enumerate(zip(terms.floors, unmet, strict=True)):
        measured = weighed(statement, f"floor {number}", floor.within, row, terms, 1.0)
        rules.append(total(measured) <= 1.0 - floor.served)
    statement.keep("floors", rules)
