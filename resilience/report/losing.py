"""Sections on what is lost: by scenario, over time, good by good, and where in the world."""

from __future__ import annotations

import pandas as pd

from resilience import views
from resilience.lookup import looked_up
from resilience.reading import Reading
from resilience.report import numbers
from resilience.report.bands import bands
from resilience.report.blocks import Column, Section, Table
from resilience.report.holding import count, of_demand, sentence, units
from resilience.report.scale import AsTheyAre
from resilience.report.times import MOST, times
from resilience.report.world import world

LEDGERS = 5  # scenarios with a ledger of their own
LEDGER_ROWS = 200
MISSING_ROWS = 15
COUNTRIES = 25  # rows of exposure


def loss_by_scenario(reading: Reading, scale: AsTheyAre) -> Section:
    """What each scenario costs with the reserve and without it."""
    every = views.losses(reading)
    table = every.head(views.MOST_SCENARIOS)
    amounts = table[["without_usd", "loss_usd", "avoided_usd"]].to_numpy().ravel()
    columns = (
        Column.text("Scenario", table["scenario"].map(numbers.label)),
        Column.shares("Chance", "a year", table["probability"]),
        scale.usd("Loss without", table["without_usd"], alike=amounts, bars="bare"),
        of_demand(table["without_demand"]),
        scale.usd("Loss with", table["loss_usd"], alike=amounts, bars="held"),
        of_demand(table["demand"]),
        scale.usd("Avoided", table["avoided_usd"], alike=amounts),
    )
    words = [
        "A loss is the value of unmet demand, plus what it costs to put back private stock that is missing at the end "
        f"and whatever was drawn from the reserve.{_weight(reading)}"
    ]
    if len(every) > len(table):
        words.append(f"The gravest {len(table)} of {len(every):,} scenarios are shown; losses.csv of the run has all.")
    found = Table(caption="Loss by scenario with the reserve and without it", columns=columns, sortable=True)
    return Section(key="losses", title="Loss by scenario", words=tuple(words), blocks=(found,))


def over_time(reading: Reading, scale: AsTheyAre) -> Section:
    """When demand is short, with the reserve and without."""
    title, key = "Losses over time", "time"
    members, whole = views.unmet_by_week(reading, members=True), views.unmet_by_week(reading)
    charts = times(members, whole, views.unmet_by_week(reading, reserve=False), scale)
    if not charts.panels:
        words = (
            f"No demand goes unmet within the {reading.study.weeks} weeks in any scenario, with the reserve or "
            "without. The losses above are what it costs to put back private stock, goods on their way and work in "
            "process that the disruption used up."
        )
        return Section(key=key, title=title, words=(words,))
    spans = bands(views.bands(reading, reserve=False), views.bands(reading), scale)
    drawn = {panel.title for panel in charts.panels}
    calm = [name for name in map(numbers.label, members.columns) if name not in drawn]
    told = [
        "Value at stake in demand that is unmet each week, at full value wherever it falls. First all scenarios "
        "together, weighed by their chances, given that one of them happens: the band holds four fifths of them, the "
        "line is their mean, the dashed line the gravest in each week. Then each for itself, to one scale.",
    ]
    if calm and len(calm) <= MOST:
        told.append(f"No demand goes unmet in: {', '.join(calm)}.")
    elif calm:
        told.append(f"{len(calm):,} scenarios are not drawn: no demand goes unmet in them, or less than in these.")
    return Section(key=key, title=title, words=tuple(told), blocks=(spans, charts))


def exposed(reading: Reading, scale: AsTheyAre) -> Section | None:
    """Where in the world demand is at stake, and where the reserve stands."""
    table, stores = views.exposure(reading), views.stores_by_country(reading)
    if not table["without_usd"].any() and stores.empty:
        return None
    drawn = world(table, stores, scale)
    if not drawn.lands and not drawn.stores:
        return None
    shown = table[table["without_usd"] > 0].head(COUNTRIES)
    words = [
        "Colour: the part of a year's demand, by value, that is expected to go unmet without the reserve, over all "
        "scenarios weighed by their chances; steps are quarters of the largest part. Small countries are drawn as "
        "points. Rings: where the reserve stands, larger where more does. Borders are those of the map's source and "
        "claim nothing."
    ]
    if drawn.missing:
        words.append(f"The map does not know {', '.join(drawn.missing)}; tables have them.")
    blocks: list[object] = [drawn]
    if len(shown):
        columns = (
            Column.text("Country", shown["name"]),
            Column(
                head="At stake",
                unit="of its demand",
                number=True,
                cells=tuple(f"{100 * share:.2g}%" for share in shown["share"]),
            ),
            scale.usd("Unmet without", shown["without_usd"], alike=shown["usd"], per=" a year", bars="bare"),
            scale.usd("Unmet with", shown["usd"], alike=shown["without_usd"], per=" a year", bars="held"),
        )
        caption = "Expected unmet demand by country"
        blocks.append(Table(caption=caption, columns=columns, sortable=True, folded="The same as a table"))
    return Section(key="world", title="Who is exposed", words=tuple(words), blocks=tuple(blocks))


