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
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError
from resilience.lookup import looked_up
from resilience.mitigation import Measure, until_built, with_measures
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.risk import Expectation, Risk
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate import Behaviour, simulate
from resilience.sizing.case import candidates
from resilience.sizing.descent import Search, descend, grid

DAYS = (0.0, 15.0, 30.0, 60.0, 90.0, 180.0)
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
    Columns scenario, probability, program_without_usd, program_usd, simulated_without_usd, simulated_usd, and of these
    last two simulated_without_unmet_usd and simulated_unmet_usd, the value of unmet demand. Simulated less program is
    the value of foresight: what better coordination could save, with the same reserve.
    """
    built, met = in_place(network, scenarios, bought)
    found = {
        name: simulate(
            where, years, weeks=weeks, reserve=held, behaviour=behaviour, seed=seed, weights=weights, full=False
        )
        for name, where, years, held in (
            ("simulated_without", network, scenarios, None),
            ("simulated", built, met, reserve),
        )
    }
    table = losses[["scenario", "probability", "without_usd", "loss_usd"]]
    table = table.rename(columns={"without_usd": "program_without_usd", "loss_usd": "program_usd"})
    parts = {f"{name}_usd": traces.loss_usd for name, traces in found.items()}
    parts |= {f"{name}_unmet_usd": traces.loss["unmet_usd"] for name, traces in found.items()}
    for name, loss in parts.items():
        table[name] = loss.reindex(table["scenario"]).to_numpy()
    return table.reset_index(drop=True)


def demand_saved(simulated: pd.DataFrame) -> float | None:
    """The part of what a reserve saves as simulated, in `beside`'s table, that is unmet demand. [0..1]

    Over all years, by their chances; None where it saves nothing.
    """
    saved, met = (
        simulated[f"simulated_without_{part}usd"] - simulated[f"simulated_{part}usd"] for part in ("", "unmet_")
    )
    return demand_part(simulated["probability"], saved, met)


def demand_part(chance: pd.Series, saved: pd.Series, met: pd.Series) -> float | None:
    """The part of what is `saved` in a mean year that is demand `met`. [0..1] None where nothing is saved."""
    all_, part = (float((chance * amount).sum()) for amount in (saved, met))
    return min(max(part / all_, 0.0), 1.0) if all_ > 0 else None


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
    shares = _spread(network, members, start, goods)
    amounts = _amounts(shares, start)
    search = Search(
        network=network, scenarios=ScenarioSet(scenarios=tuple(scenarios)), shares=shares, risk=risk or Expectation(),
        release=release or (start.release if start else Release()),
        budget_usd=np.inf if budget_usd is None else budget_usd, steps=grid(shares, days, amounts),
        options={"weeks": weeks, "behaviour": behaviour, "weights": weights, "seed": seed},
    )  # fmt: skip
    if search.too_dear(search.reserve(amounts)):
        cost = search.reserve(amounts).usd
        raise AskError(f"The reserve to start from costs {cost:,.0f} USD, more than the budget of {budget_usd:,.0f}")
    begun = search.cost(amounts)
    least, found = descend(search, amounts, begun, say)
    reserve = search.reserve(found)
    return Calibration(
        reserve=reserve,
        objective_usd=least,
        start_usd=begun,
        without_usd=search.cost(dict.fromkeys(amounts, 0.0)),
        holding_usd_per_year=search.holding(reserve),
        losses=search.losses(reserve),
        steps=pd.DataFrame(search.tried, columns=["good", "days", "objective_usd"]),
    )


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
            [
                held.assign(use=looked_up(held["good"], weekly).fillna(0.0)),
                rows[~rows["good"].isin(set(held["good"]))],
            ]
        )
    whole = rows.groupby("good")["units"].transform("sum")
    return rows.assign(share=rows["units"] / whole).drop(columns="units").reset_index(drop=True)


def _amounts(shares: pd.DataFrame, start: Reserve | None) -> dict[str, float]:
    held = {} if start is None else start.table().groupby("good")["units"].sum().to_dict()
    return {str(good): float(held.get(good, 0.0)) for good in dict.fromkeys(shares["good"])}
