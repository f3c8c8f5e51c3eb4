"""Figures of a result, on matplotlib axes: each function takes the result and axes, and returns the axes.

`result.plot.losses()` is `plot.losses(result)`. Without axes a figure of fitting size is made. Matplotlib is
imported when a figure is first drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from resilience import views
from resilience.errors import AskError, near
from resilience.reading import Reading
from resilience.report import numbers
from resilience.report.layers import STEPS
from resilience.report.layers import layers as laid_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["layers", "losses", "reserve_by_good", "unmet_over_time"]

# Told apart with every kind of colour vision, and in grey: the stylesheet of the report has the same.
HELD, BARE, LIT, INK, SOFT = "#1f6597", "#b9c4ce", "#c2410c", "#17232e", "#51616f"
TONES = {"weak": LIT, "high": "#3f7fab", "middle": "#94bcd6", "low": "#d6e4ee"}


def reserve_by_good(result: Reading, ax: Axes | None = None, *, most: int = 20) -> Axes:
    """What each good in the reserve costs to buy, dearest on top (at most `most`), and the days of use it covers."""
    table = views.reserve_by_good(result).head(most)
    size, unit = numbers.money(table["reserve_usd"])
    ax = _axes(ax, height=1.0 + 0.32 * max(len(table), 2))
    bars = ax.barh(table["name"], table["reserve_usd"] / size, color=HELD, height=0.65)
    days = [f"{days:,.0f} days" if np.isfinite(days) else "" for days in table["cover_days"]]
    ax.bar_label(bars, days, padding=4, color=SOFT, fontsize="small")
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set_xlabel(f"to buy ({unit}); beside each bar, days of use it covers")
    return _plain(ax, "Reserve by good")


def losses(result: Reading, ax: Axes | None = None) -> Axes:
    """Loss in each scenario with the reserve and without it, gravest on top."""
    table = views.losses(result)
    size, unit = numbers.money(table["without_usd"])
    ax = _axes(ax, height=1.2 + 0.42 * max(len(table), 2))
    rows = np.arange(len(table))
    ax.barh(rows - 0.2, table["without_usd"] / size, height=0.38, color=BARE, label="without the reserve")
    ax.barh(rows + 0.2, table["loss_usd"] / size, height=0.38, color=HELD, label="with it")
    ax.set_yticks(rows, [f"{row.scenario} ({row.probability:.1%})" for row in table.itertuples()])
    ax.invert_yaxis()
    ax.set_xlabel(f"loss ({unit}); in brackets, chance a year")
    ax.legend(frameon=False, loc="lower right")
    return _plain(ax, "Loss by scenario")


def unmet_over_time(result: Reading, ax: Axes | None = None, *, scenario: str | None = None) -> Axes:
    """Value of unmet demand week by week in one scenario: members, others, and all without a reserve.

    The scenario is the one with most unmet demand unless you name another.

    Raises
    ------
    AskError
        If the study has no such scenario.
    """
    whole, bare = views.unmet_by_week(result), views.unmet_by_week(result, reserve=False)
    name = scenario or str(bare.sum().idxmax())
    if name not in whole.columns:
        raise AskError(f"No scenario {name!r} in this study. {near(name, whole.columns)}")
    own = views.unmet_by_week(result, members=True)[name]
    size, unit = numbers.money([float(whole[name].max()), float(bare[name].max())])
    ax = _axes(ax, height=3.4)
    edges = np.arange(len(whole) + 1)
    ax.stairs(whole[name] / size, edges, fill=True, color=BARE, label="others")
    ax.stairs(own / size, edges, fill=True, color=HELD, label="members")
    ax.stairs(bare[name] / size, edges, color=LIT, linestyle="--", label="all, without the reserve")
    ax.set_xlim(0, len(whole))
    ax.set_ylim(bottom=0)
    ax.set_xlabel("week")
    ax.set_ylabel(f"unmet demand ({unit} a week)")
    ax.legend(frameon=False)
    return _plain(ax, name)


def layers(result: Reading, ax: Axes | None = None) -> Axes:
    """The network from ore to chip: goods coloured by the share of their largest country, ringed where held."""
    drawn = laid_out(result.network, held=frozenset(result.table("reserve")["good"]))
    ax = _axes(ax, height=max(3.0, drawn.height / 80), width=max(8.0, drawn.width / 80))
    place = {node.good: node for node in drawn.nodes}
    for link in drawn.links:
        tail, head = place[link.tail], place[link.head]
        colour, style = (LIT if link.weak else SOFT), (":" if link.capital else "-")
        ax.plot([tail.x, head.x], [tail.y, head.y], style, color=colour, alpha=0.25, linewidth=0.7, zorder=1)
    for node in drawn.nodes:
        edge = INK if node.held else SOFT
        width = 1.8 if node.held else 0.4
        size = (1.4 * node.radius) ** 2
        ax.scatter(node.x, node.y, s=size, color=TONES[node.tone], edgecolors=edge, linewidths=width, zorder=2)
        words = "\n".join([*node.lines, node.maker])
        weight, colour = ("bold", LIT) if node.weak else ("normal", INK)
        ax.text(node.x + 19, node.y, words, fontsize=6.5, va="center", weight=weight, color=colour, zorder=3)
    for x, words in drawn.heads:
        ax.text(x - 12, 22, words, weight="bold", fontsize=9)
    for least, tone in STEPS:
        ax.scatter(
            [], [], color=TONES[tone], edgecolors=SOFT, linewidths=0.4, label=f"at least {least:.0%} in one country"
        )
    ax.legend(
        frameon=False, ncols=len(STEPS), loc="lower center", bbox_to_anchor=(0.5, -0.08), title="largest country makes"
    )
    ax.set_xlim(-10, drawn.width)
    ax.set_ylim(drawn.height, 0)
    ax.set_axis_off()
    return ax


def _axes(ax: Axes | None, *, height: float, width: float = 8.0) -> Axes:
    """The axes given, or those of a new figure in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def _plain(ax: Axes, title: str) -> Axes:
    """No frame where no axis is."""
    ax.set_title(title, loc="left", color=INK)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(colors=INK)
    return ax
