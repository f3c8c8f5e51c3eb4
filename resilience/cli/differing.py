"""Two runs side by side: the body of diff."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from resilience.amounts import money
from resilience.cli.answer import Answer
from resilience.cli.text import columns, fitted
from resilience.formats import plainly
from resilience.runs import diff

Say = Callable[[str], None]
SHOWN = 20  # rows in a terminal
WIDTH = 100  # letters in a line of one
WHAT, VALUE = 48, 24  # letters of an input and of what it was set to that stand in one line
FIRST = ("points", "policies", "goods", "losses", "shortfall")  # tables that say most


def differing(a: Path, b: Path, *, say: Say) -> Answer:
    """What changed from run `a` to run `b`."""
    say("reading both")
    found = diff(a, b)
    lines = [f"a: {a}", f"b: {b}", ""]
    lines += ["Inputs that differ:", *_inputs(found.inputs), ""] if len(found.inputs) else ["Inputs are the same.", ""]
    if len(found.figures):
        shown = found.figures.assign(
            **{name: [f"-{money(-value)}" if value < 0 else money(value) for value in found.figures[name]]
               for name in ("a", "b", "change")}
        )  # fmt: skip
        lines += ["The answer:", columns(shown), ""]
    if found.same:
        lines.append("Answers are the same, every figure of every table.")
    else:
        rows = found.rows
        lines += [f"Figures of tables that differ: {len(rows)}, those of {', '.join(FIRST)} first:"]
        lines.append(fitted(_rounded(_ranked(rows).head(SHOWN)), WIDTH))
        if len(rows) > SHOWN:
            lines.append(f"{len(rows) - SHOWN} more: --json or --out DIR.")
    tables = {"inputs": found.inputs, "figures": found.figures, "rows": found.rows}
    data = {name: plainly(table.to_dict("records")) for name, table in tables.items()}
    return Answer(text="\n".join(lines), data={"a": str(a), "b": str(b), "same": found.same, **data}, tables=tables)


def _inputs(inputs: pd.DataFrame) -> list[str]:
    """A row each where it fits, and below those that do not: a and b under each other, as commands must be."""
    long = (inputs["what"].str.len() > WHAT) | (inputs[["a", "b"]].map(len).max(axis=1) > VALUE)
    lines = [] if long.all() else [columns(inputs[~long])]
    for row in inputs[long].itertuples():
        lines.append(str(row.what))
        lines += [line for name in ("a", "b") for line in _wrapped(f"  {name}: ", str(getattr(row, name)))]
    return lines


def _wrapped(label: str, text: str) -> list[str]:
    below = " " * len(label)
    found = textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=below, break_on_hyphens=False)
    return found or [label.rstrip()]


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """The tables that say most first; within each, what changed most for its size, and what only one run has."""
    order = rows["table"].map({name: place for place, name in enumerate(FIRST)}).fillna(len(FIRST))
    change = (rows["change"] / rows[["a", "b"]].abs().max(axis=1)).abs().fillna(float("inf"))
    by = pd.DataFrame({"order": order, "change": -change}).sort_values(["order", "change"], kind="stable")
    return rows.loc[by.index]


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: [_short(value) for value in table[name]] for name in ("a", "b", "change")})


def _short(value: float) -> str:
    return "not there" if value != value else f"{value:.6g}"
