"""Policies beside one another: the body of compare."""

from __future__ import annotations

from collections.abc import Callable

from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.text import columns
from resilience.compare import Comparison, DrawnYears, compare, sized_reserve, standard_policies
from resilience.compare.sampling import Sampling, StatedChances
from resilience.drawing import drawn
from resilience.engine import parse

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
TABLES = ("policies", "differences", "frontier", "shortfall", "losses", "failures")


def compared(name: str, *, draws: int | None, seed: int, engine: str, say: Say) -> Answer:
    """The answer of `resilience compare`; with `draws`, on years drawn in place of the study's scenarios.

    The reserve is sized once, on the study's own scenarios either way: drawn years then judge it from outside.
    """
    where = parse(engine)
    say("reading the study")
    study = find_study(name)
    network = balance(study.network()).network
    sized = sized_reserve(study, network, say=say)
    policies = standard_policies(network, members=study.members, release=study.release.build(), sized=sized)
    asked, sampling = study, _sampling(draws)
    if draws is not None:
        say(f"drawing {draws:,} years")
        asked = drawn(study, network, draws=draws, seed=seed)
    found = compare(asked, policies, sampling=sampling, engine=where, seed=seed, say=say)
    data = {"study": study.name, "draws": draws, "engine": engine, **found.to_json()}
    return Answer(text=told(found), data=data, tables={table: found.table(table) for table in TABLES})


def _sampling(draws: int | None) -> Sampling:
    return StatedChances() if draws is None else DrawnYears()


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
