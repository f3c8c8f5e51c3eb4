"""Figures of the answer to a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from resilience import views
from resilience.errors import AskError, near
from resilience.plot.axes import BARE, HELD, INK, LAND, LIT, SOFT, TONES, USD, fresh, most_of, plain
from resilience.reading import Reading
from resilience.report.layers import STEPS
from resilience.report.layers import layers as laid_out
from resilience.report.scale import AsTheyAre
from resilience.report.world import LEAST, SMALL, atlas, legend, tone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOTHING_UNMET = "no final demand goes unmet: any loss is stock missing at the end"

__all__ = [
    "exposure",
    "frontier",
    "layers",
    "losses",
    "marginal_value",
    "reserve_by_good",
    "reserve_by_place",
    "unmet_bands",
    "unmet_over_time",
]


def reserve_by_good(result: Reading, ax: Axes | None = None, *, most: int = 20, scale: AsTheyAre = USD) -> Axes:
    """What each good in the reserve costs to buy, dearest on top (at most `most`), and the days of use it covers."""
    table = views.reserve_by_good(result).head(most)
    size, unit = scale.unit(most_of(table["reserve_usd"]))
    ax = fresh(ax, height=1.0 + 0.32 * max(len(table), 2))
    bars = ax.barh(table["name"], table["reserve_usd"] / size, color=HELD, height=0.65)
    cover = scale.days("", "days of use", table["cover_days"])
    ax.bar_label(bars, cover.cells, padding=4, color=SOFT, fontsize="small")
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set_xlabel(f"to buy ({unit}); beside each bar, cover ({cover.unit})")
    return plain(ax, "Reserve by good")


def reserve_by_place(result: Reading, ax: Axes | None = None, *, scale: AsTheyAre = USD) -> Axes:
    """What stands at each place, by owner, dearest on top."""
    table = views.reserve_by_place(result)
    size, unit = scale.unit(most_of(table["usd"]))
    ax = fresh(ax, height=1.0 + 0.32 * max(len(table), 2))
    ax.barh(table["place_name"] + " (" + table["owner"] + ")", table["usd"] / size, color=HELD, height=0.65)
    ax.invert_yaxis()
    ax.set_xlabel(f"to buy ({unit}); in brackets, the owner")
    return plain(ax, "Reserve by place")


def marginal_value(result: Reading, ax: Axes | None = None, *, most: int = 15) -> Axes:
    """What a dollar more of holding each good saves, best on top (at most `most`); past 1 a limit stops it."""
    table = views.marginal(result)
    table = table[table["saved_usd_per_unit"] > 0].head(most)
    ax = fresh(ax, height=1.0 + 0.32 * max(len(table), 2))
    ax.barh(table["name"], table["ratio"], color=[HELD if held else BARE for held in table["held"]], height=0.65)
    ax.axvline(1.0, color=INK, linewidth=0.8)
    ax.invert_yaxis()
    ax.set_xlabel("saved by one more dollar of holding (USD); dark: held")
    return plain(ax, "Worth of one more unit")


def frontier(result: Reading, ax: Axes | None = None, *, scale: AsTheyAre = USD) -> Axes:
    """The least loss that each budget leaves, by each measure of it.

    Raises
    ------
    AskError
        If the study did not ask for it: `knowledge = ["frontier"]` under [sizing].
    """
    if "frontier" not in result.table_names():
        raise AskError('The study did not ask what budgets buy: add knowledge = ["frontier"] under [sizing]')
    table = result.table("frontier")
    (size, unit), (up_size, up_unit) = (scale.unit(most_of(table[name])) for name in ("budget_usd", "loss_usd"))
    ax = fresh(ax, height=3.4)
    styles = ((HELD, "-"), (LIT, "--"))
    for (colour, dashes), (name, rows) in zip(styles, table.groupby("measure", sort=False), strict=False):
        across, up = rows["budget_usd"] / size, rows["loss_usd"] / up_size
        ax.plot(across, up, dashes, color=colour, marker="o", markersize=4, label=str(name))
    ax.set_ylim(bottom=0)
    ax.set_xlabel(f"budget ({unit})")
    ax.set_ylabel(f"loss a year ({up_unit})")
    ax.legend(frameon=False)
    return plain(ax, "What each budget buys")


def losses(result: Reading, ax: Axes | None = None, *, scale: AsTheyAre = USD) -> Axes:
    """Loss in each scenario with the reserve and without it, gravest on top (of many, the gravest thirty)."""
    table = views.losses(result).head(views.MOST_SCENARIOS)
    size, unit = scale.unit(most_of(table["without_usd"]))
    ax = fresh(ax, height=1.2 + 0.42 * max(len(table), 2))
    rows = np.arange(len(table))
    ax.barh(rows - 0.2, table["without_usd"] / size, height=0.38, color=BARE, label="without the reserve")
    ax.barh(rows + 0.2, table["loss_usd"] / size, height=0.38, color=HELD, label="with it")
    ax.set_yticks(rows, [f"{row.scenario} ({row.probability:.1%})" for row in table.itertuples()])
    ax.invert_yaxis()
    ax.set_xlabel(f"loss ({unit}); in brackets, chance a year")
    ax.legend(frameon=False, loc="lower right")
    return plain(ax, "Loss by scenario")


def unmet_bands(result: Reading, ax: Axes | None = None, *, reserve: bool = True, scale: AsTheyAre = USD) -> Axes:
    """Value of unmet demand week by week over all scenarios: four fifths of them, their mean, and the gravest."""
    table, bare = views.bands(result, reserve=reserve), views.bands(result, reserve=False)
    size, unit = scale.unit(float(bare["most"].max()))
    ax = fresh(ax, height=3.4)
    edges = np.arange(len(table) + 1)
    ax.stairs(
        table["high"] / size,
        edges,
        baseline=table["low"] / size,
        fill=True,
        color=TONES["middle"],
        label="four fifths of the scenarios",
    )
    ax.stairs(table["mean"] / size, edges, color=INK, label="mean")
    ax.stairs(table["most"] / size, edges, color=LIT, linestyle="--", label="gravest")
    ax.set_xlim(0, len(table))
    ax.set_ylim(bottom=0)
    ax.set_xlabel("week")
    ax.set_ylabel(f"unmet demand ({unit} a week)")
    ax.legend(frameon=False)
    return plain(ax, "All scenarios, with the reserve" if reserve else "All scenarios, without the reserve")


def unmet_over_time(
    result: Reading, ax: Axes | None = None, *, scenario: str | None = None, scale: AsTheyAre = USD
) -> Axes:
    """Value of unmet demand week by week in one scenario: members, others, and all without a reserve.

    The scenario is the one with most unmet demand unless you name another. Where none goes unmet it says so: with
    perfect foresight a loss may all be stock that is missing at the end.

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
    size, unit = scale.unit(max(float(whole[name].max()), float(bare[name].max())))
    ax = fresh(ax, height=3.4)
    edges = np.arange(len(whole) + 1)
    ax.stairs(whole[name] / size, edges, fill=True, color=BARE, label="others")
    ax.stairs(own / size, edges, fill=True, color=HELD, label="members")
    ax.stairs(bare[name] / size, edges, color=LIT, linestyle="--", label="all, without the reserve")
    ax.set_xlim(0, len(whole))
    ax.set_ylim(bottom=0)
    ax.set_xlabel("week")
    ax.set_ylabel(f"unmet demand ({unit} a week)")
    if not (whole[name].any() or bare[name].any()):
        ax.set_yticks([])
        ax.text(0.5, 0.5, NOTHING_UNMET, transform=ax.transAxes, ha="center", va="center", color=INK)
        return plain(ax, name)
    ax.legend(frameon=False)
    return plain(ax, name)


