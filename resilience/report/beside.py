"""Sections on answers that lie beside a run: policies compared, the burden shared, controls weighed, a back-test.

Each is what a command wrote as answer.json: `compare`, `share`, `controls`, `backtest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from resilience import views
from resilience.report import numbers
from resilience.report.blocks import Column, Section, Table
from resilience.report.holding import sentence
from resilience.report.scale import AsTheyAre

Answer = Mapping[str, Any]


def verdict(compared: Answer | None, scale: AsTheyAre) -> str:
    """That plain national stocks beat the reserve sized with foresight, if both are simulated and they do; else ""."""
    if compared is None:
        return ""
    table = pd.DataFrame(compared["policies"])
    sized = table.loc[table["policy"] == "sized, pooled", "total_usd_per_year"]
    if sized.empty:
        return ""
    plain = table[table["policy"].str.startswith("national, ") & (table["total_usd_per_year"] < sized.iloc[0])]
    if plain.empty:
        return ""
    days = _either(plain["policy"].str.removeprefix("national, ").str.removesuffix(" days"))
    totals = _either(scale.money(float(usd)) for usd in plain["total_usd_per_year"])
    return scale.sentence(
        f"As simulated, plain national stocks of {days} days of use cost less on average than this reserve, which was "
        f"sized with foresight: {totals} USD a year with losses counted against {scale.money(float(sized.iloc[0]))}."
    )


def _either(words: Iterable[str]) -> str:
    """Words to choose from.

    >>> _either(["60", "100", "180"]), _either(["60"])
    ('60, 100 or 180', '60')
    """
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def compared(answer: Answer, scale: AsTheyAre) -> Section:
    """Policies on the same years."""
    table = pd.DataFrame(answer["policies"]).sort_values(["total_usd_per_year", "policy"])
    amounts = table[["cost_usd_per_year", "loss_usd_per_year", "total_usd_per_year"]].to_numpy().ravel()
    saved = table[["saves_usd_per_year", "saves_low_usd", "saves_high_usd"]].to_numpy().ravel()
    columns = (
        Column.text("Policy", table["policy"].map(sentence)),
        scale.usd("Held", table["held_usd"]),
        scale.usd("Costs", table["cost_usd_per_year"], per=" a year", alike=amounts),
        scale.usd("Loses", table["loss_usd_per_year"], per=" a year", alike=amounts),
        scale.usd("In all", table["total_usd_per_year"], per=" a year", alike=amounts, bars="held"),
        scale.usd("Saves", table["saves_usd_per_year"], per=" a year", alike=saved),
        scale.usd("at least", table["saves_low_usd"], alike=saved),
        scale.usd("at most", table["saves_high_usd"], alike=saved),
        Column.shares("Best", "chance", table["chance_best"]),
    )
    first, level = answer["policies"][0]["policy"], answer["level"]
    words = [
        f'Each policy simulated on the same {answer["scenarios"]:,} scenarios. Savings are against "{first}", with '
        f"{level:.0%} intervals of the paired difference.",
        *_words(answer, scale, "headline", "findings"),
        *(
            f'Under {row["under"]} the best is "{row["best"]}"; its ranking and the one here agree to '
            f"{row['agreement']:.2f} (Kendall's tau)."
            for row in answer.get("stability", [])[1:]
        ),
    ]
    found = Table(caption="Policies compared as simulated", columns=columns, sortable=True)
    return Section(key="policies", title="Policies compared", words=tuple(words), blocks=(found,))


def shared(answer: Answer, scale: AsTheyAre) -> Section:
    """Who pays for the common reserve, and under what other arrangements."""
    table, ways = pd.DataFrame(answer["burden"]), pd.DataFrame(answer["arrangements"])
    paid = table[["pays_usd", "loss_usd", "cost_usd", "saves_usd"]].to_numpy().ravel()
    costs = ways[["holding_usd", "loss_usd", "cost_usd"]].to_numpy().ravel()
    burden = Table(
        caption=f"What each member pays, by {answer['rule']}",
        sortable=True,
        columns=(
            Column.text("Member", table["member"]),
            scale.usd("Pays", table["pays_usd"], per=" a year", alike=paid, bars="held"),
            scale.usd("Loss left", table["loss_usd"], per=" a year", alike=paid),
            scale.usd("Bears in all", table["cost_usd"], per=" a year", alike=paid),
            scale.usd("Saves", table["saves_usd"], per=" a year, against alone", alike=paid),
        ),
    )
    arrangements = Table(
        caption="The same members under other arrangements",
        columns=(
            Column.text("Arrangement", ways["arrangement"].map(sentence)),
            scale.usd("To hold", ways["holding_usd"], per=" a year", alike=costs),
            scale.usd("Loss left", ways["loss_usd"], per=" a year", alike=costs),
            scale.usd("In all", ways["cost_usd"], per=" a year", alike=costs, bars="held"),
        ),
    )
    stable = "No group of members would pay less on its own." if answer["stable"] else "Some group may leave."
    words = tuple(_words(answer, scale, "sentences") or [stable])
    blocks = [burden, arrangements]
    if answer.get("leavers"):
        leavers = pd.DataFrame(answer["leavers"])
        columns = (
            Column.text("Coalition", leavers["coalition"]),
            scale.usd("Pays less on its own by", leavers["gain_usd"], per=" a year"),
        )
        blocks.append(Table(caption="Coalitions that would pay less on their own", columns=columns, sortable=True))
    return Section(key="burden", title="Who pays", words=words, blocks=tuple(blocks))


def weighed(answer: Answer, scale: AsTheyAre) -> Section:
    """Coalitions of export controls side by side."""
    table, power = pd.DataFrame(answer["coalitions"]), pd.DataFrame(answer["power"])
    columns = (
        Column.text("Coalition", table["coalition"], notes=table["members"]),
        Column.shares("Denied", "of need", table["denied"], bars="weak"),
        Column.shares("Backfilled", "of need", table["backfilled"]),
        Column.shares("Leaked", "of need", table["leaked"]),
        scale.usd("Sales lost", table["lost_revenue_usd"]),
        scale.usd("Retaliation", table["retaliation_usd"]),
        Column.text("Enough", ["yes" if enough else "no" for enough in table["effective"]]),
    )
    coalitions = Table(caption=f"Coalitions against {answer['target']}", columns=columns, sortable=True)
    players = Table(
        caption="Who is needed: shares of the effect, and of the power to reach the level",
        sortable=True,
        columns=(
            Column.text("Member", power["player"]),
            Column.shares("Shapley", "of the effect", power["shapley"]),
            Column.shares("Shapley-Shubik", "of power", power["shapley_shubik"]),
            Column.shares("Banzhaf", "of power", power["banzhaf"]),
        ),
    )
    words = (f"The question {answer['controls']}, over {answer['weeks']} weeks.", *_words(answer, scale, "sentence"))
    return Section(key="coalitions", title="Coalitions", words=words, blocks=(coalitions, players))


def backtested(answer: Answer, scale: AsTheyAre) -> Section:
    """Past events, reported and simulated: public figures, which no index hides."""
    table = pd.DataFrame(answer["backtest"])
    met, asked = int((table["verdict"] == "met").sum()), int((table["verdict"] != "not simulated").sum())
    columns = (
        Column.text("Event", table["event"].str.replace("_", " ").map(sentence)),
        Column.text("What was reported", table["what"]),
        Column.mixed("Reported", "", table["reported"], notes=table["unit"]),
        Column.mixed("Met from", "", table["low"].astype(float)),
        Column.mixed("to", "", table["high"].astype(float)),
        _simulated(table),
        Column.placed("Verdict", "where in the range", table["verdict"], _at(table), far=views.FAR),
    )
    words = (
        f"{met} of {asked} reported outcomes of past disruptions are met when each is simulated on the network of its "
        "day. Nothing was adjusted to fit them. A met outcome is no proof: several effects are reported as none, which "
        "ample stocks meet without being right.",
    )
    found = Table(caption="Reported and simulated outcomes of past disruptions", columns=columns, sortable=True)
    return Section(key="backtests", title="Back-tests", words=words, blocks=(found,))


def _simulated(table: pd.DataFrame) -> Column:
    """What was simulated; an outcome that was, and has no figure in an answer.json, never comes."""
    never = table["simulated"].isna() & (table["verdict"] != "not simulated")
    cells = table["simulated"].astype(float).map(numbers.plain).mask(never, "never")
    return Column(head="Simulated", cells=tuple(cells), number=True)


def _at(table: pd.DataFrame) -> list[float | None]:
    placed = views.against_reports(table)["at"].tolist()
    return [None if verdict == "not simulated" else placed.pop(0) for verdict in table["verdict"]]


KINDS: Mapping[str, Callable[[Answer, AsTheyAre], Section]] = {
    "compare": compared,
    "share": shared,
    "controls": weighed,
    "backtest": backtested,
}


def _words(answer: Answer, scale: AsTheyAre, *names: str) -> list[str]:
    """Sentences of an answer, which hold amounts: a redacted page does without them."""
    if scale.redacted:
        return []
    found = [answer[name] for name in names if answer.get(name)]
    return [one for told in found for one in ([told] if isinstance(told, str) else told)]
