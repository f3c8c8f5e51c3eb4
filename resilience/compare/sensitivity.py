"""How much the uncertainty of the data matters to the choice: Sobol indices, what measuring is worth, decision flips.

Each point of the design is a network of its own, balanced anew, on which every policy meets the same scenarios. So one
costs as much as a whole comparison: on chips about a second for two policies on seventeen scenarios. Spread it over an
engine, and name the factors and policies that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.compare import indices
from resilience.compare.factors import Factor, at_levels, chosen, toward
from resilience.compare.losses import Losses, Simulated
from resilience.compare.policies import Policy, checked
from resilience.engine import Engine, Serial, answers
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Floats
from resilience.risk import Expectation, TailMeans, measure
from resilience.scenario import ScenarioSet
from resilience.simulate.engine import Fastest

POINTS = 64
REPLICATES = 1000
WORTH_COMPILING = 2000  # scenarios over all networks and policies: on chips ten a second in NumPy, a hundred compiled
HALVINGS = 6  # of the way to the end of a range, when a flip is sought: to a hundredth of it
MEAN, SIMULATED = Expectation(), Simulated()
Say = Callable[[str], None]
M = TypeVar("M")


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """What is evaluated: a network as it was read (its figures with their ranges), policies and scenarios on it."""

    network: Network
    policies: tuple[Policy, ...]
    scenarios: ScenarioSet
    weeks: int = 104
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    risk: TailMeans = MEAN
    losses: Losses = SIMULATED


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sensitivity:
    """What the design says. `totals` is points x policies, USD a year.

    `indices` has columns factor, figures, confidence, output ("saved by POLICY" against the first), first and total
    with the ends of their intervals. `worth` has factor, figures, confidence, worth_usd_per_year: what knowing the
    factor before choosing would save on average, most first, beside by_chance_usd_per_year: what so few points would
    show, one time in twenty, of a factor that decides nothing.
    """

    factors: tuple[Factor, ...]
    policies: tuple[str, ...]
    totals: Floats
    indices: pd.DataFrame
    worth: pd.DataFrame

    def worth_measuring(self) -> pd.DataFrame:
        """The assumed factors by what measuring them would save; those whose worth may be chance are left out."""
        clear = self.worth["worth_usd_per_year"] > self.worth["by_chance_usd_per_year"]
        return self.worth[clear & (self.worth["confidence"] == "assumed")].reset_index(drop=True)

    def __repr__(self) -> str:
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
    they. With 64 points an index is known to about a tenth; read its interval.

    Raises
    ------
    AskError
        If the network has no ranges, a factor is unknown, there are fewer than two policies, or points is no power of
        two.
    EngineError
        If the network cannot be balanced at some point of the design; it says where.
    """
    varied = chosen(data.network, factors)
    if len(checked(data.policies)) < 2:
        raise AskError("A choice needs two policies at least: one alone saves nothing against itself")
    plan = indices.design(len(varied), points, seed=data.seed)
    names = [factor.name for factor in varied]
    messages = {str(n): dict(zip(names, map(float, point), strict=True)) for n, point in enumerate(plan.points)}
    found = _evaluated(data, _at, messages, engine, say)
    totals = np.array([found[key] for key in messages])
    saved = totals[:, [0]] - totals[:, 1:]
    ends = indices.bootstrapped(
        saved, len(varied), replicates=replicates, level=level, rng=np.random.default_rng(data.seed)
    )
    return Sensitivity(
        factors=varied,
        policies=tuple(policy.name for policy in data.policies),
        totals=totals,
        indices=_table(data, varied, indices.sobol(saved, len(varied)), ends),
        worth=_worth(varied, np.vstack([plan.a, plan.b]), totals[: 2 * points], level=level, seed=data.seed),
    )


def data_flips(
    data: Data,
    *,
    factors: Sequence[str] | None = None,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> pd.DataFrame:
    """Which group of figures, moved how far towards an end of its range, makes another policy the best.

    Columns factor, figures, confidence, end (low or high), share (of the way from the stated values to that end), to.
    Factors whose ranges never change the best policy are left out. The nearest flip is sought by halving: one that
    comes and goes in between is missed.
    """
    varied = chosen(data.network, factors)
    sides = [(factor, end) for factor in varied for end in ("low", "high")]
    stated = _best(data, [(varied[0], "low", 0.0)], engine, say)[0]
    ends = _best(data, [(factor, end, 1.0) for factor, end in sides], engine, say)
    flipped = {side: (0.0, 1.0, to) for side, to in zip(sides, ends, strict=True) if to != stated}
    for _ in range(HALVINGS):
        moves = [(factor, end, (low + high) / 2) for (factor, end), (low, high, _) in flipped.items()]
        for (factor, end, share), there in zip(moves, _best(data, moves, engine, say), strict=True):
            low, high, to = flipped[factor, end]
            flipped[factor, end] = (share, high, to) if there == stated else (low, share, there)
    rows = [
        (factor.name, factor.figures, factor.confidence, end, high, data.policies[to].name)
        for (factor, end), (_, high, to) in flipped.items()
    ]
    table = pd.DataFrame(rows, columns=["factor", "figures", "confidence", "end", "share", "to"])
    return table.sort_values(["share", "factor", "end"], ignore_index=True)


def _best(data: Data, moves: Sequence[tuple[Factor, str, float]], engine: Engine | None, say: Say) -> list[int]:
    """Number of the best policy at each move."""
    messages = {str(number): move for number, move in enumerate(moves)}
    found = _evaluated(data, _toward, messages, engine, say) if messages else {}
    return [int(np.argmin(found[key])) for key in messages]


def _evaluated(
    data: Data,
    function: Callable[[Data, M], Floats],
    messages: Mapping[str, M],
    engine: Engine | None,
    say: Say,
) -> dict[str, Floats]:
    with (engine or Serial()).team(partial(_data, _hastened(data, len(messages)))) as team:
        return answers(team, function, messages, progress=lambda done, whole: say(f"networks tried: {done} of {whole}"))


def _hastened(data: Data, networks: int) -> Data:
    """The same, compiled where so much is simulated that it pays; `simulate` sees one network at a time."""
    losses, scenarios = data.losses, networks * len(data.policies) * len(data.scenarios)
    if scenarios < WORTH_COMPILING or not isinstance(losses, Simulated) or losses.engine is not None:
        return data
    return replace(data, losses=replace(losses, engine=Fastest()))


def _data(data: Data) -> Data:
    return data


def _at(data: Data, levels: Mapping[str, float]) -> Floats:
    return totals_on(data, at_levels(data.network, levels))


def _toward(data: Data, move: tuple[Factor, str, float]) -> Floats:
    return totals_on(data, toward(data.network, *move))


def totals_on(data: Data, network: Network) -> Floats:
    """What each policy costs in all on a network: yearly cost and weighed loss, USD a year."""
    balanced = balance(network).network
    chances = [scenario.probability for scenario in data.scenarios]
    found = []
    for policy in data.policies:
        applied = policy.apply(balanced)
        lost = data.losses.of(applied, data.scenarios, weeks=data.weeks, weights=data.weights, seed=data.seed)
        found.append(applied.cost_usd_per_year + measure(data.risk, lost.loss_usd, chances))
    return np.array(found)


def _worth(varied: Sequence[Factor], levels: Floats, totals: Floats, *, level: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
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
    columns = ["factor", "figures", "confidence", "output", "first", "first_low", "first_high", "total", "total_low",
               "total_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
