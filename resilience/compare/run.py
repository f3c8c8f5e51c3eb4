"""Compare policies on the same frozen years."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

import numpy as np

from resilience.compare.comparison import Comparison
from resilience.compare.losses import Losses, Simulated
from resilience.compare.policies import Policy, checked
from resilience.compare.sampling import Sampling, StatedChances
from resilience.compare.sized import sized_reserve, usual_policies
from resilience.compare.trial import Ground, Trial, ground, tried
from resilience.engine import Engine, Serial
from resilience.errors import AskError
from resilience.network import Network
from resilience.policy import TIERS
from resilience.risk import Expectation, Risk, TailMeans
from resilience.scenario import Scenario, ScenarioSet
from resilience.study import Study

REPLICATES = 2000
WEEKS = 104
WEEKS_A_YEAR = 52
Say = Callable[[str], None]


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
        If something needed is not given, two policies share a name, a policy cannot be had on the network, or a number
        cannot be meant.

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
    _refuse_absurd(study, weeks=weeks, seed=seed, replicates=replicates, level=level)
    if policies is None and not isinstance(study, Study):
        raise AskError("compare(network, ...) needs `policies`, for example standard_policies(network, members=...)")
    base = _ground(study, scenarios, weeks=weeks, weights=weights, losses=losses or Simulated(), seed=seed)
    weighed = tail_means(risk or (study.risk(base.network) if isinstance(study, Study) else Expectation()))
    unsized: Mapping[str, str] = {}
    if policies is None:
        assert isinstance(study, Study)
        sized = sized_reserve(study, base.network, engine=engine, say=say)
        policies, unsized = usual_policies(study, base.network, sized), sized.failed
        base = replace(base, scenarios=without(base.scenarios, unsized))
    policies = checked(policies)
    found = tried(base, policies, engine=engine or Serial(), say=say)
    names = [policy.name for policy in policies]
    sample = sampling or StatedChances()
    answer = _comparison(base, names, found, risk=weighed, sampling=sample, replicates=replicates, level=level)
    return answer.not_sized_on(unsized)


def _refuse_absurd(study: object, *, weeks: int | None, seed: int | None, replicates: int, level: float) -> None:
    """Complain of every argument that cannot be meant."""
    faults = []
    if not isinstance(study, Study | Network):
        faults.append(f"it takes a Study or a Network, not {study!r}: read a file with Study.read(path)")
    if weeks is not None and not weeks >= 1:
        faults.append(f"weeks is {weeks!r}: it must be 1 or more")
    if seed is not None and not seed >= 0:
        faults.append(f"seed is {seed!r}: it must be 0 or more")
    if not replicates >= 1:
        faults.append(f"replicates is {replicates!r}: it must be 1 or more")
    if not 0 < level < 1:
        faults.append(f"level is {level!r}: a chance between 0 and 1, such as 0.95")
    if faults:
        raise AskError("compare cannot be asked so", faults)


def _ground(
    study: Study | Network,
    scenarios: ScenarioSet | Sequence[Scenario] | None,
    *,
    weeks: int | None,
    weights: Mapping[str, float] | None,
    losses: Losses,
    seed: int | None,
) -> Ground:
    """What policies are tried on: as given, else as the study has it."""
    if isinstance(study, Study):
        network = study.network()
        weeks, weights = weeks or study.weeks, study.weights(network) if weights is None else weights
        scenarios, seed = study.scenarios if scenarios is None else scenarios, study.seed if seed is None else seed
    else:
        network = study
    if scenarios is None:
        raise AskError("compare(network, ...) needs `scenarios`: a network alone has none")
    chosen = scenarios if isinstance(scenarios, ScenarioSet) else ScenarioSet(scenarios=tuple(scenarios))
    return ground(network, chosen, weeks=weeks or WEEKS, weights=weights or {}, seed=seed or 0, losses=losses)


def without(scenarios: ScenarioSet, names: Container[str]) -> ScenarioSet:
    """The scenarios but those of these names, whose chance goes to the undisturbed year."""
    return ScenarioSet(scenarios=tuple(scenario for scenario in scenarios if scenario.name not in names))


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
