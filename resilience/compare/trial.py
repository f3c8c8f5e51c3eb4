"""Every policy tried on every scenario, spread over an engine: blocks of one policy's scenarios are the tasks.

A block is the same whatever the engine and the number of workers, and answers go to the place that policy and scenario
give them, so no digit depends on where or when a block was done. A worker keeps one policy's network at a time, and
what comes back of a block is a few numbers a scenario: memory does not grow with policies but for those numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.compare.losses import Found, Losses
from resilience.compare.measures import Applied
from resilience.compare.policies import Policy
from resilience.engine import Done, Engine
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Floats
from resilience.policy import TIERS
from resilience.scenario import Scenario, ScenarioSet

BLOCK = 256  # scenarios in a task: seconds of work on chips, against milliseconds to hand it over
Say = Callable[[str], None]
Failure = tuple[str, str, str]  # policy, scenario, what went wrong


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What every policy is tried on: network, frozen scenarios, horizon, weights of losses, seed, and how losses are
    found.
    """

    network: Network
    scenarios: ScenarioSet
    weeks: int
    weights: Mapping[str, float]
    seed: int
    losses: Losses


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """What came of it: policies x scenarios, and policies x tiers x scenarios. NaN where a scenario failed."""

    cost_usd: Floats  # per policy, a year
    held_usd: Floats  # per policy: purchase value of its reserves
    loss_usd: Floats
    unmet_usd: Floats
    failures: pd.DataFrame  # policy, scenario, error


@dataclass(frozen=True, kw_only=True, eq=False)
class _Block:
    """A worker's answer."""

    cost_usd: float
    held_usd: float
    found: Found
    failures: tuple[Failure, ...]


@dataclass(kw_only=True, eq=False)
class _Worker:
    """What a worker holds: the ground, and the policy it was last asked about, in place."""

    ground: Ground
    policies: Sequence[Policy]
    last: dict[int, Applied] = field(default_factory=dict)

    def applied(self, number: int) -> Applied:
        if number not in self.last:
            self.last = {number: self.policies[number].apply(self.ground.network)}
        return self.last[number]


def tried(
    ground: Ground, policies: Sequence[Policy], *, engine: Engine, block: int = BLOCK, say: Say = lambda text: None
) -> Trial:
    """All policies on all scenarios.

    Raises
    ------
    AskError
        If a policy cannot be had on this network, or fails in every scenario; it names each and why.
    """
    count = len(ground.scenarios)
    spans = [(first, min(first + block, count)) for first in range(0, count, block)]
    messages = {f"{p}/{first}": (p, first, last) for p in range(len(policies)) for first, last in spans}
    cost, held = np.full(len(policies), np.nan), np.full(len(policies), np.nan)
    loss = np.full((len(policies), count), np.nan)
    unmet = np.full((len(policies), len(TIERS), count), np.nan)
    failures: dict[str, tuple[Failure, ...]] = {}
    with engine.team(partial(_worker, ground, tuple(policies))) as team:
        outcomes = team.work(
            _block, messages, progress=lambda done, all_: say(f"policies on scenarios: {done} of {all_} blocks")
        )
        for outcome in outcomes:
            number, first, last = messages[outcome.key]
            if isinstance(outcome, Done):
                answer = outcome.value
                cost[number], held[number] = answer.cost_usd, answer.held_usd
                loss[number, first:last] = answer.found.loss_usd
                unmet[number, :, first:last] = answer.found.unmet_usd
                failures[outcome.key] = answer.failures
            else:
                lost = tuple(ground.scenarios.scenarios[first:last])
                told = f"{outcome.error}: {outcome.message}"
                failures[outcome.key] = tuple((policies[number].name, one.name, told) for one in lost)
    rows = [row for key in messages for row in failures[key]]
    table = pd.DataFrame(rows, columns=["policy", "scenario", "error"])
    _refuse_the_impossible(policies, loss, table)
    return Trial(cost_usd=cost, held_usd=held, loss_usd=loss, unmet_usd=unmet, failures=table)


def _worker(ground: Ground, policies: Sequence[Policy]) -> _Worker:
    return _Worker(ground=ground, policies=policies)


def _block(worker: _Worker, message: tuple[int, int, int]) -> _Block:
    """One policy's losses in a run of scenarios. Where the run fails, each scenario is tried alone, so that one that
    cannot be answered costs the others nothing.
    """
    number, first, last = message
    ground, applied = worker.ground, worker.applied(number)
    scenarios = ground.scenarios.scenarios[first:last]
    failures: list[Failure] = []
    try:
        found = _found(ground, applied, scenarios)
    except Exception:
        parts = []
        for scenario in scenarios:
            try:
                parts.append(_found(ground, applied, [scenario]))
            except Exception as error:
                failures.append((worker.policies[number].name, scenario.name, f"{type(error).__name__}: {error}"))
                parts.append(Found(loss_usd=np.full(1, np.nan), unmet_usd=np.full((len(TIERS), 1), np.nan)))
        found = Found(
            loss_usd=np.concatenate([part.loss_usd for part in parts]),
            unmet_usd=np.hstack([part.unmet_usd for part in parts]),
        )
    return _Block(
        cost_usd=applied.cost_usd_per_year,
        held_usd=sum(reserve.usd for reserve in applied.reserves),
        found=found,
        failures=tuple(failures),
    )


def _found(ground: Ground, applied: Applied, scenarios: Sequence[Scenario]) -> Found:
    chosen = ScenarioSet(scenarios=tuple(scenarios))
    return ground.losses.of(applied, chosen, weeks=ground.weeks, weights=ground.weights, seed=ground.seed)


def _refuse_the_impossible(policies: Sequence[Policy], loss: Floats, failures: pd.DataFrame) -> None:
    faults = []
    for policy, row in zip(policies, loss, strict=True):
        if np.isnan(row).all():
            first = failures.loc[failures["policy"] == policy.name, "error"].iloc[0]
            faults.append(f"{policy.name!r}: {first}")
    if faults:
        raise AskError("These policies could not be tried in any scenario", faults)


def ground(
    network: Network,
    scenarios: ScenarioSet,
    *,
    weeks: int,
    weights: Mapping[str, float],
    seed: int,
    losses: Losses,
) -> Ground:
    """The ground, its network balanced once for all workers."""
    if not len(scenarios):
        raise AskError("There are no scenarios to compare policies on")
    return Ground(
        network=balance(network).network, scenarios=scenarios, weeks=weeks, weights=dict(weights), seed=seed,
        losses=losses,
    )  # fmt: skip
