"""Figures of answers to other questions: who pays, what coalitions deny, what past events say of the simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from resilience import views
from resilience.plot.axes import BARE, HELD, INK, LIT, SOFT, TONES, USD, fresh, most_of, plain
from resilience.report import numbers
from resilience.report.scale import AsTheyAre

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from resilience.controls import Weighed
    from resilience.sharing import Burden

WIDE = 56  # letters of a line of a label
ABOVE: dict[str, Any] = {  # a legend beside the title, where no bar is
    "frameon": False, "loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "ncols": 3, "fontsize": "small",
    "labelcolor": SOFT, "borderaxespad": 0.2,
}  # fmt: skip
Rows = pd.DataFrame | Sequence[Mapping[str, Any]]


def burden(found: Burden | Rows, ax: Axes | None = None, *, scale: AsTheyAre = USD) -> Axes:
    """What each member pays towards the common reserve and what loss it is left with, who bears most on top.

    A bar to the left of zero is paid out: that member is compensated.
    """
    table = _table(found).sort_values(["cost_usd", "member"], ascending=[False, True])
    size, unit = scale.unit(most_of(table[["pays_usd", "loss_usd"]].abs().to_numpy().ravel()))
    ax = fresh(ax, height=1.2 + 0.32 * max(len(table), 2))
    pays, left = table["pays_usd"] / size, table["loss_usd"] / size
    ax.barh(table["member"], pays, color=HELD, height=0.65, label="pays")
    ax.barh(table["member"], left, left=pays.clip(lower=0.0), color=BARE, height=0.65, label="loss left")
    ax.axvline(0.0, color=INK, linewidth=0.8)
    ax.invert_yaxis()
    ax.set_xlabel(f"a year ({unit})")
    ax.legend(**ABOVE)
    return plain(ax, "Who pays")


def coalitions(found: Weighed | Rows, ax: Axes | None = None) -> Axes:
    """What becomes of the target's need under each coalition's controls: denied, backfilled, leaked.

    The most denied stands on top. Coalitions that reach the level asked for are marked with a star.
    """
    table = _table(found).reset_index()
    table = table.sort_values(["denied", "coalition"], ascending=[False, True])
    names = [f"{row.coalition} *" if row.effective else str(row.coalition) for row in table.itertuples()]
    ax = fresh(ax, height=1.2 + 0.32 * max(len(table), 2))
    start = np.zeros(len(table))
    for column, colour in (("denied", LIT), ("backfilled", TONES["middle"]), ("leaked", BARE)):
        share = 100.0 * table[column].to_numpy()
        ax.barh(names, share, left=start, color=colour, height=0.65, label=column)
        start = start + share
    ax.invert_yaxis()
    ax.set_xlabel("share of the target's need (%); a star: enough")
    ax.legend(**ABOVE)
    return plain(ax, "What each coalition denies")


def backtests(found: Rows, ax: Axes | None = None) -> Axes:
    """Each simulated outcome of a past event against what was reported: 0 to 1 is the reported range, in its own unit.

    What lies far off is drawn at the edge, as an arrow. Outcomes that cannot be simulated are left out.
    """
    table = views.against_reports(_table(found))
    ax = fresh(ax, height=1.4 + 0.4 * max(len(table), 2))
    rows, at = np.arange(len(table)), table["at"].to_numpy()
    ax.axvspan(0.0, 1.0, color=TONES["low"], label="reported")
    for inside, colour, label in ((True, HELD, "met"), (False, LIT, "missed")):
        for off, marker in ((-1, "<"), (0, "o"), (1, ">")):
            chosen = ((table["verdict"] == "met") == inside).to_numpy() & (table["off"] == off).to_numpy()
            ax.scatter(
                at[chosen], rows[chosen], color=colour, marker=marker, label=label if off == 0 else None, zorder=2
            )
    named = (f"{numbers.label(str(row.event))}: {row.what}" for row in table.itertuples())
    ax.set_yticks(rows, [fill(name, WIDE) for name in named], fontsize="small")
    ax.invert_yaxis()
    ax.set_xlim(-views.FAR - 0.1, 1.0 + views.FAR + 0.1)
    ax.set_xticks([0.0, 1.0], ["low", "high"])
    ax.legend(**ABOVE)
    return plain(ax, "Past events")


def _table(found: Any) -> pd.DataFrame:
    """The frame of an answer, or rows as a frame."""
    return pd.DataFrame(getattr(found, "table", found))
