"""One task after another, in this process. What the other engines are held to."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from resilience.engine.task import Outcome, attempt, failed, packed, packed_recipe, unpacked
from resilience.engine.team import Progress, Team, quiet
from resilience.errors import AskError

M = TypeVar("M")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Serial:
    """This process, one task at a time. A task that ends its process ends yours: use `Processes` for what may.

    It keeps the threads of its process, where workers have one each: answers of a notebook may differ from theirs in
    the last digits, unless `OMP_NUM_THREADS=1` is set before NumPy is imported.
    """

    @contextmanager
    def team(self, build: Callable[[], Any]) -> Iterator[Team]:
        """One worker: this process. What `build` raises is raised here.

        A recipe that cannot be pickled is followed as it is, for here it need not travel; other engines refuse it.
        """
        try:
            recipe = pickle.loads(packed_recipe(build))
        except AskError:
            recipe = build
        yield _Alone(recipe())


class _Alone:
    def __init__(self, state: object) -> None:
        self.state = state

    def work(
        self,
        function: Callable[[Any, M], T],
        messages: Mapping[str, M],
        *,
        home: bool = False,
        progress: Progress = quiet,
    ) -> Iterator[Outcome[T]]:
        """In the order of `messages`; `home` is always kept."""
        for done, key in enumerate(messages, 1):
            outcome = self._one(function, key, messages[key])
            progress(done, len(messages))
            yield outcome

    def _one(self, function: Callable[[Any, M], T], key: str, message: M) -> Outcome[T]:
        try:
            task = packed(function, message)
        except Exception as error:
            return failed(key, error)
        return unpacked(key, attempt(self.state, key, task))
