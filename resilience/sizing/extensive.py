"""The extensive form: the reserve program and every scenario's response program joined into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from resilience.physics import Floats, Whole
from resilience.sizing.case import Case
from resilience.sizing.reserve import Floor
from resilience.sizing.statement import Compiled
from resilience.sizing.steady import tools_as_ever
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import LinearProgram


@dataclass(frozen=True, kw_only=True, eq=False)
class Extensive:
    """The joined program, and where each part of it stands."""

    program: LinearProgram
    first: Compiled
    blocks: tuple[Compiled, ...]
    cases: tuple[Case, ...]
    mine: tuple[Whole, ...]  # of each block's stores, which of the reserve's
    columns: tuple[slice, ...]  # of each scenario's block
    rows: tuple[slice, ...]

    def plan(self, x: Floats, number: int) -> Floats:
        """The part of an answer that is scenario `number`'s response."""
        return x[self.columns[number]]

    def held(self, x: Floats) -> Floats:
        """The part of an answer that is the reserve."""
        return self.first.block(x[: self.first.program.matrix.shape[1]], "held")

    def lifted(self, block_dual: Floats, number: int) -> Floats:
        """What one more of each measure saves in scenario `number`, by the duals of its block's rows."""
        return lifted(self.blocks[number], self.cases[number], block_dual)

    def weight(self, row_dual: Floats, number: int) -> float:
        """What one unit of scenario `number`'s loss adds to the objective: its chance, as risk weighs it."""
        links = self.rows[0].start - self.first.program.matrix.shape[0]
        first = self.first.program.matrix.shape[0] + number * (links // len(self.blocks))
        return float(-row_dual[first])


def join(
    first: Compiled,
    blocks: Sequence[Compiled],
    cases: Sequence[Case],
    *,
    mine: Sequence[Whole],
    floors: Sequence[Floor],
    members: frozenset[str],
) -> Extensive:
    """The joined program of `first` (the reserve program) and one block for each case.

    `mine` tells, for each case, which of the reserve program's stores its own stores are.
    """
    parts = two_stage(first, blocks, cases, mine=mine, floors=floors, members=members)
    joined = extensive(parts)
    return Extensive(
        program=joined.program,
        first=first,
        blocks=tuple(blocks),
        cases=tuple(cases),
        mine=tuple(mine),
        columns=joined.columns,
        rows=joined.rows,
    )


def two_stage(
    first: Compiled,
    blocks: Sequence[Compiled],
    cases: Sequence[Case],
    *,
    mine: Sequence[Whole],
    floors: Sequence[Floor],
    members: frozenset[str],
) -> TwoStage:
    """`first` and each case's block as the two stages of one program; parameters as for `join`."""
    width = first.program.shape[1]
    held, loss, unmet = (np.arange(width)[first.columns[name][0]] for name in ("held", "loss", "unmet"))
    unmet, measures = unmet.reshape(len(floors), len(cases)), measure_columns(first)
    recourses = []
    for number, (block, case) in enumerate(zip(blocks, cases, strict=True)):
        measured = [(int(loss[number]), block.program.cost)]
        for column, floor in zip(unmet[:, number], floors, strict=True):
            measured.append((int(column), unmet_share(block, case, floor, members, block.program.shape[1])))
        tie = _draws_on(block, case, held[mine[number]], width)
        if len(measures):
            lifts = _lifts(block, case).tocoo()
            tie = tie - sparse.csc_matrix((lifts.data, (lifts.row, measures[lifts.col])), shape=tie.shape)
        steady = tools_as_ever(case, block)
        recourses.append(Recourse(program=block.program, tie=tie, measured=tuple(measured), steady=steady))
    return TwoStage(first=first.program, recourses=tuple(recourses))


def block_worth(block: Compiled, shares: Mapping[str, Floats], block_dual: Floats) -> Floats:
    """What one more scaled unit in each store of a block saves, by the duals of the block's rows; `shares` as of
    `held_shares`.
    """
    worth = np.zeros((block.rows["held"].stop - block.rows["held"].start) // len(shares["held"]))
    for name, of_row in shares.items():
        worth -= block_dual[block.rows[name]].reshape(len(worth), len(of_row)) @ of_row
    return worth


def lifted(block: Compiled, case: Case, block_dual: Floats) -> Floats:
    """What one more of each measure saves in a block, by the duals of its rows."""
    return np.asarray(-_lifts(block, case).T @ block_dual, dtype=np.float64)


def _draws_on(block: Compiled, case: Case, held: np.ndarray, width: int) -> sparse.csc_matrix:
    """What one more unit held adds to the sides of the block's rows."""
    rows, columns, values = [], [], []
    for name, shares in held_shares(case).items():
        rows.append(np.arange(block.program.matrix.shape[0])[block.rows[name]])
        columns.append(np.repeat(held, len(shares)))
        values.append(-np.tile(shares, len(held)))
    shape = block.program.matrix.shape[0], width
    return sparse.csc_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def measure_columns(first: Compiled) -> Whole:
    """The columns of the reserve program that are measures."""
    spans = [first.columns[block][0] for block in ("bought", "built")]
    return np.concatenate([np.arange(span.start, span.stop, dtype=np.int64) for span in spans])


def _lifts(block: Compiled, case: Case) -> sparse.csc_matrix:
    """What one of each measure adds to the sides of the block's rows: rows x measures; no columns where none is."""
    height, rows = block.program.shape[0], block.rows["built"]
    if case.raised is None:
        return sparse.csc_matrix((height, 0))
    more = case.raised.more.reshape(rows.stop - rows.start, case.raised.more.shape[-1])
    return sparse.csc_matrix(np.pad(more, ((rows.start, height - rows.stop), (0, 0))))


def held_shares(case: Case) -> dict[str, Floats]:
    """What one unit held adds to the sides of its store's rows, by block of rows: all of it to what may be drawn in all
    (by the end of each period, where the reserve refills), a part to what may leave, or be bought back, in each period.
    """
    return {
        "held": np.ones(len(case.grid) if case.refill else 1),
        "rate": rate_shares(case),
        "pace": np.minimum(case.refill.per_week * case.lengths, 1.0) if case.refill else np.zeros(0),
    }


def rate_shares(case: Case) -> Floats:
    """Share of a store that may leave in each period; empty where the release rule sets no rate."""
    rate = case.stores.release.rate_per_week
    return np.minimum(rate * case.lengths, 1.0) if rate < 1 else np.zeros(0)


def unmet_share(block: Compiled, case: Case, floor: Floor, members: frozenset[str], size: int) -> Floats:
    """Row that turns the block's columns into the share of the floor's demand left unmet, in value at stake."""
    laws = case.physics
    demand = laws.network.demand
    country = laws.points["country"].to_numpy()[laws.wanted_at]
    counted = (demand["tier"] == floor.tier).to_numpy() & np.isin(country, list(members))
    stake = np.where(counted, demand["usd_per_unit_unmet"].to_numpy() * laws.scale[laws.wanted_at], 0.0)
    whole = float((stake[:, None] * case.wanted).sum())
    row = np.zeros(size)
    where, shape = block.columns["short"]
    row[where] = np.repeat(stake / whole if whole else stake, shape[1])
    return row
