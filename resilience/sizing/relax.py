"""What would make an infeasible ask feasible, in the analyst's words: the least change of each limit alone or, where
none is enough alone, the least changes together.

Every limit may give way at a price of one over its size, and the program is asked for the least that all give together.
The duals of that answer are a proof (Farkas) that the ask cannot be met: only limits that the proof rests on can repair
it alone, so only these are tried one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from resilience.errors import InfeasibleError
from resilience.physics import Floats, Whole
from resilience.sizing.extensive import Extensive
from resilience.sizing.ground import Line
from resilience.sizing.reserve import Chance, Terms
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, solve

ONE = "No reserve meets these limits together. Any one of these changes would do:"
SOME = "No reserve meets these limits, and no change of one alone is enough. The least changes that are, together:"
NONE = "No reserve meets these limits, however they change: something else in the program cannot be met"
SHOWN = 3  # rows of one limit that are named
BARELY = 1e-6  # share of a limit, or of the proof, that counts as nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Ease:
    """One figure of the ask that may give way: what one of it adds to each row's side, its size, and how to say it."""

    rows: Whole
    moves: Floats  # negative for rows that are at least their side
    size: float
    name: Callable[[Floats], str]  # from the duals of the rows, which tell those that bind
    say: Callable[[float, Floats], str]  # from how much gives way, and those


@dataclass(frozen=True, kw_only=True, eq=False)
class Eased:
    """The least that must give way: how much of each figure, its weight (0 to 1) in the proof, and the rows' duals."""

    given: Floats
    blame: Floats
    dual: Floats


def refusal(joined: Extensive, terms: Terms, usd: float, method: Method | None) -> InfeasibleError:
    """The error that says which limits conflict and what would do; `usd` is the money unit of the program."""
    eases = _eases(joined.first, terms, usd)
    every = _least(joined.program, eases, method)
    if every is None:
        return InfeasibleError(NONE)
    blamed = [ease for ease, weight in zip(eases, every.blame, strict=True) if weight > BARELY]
    alone = [(ease, _least(joined.program, [ease], method)) for ease in blamed]
    if any(found for _, found in alone):
        said = [
            ease.say(found.given[0], every.dual)
            if found
            else f"{ease.name(every.dual)}: no change of it alone is enough"
            for ease, found in alone
        ]
        return InfeasibleError(ONE, said)
    moved = [(ease, much) for ease, much in zip(eases, every.given, strict=True) if much > BARELY * ease.size]
    return InfeasibleError(SOME, [ease.say(much, every.dual) for ease, much in moved])


def _least(program: LinearProgram, eases: Sequence[Ease], method: Method | None) -> Eased | None:
    """The least that `eases` must give between them, each in shares of its size; none if all of it is not enough."""
    height, width = program.matrix.shape
    sizes = np.array([ease.size for ease in eases])
    rows, moves = (np.concatenate([getattr(ease, part) for ease in eases]) for part in ("rows", "moves"))
    number = np.repeat(np.arange(len(eases)), [len(ease.rows) for ease in eases])
    given = sparse.csc_matrix((-moves, (rows, number)), shape=(height, len(eases)))
    eased = replace(
        program,
        cost=np.concatenate([np.zeros(width), 1.0 / sizes]),
        matrix=sparse.hstack([program.matrix, given], format="csc"),
        column_lower=np.concatenate([program.column_lower, np.zeros(len(eases))]),
        column_upper=np.concatenate([program.column_upper, np.full(len(eases), np.inf)]),
        integer=None if program.integer is None else np.append(program.integer, np.zeros(len(eases), dtype=bool)),
    )
    try:
        found = solve(eased, method)
    except InfeasibleError:
        return None
    if eased.integer is not None:  # yes and no leave no such proof: all are suspect, and all rows bind
        return Eased(given=found.x[width:], blame=np.ones(len(eases)), dual=np.ones(height))
    return Eased(given=found.x[width:], blame=(given.T @ found.row_dual) * sizes, dual=found.row_dual)


