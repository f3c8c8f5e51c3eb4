"""Two runs side by side: the body of diff."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from resilience.cli.answer import Answer
from resilience.cli.text import columns
from resilience.result import money, plainly
from resilience.runs import diff

SHOWN = 20  # rows in a terminal


def differing(a: Path, b: Path) -> Answer:
    """What changed from run `a` to run `b`."""
    found = diff(a, b)
    lines = [f"a: {a}", f"b: {b}", ""]
    lines += ["Inputs that differ:", columns(found.inputs), ""] if len(found.inputs) else ["Inputs are the same.", ""]
    if len(found.figures):
        shown = found.figures.assign(
            **{name: [money(abs(value)) if value >= 0 else f"-{money(abs(value))}" for value in found.figures[name]]
               for name in ("a", "b", "change")}
        )  # fmt: skip
        lines += ["The answer:", columns(shown), ""]
    if found.same:
        lines.append("Answers are the same, every figure of every table.")
    else:
        rows = found.rows
        largest = (rows["change"] / rows[["a", "b"]].abs().max(axis=1)).abs().fillna(float("inf"))
        first = rows.loc[largest.sort_values(ascending=False, kind="stable").index].head(SHOWN)
        lines += [f"Figures of tables that differ: {len(rows)}; the most changed first:", columns(_rounded(first))]
        if len(rows) > SHOWN:
            lines.append(f"{len(rows) - SHOWN} more: --json or --out DIR.")
    tables = {"inputs": found.inputs, "figures": found.figures, "rows": found.rows}
    data = {name: plainly(table.to_dict("records")) for name, table in tables.items()}
    return Answer(text="\n".join(lines), data={"a": str(a), "b": str(b), "same": found.same, **data}, tables=tables)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: [_short(value) for value in table[name]] for name in ("a", "b", "change")})


def _short(value: float) -> str:
    return "not there" if value != value else f"{value:.6g}"
