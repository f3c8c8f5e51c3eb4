"""Commands that ask a network or a study one question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience.cli.answer import Answer, Say, give_when_done
from resilience.cli.options import LONGEST, Engined, Json, Out, Studied
from resilience.cli.waiting import give_stress

if TYPE_CHECKING:
    from resilience.stress import Stress


def stress(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A shipped dataset, or a folder of CSV files.")],
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="One scenario of a shipped model, or a past event.")
    ] = None,
    scenarios: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="All [[scenario]] of a file; with --scenario, one of them.")
    ] = None,
    hazards: Annotated[
        str | None, typer.Option(metavar="all|NAME,NAME|FILE.toml", help="Years drawn from the dataset's hazards.")
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="With --hazards: how many years.")] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, help="Which years, and how decisions slip: the same seed, the same bytes.")
    ] = 1,
    method: Annotated[
        str, typer.Option(metavar="stratified|plain|sobol|importance", help="With --hazards: how years are drawn.")
    ] = "stratified",
    weeks: Annotated[int, typer.Option(min=1, max=LONGEST, help="Weeks simulated from the first disruption on.")] = 104,
    reserve: Annotated[
        str | None, typer.Option(metavar="STUDY|FOLDER", help="The reserve of a run: its folder, or its study's name.")
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="With --reserve: the [release] of this file, not the run's."),
    ] = None,
    engine: Engined = "serial",
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write what is shown to files here. Drawn years always are: [stresses/DATASET-1, -2, ...]",
        ),
    ] = None,
) -> None:
    """Simulate what a disruption does, week by week; or what a year may lose, over thousands of drawn years.

    Named scenarios are printed. Drawn years are kept in a folder as they are simulated, and a stop can resume.
    """
    if (hazards is not None) == (scenario is not None or scenarios is not None):
        raise typer.BadParameter("give --scenario NAME, --scenarios FILE.toml or --hazards all")
    if release is not None and reserve is None:
        raise typer.BadParameter("--release says how a reserve is drawn: give --reserve as well")
    if engine != "serial" and hazards is None:
        raise typer.BadParameter("--engine spreads drawn years: give --hazards as well")

    words = {
        "dataset": dataset, "weeks": weeks, "scenario": scenario, "scenarios": scenarios, "hazards": hazards,
        "draws": draws, "seed": seed, "method": method, "reserve": reserve, "release": release,
    }  # fmt: skip

    def asked() -> Stress:
        from resilience.cli.stress import question

        return question(words)

    def answered(say: Say) -> Answer:
        from resilience.cli.stress import answered

        return answered(asked(), say=say)

    if hazards is None:
        give_when_done(answered, json=json, out=out)
    else:
        give_stress(lambda work, say: work.stress(asked(), out, engine=engine, say=say), json=json, out=out)


def controls_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shipped question about controls, or its TOML file.")],
    coalition: Annotated[
        list[str] | None, typer.Option(metavar="USA+JPN", help="One more coalition to put beside; may be repeated.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, max=LONGEST, help="Weeks simulated, in place of the file's.")
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Export controls: what each coalition denies its target, what it costs each member, and who is needed."""

    def answered(say: Say) -> Answer:
        from resilience.cli.controls import weighed

        return weighed(name, coalitions=coalition or [], weeks=weeks, say=say)

    give_when_done(answered, json=json, out=out)


def adversary(
    study: Studied,
    cuts: Annotated[int, typer.Option(min=1, help="Most export stops at once.")] = 3,
    budget: Annotated[
        float | None, typer.Option("--own-cost", min=0, metavar="USD", help="Most revenue their authors would lose.")
    ] = None,
    ratio: Annotated[
        float | None, typer.Option(min=0, metavar="R", help="Least harm for each USD that their authors lose.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Country or bloc that may act [all outside]")] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Of a good's world output that a country must make to be able.")
    ] = 0.14,
    stop_weeks: Annotated[int, typer.Option("--stop-weeks", min=1, max=LONGEST, help="How long each stop lasts.")] = 26,
    weeks: Annotated[int, typer.Option(min=1, max=LONGEST, help="Weeks counted from the first stop on.")] = 52,
    others: Annotated[
        float | None, typer.Option(min=0, max=1, help="How much losses outside the members count [as in the study]")
    ] = None,
    reserve: Annotated[
        str | None, typer.Option(metavar="STUDY|FOLDER|FILE.csv", help="Tell also what a reserve changes.")
    ] = None,
    breaks: Annotated[
        str | None, typer.Option(metavar="TIER=SHARE", help="Instead: the fewest stops that break this floor.")
    ] = None,
    curve: Annotated[bool, typer.Option("--curve", help="Also for each smaller number of stops.")] = False,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=0, metavar="SECONDS", help="Then stop with the bound reached [none]")
    ] = float("inf"),
    json: Json = False,
    out: Out = None,
) -> None:
    """Which export stops would hurt the members most, and what a reserve changes; proved, not sampled."""

    def worked(say: Say) -> Answer:
        from resilience.cli.adversary import Asked, answered

        asked = Asked(
            study=study, cuts=cuts, budget_usd=budget, ratio=ratio, by=by, share=share, stop_weeks=stop_weeks,
            weeks=weeks, others=others, reserve=reserve, floor=breaks, curve=curve, time_limit_s=time_limit,
        )  # fmt: skip
        return answered(asked, say=say)

    give_when_done(worked, json=json, out=out)