def _eases(first: Compiled, terms: Terms, usd: float) -> list[Ease]:
    """Every figure that may give way, in the order of the ask."""
    found = []
    if terms.budget is not None:
        found.append(_budget(_rows(first, "budget"), terms.budget, usd))
    averaged = iter(_rows(first, "floors"))
    for number, floor in enumerate(terms.floors):
        name = f"the floor under {floor.tier} demand"
        if isinstance(floor.within, Chance):
            found.append(_served(name, floor.served, _rows(first, f"floor {number} met")))
            found.append(_probability(name, floor.within.probability, _rows(first, f"floor {number} chance")))
        else:
            found.append(_served(name, floor.served, np.array([next(averaged)])))
    of: dict[tuple[int, str], list[tuple[Line, int]]] = {}
    for line, row in zip(terms.limits, _rows(first, "limits").tolist(), strict=True):
        of.setdefault((line.asked, line.key), []).append((line, row))
    return found + [_limit([line for line, _ in pairs], np.array([row for _, row in pairs])) for pairs in of.values()]


def _budget(rows: Whole, budget: float, usd: float) -> Ease:
    def say(much: float, dual: Floats) -> str:
        told = budget * usd
        return f"raise `budget_usd` from {told:,.0f} to {told + much * usd * (1 + 1e-6):,.0f}"

    return Ease(rows=rows, moves=np.ones(1), size=budget or 1.0, name=lambda dual: "the budget", say=say)


def _served(name: str, served: float, rows: Whole) -> Ease:
    def say(much: float, dual: Floats) -> str:
        enough = max(np.floor((served - much) * 1e4 + 1e-4) / 1e4, 0.0)  # four digits, rounded to the safe side
        return f"lower `served` of {name} from {served:.4g} to {enough:.4f}"

    return Ease(rows=rows, moves=np.ones(len(rows)), size=served or 1.0, name=lambda dual: name, say=say)


def _probability(name: str, probability: float, rows: Whole) -> Ease:
    def say(much: float, dual: Floats) -> str:
        return f"lower `probability` of {name} from {probability:.4g} to {_safely(probability - much, up=False)}"

    return Ease(rows=rows, moves=np.ones(1), size=probability, name=lambda dual: f"the probability of {name}", say=say)


def _limit(lines: Sequence[Line], rows: Whole) -> Ease:
    first = lines[0]
    moves = np.array([line.per if line.at_most else -line.per for line in lines])

    def name(dual: Floats) -> str:
        binding = [
            line.words for line, row in zip(lines, rows, strict=True) if abs(dual[row] * line.per) > BARELY / first.told
        ]
        shown = " and ".join(binding[:SHOWN] or [first.words])
        return shown + (f" and {len(binding) - SHOWN} more" if len(binding) > SHOWN else "")

    def say(much: float, dual: Floats) -> str:
        if not first.key:
            return f"let {name(dual)} be missed by {_safely(much, up=True)}{first.unit}"
        verb, enough = ("raise", first.told + much) if first.at_most else ("lower", first.told - much)
        new = _safely(enough, up=first.at_most)
        return f"{verb} `{first.key}` of {name(dual)} from {first.told:,.10g} to {new}{first.unit}"

    return Ease(rows=rows, moves=moves, size=first.told or 1.0, name=name, say=say)


def _safely(value: float, *, up: bool) -> str:
    """Four digits that count, rounded to the side that is surely enough.

    >>> _safely(69.99999999, up=True), _safely(0.123456, up=False), _safely(1234567.0, up=True)
    ('70', '0.1234', '1,235,000')
    """
    if not value > 0:
        return "0"
    digits = 3 - math.floor(math.log10(value) + 1e-9)
    steps = value * 10.0**digits
    whole = math.ceil(steps - 1e-3) if up else math.floor(steps + 1e-3)
    shown = f"{whole / 10.0**digits:,.{max(digits, 0)}f}"
    return shown.rstrip("0").rstrip(".") if digits > 0 else shown


def _rows(first: Compiled, block: str) -> Whole:
    where = first.rows[block]
    return np.arange(where.start, where.stop)
