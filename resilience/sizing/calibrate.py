"""A reserve under real behaviour: what `simulate` loses with it beside the program, and how much behaviour would want.

The program foresees everything and may send every unit anywhere, so it holds only what even perfect coordination would
miss. Under `simulate` firms order by rule, stay loyal, and a reserve opens when its rule says. Two questions follow:

    beside      what each scenario loses with the sized reserve, by the program and by simulation
    calibrate   the reserve for which holding cost + risk(simulated loss) is least, among days of cover on a grid

No bound goes with `calibrate`: simulated loss is neither convex nor smooth in what is held. Its answer is one that no
change of a single good to another step of the grid improves, and it is never worse than the reserve it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError
from resilience.mitigation import Measure, until_built, with_measures
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.risk import Expectation, Risk, measure
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate import Behaviour, simulate
from resilience.sizing.case import candidates

DAYS = (0.0, 15.0, 30.0, 60.0, 90.0, 180.0)
WORTH = 1e-6  # share of the objective below which a change is none
WEEK = 7.0
Say = Callable[[str], None]


def beside(
    network: Network,
    losses: pd.DataFrame,
    reserve: Reserve,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    bought: Sequence[tuple[Measure, float]] = (),
    weeks: int = 104,
    behaviour: Behaviour | None = None,
    seed: int = 0,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Each scenario's loss with and without a reserve, by the program and by simulation. [USD]

    Parameters
    ----------
    losses
        Of a sizing: scenario, probability, without_usd, loss_usd, all with the program's foresight.
    bought
        Measures that stand beside the reserve, and how many of each.

    Returns
    -------
    Columns scenario, probability, program_without_usd, program_usd, simulated_without_usd, simulated_usd. Simulated
    less program is the value of foresight: what better coordination could save, with the same reserve.
    """
    built, met = in_place(network, scenarios, bought)
    found = {
        name: simulate(
            where, years, weeks=weeks, reserve=held, behaviour=behaviour, seed=seed, weights=weights, full=False
        ).loss_usd
        for name, where, years, held in (
            ("simulated_without_usd", network, scenarios, None),
            ("simulated_usd", built, met, reserve),
        )
    }
    table = losses[["scenario", "probability", "without_usd", "loss_usd"]]
    table = table.rename(columns={"without_usd": "program_without_usd", "loss_usd": "program_usd"})
    for name, loss in found.items():
        table[name] = loss.reindex(table["scenario"]).to_numpy()
    return table.reset_index(drop=True)


def in_place(
    network: Network, scenarios: ScenarioSet | Sequence[Scenario], bought: Sequence[tuple[Measure, float]]
) -> tuple[Network, Sequence[Scenario]]:
    """Network and scenarios for a simulation in which measures stand: options are built once they could be.

    Notice is left out: no behaviour acts on it, and in weeks of notice an option would seem to stand.
    """
    if not bought:
        return network, tuple(scenarios)
    met = [until_built(replace(scenario, notice_weeks=0), network, bought) for scenario in scenarios]
    return with_measures(network, bought), met


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Calibration:
    """The reserve that a search over days of cover found, and how it got there.

    `objective_usd` is USD a year: holding cost plus simulated loss as the risk measure weighs it; `start_usd` the same
    for the reserve the search began with, and `without_usd` with none. `steps` has all that was tried, in order: good,
    days (of the members' use), objective_usd.
    """

    reserve: Reserve
    objective_usd: float
    start_usd: float
    without_usd: float
    holding_usd_per_year: float
    losses: pd.DataFrame
    steps: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Calibration: {self.reserve.usd:,.0f} USD held; {self.objective_usd:,.0f} USD a year, "
            f"{self.start_usd:,.0f} as sized, {self.without_usd:,.0f} without"
        )


