"""Plans that were found for scenarios of one structure, and mixtures of them: what scenarios cost at most.

A plan y is one at every first stage x that leaves its tied rows room,

    l <= W y + T x <= h       in the tied rows alone: no other row, and no bound, knows of x,

and so is every mixture of plans, which takes and measures what its plans do in their shares. The least mixture
therefore bounds what a scenario costs from above, as the highest cut does from below: where the two meet, the scenario
need not be solved. Plans of other scenarios count where they break none of its sides and bounds.

Reference: G. B. Dantzig and P. Wolfe (1960), Decomposition principle for linear programs, Operations Research 8(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from resilience.errors import InfeasibleError, SolverError
from resilience.physics import Mask
from resilience.sizing.fixed import BROKEN
from resilience.sizing.lshaped.structure import Structure
from resilience.sizing.twostage import Floats
from resilience.solver import CORNER, LinearProgram, solve

AT_ONCE = 256  # sides compared at a time, so that thousands of scenarios take little memory


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What a plan takes of the tied rows, and of the caps below them; what it measures; the scenarios it is one for."""

    takes: Floats
    measured: Floats
    serves: Mask


def plan_of(structure: Structure, position: int, y: Floats, low: Floats, high: Floats) -> Plan:
    """A plan `y` that was found for one scenario, between the sides `low` and `high` of all rows: what it takes is
    held within them, so that no rounding of a solver's rules it out where it was found.
    """
    taken, rows = np.asarray(structure.program.matrix @ y, dtype=np.float64), structure.tied_rows
    serves = _served(structure, taken, y)
    serves[position] = True
    return Plan(
        takes=np.clip(taken, low, high)[rows],
        measured=np.asarray(structure.measures @ y, dtype=np.float64),
        serves=serves,
    )


def _served(structure: Structure, taken: Floats, y: Floats) -> Mask:
    """The scenarios of which a plan breaks no bound, and no row but tied ones, on which the first stage has a say."""
    (height, width), spots = structure.program.shape, structure.spots
    tied = np.zeros(2 * (height + width), dtype=bool)
    tied[structure.tied_rows] = tied[height + structure.tied_rows] = True
    kept = np.flatnonzero(~tied[spots])
    laid = np.concatenate([taken, taken, y, y])
    sign = np.repeat([-1.0, 1.0, -1.0, 1.0], [height, height, width, width])[spots]  # lower sides, then upper
    alive = np.arange(len(structure.numbers))
    for start in range(0, len(kept), AT_ONCE):
        part = kept[start : start + AT_ONCE]
        room = (structure.values[np.ix_(alive, part)] - laid[spots[part]]) * sign[part]
        alive = alive[(room >= -BROKEN).all(axis=1)]
    served = np.zeros(len(structure.numbers), dtype=bool)
    served[alive] = True
    return served


@dataclass(kw_only=True, eq=False)
class Plans:
    """The plans known of one structure's scenarios."""

    structure: Structure
    known: list[Plan] = field(default_factory=list)

    @property
    def free(self) -> int:
        """How many of the tied rows stand before the caps."""
        return len(self.structure.tied_rows) - self.structure.caps

    @cached_property
    def sides(self) -> tuple[Floats, Floats]:
        """Lower and upper sides of the tied rows and caps of each scenario, before the first stage enters."""
        rows, scenarios = self.structure.tied_rows, len(self.structure.numbers)
        low, high = np.empty((scenarios, len(rows))), np.empty((scenarios, len(rows)))
        for position in range(scenarios):
            laid = self.structure.sides(position)
            low[position], high[position] = laid[0][rows], laid[1][rows]
        return low, high

    @cached_property
    def tie(self) -> sparse.csr_matrix:
        """How the tied rows see the first stage."""
        return self.structure.tie[self.structure.tied_rows[: self.free]]

    def learn(self, plan: Plan) -> None:
        """Remember a plan."""
        self.known.append(plan)

    def most(self, point: Floats, caps: Floats) -> Floats:
        """For each scenario, what the cheapest plan known that is one at `point` measures; infinite where none is.

        Plans within `caps` (scenarios x measures after the first) come before others. Shape (scenarios, measures).
        """
        found = np.full(self.structure.columns.shape, np.inf)
        low, high = self._limits(point, caps)
        within = np.zeros(len(found), dtype=bool)
        for plan in self.known:
            room = (low <= plan.takes) & (plan.takes <= high)
            stands = plan.serves & room[:, : self.free].all(axis=1)
            keeps = stands & room[:, self.free :].all(axis=1)
            better = stands & (keeps >= within) & ((keeps > within) | (plan.measured[0] < found[:, 0]))
            found[better], within[better] = plan.measured, keeps[better]
        return found

    def stands(self, plan: Plan, position: int, point: Floats) -> bool:
        """Whether a plan is one for a scenario at `point`, whatever its caps."""
        low, high = (side[0] for side in self._limits(point, np.full((1, self.structure.caps), np.inf), [position]))
        return bool(plan.serves[position] and (low <= plan.takes).all() and (plan.takes <= high).all())

    def mixed(self, position: int, point: Floats, caps: Floats) -> Floats:
        """What the cheapest mixture of plans for one scenario measures at `point`, within its `caps`; infinite where
        there is none. Shape (measures,).
        """
        plans = [plan for plan in self.known if plan.serves[position]]
        low, high = (side[0] for side in self._limits(point, caps[None], [position]))
        found = _least_mixture(plans, low, high) if plans else None
        return np.full(self.structure.columns.shape[1], np.inf) if found is None else found

    def _limits(
        self, point: Floats, caps: Floats, positions: Sequence[int] | slice = slice(None)
    ) -> tuple[Floats, Floats]:
        """Between what a plan's takings must lie. Shape (scenarios, tied rows and caps)."""
        low, high = (side[positions].copy() for side in self.sides)
        shift = np.asarray(self.tie @ point, dtype=np.float64)
        low[:, : self.free] -= shift
        high[:, : self.free] -= shift
        high[:, self.free :] = caps
        return low, high


def _least_mixture(plans: Sequence[Plan], low: Floats, high: Floats) -> Floats | None:
    takes, measured = (np.array([getattr(plan, part) for plan in plans]) for part in ("takes", "measured"))
    program = LinearProgram(
        cost=measured[:, 0],
        matrix=sparse.csc_matrix(np.vstack([takes.T, np.ones(len(plans))])),
        row_lower=np.append(low, 1.0),
        row_upper=np.append(high, 1.0),
        column_lower=np.zeros(len(plans)),
        column_upper=np.ones(len(plans)),
    )
    try:
        share = np.clip(solve(program, CORNER).x, 0.0, 1.0)
    except (InfeasibleError, SolverError):  # none of them, or none that could be told: the scenario will be solved
        return None
    return np.asarray(share @ measured / share.sum(), dtype=np.float64)