def exposure(result: Reading, ax: Axes | None = None) -> Axes:
    """World map: the part of each country's demand expected to go unmet without the reserve, and rings where it stands.

    Small countries are points. Countries that the map does not know are left out (`resilience.views.exposure` has all).
    """
    from matplotlib.patches import Patch, Polygon

    countries, about = atlas()["countries"], atlas()["about"]
    share = views.exposure(result).set_index("country")["share"].to_dict()
    largest = max(share.values(), default=0.0)
    ax = fresh(ax, width=10.0, height=4.6)
    for name, outline in countries.items():
        colour = TONES[tone(share[name], largest)] if name in share else LAND
        for ring in outline["rings"]:
            ax.add_patch(Polygon(np.reshape(ring, (-1, 2)), facecolor=colour, edgecolor=SOFT, linewidth=0.3))
        if name in share and (not outline["rings"] or outline["pixels"] < SMALL):
            x, y = outline["point"]
            ax.scatter(x, y, s=LEAST**2, color=colour, edgecolors=SOFT, linewidths=0.4, zorder=2)
    stores = views.stores_by_country(result)
    stores = stores[stores["country"].isin(countries)]
    for name, usd in zip(stores["country"], stores["usd"] / most_of(stores["usd"]), strict=True):
        x, y = countries[name]["point"]
        ax.scatter(x, y, s=(5 + 9 * usd**0.5) ** 2, facecolors="none", edgecolors=INK, zorder=3)
    ax.set_xlim(0, about["width"])
    ax.set_ylim(about["height"], 0)
    ax.set_aspect("equal")
    ax.set_axis_off()
    handles = [Patch(facecolor=TONES[step], edgecolor=SOFT, label=words) for step, words in legend(largest)]
    ax.legend(
        handles=handles,
        frameon=False,
        ncols=len(handles),
        loc="lower center",
        bbox_to_anchor=(0.5, -0.24),
        title="of a year's demand expected to go unmet without the reserve; rings: where it stands",
    )
    return ax


def layers(result: Reading, ax: Axes | None = None) -> Axes:
    """The network from ore to chip: goods coloured by the share of their largest country, ringed where held."""
    drawn = laid_out(result.network, held=frozenset(result.table("reserve")["good"]))
    ax = fresh(ax, height=max(3.0, drawn.height / 80), width=max(8.0, drawn.width / 80))
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
    for least, step in STEPS:
        ax.scatter(
            [], [], color=TONES[step], edgecolors=SOFT, linewidths=0.4, label=f"at least {least:.0%} in one country"
        )
    ax.legend(
        frameon=False, ncols=len(STEPS), loc="lower center", bbox_to_anchor=(0.5, -0.08), title="largest country makes"
    )
    ax.set_xlim(-10, drawn.width)
    ax.set_ylim(drawn.height, 0)
    ax.set_axis_off()
    return ax
