"""Policies beside one another, in words: what compare prints."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from resilience.amounts import money
from resilience.cli.text import columns
from resilience.compare import Comparison, DataFlips, Sensitivity
from resilience.compare.comparison import HEADS
from resilience.runs import Compared

NEAREST = 4


def compared(done: Compared) -> str:
    """The table, what it means, and whether it stands."""
    words = [
        _table(done.found),
        f"National reserves, second source and surge are of {', '.join(done.goods)}.",
        *_refused_told(done.refused),
    ]
    if done.flipped is not None:
        words.append(_flips_told(done.flipped, done.found))
    if done.under is not None:
        words += _stability_told(done.under)
    if done.rated:
        words.append(_ratings_told(done.asked.strength))
    if done.ranges is not None:
        words += _ranges_told(done.ranges, done.asked.points)
    if done.turned is not None:
        words.append(_turned_told(done.turned, done.found))
    return "\n".join(words)


def _table(found: Comparison) -> str:
    """The table, what it means, and what its intervals mean."""
    table = found.summary()
    dollars = [column for column in HEADS if "usd" in column]
    size, unit = (1e6, "million USD") if table["total_usd_per_year"].max() >= 1e7 else (1.0, "USD")
    shown = table.assign(**{column: table[column] / size for column in dollars})[list(HEADS)]
    shown["chance_best"] = [f"{chance:.0%}" for chance in shown["chance_best"]]
    begun = f"{len(found.policies)} policies on {len(found.scenarios):,} scenarios, {unit} a year;"
    against = f'savings against "{found.policies[0]}", with {found.level:.0%} intervals of the paired difference:'
    return "\n".join([f"{begun} {against}", "", columns(shown.rename(columns=HEADS)), "", found.headline(),
                      *found.findings()])  # fmt: skip


def _refused_told(refused: Mapping[str, str]) -> list[str]:
    """Which of the usual policies are not there, and why."""
    reasons = {why: [name for name, told in refused.items() if told == why] for why in refused.values()}
    return [f"Left out: {', '.join(names)}. {why}." for why, names in reasons.items()]


def _flips_told(table: pd.DataFrame, found: Comparison) -> str:
    """The assumptions that are nearest to changing which policy is best on average, however losses were weighed."""
    best = int(np.argmin(found.cost_usd + found.loss_usd @ found.probability))
    if best not in (found.best, *found.alike):
        known = f'On average over years "{found.policies[best]}" is the best. '
        return known + _flips_of_best(table)
    return _flips_of_best(table)


def _flips_of_best(table: pd.DataFrame) -> str:
    if table.empty:
        return "No single chance, cost or scale of losses, moved alone, makes another policy the best."
    near = [f'{row.assumption} x {row.factor:.2g} (then "{row.to}")' for row in table.head(NEAREST).itertuples()]
    return f"Another policy becomes the best, on average, at: {'; '.join(near)}."


def _stability_told(table: pd.DataFrame) -> list[str]:
    """Whether other years or chances rank the policies alike."""
    told = [
        f'Under {other.under} the best is "{other.best}"; the two rankings agree to {other.agreement:.2f}'
        for other in table.iloc[1:].itertuples()
    ]
    return [f"{told[0]} (Kendall's tau: 1 the same order, 0 none).", *(f"{one}." for one in told[1:])]


def _ratings_told(strength: float) -> str:
    """What ratings did, and whose assumption it is."""
    return (
        f"Ratings multiply the odds of what begins in a country by {strength:g} for each standard deviation that its "
        "score is below the median: our assumption, not the agencies'. ratings.csv and chances.csv have what follows."
    )


def _ranges_told(found: Sensitivity, points: int) -> list[str]:
    """What decides how much the best policy saves over the data's ranges, and what to measure first."""
    if found.refused:
        return [found.refused]
    best = int(np.nanmean(found.totals[: 2 * points], axis=0)[1:].argmin())
    policy = found.policies[1:][best]
    shares = found.indices[found.indices["output"] == f"saved by {policy}"].nlargest(NEAREST, "total")
    ends = zip(shares["factor"], shares[["total", "total_low", "total_high"]].to_numpy(), strict=True)
    decide = [f"{factor} ({total:.0%}; {low:.0%} to {high:.0%})" for factor, (total, low, high) in ends]
    assumed = found.worth_measuring().head(NEAREST)
    worth = zip(assumed["factor"], assumed["worth_usd_per_year"], strict=True)
    measure = [f"{factor} ({money(usd)} USD a year)" for factor, usd in worth]
    failed = len(found.failures)
    left = (
        f"; {failed:,} of {len(found.totals):,} networks failed and are left out, as failures.csv says"
        if failed
        else ""
    )
    return [
        f"Over the ranges of the data ({points} points for each of {len(found.factors)} groups of figures{left}), what "
        f'"{policy}" saves is decided by (total share of its variance, with the 95% interval): {"; ".join(decide)}.',
        f"Worth measuring first, of what is assumed: {'; '.join(measure)}." if measure else
        "No group of assumed figures, known before choosing, would change the choice.",
    ]  # fmt: skip


def _turned_told(turned: DataFlips, found: Comparison) -> str:
    """Which groups of figures, moved within their ranges, make another policy the best."""
    best, table, failed = found.policies[found.best], turned.table, len(turned.failures)
    places = "At 1 place" if failed == 1 else f"At {failed} places"
    unknown = f" {places} on the way no network could be tried, and what is beyond is not known." if failed else ""
    if table.empty:
        told = (
            f'No group of figures, moved alone to either end of its range, makes another policy than "{best}" the best.'
        )
        return told + unknown
    near = [f'{row.factor} {row.share:.0%} of the way to its {row.end} end (then "{row.to}")'
            for row in table.head(NEAREST).itertuples()]  # fmt: skip
    return f'Another policy than "{best}" becomes the best with: {"; ".join(near)}.{unknown}'
