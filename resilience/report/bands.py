"""Unmet demand over time with bands: what all scenarios together say, with the reserve and without."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from resilience.report.scale import AsTheyAre
from resilience.report.times import Axes, axis, up_marks, week_marks, x_of, y_of


@dataclass(frozen=True, kw_only=True)
class Half:
    """One chart: the band, and the lines of its middle and its highest."""

    title: str
    told: str
    band: str
    middle: str
    highest: str


@dataclass(frozen=True, kw_only=True)
class Bands(Axes):
    """The two charts with their common axes."""

    halves: tuple[Half, ...]
    kind: str = field(default="bands", init=False)


def bands(without: pd.DataFrame, held: pd.DataFrame, scale: AsTheyAre) -> Bands:
    """Charts of two frames of `views.bands`: columns low, mean, high, most, USD a week."""
    top, size, unit = axis(float(max(without["most"].max(), held["most"].max())), scale)
    pairs = (("Without the reserve", without), ("With it", held))
    return Bands(
        halves=tuple(_half(title, table, top, scale) for title, table in pairs),
        across=week_marks(len(held)),
        up=up_marks(top, size),
        unit=f"{unit} a week",
    )


def _half(title: str, table: pd.DataFrame, top: float, scale: AsTheyAre) -> Half:
    worst = 1 + int(table["mean"].to_numpy().argmax())
    told = (
        f"{title}: mean unmet demand is highest in week {worst}, {scale.dollars(float(table['mean'].max()))} a week; "
        f"in nine of ten scenarios, by their chance, it stays below {scale.dollars(float(table['high'].max()))}, and "
        f"in the gravest it reaches {scale.dollars(float(table['most'].max()))}."
    )
    edge, back = _line(table["high"], top), _line(table["low"], top, back=True)
    return Half(
        title=title,
        told=told,
        band=f"M{edge}L{back}Z",
        middle=f"M{_line(table['mean'], top)}",
        highest=f"M{_line(table['most'], top)}",
    )


def _line(values: pd.Series, top: float, *, back: bool = False) -> str:
    """Corners of a stepped line over the weeks, or of the way back."""
    weeks, corners = len(values), []
    for week, value in enumerate(values.tolist()):
        for end in (week, week + 1):
            corners.append((x_of(end, weeks), y_of(value, top)))
    kept = [
        at for number, at in enumerate(corners)
        if number in (0, len(corners) - 1) or not corners[number - 1][1] == at[1] == corners[number + 1][1]
    ]  # fmt: skip
    return "L".join(f"{x},{y}" for x, y in (reversed(kept) if back else kept))
