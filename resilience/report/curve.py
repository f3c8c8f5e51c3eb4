"""Curves against an axis of money, as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from resilience.physics import Floats
from resilience.report.scale import AsTheyAre
from resilience.report.times import axis, up_marks, y_of

WIDTH, LEFT, RIGHT = 480, 46, 470
TONES = ("held", "lit")  # of as many lines, told apart by their dashes too


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve: its path and its points."""

    name: str
    tone: str
    path: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Curves with their axes."""

    title: str
    told: str
    lines: tuple[Line, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    labels: tuple[str, str]
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    kind: str = field(default="curve", init=False)


def curve(found: Mapping[str, Floats], *, title: str, across: str, up: str, scale: AsTheyAre) -> Curve:
    """Named curves of points (USD across, USD up), in the order in which they are to be joined."""
    most = [max(float(points[:, end].max()) for points in found.values()) for end in (0, 1)]
    (wide, size, unit), (high, up_size, up_unit) = (axis(largest, scale) for largest in most)
    lines, told = [], []
    for tone, (name, points) in zip(TONES, found.items(), strict=False):
        at = tuple((_x(float(x), wide), y_of(float(y), high)) for x, y in points)
        path = "M" + "L".join(f"{x},{y}" for x, y in at)
        lines.append(Line(name=name, tone=tone, path=path, points=at))
        first, last = points[0], points[-1]
        told.append(
            f"{name}: from {scale.dollars(float(first[1]))} at {scale.dollars(float(first[0]))} to "
            f"{scale.dollars(float(last[1]))} at {scale.dollars(float(last[0]))}"
        )
    marks = (0.0, wide / 2, wide)
    return Curve(
        title=title,
        told=f"{up} against {across}. {'; '.join(told)}.",
        lines=tuple(lines),
        across=tuple((_x(mark, wide), f"{mark / size:.4g}") for mark in marks),
        up=up_marks(high, up_size),
        labels=(f"{across}, {unit}", f"{up}, {up_unit}"),
    )


def _x(value: float, wide: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * value / wide, 1)
