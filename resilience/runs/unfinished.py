"""A run that is under way, in its folder.

    study.toml              as asked, changes put in; of a stress stress.toml
    times.txt               when it was begun, gone on with, finished
    unfinished/asked.json   what the `Question` holds
    unfinished/answers      what is finished so far (`journal.Log`)
    unfinished/lock         who is at it
    unfinished/ready/       the files of the end, while they are written

When all files are there they are moved up, the manifest last. So a folder with a manifest is a finished run; one
without can be gone on with, whatever stopped it and when.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from resilience.errors import RunError
from resilience.folder import ASKED, MANIFEST, TIMES, UNFINISHED, note, refuse_used, why, write_whole
from resilience.journal import Lock, Log
from resilience.runs.asked import Question, read_question


@dataclass(frozen=True, kw_only=True, eq=False)
class Unfinished:
    """A run of ours: nobody else works in its folder until `leave`."""

    folder: Path
    asked: Question
    log: Log
    made: tuple[Path, ...] = field(default=(), repr=False)  # folders that were not there before

    @property
    def lock(self) -> Lock:
        """Ours."""
        return _lock(self.folder)

    @property
    def kept(self) -> int:
        """Pieces of work that are finished: answers, and points of a sweep."""
        return len(self.log) + len(list(self.folder.glob(f"point-*/{MANIFEST}")))

    def how_to_go_on(self) -> str:
        """What to tell whoever stopped it."""
        pieces = "1 finished piece" if self.kept == 1 else f"{self.kept} finished pieces"
        return f"{pieces} of work kept. Go on with: resilience resume {shlex.quote(str(self.folder))}"

    def leave(self) -> None:
        """Let go of it, to be gone on with; wait for what is just being written."""
        self.log.close()
        self.lock.release()

    def abandon(self) -> None:
        """Leave nothing: for a question that has no answer, or of which nothing was finished."""
        self.leave()
        shutil.rmtree(self.folder / UNFINISHED, ignore_errors=True)
        for name in (self.asked.file, TIMES):
            (self.folder / name).unlink(missing_ok=True)
        for folder in self.made:
            with suppress(OSError):  # somebody else put something there
                folder.rmdir()

    def ready(self) -> Path:
        """An empty folder for the files of the end."""
        part = self.folder / UNFINISHED / "ready"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        return part

    def finish(self) -> None:
        """Move up what is ready, and let go.

        Raises
        ------
        RunError
            If the disk does not take it.
        """
        part = self.folder / UNFINISHED / "ready"
        last = part / MANIFEST
        files = [*sorted(set(part.iterdir()) - {last}), last]
        for path in files:  # on the disk before the manifest says so, should the power go
            with path.open("rb") as file:
                os.fsync(file.fileno())
        for path in files:
            path.replace(self.folder / path.name)
        note(self.folder, "finished")
        self.log.close()
        shutil.rmtree(self.folder / UNFINISHED)


def begin(folder: Path, asked: Question) -> Unfinished:
    """A new run in a folder that is empty or not there yet, or holds what is left of one that was stopped as it began.

    Raises
    ------
    RunError
        If the folder holds anything, another process is at it, or it cannot be written.
    """
    refuse_used(folder)
    made = tuple(one for one in (folder, *folder.parents) if not one.exists())
    try:
        (folder / UNFINISHED).mkdir(parents=True, exist_ok=True)
        _lock(folder).take()  # of two that begin at once, one is refused here
    except OSError as error:
        raise RunError(why(folder, error)) from error
    if (folder / UNFINISHED / ASKED).exists() or len(list(folder.iterdir())) > 1:
        _lock(folder).release()
        raise RunError(f"Another run has just begun in {folder}. Give another folder with --out.")
    try:
        write_whole(folder / UNFINISHED / ASKED, asked.to_json())
        write_whole(folder / asked.file, asked.text)
        note(folder, "begun")
        return Unfinished(folder=folder, asked=asked, log=_log(folder), made=made)
    except OSError as error:
        shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
        raise RunError(why(folder, error)) from error


def take_up(folder: Path) -> Unfinished:
    """A run that was stopped.

    Raises
    ------
    RunError
        If there is none, it is finished, another process is at it, or what it rests on has changed.
    """
    if (folder / MANIFEST).is_file():
        raise RunError(f"The run in {folder} is finished: there is nothing to go on with.")
    try:
        text = (folder / UNFINISHED / ASKED).read_text("utf-8")
    except OSError as error:
        if (folder / UNFINISHED).is_dir():
            raise RunError(
                f"The run in {folder} was stopped as it began, before what it was asked was written down: nothing is "
                "lost. Ask it again, into the same folder if you like"
            ) from error
        raise RunError(f"{folder} holds no run that was begun. Runs here: {_runs(folder.parent)}") from error
    asked = read_question(text, where=folder / UNFINISHED / ASKED)
    _lock(folder).take()
    try:
        asked.refuse_changed(folder)
        note(folder, "gone on with")
        return Unfinished(folder=folder, asked=asked, log=_log(folder))
    except BaseException:
        _lock(folder).release()
        raise


def _lock(folder: Path) -> Lock:
    return Lock(path=folder / UNFINISHED / "lock", folder=folder)


def _log(folder: Path) -> Log:
    return Log(folder / UNFINISHED / "answers")


def _runs(parent: Path) -> str:
    """The runs in a folder that can be gone on with."""
    found: Iterable[Path] = sorted(path.parent.parent for path in parent.glob(f"*/{UNFINISHED}/{ASKED}"))
    return ", ".join(map(str, found)) or "none that is unfinished"
