"""Unmet demand week by week, one small chart a scenario, all to one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from resilience.report import numbers
from resilience.report.scale import AsTheyAre

WIDTH, HEIGHT = 328, 168
LEFT, RIGHT, TOP, BOTTOM = 40, 312, 14, 136


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One scenario as SVG paths: areas from the axis up, and the line of what is short without a reserve."""

    title: str
    told: str
    members: str
    whole: str
    without: str


@dataclass(frozen=True, kw_only=True)
class Axes:
    """What small charts over weeks have in common: marks, the unit upright, and how large each is."""

    across: tuple[tuple[float, str], ...]  # where a week's mark stands, and its label
    up: tuple[tuple[float, str], ...]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


@dataclass(frozen=True, kw_only=True)
class Times(Axes):
    """The charts with their common axes."""

    panels: tuple[Panel, ...]
    kind: str = field(default="times", init=False)


MOST = 12  # charts: of more scenarios, the gravest


def times(members: pd.DataFrame, whole: pd.DataFrame, without: pd.DataFrame, scale: AsTheyAre) -> Times:
    """Charts of three frames of USD a week (weeks by scenario), without scenarios in which nothing is ever short."""
    highest = pd.concat([whole, without]).max()
    gravest = without.sum().sort_values(ascending=False, kind="stable").index
    short = [name for name in gravest if highest[name] > 0][:MOST]
    shown = [name for name in without.columns if name in set(short)]
    weeks = len(whole)
    top, size, unit = axis(float(highest.max()), scale)
    return Times(
        panels=tuple(_panel(name, members[name], whole[name], without[name], top, scale) for name in shown),
        across=week_marks(weeks),
        up=up_marks(top, size),
        unit=f"{unit} a week",
    )


def axis(largest: float, scale: AsTheyAre) -> tuple[float, float, str]:
    """Where an axis of money ends, in USD, what to divide by for its marks, and their unit.

    It ends at a number that is round in that unit: a round number of dollars would give away what an index hides.
    """
    size, unit = scale.unit(largest or 1.0)
    return size * round_up((largest or 1.0) / size), size, unit


def round_up(value: float) -> float:
    """The next number that reads well on an axis: 1, 2, 4, 5 or 8 with zeros.

    >>> round_up(3.2e9)
    4000000000.0
    """
    size = float(10.0 ** math.floor(math.log10(value)))
    return next(step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= value * (1 - 1e-9))


def week_marks(weeks: int) -> tuple[tuple[float, str], ...]:
    """Where some weeks stand, and their names."""
    step = next((step for step in (4, 8, 13, 26, 52, 104) if weeks / step <= 5), weeks)
    return tuple((x_of(week, weeks), str(week)) for week in range(0, weeks + 1, step))


def up_marks(top: float, size: float) -> tuple[tuple[float, str], ...]:
    """Three marks on the upright axis, the highest at `top`, in units of `size`."""
    return tuple((y_of(mark, top), f"{mark / size:.4g}") for mark in (0.0, top / 2, top))


def _panel(name: str, members: pd.Series, whole: pd.Series, without: pd.Series, top: float, scale: AsTheyAre) -> Panel:
    short = whole[whole > 0.001 * top]
    spell = (
        f"demand is short from week {short.index[0]} to week {short.index[-1]}" if len(short) else "hardly any is short"
    )
    most, left, own = (scale.dollars(float(values.max())) for values in (without, whole, members))
    told = (
        f"Without a reserve at most {most} of demand a week is unmet. "
        f"With it {spell}, by at most {left} a week; members by at most {own}."
    )
    title = numbers.label(name)
    areas = {"members": steps(members, top) + "Z", "whole": steps(whole, top) + "Z"}
    return Panel(title=title, told=told, without=steps(without, top), **areas)


def steps(values: pd.Series, top: float) -> str:
    """A stepped line over the weeks, from the axis to the axis."""
    weeks = len(values)
    path, last = [f"M{x_of(0, weeks)},{BOTTOM}"], 0.0
    for week, value in enumerate(values.tolist()):
        if value != last:
            path.append(f"H{x_of(week, weeks)}V{y_of(value, top)}")
            last = value
    return "".join([*path, f"H{x_of(weeks, weeks)}V{BOTTOM}"])


def x_of(week: float, weeks: int) -> float:
    """Where a week stands."""
    return round(LEFT + (RIGHT - LEFT) * week / weeks, 1)


def y_of(value: float, top: float) -> float:
    """How high a value stands."""
    return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)
