"""How much the uncertainty of the data matters to the choice: Sobol indices, and what measuring is worth.

Each point of the design is a network of its own (`moving`). Spread it over an engine, and name the factors and policies
that matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.compare import indices
from resilience.compare.factors import Factor, at_levels, chosen
from resilience.compare.moving import Data, Say, evaluated, totals_on
from resilience.compare.policies import checked
from resilience.engine import Engine
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Floats

POINTS = 64
REPLICATES = 1000
ENOUGH = 0.5  # share of a group's points that must remain: from fewer no index is told
NAMED = 4  # groups in a refusal
INDICES = ["factor", "figures", "confidence", "output", "first", "first_low", "first_high", "total", "total_low",
           "total_high"]  # fmt: skip
WORTH = ["factor", "figures", "confidence", "worth_usd_per_year", "by_chance_usd_per_year"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sensitivity:
    """What the design says. `totals` is points x policies, USD a year.

    `indices` has columns factor, figures, confidence, output ("saved by POLICY" against the first), first and total
    with the ends of their intervals. `worth` has factor, figures, confidence, worth_usd_per_year: what knowing the
    factor before choosing would save on average, most first, beside by_chance_usd_per_year: what so few points would
    show, one time in twenty, of a factor that decides nothing.

    A point whose network cannot be balanced or tried is left out, and NaN in `totals`; `failures` (columns point,
    reason) names each. All then speaks of that part of the ranges where the network holds together. Where fewer than
    half of a factor's points remain nothing is told: `refused` says so, and the tables are empty.
    """

    factors: tuple[Factor, ...]
    policies: tuple[str, ...]
    totals: Floats
    indices: pd.DataFrame
    worth: pd.DataFrame
    failures: pd.DataFrame
    refused: str = ""

    def worth_measuring(self) -> pd.DataFrame:
        """The assumed factors by what measuring them would save; those whose worth may be chance are left out."""
        clear = self.worth["worth_usd_per_year"] > self.worth["by_chance_usd_per_year"]
        return self.worth[clear & (self.worth["confidence"] == "assumed")].reset_index(drop=True)

    def __repr__(self) -> str:
        if self.refused:
            return f"Sensitivity of {len(self.policies)} policies: {self.refused}"
        top = self.worth.iloc[0]
        return (
            f"Sensitivity of {len(self.policies)} policies to {len(self.factors)} factors; {top['factor']} is worth "
            f"{top['worth_usd_per_year']:,.0f} USD a year to know"
        )


def sensitivity(
    data: Data,
    *,
    factors: Sequence[str] | None = None,
    points: int = POINTS,
    engine: Engine | None = None,
    replicates: int = REPLICATES,
    level: float = 0.95,
    say: Say = lambda text: None,
) -> Sensitivity:
    """Sobol indices of what each policy saves, over the low-high ranges of the data.

    Takes (factors + 2) x points evaluations. Indices speak of the ranges as stated: where those are judgements, so are
    they. With 64 points an index is known to about a tenth; read its interval. Where networks fail, read `failures`.

    Raises
    ------
    AskError
        If the network has no ranges, a factor is unknown, there are fewer than two policies, or points is no power of
        two.
    """
    policies = len(checked(data.policies))
    varied, plan = planned(data.network, factors=factors, points=points, policies=policies, seed=data.seed)
    levels = [dict(zip([one.name for one in varied], map(float, point), strict=True)) for point in plan.points]
    messages = dict(zip(_named(varied, points), levels, strict=True))
    found, failures = evaluated(data, _at, messages, engine, say)
    totals = np.array([found.get(key, np.full(len(data.policies), np.nan)) for key in messages])
    saved = totals[:, [0]] - totals[:, 1:]
    names = tuple(policy.name for policy in data.policies)
    refused = _refused(varied, indices.known(saved, len(varied)), points)
    if refused:
        return Sensitivity(
            factors=varied, policies=names, totals=totals, indices=pd.DataFrame(columns=INDICES),
            worth=pd.DataFrame(columns=WORTH), failures=failures, refused=refused,
        )  # fmt: skip
    rng = np.random.default_rng(data.seed)
    ends = indices.bootstrapped(saved, len(varied), replicates=replicates, level=level, rng=rng)
    return Sensitivity(
        factors=varied,
        policies=names,
        totals=totals,
        indices=_table(data, varied, indices.sobol(saved, len(varied)), ends),
        worth=_worth(varied, np.vstack([plan.a, plan.b]), totals[: 2 * points], level=level, seed=data.seed),
        failures=failures,
    )


def planned(
    network: Network, *, factors: Sequence[str] | None = None, points: int, policies: int, seed: int
) -> tuple[tuple[Factor, ...], indices.Design]:
    """The factors that are varied and the points they are varied to, for so many policies; nothing is tried yet.

    Raises
    ------
    AskError
        As `sensitivity` does.
    """
    varied = chosen(network, factors)
    if policies < 2:
        raise AskError("A choice needs two policies at least: one alone saves nothing against itself")
    return varied, indices.design(len(varied), points, seed=seed)


def _named(varied: Sequence[Factor], points: int) -> list[str]:
    """What each point of the design is called, in its order."""
    samples = ["of A", "of B", *(f"of A with {factor.name} of B" for factor in varied)]
    return [f"point {number} {sample}" for sample in samples for number in range(1, points + 1)]


def _refused(varied: Sequence[Factor], known: Floats, points: int) -> str:
    """Why nothing can be told of the design, if so."""
    short = [f"{factor.name} {round(share * points)}" for factor, share in zip(varied, known, strict=True)
             if share < ENOUGH]  # fmt: skip
    if not short:
        return ""
    more = f" and {len(short) - NAMED} more" if len(short) > NAMED else ""
    return (
        f"Too few points of the design remain to tell shares from: of {points} for each group of figures "
        f"{', '.join(short[:NAMED])}{more}. At the others the network cannot be balanced or tried (failures.csv says "
        "why): narrow the ranges that are named there."
    )


def _worth(varied: Sequence[Factor], levels: Floats, totals: Floats, *, level: float, seed: int) -> pd.DataFrame:
    rng, tried = np.random.default_rng(seed), ~np.isnan(totals).any(axis=1)
    levels, totals = levels[tried], totals[tried]
    table = pd.DataFrame({
        "factor": [factor.name for factor in varied],
        "figures": [factor.figures for factor in varied],
        "confidence": [factor.confidence for factor in varied],
        "worth_usd_per_year": [indices.worth_knowing(column, totals) for column in levels.T],
        "by_chance_usd_per_year": [
            indices.worth_by_chance(column, totals, level=level, rng=rng) for column in levels.T
        ],
    })  # fmt: skip
    return table.sort_values(["worth_usd_per_year", "factor"], ascending=[False, True], ignore_index=True)


def _table(
    data: Data, varied: Sequence[Factor], found: tuple[Floats, Floats], ends: tuple[Floats, Floats]
) -> pd.DataFrame:
    (first, total), (low, high) = found, ends
    rows = []
    for number, factor in enumerate(varied):
        for output, policy in enumerate(data.policies[1:]):
            parts = [(kind[number, output], low[k, number, output], high[k, number, output])
                     for k, kind in enumerate((first, total))]  # fmt: skip
            name = f"saved by {policy.name}"
            rows.append((factor.name, factor.figures, factor.confidence, name, *parts[0], *parts[1]))
    return pd.DataFrame(rows, columns=INDICES)


def _at(data: Data, levels: Mapping[str, float]) -> Floats:
    return totals_on(data, at_levels(data.network, levels))
