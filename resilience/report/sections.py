"""What the report says: each section is a function of a result, or of none if the result holds nothing for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resilience import views
from resilience.report import numbers
from resilience.report.blocks import Column, Facts, Section, Table
from resilience.report.layers import MOST, WEAK, layers
from resilience.report.times import times
from resilience.views import Reported

NEAR = 1e-3  # a gap above which the reader is told
SHOWN_MARGINS = 15


def key_figures(result: Reported) -> tuple[tuple[str, str, str], ...]:
    """The four numbers at the head of the page: what, how much, a remark."""
    sizing, held = result.sizing, views.reserve_by_good(result)
    table = views.losses(result)
    before = float(table["probability"] @ table["without_usd"])
    after = float(table["probability"] @ table["loss_usd"])
    stays = f"{after / before:.0%} of the loss without a reserve" if before > 0 else "nothing is lost without one either"
    places = sizing.reserve.table()["place"].nunique()
    where = f"{_count(len(held), 'good')} at {_count(places, 'place')}"
    return (
        ("To buy", numbers.dollars(sizing.reserve.usd), where),
        ("To hold", f"{numbers.dollars(sizing.holding_usd_per_year)} a year", "capital, storage and rotation"),
        ("Expected loss, no reserve", f"{numbers.dollars(before)} a year", "loss of each scenario times its chance"),
        ("Expected loss, with it", f"{numbers.dollars(after)} a year", stays),
    )


def caution(result: Reported) -> Section:
    """What a reader must know before believing a number."""
    words = []
    if result.study.members == "ipef":
        words.append(
            "The IPEF supply-chain agreement holds no duty to stockpile. The reserve here is a proposal to be examined, "
            "not an obligation of any member."
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
        words.append(
            f"{counts['assumed']:,} of {counts.sum():,} figures behind the network ({counts['assumed'] / counts.sum():.0%}) "
            "are assumed: nobody has published them."
        )
    if result.sizing.gap > NEAR:
        words.append(
            f"The solver stopped early: a better reserve might cost up to {numbers.percent(result.sizing.gap)} less, all "
            "losses counted."
        )
    return Section(key="care", title="Read with care", words=tuple(words))


def summary(result: Reported) -> Section:
    """The table a reader takes away."""
    frame = result.summary()
    blocks = (Table.of(frame, caption="The answer in brief"),) if len(frame) else ()
    return Section(key="summary", title="Summary", blocks=blocks)


def reserve(result: Reported) -> Section:
    """What to hold: by good, then by place and owner."""
    held = views.reserve_by_good(result)
    if held.empty:
        words = "Nothing is worth holding against these scenarios: private stock, spare capacity and open lanes suffice."
        return Section(key="reserve", title="What to hold", words=(words,))
    by_good = Table(
        caption="Reserve by good",
        columns=(
            Column.text("Good", held["name"]),
            Column(head="Quantity", cells=tuple(numbers.plain(value) for value in held["units"]), number=True),
            Column.text("Unit", held["unit"]),
            Column.numbers("Cover", "days of use", held["days"]),
            Column.usd("To buy", held["usd"], bars="held"),
            Column.usd("To hold", held["usd_per_year"], per=" a year"),
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
    rows = result.sizing.reserve.table().sort_values(["usd", "good", "place"], ascending=[False, True, True])
    goods = result.network.goods.set_index("good")
    full = Table(
        caption="Every holding",
        folded=f"Every holding: {_count(len(rows), 'row')}",
        columns=(
            Column.text("Good", rows["good"].map(goods["name"])),
            Column.text("Place", views.place_names(result.network, rows["place"])),
            Column.text("Owner", rows["owner"]),
            Column(head="Quantity", cells=tuple(numbers.plain(value) for value in rows["units"]), number=True),
            Column.text("Unit", rows["good"].map(goods["unit"])),
            Column.numbers("Cover", "days of use", rows["days"].tolist()),
            Column.usd("To buy", rows["usd"].tolist()),
        ),
    )
    words = "Cover counts days of normal use of that good in all the countries that own it."
    return Section(key="reserve", title="What to hold", words=(words,), blocks=(by_good, by_place, full))


def loss_by_scenario(result: Reported) -> Section | None:
    """What each scenario costs with the reserve and without it."""
    table = views.losses(result)
    if table.empty:
        return None
    columns = (
        Column.text("Scenario", table["scenario"]),
        Column.shares("Chance", "a year", table["probability"]),
        Column.usd("Loss without", table["without_usd"], bars="bare"),
        Column.usd("Loss with", table["loss_usd"], alike=table["without_usd"], bars="held"),
        Column.usd("Avoided", table["avoided_usd"], alike=table["without_usd"]),
    )
    words = (
        "A loss is the value of unmet demand, plus what it costs to put back private stock that is missing at the end "
        "and whatever was drawn from the reserve. Losses outside the members count at the weight that the study gives "
        "them."
    )
    found = Table(caption="Loss by scenario with the reserve and without it", columns=columns)
    return Section(key="losses", title="Loss by scenario", words=(words,), blocks=(found,))


def over_time(result: Reported) -> Section | None:
    """When demand is short in spite of the reserve."""
    members, others = (views.unmet_by_week(result, members=inside) for inside in (True, False))
    charts = times(members, others)
    if not charts.panels:
        return None
    drawn = {panel.title for panel in charts.panels}
    calm = [name for name in members.columns if name not in drawn]
    words = ["Value at stake in demand that stays unmet each week, with the reserve in use. All charts share one scale."]
    if calm:
        words.append(f"Nothing stays short in {', '.join(calm)}.")
    return Section(key="time", title="Losses over time", words=tuple(words), blocks=(charts,))


def still_short(result: Reported) -> Section | None:
    """Who goes without, in which scenario."""
    table = views.still_short(result)
    table = table[(table["members_usd"] > 0) | (table["others_usd"] > 0)]
    if table.empty:
        return None
    both = [*table["members_usd"], *table["others_usd"]]
    columns = (
        Column.text("Scenario", table["scenario"]),
        Column.text("Use", table["tier"]),
        Column.usd("Members short", table["members_usd"], alike=both, bars="held"),
        Column.shares("", "of their demand", table["members_share"]),
        Column.usd("Others short", table["others_usd"], alike=both, bars="bare"),
        Column.shares("", "of their demand", table["others_share"]),
    )
    words = (
        f"Value at stake in demand unmet over the {result.study.weeks} weeks, with the reserve in use. Members: "
        f"{', '.join(views.member_countries(result))}."
    )
    found = Table(caption="Unmet demand by scenario and use", columns=columns)
    return Section(key="short", title="What stays short", words=(words,), blocks=(found,))


def margins(result: Reported) -> Section | None:
    """What one more unit would save."""
    table = views.marginal(result)
    table = table[table["saved_usd_per_unit"] > 0].head(SHOWN_MARGINS)
    if table.empty:
        return None
    columns = (
        Column.text("Good", table["name"]),
        Column.text("Best place", views.place_names(result.network, table["place"])),
        Column.text("Unit", table["unit"]),
        Column(head="Saves", unit="USD a year, a unit", cells=_each(table["saved_usd_per_unit"]), number=True),
        Column(head="Costs", unit="USD a year, a unit", cells=_each(table["holding_usd_per_unit"]), number=True),
        Column(head="Saved per dollar", unit="", cells=tuple(f"{ratio:,.2f}" for ratio in table["ratio"]), number=True),
        Column.text("In the reserve", ["yes" if held else "no" for held in table["held"]]),
    )
    words = (
        "What one more unit in the reserve would save in a year, against what holding it costs. The best reserve grows "
        "until a dollar of holding saves just a dollar: above one, a limit (budget, shelf life or what could be drawn) "
        "stops it."
    )
    found = Table(caption="Marginal value by good", columns=columns)
    return Section(key="margins", title="Worth of one more unit", words=(words,), blocks=(found,))


def network(result: Reported) -> Section:
    """The layers from ore to chip."""
    drawn = layers(result.network, held=frozenset(result.sizing.reserve.table()["good"]))
    words = [
        f"Each circle is a good; its size grows with the value the world makes of it in a week, its colour with the share "
        f"of its largest producer. Goods of which one country makes at least {WEAK:.0%} are lit. Lines join an input to "
        "what needs it.",
    ]
    if drawn.left_out:
        words.append(f"{_count(drawn.left_out, 'good')} of least value are left out: each layer shows at most {MOST}.")
    return Section(key="network", title="The network from ore to chip", words=tuple(words), blocks=(drawn,))


def scenarios(result: Reported) -> Section | None:
    """What may happen, with the reasoning for each chance."""
    every = list(result.study.scenarios)
    if not every:
        return None
    columns = (
        Column.text("Scenario", [scenario.name for scenario in every]),
        Column.shares("Chance", "a year", [scenario.probability for scenario in every]),
        Column.text("Reasoning", [scenario.note or "not given" for scenario in every]),
        Column.text("Source", [scenario.source or "not given" for scenario in every]),
    )
    return Section(key="scenarios", title="Scenarios", blocks=(Table(caption="Scenarios and their chances", columns=columns),))


def data(result: Reported) -> Section | None:
    """How sure the figures are."""
    table = views.coverage(result.network)
    counts = result.network.coverage()
    if not counts.sum():
        return None
    words = (
        f"{counts['assumed']:,} of {counts.sum():,} figures are assumed: nobody published them, and a note in the data says "
        "why this value was taken. Measured: counted by who publishes it. Reported: stated by who should know. Estimated: "
        "worked out by somebody."
    )
    columns = (
        Column.text("Table", table["table"]),
        *(Column(head=name, cells=tuple(f"{count:,}" for count in table[name]), number=True) for name in table.columns[1:]),
    )
    found = Table(caption="Figures by table and confidence", columns=columns)
    return Section(key="data", title="How sure the data are", words=(words,), blocks=(found,))


def provenance(result: Reported) -> Section:
    """What it takes to get the same answer again."""
    sizing = result.sizing
    solved = (
        ("status", sizing.status.name.lower()),
        ("objective (USD a year)", f"{sizing.objective_usd:,.0f}"),
        ("bound (USD a year)", f"{sizing.bound_usd:,.0f}"),
        ("gap", f"{sizing.gap:.2e}"),
        ("program", f"{sizing.size[0]:,} rows, {sizing.size[1]:,} columns"),
    )
    words = "The same inputs and versions give the same answer. No reserve costs less than the bound, all losses counted."
    rows = (*solved, *_flat(result.provenance))
    return Section(key="provenance", title="Provenance", words=(words,), blocks=(Facts(rows=rows),))


def sections(result: Reported) -> list[Section]:
    """Every section that this result has something for, in reading order."""
    every = (
        summary(result),
        caution(result),
        reserve(result),
        loss_by_scenario(result),
        over_time(result),
        still_short(result),
        margins(result),
        network(result),
        scenarios(result),
        data(result),
        provenance(result),
    )
    return [section for section in every if section and (section.words or section.blocks)]


def _each(values: Any) -> tuple[str, ...]:
    """Numbers in units that differ from row to row: three digits each."""
    return tuple(f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values)


def _flat(facts: Mapping[str, Any], before: str = "") -> tuple[tuple[str, str], ...]:
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


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
