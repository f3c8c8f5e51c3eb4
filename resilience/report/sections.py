"""What the report says: each section is a function of a result, or of none if the result holds nothing for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from resilience import views
from resilience.report import numbers
from resilience.report.blocks import Column, Facts, Section, Table
from resilience.report.layers import MOST, WEAK, layers
from resilience.report.times import times

if TYPE_CHECKING:
    from resilience.result import Result

NEAR = 1e-3  # a gap above which the reader is told
SHOWN_MARGINS = 15


def key_figures(result: Result) -> tuple[tuple[str, str, str], ...]:
    """The four numbers at the head of the page: what, how much, a remark."""
    sizing, held, table = result.sizing, result.table("reserve"), views.losses(result)
    before = float((table["probability"] * table["without_usd"]).sum())
    after = float((table["probability"] * table["loss_usd"]).sum())
    left = f"{after / before:.0%} of the loss without a reserve" if before > 0 else "nothing is lost without one either"
    where = f"{_count(held['good'].nunique(), 'good')} at {_count(held['place'].nunique(), 'place')}"
    return (
        ("To buy", numbers.dollars(sizing.reserve.usd), where),
        ("To hold, a year", numbers.dollars(sizing.holding_usd_per_year), "capital, storage, rotation"),
        ("Expected loss a year, no reserve", numbers.dollars(before), "loss in each scenario times its chance"),
        ("Expected loss a year, with it", numbers.dollars(after), left),
    )


def caution(result: Result) -> Section:
    """What a reader must know before believing a number."""
    words = []
    if result.study.members == "ipef":
        words.append(
            "The IPEF supply-chain agreement holds no duty to stockpile. The reserve here is a proposal to be "
            "examined, not an obligation of any member."
        )
    else:
        words.append("The reserve is a proposal to be examined; nothing obliges its owners to hold it.")
    words.append(
        "Losses are a lower bound. They are those of the best response that perfect foresight and coordination could "
        "choose once a disruption begins; hoarding, delay and poor allocation would add to them."
    )
    words.append(
        "The chance of each scenario is a judgement, written beside it below. Read the figures as a comparison of "
        "policies, not as a forecast."
    )
    counts = result.network.coverage()
    if counts["assumed"]:
        share = counts["assumed"] / counts.sum()
        words.append(
            f"{counts['assumed']:,} of {counts.sum():,} figures behind the network ({share:.0%}) are assumed: nobody "
            "has published them."
        )
    if result.sizing.gap > NEAR:
        words.append(
            f"The answer is not exact: a better reserve might cost up to {numbers.percent(result.sizing.gap)} less, "
            "losses included."
        )
    return Section(key="care", title="Read with care", words=tuple(words))


def summary(result: Result) -> Section:
    """The table a reader takes away."""
    frame = result.summary()
    if frame.empty:
        words = (
            "Nothing is worth holding against these scenarios: private stock, spare capacity and open lanes suffice."
        )
        return Section(key="summary", title="Summary", words=(words,))
    names = result.network.goods.set_index("good")["name"]
    columns = (
        Column.text("Good", frame["good"].map(names).fillna(frame["good"]).map(_sentence)),
        Column.mixed("Quantity", "", frame["quantity"], notes=frame["unit"]),
        Column.numbers("Cover", "days of use", frame["cover_days"]),
        Column.text("Held at", frame["held_at"]),
        Column.usd("To buy", frame["reserve_usd"]),
        Column.usd("To hold", frame["holding_usd_per_year"], per=" a year"),
        Column.usd("Loss avoided", frame["avoided_usd_per_year"], per=" a year"),
    )
    words = (
        "Cover counts days of normal use of that good in all the countries that own it. The loss avoided is expected "
        "over all years; goods work together, so its split between them is one fair reading of several."
    )
    return Section(
        key="summary", title="Summary", words=(words,), blocks=(Table(caption="The answer in brief", columns=columns),)
    )


def reserve(result: Result) -> Section | None:
    """What to hold: by good, then by place and owner."""
    held = views.reserve_by_good(result)
    if held.empty:
        return None
    days = held["cover_days"].fillna(0.0)
    by_good = Table(
        caption="Reserve by good",
        columns=(
            Column.text("Good", held["name"].map(_sentence)),
            Column.usd("To buy", held["reserve_usd"], bars="held"),
            Column.numbers("Cover", "days of use", held["cover_days"], bars=days / max(days.max(), 1.0)),
            Column.usd("Loss avoided", held["avoided_usd_per_year"], per=" a year", bars="bare"),
        ),
    )
    place = views.reserve_by_place(result)
    by_place = Table(
        caption="Reserve by place and owner",
        columns=(
            Column.text("Place", place["place_name"]),
            Column.text("Owner", place["owner"]),
            Column.numbers("Goods", "", place["goods"]),
            Column.usd("To buy", place["usd"], bars="held"),
        ),
    )
    rows = result.table("reserve").sort_values(["usd", "good", "place"], ascending=[False, True, True])
    goods = result.network.goods.set_index("good")
    every = Table(
        caption="Every holding",
        folded=f"Every holding: {_count(len(rows), 'row')}",
        columns=(
            Column.text("Good", rows["good"].map(goods["name"]).map(_sentence)),
            Column.text("Place", views.place_names(result.network, rows["place"])),
            Column.text("Owner", rows["owner"]),
            Column.mixed("Quantity", "", rows["units"], notes=rows["good"].map(goods["unit"])),
            Column.numbers("Cover", "days of use", rows["days"]),
            Column.usd("To buy", rows["usd"]),
        ),
    )
    return Section(key="reserve", title="What to hold, and where", blocks=(by_good, by_place, every))


def ranked(result: Result) -> Section | None:
    """Stock and measures by what each costs for the loss it avoids, where measures were offered."""
    if result.table("measures").empty:
        return None
    table = result.table("ranking")
    names = result.network.goods.set_index("good")["name"]
    stock, bought = table["kind"] == "stock", table["amount"] > 0
    called = table["name"].where(~stock, "Stock of " + table["name"].map(names).fillna(table["name"]))
    columns = (
        Column.text("What", called.map(_sentence)),
        Column.mixed("Bought", "", table["amount"]),
        Column.usd("To buy", table["usd"]),
        Column.usd("Costs", table["usd_per_year"], per=" a year"),
        Column.usd("Loss avoided", table["avoided_usd_per_year"], per=" a year"),
        _ratios("Cost", "USD per USD avoided", table["usd_per_usd_avoided"]),
        _ratios("One more", "USD per USD saved", table["next_usd_per_usd_saved"]),
    )
    words = (
        f"{bought.sum()} of {len(table)} are bought. They come first, cheapest for the loss they avoid. What is not "
        "bought comes after, with the least that saving a dollar by the first of it would cost. Past 1 one more is not "
        "worth its price beside the rest; below 1 the budget, a limit or a whole number is in the way."
    )
    notes = Table(
        caption="Where the costs of measures come from",
        columns=(
            Column.text("Measure", result.table("measures")["measure"]),
            Column.text("Source or reasoning", result.table("measures")["note"]),
        ),
    )
    found = Table(caption="Stock and measures by cost for the loss avoided", columns=columns)
    return Section(key="ranking", title="Stock beside its alternatives", words=(words,), blocks=(found, notes))


def loss_by_scenario(result: Result) -> Section:
    """What each scenario costs with the reserve and without it."""
    table = views.losses(result)
    columns = (
        Column.text("Scenario", table["scenario"].map(numbers.label)),
        Column.shares("Chance", "a year", table["probability"]),
        Column.usd("Loss without", table["without_usd"], bars="bare"),
        Column.usd("Loss with", table["loss_usd"], alike=table["without_usd"], bars="held"),
        Column.usd("Avoided", table["avoided_usd"], alike=table["without_usd"]),
    )
    words = (
        "A loss is the value of unmet demand, plus what it costs to put back private stock that is missing at the end "
        f"and whatever was drawn from the reserve.{_weight(result)}"
    )
    found = Table(caption="Loss by scenario with the reserve and without it", columns=columns)
    return Section(key="losses", title="Loss by scenario", words=(words,), blocks=(found,))


def over_time(result: Result) -> Section:
    """When demand is short, with the reserve and without."""
    title, key = "Losses over time", "time"
    members, whole = views.unmet_by_week(result, members=True), views.unmet_by_week(result)
    charts = times(members, whole, views.unmet_by_week(result, reserve=False))
    if not charts.panels:
        words = (
            f"No demand goes unmet within the {result.study.weeks} weeks in any scenario, with the reserve or without. "
            "The losses above are what it costs to put back private stock, goods on their way and work in process that "
            "the disruption used up."
        )
        return Section(key=key, title=title, words=(words,))
    drawn = {panel.title for panel in charts.panels}
    calm = [name for name in map(numbers.label, members.columns) if name not in drawn]
    words = (
        "Value at stake in demand that is unmet each week, at full value wherever it falls. All charts share one scale."
    )
    none = (f"No demand goes unmet in: {', '.join(calm)}.",) if calm else ()
    return Section(key=key, title=title, words=(words, *none), blocks=(charts,))


def still_short(result: Result) -> Section | None:
    """Who goes without, in which scenario."""
    table = views.still_short(result)
    if table.empty:
        return None
    first = table["scenario"] != table["scenario"].shift()
    columns = [
        Column.text("Scenario", table["scenario"].map(numbers.label).where(first, "")),
        Column.text("Use", table["tier"]),
    ]
    for who in ("members", "others"):
        alike = [*table[f"{who}_without_usd"], *table[f"{who}_usd"]]
        columns += [
            Column.usd(f"{who.capitalize()}, without", table[f"{who}_without_usd"], alike=alike),
            Column.usd(f"{who.capitalize()}, with", table[f"{who}_usd"], alike=alike),
            Column.shares("of demand", "with", table[f"{who}_share"]),
        ]
    words = (
        f"Value at stake in demand unmet over the {result.study.weeks} weeks, without the reserve and with it, at full "
        f"value wherever it falls. Members: {', '.join(views.member_countries(result))}."
    )
    found = Table(caption="Unmet demand by scenario and use", columns=tuple(columns))
    return Section(key="short", title="What stays short", words=(words,), blocks=(found,))


def margins(result: Result) -> Section | None:
    """What one more unit would save."""
    table = views.marginal(result)
    table = table[table["saved_usd_per_unit"] > 0].head(SHOWN_MARGINS)
    if table.empty:
        return None
    columns = (
        Column.text("Good", table["name"].map(_sentence), notes="a unit: " + table["unit"]),
        Column.text("Best place", views.place_names(result.network, table["place"])),
        Column.mixed("Saves at most", "USD a year, a unit", table["saved_usd_per_unit"]),
        Column.mixed("Costs", "USD a year, a unit", table["holding_usd_per_unit"]),
        _ratios("Saved", "USD per USD", table["ratio"]),
        Column.text("Held", ["yes" if held else "no" for held in table["held"]]),
    )
    words = (
        "What one more unit in the reserve would save in a year, against what holding it costs. A reserve grows until "
        "a dollar of holding saves just a dollar; where it saves more, a limit stops it (budget, shelf life, what can "
        "be drawn). For goods that are not held, the saving is a ceiling from the duals: the first unit saves no more, "
        "and may save less."
    )
    found = Table(caption="Marginal value by good, best place of each", columns=columns)
    return Section(key="margins", title="Worth of one more unit", words=(words,), blocks=(found,))


def known(result: Result) -> Section:
    """How far the answer is proved, what behaviour loses beside it, and what else would do."""
    blocks = [_simulated(result)]
    table = views.ranges(result)
    if len(table):
        columns = (
            Column.text("Good", table["name"].map(_sentence)),
            Column.mixed("Held", "", table["units"], notes=table["unit"]),
            *(
                Column.mixed(f"{end.capitalize()}, {share} dearer", "", table[f"{end}_{share}"])
                for share in ("1 %", "5 %")
                for end in ("least", "most")
            ),
            Column.usd("Without it, dearer by", table["dearer_usd"], per=" a year or more"),
        )
        blocks.append(Table(caption="What else would do at little more cost", columns=columns))
    words = (
        *result.findings(),
        "A range says what any reserve of nearly the best cost may hold of a good: narrow, the figure is a finding; "
        "wide, another would do as well. Where the program is large the ranges are outer ones: none holds more or "
        "less, and perhaps none reaches the ends.",
    )
    return Section(key="known", title="What to trust, and what else would do", words=words, blocks=tuple(blocks))


def _simulated(result: Result) -> Table:
    """Loss in each scenario by the program and as simulated."""
    table = result.table("simulated")
    columns = (
        Column.text("Scenario", table["scenario"].map(numbers.label)),
        *(
            Column.usd(f"{how.capitalize()}, {word}", table[f"{how}_{name}"])
            for how in ("program", "simulated")
            for word, name in (("without", "without_usd"), ("with", "usd"))
        ),
    )
    return Table(caption="Loss with foresight, and as firms that follow rules would have it", columns=columns)


def network(result: Result) -> Section:
    """The layers from ore to chip."""
    drawn = layers(result.network, held=frozenset(result.table("reserve")["good"]))
    words = [
        "Each circle is a good; its size grows with the value the world makes of it in a week, its colour with the "
        f"share of its largest producer. Goods of which one country makes at least {WEAK:.0%} are lit. Lines join an "
        "input to what needs it.",
    ]
    if drawn.left_out:
        words.append(f"{_count(drawn.left_out, 'good')} of least value are left out: each layer shows at most {MOST}.")
    return Section(key="network", title="The network from ore to chip", words=tuple(words), blocks=(drawn,))


def scenarios(result: Result) -> Section | None:
    """What may happen, with the reasoning for each chance."""
    every = list(result.study.scenarios)
    if not every:
        return None
    columns = (
        Column.text("Scenario", [numbers.label(one.name) for one in every], notes=[one.name for one in every]),
        Column.shares("Chance", "a year", [scenario.probability for scenario in every]),
        Column.text("Reasoning", [scenario.note or "not given" for scenario in every]),
        Column.text("Source", [scenario.source or "not given" for scenario in every]),
    )
    return Section(
        key="scenarios", title="Scenarios", blocks=(Table(caption="Scenarios and their chances", columns=columns),)
    )


def data(result: Result) -> Section | None:
    """How sure the figures are."""
    table = views.coverage(result.network)
    counts = result.network.coverage()
    if not counts.sum():
        return None
    words = (
        f"{counts['assumed']:,} of {counts.sum():,} figures are assumed: nobody published them, and a note in the data "
        "says why this value was taken. Measured: counted by who publishes it. Reported: stated by who should know. "
        "Estimated: worked out by somebody."
    )
    columns = (
        Column.text("Table", table["table"]),
        *(
            Column(head=name, cells=tuple(f"{count:,}" for count in table[name]), number=True)
            for name in table.columns[1:]
        ),
    )
    found = Table(caption="Figures by table and confidence", columns=columns)
    return Section(key="data", title="How sure the data are", words=(words,), blocks=(found,))


def provenance(result: Result) -> Section:
    """What it takes to get the same answer again."""
    sizing = result.sizing
    solved = (
        ("status", sizing.status.name.lower()),
        ("objective (USD a year)", f"{sizing.objective_usd:,.0f}"),
        ("bound (USD a year)", f"{sizing.bound_usd:,.0f}"),
        ("gap", f"{sizing.gap:.2e}"),
        ("program", f"{sizing.size[0]:,} rows, {sizing.size[1]:,} columns"),
    )
    words = (
        "The same inputs and versions give the same answer. No reserve costs less than the bound, all losses counted."
    )
    rows = (*solved, *_flat(result.provenance))
    return Section(key="provenance", title="Provenance", words=(words,), blocks=(Facts(rows=rows),))


def sections(result: Result) -> list[Section]:
    """Every section that this result has something for, in reading order."""
    every = (
        summary(result),
        caution(result),
        reserve(result),
        ranked(result),
        loss_by_scenario(result),
        over_time(result),
        still_short(result),
        margins(result),
        known(result),
        network(result),
        scenarios(result),
        data(result),
        provenance(result),
    )
    return [section for section in every if section and (section.words or section.blocks)]


def _weight(result: Result) -> str:
    """How losses outside the members count, in words."""
    others = result.study.losses.others
    if not result.study.members or others == 1:
        return " A loss counts the same wherever it falls."
    share = numbers.percent(others)
    return f" Here and in the expected losses, a loss outside the members counts as {share} of the same loss inside."


def _flat(facts: Mapping[str, object], before: str = "") -> tuple[tuple[str, str], ...]:
    """Nested facts as one list of lines."""
    rows: list[tuple[str, str]] = []
    for key, value in facts.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            rows += _flat(value, f"{name}: ")
        elif isinstance(value, (list, tuple)):
            rows.append((name, ", ".join(map(str, value))))
        else:
            rows.append((name, str(value)))
    return tuple(rows)


def _ratios(head: str, unit: str, values: Iterable[float]) -> Column:
    cells = tuple(f"{value:,.2f}" if math.isfinite(value) else "" for value in values)
    return Column(head=head, unit=unit, cells=cells, number=True)


def _sentence(name: str) -> str:
    """A name as a line begins."""
    return name[:1].upper() + name[1:]


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
