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
from resilience.compare.actions import Applied
from resilience.compare.losses import Found, Losses
from resilience.compare.policies import Policy
from resilience.engine import Engine, Failed, Outcome
from resilience.engine.spans import Span, spans, spread
from resilience.engine.task import LOST
from resilience.errors import AskError, EngineError
from resilience.network import Network
from resilience.physics import Floats
from resilience.policy import TIERS
from resilience.scenario import Scenario, ScenarioSet

BLOCK = 128  # scenarios in a task: a third of a second on chips, against milliseconds to hand it over
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
    """All policies on all scenarios. A block that ends its workers is tried in parts, until one scenario is to blame.

    Raises
    ------
    AskError
        If a policy cannot be had on this network, or fails in every scenario; it names each and why.
    EngineError
        If a policy ended its workers in every scenario.
    """
    count = len(ground.scenarios)
    asked = [span for number in range(len(policies)) for span in spans(number, count, block)]
    with engine.team(partial(_worker, ground, tuple(policies))) as team:
        found = spread(team, _block, asked, lambda span: span, progress=_pace(say))
    trial = _gathered(ground, policies, found)
    _refuse_the_impossible(policies, trial)
    return trial


def _pace(say: Say) -> Callable[[int, int], None]:
    return lambda done, whole: say(f"policies on scenarios: {done} of {whole} blocks")


def _gathered(ground: Ground, policies: Sequence[Policy], found: Mapping[Span, Outcome[_Block]]) -> Trial:
    """Each block's numbers in the place that its policy and scenarios give them."""
    scenarios, shape = ground.scenarios.scenarios, (len(policies), len(ground.scenarios))
    cost, held, loss = np.full(len(policies), np.nan), np.full(len(policies), np.nan), np.full(shape, np.nan)
    unmet, rows = np.full((len(policies), len(TIERS), len(scenarios)), np.nan), list[Failure]()
    for number, first, last in sorted(found):
        outcome = found[number, first, last]
        if isinstance(outcome, Failed):
            told = outcome.reason
            rows += [(policies[number].name, scenario.name, told) for scenario in scenarios[first:last]]
            continue
        answer = outcome.value
        cost[number], held[number] = answer.cost_usd, answer.held_usd
        loss[number, first:last] = answer.found.loss_usd
        unmet[number, :, first:last] = answer.found.unmet_usd
        rows += answer.failures
    failures = pd.DataFrame(rows, columns=["policy", "scenario", "error"])
    return Trial(cost_usd=cost, held_usd=held, loss_usd=loss, unmet_usd=unmet, failures=failures)


def _nothing(scenarios: int) -> Found:
    return Found(loss_usd=np.full(scenarios, np.nan), unmet_usd=np.full((len(TIERS), scenarios), np.nan))


def _worker(ground: Ground, policies: Sequence[Policy]) -> _Worker:
    return _Worker(ground=ground, policies=policies)


def _block(worker: _Worker, message: Span) -> _Block:
    """One policy's losses in a run of scenarios; the row is the policy's number. Where the run fails, each scenario is
    tried alone, so that one that cannot be answered costs the others nothing.
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
                parts.append(_nothing(1))
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


def _refuse_the_impossible(policies: Sequence[Policy], trial: Trial) -> None:
    lacking = [policy.name for policy, row in zip(policies, trial.loss_usd, strict=True) if np.isnan(row).all()]
    first = trial.failures.drop_duplicates("policy").set_index("policy")["error"]
    if lacking:
        what = "These policies could not be tried in any scenario"
        faults = [f"{name!r}: {first[name]}" for name in lacking]
        if any(first[name].startswith(LOST) for name in lacking):  # asked again, or with fewer workers, it may go
            raise EngineError("\n".join([what, *(f"  {fault}" for fault in faults)]))
        raise AskError(what, faults)


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
