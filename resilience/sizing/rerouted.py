"""A stated response program with another scenario's transit times.

Closed straits and longer ways round move coefficients, and nearly all of a statement's others stand: what a lane
carries leaves and lands in (1), and what has not landed by the horizon counts in (8). Those are written here once more,
as arrays; the page (`program.py`) is what they are held to, by test.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from resilience.physics import Floats, Whole
from resilience.sizing.case import ROUNDING, Case
from resilience.sizing.statement import Compiled

Entries = tuple[Whole, Whole, Floats]  # row, column and value of each


def rerouted(block: Compiled, case: Case) -> Compiled:
    """The program of `case`, but for bounds and sides, from that of one which differs in transit alone."""
    program = block.program
    old = program.matrix.tocoo()
    flows, _ = block.columns["flow"]
    balance, position = block.rows["balance"], block.rows["position"]
    written = np.zeros(program.shape[0], dtype=bool)
    written[balance] = written[position] = True
    stays = ~(written[old.row] & (old.col >= flows.start) & (old.col < flows.stop))
    leave, land, late = _carried(case)
    parts = [
        (old.row[stays], old.col[stays], old.data[stays]),
        (balance.start + leave[0], flows.start + leave[1], leave[2]),
        (balance.start + land[0], flows.start + land[1], -land[2]),
        (position.start + late[0], flows.start + late[1], late[2]),
    ]
    row, column, value = (np.concatenate(of_kind) for of_kind in zip(*parts, strict=True))
    matrix = sparse.csc_matrix((value, (row, column)), shape=program.shape)
    matrix.eliminate_zeros()
    return replace(block, program=replace(program, matrix=matrix))


def _carried(case: Case) -> tuple[Entries, Entries, Entries]:
    """Of the flows, a lane after another and its periods together: what leaves and what lands at each point in each
    period, and what is still on its way to each point at the horizon.
    """
    laws, periods = case.physics, len(case.grid)
    flows = np.arange(len(laws.flow) * periods)
    leave = np.repeat(laws.origin, periods) * periods + flows % periods, flows, np.ones(len(flows))
    land: list[Entries] = []
    late: list[Entries] = []
    patterns, pattern_of = np.unique(case.lag, axis=0, return_inverse=True)
    for number, lag in enumerate(patterns):
        shares = case.arrivals(lag)
        lanes = np.flatnonzero(pattern_of.ravel() == number)[:, None]
        arrived, left = np.nonzero(shares)
        land.append(_each(laws.destination[lanes] * periods + arrived, lanes * periods + left, shares[arrived, left]))
        underway = 1.0 - shares.sum(axis=0)
        (still,) = np.nonzero(underway > ROUNDING)
        late.append(_each(laws.destination[lanes] + 0 * still, lanes * periods + still, underway[still]))
    return leave, _together(land), _together(late)


def _each(rows: Whole, columns: Whole, values: Floats) -> Entries:
    """Lanes x entries of a pattern, which have the same values for each lane."""
    return rows.ravel(), columns.ravel(), np.broadcast_to(values, rows.shape).ravel()


def _together(entries: list[Entries]) -> Entries:
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    rows, columns, values = (np.concatenate(of_kind) for of_kind in zip(nothing, *entries, strict=True))
    return rows, columns, values
