"""The door through which work is spread: `Engine` brings up a `Team`, and a team answers messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from resilience.engine.task import Done, Failed, Outcome
from resilience.errors import EngineError

M = TypeVar("M")
T = TypeVar("T")
Progress = Callable[[int, int], None]


def nothing() -> None:
    """The state of workers that need none."""


def as_given(state: T) -> T:
    """The state of workers that need what is at hand as it is: `partial(as_given, state)`."""
    return state


def quiet(done: int, total: int) -> None:
    """Progress that nobody asked to see."""


class Team(Protocol):
    """Workers that each hold what the recipe built, for as long as the team is open.

    One round is read at a time. A round that is left unread is given up, with the work that was under way.
    """

    def work(
        self,
        function: Callable[[Any, M], T],
        messages: Mapping[str, M],
        *,
        home: bool = False,
        progress: Progress = quiet,
    ) -> Iterator[Outcome[T]]:
        """The outcome of `function(state, message)` for each message, once each, in the order in which they come.

        Parameters
        ----------
        function
            Defined at the top level of a module that workers can import. What it raises becomes a `Failed`.
        messages
            By the task's name. A message is looked up when it is sent, and again if its worker dies, so a mapping that
            makes its values when asked keeps little in memory. Functions and messages are sent with every task: what
            is large and always the same belongs in the recipe.
        home
            Send a name to the same worker in every round, so that what `function` keeps in its state under that name
            is found again. If that worker dies the name moves to another, whose state knows nothing of it: an answer
            must not need it. Without `home` each task goes to whoever is free, which is quicker where tasks are uneven.
        progress
            Called with the number of outcomes so far and the number of messages.

        Raises
        ------
        EngineError
            If the workers cannot go on: none can be had, the recipe fails on them, or the scheduler is gone. A task
            that fails, or ends its worker, is not that; it is a `Failed`.
        """
        ...


class Engine(Protocol):
    """A place where work is done."""

    def team(self, build: Callable[[], Any]) -> AbstractContextManager[Team]:
        """Workers, each with its own state `build()`, until the block ends.

        `build` is a recipe: a function at the top level of a module, or `functools.partial` of one with picklable
        arguments (`Serial` takes any function). It is called once in each worker, and again in a worker that replaces a
        dead one. It must give the same state everywhere. Use `nothing` where tasks need no state.
        """
        ...


def answers(
    team: Team,
    function: Callable[[Any, M], T],
    messages: Mapping[str, M],
    *,
    home: bool = False,
    progress: Progress = quiet,
) -> dict[str, T]:
    """All values of a round, in the order of `messages`: for algorithms that need every answer before the next step.

    Sums over the result do not depend on who was quicker. Do not use it for batches: it keeps all answers in memory,
    and one failure loses the others.

    Raises
    ------
    EngineError
        If a task failed; it tells the failures, the first with its traceback.

    >>> from functools import partial
    >>> from resilience.engine import Serial
    >>> with Serial().team(partial(int, 2)) as team:  # the state is 2, and the function raises it to a message
    ...     answers(team, pow, {"cube": 3, "tenth": 10})
    {'cube': 8, 'tenth': 1024}
    """
    found: dict[str, T] = {}
    failures: list[Failed] = []
    for outcome in team.work(function, messages, home=home, progress=progress):
        if isinstance(outcome, Done):
            found[outcome.key] = outcome.value
        else:
            failures.append(outcome)
    if failures:
        places = {key: place for place, key in enumerate(messages)}
        failures.sort(key=lambda failure: places[failure.key])
        told = "\n".join(f"  {failure}" for failure in failures[:12])
        what = f"{len(failures)} of {len(messages)} tasks failed:\n{told}\n{failures[0].traceback}".rstrip()
        raise EngineError(what, [key for key in messages if key in found])
    return {key: found[key] for key in messages}
