"""How a command waits for a run: with a first word before it imports anything, and in order after Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from resilience.cli.answer import Answer, Say, give, patiently
from resilience.cli.options import FAILED

if TYPE_CHECKING:
    from resilience.cli.running import Work
    from resilience.runs import Answered

NOTHING = "nothing was begun yet."
Ask = Callable[["Work", Say], "Answered | Answer"]


def give_run(ask: Ask, *, json: bool) -> None:
    """Do what a run is asked, and print it with its folder; or an answer in its place, where nothing was to be done."""
    done = _waited(ask, json=json)
    if isinstance(done, Answer):
        give(done, json=json)
        return
    from resilience.cli.running import told

    give(told(done), json=json)
    _end(done)


def give_stress(ask: Ask, *, json: bool, out: Path | None) -> None:
    """The same of a stress, whose stdout is the same bytes whichever folder it was given: where it stands, stderr says.

    With `out`, the folder was asked for, and is told as `give` does.
    """
    done = _waited(ask, json=json)
    assert not isinstance(done, Answer)
    assert done.stressed is not None
    from resilience.cli.stressed import many_told

    answer = many_told(done.stressed)
    if out is None:
        give(answer, json=json)
        if not json:
            typer.echo(f"Everything is in {done.folder}", err=True)
    else:
        files = {path.name: str(path) for path in sorted(done.folder.iterdir())}
        text = f"{answer.text}\nWritten to {out}: {', '.join(files)}"
        give(Answer(text=text, data={**answer.data, "files": files}), json=json)
    _end(done)


def _waited(ask: Ask, *, json: bool) -> Answered | Answer:
    begun: list[Work] = []

    def work(say: Say) -> Answered | Answer:
        from resilience.cli.running import Work

        begun.append(Work())
        return ask(begun[0], say)

    return patiently(work, stopped=lambda: begun[0].stopped() if begun else NOTHING, quiet=json)


def _end(done: Answered) -> None:
    if len(done.failures):
        raise typer.Exit(FAILED)
