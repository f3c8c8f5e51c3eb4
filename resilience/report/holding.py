"""Sections on what to hold: of which good, where, whose, beside what, and what one more unit would save."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from resilience import views
from resilience.reading import Reading
from resilience.report import numbers
from resilience.report.blocks import Column, Section, Table
from resilience.report.curve import curve
from resilience.report.scale import AsTheyAre

SHOWN_MARGINS = 15


def key_figures(reading: Reading, scale: AsTheyAre) -> tuple[tuple[str, str, str], ...]:
    """The four numbers at the head of the page: what, how much, a remark."""
    figures, held, table = reading.figures(), reading.table("reserve"), views.losses(reading)
    before = float((table["probability"] * table["without_usd"]).sum())
    after = float((table["probability"] * table["loss_usd"]).sum())
    left = f"{after / before:.0%} of the loss without a reserve" if before > 0 else "nothing is lost without one either"
    where = f"{count(held['good'].nunique(), 'good')} at {count(held['place'].nunique(), 'place')}"
    return (
        ("To buy", scale.dollars(figures["reserve_usd"]), where),
        ("To hold, a year", scale.dollars(figures["holding_usd_per_year"]), "capital, storage, rotation"),
        ("Expected loss a year, no reserve", scale.dollars(before), "loss in each scenario times its chance"),
        ("Expected loss a year, with it", scale.dollars(after), left),
    )


def summary(reading: Reading, scale: AsTheyAre) -> Section:
    """The table a reader takes away."""
    frame = reading.table("summary")
    if frame.empty:
        words = (
            "Nothing is worth holding against these scenarios: private stock, spare capacity and open lanes suffice."
        )
        return Section(key="summary", title="Summary", words=(words,))
    goods = reading.network.goods.set_index("good")
    quantity = Column.mixed("Quantity", "", frame["quantity"], notes=frame["unit"])
    columns = (
        Column.text("Good", frame["good"].map(goods["name"]).fillna(frame["good"]).map(sentence)),
        *(() if scale.redacted else (quantity,)),  # of one row a good, every index is 100
        scale.days("Cover", "days of use", frame["cover_days"]),
        scale.usd("To buy", frame["reserve_usd"]),
        scale.usd("To hold", frame["holding_usd_per_year"], per=" a year"),
        scale.usd("Loss avoided", frame["avoided_usd_per_year"], per=" a year"),
        of_demand(frame["avoided_unmet_usd_per_year"] / frame["avoided_usd_per_year"]),
        Column.text("Held at", frame["held_at"]),
    )
    words = (
        "Cover counts days of normal use of that good in all the countries that own it. The loss avoided is expected "
        "over all years, with foresight: demand that would go unmet, and stock that would be missing after "
        f"{reading.study.weeks} weeks. Goods work together, so its split between them is one fair reading of several."
    )
    found = Table(caption="The answer in brief", columns=columns, sortable=True)
    return Section(key="summary", title="Summary", words=(words,), blocks=(found,))


def of_demand(shares: pd.Series) -> Column:
    """Parts of the losses in the column before that are unmet demand; the rest puts back stock."""
    return Column.shares("Unmet demand", "of that loss", shares)


def reserve(reading: Reading, scale: AsTheyAre) -> Section | None:
    """What to hold: by good, then by place and owner."""
    held = views.reserve_by_good(reading)
    if held.empty:
        return None
    by_good = Table(
        caption="Reserve by good",
        sortable=True,
        columns=(
            Column.text("Good", held["name"].map(sentence)),
            scale.usd("To buy", held["reserve_usd"], bars="held"),
            scale.days("Cover", "days of use", held["cover_days"], bars=True),
            scale.usd("Loss avoided", held["avoided_usd_per_year"], per=" a year", bars="bare"),
        ),
    )
    place = views.reserve_by_place(reading)
    by_place = Table(
        caption="Reserve by place and owner",
        sortable=True,
        columns=(
            Column.text("Place", place["place_name"]),
            Column.text("Owner", place["owner"]),
            Column.numbers("Goods", "", place["goods"]),
            scale.usd("To buy", place["usd"], bars="held"),
        ),
    )
    blocks = (by_good, by_place, _every_holding(reading, scale))
    return Section(key="reserve", title="What to hold, and where", blocks=blocks)


def _every_holding(reading: Reading, scale: AsTheyAre) -> Table:
    rows = reading.table("reserve").sort_values(["usd", "good", "place"], ascending=[False, True, True])
    goods = reading.network.goods.set_index("good")
    return Table(
        caption="Every holding" + scale.only_redacted("; all that is held of a good is 100"),
        folded=f"Every holding: {count(len(rows), 'row')}",
        sortable=True,
        columns=(
            Column.text("Good", rows["good"].map(goods["name"]).map(sentence)),
            Column.text("Place", views.place_names(reading.network, rows["place"])),
            Column.text("Owner", rows["owner"]),
            scale.units("Quantity", rows["units"], goods=rows["good"], named=units(reading),
                        base=rows.groupby("good")["units"].transform("sum")),
            scale.days("Cover", "days of use", rows["days"]),
            scale.usd("To buy", rows["usd"]),
        ),
    )  # fmt: skip


def ranked(reading: Reading, scale: AsTheyAre) -> Section | None:
    """Stock and measures by what each costs for the loss it avoids, where measures were offered."""
    measures = reading.table("measures")
    if measures.empty:
        return None
    table = reading.table("ranking")
    names = reading.network.goods.set_index("good")["name"]
    stock, bought = table["kind"] == "stock", table["amount"] > 0
    called = table["name"].where(~stock, "Stock of " + table["name"].map(names).fillna(table["name"]))
    columns = (
        Column.text("What", called.map(sentence)),
        Column.text("Bought", ["yes" if one else "no" for one in bought])
        if scale.redacted
        else Column.mixed("Bought", "", table["amount"]),
        scale.usd("To buy", table["usd"]),
        scale.usd("Costs", table["usd_per_year"], per=" a year"),
        scale.usd("Loss avoided", table["avoided_usd_per_year"], per=" a year"),
        ratios("Cost", scale.sentence("USD per USD avoided"), table["usd_per_usd_avoided"]),
        ratios("One more", scale.sentence("USD per USD saved"), table["next_usd_per_usd_saved"]),
    )
    words = (
        f"{bought.sum()} of {len(table)} are bought. They come first, cheapest for the loss they avoid. What is not "
        "bought comes after, with the least that saving a dollar by the first of it would cost. Past 1 one more is not "
        "worth its price beside the rest; below 1 the budget, a limit or a whole number is in the way."
    )
    notes = Table(
        caption="Where the costs of measures come from",
        columns=(
            Column.text("Measure", measures["measure"]),
            Column.text("Source or reasoning", measures["note"]),
        ),
    )
    found = Table(caption="Stock and measures by cost for the loss avoided", columns=columns, sortable=True)
    return Section(key="ranking", title="Stock beside its alternatives", words=(words,), blocks=(found, notes))


def budgets(reading: Reading, scale: AsTheyAre) -> Section | None:
    """What each budget buys."""
    if "frontier" not in reading.table_names():
        return None
    table = reading.table("frontier")
    drawn = curve(
        {str(name): rows[["budget_usd", "loss_usd"]].to_numpy() for name, rows in table.groupby("measure", sort=False)},
        title="Least loss that each budget leaves", across="budget", up="loss a year", scale=scale,
    )  # fmt: skip
    columns = (
        Column.text("Loss weighed", table["measure"]),
        scale.usd("Budget", table["budget_usd"]),
        scale.usd("Loss left", table["loss_usd"], per=" a year", bars="bare"),
        ratios("Next dollar", scale.sentence("USD saved per USD"), table["saved_usd_per_usd"]),
        Column.shares("Proved to", "gap", table["gap"]),
    )
    words = (
        "The least loss that any reserve and measures of that price leave, with foresight, over all years. Each dollar "
        "does less than the one before it."
    )
    found = Table(caption="Least loss by budget", columns=columns, sortable=True)
    return Section(key="budgets", title="What each budget buys", words=(words,), blocks=(drawn, found))


def margins(reading: Reading, scale: AsTheyAre) -> Section | None:
    """What one more unit would save."""
    table = views.marginal(reading)
    table = table[table["saved_usd_per_unit"] > 0].head(SHOWN_MARGINS)
    if table.empty:
        return None
    columns = (
        Column.text("Good", table["name"].map(sentence), notes="a unit: " + table["unit"]),
        Column.text("Best place", views.place_names(reading.network, table["place"])),
        scale.prices("Saves at most", "USD a year, a unit", table["saved_usd_per_unit"]),
        scale.prices("Costs", "USD a year, a unit", table["holding_usd_per_unit"]),
        ratios("Saved", scale.sentence("USD per USD"), table["ratio"]),
        Column.text("Held", ["yes" if held else "no" for held in table["held"]]),
    )
    words = (
        "What one more unit in the reserve would save in a year, against what holding it costs. A reserve grows until "
        "a dollar of holding saves just a dollar; where it saves more, a limit stops it (budget, shelf life, what can "
        "be drawn). For goods that are not held, the saving is a ceiling from the duals: the first unit saves no more, "
        "and may save less."
    )
    found = Table(caption="Marginal value by good, best place of each", columns=columns, sortable=True)
    return Section(key="margins", title="Worth of one more unit", words=(words,), blocks=(found,))


def known(reading: Reading, scale: AsTheyAre) -> Section:
    """How far the answer is proved, what behaviour loses beside it, and what else would do."""
    blocks = [_simulated(reading, scale)]
    table = views.ranges(reading)
    if len(table):
        columns = (
            Column.text("Good", table["name"].map(sentence)),
            scale.units("Held", table["units"], goods=table["good"], named=units(reading), base=table["units"]),
            *(
                scale.units(f"{end.capitalize()}, {share} dearer", table[f"{end}_{share}"], goods=table["good"],
                            named={}, base=table["units"])
                for share in ("1 %", "5 %")
                for end in ("least", "most")
            ),
            scale.usd("Without it, dearer by", table["dearer_usd"], per=" a year or more"),
        )  # fmt: skip
        caption = "What else would do at little more cost" + scale.only_redacted("; what is held is 100")
        blocks.append(Table(caption=caption, columns=columns, sortable=True))
    words = (
        *(scale.sentence(one) for one in reading.findings(scale.money)),
        "A range says what any reserve of nearly the best cost may hold of a good: narrow, the figure is a finding; "
        "wide, another would do as well. Where the program is large the ranges are outer ones: none holds more or "
        "less, and perhaps none reaches the ends.",
    )
    return Section(key="known", title="What to trust, and what else would do", words=words, blocks=tuple(blocks))


def _simulated(reading: Reading, scale: AsTheyAre) -> Table:
    """Loss in each scenario by the program and as simulated, and how much of the latter is demand."""
    table = views.beside_simulation(reading)
    ways = ("program_without_usd", "program_usd", "simulated_without_usd", "simulated_usd")
    amounts = table[list(ways)].to_numpy().ravel()
    columns = [Column.text("Scenario", table["scenario"].map(numbers.label))]
    for way in ways:
        how, which = way.split("_", 1)
        head = "Foresight" if how == "program" else "Simulated"
        columns.append(scale.usd(f"{head}, {'with' if which == 'usd' else 'without'}", table[way], alike=amounts))
        if how == "simulated":
            unmet = table[f"{how}_{which.replace('usd', 'unmet_usd')}"]
            columns.append(of_demand(unmet / table[way].where(table[way] > 0)))
    return Table(
        caption="Loss with foresight, and as firms that follow rules would have it",
        columns=tuple(columns), sortable=True,
    )  # fmt: skip


def ratios(head: str, unit: str, values: Iterable[float]) -> Column:
    """Numbers without a unit of their own, to two decimals; what is there but smaller is told apart from nothing."""
    cells = tuple(_ratio(value) for value in values)
    return Column(head=head, unit=unit, cells=cells, number=True)


def _ratio(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return "< 0.01" if 0 < value < 0.005 else f"{value:,.2f}"


def sentence(name: str) -> str:
    """A name as a line begins."""
    return name[:1].upper() + name[1:]


def count(number: int, word: str) -> str:
    """A count of things.

    >>> count(1, "good"), count(2000, "good")
    ('1 good', '2,000 goods')
    """
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def units(reading: Reading) -> dict[str, str]:
    """The unit of each good."""
    goods = reading.network.goods
    return dict(zip(goods["good"], goods["unit"], strict=True))
