"""What each column and row of a stated sizing program stands for, to read beside an exported LP or MPS file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resilience.sizing.case import Case
from resilience.sizing.stated import Stated
from resilience.sizing.statement import Compiled

COLUMNS = ["column", "scenario", "block", "of", "first_week", "one_is"]


def column_names(stated: Stated) -> pd.DataFrame:
    """One row a column: its name in the file, scenario (blank: decided before any), block, of what, first week, one_is.

    `one_is` is what a 1 in the file stands for: units of the good where it is `held`, USD where it is `loss`. Elsewhere
    it is blank; goods are counted there in thousandths of their world use a week.
    """
    first = stated.joined.first
    names = _scenarios(stated)
    parts_of, offers = stated.terms.offers.parts, [measure.name for measure in stated.measures]
    known = {"held": _joined(stated.rows), "loss": names, "bought": offers[:parts_of], "built": offers[parts_of:]}
    parts = [_block(first, block, "", known.get(block), None) for block in first.columns]
    for case, block, span in zip(stated.cases, stated.joined.blocks, stated.joined.columns, strict=True):
        named = _of(case)
        weeks = case.scenario.reaction_week + case.grid.edges[:-1].astype(int)
        made = [_block(block, name, case.scenario.name, named.get(name), weeks) for name in block.columns]
        part = pd.concat(made, ignore_index=True)
        part["number"] += span.start
        parts.append(part)
    found = pd.concat(parts, ignore_index=True).sort_values("number", ignore_index=True)
    found["one_is"] = np.nan
    found.loc[found["block"] == "held", "one_is"] = stated.scale
    found.loc[found["block"] == "loss", "one_is"] = stated.laws.usd
    return found.assign(column="c" + found["number"].astype(str))[COLUMNS]


def row_names(stated: Stated) -> pd.DataFrame:
    """One row a row: its name in the file, scenario, block, and its number within the block, from 1."""
    joined = stated.joined
    found = _rows(joined.first, "", 0)
    height = joined.first.program.matrix.shape[0]
    ties = joined.rows[0].start - height
    each = ties // len(joined.blocks)
    names = _scenarios(stated)
    tied = [(height + number, names[number // each], "tie", number % each + 1) for number in range(ties)]
    parts = [found, pd.DataFrame(tied, columns=["at", "scenario", "block", "number"])]
    parts += [
        _rows(block, name, span.start) for block, name, span in zip(joined.blocks, names, joined.rows, strict=True)
    ]
    table = pd.concat(parts, ignore_index=True).sort_values("at", ignore_index=True)
    return table.assign(row="r" + table["at"].astype(str))[["row", "scenario", "block", "number"]]


def _scenarios(stated: Stated) -> list[str]:
    """The scenario of each block: fewer than all, where simulation told that some lose nothing."""
    return [stated.scenarios.scenarios[number].name for number in stated.terms.blocks.tolist()]


def _block(
    compiled: Compiled, block: str, scenario: str, of: list[str] | None, weeks: np.ndarray | None
) -> pd.DataFrame:
    where, shape = compiled.columns[block]
    first = np.repeat(np.arange(shape[0]), int(np.prod(shape[1:]))) if shape else np.zeros(0, dtype=int)
    labels = np.array(of, dtype=object)[first] if of else (first + 1).astype(str)
    week = pd.Series(pd.NA, index=range(len(first)), dtype="Int64")
    if weeks is not None and len(shape) == 2:
        week[:] = np.tile(weeks, shape[0])
    numbers = np.arange(where.start, where.stop)
    return pd.DataFrame({"number": numbers, "scenario": scenario, "block": block, "of": labels, "first_week": week})


def _rows(compiled: Compiled, scenario: str, start: int) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {"at": np.arange(where.start, where.stop) + start, "scenario": scenario, "block": block,
             "number": np.arange(1, where.stop - where.start + 1)}
        )
        for block, where in compiled.rows.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _of(case: Case) -> dict[str, list[str]]:
    """For each block of a response program, what its rows stand for: keys joined by "/"."""
    laws = case.physics
    makers, points = _joined(laws.network.producers[["good", "place"]]), _joined(laws.points[["good", "place"]])
    stores = _joined(case.stores.rows)
    used = [f"{makers[laws.consumer[c]]}/{points[laws.consumed_at[c]]}" for c in laws.partial]
    worked = [f"{makers[p]}/{points[n]}" for p, n in zip(laws.worker, laws.worked_at, strict=True)]
    uses = _joined(laws.network.demand[["good", "place", "tier"]])
    return {
        "flow": _joined(laws.network.lanes[["good", "origin", "destination"]]),
        "start": makers,
        "plan": [makers[p] for p in laws.planners],
        "used": used,
        "supplied": worked,
        "health": [makers[p] for p in laws.toolers],
        "stock": [point for point, kept in zip(points, laws.storable, strict=True) if kept],
        "spill": [point for point, kept in zip(points, laws.storable, strict=True) if not kept],
        "short": uses,
        "home": stores,
        "send": stores,
        "receive": [points[n] for n in case.stores.receiver_point],
        "missing": points,
        "late": uses if case.serves_late else [],
        "waiting": uses if case.serves_late else [],
        "refill": stores if case.refill else [],
        "replaced": _joined(laws.swaps.rows),
    }


def _joined(rows: pd.DataFrame) -> list[str]:
    return ["/".join(map(str, row)) for row in rows.itertuples(index=False)]
