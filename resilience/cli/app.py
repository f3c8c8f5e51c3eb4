"""The commands as typer sees them. Each body lies in a module of its own, imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from resilience.cli.answer import INTERRUPTED, Answer, give, patiently
from resilience.errors import InfeasibleError, ResilienceError

EXITS = (
    "Exit codes: 0 done, 1 error, 2 wrong usage, 3 some scenarios failed, 4 no reserve meets the limits, "
    "130 interrupted."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write what is shown to files in this folder.")]
Studied = Annotated[str, typer.Argument(metavar="STUDY", help="A shipped model, or a study's TOML file.")]
Networked = Annotated[str, typer.Argument(metavar="NAME", help="A shipped dataset, or a folder of CSV files.")]
ENGINES = "serial|processes[:N]|dask://HOST:PORT"
Engined = Annotated[str, typer.Option("--engine", metavar=ENGINES, help="Where work is done; the answer is the same.")]
FAILED = 3
Named = Annotated[str, typer.Argument(metavar="NAME", help="A shipped dataset or model, a folder, or a TOML file.")]


class PlainGroup(TyperGroup):
    """Prints what the toolkit raises on purpose as a sentence, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ResilienceError as error:
            typer.echo("\n".join([f"error: {error}", *getattr(error, "__notes__", [])]), err=True)
            raise typer.Exit(4 if isinstance(error, InfeasibleError) else 1) from error
        except KeyboardInterrupt:
            typer.echo("\nInterrupted: nothing was left half-written.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=PlainGroup,
    help="Stress a supply network and size the reserve that a coalition should share.",
    epilog=EXITS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line."""
    app(prog_name="resilience")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"resilience {version('supply-resilience')}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command("list")
def list_(json: Json = False, out: Out = None) -> None:
    """Name the datasets and models that ship."""
    from resilience.cli.catalogue import listed

    give(listed(), json=json, out=out)


@app.command()
def show(
    name: Named,
    table: Annotated[str | None, typer.Option(help="Print one table as CSV instead.")] = None,
    licences: Annotated[bool, typer.Option("--licences", help="List the sources with their licences.")] = False,
    json: Json = False,
    out: Out = None,
) -> None:
    """Describe a dataset (counts, vintage, coverage by confidence, what is assumed) or a model."""
    from resilience.cli.catalogue import shown

    give(shown(name, table=table, licences=licences), json=json, out=out)


@app.command()
def check(
    path: Annotated[str, typer.Argument(metavar="FOLDER|STUDY.toml", help="What to check; a shipped name will do.")],
    json: Json = False,
    out: Out = None,
) -> None:
    """Name every fault of a network's folder or a study, with file, row or line, and remedy."""
    from resilience.cli.catalogue import checked

    answer = checked(path)
    give(answer, json=json, out=out, err=not answer.data["ok"])
    if not answer.data["ok"]:
        raise typer.Exit(1)


@app.command()
def metrics(
    name: Networked,
    members: Annotated[str | None, typer.Option(help="Count demand of this bloc or country only.")] = None,
    supplier: Annotated[list[str] | None, typer.Option(help="Country or bloc depended on; may be repeated.")] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Structure of a network: concentration, dependence, chokepoints, single losses, days of cover."""
    from resilience.cli.structure import measured

    give(patiently(lambda say: measured(name, members=members, suppliers=supplier, say=say)), json=json, out=out)


@app.command()
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
    weeks: Annotated[int, typer.Option(min=1, help="Weeks simulated from the first disruption on.")] = 104,
    reserve: Annotated[
        str | None, typer.Option(metavar="STUDY|FOLDER", help="The reserve of a run: its folder, or its study's name.")
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="With --reserve: the [release] of this file, not the run's."),
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Simulate what a disruption does, week by week; or what a year may lose, over thousands of drawn years."""
    from resilience.cli.stress import METHODS, Asked, stressed

    if (hazards is not None) == (scenario is not None or scenarios is not None):
        raise typer.BadParameter("give --scenario NAME, --scenarios FILE.toml or --hazards all")
    if method not in METHODS:
        raise typer.BadParameter(f"--method {method!r}: one of {', '.join(METHODS)}")
    if release is not None and reserve is None:
        raise typer.BadParameter("--release says how a reserve is drawn: give --reserve as well")
    asked = Asked(
        dataset=dataset, weeks=weeks, scenario=scenario, scenarios=scenarios, hazards=hazards, draws=draws, seed=seed,
        method=method, reserve=reserve, release=release,
    )  # fmt: skip
    give(patiently(lambda say: stressed(asked, say=say)), json=json, out=out)


@app.command("controls")
def controls_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shipped question about controls, or its TOML file.")],
    coalition: Annotated[
        list[str] | None, typer.Option(metavar="USA+JPN", help="One more coalition to put beside; may be repeated.")
    ] = None,
    weeks: Annotated[int | None, typer.Option(min=1, help="Weeks simulated, in place of the file's.")] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Export controls: what each coalition denies its target, what it costs each member, and who is needed."""
    from resilience.cli.controls import weighed

    asked = coalition or []
    give(patiently(lambda say: weighed(name, coalitions=asked, weeks=weeks, say=say)), json=json, out=out)


@app.command()
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
    stop_weeks: Annotated[int, typer.Option("--stop-weeks", min=1, help="How long each stop lasts.")] = 26,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks counted from the first stop on.")] = 52,
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
    from resilience.cli.adversary import Asked, answered

    asked = Asked(
        study=study, cuts=cuts, budget_usd=budget, ratio=ratio, by=by, share=share, stop_weeks=stop_weeks, weeks=weeks,
        others=others, reserve=reserve, floor=breaks, curve=curve, time_limit_s=time_limit,
    )  # fmt: skip
    give(patiently(lambda say: answered(asked, say=say)), json=json, out=out)


@app.command()
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
    from resilience.cli.exercise import exercised

    give(patiently(lambda say: exercised(scenario, model=model, reserve=reserve, out=out, say=say)), json=json)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new study; NAME.toml is written.")],
    source: Annotated[
        str, typer.Option("--from", metavar="MODEL", help="A shipped model or a TOML file to start from.")
    ],
    json: Json = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write it in.")] = Path(),
) -> None:
    """Copy a study, comments and all, to change it."""
    from resilience.cli.catalogue import copied

    give(copied(name, source, out), json=json)


@app.command("new-data")
def new_data(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the template.")],
    json: Json = False,
) -> None:
    """Write a template for data of your own: tables with their columns, units and an example."""
    from resilience.cli.template import template

    give(template(folder), json=json)


@app.command()
def run(
    study: Studied,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as sizing.budget_usd=1e9; may be repeated."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(min=1, help="Draw so many years from the dataset's hazards, in place of its scenarios."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="With --draws: which years; the same seed, the same bytes.")] = 1,
    engine: Engined = "serial",
    also: Annotated[
        list[str] | None, typer.Option(metavar="parquet|excel", help="Further forms of the tables; may be repeated.")
    ] = None,
    json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run's folder [runs/STUDY-1, -2, ...]")
    ] = None,
) -> None:
    """Answer a study: size the reserve, and write tables, manifest and report to a folder. A stopped run can resume."""
    from resilience.cli.running import Work, told

    work = Work()
    done = patiently(
        lambda say: work.run(
            study, changes or [], out, say=say, draws=draws, seed=seed, engine=engine, also=also or []
        ),
        stopped=work.stopped,
    )  # fmt: skip
    give(told(done), json=json)
    if len(done.failures):
        raise typer.Exit(FAILED)


@app.command()
def resume(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of a run that was stopped, or its study's name.")
    ],
    engine: Annotated[
        str | None, typer.Option(metavar=ENGINES, help="Another engine than before; the answer is the same.")
    ] = None,
    json: Json = False,
) -> None:
    """Go on with a run that was stopped, by Ctrl-C, a full disk or a kill; what it had finished is not done again."""
    from resilience.cli.running import Work, finished, told

    done_already = finished(run)
    if done_already is not None:
        give(done_already, json=json)
        return
    work = Work()
    done = patiently(lambda say: work.resume(run, say=say, engine=engine), stopped=work.stopped)
    give(told(done), json=json)
    if len(done.failures):
        raise typer.Exit(FAILED)


@app.command()
def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of a finished run, or the name of a study that was run.")
    ],
    redact: Annotated[bool, typer.Option("--redact", help="Tell amounts as indices, not in units and USD.")] = False,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.html", help="Where [report.html or report-redacted.html in RUN]"),
    ] = None,
) -> None:
    """Write a run up as one HTML file, with the answers of share, controls, compare and backtest in its folder."""
    from resilience.cli.reporting import reported

    give(patiently(lambda say: reported(run, out=out, redact=redact, say=say)), json=json)


@app.command()
def backtest(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A shipped dataset, or a folder of CSV files.")],
    event: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this past event; may be repeated [all]")
    ] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Simulate past disruptions on the network of their day, and hold what is simulated against what was reported."""
    from resilience.cli.backtesting import backtested

    give(patiently(lambda say: backtested(dataset, names=event or (), say=say)), json=json, out=out)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of a finished run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another.")],
    json: Json = False,
    out: Out = None,
) -> None:
    """Say what changed from run A to run B, in inputs and answers."""
    from resilience.cli.differing import differing

    give(differing(a, b), json=json, out=out)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write study.schema.json there.")] = None,
) -> None:
    """Print the JSON Schema of a study's file, with which editors complete and check it."""
    from resilience.cli.schemas import told

    give(told(out))


