"""What the players may choose, and what each choice leads to in the simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from resilience.exercise.situation import unmet
from resilience.exercise.told import DAYS, weeks_told
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario
from resilience.simulate import simulate
from resilience.simulate.behaviour import Behaviour, Proportional, Qualify, TierPriority

MEETS_ON_DAY = 15  # the latest that the IPEF Supply Chain Agreement lets its crisis network meet after a request
LATE_ON_DAY = 60
QUALIFY_WEEKS = 26  # of moving orders to other suppliers: the default of `Qualify`, assumed
SHARED_ALIKE = Behaviour(rationing=Proportional())  # what happens while nobody decides anything


@dataclass(frozen=True, kw_only=True, eq=False)
class Option:
    """One choice: what the players read on any day, and what it is to the simulation."""

    key: str
    title: str
    words: str
    reserve: Reserve | None = None
    behaviour: Behaviour = SHARED_ALIKE
    when: str = ""  # what the answers add to the title


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What came of an option over the horizon, all in USD.

    `loss_usd` is what `simulate` calls the loss, of the whole world; `members_usd` and `others_usd` are the value at
    stake in final demand unmet, `drawn_usd` what was drawn from the reserve, at its price. `by_day` is the members'
    unmet demand up to each day of the exercise, `by_tier` all of it by tier of use.
    """

    option: Option
    loss_usd: float
    members_usd: float
    others_usd: float
    drawn_usd: float
    by_day: pd.Series
    by_tier: pd.Series


def options(network: Network, reserve: Reserve | None, *, members: str | None) -> tuple[Option, ...]:
    """The choices that the players have, the first of them to do nothing."""
    found = [Option(key="nothing", title="Wait", words=(
        "Release nothing and decide nothing. What there is goes round in proportion to what is asked for, and firms "
        "stay with their suppliers."))]  # fmt: skip
    if reserve is not None:
        found += _releases(network, reserve, members)
    found.append(Option(key="by_tier", title="Ration by tier", behaviour=Behaviour(rationing=TierPriority()), words=(
        "Release nothing. Where final users cannot all be served, defence comes first, then essential uses, then the "
        "rest.")))  # fmt: skip
    switching = replace(SHARED_ALIKE, switching=Qualify(weeks=QUALIFY_WEEKS))
    found.append(Option(key="switch", title="Switch suppliers", behaviour=switching, words=(
        "Release nothing. Firms move their orders to those of their suppliers who still deliver, week by week, as "
        f"far as approvals allow (the model takes {QUALIFY_WEEKS} weeks).")))  # fmt: skip
    return tuple(found)


def outcome(
    network: Network, scenario: Scenario, option: Option, *, weeks: int, members: tuple[str, ...], days: tuple[int, ...]
) -> Outcome:
    """What the simulation makes of `option`."""
    traces = simulate(network, scenario, weeks=weeks, reserve=option.reserve, behaviour=option.behaviour, full=True)
    short = unmet(traces, weeks)
    inside = short["country"].isin(members)
    known = {day: unmet(traces, min(scenario.first_week - 1 + day // DAYS, weeks)) for day in days}
    return Outcome(
        option=option,
        loss_usd=float(traces.loss_usd.iloc[0]),
        members_usd=float(short.loc[inside, "usd"].sum()),
        others_usd=float(short.loc[~inside, "usd"].sum()),
        drawn_usd=float(traces.loss["drawn_usd"].iloc[0]),
        by_day=pd.Series(
            {day: float(rows.loc[rows["country"].isin(members), "usd"].sum()) for day, rows in known.items()}
        ),
        by_tier=short.groupby("tier")["usd"].sum(),
    )


def _releases(network: Network, reserve: Reserve, members: str | None) -> list[Option]:
    """The reserve released at once, late, and for all members in common."""
    rule = reserve.release
    after = f"{weeks_told(rule.delivery_weeks)} after" if rule.delivery_weeks else "in the week of"
    delivery = f"It reaches users {after} the decision"
    found = [
        Option(key="now", title="Release at once", reserve=_decided(reserve, 0), when="decided on day 0", words=(
            f"Open each owner's reserve to its own users now. {delivery}.")),
        Option(key="later", title="Release late", reserve=_decided(reserve, LATE_ON_DAY),
               when=f"decided on day {LATE_ON_DAY}", words=(
            f"Keep the reserve for worse days, and open it on day {LATE_ON_DAY}. {delivery}.")),
    ]  # fmt: skip
    if members is not None and (reserve.table()["owner"] != members).any():
        pool = Reserve.of(network, reserve.table().assign(owner=members), release=rule)
        found.append(Option(key="help", title="Ask for help", reserve=_decided(pool, MEETS_ON_DAY),
                            when=f"decided on day {MEETS_ON_DAY}", words=(
            f"Call the network, which meets within {MEETS_ON_DAY} days, and open all members' reserves to all members "
            f"by need. {delivery} at home, and {weeks_told(rule.pooled_weeks)} later elsewhere.")))  # fmt: skip
    return found


def _decided(reserve: Reserve, day: int) -> Reserve:
    release: Release = replace(reserve.release, decision_weeks=math.ceil(day / DAYS))
    return replace(reserve, release=release)
