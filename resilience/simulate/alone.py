"""One process at a time: what takes a minute and is then on disk for all should not be done by each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is at work in `folder`. The system ends a wait for a process that was killed.

    Where files cannot be locked (Windows, folders that cannot be written), nobody waits.
    """
    try:
        import fcntl

        file = (folder / "at-work.lock").open("a")
    except (ImportError, OSError):
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
