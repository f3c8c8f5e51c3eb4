"""The two doors through which finished work comes, each looking in the log before it does anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from resilience.engine import Done, Engine, Outcome, Team
from resilience.engine.team import Progress, quiet
from resilience.journal.fingerprint import fingerprint
from resilience.journal.log import Log

M = TypeVar("M")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """An engine whose answers are kept: a task that was answered before, with the same recipe, is not done again.

    What fails is not kept: it may have failed for want of memory. Do not use it for tasks whose answer depends on
    anything but recipe and message; no engine promises the same answers then.
    """

    engine: Engine
    log: Log

    @contextmanager
    def team(self, build: Callable[[], Any]) -> Iterator[Team]:
        """A team that starts its workers when there is first something for them to do."""
        with ExitStack() as opened:
            yield _Keeper(self, build, opened)


class _Keeper:
    def __init__(self, kept: Kept, build: Callable[[], Any], opened: ExitStack) -> None:
        self.kept = kept
        self.build = build
        self.recipe = fingerprint(build)
        self.opened = opened
        self.inner: Team | None = None

    def work(
        self,
        function: Callable[[Any, M], T],
        messages: Mapping[str, M],
        *,
        home: bool = False,
        progress: Progress = quiet,
    ) -> Iterator[Outcome[T]]:
        """First what is known, then the rest as it comes."""
        log = self.kept.log
        keys = {name: fingerprint(self.recipe, function, messages[name]) for name in messages}
        known = [name for name, key in keys.items() if key in log]
        for done, name in enumerate(known, 1):
            progress(done, len(messages))
            yield Done(key=name, value=log.get(keys[name]))
        rest = _Some(messages, [name for name in messages if keys[name] not in log])
        if not len(rest):
            return
        if self.inner is None:
            self.inner = self.opened.enter_context(self.kept.engine.team(self.build))
        for outcome in self.inner.work(
            function, rest, home=home, progress=lambda done, _: progress(len(known) + done, len(messages))
        ):
            if isinstance(outcome, Done):
                log.put(keys[outcome.key], outcome.value)
            yield outcome


class _Some(Mapping[str, M]):
    """Some of the messages, each looked up when it is asked for."""

    def __init__(self, messages: Mapping[str, M], names: list[str]) -> None:
        self.messages = messages
        self.names = names

    def __getitem__(self, name: str) -> M:
        return self.messages[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """A memory for `solver.Method`: a program that was solved before, by the same method, is not solved again."""

    log: Log

    def answer(self, asked: object, find: Callable[[], T]) -> T:
        """The answer kept, or the one found, which is kept from then on."""
        key = fingerprint("solved", asked)
        if key in self.log:
            known: T = self.log.get(key)
            return known
        found = find()
        self.log.put(key, found)
        return found

    def __reduce__(self) -> tuple[object, ...]:
        """In another process it remembers nothing: the log is this one's."""
        return type(None), ()
