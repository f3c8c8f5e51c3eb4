"""A study as a plain function of keywords, for tools that explore: EMA workbench, optimisers, notebooks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from resilience.balance import balance
from resilience.compare.actions import Action, Diversified, Held, IdleCapacity, NationalReserves
from resilience.compare.factors import at_levels, factors
from resilience.compare.losses import Losses, Simulated
from resilience.compare.policies import Policy, raw_goods, refusal
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.physics import Floats
from resilience.policy import TIERS, Release, Reserve
from resilience.risk import CVaR, measure
from resilience.scenario import ScenarioSet
from resilience.study import Study

TAIL = 0.05
LEVERS: Mapping[str, tuple[float, float]] = {
    "national_days": (0.0, 365.0),
    "second_source_share": (0.0, 0.5),
    "surge_factor": (1.0, 2.0),
    "sized_share": (0.0, 2.0),
}
CHANCE = "chance_of_"  # of an uncertainty that scales a scenario's chance
OUTCOMES = ("cost_usd_per_year", "loss_usd_per_year", "tail_loss_usd", "total_usd_per_year",
            *(f"unmet_{tier}_usd_per_year" for tier in TIERS))  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Outside:
    """A function of keywords, all of which have a default: the study as it stands, and nothing done.

    `uncertainties` and `levers` give each keyword's range, `outcomes` the names of what comes back. An uncertainty is
    the level (0 to 1) of a group of figures within their ranges, or a factor on a scenario's chance
    (`chance_of_NAME`). Levers: days of national reserves, share moved to second sources, surge of members' makers,
    each of `goods`; and `sized_share`, a multiple of the reserve that was given.
    """

    network: Network
    scenarios: ScenarioSet
    members: str | None
    goods: tuple[str, ...]
    release: Release
    weeks: int
    weights: Mapping[str, float]
    seed: int
    sized: Reserve | None
    losses: Losses

    @property
    def uncertainties(self) -> dict[str, tuple[float, float]]:
        """Every uncertainty with its range."""
        ranged = {} if self.network.about.get("balanced") or self.network.figures.empty else {
            factor.name: (0.0, 1.0) for factor in factors(self.network)
        }  # fmt: skip
        return ranged | {f"{CHANCE}{scenario.name}": (0.0, 2.0) for scenario in self.scenarios}

    @cached_property
    def levers(self) -> dict[str, tuple[float, float]]:
        """Every lever that this network has, with a sensible range: surge needs members who make any of the goods."""
        network = balance(self.network).network
        return {name: ends for name, ends in LEVERS.items() if self._there(name, network)}

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of what comes back: all numbers, all the better the lower."""
        return OUTCOMES

    def __call__(self, **keywords: float) -> dict[str, float]:
        """The outcomes, USD a year, at these values of uncertainties and levers.

        Raises
        ------
        AskError
            Naming every keyword that is unknown, and every value below the least of its range.
        """
        known = {**self.uncertainties, **self.levers}
        faults = [f"unknown keyword {name!r}. {near(name, known)}" for name in keywords if name not in known]
        faults += [
            f"{name} is {value!r}: it must be {known[name][0]:g} or more"
            for name, value in keywords.items()
            if name in known and not known[name][0] <= value < math.inf
        ]
        if faults:
            raise AskError("The study cannot be evaluated", faults)
        levels = {name: float(value) for name, value in keywords.items()
                  if name not in self.levers and not name.startswith(CHANCE)}  # fmt: skip
        network = balance(at_levels(self.network, levels) if levels else self.network).network
        applied = self._policy(keywords).apply(network)
        found = self.losses.of(applied, self.scenarios, weeks=self.weeks, weights=self.weights, seed=self.seed)
        chances = self._chances(keywords)
        mean, cost = float(found.loss_usd @ chances), applied.cost_usd_per_year
        tail = measure(CVaR(tail=TAIL), found.loss_usd, chances)
        values = [cost, mean, tail, cost + mean, *(found.unmet_usd @ chances)]
        return dict(zip(OUTCOMES, map(float, values), strict=True))

    def __repr__(self) -> str:
        keywords = ", ".join((*self.levers, *self.uncertainties))
        return f"A study on network {self.network.name!r} as a function of {keywords}"

    def _there(self, lever: str, network: Network) -> bool:
        if lever == "sized_share":
            return self.sized is not None
        return refusal(self._policy({lever: LEVERS[lever][1]}), network) is None

    def _policy(self, keywords: Mapping[str, float]) -> Policy:
        """The actions that the levers ask for; one at its neutral value is none."""
        shared = {"goods": self.goods, "members": self.members}
        found: list[Action] = []
        if (share := keywords.get("second_source_share", 0.0)) > 0:
            found.append(Diversified(share=share, **shared))  # type: ignore[arg-type]
        if (factor := keywords.get("surge_factor", 1.0)) > 1:
            found.append(IdleCapacity(factor=factor, **shared))  # type: ignore[arg-type]
        if (days := keywords.get("national_days", 0.0)) > 0:
            found.append(NationalReserves(days=days, release=self.release, **shared))  # type: ignore[arg-type]
        if self.sized is not None and (part := keywords.get("sized_share", 0.0)) > 0:
            held = self.sized.table()
            amounts = ["units", "usd", "days"]
            found.append(
                Held(reserve=replace(self.sized, holdings=held.assign(**{c: part * held[c] for c in amounts})))
            )
        return Policy(name="levers", actions=tuple(found))

    def _chances(self, keywords: Mapping[str, float]) -> Floats:
        """Stated chances times their factors; where they would pass one together, in proportion."""
        chances = np.array([
            scenario.probability * keywords.get(f"{CHANCE}{scenario.name}", 1.0) for scenario in self.scenarios
        ])  # fmt: skip
        return np.asarray(chances / max(1.0, float(chances.sum())), dtype=np.float64)


def as_function(study: Study, *, sized: Reserve | None = None, losses: Losses | None = None) -> Outside:
    """A study as a function of uncertainties and levers, for EMA workbench and its like.

    `sized` is a reserve to scale by the lever `sized_share`. Each call is a simulation of all the study's scenarios:
    about a second and a half on chips.
    """
    network = study.network()
    return Outside(
        network=network,
        scenarios=study.scenarios,
        members=study.members,
        goods=raw_goods(network),
        release=study.release.build(),
        weeks=study.weeks,
        weights=study.weights(network),
        seed=study.seed,
        sized=sized,
        losses=losses or Simulated(),
    )
