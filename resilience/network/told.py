"""A network in a line."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

COUNTED = (
    ("goods", "good", "goods"),
    ("producers", "producer", "producers"),
    ("needs", "need", "needs"),
    ("lanes", "lane", "lanes"),
    ("demand", "demand", "demands"),
    ("stocks", "stock", "stocks"),
)


def described(name: str, frames: Mapping[str, pd.DataFrame], *, assumed: int) -> str:
    """How much of what it holds, where, and how many of its figures are assumed."""
    counts = ", ".join(
        f"{len(frames[table])} {word if len(frames[table]) == 1 else plural}" for table, word, plural in COUNTED
    )
    places = frames["places"]
    where = f"{len(places)} places in {places['country'].nunique()} countries"
    warning = f"; {assumed} of {len(frames['figures'])} figures assumed" if assumed else ""
    return f"Network {name!r}: {counts}; {where}{warning}"
