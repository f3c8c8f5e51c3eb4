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
from resilience.sizing.reserve import Chance, Floor, Terms
from resilience.sizing.statement import Compiled
from resilience.solver import LinearProgram, Method, solve

ONE = "No reserve meets these limits together. Any one of these changes would do:"
SOME = "No reserve meets these limits, and no change of one alone is enough. The least changes that are, together:"
NONE = "No reserve meets these limits, however they change: something else in the program cannot be met"
BARELY = 1e-6  # share of a limit, or of the proof, that counts as nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Ease:
    """One figure of the ask that may give way: by how much each row moves with it, its size, and how to say it."""

    name: str
    rows: Whole
    move: float  # -1 where rows are at most their side, 1 where at least
    size: float
    say: Callable[[float], str]


def refusal(joined: Extensive, terms: Terms, usd: float, method: Method | None) -> InfeasibleError:
    """The error that says which limits conflict and what would do; `usd` is the money unit of the program."""
    eases = _eases(joined.first, terms, usd)
    found = _least(joined.program, eases, method)
    if found is None:
        return InfeasibleError(NONE)
    given, blame = found
    blamed = [ease for ease, weight in zip(eases, blame, strict=True) if weight > BARELY]
    alone = [(ease, _least(joined.program, [ease], method)) for ease in blamed]
    if any(enough for _, enough in alone):
        said = [
            ease.say(float(enough[0][0])) if enough else f"{ease.name}: no change of it alone is enough"
            for ease, enough in alone
        ]
        return InfeasibleError(ONE, said)
    moved = [(ease, float(much)) for ease, much in zip(eases, given, strict=True) if much > BARELY * ease.size]
    return InfeasibleError(SOME, [ease.say(much) for ease, much in moved])


def _least(program: LinearProgram, eases: Sequence[Ease], method: Method | None) -> tuple[Floats, Floats] | None:
    """How much each of `eases` gives when all may, and its weight (0 to 1) in the proof that something must."""
    height, width = program.matrix.shape
    moves = [sparse.csc_matrix((np.full(len(e.rows), e.move), (e.rows, 0 * e.rows)), shape=(height, 1)) for e in eases]
    sizes = np.array([ease.size for ease in eases])
    eased = replace(
        program,
        cost=np.concatenate([np.zeros(width), 1.0 / sizes]),
        matrix=sparse.hstack([program.matrix, *moves], format="csc"),
        column_lower=np.concatenate([program.column_lower, np.zeros(len(eases))]),
        column_upper=np.concatenate([program.column_upper, np.full(len(eases), np.inf)]),
        integer=None if program.integer is None else np.append(program.integer, np.zeros(len(eases), dtype=bool)),
    )
    try:
        found = solve(eased, method)
    except InfeasibleError:
        return None
    if eased.integer is not None:  # yes and no leave no such proof: all are suspect
        return found.x[width:], np.ones(len(eases))
    return found.x[width:], np.array([(move.T @ found.row_dual)[0] for move in moves]) * sizes


def _eases(first: Compiled, terms: Terms, usd: float) -> list[Ease]:
    """Every figure that may give way, in the order of the ask."""
    found = []
    if terms.budget is not None:
        found.append(_budget(_rows(first, "budget"), terms.budget, usd))
    averaged = iter(_rows(first, "floors"))
    for number, floor in enumerate(terms.floors):
        if isinstance(floor.within, Chance):
            found.append(_served(floor, _rows(first, f"floor {number} met")))
            found.append(_probability(floor, floor.within.probability, _rows(first, f"floor {number} chance")))
        else:
            found.append(_served(floor, np.array([next(averaged)])))
    found += [_line(line, row) for line, row in zip(terms.limits, _rows(first, "limits"), strict=True)]
    return found


def _budget(rows: Whole, budget: float, usd: float) -> Ease:
    def say(much: float) -> str:
        told = budget * usd
        return f"raise `budget_usd` from {told:,.0f} to {told + much * usd * (1 + 1e-6):,.0f}"

    return Ease(name="the budget", rows=rows, move=-1.0, size=budget or 1.0, say=say)


def _served(floor: Floor, rows: Whole) -> Ease:
    name = f"the floor under {floor.tier} demand"

    def say(much: float) -> str:
        enough = max(np.floor((floor.served - much) * 1e4 + 1e-4) / 1e4, 0.0)  # four digits, rounded to the safe side
        return f"lower `served` of {name} from {floor.served:.4g} to {enough:.4f}"

    return Ease(name=name, rows=rows, move=-1.0, size=floor.served or 1.0, say=say)


def _probability(floor: Floor, probability: float, rows: Whole) -> Ease:
    name = f"the floor under {floor.tier} demand"

    def say(much: float) -> str:
        return f"lower `probability` of {name} from {probability:.4g} to {_safely(probability - much, up=False)}"

    return Ease(name=f"the probability of {name}", rows=rows, move=-1.0, size=probability, say=say)


def _line(line: Line, row: int) -> Ease:
    def say(much: float) -> str:
        change = much / line.per
        if not line.key:
            return f"let {line.words} be missed by {_safely(change, up=True)}{line.unit}"
        verb, enough = ("raise", line.told + change) if line.at_most else ("lower", line.told - change)
        new = _safely(enough, up=line.at_most)
        return f"{verb} `{line.key}` of {line.words} from {line.told:,.10g} to {new}{line.unit}"

    return Ease(
        name=line.words, rows=np.array([row]), move=-1.0 if line.at_most else 1.0, size=abs(line.side) or 1.0, say=say
    )


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
