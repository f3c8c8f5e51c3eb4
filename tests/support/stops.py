"""Ways to stop a run, and what two runs have in common."""

import os
import resource
import signal
import sys
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path

from resilience.engine import Serial


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a run but that of its times, by its path."""
    inside = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in inside.items() if path.name != "times.txt"}


def at(word: str, act, count: int = 1):
    """Something to be told what goes on, that acts when it hears `word` for the `count`th time."""
    heard = []

    def say(text: str) -> None:
        if word in text:
            heard.append(text)
            if len(heard) == count:
                act()

    return say


def interrupt() -> None:
    raise KeyboardInterrupt


def kill_parent() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_worker() -> None:
    os.kill(active_children()[0].pid, signal.SIGKILL)


class Counting:
    """An engine that counts the tasks it does."""

    def __init__(self, engine=None) -> None:
        self.done, self.engine = [], engine or Serial()

    @contextmanager
    def team(self, build):
        with self.engine.team(build) as team:
            self.inner = team
            yield self

    def work(self, function, messages, **options):
        for outcome in self.inner.work(function, messages, **options):
            self.done.append(outcome.key)
            yield outcome


@contextmanager
def room(size: int):
    """No file can grow past `size` bytes: the system's own limit, refused as a full disk refuses."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def main() -> None:
    """Begin a run, with a seed a comparison, or of a network's folder a stress, and be killed at the word:
    python stops.py STUDY|NETWORK FOLDER WORD [SEED|HAZARDS].
    """
    from resilience.runs import Asked, AskedStress, Comparing, answer, begin
    from resilience.stress import Stress
    from resilience.study import Study

    name, folder, word, *more = sys.argv[1:]
    if Path(name).is_dir():
        asked = AskedStress.of(Stress(dataset=name, weeks=8, hazards=more[0], draws=1000, seed=3))
    else:
        comparing = Comparing(seed=int(more[0])) if more else None
        asked = Asked.of(Study.read(name), comparing=comparing)
    answer(begin(Path(folder), asked), say=at(word, kill_parent))


if __name__ == "__main__":
    main()
