"""What the players read on one day: nothing that is not known by then, not even the scenario's name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from resilience.exercise.notification import notification, six_items
from resilience.exercise.options import Option
from resilience.exercise.prepare import SUPPOSED_DAYS, Exercise
from resilience.exercise.situation import Situation
from resilience.exercise.told import NAMED, good_names, listed, place_names
from resilience.report.blocks import Column, Facts, Section, Table
from resilience.report.numbers import dollars
from resilience.sharing import Notification

ROWS = 15  # of a table; more are counted in its caption
ACROSS = 14  # members whose cover stands side by side: the fourteen of IPEF
MODELLED = (
    "This is an exercise. Figures are a model's: they come from a simulation of a network some of whose figures are "
    "assumed, not from events, and are no forecast."
)


def title(exercise: Exercise) -> str:
    """What the exercise is called before anybody knows how it goes on."""
    called = good_names(exercise.network)
    hit = [called[good] for good in exercise.situations[0].struck]
    if not hit:
        return "Exercise: a supply disruption"
    return f"Exercise: supply of {listed(hit)}" if len(hit) <= NAMED else f"Exercise: supply of {len(hit)} goods"


def headline(exercise: Exercise, now: Situation) -> str:
    """The day in one sentence."""
    usd, out = now.unmet_usd(exercise.members), now.dry["good"].nunique()
    short = f"final demand worth {dollars(usd)} has gone unmet in member countries" if usd > 0 else (
        "no final demand of members has gone unmet")  # fmt: skip
    dry = f"stock of {out} good{'s' * (out != 1)} has run out somewhere" if out else "no stock has run out"
    return f"Day {now.day}: {short}, and {dry}."


def pages(exercise: Exercise, now: Situation) -> tuple[Section, ...]:
    """The sections of the page of one day."""
    asked = notification(exercise.network, now, members=exercise.members)
    return (
        Section(key="care", title="Read with care", words=(
            MODELLED, "Whole weeks are counted: what happens in the week under way is not known yet.")),
        Section(key="announced", title="What has happened", words=now.announced or ("Nothing has been announced.",)),
        _short(exercise, now),
        _dry(exercise, now),
        _cover(exercise, now),
        _reserve(exercise),
        _notification(asked),
        _choices(now, [one.option for one in exercise.outcomes]),
    )  # fmt: skip


def _short(exercise: Exercise, now: Situation) -> Section:
    rows = now.short
    if rows.empty:
        return Section(key="short", title="What is short", words=("All final demand has been met so far.",))
    shown = rows.head(ROWS)
    goods, places = good_names(exercise.network), place_names(exercise.network)
    inside, whole = now.unmet_usd(exercise.members), float(rows["usd"].sum())
    words = (
        f"Since day 0 final demand worth {dollars(whole)} has gone unmet, {dollars(inside)} of it in member countries. "
        "Money is the value at stake, not the price of the goods.",
    )
    columns = (
        Column.text("Good", shown["good"].map(goods)),
        Column.text("Where", shown["place"].map(places)),
        Column.text("Tier of use", shown["tier"]),
        Column.mixed("Unmet", "", shown["units"], notes=shown["unit"]),
        Column.numbers("Unmet", "days of that demand", shown["days"]),
        Column.usd("At stake", shown["usd"]),
    )
    caption = _counted("Final demand unmet since day 0, dearest first", len(rows))
    return Section(key="short", title="What is short", words=words, blocks=(Table(caption=caption, columns=columns),))


def _dry(exercise: Exercise, now: Situation) -> Section:
    heading = "What has run out"
    if now.dry.empty:
        return Section(key="dry", title=heading, words=("No stock has run out.",))
    goods, places = good_names(exercise.network), place_names(exercise.network)
    rows = [
        (int(at["day"].iloc[0]), goods[str(good)], listed([places[place] for place in at["place"]], most=4))
        for good, at in now.dry.groupby("good", sort=False)
    ]
    days, names, where = zip(*rows[:ROWS], strict=True)
    columns = (
        Column.text("Good", names),
        Column.numbers("First on", "day", days),
        Column.text("Run out so far at", where),
    )
    words = ("A store that has run out may still be served from week to week: what is short says whether it mattered.",)
    caption = _counted("Goods whose private stock ran out, in the order in which they did", len(rows))
    return Section(key="dry", title=heading, words=words, blocks=(Table(caption=caption, columns=columns),))


def _cover(exercise: Exercise, now: Situation) -> Section:
    """Goods by members: the days that private stock lasts at the usual use."""
    heading = "Days of cover left"
    if now.cover.empty:
        return Section(key="cover", title=heading, words=("No private stock of what is struck is held by members.",))
    order = now.cover.groupby("good")["days"].min().sort_values(kind="stable").index
    wide = now.cover.pivot_table(index="good", columns="country", values="days").loc[order[:ROWS]]
    usual = now.cover.groupby("good")["usual_days"].median()
    places, goods = place_names(exercise.network), good_names(exercise.network)
    columns = (
        Column.text("Good", wide.index.map(goods)),
        Column(head="Usual", unit="days, median", number=True, cells=_whole(usual[wide.index])),
        *(Column(head=places.get(country, country), unit="days", number=True, cells=_whole(wide[country]))
          for country in _across(exercise, wide)),
    )  # fmt: skip
    words = (
        "How long members' private stock would last at the usual use if nothing more came. Goods that are struck, and "
        "others whose cover has fallen by a tenth or more. A dash: none is used or held there.",
    )
    caption = _counted("Days of cover by good and member, lowest first", len(order))
    return Section(key="cover", title=heading, words=words, blocks=(Table(caption=caption, columns=columns),))


def _across(exercise: Exercise, wide: pd.DataFrame) -> list[str]:
    """The members shown: all of them, or those with most value at stake."""
    if wide.shape[1] <= ACROSS:
        return list(wide.columns)
    demand = exercise.network.demand
    country = demand["place"].map(exercise.network.places.set_index("place")["country"])
    stake = (demand["units_per_week"] * demand["usd_per_unit_unmet"]).groupby(country).sum()
    return sorted(
        stake.reindex(wide.columns, fill_value=0.0).sort_values(ascending=False, kind="stable").index[:ACROSS]
    )


def _reserve(exercise: Exercise) -> Section:
    heading = "The reserve"
    if exercise.reserve is None:
        return Section(key="reserve", title=heading, words=("Members hold no reserve of what is struck.",))
    held = exercise.reserve.table()
    goods = exercise.network.goods.set_index("good")
    rows = held.groupby("good").agg(units=("units", "sum"), usd=("usd", "sum"), owners=("owner", "nunique"))
    rows = rows.sort_values(["usd"], ascending=False, kind="stable")
    shown = rows.head(ROWS)
    columns = (
        Column.text("Good", shown.index.map(good_names(exercise.network))),
        Column.mixed("Held", "", shown["units"], notes=[goods["unit"][good] for good in shown.index]),
        Column.usd("Worth", shown["usd"]),
        Column.numbers("Owners", "", shown["owners"]),
    )
    released = "Nothing of it has been released: these pages tell what happens while nobody decides."
    supposed = (
        f"The exercise supposes that each member holds {SUPPOSED_DAYS} days of its own use of what was struck on day 0 "
        "and can be stored."
    )
    words = (supposed, released) if exercise.supposed else (released,)
    table = Table(caption=_counted("Reserve by good", len(rows)), columns=columns)
    return Section(key="reserve", title=heading, words=words, blocks=(table,))


def _notification(asked: Notification) -> Section:
    words = (f"{asked.member} notifies the other members and asks the network to meet.",)
    return Section(key="notification", title="Crisis notification", words=words, blocks=(Facts(rows=six_items(asked)),))


def _choices(now: Situation, choices: Sequence[Option]) -> Section:
    words = (
        f"It is day {now.day}. What do you do, on whose word, and what would you have to know to be surer? Choices may "
        "be combined.",
    )
    rows = tuple((option.title, option.words) for option in choices)
    return Section(key="choices", title="What you can decide", words=words, blocks=(Facts(rows=rows),))


def _whole(values: pd.Series) -> tuple[str, ...]:
    return tuple("–" if pd.isna(value) else f"{value:,.0f}" for value in values)


def _counted(caption: str, count: int) -> str:
    return f"{caption} ({ROWS} of {count})" if count > ROWS else caption