def calibrate(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    members: str,
    start: Reserve | None = None,
    release: Release | None = None,
    weeks: int = 104,
    risk: Risk | None = None,
    budget_usd: float | None = None,
    behaviour: Behaviour | None = None,
    days: Sequence[float] = DAYS,
    goods: Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
    say: Say = lambda text: None,
) -> Calibration:
    """The reserve with the least holding cost plus simulated loss, one good's days of cover changed at a time.

    Measures are not chosen here, and cost nothing: give the network and scenarios of `in_place` to have them stand.

    Parameters
    ----------
    members
        Bloc that owns and draws on the reserve in common.
    start
        A reserve to begin with, as sized by the program. Each of its goods keeps its places, in proportion.
    release
        When it may be drawn; that of `start`, else at once.
    days
        The grid: days of the members' baseline use. What the start holds of a good is a step of its own.
    goods
        Goods to try beside those of the start; all that members could hold, by default. One that no step of the grid
        makes worth holding by itself is not tried further.

    Raises
    ------
    AskError
        If a step of the grid is negative, or the start costs more than the budget.

    >>> from resilience.disruption import Outage
    >>> network = Network.from_frames(
    ...     goods={"good": ["chip"], "usd_per_unit": [1.0], "holding_share_per_year": [0.1]}, blocs={"club": ["C"]},
    ...     producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 10.0], "surge": [2.0, 2.0]},
    ...     lanes={"good": ["chip"] * 2, "origin": ["A", "B"], "destination": ["C", "C"]},
    ...     demand={"good": ["chip"], "place": ["C"], "units_per_week": [20.0], "usd_per_unit_unmet": [50.0]})
    >>> stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(place="A", weeks=4),))
    >>> found = calibrate(network, [stop], members="club", weeks=12, days=(0, 7, 14, 28))
    >>> found.reserve.table()[["good", "owner", "units", "days"]]
       good owner  units  days
    0  chip  club   40.0  14.0
    """
    network = balance(network).network
    search = _Search(
        network=network,
        scenarios=ScenarioSet(scenarios=tuple(scenarios)),
        shares=_spread(network, members, start, goods),
        release=release or (start.release if start else Release()),
        risk=risk or Expectation(),
        budget_usd=np.inf if budget_usd is None else budget_usd,
        options={"weeks": weeks, "behaviour": behaviour, "weights": weights, "seed": seed},
    )
    amounts = _amounts(search.shares, start)
    if (cost := search.reserve(amounts).usd) > search.budget_usd * (1 + 1e-9):
        raise AskError(f"The reserve to start from costs {cost:,.0f} USD, more than the budget of {budget_usd:,.0f}")
    weekly = dict(zip(search.shares["good"], search.shares["use"], strict=True))
    steps = {good: sorted({_step(day) * weekly[good] / WEEK for day in days} | {amounts[good]}) for good in amounts}
    begun = search.cost(amounts)
    least, amounts = _descend(search, amounts, begun, steps, weekly, say)
    reserve = search.reserve(amounts)
    return Calibration(
        reserve=reserve,
        objective_usd=least,
        start_usd=begun,
        without_usd=search.cost(dict.fromkeys(amounts, 0.0)),
        holding_usd_per_year=search.holding(reserve),
        losses=search.losses(reserve),
        steps=pd.DataFrame(search.tried, columns=["good", "days", "objective_usd"]),
    )


def _step(days: float) -> float:
    if not 0 <= days < np.inf:
        raise AskError(f"days has a step of {days!r}: days of cover are 0 or more")
    return float(days)


def _spread(network: Network, members: str, start: Reserve | None, goods: Sequence[str] | None) -> pd.DataFrame:
    """Which share of a good stands in which store: as the start has it, else by use; and the members' use a week."""
    rows = candidates(network, members, goods=tuple(goods) if goods is not None else None)
    use = use_per_week(network)
    rows["units"] = use.reindex(pd.MultiIndex.from_frame(rows[["good", "place"]])).to_numpy()
    rows["use"] = rows.groupby("good")["units"].transform("sum")
    if start is not None:
        held = start.table()[["good", "place", "owner", "units"]]
        held = held[held["units"] > 0]
        known = candidates(network, members)
        weekly = use.reindex(pd.MultiIndex.from_frame(known[["good", "place"]])).groupby("good").sum()
        rows = pd.concat(
            [held.assign(use=held["good"].map(weekly).fillna(0.0)), rows[~rows["good"].isin(set(held["good"]))]]
        )
    whole = rows.groupby("good")["units"].transform("sum")
    return rows.assign(share=rows["units"] / whole).drop(columns="units").reset_index(drop=True)


