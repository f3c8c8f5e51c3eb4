"""Other values for some of a network's figures."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from resilience import tables


def with_values(frames: Mapping[str, pd.DataFrame], values: pd.Series) -> dict[str, pd.DataFrame]:
    """The frames with `values` (by row of the figures) in their cells; shares are scaled back to their total."""
    figures = frames["figures"].loc[values.index]
    changed = {name: frame.copy() for name, frame in frames.items()}
    for (table, column), rows in figures.groupby(["table", "column"]):
        schema = tables.schemas()[str(table)]
        cells = changed[str(table)].set_index(tables.key_text(changed[str(table)], schema.key))[column]
        before = cells.copy()
        cells.update(pd.Series(values[rows.index].to_numpy(), index=rows["key"]))
        if schema.field(str(column)).type == "integer":
            cells = cells.round()
        if column in ("share", "share_of_use"):
            cells = _same_total(cells, before, changed[str(table)], str(column))
        changed[str(table)][str(column)] = cells.to_numpy()
    changed["figures"] = changed["figures"].iloc[:0]  # evidence is for the stated values, not for the drawn ones
    return changed


def _same_total(cells: pd.Series, before: pd.Series, frame: pd.DataFrame, column: str) -> pd.Series:
    """Drawn shares scaled so that each good's (or user's) shares add up to what they did."""
    groups = [frame["good"].to_numpy()] + ([frame["destination"].to_numpy()] if column == "share_of_use" else [])
    drawn_total = cells.groupby(groups).transform("sum")
    stated_total = before.groupby(groups).transform("sum")
    return (cells * stated_total / drawn_total.where(drawn_total > 0, 1.0)).clip(upper=1.0)
