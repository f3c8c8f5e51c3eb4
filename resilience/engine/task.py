"""One task: a function of a worker's state and a message, and what came of it.

Task and outcome cross every engine as pickled bytes, this process included. So a task cannot change what its sender
holds, and an answer cannot change afterwards.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from traceback import format_exception
from typing import Any, Generic, TypeAlias, TypeVar

from resilience.errors import AskError

T = TypeVar("T")

LOST = "WorkerLost"  # the `error` of a task that ended its workers


@dataclass(frozen=True, kw_only=True)
class Done(Generic[T]):
    """The task `key` gave `value`."""

    key: str
    value: T


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The task `key` gave no value: `error` names the type, `message` says it in words, `traceback` where it arose.

    `error` is "WorkerLost", without a traceback, where the task ended the process it ran in, again and again.
    """

    key: str
    error: str
    message: str
    traceback: str

    @property
    def reason(self) -> str:
        """What went wrong, in a line."""
        return f"{self.error}: {self.message}"

    def __str__(self) -> str:
        return f"{self.key!r}: {self.reason}"


Outcome: TypeAlias = Done[T] | Failed


def failed(key: str, error: BaseException) -> Failed:
    """What `error` says, as a value."""
    told = "".join(format_exception(error))
    return Failed(key=key, error=type(error).__name__, message=str(error), traceback=told)


def lost(key: str, how: str) -> Failed:
    """The failure of a task whose workers die."""
    remedy = "It may need more memory than there is (use fewer workers), or crash a library: run it alone to see"
    return Failed(key=key, error=LOST, message=f"{how}. {remedy}", traceback="")


def packed(function: Callable[[Any, Any], Any], message: object) -> bytes:
    """A task as it travels."""
    return pickle.dumps((function, message), pickle.HIGHEST_PROTOCOL)


def packed_recipe(build: Callable[[], Any]) -> bytes:
    """A recipe as it travels."""
    try:
        return pickle.dumps(build, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise AskError(
            "The recipe cannot be sent to workers: it must be a function at the top level of a module, or "
            "functools.partial of one with arguments that can be pickled",
            [f"{type(error).__name__}: {error}"],
        ) from error


def attempt(state: object, key: str, task: bytes) -> bytes:
    """Do a task; its outcome as it travels. What the task raises becomes a value, a call of `sys.exit` included."""
    try:
        function, message = pickle.loads(task)
        return pickle.dumps(Done(key=key, value=function(state, message)), pickle.HIGHEST_PROTOCOL)
    except (Exception, SystemExit) as error:
        return pickle.dumps(failed(key, error), pickle.HIGHEST_PROTOCOL)


def unpacked(key: str, outcome: bytes) -> Outcome[Any]:
    """The outcome that arrived; a failure where its value cannot be read here."""
    try:
        found: Outcome[Any] = pickle.loads(outcome)
    except Exception as error:
        return failed(key, error)
    return found
