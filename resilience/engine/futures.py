"""Tasks as futures of somebody else's workers: what any Executor and a cluster share.

Such workers may be new at any time. So a task names its team, and a worker that has not met the team asks for the
recipe. Its state outlives a task in the only place there is, this module.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Protocol, TypeVar

from resilience.engine.task import Outcome, attempt, failed, lost, packed, unpacked
from resilience.engine.team import Progress, quiet
from resilience.errors import EngineError
from resilience.provenance import versions

M = TypeVar("M")
T = TypeVar("T")

_recipes: dict[str, bytes] = {}  # in a worker: by team
_states: dict[int, tuple[str, Any]] = {}  # in a worker: by thread, for solvers are not shared; the newest team's
UNKNOWN, UNBUILT = b"", b"!"
LOOK_SECONDS = 1.0  # between two looks at whether the workers are still there


def serve(team: str, recipe: bytes | None, key: str, task: bytes) -> bytes:
    """Run in the worker: the outcome, or `UNKNOWN` to ask for the recipe, or `UNBUILT` and why it fails."""
    if recipe is not None:
        _recipes[team] = recipe
    here = threading.get_ident()
    if _states.get(here, ("", None))[0] != team:
        if team not in _recipes:
            return UNKNOWN
        try:
            _states[here] = (team, pickle.loads(_recipes[team])())
        except Exception as error:
            return UNBUILT + pickle.dumps(failed("", error))
    return attempt(_states[here][1], key, task)


def learn(team: str, recipe: bytes) -> dict[str, str]:
    """Run in a worker that is new: keep the recipe, and say what runs here."""
    _recipes[team] = recipe
    return versions()


def forget(team: str) -> None:
    """Run in the worker: let go of what the team left there."""
    _recipes.pop(team, None)
    for thread in [thread for thread, (name, _) in _states.items() if name == team]:
        del _states[thread]


class LostError(Exception):
    """The worker of a task died, and others that were given it."""


class Host(Protocol):
    """Whose workers they are."""

    def submit(self, key: str, recipe: bytes | None, task: bytes, *, home: bool) -> Any:
        """A future of `serve`."""
        ...

    def room(self) -> int:
        """How many tasks may be under way at a time."""
        ...

    def told(self, future: Any) -> bytes:
        """What `serve` returned.

        Raises
        ------
        LostError
            If its workers died.
        TimeoutError
            If it has ended, but is being done again.
        EngineError
            If nothing more can come.
        """
        ...

    def look(self) -> set[str]:
        """Called now and then: the tasks to be sent again, because the home they wait for is gone."""
        ...


class Guests:
    """A team of a host's workers."""

    def __init__(self, host: Host, recipe: bytes) -> None:
        self.host = host
        self.recipe = recipe

    def work(
        self,
        function: Callable[[Any, M], T],
        messages: Mapping[str, M],
        *,
        home: bool = False,
        progress: Progress = quiet,
    ) -> Iterator[Outcome[T]]:
        """As they come."""
        round_ = _Round(self.host, self.recipe, function, messages, home=home)
        try:
            for done, outcome in enumerate(round_.outcomes(), 1):
                progress(done, len(messages))
                yield outcome
        except EngineError as error:
            raise EngineError(error.what, round_.finished) from error
        finally:
            round_.give_up()


class _Round:
    """What waits, what is under way, and what came back."""

    def __init__(
        self, host: Host, recipe: bytes, function: Callable[[Any, Any], Any], messages: Mapping[str, Any], *, home: bool
    ) -> None:
        self.host = host
        self.recipe = recipe
        self.function = function
        self.messages = messages
        self.home = home
        self.waiting = deque(messages)
        self.suspects: list[str] = []  # their workers died: each is tried once more, with nothing else under way
        self.tried_alone: set[str] = set()
        self.running: dict[str, Any] = {}
        self.ended: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self.found: deque[Outcome[Any]] = deque()
        self.finished: list[str] = []

    def outcomes(self) -> Iterator[Outcome[Any]]:
        """Each message's, once."""
        due = monotonic()
        while True:
            while self.found:
                outcome = self.found.popleft()
                self.finished.append(outcome.key)
                yield outcome
            if len(self.finished) == len(self.messages):
                return
            self._hand_out()
            if monotonic() >= due:
                self._look()
                due = monotonic() + LOOK_SECONDS
            with suppress(Empty):
                self._hear(*self.ended.get(timeout=LOOK_SECONDS))

    def give_up(self) -> None:
        """Ask that what is under way be dropped."""
        while self.running:
            self.running.popitem()[1].cancel()

    def _hand_out(self) -> None:
        room = self.host.room()
        while self.waiting and len(self.running) < room:
            self._send(self.waiting.popleft())
        if self.suspects and not self.running:
            key = self.suspects.pop(0)
            self.tried_alone.add(key)
            self._send(key)

    def _send(self, key: str, recipe: bytes | None = None) -> None:
        message = self.messages[key]
        try:
            task = packed(self.function, message)
        except Exception as error:  # it cannot be pickled
            self.found.append(failed(key, error))
            return
        future = self.host.submit(key, recipe, task, home=self.home)
        self.running[key] = future
        future.add_done_callback(lambda ended: self.ended.put((key, ended)))

    def _look(self) -> None:
        for key in self.host.look() & set(self.running):
            self.running.pop(key).cancel()
            self._send(key)

    def _hear(self, key: str, future: Any) -> None:
        if self.running.get(key) is not future:
            return  # sent again since
        try:
            told = self.host.told(future)
        except TimeoutError:  # the worker died with the result in its hands; it is being made again
            self.ended.put((key, future))
            return
        except LostError as error:
            del self.running[key]
            if key in self.tried_alone:
                self.found.append(lost(key, str(error)))
            else:
                self.suspects.append(key)
            return
        del self.running[key]
        if told == UNKNOWN:
            self._send(key, self.recipe)
        elif told.startswith(UNBUILT):
            why = pickle.loads(told.removeprefix(UNBUILT))
            raise EngineError(f"The recipe fails in a worker: {why.reason}\n{why.traceback}")
        else:
            self.found.append(unpacked(key, told))
