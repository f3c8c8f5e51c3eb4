"""The notification by which a member asks a crisis response network for help: six items, filled from what is known."""

from __future__ import annotations

from resilience.balance import use_per_week
from resilience.exercise.situation import Situation
from resilience.exercise.told import DAYS, good_names, listed, place_names
from resilience.network import Network
from resilience.report.numbers import dollars, plain
from resilience.sharing import Notification
from resilience.sizing.scope import downstream

PLANNED_WEEKS = 13.0  # assumed: a quarter, so that players have a figure to plan with that says nothing of the scenario
ASKED_DAYS = 30  # of use that help is sought for: assumed
ASKED_GOODS = 4


def six_items(asked: Notification) -> tuple[tuple[str, str], ...]:
    """The items of a notification as (heading, text)."""
    return (
        ("1. Impact", asked.impact),
        ("2. Cause", asked.cause),
        (
            "3. Expected duration",
            f"Not known: no end has been announced. The exercise plans with {asked.expected_weeks:g} weeks "
            "(an assumption that says nothing about the scenario).",
        ),
        ("4. Sectors affected", "; ".join(asked.sectors)),
        ("5. Measures taken", asked.measures_taken),
        ("6. Help sought", asked.help_sought),
    )


def notification(
    network: Network, now: Situation, *, members: tuple[str, ...], planned_weeks: float = PLANNED_WEEKS
) -> Notification:
    """The notification that the member hit hardest by what is known `now` would send.

    That is the member with most value unmet so far; where nothing is unmet yet, the one with the fewest days of cover
    of a struck good.
    """
    member = _hardest_hit(now, members)
    return Notification(
        member=place_names(network).get(member, member),
        impact=_impact(network, now, member),
        cause=" ".join(now.announced) or "Not known yet.",
        expected_weeks=planned_weeks,
        sectors=_sectors(network, now, member),
        measures_taken="Firms run down their own stock. Nothing has been released from the reserve.",
        help_sought=_sought(network, now, member),
    )


def _hardest_hit(now: Situation, members: tuple[str, ...]) -> str:
    short = now.short[now.short["country"].isin(members)].groupby("country")["usd"].sum()
    if len(short):
        return str(short.sort_values(ascending=False, kind="stable").index[0])
    cover = now.cover[now.cover["good"].isin(now.struck)]
    return str(cover["country"].iloc[0]) if len(cover) else sorted(members)[0]


def _impact(network: Network, now: Situation, member: str) -> str:
    called = good_names(network)
    usd = now.unmet_usd((member,))
    since = "No final demand has gone unmet yet."
    if usd > 0:
        since = f"Since day 0 final demand worth {dollars(usd)} has gone unmet."
    rows = now.cover[(now.cover["country"] == member) & now.cover["good"].isin(now.struck)].head(ASKED_GOODS)
    if rows.empty:
        return f"{since} No private stock of what is struck is held there."
    days = [f"{called[good]} {left:.0f} days" for good, left in rows[["good", "days"]].itertuples(index=False)]
    return f"{since} Private stock would last, at the usual use: {listed(days)}."


def _sectors(network: Network, now: Situation, member: str) -> tuple[str, ...]:
    """Finished goods wanted there that are short, or else hang on what is struck."""
    called, demand = good_names(network), network.demand
    here = set(network.places.loc[network.places["country"] == member, "place"])
    wanted = set(demand.loc[demand["place"].isin(here), "good"])
    short = set(now.short.loc[now.short["country"] == member, "good"])
    at_risk = short or (wanted & downstream(network, now.struck) if now.struck else set())
    return tuple(called[good] for good in sorted(at_risk)) or ("none known yet",)


def _sought(network: Network, now: Situation, member: str) -> str:
    """Thirty days of use of the struck goods with the least cover."""
    goods, called = network.goods.set_index("good"), good_names(network)
    use = use_per_week(network)
    at = use.index.get_level_values(1).map(network.places.set_index("place")["country"].get)
    rows = now.cover[(now.cover["country"] == member) & now.cover["good"].isin(now.struck)].head(ASKED_GOODS)
    asked = []
    for good in map(str, rows["good"]):
        units = float(use[(use.index.get_level_values(0) == good) & (at == member)].sum()) * ASKED_DAYS / DAYS
        asked.append(f"{called[good]} {plain(float(f'{units:.3g}'))} ({goods['unit'][good]})")
    if not asked:
        return "Word of stock and spare capacity that others hold."
    return f"{ASKED_DAYS} days of the usual use: {listed(asked)}; and word of spare capacity."
