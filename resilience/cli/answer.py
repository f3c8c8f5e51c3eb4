"""What a command answers, how it is printed, and how it waits."""

from __future__ import annotations

import json as json_
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from resilience.errors import RunError

if TYPE_CHECKING:
    import pandas as pd

INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended
LOOK_S = 0.2  # seconds between looks at what the work says
FIRST_S, NEXT_S, STILL_S = 1.0, 10.0, 60.0  # of lines in a log: the first, the next that is new, the same again
Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer in its forms: a text for people, plain values for `--json`, tables for `--out`."""

    text: str
    data: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def give(answer: Answer, *, json: bool = False, out: Path | None = None, err: bool = False) -> None:
    """Print an answer, and write it to `out`: its tables as CSV, its values as answer.json.

    Raises
    ------
    RunError
        If the folder cannot be written.
    """
    data = dict(answer.data)
    if out is not None:
        data["files"] = _written(answer, out)
    if json:
        typer.echo(json_.dumps(data, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(answer.text, err=err)
        if out is not None:
            typer.echo(f"Written to {out}: {', '.join(sorted(data['files']))}", err=err)


def _written(answer: Answer, out: Path) -> dict[str, str]:
    from resilience.folder import write_csv

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "answer.json").write_text(json_.dumps(answer.data, indent=1, allow_nan=False) + "\n", "utf-8")
        for name, table in answer.tables.items():
            write_csv(table, out / f"{name}.csv")
    except OSError as error:
        raise RunError(f"Cannot write to {out}: {error.strerror or error}. Give another folder with --out.") from error
    return {name: str(out / name) for name in ["answer.json", *(f"{table}.csv" for table in answer.tables)]}


def give_when_done(work: Callable[[Say], Answer], *, json: bool, out: Path | None = None) -> None:
    """Do `work` and print its answer, as `patiently` and `give` do; beside JSON nothing is said."""
    give(patiently(work, quiet=json), json=json, out=out)


def _given_up() -> str:
    return "the work was given up, and no run was written."


def patiently(work: Callable[[Say], T], *, stopped: Callable[[], str] = _given_up, quiet: bool = False) -> T:
    """Do `work` while showing on stderr what it says, and let Ctrl-C end it at once, even inside the solver.

    The work runs in a thread of its own, for a solver does not listen to signals. A terminal shows one line that
    changes. Anything else is a log, such as a batch job's: it gets a line after a second, then one at most every ten,
    and if it is `quiet` none. `stopped` puts in order what Ctrl-C leaves behind, and says what that is.
    """
    latest = ["starting"]
    found: list[T] = []
    failed: list[BaseException] = []

    def task() -> None:
        try:
            found.append(work(lambda text: latest.__setitem__(0, text)))
        except BaseException as error:  # handed to the waiting thread, which raises it
            failed.append(error)
        finally:
            ended.set()

    ended = threading.Event()  # to join a thread will not do: interrupted, it takes the thread for ended (Python 3.11)
    threading.Thread(target=task, daemon=True).start()
    try:
        _wait(ended, latest, quiet=quiet)
    except KeyboardInterrupt:
        if ended.is_set():
            raise
        typer.echo(f"\nInterrupted: {stopped()}", err=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # the solver's thread cannot be stopped otherwise
    if failed:
        raise failed[0]
    return found[0]


def _wait(ended: threading.Event, latest: list[str], *, quiet: bool) -> None:
    if not sys.stderr.isatty():
        _log(ended, latest, quiet=quiet)
        return
    from rich.console import Console

    console = Console(stderr=True)
    started = time.monotonic()
    with console.status("starting") as status:
        while not ended.wait(LOOK_S):
            status.update(f"{latest[0]} ({time.monotonic() - started:.0f} s)")


def _log(ended: threading.Event, latest: list[str], *, quiet: bool) -> None:
    started, told, due, still = time.monotonic(), "", FIRST_S, FIRST_S
    while not ended.wait(LOOK_S):
        seconds, text = time.monotonic() - started, latest[0]
        if quiet or seconds < (still if text == told else due):
            continue
        typer.echo(f"{text} ({seconds:.0f} s)", err=True)
        told, due, still = text, seconds + NEXT_S, seconds + STILL_S
