"""What a run of one block leaves behind: always the shortfalls, and every quantity of every week where asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.physics import Floats, Physics
from resilience.simulate.holdings import Holdings


@dataclass(frozen=True, kw_only=True, eq=False)
class Full:
    """Every quantity by row x week x scenario, named as on the program's page. `stock` holds what is spilled, too."""

    flow: Floats
    start: Floats
    plan: Floats
    used: Floats
    supplied: Floats
    health: Floats
    stock: Floats
    making: Floats  # orders that stand on makers' own books at the end of the week
    late: Floats  # final demand of earlier weeks that is served in this
    waiting: Floats  # and that still stands at the end of it

    def write(self, week: int, **found: Floats) -> None:
        """Put the quantities of one week in their place."""
        for name, values in found.items():
            getattr(self, name)[:, week] = values


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """One block: `short` is demand x weeks x scenarios, `missing` points x scenarios at the horizon, `drawn` stores x
    scenarios; draws by week of arrival and all else only where full traces are kept.
    """

    short: Floats
    missing: Floats
    drawn: Floats
    home: Floats | None = None
    send: Floats | None = None
    receive: Floats | None = None
    refill: Floats | None = None  # stores x weeks x scenarios: what their keepers buy back
    full: Full | None = None


def records(physics: Physics, held: Holdings, *, weeks: int, scenarios: int, full: bool) -> Records:
    """Empty records for one block."""

    def empty(rows: int) -> Floats:
        return np.zeros((rows, weeks, scenarios))

    points, makers = len(physics.points), len(physics.output)
    kept = Full(
        flow=empty(len(physics.flow)),
        start=empty(makers),
        plan=empty(makers),
        used=empty(len(physics.consumer)),
        supplied=empty(len(physics.worker)),
        health=empty(makers),
        stock=empty(points),
        making=empty(makers),
        late=empty(len(physics.wanted)),
        waiting=empty(len(physics.wanted)),
    ) if full else None  # fmt: skip
    return Records(
        short=empty(len(physics.wanted)),
        missing=np.zeros((points, scenarios)),
        drawn=np.zeros((len(held), scenarios)),
        home=empty(len(held)) if full else None,
        send=empty(len(held)) if full else None,
        receive=empty(len(held.receiver_point)) if full else None,
        refill=empty(len(held)) if full else None,
        full=kept,
    )
