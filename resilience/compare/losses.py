"""How a policy's loss in a scenario is found. Each way is an object with one method, `of`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.compare.actions import Applied
from resilience.errors import AskError
from resilience.periods import Periods
from resilience.physics import Floats
from resilience.policy import TIERS, Reserve
from resilience.scenario import ScenarioSet
from resilience.simulate import Behaviour, simulate
from resilience.simulate.engine import Engine
from resilience.sizing.response import best_response
from resilience.sizing.scope import Scope
from resilience.solver import INNER, Method

USUAL = Behaviour()


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """Losses of a block of scenarios, and unmet demand in USD by tier of use (tiers x scenarios)."""

    loss_usd: Floats
    unmet_usd: Floats


class Losses(Protocol):
    """Any way to find what scenarios lose."""

    def of(
        self, applied: Applied, scenarios: ScenarioSet, *, weeks: int, weights: Mapping[str, float], seed: int
    ) -> Found:
        """Losses of each scenario under actions that are in place."""
        ...


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What firms and states lose who follow rules, the reserve's own release rule among them.

    `engine` is what `simulate` takes: None leaves it the choice by the number of scenarios in one call.
    """

    behaviour: Behaviour = USUAL
    engine: Engine | None = None

    def of(
        self, applied: Applied, scenarios: ScenarioSet, *, weeks: int, weights: Mapping[str, float], seed: int
    ) -> Found:
        """By `simulate`. Lots are drawn by seed, scenario and owner, so that policies meet the same luck."""
        traces = simulate(
            applied.network, scenarios, weeks=weeks, reserve=applied.reserves, behaviour=self.behaviour, seed=seed,
            weights=weights, full=False, engine=self.engine,
        )  # fmt: skip
        by_tier = pd.DataFrame(traces.unmet_usd).groupby(traces.uses["tier"].to_numpy()).sum()
        return Found(loss_usd=traces.loss_usd.to_numpy(), unmet_usd=_of_tiers(by_tier))


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """The least loss any behaviour could reach, in full knowledge of the scenario: a floor, seconds for each on chips.

    Reserves of one policy must share their release rule, since the program knows one.
    """

    periods: Periods | None = None
    scope: Scope | None = None
    method: Method = INNER

    def of(
        self, applied: Applied, scenarios: ScenarioSet, *, weeks: int, weights: Mapping[str, float], seed: int
    ) -> Found:
        """By `best_response`, scenario by scenario; nothing is drawn by lot."""
        del seed
        reserve = _joined(applied.reserves)
        found, unmet = [], []
        for scenario in scenarios:
            response = best_response(
                applied.network, scenario, weeks=weeks, reserve=reserve, periods=self.periods, weights=weights,
                scope=self.scope, method=self.method,
            )  # fmt: skip
            found.append(response.loss_usd)
            unmet.append(_of_tiers(response.table("unmet").groupby("tier")[["usd"]].sum()))
        return Found(loss_usd=np.array(found), unmet_usd=np.hstack(unmet))


def _of_tiers(usd: pd.DataFrame) -> Floats:
    return np.asarray(usd.reindex(list(TIERS), fill_value=0.0).to_numpy(), dtype=np.float64)


def _joined(reserves: tuple[Reserve, ...]) -> Reserve | None:
    if not reserves:
        return None
    rules = {repr(reserve.release): reserve.release for reserve in reserves}
    if len(rules) > 1:
        raise AskError("The program knows one release rule for all reserves of a policy", list(rules))
    holdings = pd.concat([reserve.table() for reserve in reserves])
    summed = holdings.groupby(["good", "place", "owner"], as_index=False)[["units", "usd", "days"]].sum()
    return Reserve(holdings=summed, release=reserves[0].release)
