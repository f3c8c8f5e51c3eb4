"""A simulated trace as a point of the weekly response program."""

import numpy as np

from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.response import with_units
from resilience.stores import no_stores, stores


def violation(physics, scenario, records, number, *, weeks, reserve=None):
    """How far the trace is outside the program, as a share of the largest number in each row; and its objective."""
    held, units = no_stores(physics), np.zeros(0)
    if reserve is not None:
        held = stores(physics, reserve.table(), weeks=weeks, release=reserve.release)
        units = reserve.table()["units"].to_numpy() / physics.scale[held.point]
    case = build_case(physics, scenario, weeks=weeks, held=held, serves_late=True)
    compiled = with_units(Compiler().compile(case), case, units)
    skip, full = scenario.reaction_week - 1, records.full
    seen = {
        "flow": full.flow,
        "start": full.start,
        "plan": full.plan[physics.planners],
        "used": full.used[physics.partial],
        "supplied": full.supplied,
        "health": full.health[physics.toolers],
        "stock": full.stock[physics.storable],
        "spill": full.stock[~physics.storable],
        "short": records.short,
        "late": full.late,
        "waiting": full.waiting,
        "replaced": full.replaced,
        "home": records.home,
        "send": records.send,
        "receive": records.receive,
        "refill": records.refill if case.refill else records.refill[:0],
    }
    x = np.zeros(compiled.program.shape[1])
    for name, values in seen.items():
        x[compiled.columns[name][0]] = values[:, skip:, number].ravel()
    x[compiled.columns["missing"][0]] = records.missing[:, number]
    program = compiled.program
    size = 1.0 + abs(program.matrix) @ np.abs(x)
    rows = program.matrix @ x
    outside = np.maximum(program.row_lower - rows, rows - program.row_upper) / size
    beyond = np.maximum(program.column_lower - x, x - program.column_upper) / (1.0 + np.abs(x))
    where = {name: outside[part].max(initial=0) for name, part in compiled.rows.items()}
    where |= {name: beyond[part].max(initial=0) for name, (part, _) in compiled.columns.items()}
    return {name: value for name, value in where.items() if value > 1e-8}, float(program.cost @ x)
