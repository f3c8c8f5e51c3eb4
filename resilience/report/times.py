"""Unmet demand week by week, one small chart a scenario, all to one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from resilience.report import numbers

WIDTH, HEIGHT = 320, 168
LEFT, RIGHT, TOP, BOTTOM = 40, 312, 14, 136


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One scenario: areas stacked from the axis up, as SVG paths."""

    title: str
    told: str
    members: str
    others: str


@dataclass(frozen=True, kw_only=True)
class Times:
    """The charts with their common axes."""

    panels: tuple[Panel, ...]
    across: tuple[tuple[float, str], ...]  # where a week's mark stands, and its label
    up: tuple[tuple[float, str], ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM
    kind: str = field(default="times", init=False)


def times(members: pd.DataFrame, others: pd.DataFrame) -> Times:
    """Charts of two frames of USD a week (weeks by scenario); scenarios in which nothing is short are left out."""
    whole = members + others
    shown = [name for name in whole.columns if whole[name].max() > 0]
    weeks = len(whole)
    top = round_up(float(whole[shown].to_numpy().max(initial=0.0)) or 1.0)
    size, unit = numbers.money([top])
    step = next(step for step in (4, 8, 13, 26, 52, 104, weeks) if weeks / step <= 5 or step == weeks)
    marks = (0.0, top / 2, top)
    return Times(
        panels=tuple(_panel(name, members[name], whole[name], top) for name in shown),
        across=tuple((_x(week, weeks), str(week)) for week in range(0, weeks + 1, step)),
        up=tuple(zip((_y(mark, top) for mark in marks), (f"{mark / size:g}" for mark in marks), strict=True)),
        unit=f"{unit} a week",
    )


def round_up(value: float) -> float:
    """The next number that reads well on an axis: 1, 2, 4, 5 or 8 with zeros.

    >>> round_up(3.2e9)
    4000000000.0
    """
    size = float(10.0 ** math.floor(math.log10(value)))
    return next(step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= value * (1 - 1e-9))


def _panel(name: str, members: pd.Series, whole: pd.Series, top: float) -> Panel:
    short = whole[whole > 0.001 * top]
    spell = f"from week {short.index[0]} to week {short.index[-1]}" if len(short) else "hardly at all"
    told = (
        f"{name}: demand is short {spell}; at most {numbers.dollars(float(whole.max()))} a week, "
        f"of which members {numbers.dollars(float(members[whole.idxmax()]))}."
    )
    return Panel(title=name, told=told, members=_area(members, top), others=_area(whole, top))


def _area(values: pd.Series, top: float) -> str:
    """A stepped area over the weeks."""
    weeks = len(values)
    path, last = [f"M{_x(0, weeks)},{BOTTOM}"], 0.0
    for week, value in enumerate(values.tolist()):
        if value != last:
            path.append(f"H{_x(week, weeks)}V{_y(value, top)}")
            last = value
    return "".join([*path, f"H{_x(weeks, weeks)}V{BOTTOM}Z"])


def _x(week: float, weeks: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * week / weeks, 1)


def _y(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)
