"""What the facilitator alone reads: how the scenario goes on, what each option leads to, and what to talk about."""

from __future__ import annotations

import pandas as pd

from resilience.exercise.players import MODELLED
from resilience.exercise.prepare import Exercise
from resilience.exercise.told import good_names, in_full, listed, place_names, weeks_told
from resilience.report.blocks import Column, Facts, Section, Table
from resilience.report.numbers import dollars, label

TIERS = ("defence", "essential", "other")


def headline(exercise: Exercise) -> str:
    """The answer in one sentence."""
    table = exercise.outcomes_table()
    wait, best = table.iloc[0], table.sort_values("loss_usd", kind="stable").iloc[0]
    start = f"If nobody decides anything, {dollars(wait['loss_usd'])} is lost over {exercise.weeks} weeks"
    if best["option"] == wait["option"]:
        return f"{start}; no option loses less."
    return f"{start}; of the options, “{best['title']}” loses least: {dollars(best['loss_usd'])}."


def pages(exercise: Exercise) -> tuple[Section, ...]:
    """The sections of the facilitator's page."""
    return (_care(), _how(exercise), _truth(exercise), _options(exercise), _floors(exercise), _course(exercise),
            _questions(exercise))  # fmt: skip


def _care() -> Section:
    return Section(key="care", title="Read with care", words=(
        "Do not show this page to players before the end: it tells how the scenario goes on.",
        MODELLED,
        "Held against past events on the shipped network, the simulation was too mild for the loss of one plant and "
        "too harsh for the loss of a gas or metal. Compare options; do not quote the money.",
        "The options are few and fixed, so that there is something to compare; the best of them is not the best "
        "policy. Losses are the whole world's, each country's counted alike.",
    ))  # fmt: skip


def _how(exercise: Exercise) -> Section:
    days = listed([str(day) for day in exercise.days])
    rows = (
        ("Hand out", f"The pages in the folder players, one at a time: days {days}."),
        ("On each day", "Let the players read for ten minutes, write their own notification before they look at the "
         "one given, choose, and say why. Write down who decided and what was missing."),
        ("Keep in mind", "Each page tells what happens while nobody decides anything: the pages do not follow the "
         "players' choices. What the choices would have led to stands below."),
    )  # fmt: skip
    return Section(key="how", title="How to lead it", blocks=(Facts(rows=rows),))


def _truth(exercise: Exercise) -> Section:
    scenario = exercise.scenario
    words = [in_full(one, exercise.network, onset=scenario.first_week) for one in scenario.disruptions]
    if scenario.notice_weeks:
        words.append(f"It was announced {weeks_told(scenario.notice_weeks)} before day 0.")
    rows = [("Scenario", label(scenario.name)), ("Chance", f"{scenario.probability:.3g} a year, a judgement")]
    rows += [(head, text) for head, text in (("Why so", scenario.note), ("Source", scenario.source)) if text]
    return Section(key="truth", title="What really happens", words=tuple(words), blocks=(Facts(rows=tuple(rows)),))


def _options(exercise: Exercise) -> Section:
    table, outcomes = exercise.outcomes_table(), exercise.outcomes
    saved = table["loss_usd"].iloc[0] - table["loss_usd"]
    losses = Table(caption=f"What each option leads to over {exercise.weeks} weeks", columns=(
        Column.text("Option", table["title"], notes=[one.option.when for one in outcomes]),
        Column.usd("Loss", table["loss_usd"], alike=saved, bars="held"),
        Column.usd("Less than waiting", saved, alike=table["loss_usd"]),
        Column.usd("Members unmet", table["members_usd"], alike=table["others_usd"]),
        Column.usd("Others unmet", table["others_usd"], alike=table["members_usd"]),
        Column.usd("Drawn", table["drawn_usd"]),
    ))  # fmt: skip
    by_day = pd.DataFrame([one.by_day for one in outcomes])
    days = Table(caption="Members' demand unmet up to each day", columns=(
        Column.text("Option", table["title"]),
        *(Column.usd(f"Day {day}", by_day[day], alike=by_day.to_numpy().ravel()) for day in by_day.columns),
    ))  # fmt: skip
    by_tier = pd.DataFrame([one.by_tier for one in outcomes]).reindex(columns=list(TIERS)).fillna(0.0)
    tiers = Table(caption=f"All demand unmet by tier of use over {exercise.weeks} weeks", columns=(
        Column.text("Option", table["title"]),
        *(Column.usd(tier.capitalize(), by_tier[tier], alike=by_tier.to_numpy().ravel()) for tier in TIERS),
    ))  # fmt: skip
    words = (
        "The loss is the value at stake in final demand unmet, by members and others, and what it costs to put back "
        "private stock missing at the end and all that was drawn from the reserve. A reserve that is drawn although "
        "nothing was short costs its price; an option whose saving is below 0 did harm.",
    )
    return Section(key="options", title="What each option leads to", words=words, blocks=(losses, days, tiers))


