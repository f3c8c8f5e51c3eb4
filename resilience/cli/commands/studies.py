"""Commands that answer a study from its file, compare policies for it, go on with either, or hand its program on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resilience.cli.answer import Answer, Say, give_when_done
from resilience.cli.options import ENGINES, Engined, Json, Out, Studied
from resilience.cli.waiting import give_run

if TYPE_CHECKING:
    from resilience.cli.running import Work
    from resilience.runs import Answered

FEWEST = 10  # draws of data that `resilience.uncertainty` takes; imported, it would cost every command a second

Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as sizing.budget_usd=1e9; may be repeated."),
]
Also = Annotated[
    list[str] | None, typer.Option(metavar="parquet|excel", help="Further forms of the tables; may be repeated.")
]


def run(
    study: Studied,
    changes: Changes = None,
    draws: Annotated[
        int | None,
        typer.Option(min=1, help="Draw so many years from the dataset's hazards, in place of its scenarios."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="With --draws: which years; the same seed, the same bytes.")] = 1,
    data_draws: Annotated[
        int,
        typer.Option("--data-draws", metavar="N", help="Give the headline an interval over N draws of the data [none]"),
    ] = 0,
    data_foresight: Annotated[
        bool, typer.Option("--data-foresight", help="With --data-draws: of losses with perfect foresight too. Slow.")
    ] = False,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="N", min=0.0, help="Stop sizing after so many, take the best so far; no fresh samples."),
    ] = None,
    engine: Engined = "serial",
    also: Also = None,
    json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run's folder [runs/STUDY-1, -2, ...]")
    ] = None,
) -> None:
    """Answer a study: size the reserve, and write tables, manifest and report to a folder. A stopped run can resume."""
    if 0 < data_draws < FEWEST or data_draws < 0:
        raise typer.BadParameter(f"--data-draws {data_draws}: 0 for none, or at least {FEWEST}")
    if data_foresight and not data_draws:
        raise typer.BadParameter("--data-foresight goes with --data-draws N: say how many")
    give_run(
        lambda work, say: work.run(
            study, changes or [], out, say=say, draws=draws, seed=seed, engine=engine, also=also or [],
            data_draws=data_draws, data_foresight=data_foresight, minutes=minutes,
        ),
        json=json,
    )  # fmt: skip


def compare(
    study: Studied,
    changes: Changes = None,
    draws: Annotated[
        int | None,
        typer.Option(min=2, help="Compare on so many years drawn from the dataset's hazards, not on its scenarios."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Which years, lots and repetitions; the same seed, the same bytes.")
    ] = 1,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="POLICY", help="Only this policy; may be repeated. The first is compared with [all]."),
    ] = None,
    sensitivity: Annotated[
        int,
        typer.Option(min=0, metavar="POINTS", help="Also move the data within its ranges: 8, 16, ... points; slow."),
    ] = 0,
    ratings: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE.csv", help="Rank also under these ratings of countries; may be repeated."),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            "--ratings-strength", min=1, metavar="TIMES", help="By how much a deviation in score multiplies odds. [2]"
        ),
    ] = None,
    engine: Engined = "serial",
    also: Also = None,
    json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A folder of its own [comparisons/STUDY-1, -2, ...]")
    ] = None,
) -> None:
    """Compare policies on the same years: cost, loss, paired differences with intervals, and which is best."""
    if strength is not None and not ratings:
        raise typer.BadParameter("--ratings-strength says how much ratings count: give --ratings as well")

    def compared(work: Work, say: Say) -> Answered:
        from resilience.compare.scores import STRENGTH
        from resilience.runs import Comparing

        asked = Comparing(
            draws=draws, seed=seed, only=tuple(only or ()), points=sensitivity, ratings=tuple(ratings or ()),
            strength=STRENGTH if strength is None else strength,
        )  # fmt: skip
        return work.compare(study, changes or [], out, comparing=asked, engine=engine, also=also or [], say=say)

    give_run(compared, json=json)


def resume(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of a run that was stopped, or its study's name.")
    ],
    engine: Annotated[
        str | None, typer.Option(metavar=ENGINES, help="Another engine than before; the answer is the same.")
    ] = None,
    json: Json = False,
) -> None:
    """Go on with a run or comparison that Ctrl-C, a full disk or a kill stopped; what is finished is not done again."""

    def gone_on(work: Work, say: Say) -> Answered | Answer:
        from resilience.cli.running import finished

        return finished(run) or work.resume(run, say=say, engine=engine)

    give_run(gone_on, json=json)


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

    def written(say: Say) -> Answer:
        from resilience.cli.reporting import reported

        return reported(run, out=out, redact=redact, say=say)

    give_when_done(written, json=json)


def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of a finished run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another.")],
    json: Json = False,
    out: Out = None,
) -> None:
    """Say what changed from run A to run B, in inputs and answers."""

    def held_side_by_side(say: Say) -> Answer:
        from resilience.cli.differing import differing

        return differing(a, b, say=say)

    give_when_done(held_side_by_side, json=json, out=out)


def export(
    study: Studied,
    mps: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the whole program and its names here.")] = None,
    lp: Annotated[bool, typer.Option("--lp", help="With --mps: write LP format instead of MPS.")] = False,
    excel: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the network as an Excel workbook.")] = None,
    json: Json = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write both into this folder.")] = None,
) -> None:
    """Write a study's program for another solver, or its network for a spreadsheet."""
    if out is not None:
        mps, excel = mps or out, excel or out / "network.xlsx"
    if excel is not None and excel.suffix != ".xlsx":
        raise typer.BadParameter(f"--excel {excel}: the file's name must end in .xlsx")
    if mps is None and excel is None:
        raise typer.BadParameter("give --mps DIR, --excel FILE or --out DIR")

    def handed_on(say: Say) -> Answer:
        from resilience.cli.studies import exported

        return exported(study, mps=mps, lp=lp, excel=excel, say=say)

    give_when_done(handed_on, json=json)
