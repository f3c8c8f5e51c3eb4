"""Scenarios simulated in blocks over an engine: what comes back of a scenario is a few numbers.

A block is a task, so what is finished can be kept, and a scenario that cannot be simulated costs the others nothing.
Blocks are the same on every engine, and so is every digit.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd

from resilience.engine import Done, Engine, Failed, Outcome, as_given
from resilience.engine.spans import Span, spans, spread
from resilience.engine.task import LOST
from resilience.errors import AskError, EngineError
from resilience.network import Network
from resilience.physics import Floats
from resilience.policy import Reserve
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate import Traces, simulate
from resilience.simulate.engine import Engine as Step
from resilience.simulate.engine import Fastest, Plain
from resilience.simulate.kernel import compiled_before
from resilience.simulate.run import WORTH_COMPILING

BLOCK = 256  # scenarios in a task: a second of work on chips. A multiple of what `simulate` takes at once
RECENT = 16  # blocks over which the rate is told: those that were kept from before count for nothing soon
NAMED = 12  # scenarios in an error
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What scenarios are simulated on: each of `reserves` (None: nothing held) is a row of blocks."""

    network: Network
    weeks: int
    seed: int
    reserves: tuple[Reserve | None, ...]
    step: Step


@dataclass(frozen=True, kw_only=True, eq=False)
class Years:
    """Simulated scenarios without their weeks, named as in `Traces`."""

    demand: pd.DataFrame
    uses: pd.DataFrame
    probability: pd.Series
    loss: pd.DataFrame
    measured: pd.DataFrame
    unmet_usd: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios."""
        return tuple(self.probability.index)

    @property
    def loss_usd(self) -> pd.Series:
        """Loss of each scenario."""
        return self.loss.sum(axis=1).rename("loss_usd")

    def without(self, names: Sequence[str]) -> Years:
        """The same without some scenarios."""
        kept = ~self.probability.index.isin(list(names))
        rows = {name: getattr(self, name)[kept] for name in ("probability", "loss", "measured")}
        return replace(self, **rows, unmet_usd=self.unmet_usd[:, kept])


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """What a block of scenarios lost; NaN where one failed, which `failures` names with the reason."""

    loss: Floats  # scenarios x parts
    measured: Floats  # scenarios x measures
    unmet_usd: Floats  # uses x scenarios
    failures: tuple[tuple[str, str], ...] = ()


def simulated(ground: Ground, scenarios: ScenarioSet, *, engine: Engine, say: Say) -> tuple[list[Years], pd.DataFrame]:
    """What the scenarios lose with each of the reserves, without those that failed under any; and why those failed.

    Failures have columns scenario, reason.

    Raises
    ------
    AskError
        If the ground is of no use, or no scenario could be simulated; it names them and why.
    EngineError
        If every scenario ended its worker.
    """
    calm = [simulate(ground.network, Scenario(name="calm"), weeks=1, reserve=one) for one in ground.reserves]
    everything, rows = scenarios.scenarios, range(len(ground.reserves))
    if isinstance(ground.step, Fastest) and find_spec("numba") and not compiled_before():
        say("compiling the simulator, once on this machine: most of a minute")
    found: dict[Span, Outcome[Block]] = {}
    with engine.team(partial(as_given, ground)) as team:
        for row in rows:
            asked = spans(row, len(everything), BLOCK)
            found |= spread(
                team, block, asked, lambda span: (span[0], everything[span[1] : span[2]]),
                progress=_pace(say, len(everything), held=ground.reserves[row] is not None),
            )  # fmt: skip
    failures = _failures(found, everything)
    _refuse_nothing(failures, everything)
    years = [_gathered(calm[row], everything, {span: one for span, one in found.items() if span[0] == row})
             for row in rows]  # fmt: skip
    return [one.without(list(failures["scenario"])) for one in years], failures


def block(ground: Ground, message: tuple[int, tuple[Scenario, ...]]) -> Block:
    """Run in the worker: one block under one of the reserves. Where it fails, each scenario is tried alone."""
    row, scenarios = message
    try:
        return _summed(_traced(ground, row, scenarios))
    except Exception:
        return _one_by_one(ground, row, scenarios)


def ground_for(network: Network, scenarios: int, *, weeks: int, seed: int, reserve: Reserve | None) -> Ground:
    """The ground with nothing held and, if there is a reserve, with it; compiled where there is enough to do."""
    step: Step = Fastest() if scenarios >= WORTH_COMPILING else Plain()
    reserves = (None,) if reserve is None else (None, reserve)
    return Ground(network=network, weeks=weeks, seed=seed, reserves=reserves, step=step)


def _traced(ground: Ground, row: int, scenarios: Sequence[Scenario]) -> Traces:
    return simulate(
        ground.network, scenarios, weeks=ground.weeks, reserve=ground.reserves[row], seed=ground.seed, full=False,
        engine=ground.step,
    )  # fmt: skip


def _summed(traces: Traces) -> Block:
    return Block(loss=traces.loss.to_numpy(), measured=traces.measured.to_numpy(), unmet_usd=traces.unmet_usd)


def _one_by_one(ground: Ground, row: int, scenarios: Sequence[Scenario]) -> Block:
    nothing = _summed(_traced(ground, row, [Scenario(name="calm")]))
    parts, failures = list[Block](), list[tuple[str, str]]()
    for scenario in scenarios:
        try:
            parts.append(_summed(_traced(ground, row, [scenario])))
        except Exception as error:
            failures.append((scenario.name, f"{type(error).__name__}: {error}"))
            parts.append(_nan(nothing, 1))
    return Block(
        loss=np.vstack([one.loss for one in parts]),
        measured=np.vstack([one.measured for one in parts]),
        unmet_usd=np.hstack([one.unmet_usd for one in parts]),
        failures=tuple(failures),
    )


def _nan(like: Block, count: int) -> Block:
    """A block of `count` scenarios of which nothing is known."""
    return Block(
        loss=np.full((count, like.loss.shape[1]), np.nan),
        measured=np.full((count, like.measured.shape[1]), np.nan),
        unmet_usd=np.full((like.unmet_usd.shape[0], count), np.nan),
    )


def _gathered(calm: Traces, scenarios: Sequence[Scenario], found: dict[Span, Outcome[Block]]) -> Years:
    """Blocks in the order of scenarios; `calm` tells of the network and of the columns."""
    nothing = _summed(calm)
    blocks = [one.value if isinstance(one, Done) else _nan(nothing, last - first)
              for (_, first, last), one in sorted(found.items(), key=lambda item: item[0])]  # fmt: skip
    index = pd.Index([one.name for one in scenarios], name="scenario")
    return Years(
        demand=calm.demand,
        uses=calm.uses,
        probability=pd.Series([one.probability for one in scenarios], index=index, name="probability"),
        loss=pd.DataFrame(np.vstack([one.loss for one in blocks]), index=index, columns=calm.loss.columns),
        measured=pd.DataFrame(np.vstack([one.measured for one in blocks]), index=index, columns=calm.measured.columns),
        unmet_usd=np.hstack([one.unmet_usd for one in blocks]),
    )


def _failures(found: dict[Span, Outcome[Block]], scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Each failed scenario once, in their order, with the first reason."""
    told: dict[str, str] = {}
    for (_, first, last), outcome in sorted(found.items(), key=lambda item: item[0]):
        if isinstance(outcome, Failed):
            why = outcome.reason
            rows: Sequence[tuple[str, str]] = [(one.name, why) for one in scenarios[first:last]]
        else:
            rows = outcome.value.failures
        for name, reason in rows:
            told.setdefault(name, reason)
    names = [one.name for one in scenarios if one.name in told]
    return pd.DataFrame({"scenario": names, "reason": [told[name] for name in names]}, dtype="str")


