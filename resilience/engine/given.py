"""Any executor of the standard library's kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from resilience.engine.futures import Guests, forget, serve
from resilience.engine.task import packed_recipe
from resilience.engine.team import Team
from resilience.errors import AskError, EngineError


@dataclass(frozen=True, kw_only=True)
class Given:
    """An executor of yours (threads, MPI, ...), which stays yours to shut down.

    At most `in_flight` tasks are handed to it at a time: more than it has workers, less than fills memory. Do not use
    it with a `ProcessPoolExecutor`, which loses every task when one worker dies: `Processes` does not. `home` is
    not kept, for an executor does not say where a task runs.
    """

    executor: Executor
    in_flight: int = 64

    def __post_init__(self) -> None:
        if self.in_flight < 1:
            raise AskError(f"in_flight is {self.in_flight!r}: it must be 1 or more")

    @contextmanager
    def team(self, build: Callable[[], Any]) -> Iterator[Team]:
        """The executor's workers, which build their state when they first meet a task."""
        name = uuid4().hex
        try:
            yield Guests(_Host(self, name), packed_recipe(build))
        finally:
            forget(name)  # where its workers are threads of this process


class _Host:
    def __init__(self, engine: Given, team: str) -> None:
        self.engine = engine
        self.team = team

    def submit(self, key: str, recipe: bytes | None, task: bytes, *, home: bool) -> Future[bytes]:
        try:
            return self.engine.executor.submit(serve, self.team, recipe, key, task)
        except RuntimeError as error:  # shut down, or broken
            raise EngineError(f"The executor takes no more tasks: {error}") from error

    def room(self) -> int:
        return self.engine.in_flight

    def told(self, future: Future[bytes]) -> bytes:
        try:
            return future.result()
        except BrokenExecutor as error:
            raise EngineError(f"The executor broke: {error}. Processes() survives the death of a worker") from error
        except CancelledError as error:
            raise EngineError("The executor was shut down while tasks were under way") from error

    def look(self) -> set[str]:
        return set()
