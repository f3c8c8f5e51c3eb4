"""What all figures share: their colours, and axes of a fitting size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from resilience.report.scale import AsTheyAre

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart with every kind of colour vision, and in grey: the stylesheet of the report has the same.
HELD, BARE, LIT, INK, SOFT, LAND = "#1f6597", "#b9c4ce", "#c2410c", "#17232e", "#51616f", "#eceff2"
TONES = {"weak": LIT, "high": "#3f7fab", "middle": "#94bcd6", "low": "#d6e4ee"}
USD = AsTheyAre()


def most_of(values: Iterable[float]) -> float:
    """The largest; 0 of none."""
    return max(values, default=0.0)


def fresh(ax: Axes | None, *, height: float, width: float = 8.0) -> Axes:
    """The axes given, or those of a new figure in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def plain(ax: Axes, title: str) -> Axes:
    """No frame where no axis is."""
    ax.set_title(title, loc="left", color=INK)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(colors=INK)
    return ax