def _refuse_nothing(failures: pd.DataFrame, scenarios: Sequence[Scenario]) -> None:
    if len(failures) < len(scenarios):
        return
    what = "No scenario could be simulated"
    faults = [f"{row.scenario}: {row.reason}" for row in failures.head(NAMED).itertuples()]
    if failures["reason"].str.startswith(LOST).any():  # asked again, or with fewer workers, it may go
        raise EngineError("\n".join([what, *(f"  {fault}" for fault in faults)]))
    raise AskError(what, faults)


def _pace(say: Say, scenarios: int, *, held: bool) -> Callable[[int, int], None]:
    """Says how many scenarios are done, how fast, and how long the rest will take."""
    label = "with the reserve: simulated" if held else "simulated"
    slow = "" if find_spec("numba") else '; pip install "supply-resilience[fast]" is far quicker'
    recent = deque([(time.monotonic(), 0)], maxlen=RECENT)

    def told(blocks: int, _: int) -> None:
        now, done = time.monotonic(), min(blocks * BLOCK, scenarios)
        since, before = recent[0]
        recent.append((now, done))
        rate = max(done - before, 1) / max(now - since, 1e-9)
        left = (scenarios - done) / rate
        say(f"{label} {done:,} of {scenarios:,} scenarios, {rate:,.0f} a second, {left:,.0f} s left{slow}")

    return told
