"""Policies compared on a study's years, in a folder: the reserve that is sized, and what each policy loses, are kept.

What is kept is what `run` keeps: each program that was solved, and each task of the engine, here one policy on a block
of scenarios, or on one network of those that the data's ranges allow. So a comparison that goes on asks again, and is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from resilience.balance import balance
from resilience.compare import (
    Comparison,
    Data,
    DataFlips,
    DrawnYears,
    Policy,
    Ratings,
    Sensitivity,
    Sized,
    StatedChances,
    compare,
    data_flips,
    flips,
    scores,
    sensitivity,
    sized_reserve,
    stability,
)
from resilience.compare.policies import STANDARD, raw_goods, refusals
from resilience.compare.run import tail_means, without
from resilience.compare.sensitivity import planned
from resilience.compare.sized import named_policies, need_sizing, usual_policies
from resilience.compare.stability import chances
from resilience.drawing import drawn
from resilience.engine import Engine
from resilience.errors import AskError
from resilience.formats import plainly
from resilience.journal import Kept, Solved
from resilience.network import Network
from resilience.result import Files
from resilience.runs.asked import Asked, Comparing
from resilience.runs.unfinished import Unfinished
from resilience.scenario import ScenarioSet
from resilience.solver import INNER, version
from resilience.stating import refuse_unfit
from resilience.study import Study

MOVING = "moving the data"  # in the place of a policy, where a point of the data's ranges failed
TABLES = ("policies", "differences", "frontier", "distribution", "shortfall", "losses")
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """A comparison with what was asked of it further.

    `under` are other years or chances that rank the policies (`stability`), `flipped` the assumptions that would
    reverse the choice (`flips`), each where it has a meaning; `rated` what ratings of countries make of odds and
    chances, `ranges` what the data's ranges do to it, and `turned` its `data_flips`, where they were asked for.
    """

    study: Study
    asked: Comparing
    found: Comparison
    gap: float | None  # of the reserve that was sized, if one was
    goods: tuple[str, ...] = ()  # of national reserves, second source and surge
    refused: Mapping[str, str] = field(default_factory=dict)  # standard policies that cannot be had, and why
    flipped: pd.DataFrame | None = None
    under: pd.DataFrame | None = None
    rated: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    ranges: Sensitivity | None = None
    turned: DataFlips | None = None

    @property
    def strength(self) -> float | None:
        """By how much ratings count; None where there are none."""
        return self.asked.strength if self.asked.ratings else None

    def further(self) -> dict[str, pd.DataFrame]:
        """The tables of what was asked further."""
        made: dict[str, pd.DataFrame | None] = {"flips": self.flipped, "stability": self.under, **self.rated}
        if self.ranges is not None:
            made |= {"sensitivity": self.ranges.indices, "worth": self.ranges.worth}
        if self.turned is not None:
            made["data_flips"] = self.turned.table
        return {name: table for name, table in made.items() if table is not None}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, by name; `failures` where something failed."""
        failed = {"failures": self.failures} if len(self.failures) else {}
        return {name: self.found.table(name) for name in TABLES} | failed | self.further()

    @property
    def failures(self) -> pd.DataFrame:
        """What failed: policy, scenario, error. Where the data was moved, the point stands in place of a scenario."""
        moved = [one.failures.rename(columns={"point": "scenario", "reason": "error"}).assign(policy=MOVING)
                 for one in (self.ranges, self.turned) if one is not None]  # fmt: skip
        return pd.concat([self.found.failures, *moved], ignore_index=True)[["policy", "scenario", "error"]]

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values."""
        more = {name: plainly(table.to_dict("records")) for name, table in self.further().items()}
        named = {
            "study": self.study.name,
            "dataset": self.study.dataset,
            "draws": self.asked.draws,
            "strength": self.strength,
            "goods": list(self.goods),
            "refused": dict(self.refused),
        }
        failed = plainly(self.failures.to_dict("records"))
        return {**named, **self.found.to_json(), "failures": failed, **more}


def comparing(going: Unfinished, asked: Asked, engine: Engine, say: Say) -> tuple[Compared, Files]:
    """Compare the usual policies of a study, as `going` was asked."""
    assert asked.comparing is not None
    study = asked.study()
    done = _compared(study, asked.comparing, going, Kept(engine=engine, log=going.log), say)
    tables = done.tables()
    manifest = {
        "study": study.name,
        "dataset": study.dataset,
        "inputs": dict(asked.inputs),
        "versions": dict(asked.versions),
        "seed": done.asked.seed,
        "draws": done.asked.draws,
        "strength": done.strength,
        "solver": f"HiGHS {version()}, {INNER.algorithm} without crossover",
        "gap": done.gap,
        "command": asked.command,
        "policies": list(done.found.policies),
        "tables": {name: len(table) for name, table in tables.items()},
    }
    return done, Files(study=asked.text, tables=tables, manifest=manifest, report=None, answer=done.to_json())


def _compared(study: Study, asked: Comparing, going: Unfinished, engine: Engine, say: Say) -> Compared:
    if study.sweep is not None:
        raise AskError(f"{study.name} has a sweep. Policies are compared on one of its points: take [sweep] out")
    read = study.network()
    refuse_unfit(study, read)
    network, seed = balance(read).network, asked.seed
    tail_means(study.risk(network))  # what follows is refused before the work, not after it
    rated = [one.ratings(strength=asked.strength) for one in scores.read(asked.ratings, network)]
    if asked.points:
        planned(read, points=asked.points, policies=len(asked.only or STANDARD), seed=seed)
    refused = refusals(network, members=study.members)
    sized = _sized(study, network, need_sizing(asked.only, refused), going, engine, say)
    policies = named_policies(usual_policies(study, network, sized), asked.only)
    unsized = sized.failed if sized else {}

    def tried(seed: int) -> tuple[ScenarioSet, Comparison]:
        years = without(_years(study, network, asked.draws, seed, say), unsized)
        sampling = StatedChances() if asked.draws is None else DrawnYears()
        found = compare(
            network, policies, years, weeks=study.weeks, weights=study.weights(network), risk=study.risk(network),
            sampling=sampling, engine=engine, seed=seed, say=say,
        )  # fmt: skip
        return years, found

    years, found = tried(seed)
    by_lot = asked.draws is not None or study.release.slip is not None  # else no seed changes what is lost
    again = {f"seed {seed + 1}": tried(seed + 1)[1]} if by_lot else {}
    done = Compared(
        study=study,
        asked=asked,
        found=found.not_sized_on(unsized),
        gap=sized.gap if sized else None,
        goods=raw_goods(network),
        refused={} if asked.only else refused,
        flipped=flips(found) if asked.draws is None else None,
        under=stability(found, again) if again else None,
    )
    if rated:
        done = _under_ratings(done, network, years, rated, again)
    return done if not asked.points else _over_ranges(done, read, policies, years, engine, say)


def _sized(study: Study, network: Network, needed: bool, going: Unfinished, engine: Engine, say: Say) -> Sized | None:
    """The reserve that the study sizes, where any of the policies rests on it."""
    if not needed:
        return None
    method = replace(INNER, memory=Solved(log=going.log))
    return sized_reserve(study, network, method=method, engine=engine, say=say)


def _under_ratings(
    done: Compared, network: Network, years: ScenarioSet, rated: Sequence[Ratings], again: Mapping[str, Comparison]
) -> Compared:
    """The same with how it ranks under ratings of countries too: the losses at hand, weighed by other chances."""
    found, moved = done.found, chances(network, years, rated)
    others = dict(again)
    for name, rows in moved.groupby("under", sort=False):
        probability = rows.set_index("scenario")["probability"]  # without those that failed
        others[str(name)] = found.under(probability[list(found.scenarios)].to_numpy())
    tables = {"ratings": scores.ratings_table(rated), "chances": moved}
    return replace(done, under=stability(found, others), rated=tables)


def _over_ranges(
    done: Compared, read: Network, policies: tuple[Policy, ...], years: ScenarioSet, engine: Engine, say: Say
) -> Compared:
    """The same with what the ranges of the data do to it; `read` is the network with its ranges."""
    study, network = done.study, balance(read).network
    data = Data(
        network=read, policies=policies, scenarios=years, weeks=study.weeks, weights=study.weights(network),
        seed=done.asked.seed, risk=tail_means(study.risk(network)),
    )  # fmt: skip
    turned = data_flips(data, engine=engine, say=say)
    return replace(done, turned=turned, ranges=sensitivity(data, points=done.asked.points, engine=engine, say=say))


def _years(study: Study, network: Network, draws: int | None, seed: int, say: Say) -> ScenarioSet:
    if draws is None:
        return study.scenarios
    say(f"drawing {draws:,} years")
    return drawn(study, network, draws=draws, seed=seed).scenarios