def still_short(reading: Reading, scale: AsTheyAre) -> Section | None:
    """Who goes without, in which scenario, of what and when."""
    table = views.still_short(reading)
    if table.empty:
        return None
    gravest = views.losses(reading)["scenario"]
    shown = [name for name in gravest if name in set(table["scenario"])]
    table = table[table["scenario"].isin(shown[: views.MOST_SCENARIOS])]
    columns = [Column.text("Scenario", table["scenario"].map(numbers.label)), Column.text("Use", table["tier"])]
    for who in ("members", "others"):
        alike = [*table[f"{who}_without_usd"], *table[f"{who}_usd"]]
        columns += [
            scale.usd(f"{who.capitalize()}, without", table[f"{who}_without_usd"], alike=alike),
            scale.usd(f"{who.capitalize()}, with", table[f"{who}_usd"], alike=alike),
            Column.shares("of demand", "with", table[f"{who}_share"]),
        ]
    words = (
        f"Value at stake in demand unmet over the {reading.study.weeks} weeks, without the reserve and with it, at "
        f"full value wherever it falls. Members: {', '.join(views.member_countries(reading))}.",
        f"The ledger tells the same by good, by {views.PERIOD} weeks and by tier of use. Days are those of all use of "
        "the good in that tier. Heads of columns sort.",
    )
    found = Table(caption="Unmet demand by scenario and use", columns=tuple(columns), sortable=True)
    ledgers = [_ledger(reading, name, scale, folded=number > 0) for number, name in enumerate(shown[:LEDGERS])]
    return Section(key="short", title="What stays short", words=words, blocks=(found, *ledgers))


def missing(reading: Reading, scale: AsTheyAre) -> Section | None:
    """Which stock is missing at the end, in which scenario."""
    every = views.missing(reading)
    if every.empty:
        return None
    table = every.head(MISSING_ROWS)
    names = reading.network.goods.set_index("good")["name"]
    most = table[["without_units", "units"]].max(axis=1)
    money = [*table["without_usd"], *table["usd"]]
    columns = (
        Column.text("Scenario", table["scenario"].map(numbers.label)),
        Column.text("Good", table["good"].map(names).map(sentence)),
        scale.units("Missing without", table["without_units"], goods=table["good"], named=units(reading), base=most),
        scale.units("Missing with", table["units"], goods=table["good"], named={}, base=most),
        scale.usd("Without", table["without_usd"], alike=money, bars="bare"),
        scale.usd("With", table["usd"], alike=money, bars="held"),
    )
    words = (
        f"Stock missing after {reading.study.weeks} weeks, at the price of putting it back: with users, on its way "
        "and in process, against what was there before. It is that of one best plan; others that lose as little "
        "may lack other goods."
    )
    caption = "Stock missing at the end" + scale.only_redacted("; the larger of a row is 100")
    if len(every) > len(table):
        caption += f" (the largest {len(table)} of {len(every):,} rows)"
    found = Table(caption=caption, columns=columns, sortable=True)
    return Section(key="missing", title="What is missing at the end", words=(words,), blocks=(found,))


def _ledger(reading: Reading, scenario: str, scale: AsTheyAre, *, folded: bool) -> Table:
    every = views.ledger(reading, scenario)
    table = every.loc[every["without_usd"].sort_values(ascending=False, kind="stable").index[:LEDGER_ROWS]].sort_index()
    names = reading.network.goods.set_index("good")["name"]
    most = looked_up(table["good"], every.groupby("good")[["without_units", "units"]].max().max(axis=1))
    columns = (
        Column.text("Good", table["good"].map(names).map(sentence)),
        Column.numbers("From week", "", table["first_week"]),
        Column.numbers("to week", "", table["last_week"]),
        Column.text("Use", table["tier"]),
        scale.units("Unmet without", table["without_units"], goods=table["good"], named=units(reading), base=most),
        scale.units("Unmet with", table["units"], goods=table["good"], named={}, base=most),
        scale.usd("Without", table["without_usd"], alike=table["usd"]),
        scale.usd("With", table["usd"], alike=table["without_usd"]),
        *_days(table, scale),
    )
    title = numbers.label(scenario)
    caption = f"Ledger of what goes short: {title}" + (
        "; the most of a good in a period is 100" if scale.redacted else ""
    )
    if len(every) > len(table):
        caption += f" (the largest {len(table)} of {len(every):,} rows)"
    told = f"Ledger: {title}, {count(len(table), 'row')}" if folded else ""
    return Table(caption=caption, columns=columns, sortable=True, folded=told)


def _days(table: pd.DataFrame, scale: AsTheyAre) -> tuple[Column, ...]:
    return (
        scale.days("Without", "days of that use", table["without_days"]),
        scale.days("With", "days of that use", table["days"]),
    )


def _weight(reading: Reading) -> str:
    """How losses outside the members count, in words."""
    others = reading.study.losses.others
    if not reading.study.members or others == 1:
        return " A loss counts the same wherever it falls."
    share = numbers.percent(others)
    return f" Here and in the expected losses, a loss outside the members counts as {share} of the same loss inside."
