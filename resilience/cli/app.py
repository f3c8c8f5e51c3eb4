"""The command line as typer sees it: the list of commands, in the order in which help shows them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from resilience.cli.answer import INTERRUPTED
from resilience.cli.commands import catalogue, questions, studies
from resilience.engine.threads import keep_to_one_thread
from resilience.errors import InfeasibleError, ResilienceError

EXITS = (
    "Exit codes: 0 done, 1 error, 2 wrong usage, 3 some scenarios failed, 4 no reserve meets the limits, "
    "130 interrupted."
)


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
    keep_to_one_thread()
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


app.command("list")(catalogue.list_)
app.command()(catalogue.show)
app.command()(catalogue.check)
app.command()(catalogue.metrics)
app.command()(questions.stress)
app.command("controls")(questions.controls_)
app.command()(questions.adversary)
app.command()(questions.exercise)
app.command()(catalogue.new)
app.command("new-data")(catalogue.new_data)
app.command()(studies.run)
app.command()(studies.resume)
app.command()(studies.report)
app.command()(questions.backtest)
app.command()(studies.diff)
app.command()(catalogue.schema)
app.command()(studies.compare)
app.command()(questions.share)
app.command()(questions.allocate)
app.command()(questions.cycle)
app.command()(studies.export)
app.command()(catalogue.doctor)
