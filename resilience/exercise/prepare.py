"""An exercise worked out: situations by day, a reserve, what each option leads to, and the least loss there was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError
from resilience.exercise.options import SHARED_ALIKE, Outcome, options, outcome
from resilience.exercise.situation import Situation, situation
from resilience.exercise.told import DAYS
from resilience.network import Network
from resilience.periods import Coarsening, Periods
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario
from resilience.simulate import Traces, simulate
from resilience.simulate.measures import NOTHING
from resilience.sizing.response import best_response
from resilience.sizing.scope import Downstream
from resilience.solver import INNER

DAYS_PLAYED = (0, 15, 30, 60)
DAYS_TOLD = (15, 30, 60, 180, 360)  # in the answers
SUPPOSED_DAYS = 60  # of use that the supposed reserve holds: assumed, so that there is something to decide about
COARSE = Coarsening(steps=((2, 2), (12, 4), (1, 8)))
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """A table-top exercise on one scenario.

    `members` are the countries who play and `members_name` their bloc, if they have one. `floors` gives the least loss
    of any behaviour with foresight: columns reserve ("none", "at once"), loss_usd, bound_usd. `supposed` says whether
    the reserve was made up for the exercise.
    """

    network: Network
    scenario: Scenario
    members: tuple[str, ...]
    members_name: str | None
    weeks: int
    traces: Traces
    situations: tuple[Situation, ...]
    reserve: Reserve | None
    supposed: bool
    outcomes: tuple[Outcome, ...]
    floors: pd.DataFrame

    @property
    def days(self) -> tuple[int, ...]:
        """The days that are played."""
        return tuple(now.day for now in self.situations)

    def outcomes_table(self) -> pd.DataFrame:
        """Options by what they lead to: option, title, loss_usd, members_usd, others_usd, drawn_usd."""
        return pd.DataFrame([
            {"option": one.option.key, "title": one.option.title, "loss_usd": one.loss_usd,
             "members_usd": one.members_usd, "others_usd": one.others_usd, "drawn_usd": one.drawn_usd}
            for one in self.outcomes
        ])  # fmt: skip

    def __repr__(self) -> str:
        days = ", ".join(map(str, self.days))
        return f"Exercise on {self.scenario.name!r}: days {days}; {len(self.outcomes)} options over {self.weeks} weeks"


def prepare(
    network: Network,
    scenario: Scenario,
    *,
    members: str | None = None,
    weeks: int = 104,
    reserve: Reserve | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    say: Say | None = None,
) -> Exercise:
    """Work out an exercise on `scenario`: some simulations, and two optimisations in coarse periods.

    Not a way to choose a policy: the options are few and fixed, to be talked about. `size_reserve` chooses.

    Parameters
    ----------
    members
        The bloc or country that plays; everybody by default.
    reserve
        What the members hold. By default the exercise supposes 60 days of each country's use of every storable good
        that is struck on day 0.
    release
        How the supposed reserve is delivered; its decision is the players'.
    periods
        For the least loss with foresight; by default about four weeks each, which may miss delays within a period.

    Raises
    ------
    AskError
        Where the scenario names what the network does not have, or ends before the last day that is played.
    BalanceError
        Where the network does not balance.
    """
    say = say or (lambda text: None)
    network = balance(network).network
    last = scenario.first_week - 1 + DAYS_PLAYED[-1] // DAYS
    if weeks < last:
        raise AskError(
            f"weeks is {weeks}: day {DAYS_PLAYED[-1]} of {scenario.name!r} ends week {last}. Give at least that"
        )
    countries = network.countries(members) if members else tuple(sorted(set(network.places["country"])))
    say("simulating what happens if nobody decides anything")
    traces = simulate(network, scenario, weeks=weeks, behaviour=SHARED_ALIKE, full=True)
    situations = tuple(situation(traces, day=day, members=countries) for day in DAYS_PLAYED)
    held = reserve if reserve is not None else supposed_reserve(network, situations[0], countries, release or Release())
    told = tuple(day for day in DAYS_TOLD if scenario.first_week - 1 + day // DAYS <= weeks)
    outcomes = []
    for option in options(network, held, members=members):
        say(f"simulating: {option.title.lower()}")
        outcomes.append(outcome(network, scenario, option, weeks=weeks, members=countries, days=told))
    return Exercise(
        network=network,
        scenario=scenario,
        members=countries,
        members_name=members,
        weeks=weeks,
        traces=traces,
        situations=situations,
        reserve=held,
        supposed=reserve is None,
        outcomes=tuple(outcomes),
        floors=_floors(network, scenario, outcomes, weeks=weeks, periods=periods or COARSE, say=say),
    )


def supposed_reserve(
    network: Network, first: Situation, countries: tuple[str, ...], release: Release
) -> Reserve | None:
    """Sixty days of each country's use of the storable goods struck on day 0, where they are used."""
    goods = network.goods
    stored = set(goods.loc[goods["storable"].astype(bool), "good"]).intersection(first.struck)
    use = use_per_week(network).rename("use").reset_index()
    use["owner"] = use["place"].map(network.places.set_index("place")["country"])
    rows = use[use["good"].isin(stored) & use["owner"].isin(countries) & (use["use"] > 0)]
    if rows.empty:
        return None
    rows = rows.assign(units=rows["use"] * SUPPOSED_DAYS / DAYS).reset_index(drop=True)
    return Reserve.of(network, rows[["good", "place", "owner", "units"]], release=release)


def _floors(
    network: Network, scenario: Scenario, outcomes: list[Outcome], *, weeks: int, periods: Periods, say: Say
) -> pd.DataFrame:
    """The least loss with foresight, with nothing held and with the reserve released at once."""
    held = [("none", None), *(("at once", one.option.reserve) for one in outcomes if one.option.key == "now")]
    demand = network.demand
    noise = NOTHING * weeks * float((demand["units_per_week"] * demand["usd_per_unit_unmet"]).sum())
    rows = []
    for name, reserve in held:
        say(f"looking for the least loss with foresight, reserve: {name}")
        found = best_response(
            network, scenario, weeks=weeks, reserve=reserve, periods=periods, scope=Downstream(), method=INNER
        )
        least = {"loss_usd": found.loss_usd, "bound_usd": found.bound_usd}
        rows.append({"reserve": name, **{key: usd if usd > noise else 0.0 for key, usd in least.items()}})
    return pd.DataFrame(rows)
