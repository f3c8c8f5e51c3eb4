"""Policies tried on networks whose figures are moved within their ranges, spread over an engine.

Each network is balanced anew, and every policy meets the same scenarios on it. So one costs as much as a whole
comparison: on chips about a second for two policies on seventeen scenarios. One that cannot be balanced or tried costs
the others nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.compare.losses import Losses, Simulated
from resilience.compare.policies import Policy
from resilience.engine import Done, Engine, Serial, as_given
from resilience.network import Network
from resilience.physics import Floats
from resilience.risk import Expectation, TailMeans, measure
from resilience.scenario import ScenarioSet
from resilience.simulate.engine import Fastest

WORTH_COMPILING = 2000  # scenarios over all networks and policies: on chips ten a second in NumPy, a hundred compiled
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


def evaluated(
    data: Data,
    function: Callable[[Data, M], Floats],
    messages: Mapping[str, M],
    engine: Engine | None,
    say: Say,
) -> tuple[dict[str, Floats], pd.DataFrame]:
    """What each policy costs in all at each point; and the points that failed, with the reason."""
    found: dict[str, Floats] = {}
    failed: dict[str, str] = {}
    with (engine or Serial()).team(partial(as_given, _hastened(data, len(messages)))) as team:
        for outcome in team.work(function, messages, progress=_pace(say)):
            if isinstance(outcome, Done):
                found[outcome.key] = outcome.value
            else:
                failed[outcome.key] = outcome.reason
    return found, failed_at({key: failed[key] for key in messages if key in failed})


def _pace(say: Say) -> Callable[[int, int], None]:
    return lambda done, whole: say(f"networks tried: {done} of {whole}")


def failed_at(failed: Mapping[str, str]) -> pd.DataFrame:
    """Points that failed and why, as a table."""
    return pd.DataFrame({"point": list(failed), "reason": list(failed.values())}, dtype="str")


def _hastened(data: Data, networks: int) -> Data:
    """The same, compiled where so much is simulated that it pays; `simulate` sees one network at a time."""
    losses, scenarios = data.losses, networks * len(data.policies) * len(data.scenarios)
    if scenarios < WORTH_COMPILING or not isinstance(losses, Simulated) or losses.engine is not None:
        return data
    return replace(data, losses=replace(losses, engine=Fastest()))


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