def _amounts(shares: pd.DataFrame, start: Reserve | None) -> dict[str, float]:
    held = {} if start is None else start.table().groupby("good")["units"].sum().to_dict()
    return {str(good): float(held.get(good, 0.0)) for good in dict.fromkeys(shares["good"])}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """What is the same for every reserve that is tried, and what each has cost: many are met again, round by round."""

    network: Network
    scenarios: ScenarioSet
    shares: pd.DataFrame
    release: Release
    risk: Risk
    budget_usd: float
    options: Mapping[str, object]
    tried: list[tuple[str, float, float]] = field(default_factory=list)
    known: dict[tuple[float, ...], float] = field(default_factory=dict)  # by units of each good

    def reserve(self, amounts: Mapping[str, float]) -> Reserve:
        """So many units of each good, in their stores."""
        rows = self.shares.assign(units=self.shares["good"].map(amounts).astype(float) * self.shares["share"])
        return Reserve.of(self.network, rows[rows["units"] > 0], release=self.release)

    def holding(self, reserve: Reserve) -> float:
        """USD a year."""
        share = self.network.goods.set_index("good")["holding_share_per_year"]
        held = reserve.table()
        return float((held["usd"] * held["good"].map(share)).sum())

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

    def _cost(self, amounts: Mapping[str, float]) -> float:
        reserve = self.reserve(amounts)
        if reserve.usd > self.budget_usd * (1 + 1e-9):
            return np.inf
        losses = self.losses(reserve)
        return self.holding(reserve) + measure(self.risk, losses["loss_usd"], losses["probability"])


def _descend(
    search: _Search,
    amounts: dict[str, float],
    least: float,
    steps: Mapping[str, Sequence[float]],
    weekly: Mapping[str, float],
    say: Say,
) -> tuple[float, dict[str, float]]:
    """Good by good, the best step while the others stand; again until a round changes nothing."""
    order = _promising(search, amounts, least, steps, weekly)
    say(f"{len(order)} of {len(amounts)} goods are worth holding, or changing, alone")
    improved = True
    while improved:
        improved = False
        for good in order:
            cost, units = _best_step(search, amounts, good, steps[good], weekly[good])
            if cost < least - WORTH * abs(least):
                least, amounts, improved = cost, {**amounts, good: units}, True
                say(f"{good}: {_cover(units, weekly[good]):.0f} days of cover, {least:,.0f} USD a year")
    return least, amounts


def _promising(
    search: _Search,
    amounts: Mapping[str, float],
    least: float,
    steps: Mapping[str, Sequence[float]],
    weekly: Mapping[str, float],
) -> list[str]:
    """Goods already held, and those that some step alone makes worth holding, dearest saving first."""
    best = {good: _best_step(search, amounts, good, steps[good], weekly[good])[0] for good in amounts}
    worth = [good for good in amounts if amounts[good] > 0 or best[good] < least - WORTH * abs(least)]
    return sorted(worth, key=lambda good: best[good])


def _best_step(
    search: _Search, amounts: Mapping[str, float], good: str, steps: Sequence[float], weekly: float
) -> tuple[float, float]:
    """Least cost, and the units of the good that reach it, of all its steps but the one it stands at."""
    found = [(search.cost({**amounts, good: units}), units) for units in steps if units != amounts[good]]
    search.tried.extend((good, _cover(units, weekly), cost) for cost, units in found)
    return min(found, default=(np.inf, 0.0))


def _cover(units: float, weekly: float) -> float:
    return WEEK * units / weekly if weekly > 0 else np.inf
