"""Worker processes of this machine that may die without taking the work along.

A worker has one task at a time, so when it dies there is no doubt about which task it was at. That task alone is done
again, by a new worker, and given up when it has ended as many workers as `Processes.attempts` says.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any, TypeVar

from resilience.engine.lane import READY, Lane
from resilience.engine.task import Failed, Outcome, failed, lost, packed, packed_recipe, unpacked
from resilience.engine.team import Progress, Team, quiet
from resilience.errors import AskError, EngineError

M = TypeVar("M")
T = TypeVar("T")


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Processes:
    """`workers` processes on this machine, one a core unless you say otherwise, with one thread each.

    A task that has ended its worker `attempts` times is given up. Do not use processes for tasks of a few milliseconds:
    starting a worker takes about half a second. A program that uses them must keep what it does under
    `if __name__ == "__main__":`, for every worker imports it.
    """

    workers: int = field(default_factory=usable_cores)
    attempts: int = 3

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {value!r}: it must be 1 or more"
            for name, value in (("workers", self.workers), ("attempts", self.attempts))
            if value < 1
        ]
        if faults:
            raise AskError("Processes cannot be as described", faults)

    @contextmanager
    def team(self, build: Callable[[], Any]) -> Iterator[Team]:
        """Processes that start now, and end with the block at once, whatever they are doing."""
        crew = _Crew(packed_recipe(build), self)
        try:
            crew.open()
            yield crew
        finally:
            crew.close()


class _Crew:
    def __init__(self, recipe: bytes, engine: Processes) -> None:
        self.recipe = recipe
        self.engine = engine
        self.lanes: list[Lane | None] = [None] * engine.workers
        self.homes: dict[str, int] = {}
        self.stillborn = 0  # workers in a row that ended before their state was built
        self.at_work = False

    def open(self) -> None:
        """Start the workers that are wanting."""
        for place, lane in enumerate(self.lanes):
            if lane is None:
                self.lanes[place] = Lane(self.recipe)

    def close(self, *, busy: bool = False) -> None:
        """End all workers, or those that are at a task."""
        for place, lane in enumerate(self.lanes):
            if lane is not None and (lane.key is not None or not busy):
                lane.close()
                self.lanes[place] = None

    def work(
        self,
        function: Callable[[Any, M], T],
        messages: Mapping[str, M],
        *,
        home: bool = False,
        progress: Progress = quiet,
    ) -> Iterator[Outcome[T]]:
        """As they come. A name at home stays in its place, even when the worker there is replaced."""
        if self.at_work:
            raise EngineError("This team is at work on a round: read that to its end before you start another")
        self.at_work = True
        self.open()
        try:
            for done, outcome in enumerate(_Round(self, function, messages, home=home).outcomes(), 1):
                progress(done, len(messages))
                yield outcome
        finally:
            self.close(busy=True)  # a round that is not read to its end is given up
            self.at_work = False


class _Round:
    """What is to be sent, what was heard, and who died."""

    def __init__(
        self, crew: _Crew, function: Callable[[Any, Any], Any], messages: Mapping[str, Any], *, home: bool
    ) -> None:
        self.crew = crew
        self.function = function
        self.messages = messages
        places = len(crew.lanes)
        self.queues: list[deque[str]] = [deque() for _ in range(places)] if home else [deque(messages)] * places
        if home:
            for key in messages:
                self.queues[crew.homes.setdefault(key, len(crew.homes) % places)].append(key)
        self.deaths: Counter[str] = Counter()
        self.found: deque[Outcome[Any]] = deque()
        self.finished: list[str] = []

    def outcomes(self) -> Iterator[Outcome[Any]]:
        """Each message's, once."""
        for place in range(len(self.crew.lanes)):
            self._hand(place)
        while True:
            while self.found:
                outcome = self.found.popleft()
                self.finished.append(outcome.key)
                yield outcome
            if len(self.finished) == len(self.messages):
                return
            for place in self._speaking():
                self._hear(place)
                self._hand(place)

    def _lane(self, place: int) -> Lane:
        lane = self.crew.lanes[place]
        assert lane is not None, "workers are there while a round lasts"
        return lane

    def _speaking(self) -> list[int]:
        """Waits for a worker that is starting or at a task."""
        pipes = {
            lane.pipe: place
            for place, lane in enumerate(self.crew.lanes)
            if lane is not None and (lane.key is not None or not lane.ready)
        }
        return [pipes[pipe] for pipe in wait(list(pipes))]  # type: ignore[index]

    def _hand(self, place: int) -> None:
        """The next task that can be sent to a worker that is free."""
        lane, queue = self._lane(place), self.queues[place]
        while lane.ready and lane.key is None and queue:
            key = queue.popleft()
            message = self.messages[key]
            try:
                task = packed(self.function, message)
            except Exception as error:  # it cannot be pickled
                self.found.append(failed(key, error))
            else:
                lane.send(key, task)

    def _hear(self, place: int) -> None:
        lane = self._lane(place)
        told = lane.heard()
        if told is None:
            self._bury(place, lane)
        elif lane.key is not None:
            self.found.append(unpacked(lane.key, told))
            lane.key = None
        elif told == READY:
            lane.ready = True
            self.crew.stillborn = 0
        else:
            why: Failed = pickle.loads(told)
            raise EngineError(f"The recipe fails in a worker: {why.reason}\n{why.traceback}", self.finished)

    def _bury(self, place: int, lane: Lane) -> None:
        """Replace a dead worker; its task goes back to the head of the queue, or is given up."""
        cause, key, attempts = lane.cause(), lane.key, self.crew.engine.attempts
        lane.close()
        self.crew.stillborn += not lane.ready
        if self.crew.stillborn >= attempts:
            raise EngineError(
                f"Workers end before they are ready ({cause}). If this is a program of yours, put what it does under "
                'if __name__ == "__main__": for workers import it. Else the recipe ends the process: run it alone.',
                self.finished,
            )
        self.crew.lanes[place] = Lane(self.crew.recipe)
        if key is None:
            return
        self.deaths[key] += 1
        if self.deaths[key] < attempts:
            self.queues[place].appendleft(key)
        else:
            self.found.append(lost(key, f"ended its worker {attempts} times, the last time by {cause}"))
