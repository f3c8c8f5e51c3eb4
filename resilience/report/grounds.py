"""Sections on what the answer rests on: cautions, the network, scenarios, data and provenance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from resilience import views
from resilience.data_interval import COSTS, NAMES
from resilience.reading import Reading
from resilience.report import numbers
from resilience.report.blocks import Column, Facts, Section, Table
from resilience.report.holding import count, ratios, sentence
from resilience.report.layers import MOST, WEAK, layers
from resilience.report.scale import AsTheyAre

NEAR = 1e-3  # a gap above which the reader is told
TOLD = ("study", "dataset", "inputs", "versions", "seed", "solver", "command")  # of a manifest


def caution(reading: Reading, scale: AsTheyAre) -> Section:
    """What a reader must know before believing a number."""
    words = [scale.note] if scale.redacted else []
    if reading.study.members == "ipef":
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
    counts = reading.network.coverage()
    if counts["assumed"]:
        share = counts["assumed"] / counts.sum()
        words.append(
            f"{counts['assumed']:,} of {counts.sum():,} figures behind the network ({share:.0%}) are assumed: nobody "
            "has published them."
        )
    gap = float(reading.provenance["gap"])
    if gap > NEAR:
        words.append(
            f"The answer is not exact: a better reserve might cost up to {numbers.percent(gap)} less, losses included."
        )
    return Section(key="care", title="Read with care", words=tuple(words))


def network(reading: Reading, scale: AsTheyAre) -> Section:
    """The layers from ore to chip."""
    drawn = layers(reading.network, held=frozenset(reading.table("reserve")["good"]), scale=scale)
    words = [
        "Each circle is a good; its size grows with the value the world makes of it in a week, its colour with the "
        f"share of its largest producer. Goods of which one country makes at least {WEAK:.0%} are lit. Lines join an "
        "input to what needs it.",
    ]
    if drawn.left_out:
        words.append(f"{count(drawn.left_out, 'good')} of least value are left out: each layer shows at most {MOST}.")
    return Section(key="network", title="The network from ore to chip", words=tuple(words), blocks=(drawn,))


def scenarios(reading: Reading, scale: AsTheyAre) -> Section | None:
    """What may happen, with the reasoning for each chance."""
    every = list(reading.study.scenarios)
    if not every:
        return None
    shown = sorted(every, key=lambda one: (-one.probability, one.name)) if len(every) > views.MOST_SCENARIOS else every
    shown = shown[: views.MOST_SCENARIOS]
    columns = (
        Column.text("Scenario", [numbers.label(one.name) for one in shown], notes=[one.name for one in shown]),
        Column.shares("Chance", "a year", [scenario.probability for scenario in shown]),
        Column.text("Reasoning", [scenario.note or "not given" for scenario in shown]),
        Column.text("Source", [scenario.source or "not given" for scenario in shown]),
    )
    caption = "Scenarios and their chances"
    if len(every) > len(shown):
        caption += f": the likeliest {len(shown)} of {len(every):,}; the run's study.toml has all"
    found = Table(caption=caption, columns=columns)
    return Section(key="scenarios", title="Scenarios", blocks=(found,))


def other_data(reading: Reading, scale: AsTheyAre) -> Section | None:
    """What the ranges of the data make of the headline, where draws of the data were asked for."""
    if "data_interval" not in reading.table_names():
        return None
    table = reading.table("data_interval")
    costs = table["figure"].isin(COSTS)
    parts = (("What the ranges of the data make of its cost", costs), ("What they make of what is lost", ~costs))
    intervals = (_interval(caption, table[rows], scale) for caption, rows in parts)
    words = (
        f"The same reserve, simulated on {int(table['draws'].iloc[0])} networks drawn from the low and high of each "
        "figure and from what unknown lanes may carry; nothing is sized again. Ranges of assumed figures are "
        "judgements: this is no interval for the truth. On the stated data, for which the reserve was sized, it may "
        "save more than on draws of them.",
        _told_apart(reading),
    )
    return Section(
        key="other-data", title="On other data", words=words, blocks=(*intervals, *_followed(reading, scale))
    )


def _interval(caption: str, table: pd.DataFrame, scale: AsTheyAre) -> Table:
    amounts = [*table["stated_usd"], *table["low_usd"], *table["high_usd"]]
    return Table(
        caption=caption,
        columns=(
            Column.text("Amount", table["figure"].map(NAMES).map(sentence)),
            scale.usd("Stated data", table["stated_usd"], alike=amounts),
            scale.usd("Nine of ten draws from", table["low_usd"], alike=amounts),
            scale.usd("to", table["high_usd"], alike=amounts),
        ),
    )


def _told_apart(reading: Reading) -> str:
    """How far draws tell single figures apart."""
    if "data_figures" not in reading.table_names():
        return "Which single figures matter takes hundreds of draws to tell."
    clear = int(reading.table("data_figures")["clear"].sum())
    return (
        f"{clear or 'None'} of the figures listed last {'stand' if clear > 1 else 'stands'} out from all that vary; "
        "others, and their order, may be chance. What a figure moves is the mean loss in the draws where it is in its "
        "upper third, less that where it is in its lower third."
    )


def _followed(reading: Reading, scale: AsTheyAre) -> tuple[Table, ...]:
    if "data_figures" not in reading.table_names():
        return ()
    rows = reading.table("data_figures")
    columns = (
        Column.text("Figure", rows["key"], notes=rows["table"] + ": " + rows["column"]),
        Column.text("Confidence", rows["confidence"]),
        ratios("Rank correlation", "of the loss with it", rows["correlation"]),
        scale.usd("Moves the loss by", rows["moves"], per=" a year", alike=rows["moves"].abs()),
        Column.text("Stands out", ["yes" if clear else "no" for clear in rows["clear"]]),
    )
    return (Table(caption="Figures that the loss follows most closely", columns=columns, sortable=True),)


def data(reading: Reading, scale: AsTheyAre) -> Section | None:
    """How sure the figures are, and which assumed ones could move most."""
    table = views.coverage(reading.network)
    counts = reading.network.coverage()
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
    return Section(key="data", title="How sure the data are", words=(words,), blocks=(found, *_matter(reading, scale)))


def _matter(reading: Reading, scale: AsTheyAre) -> tuple[Table, ...]:
    rows = views.assumed(reading.network)
    if rows.empty:
        return ()
    spread = (rows["high"] - rows["low"]) / rows["value"].abs().where(rows["value"] != 0)
    columns = (
        Column.text("Table", rows["table"], notes=rows["column"]),
        Column.numbers("Assumed", "figures", rows["assumed"]),
        Column.text("Of which the widest", rows["widest"]),
        Column.shares("Range", "of its value", spread),
        scale.usd("Its good is used for", rows["good_usd_per_week"], per=" a week"),
    )
    caption = "Assumed figures that matter: kinds of figure by range times the value of the good they speak of"
    return (Table(caption=caption, columns=columns),)


def provenance(reading: Reading, scale: AsTheyAre) -> Section:
    """What it takes to get the same answer again."""
    told, figures = reading.provenance, reading.figures()
    solved = (
        ("status", str(told["status"])),
        (f"objective ({scale.name} a year)", scale.dollars(figures["objective_usd"])),
        (f"bound ({scale.name} a year)", scale.dollars(figures["bound_usd"])),
        ("gap", f"{told['gap']:.2e}"),
        ("program", f"{told['rows']:,} rows, {told['columns']:,} columns"),
    )
    words = (
        "The same inputs and versions give the same answer. No reserve costs less than the bound, all losses counted."
    )
    rest = {key: scale.command(str(told[key])) if key == "command" else told[key] for key in TOLD}
    return Section(key="provenance", title="Provenance", words=(words,), blocks=(Facts(rows=(*solved, *_flat(rest))),))


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