def _floors(exercise: Exercise) -> Section:
    floors = exercise.floors
    best = float(exercise.outcomes_table()["loss_usd"].min())
    least = float(floors["loss_usd"].min())
    shown = {"none": "nothing held", "at once": "the reserve, open at once"}
    columns = (
        Column.text("With", floors["reserve"].map(shown)),
        Column.usd("Least loss", floors["loss_usd"], alike=floors["bound_usd"]),
        Column.usd("Proved to be no less than", floors["bound_usd"], alike=floors["loss_usd"]),
    )
    words = (
        "Nobody could do better, even one who knew on day 0 how it goes on and could direct every firm. It is worked "
        "out in coarse periods of some four weeks, which smooths what happens within one, over what is struck and all "
        "that is made of it: compare orders of size.",
        f"The best option loses {dollars(best)}, the least loss is {dollars(least)}: what lies between is the price of "
        "not knowing, of rules and of each acting alone.",
    )
    return Section(key="floors", title="The least loss with foresight", words=words, blocks=(
        Table(caption="Least loss of any behaviour", columns=columns),))  # fmt: skip


def _course(exercise: Exercise) -> Section:
    """What happens while nobody decides, from the whole trace."""
    dry = exercise.traces.table("ran_dry")
    dry = dry[dry["week"] >= exercise.scenario.first_week]
    first = dry.drop_duplicates("good").head(12)
    goods, places = good_names(exercise.network), place_names(exercise.network)
    day = 7 * (first["week"] - exercise.scenario.first_week + 1)
    words = [*_felt(exercise), *_why(exercise)]
    columns = (
        Column.text("Good", first["good"].map(goods)),
        Column.numbers("First on", "day", day),
        Column.text("First at", first["place"].map(places)),
    )
    table = Table(caption="The first goods to run out of private stock if nobody decides anything", columns=columns)
    return Section(
        key="course", title="How it goes on by itself", words=tuple(words), blocks=(table,) if len(first) else ()
    )


def _felt(exercise: Exercise) -> list[str]:
    rows = exercise.traces.table("shortfall")
    if rows.empty:
        return ["No final demand goes unmet."]
    onset, weeks = exercise.scenario.first_week, rows["week"]
    return [
        f"Final demand first goes unmet by day {7 * (int(weeks.min()) - onset + 1)}, and last by day "
        f"{7 * (int(weeks.max()) - onset + 1)} of {7 * (exercise.weeks - onset + 1)} simulated."
    ]


def _why(exercise: Exercise) -> list[str]:
    rows = exercise.traces.table("shortfall")
    if rows.empty:
        return []
    place = rows.groupby("place")["usd"].sum().sort_values(ascending=False, kind="stable").index[0]
    steps = exercise.traces.explain(str(place)).steps
    goods, places = good_names(exercise.network), place_names(exercise.network)
    called = goods | places
    told = [
        f"{goods[good]} at {places[place]}, week {week}: {' '.join(called.get(word, word) for word in what.split())}"
        for week, good, place, what in steps[["week", "good", "place", "what"]].astype(str).itertuples(index=False)
    ]
    return [f"Why, at the place that loses most: {'; because '.join(told)}."] if told else []


def _questions(exercise: Exercise) -> Section:
    """Some of them have an answer on this page."""
    table = exercise.outcomes_table().set_index("option")
    asked = [
        "On which day did you first ask for help, and what on that day's page made you do so?",
        "Which figure did you miss most, who has it, and could it be had within a day?",
        "Who may release a reserve in your country, and how long would that really take?",
    ]
    if "later" in table.index:
        gap = _compared(table["loss_usd"]["later"], table["loss_usd"]["now"])
        asked.append(f"Releasing late loses {gap} releasing at once. Why, and would it in a milder scenario?")
    if "help" in table.index:
        gap = _compared(table["members_usd"]["help"], table["members_usd"]["now"])
        asked.append(f"With all reserves open to all, members' demand unmet comes to {gap} with each acting alone at "
                     "once. Who gains by it, who gives, and what would they want in return?")  # fmt: skip
    asked += [
        "Rationing by tier moves a shortfall and does not end it. Which uses were cut, and would you say so in public?",
        "What would you buy, sign or measure before the next time?",
    ]
    return Section(key="questions", title="Questions for the debrief",
                   blocks=(Facts(rows=tuple((f"Question {n}", text) for n, text in enumerate(asked, 1))),))  # fmt: skip


def _compared(one: float, other: float) -> str:
    """How one amount stands to another, up to a thousandth."""
    gap = one - other
    if abs(gap) <= 1e-3 * max(abs(one), abs(other)):
        return "as much as"
    return f"{dollars(abs(gap))} {'more' if gap > 0 else 'less'} than"
