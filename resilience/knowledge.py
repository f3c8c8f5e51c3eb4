"""What is known of a sized reserve beyond its size: what behaviour loses with it, what else would do, what to trust.

Always told, since it costs little: the loss under `simulate` beside the program's. Told where a study asks for it in
`[sizing] knowledge`, since each takes about as long as the sizing itself, or longer:

    information     what knowing the year, and planning for many rather than their mean, are worth
    frontier        the least expected and tail loss that each budget leaves
    calibration     the reserve that behaviour, not foresight, would want held
    periods         what coarse periods hide, in the gravest scenarios

and, of studies whose years are drawn, the interval on how far the reserve is from the best for all years. What the
ranges of the data make of the headline is told where draws of the data are asked for (`Result.over_data`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from resilience.data_interval import DataInterval
from resilience.engine import Engine
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.risk import Risk, measure
from resilience.simulate.behaviour import Behaviour, Qualified
from resilience.sizing.calibrate import Calibration, beside, calibrate, demand_saved, in_place
from resilience.sizing.finer import in_finer_periods
from resilience.sizing.frontier import frontier
from resilience.sizing.information import Information, information
from resilience.sizing.replications import Replications, replicate
from resilience.sizing.size import Sizing
from resilience.sizing.stated import Stated
from resilience.solver import Method, Status
from resilience.study import Study

Say = Callable[[str], None]
BUDGETS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)  # of what the sized reserve costs to buy
LOOSE = 1e-2  # gap that nobody asks for: past it nothing is called optimal, whatever the solver says
NAMED = 3  # figures, or scenarios, in a sentence
NOTED = 0.01  # of the loss without a reserve: what simulation may lose more with it and nothing be said
SAMPLES = 6  # of fresh years: few, since each is a sizing; the interval says how little they tell


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """What was asked and found; what was not asked for is None. `simulated` is as `calibrate.beside` says."""

    simulated: pd.DataFrame
    information: Information | None = None
    frontier: pd.DataFrame | None = None
    calibration: Calibration | None = None
    periods: pd.DataFrame | None = None
    replications: Replications | None = None
    data: DataInterval | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """What there is, as tidy frames by name."""
        found = {"simulated": self.simulated}
        if self.information is not None:
            found |= {"information": self.information.table(), "known_years": self.information.years}
        if self.frontier is not None:
            found["frontier"] = self.frontier
        if self.calibration is not None:
            found |= {"calibrated": self.calibration.reserve.table(), "calibration": self.calibration.steps}
        if self.periods is not None:
            found["periods"] = self.periods
        if self.replications is not None:
            found["interval"] = self.replications.table()
        if self.data is not None:
            found["data_interval"] = self.data.table()
            if len(figures := self.data.strongest()):
                found["data_figures"] = figures
        return found


def know(
    study: Study,
    network: Network,
    stated: Stated,
    sizing: Sizing,
    *,
    fresh: Callable[[int], Stated] | None = None,
    method: Method | None = None,
    gap: float = 1e-4,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> Knowledge:
    """What a study asks to know of its sizing.

    Parameters
    ----------
    fresh
        Of a study whose years are drawn: the same ask over the years of fresh sample 0, 1, 2, ...
    """
    asked = study.sizing.knowledge
    bought = sizing.bought(stated.measures)
    behaviour = behaviour_with(network, bought)
    say("what behaviour loses with the reserve")
    simulated = beside(
        network, sizing.losses, sizing.reserve, study.scenarios, bought=bought, weeks=study.weeks,
        behaviour=behaviour, weights=study.weights(network), seed=study.seed,
    )  # fmt: skip
    told = calibrated = points = finer = interval = None
    if "information" in asked:
        told = information(stated, sizing, method=method, say=say)
    if "frontier" in asked:
        budgets = [share * (sizing.reserve.usd + sizing.measures["usd"].sum()) for share in BUDGETS]
        points = frontier(stated, sizing, budgets, gap=gap, engine=engine, say=say)
    if "calibration" in asked and study.members:
        built, met = in_place(network, study.scenarios, bought)
        budget = study.sizing.budget_usd
        if budget is not None:  # what measures leave of it, and no less than is held, which may pass it by rounding
            budget = max(budget - float(sizing.measures["usd"].sum()), sizing.reserve.usd)
        calibrated = calibrate(
            built, met, members=study.members, start=sizing.reserve, weeks=study.weeks, risk=stated.terms.risk,
            budget_usd=budget, behaviour=behaviour, goods=study.sizing.goods, weights=study.weights(network),
            seed=study.seed, say=say,
        )  # fmt: skip
    if "periods" in asked:
        finer = in_finer_periods(stated, sizing, method=method, say=say)
    if fresh is not None:
        standing = {measure.name: float(amount) for measure, amount in bought}
        interval = replicate(
            sizing.reserve, fresh, samples=SAMPLES, measures=standing, method=method, gap=gap, engine=engine, say=say
        )
    return Knowledge(
        simulated=simulated, information=told, frontier=points, calibration=calibrated, periods=finer,
        replications=interval,
    )  # fmt: skip


def behaviour_with(network: Network, bought: Sequence[tuple[Measure, float]]) -> Behaviour:
    """Where a substitute is paid for, firms use it; else they behave as always."""
    qualified = any(share and measure.adds(network).swaps for measure, share in bought)
    return Behaviour(substitution=Qualified()) if qualified else Behaviour()


def sentences(knowledge: Knowledge, sizing: Sizing, risk: Risk, money: Callable[[float], str]) -> list[str]:
    """The same in words, a finding a line."""
    return [
        _proof(sizing, money),
        *_ranking(sizing.ranking),
        _simulation(knowledge.simulated, risk, money),
        *_harmed(knowledge.simulated, money),
        *_interval(knowledge.replications, sizing.objective_usd, money),
        *_data(knowledge.data, money),
        *_information(knowledge.information, money),
        *_frontier(knowledge.frontier, money),
        *_calibration(knowledge.calibration, money),
        *_periods(knowledge.periods, money),
    ]


def _proof(sizing: Sizing, money: Callable[[float], str]) -> str:
    word = sizing.status.name.lower().replace("_", " ").capitalize()
    if sizing.status is Status.OPTIMAL and sizing.gap > LOOSE:
        word = "Optimal by the solver's own tolerances, but not proved to be"
    return (
        f"{word}: {money(sizing.objective_usd)} USD a year in all, and no reserve costs less than "
        f"{money(sizing.bound_usd)} (gap {sizing.gap:.1e})."
    )


def _ranking(ranking: pd.DataFrame) -> list[str]:
    """Where measures were offered, what is bought, cheapest for the loss it avoids first."""
    if "measure" not in set(ranking["kind"]):
        return []
    bought = ranking[ranking["amount"] > 0]
    named = bought["name"].where(bought["kind"] == "measure", "stock of " + bought["name"])
    each = [f"{name} {ratio:.2g}" for name, ratio in zip(named, bought["usd_per_usd_avoided"], strict=True)]
    beside = len(ranking) - len(bought)
    said = f"Cost for each USD of loss avoided, a year: {', '.join(each)}" if each else "Nothing is worth its price"
    return [f"{said}; {beside} not bought." if beside else f"{said}."]


def _simulation(table: pd.DataFrame, risk: Risk, money: Callable[[float], str]) -> str:
    names = ("program_without_usd", "program_usd", "simulated_without_usd", "simulated_usd")
    without, held, lost, left = (measure(risk, table[name], table["probability"]) for name in names)
    part = demand_saved(table)
    of_it = "" if part is None else f"; {part:.0%} of what it saves then is demand that would go unmet"
    return (
        f"With perfect foresight it lowers the loss from {money(without)} to {money(held)} USD a year; where firms "
        f"follow rules, as simulated, from {money(lost)} to {money(left)}{of_it}."
    )


def _harmed(table: pd.DataFrame, money: Callable[[float], str]) -> list[str]:
    """The scenarios in which firms that follow rules lose more with the reserve than without."""
    more = table["simulated_usd"] - table["simulated_without_usd"]
    weighed = more * table["probability"]
    noted = weighed[weighed > NOTED * float((table["probability"] * table["simulated_without_usd"]).sum())]
    worst = noted.sort_values(ascending=False).index[:NAMED]
    if worst.empty:
        return []
    named = ", ".join(f"{table['scenario'][at]} (by {money(float(more[at]))} USD)" for at in worst)
    return [
        f"So simulated, more is lost with it than without in {named}: a stock of one input can keep plants at work "
        "that use up another which is short too."
    ]


def _interval(found: Replications | None, own_usd: float, money: Callable[[float], str]) -> list[str]:
    """The interval, and a warning where what the reserve costs on its own years, `own_usd`, lies outside."""
    if found is None:
        return []
    mean, low, high = found.cost
    told = (
        f"On {len(found.batches)} fresh samples of years it costs {money(mean)} USD a year ({money(low)} to "
        f"{money(high)}); with a chance of {found.level:.0%} at most {money(found.gap_at_most)} more than the best "
        "reserve for all years."
    )
    if low <= own_usd <= high:
        return [told]
    return [
        f"{told} On the years it was sized on it costs {money(own_usd)}, which lies outside: rare years decide, and "
        "samples this small seldom meet one. Trust the larger set more than the interval."
    ]


def _data(found: DataInterval | None, money: Callable[[float], str]) -> list[str]:
    if found is None:
        return []
    ends = {name: " to ".join(map(money, found.ends(name))) for name in found.draws.columns}
    strongest = found.strongest()
    clear = strongest[strongest["clear"]].head(NAMED)
    if strongest.empty:
        which = "Which single figures matter takes hundreds of draws to tell"
    elif clear.empty:
        which = f"No single one of the {len(found.figures):,} figures that vary stands out"
    else:
        named = (f"{row.column} of {row.key} ({row.correlation:+.2f})" for row in clear.itertuples())
        which = f"The loss with it follows most closely, by rank correlation: {', '.join(named)}"
    return [
        f"In nine of ten of {len(found.draws)} draws of the data from their ranges the same reserve costs "
        f"{ends['reserve_usd']} USD to buy and {ends['holding_usd_per_year']} a year to hold, and saves "
        f"{ends['saved_usd']} a year as simulated, where it saves {money(float(found.stated['saved_usd']))} on the "
        f"stated data, for which it was sized; in {found.worth_it:.0%} of all it saves more than it costs. "
        f"{which}.",
        *_foreseen(found, money),
    ]


def _foreseen(found: DataInterval, money: Callable[[float], str]) -> list[str]:
    if not found.foreseen:
        return []
    low, high = map(money, found.ends("foreseen_saved_usd"))
    stated = money(float(found.stated["foreseen_saved_usd"]))
    return [
        f"With perfect foresight it saves {low} to {high} a year in nine of ten of these draws, and {stated} on the "
        "stated data, for which it was sized."
    ]


def _information(found: Information | None, money: Callable[[float], str]) -> list[str]:
    if found is None:
        return []
    return [
        f"To know the year ahead would save at most {money(found.evpi_usd)} USD a year (EVPI). A reserve for the mean "
        f"of all years {found.for_the_mean(money)} and costs {money(found.vss_usd)} USD a year more (VSS)."
    ]


def _frontier(found: pd.DataFrame | None, money: Callable[[float], str]) -> list[str]:
    if found is None:
        return []
    points = found[found["measure"] == found["measure"].iloc[0]]
    steps = [f"{money(after.budget_usd)} leaves {money(after.loss_usd)}" for _, after in pairwise(points.itertuples())]
    return [f"Least expected loss by budget, USD a year: {'; '.join(steps)}."]


def _calibration(found: Calibration | None, money: Callable[[float], str]) -> list[str]:
    if found is None:
        return []
    held = found.reserve.table()
    days = f", {held['days'].min():.0f} to {held['days'].max():.0f} days of use each," if len(held) else ""
    return [
        f"Sized for behaviour instead, the reserve would hold {money(found.reserve.usd)} USD of "
        f"{held['good'].nunique()} goods{days} and cost {money(found.objective_usd)} USD a year, loss as "
        f"simulated included, against {money(found.start_usd)} for the one above."
    ]


def _periods(found: pd.DataFrame | None, money: Callable[[float], str]) -> list[str]:
    if found is None or found.empty:
        return []
    coarse, finer = found["loss_usd"].sum(), found["finer_usd"].sum()
    more = f"{finer / coarse - 1.0:+.1%}" if coarse else "from nothing"
    return [
        f"Week by week, with the same reserve, the {len(found)} gravest scenarios ({found['share'].sum():.0%} of the "
        f"expected loss) lose {money(finer)} USD where the study's periods say {money(coarse)} ({more})."
    ]
