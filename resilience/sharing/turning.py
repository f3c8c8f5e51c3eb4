"""The program of all coalitions in the solver: members are turned in and out of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from resilience.errors import SolverError
from resilience.physics import Floats, Mask
from resilience.sharing.alliances import CLOSELY, Alliance, Reached
from resilience.sharing.needed import Needed
from resilience.solver import Status
from resilience.standing import UNLIMITED, Standing

SMALLEST = 2.0**-5  # cost in the solver: thousands of times what HiGHS perturbs costs by where some are large
LARGEST = 2.0**14  # the same: a double tells it to a five hundredth of the tolerance of prices


class Turning:
    """What is needed of one alliance's program, kept in the solver. Whoever is out has its columns held at nothing.

    Going from a coalition to one without a member takes few steps; the other way takes more, so mark a corner and go
    back to it. Where costs are small the solver counts money more finely (`finer`): it perturbs them, and takes a
    price for right that is a billionth of a unit off, however little is at stake in a scenario that is rare.
    """

    def __init__(self, asked: Alliance, needed: Needed) -> None:
        self.asked = asked
        self.needed = needed
        self.inside: Mask = np.ones(len(asked.members), dtype=bool)
        self.program, self._rows, self._columns = needed.cut(*asked.of(self.inside))
        self._finer = finer(self.program.cost)
        self._standing = Standing(replace(self.program, cost=self.program.cost * self._finer), CLOSELY)
        first, second = asked.first[self._columns], asked.second[self._columns]
        self._first, self._second = first, second
        self._own = [np.flatnonzero((first == n) | (second == n)) for n in range(len(self.inside))]
        self._seconds = 0.0
        self._x = self._dual = np.zeros(0)

    @property
    def number(self) -> int:
        """The coalition it stands at, in the order of a `Game`."""
        return int(self.inside @ (1 << np.arange(len(self.inside))))

    def turn(self, member: int, *, is_in: bool) -> None:
        """Take a member in or out."""
        self.inside[member] = is_in
        own, turned = self._own[member], self.asked.turned
        free = self.inside[self._first[own]] & self.inside[self._second[own]]
        low, high = self.program.column_lower[own], self.program.column_upper[own]
        self._standing.bound(columns=own, lower=np.where(free, low, 0.0), upper=np.where(free, high, 0.0))
        if len(turned):
            rows = np.arange(len(turned))
            self._standing.move(rows=rows, lower=np.full(len(turned), -np.inf), upper=turned @ self.inside)

    def go(self, inside: Mask) -> None:
        """Turn whoever it takes."""
        for member in np.flatnonzero(self.inside != inside):
            self.turn(int(member), is_in=bool(inside[member]))

    def mark(self) -> Any:
        """The corner it stands at."""
        return self._standing.mark()

    def back(self, mark: Any) -> None:
        """Stand at a marked corner again, whoever is in."""
        self._standing.back(mark)

    def solve(self, *, most: int = UNLIMITED) -> float | None:
        """The coalition's least cost of departing from the market, in the program's money, from where it stands; None
        where `most` steps did not do.

        Raises
        ------
        SolverError
            If there is none.
        """
        started = time.process_time()
        answer = self._standing.simplex(most=most)
        if answer.status is Status.TIME_LIMIT:
            return None
        if answer.status is not Status.OPTIMAL:
            raise SolverError(f"A coalition's program could not be solved: {answer.status.value}")
        self._x, self._dual = answer.x, answer.row_dual / self._finer
        self._seconds = time.process_time() - started
        return answer.objective / self._finer

    def dual(self) -> Floats:
        """The duals of the last answer, over all rows of the alliance."""
        return self.needed.dual(self._rows, self._dual)

    def told(self) -> Reached:
        """The last answer in words."""
        x = np.zeros(len(self.asked.first))
        x[self._columns] = self._x
        return self.asked.told(self.inside, x, self.dual(), seconds=self._seconds)


def finer(cost: Floats) -> float:
    """By how much more finely money is counted in the solver: so that no cost but nothing is below `SMALLEST`, as far
    as none passes `LARGEST`. A power of two, by which no digit changes.

    >>> finer(np.array([0.0, 3.0, -1e-4])), finer(np.array([0.0, 3.0, -1e-9])), finer(np.array([0.0, 3.0, 0.5]))
    (256.0, 4096.0, 1.0)
    """
    some = np.abs(cost[cost != 0])
    if not len(some):
        return 1.0
    return float(2.0 ** max(0.0, np.floor(np.log2(min(SMALLEST / some.min(), LARGEST / some.max())))))
