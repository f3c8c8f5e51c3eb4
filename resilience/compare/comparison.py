"""Compare policies on the same frozen years: what each costs and loses, and how sure the differences are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from resilience.amounts import money
from resilience.answering import FAST, state
from resilience.compare import statistics
from resilience.compare.losses import Losses, Simulated
from resilience.compare.policies import Policy, checked, standard_policies
from resilience.compare.sampling import Sampling, StatedChances
from resilience.compare.trial import Ground, Trial, ground, tried
from resilience.engine import Engine, Serial
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.physics import Floats
from resilience.policy import TIERS, Reserve
from resilience.risk import CVaR, Expectation, Risk, TailMeans, measure, quantile
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate.outlook import LEVELS
from resilience.sizing.size import solve_sizing
from resilience.study import Study

ROWS = 12  # of a summary
REPLICATES = 2000
TAIL = 0.05  # the worst share of years whose mean loss the frontier tells beside the mean
WEEKS_A_YEAR = 52
Say = Callable[[str], None]


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
        return int(np.argmin(self.total_usd))

    def saved(self, policy: int, than: int = 0) -> tuple[float, float, float]:
        """How much less one policy costs in all than another, paired: USD a year, and the ends of the interval."""
        low, high = statistics.intervals(self.totals[:, [than]] - self.totals[:, [policy]], self.level)
        return float(self.total_usd[than] - self.total_usd[policy]), float(low[0]), float(high[0])

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
        table = self._policies().sort_values(["total_usd_per_year", "policy"], ignore_index=True)
        first = table["policy"] == self.policies[0]
        shown = pd.concat([table[~first].head(ROWS - 1), table[first]])
        return shown.sort_values(["total_usd_per_year", "policy"], ignore_index=True)

    def headline(self) -> str:
        """What it means, in two sentences."""
        best, names = self.best, self.policies
        totals, sure = self.total_usd, statistics.chance_of_being_best(self.totals)
        if len(names) == 1:
            return f"{names[0]} costs {money(totals[0])} USD a year in all; there is nothing to compare it with."
        if best == 0:
            told = f"Of {len(names)} policies none beats {names[0]}, at {money(totals[0])} USD a year in all"
        else:
            told = (
                f"Of {len(names)} policies {names[best]} costs least in all, {money(totals[best])} USD a year with "
                f"losses counted, and saves {self._spell(self.saved(best))} against {names[0]}"
            )
        second = int(np.argsort(totals, kind="stable")[1])
        return (
            f"{told}; it is best in {sure[best]:.0%} of repetitions. The next, {names[second]}, costs "
            f"{self._spell(self.saved(best, second))} more than it."
        )

    def findings(self) -> list[str]:
        """What the intervals mean, and what failed, a sentence each."""
        told = [self.sampling.meaning()]
        if len(self.failures):
            lost = self.failures["scenario"].nunique()
            told.append(f"{lost} scenarios failed under some policy and are left out of all.")
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


def compare(
    study: Study | Network,
    policies: Sequence[Policy] | None = None,
    scenarios: ScenarioSet | Sequence[Scenario] | None = None,
    *,
    weeks: int | None = None,
    weights: Mapping[str, float] | None = None,
    risk: Risk | None = None,
    losses: Losses | None = None,
    sampling: Sampling | None = None,
    engine: Engine | None = None,
    seed: int | None = None,
    replicates: int = REPLICATES,
    level: float = 0.95,
    say: Say = lambda text: None,
) -> Comparison:
    """Try every policy on the same scenarios and say how sure the differences are.

    Do not read small differences as real because their interval leaves out zero: it speaks of chance in the years, and
    not of what the model has wrong. `sensitivity` and `flips` speak of that.

    Parameters
    ----------
    study
        What gives network, scenarios, weeks, weights, risk and seed where they are not given; or a network alone.
    policies
        The first is what the others are compared with. Of a study: `standard_policies` by default, with the reserve
        that the study sizes (which is solved here, once).
    scenarios
        Frozen: every policy meets the same. Probabilities are chances a year.
    losses
        How losses are found: `Simulated()` by default, or `Foreseen()`.
    sampling
        In what sense the years are a sample: `StatedChances()` for named scenarios (the default), `DrawnYears()` for
        years drawn from hazards. Given wrongly, intervals mean nothing.
    engine
        Where policies are tried; this process by default. The answer does not depend on it.
    seed
        For lots drawn in simulation, and for replicates. 0 for a network.
    replicates, level
        How many times the years are drawn again, and the chance that an interval speaks of.

    Raises
    ------
    AskError
        If something needed is not given, two policies share a name, or a policy cannot be had on the network.

    >>> from resilience.compare import NationalReserves
    >>> from resilience.disruption import Outage
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
    ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]})
    >>> stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))
    >>> national = Policy(name="four weeks", actions=(NationalReserves(days=28, goods=("gas",)),))
    >>> found = compare(network, [Policy(name="nothing"), national], [stop], weeks=8)
    >>> found.total_usd.round(3).tolist()  # 4 x 10 x 21 in a tenth of years; or to hold 40, and to draw them
    [84.0, 24.0]
    """
    if isinstance(study, Study):
        network = study.network()
        weeks, weights = weeks or study.weeks, study.weights(network) if weights is None else weights
        risk, seed = risk or study.risk(network), study.seed if seed is None else seed
        scenarios = study.scenarios if scenarios is None else scenarios
    else:
        network = study
    if scenarios is None:
        raise AskError("compare(network, ...) needs `scenarios`: a network alone has none")
    chosen = scenarios if isinstance(scenarios, ScenarioSet) else ScenarioSet(scenarios=tuple(scenarios))
    weighed = tail_means(risk or Expectation())
    base = ground(
        network, chosen, weeks=weeks or 104, weights=weights or {}, seed=seed or 0, losses=losses or Simulated()
    )
    if policies is None:
        if not isinstance(study, Study):
            raise AskError(
                "compare(network, ...) needs `policies`, for example standard_policies(network, members=...)"
            )
        sized, bought = sized_reserve(study, base.network, engine=engine, say=say)
        policies = standard_policies(
            base.network, members=study.members, release=study.release.build(), sized=sized, bought=bought
        )
    policies = checked(policies)
    found = tried(base, policies, engine=engine or Serial(), say=say)
    return _comparison(
        base, [policy.name for policy in policies], found, risk=weighed, sampling=sampling or StatedChances(),
        replicates=replicates, level=level,
    )  # fmt: skip


def tail_means(risk: Risk) -> TailMeans:
    """The measure, once it is seen that replicates can be weighed by it.

    Raises
    ------
    AskError
        If it is no mixture of tail means.
    """
    if not isinstance(risk, TailMeans):
        raise AskError(f"compare weighs losses by tail means (Expectation, CVaR, WorstCase), not by {risk!r}")
    return risk


def sized_reserve(
    study: Study, network: Network, *, engine: Engine | None = None, say: Say = lambda text: None
) -> tuple[Reserve, list[tuple[Measure, float]]]:
    """The reserve that a study sizes and the measures it buys beside it, without what else `run` tells of them."""
    say("sizing the reserve")
    found = solve_sizing(state(study, network, say=say), method=FAST, engine=engine, say=say)
    extent = dict(zip(found.measures["measure"], found.measures["bought"], strict=True))
    return found.reserve, [(one, float(extent[one.name])) for one in study.measure if extent.get(one.name)]


def _comparison(
    base: Ground,
    names: Sequence[str],
    trial: Trial,
    *,
    risk: TailMeans,
    sampling: Sampling,
    replicates: int,
    level: float,
) -> Comparison:
    kept = np.asarray(~np.isnan(trial.loss_usd).any(axis=0))
    demand = base.network.demand
    weekly = (demand["units_per_week"] * demand["usd_per_unit_unmet"]).groupby(demand["tier"]).sum()
    return Comparison(
        policies=tuple(names),
        scenarios=tuple(one.name for one, keep in zip(base.scenarios, kept, strict=True) if keep),
        probability=np.array([one.probability for one in base.scenarios])[kept],
        cost_usd=trial.cost_usd,
        held_usd=trial.held_usd,
        loss_usd=trial.loss_usd[:, kept],
        unmet_usd=trial.unmet_usd[:, :, kept],
        demand_usd=WEEKS_A_YEAR * weekly.reindex(list(TIERS), fill_value=0.0).to_numpy(),
        risk=risk,
        sampling=sampling,
        seed=base.seed,
        replicates=replicates,
        level=level,
        failures=trial.failures,
    )
