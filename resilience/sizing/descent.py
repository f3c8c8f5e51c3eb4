"""A search over what is held of each good, one at a time on a grid, for the least holding cost and simulated loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.risk import Risk, measure
from resilience.scenario import ScenarioSet
from resilience.simulate import simulate

WORTH = 1e-6  # share of the objective below which a change is none
WEEK = 7.0
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Search:
    """What is the same for every reserve that is tried, and what each has cost: many are met again, round by round."""

    network: Network
    scenarios: ScenarioSet
    shares: pd.DataFrame
    release: Release
    risk: Risk
    budget_usd: float
    steps: Mapping[str, Sequence[float]]  # units of each good that are tried
    options: Mapping[str, object]  # of `simulate`
    tried: list[tuple[str, float, float]] = field(default_factory=list)
    known: dict[tuple[float, ...], float] = field(default_factory=dict)  # by units of each good

    def reserve(self, amounts: Mapping[str, float]) -> Reserve:
        """So many units of each good, in their stores."""
        rows = self.shares.assign(units=looked_up(self.shares["good"], amounts) * self.shares["share"])
        return Reserve.of(self.network, rows[rows["units"] > 0], release=self.release)

    def holding(self, reserve: Reserve) -> float:
        """USD a year."""
        share = self.network.goods.set_index("good")["holding_share_per_year"]
        held = reserve.table()
        return float((held["usd"] * looked_up(held["good"], share)).sum())

    def losses(self, reserve: Reserve) -> pd.DataFrame:
        """Columns scenario, probability, loss_usd."""
        traces = simulate(self.network, self.scenarios, reserve=reserve, full=False, **self.options)  # type: ignore[arg-type]
        return traces.loss_usd.reset_index().assign(probability=traces.probability.to_numpy())

    def cost(self, amounts: Mapping[str, float]) -> float:
        """Holding cost and weighed loss, USD a year; infinite beyond the budget. Each reserve is simulated once."""
        held = tuple(amounts.values())
        if held not in self.known:
            self.known[held] = self._cost(amounts)
        return self.known[held]

    def too_dear(self, reserve: Reserve) -> bool:
        """Whether it costs more than there is."""
        return reserve.usd > self.budget_usd * (1 + 1e-9)

    def best_step(self, amounts: Mapping[str, float], good: str) -> tuple[float, float]:
        """Least cost, and the units of the good that reach it, of all its steps but the one it stands at."""
        found = [(self.cost({**amounts, good: units}), units) for units in self.steps[good] if units != amounts[good]]
        self.tried.extend((good, self.days(good, units), cost) for cost, units in found)
        return min(found, default=(np.inf, 0.0))

    def days(self, good: str, units: float) -> float:
        """How long so many units cover what members use."""
        weekly = _use(self.shares)[good]
        return WEEK * units / weekly if weekly > 0 else np.inf

    def _cost(self, amounts: Mapping[str, float]) -> float:
        reserve = self.reserve(amounts)
        if self.too_dear(reserve):
            return np.inf
        losses = self.losses(reserve)
        return self.holding(reserve) + measure(self.risk, losses["loss_usd"], losses["probability"])


def grid(shares: pd.DataFrame, days: Sequence[float], amounts: Mapping[str, float]) -> dict[str, list[float]]:
    """Units of each good at so many days of the members' use, and what is held of it, least first."""
    weekly = _use(shares)
    return {good: sorted({_step(day) * weekly[good] / WEEK for day in days} | {amounts[good]}) for good in amounts}


def descend(search: Search, amounts: Mapping[str, float], least: float, say: Say) -> tuple[float, Mapping[str, float]]:
    """Good by good, the best step while the others stand; again until a round changes nothing."""
    order = _promising(search, amounts, least)
    say(f"{len(order)} of {len(amounts)} goods are worth holding, or changing, alone")
    improved = True
    while improved:
        improved = False
        for good in order:
            cost, units = search.best_step(amounts, good)
            if cost < least - WORTH * abs(least):
                least, amounts, improved = cost, {**amounts, good: units}, True
                say(f"{good}: {search.days(good, units):.0f} days of cover, {least:,.0f} USD a year")
    return least, amounts


def _promising(search: Search, amounts: Mapping[str, float], least: float) -> list[str]:
    """Goods already held, and those that some step alone makes worth holding, dearest saving first."""
    best = {good: search.best_step(amounts, good)[0] for good in amounts}
    worth = [good for good in amounts if amounts[good] > 0 or best[good] < least - WORTH * abs(least)]
    return sorted(worth, key=lambda good: best[good])


def _use(shares: pd.DataFrame) -> dict[str, float]:
    """What members use of each good, units a week."""
    return dict(zip(shares["good"], shares["use"], strict=True))


def _step(days: float) -> float:
    if not 0 <= days < np.inf:
        raise AskError(f"days has a step of {days!r}: days of cover are 0 or more")
    return float(days)