def exercise(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of a model, or a past event.")],
    model: Annotated[
        str | None,
        typer.Option(metavar="STUDY", help="Who plays, on which network [the first shipped model with that scenario]"),
    ] = None,
    reserve: Annotated[
        str | None,
        typer.Option(metavar="STUDY|FOLDER", help="The reserve of a run [60 days of use of what is struck]"),
    ] = None,
    json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A new folder [exercises/SCENARIO-1, -2, ...]")
    ] = None,
) -> None:
    """Write a table-top exercise: a page for each day played, a crisis notification, options, and their answers."""

    def written(say: Say) -> Answer:
        from resilience.cli.exercise import exercised

        return exercised(scenario, model=model, reserve=reserve, out=out, say=say)

    give_when_done(written, json=json)


def share(
    study: Studied,
    rule: Annotated[
        str, typer.Option(metavar="nucleolus|shapley|least-core|use|imports|weights", help="How the cost is divided.")
    ] = "nucleolus",
    members: Annotated[
        list[str] | None, typer.Option(help="Country or bloc, in place of the study's members; may be repeated.")
    ] = None,
    join: Annotated[
        list[str] | None, typer.Option(help="Country or bloc whose joining is to be valued; may be repeated.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="With --rule weights: columns member, weight (say, GDP).")
    ] = None,
    pairs: Annotated[
        int, typer.Option(min=0, help="With --rule shapley: orders drawn, and their reverses; 0 is exact.")
    ] = 0,
    departures: Annotated[bool, typer.Option("--departures", help="Also: what it costs if one leaves.")] = False,
    coarse: Annotated[bool, typer.Option("--coarse", help="In periods of 2, 4, 8 weeks: quicker.")] = False,
    json: Json = False,
    out: Out = None,
) -> None:
    """Divide the cost of a study's common reserve among its members, and say who would leave."""

    def divided(say: Say) -> Answer:
        from resilience.cli.sharing import RULES, Asked, shared

        if rule not in RULES:
            raise typer.BadParameter(f"--rule {rule!r}: one of {', '.join(RULES)}")
        if pairs and rule != "shapley":
            raise typer.BadParameter("--pairs says how many orders --rule shapley draws: give that rule as well")
        if weights is not None and rule != "weights":
            raise typer.BadParameter("--weights says how --rule weights divides: give that rule as well")
        asked = Asked(
            study=study, rule=rule, members=members or (), joining=join or (), weights=weights, pairs=pairs,
            departures=departures, coarse=coarse,
        )  # fmt: skip
        return shared(asked, say=say)

    give_when_done(divided, json=json, out=out)


def allocate(
    study: Studied,
    scenario: Annotated[str, typer.Option(metavar="NAME", help="The crisis: a scenario of the study.")],
    good: Annotated[str, typer.Option(metavar="GOOD", help="What is scarce.")],
    units: Annotated[
        float | None, typer.Option(min=0, help="How much of it there is to share [what the reserve holds]")
    ] = None,
    reserve: Annotated[
        str | None, typer.Option(metavar="STUDY|FOLDER|FILE.csv", help="Whose stores are shared: who holds what.")
    ] = None,
    members: Annotated[
        list[str] | None, typer.Option(help="Country or bloc, in place of the study's members; may be repeated.")
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Share a scarce good among the members in a crisis, by each rule, and say how each rule looks."""
    if units is None and reserve is None:
        raise typer.BadParameter("say what there is to share: --units N, or --reserve")

    def worked(say: Say) -> Answer:
        from resilience.cli.allocation import Asked, allocated

        asked = Asked(study=study, scenario=scenario, good=good, units=units, reserve=reserve, members=members or ())
        return allocated(asked, say=say)

    give_when_done(worked, json=json, out=out)


def cycle(
    study: Studied,
    reserve: Annotated[str, typer.Option(metavar="STUDY|FOLDER|FILE.csv", help="The reserve that is released.")],
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this scenario of the study; may be repeated.")
    ] = None,
    notice_days: Annotated[int, typer.Option(min=0, help="From the onset until a member asks for a meeting.")] = 3,
    meeting_days: Annotated[int, typer.Option(min=0, max=15, help="Until the network meets.")] = 15,
    decision_days: Annotated[int, typer.Option(min=0, help="Until it decides to release.")] = 0,
    delivery_days: Annotated[int, typer.Option(min=0, help="Until what is released reaches firms at home.")] = 8,
    transport_days: Annotated[int, typer.Option(min=0, help="Until it reaches other members, on top.")] = 21,
    delay: Annotated[
        list[int] | None, typer.Option(min=0, metavar="WEEKS", help="Weeks until a decision; repeat [0, 2, 4, 8]")
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Run a reserve through notice, meeting, decision and delivery, and say what each week of delay costs."""

    def run_through(say: Say) -> Answer:
        from resilience.cli.cycle import Asked, cycled
        from resilience.sharing.cycle import Cycle

        steps = Cycle(
            notice_days=notice_days, meeting_days=meeting_days, decision_days=decision_days,
            delivery_days=delivery_days, transport_days=transport_days,
        )  # fmt: skip
        asked = Asked(
            study=study, reserve=reserve, cycle=steps, scenarios=scenario or (), delays=delay or (0, 2, 4, 8)
        )  # fmt: skip
        return cycled(asked, say=say)

    give_when_done(run_through, json=json, out=out)


def backtest(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A shipped dataset, or a folder of CSV files.")],
    event: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this past event; may be repeated [all]")
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Simulate past disruptions on the network of their day, and hold what is simulated against what was reported."""

    def tested(say: Say) -> Answer:
        from resilience.cli.backtesting import backtested

        return backtested(dataset, names=event or (), say=say)

    give_when_done(tested, json=json, out=out)
