"""One scenario's program with nothing held, as a task: what a worker is handed, and how it is solved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resilience.physics import Mask
from resilience.sizing.case import Case
from resilience.sizing.fixed import HARMLESS, least_fixed
from resilience.sizing.response import with_units
from resilience.sizing.statement import Compiled
from resilience.sizing.steady import least_loss, tools_as_ever
from resilience.sizing.unaided.nearby import Surroundings, surroundings
from resilience.sizing.unaided.unharmed import STEPS, narrowed, unharmed
from resilience.solver import LinearProgram, Method, Solution

MOST = 0.5  # of all columns, past which what lies near takes as long as the whole, and tells less
SMALL = 2_000  # columns up to which the least loss is sought at once


@dataclass(frozen=True, kw_only=True)
class Look:
    """How to look near what is struck: whether the least loss there will do `for_now`, without a bound, where no plan
    without a loss is found.
    """

    for_now: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Near:
    """Where to look first: the program that rules plans with a loss out, what lies near what is struck, and how."""

    narrow: LinearProgram
    around: Surroundings
    look: Look


@dataclass(frozen=True, kw_only=True, eq=False)
class Bare:
    """A scenario's program with nothing held, and the columns of tools that arrive as ever."""

    program: LinearProgram
    usual: Mask
    near: Near | None
    method: Method | None


def bare(case: Case, block: Compiled, *, method: Method | None, look: Look | None) -> Bare:
    """A scenario as a task, with a `look` near what it strikes first, if any, where that may save time."""
    empty = with_units(block, case, np.zeros(len(case.stores)))
    usual, near = tools_as_ever(case, empty), None
    if look is not None and empty.program.shape[1] > SMALL:
        narrow, around = narrowed(empty, usual), surroundings(case, empty)
        near = None if narrow is None or around is None else Near(narrow=narrow, around=around, look=look)
    return Bare(program=empty.program, usual=usual, near=near, method=method)


def solved(state: None, asked: Bare) -> Solution:
    """The least loss, or one near what is struck: without a bound, unless it is nothing."""
    return (asked.near and _nearby(asked, asked.near)) or least_loss(asked.program, asked.usual, asked.method)


def _nearby(asked: Bare, near: Near) -> Solution | None:
    """A plan that loses nothing: among few, then among all those near what is struck. Else the best of these, if that
    will do for now.
    """
    harmless = unharmed(near.narrow, near.around, asked.method)
    free = near.around.supplied <= STEPS
    if harmless is not None or free.mean() > MOST:
        return harmless
    found = least_fixed(asked.program, free, near.around.calm, asked.method)
    if found is not None and found.objective <= HARMLESS:
        return replace(found, bound=0.0)
    return found if near.look.for_now else None
