"""Policies beside one another: the body of compare."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.text import columns
from resilience.compare import (
    Comparison,
    DrawnYears,
    StatedChances,
    compare,
    flips,
    sized_reserve,
    stability,
    standard_policies,
)
from resilience.compare.run import tail_means
from resilience.drawing import drawn
from resilience.engine import parse
from resilience.formats import plainly
from resilience.network import Network
from resilience.study import Study

Say = Callable[[str], None]
SHOWN = {  # columns of the table, and headers that fit a terminal
    "policy": "policy",
    "cost_usd_per_year": "cost",
    "loss_usd_per_year": "loss",
    "total_usd_per_year": "in all",
    "saves_usd_per_year": "saves",
    "saves_low_usd": "from",
    "saves_high_usd": "to",
    "chance_best": "best",
    "regret_usd_per_year": "regret",
}
NEAREST = 4
TABLES = ("policies", "differences", "frontier", "distribution", "shortfall", "losses", "failures")


def compared(name: str, *, draws: int | None, seed: int, engine: str, say: Say) -> Answer:
    """The answer of `resilience compare`; with `draws`, on years drawn in place of the study's scenarios.

    The reserve is sized once, on the study's own scenarios either way: drawn years then judge it from outside.
    """
    where = parse(engine)
    say("reading the study")
    study = find_study(name)
    network = balance(study.network()).network
    tail_means(study.risk(network))  # before the work, not after it
    asked = _drawn(study, network, draws, seed, say)
    sized, bought = sized_reserve(study, network, say=say)
    release = study.release.build()
    policies = standard_policies(network, members=study.members, release=release, sized=sized, bought=bought)
    sampling = StatedChances() if draws is None else DrawnYears()
    found = compare(asked, policies, sampling=sampling, engine=where, seed=seed, say=say)
    tables = {table: found.table(table) for table in TABLES}
    words = [told(found)]
    if draws is None:
        tables["flips"] = flips(found)
        words.append(_flips_told(tables["flips"]))
    else:
        other = _drawn(study, network, draws, seed + 1, say)
        again = compare(other, policies, sampling=sampling, engine=where, seed=seed + 1, say=say)
        tables["stability"] = stability(found, {f"seed {seed + 1}": again})
        words.append(_stability_told(tables["stability"]))
    data = {"study": study.name, "draws": draws, **found.to_json()}
    data |= {name: plainly(tables[name].to_dict("records")) for name in ("flips", "stability") if name in tables}
    return Answer(text="\n".join(words), data=data, tables=tables)


def _drawn(study: Study, network: Network, draws: int | None, seed: int, say: Say) -> Study:
    if draws is None:
        return study
    say(f"drawing {draws:,} years")
    return drawn(study, network, draws=draws, seed=seed)


def told(found: Comparison) -> str:
    """The table, what it means, and what its intervals mean."""
    table = found.summary()
    dollars = [column for column in SHOWN if "usd" in column]
    size, unit = (1e6, "million USD") if table["total_usd_per_year"].max() >= 1e7 else (1.0, "USD")
    shown = table.assign(**{column: table[column] / size for column in dollars})[list(SHOWN)]
    shown["chance_best"] = [f"{chance:.0%}" for chance in shown["chance_best"]]
    begun = f"{len(found.policies)} policies on {len(found.scenarios):,} scenarios, {unit} a year;"
    against = f"savings against {found.policies[0]}, with {found.level:.0%} intervals of the paired difference:"
    return "\n".join([f"{begun} {against}", "", columns(shown.rename(columns=SHOWN)), "", found.headline(),
                      *found.findings()])  # fmt: skip


def _flips_told(table: pd.DataFrame) -> str:
    """The assumptions that are nearest to changing which policy is best."""
    if table.empty:
        return "No single chance, cost or scale of losses, moved alone, makes another policy the best."
    near = [f"{row.assumption} x {row.factor:.2g} ({row.to})" for row in table.head(NEAREST).itertuples()]
    return f"Another policy becomes the best, on average, at: {'; '.join(near)}."


def _stability_told(table: pd.DataFrame) -> str:
    """Whether other years rank the policies alike."""
    other = table.iloc[1]
    return (
        f"Under {other['under']} the best is {other['best']}; the two rankings agree to {other['agreement']:.2f} "
        "(Kendall's tau: 1 the same order, 0 none)."
    )