@app.command()
def compare(
    study: Studied,
    draws: Annotated[
        int | None,
        typer.Option(min=2, help="Compare on so many years drawn from the dataset's hazards, not on its scenarios."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Which years, lots and repetitions; the same seed, the same bytes.")
    ] = 1,
    engine: Annotated[
        str, typer.Option(metavar="serial|processes:N|dask://HOST:PORT", help="Where policies are tried.")
    ] = "serial",
    json: Json = False,
    out: Out = None,
) -> None:
    """Compare policies on the same years: cost, loss, paired differences with intervals, and which is best."""
    from resilience.cli.compare import compared

    answer = patiently(lambda say: compared(study, draws=draws, seed=seed, engine=engine, say=say))
    give(answer, json=json, out=out)
    if answer.data["failures"]:
        raise typer.Exit(3)


@app.command()
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
        int, typer.Option(min=0, help="With --rule shapley: orders drawn, and their reverses; 0 solves all.")
    ] = 10,
    departures: Annotated[bool, typer.Option("--departures", help="Also: what it costs if one leaves.")] = False,
    fine: Annotated[bool, typer.Option("--fine", help="The study's own periods, not coarser ones; slow.")] = False,
    json: Json = False,
    out: Out = None,
) -> None:
    """Divide the cost of a study's common reserve among its members, and say who would leave."""
    from resilience.cli.sharing import RULES, Asked, shared

    if rule not in RULES:
        raise typer.BadParameter(f"--rule {rule!r}: one of {', '.join(RULES)}")
    asked = Asked(
        study=study, rule=rule, members=members or (), joining=join or (), weights=weights, pairs=pairs,
        departures=departures, fine=fine,
    )  # fmt: skip
    give(patiently(lambda say: shared(asked, say=say)), json=json, out=out)


@app.command()
def export(
    study: Studied,
    mps: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the whole program and its names here.")] = None,
    lp: Annotated[bool, typer.Option("--lp", help="With --mps: write LP format instead of MPS.")] = False,
    excel: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the network as an Excel workbook.")] = None,
    json: Json = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write both into this folder.")] = None,
) -> None:
    """Write a study's program for another solver, or its network for a spreadsheet."""
    from resilience.cli.studies import exported

    if out is not None:
        mps, excel = mps or out, excel or out / "network.xlsx"
    if mps is None and excel is None:
        raise typer.BadParameter("give --mps DIR, --excel FILE or --out DIR")
    give(patiently(lambda say: exported(study, mps=mps, lp=lp, excel=excel, say=say)), json=json)


@app.command()
def doctor(json: Json = False, out: Out = None) -> None:
    """Look at this installation: versions, solver, where data lies, which extras are there."""
    from resilience.cli.health import examined

    answer: Answer = examined()
    give(answer, json=json, out=out)
    if not answer.data["ok"]:
        raise typer.Exit(1)
