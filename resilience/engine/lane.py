"""One worker process and the pipe to it.

The worker is a fresh interpreter: a forked one hangs where a solver's threads were running. It says when its state is
built, and then answers one task at a time.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import threading
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection

from resilience.engine.task import attempt, failed
from resilience.engine.threads import one_thread

SPAWN = get_context("spawn")
READY = b"ready"


class Lane:
    """A worker that builds its state from a pickled `recipe`, and the task it is at."""

    def __init__(self, recipe: bytes) -> None:
        self.pipe, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=serve, args=(theirs,), daemon=True)
        self.ready = False
        self.key: str | None = None
        with one_thread():
            self.process.start()
        theirs.close()  # so that a dead worker is an end of file
        # a worker takes a second to start, and a pipe holds little: whoever sends a large recipe waits until it is read
        self.briefing = threading.Thread(target=self._brief, args=(recipe,), daemon=True)
        self.briefing.start()

    def _brief(self, recipe: bytes) -> None:
        with suppress(OSError):  # it is dead, as `heard` will tell
            self.pipe.send_bytes(recipe)

    def send(self, key: str, task: bytes) -> None:
        """Give the worker something to do."""
        self.key = key
        with suppress(OSError):  # it is dead, as `heard` will tell
            self.pipe.send((key, task))

    def heard(self) -> bytes | None:
        """What the worker sent; None if it has died."""
        try:
            return self.pipe.recv_bytes()
        except (EOFError, OSError):
            return None

    def cause(self) -> str:
        """How a dead worker ended."""
        self.process.join()
        code = self.process.exitcode or 0
        return f"exit code {code}" if code >= 0 else f"signal {-code}, {signal.strsignal(-code)}"

    def close(self) -> None:
        """End the worker at once, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.briefing.join()
        self.pipe.close()


def serve(pipe: Connection) -> None:
    """Run in the worker: build the state by the recipe that comes first, then answer until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        recipe = pipe.recv_bytes()
        gc.disable()  # modules and state are here to stay: to look through them again took a quarter of a start
        try:
            state = pickle.loads(recipe)()
        except Exception as error:
            pipe.send_bytes(pickle.dumps(failed("", error)))
            return
        gc.freeze()
        gc.enable()
        pipe.send_bytes(READY)
        while True:
            key, task = pipe.recv()
            pipe.send_bytes(attempt(state, key, task))


def _end_with_parent() -> None:
    """A parent that was killed closes its pipes, but a worker in the middle of a long task would not notice."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
