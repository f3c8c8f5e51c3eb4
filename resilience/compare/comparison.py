"""The answer of a comparison: what each policy costs and loses, and how sure the differences are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from resilience import shown
from resilience.amounts import money
from resilience.compare import statistics
from resilience.compare.sampling import Sampling
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.physics import Floats
from resilience.policy import TIERS
from resilience.risk import CVaR, TailMeans, measure, quantile
from resilience.simulate.outlook import LEVELS

ROWS = 12  # of a summary
SIZING = "sizing the reserve"  # in the place of a policy, where that is what failed
HEADS = {  # columns that are shown, and heads that fit a terminal or a notebook
    "policy": "policy",
    "cost_usd_per_year": "cost",
    "loss_usd_per_year": "loss",
    "total_usd_per_year": "in all",
    "saves_usd_per_year": "saves",
    "saves_low_usd": "from",
    "saves_high_usd": "to",
    "chance_best": "best",
    "regret_usd_per_year": "regret",
}
TAIL = 0.05  # the worst share of years whose mean loss the frontier tells beside the mean


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """Policies on the same years: losses, and what follows from them. Read `headline()` and `summary()` first.

    `loss_usd` is policies x scenarios, `unmet_usd` policies x tiers x scenarios (unmet demand, USD). Totals are yearly
    cost plus losses as `risk` weighs them. The first policy is what the others are compared with. Scenarios that failed
    under any policy are left out of all (`failures`), with their chance counted as undisturbed.
    """

    policies: tuple[str, ...]
    scenarios: tuple[str, ...]
    probability: Floats
    cost_usd: Floats
    held_usd: Floats
    loss_usd: Floats
    unmet_usd: Floats
    demand_usd: Floats  # per tier: value of a year's demand
    risk: TailMeans
    sampling: Sampling
    seed: int
    replicates: int
    level: float
    failures: pd.DataFrame

    @cached_property
    def weighed_usd(self) -> Floats:
        """Loss of each policy as the risk measure weighs it, USD a year."""
        return np.array([measure(self.risk, loss, self.probability) for loss in self.loss_usd])

    @property
    def total_usd(self) -> Floats:
        """Yearly cost plus weighed loss."""
        return self.cost_usd + self.weighed_usd

    @cached_property
    def totals(self) -> Floats:
        """The same for each replicate of the years: replicates x policies, all policies on the same years."""
        rng = np.random.default_rng([self.seed, self.replicates])
        chances = self.sampling.chances(self.probability, self.replicates, rng)
        return self.cost_usd + statistics.replicated(self.risk, self.loss_usd, chances)

    @property
    def best(self) -> int:
        """Number of the policy with the least total."""
        return int(np.argmin(self._stepped_usd))

    @property
    def alike(self) -> list[int]:
        """Numbers of the other policies that cost and lose what the best does: another name for the same thing."""
        return statistics.alike(self.cost_usd, self.loss_usd, self.probability, self.best)

    @property
    def _stepped_usd(self) -> Floats:
        """Totals without their last digits, so that policies which are the same thing stay in their order."""
        step = statistics.ROUNDING * max(float(np.abs(self.total_usd).max()), 1.0)
        return np.asarray(np.round(self.total_usd / step) * step, dtype=np.float64)

    def saved(self, policy: int, than: int = 0) -> tuple[float, float, float]:
        """How much less one policy costs in all than another, paired: USD a year, and the ends of the interval."""
        low, high = statistics.intervals(self.totals[:, [than]] - self.totals[:, [policy]], self.level)
        return float(self.total_usd[than] - self.total_usd[policy]), float(low[0]), float(high[0])

    def not_sized_on(self, failed: Mapping[str, str]) -> Comparison:
        """The same, telling also of scenarios that a reserve could not be sized on, with the reason of each."""
        rows = pd.DataFrame({"policy": SIZING, "scenario": list(failed), "error": list(failed.values())}, dtype="str")
        return replace(self, failures=pd.concat([self.failures, rows], ignore_index=True)) if failed else self

    def under(self, probability: Floats) -> Comparison:
        """The same losses with other chances of the scenarios."""
        return replace(self, probability=np.asarray(probability, dtype=np.float64))

    def table(self, name: str) -> pd.DataFrame:
        """A tidy frame.

        policies (one row each), differences (every pair), frontier (cost against loss), distribution (quantiles of a
        year's loss), shortfall (unmet demand by tier of use), losses (every policy in every scenario), failures,
        summary.
        """
        known: dict[str, Callable[[], pd.DataFrame]] = {
            "policies": self._policies,
            "differences": self._differences,
            "frontier": self._frontier,
            "distribution": self._distribution,
            "shortfall": self._shortfall,
            "losses": self._losses,
            "failures": self.failures.copy,
            "summary": self.summary,
        }
        if name not in known:
            raise AskError(f"A comparison has no table {name!r}. {near(name, known)}")
        return known[name]()

    def summary(self) -> pd.DataFrame:
        """The first twelve policies of `table("policies")`, cheapest in all first; the first policy is always there."""
        order = np.argsort(self._stepped_usd, kind="stable")
        kept = [number for number in order if number != 0][: ROWS - 1]
        return self._policies().iloc[[number for number in order if number in (0, *kept)]].reset_index(drop=True)

    def headline(self) -> str:
        """What it means, in two sentences."""
        best, alike, totals = self.best, self.alike, self.total_usd
        names = [f'"{name}"' for name in self.policies]
        if len(names) == 1:
            return f"{names[0]} costs {money(totals[0])} USD a year in all; there is nothing to compare it with."
        if best == 0:
            told = f"Of {len(names)} policies none beats {names[0]}, at {money(totals[0])} USD a year in all"
        else:
            told = (
                f"Of {len(names)} policies {names[best]} costs least in all, {money(totals[best])} USD a year with "
                f"losses counted, and saves {self._spell(self.saved(best))} against {names[0]}"
            )
        same = f"with {', '.join(names[one] for one in alike)}, which comes to the same here, " if alike else ""
        chances = statistics.chance_of_being_best(self.totals)
        sure, rival = chances[[best, *alike]].sum(), int(np.argmax(chances))
        oftener = f", and {names[rival]} in {chances[rival]:.0%}" if chances[rival] > sure else ""
        told = f"{told}; {same}it is best in {sure:.0%} of repetitions{oftener}."
        others = [int(one) for one in np.argsort(totals, kind="stable") if one not in (best, *alike)]
        if not others:
            return told
        return f"{told} The next, {names[others[0]]}, costs {self._spell(self.saved(best, others[0]))} more than it."

    def findings(self) -> list[str]:
        """What the intervals mean, and what failed, a sentence each."""
        told = [self.sampling.meaning()]
        if len(self.failures):
            lost = self.failures["scenario"].nunique()
            which = "1 scenario failed" if lost == 1 else f"{lost} scenarios failed"
            told.append(f"{which} under some policy or in sizing, and counts nowhere (failures.csv says why).")
        return told

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `resilience compare --json` prints them."""
        answer = {
            "headline": self.headline(),
            "findings": self.findings(),
            "seed": self.seed,
            "replicates": self.replicates,
            "level": self.level,
            "scenarios": len(self.scenarios),
            **{name: self.table(name).to_dict("records") for name in ("policies", "frontier", "shortfall", "failures")},
        }
        plain = plainly(answer)
        assert isinstance(plain, dict)
        return plain

    def __repr__(self) -> str:
        return f"Comparison of {len(self.policies)} policies on {len(self.scenarios)} scenarios: {self.headline()}"

    def _repr_html_(self) -> str:
        table = self.summary()[list(HEADS)]
        table["chance_best"] = [f"{chance:.0%}" for chance in table["chance_best"]]
        units = f'USD a year; savings against "{self.policies[0]}", with {self.level:.0%} intervals'
        return shown.answer(self.headline(), table.rename(columns=HEADS), findings=[units, *self.findings()])

    def _spell(self, saved: tuple[float, float, float]) -> str:
        return f"{money(saved[0])} ({self.level:.0%}: {money(saved[1])} to {money(saved[2])})"

    def _policies(self) -> pd.DataFrame:
        """Columns policy, held_usd, cost_usd_per_year, loss_usd_per_year (weighed), total_usd_per_year, what it saves
        against the first with its interval, chance_best, and regret: expected, and the largest in a single year.
        """
        saved = np.array([self.saved(number) for number in range(len(self.policies))])
        return pd.DataFrame({
            "policy": self.policies,
            "held_usd": self.held_usd,
            "cost_usd_per_year": self.cost_usd,
            "loss_usd_per_year": self.weighed_usd,
            "total_usd_per_year": self.total_usd,
            "saves_usd_per_year": saved[:, 0],
            "saves_low_usd": saved[:, 1],
            "saves_high_usd": saved[:, 2],
            "chance_best": statistics.chance_of_being_best(self.totals),
            "regret_usd_per_year": statistics.expected_regret(self.totals),
            "largest_regret_usd": statistics.largest_regret(self.cost_usd, self.loss_usd),
        })  # fmt: skip

    def _differences(self) -> pd.DataFrame:
        """Columns policy, than, saves_usd_per_year, low, high, chance_cheaper: for every ordered pair."""
        count = len(self.policies)
        rows = []
        for one in range(count):
            for other in range(count):
                if one != other:
                    cheaper = float((self.totals[:, one] < self.totals[:, other]).mean())
                    rows.append((self.policies[one], self.policies[other], *self.saved(one, other), cheaper))
        columns = ["policy", "than", "saves_usd_per_year", "saves_low_usd", "saves_high_usd", "chance_cheaper"]
        return pd.DataFrame(rows, columns=columns)

    def _frontier(self) -> pd.DataFrame:
        """Columns policy, cost_usd_per_year, mean and tail loss, and whether no other policy has less of both."""
        mean = self.loss_usd @ self.probability
        tail = np.array([measure(CVaR(tail=TAIL), loss, self.probability) for loss in self.loss_usd])
        found = pd.DataFrame({
            "policy": self.policies,
            "cost_usd_per_year": self.cost_usd,
            "mean_loss_usd": mean,
            "tail_loss_usd": tail,
            "least_mean": statistics.on_frontier(self.cost_usd, mean),
            "least_tail": statistics.on_frontier(self.cost_usd, tail),
        })  # fmt: skip
        return found.sort_values(["cost_usd_per_year", "policy"], ignore_index=True)

    def _distribution(self) -> pd.DataFrame:
        """Columns policy, level, loss_usd: what a year's loss does not exceed with the chance `level`."""
        rows = [
            (policy, level, quantile(loss, self.probability, level))
            for policy, loss in zip(self.policies, self.loss_usd, strict=True)
            for level in LEVELS
        ]
        return pd.DataFrame(rows, columns=["policy", "level", "loss_usd"])

    def _shortfall(self) -> pd.DataFrame:
        """Columns policy, tier, unmet_usd_per_year (mean), share_of_demand, worst_usd and the scenario of the worst."""
        mean = self.unmet_usd @ self.probability
        worst = self.unmet_usd.argmax(axis=2)
        rows = []
        for p, policy in enumerate(self.policies):
            for t in np.flatnonzero(self.demand_usd > 0):
                at = worst[p, t]
                share, most = mean[p, t] / self.demand_usd[t], self.unmet_usd[p, t, at]
                rows.append((policy, TIERS[t], mean[p, t], share, most, self.scenarios[at] if most > 0 else ""))
        columns = ["policy", "tier", "unmet_usd_per_year", "share_of_demand", "worst_usd", "worst_scenario"]
        return pd.DataFrame(rows, columns=columns)

    def _losses(self) -> pd.DataFrame:
        policies, scenarios = len(self.policies), len(self.scenarios)
        return pd.DataFrame({
            "policy": np.repeat(self.policies, scenarios),
            "scenario": np.tile(self.scenarios, policies),
            "probability": np.tile(self.probability, policies),
            "loss_usd": self.loss_usd.ravel(),
        })  # fmt: skip
