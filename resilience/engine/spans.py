"""Long rows of like pieces, done in spans of many at once, so that a piece that ends its workers costs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from resilience.engine.task import LOST, Failed, Outcome
from resilience.engine.team import Progress, Team, quiet

M = TypeVar("M")
T = TypeVar("T")
Span = tuple[int, int, int]  # which row, its first piece, and the first piece that comes after

PARTS = 16  # a span that ends its workers is tried in, to find the piece that does


def spans(row: int, count: int, size: int) -> list[Span]:
    """The pieces of a row in spans of `size`, the last with what is left.

    >>> spans(3, 5, 2)
    [(3, 0, 2), (3, 2, 4), (3, 4, 5)]
    """
    return _parts((row, 0, count), size)


def spread(
    team: Team,
    function: Callable[[Any, M], T],
    asked: Sequence[Span],
    message: Callable[[Span], M],
    *,
    progress: Progress = quiet,
) -> dict[Span, Outcome[T]]:
    """The outcome of each span, whose message is made when it is sent.

    A span that ends its workers is tried in parts, until one piece is to blame: it is then told in parts.
    """
    found = _round(team, function, asked, message, progress)
    while broken := [span for span, outcome in found.items() if is_lost(outcome) and span[2] - span[1] > 1]:
        smaller = [part for span in broken for part in _parts(span, -(-(span[2] - span[1]) // PARTS))]
        parts = _round(team, function, smaller, message, progress)
        if all(map(is_lost, parts.values())):
            break  # it is no single piece that ends the workers
        found = {span: outcome for span, outcome in found.items() if span not in broken} | parts
    return found


def is_lost(outcome: Outcome[Any]) -> bool:
    """Whether a task ended its workers."""
    return isinstance(outcome, Failed) and outcome.error == LOST


def _parts(span: Span, size: int) -> list[Span]:
    row, first, last = span
    return [(row, begin, min(begin + size, last)) for begin in range(first, last, size)]


def _round(
    team: Team,
    function: Callable[[Any, M], T],
    asked: Sequence[Span],
    message: Callable[[Span], M],
    progress: Progress,
) -> dict[Span, Outcome[T]]:
    messages = _Messages(asked, message)
    return {messages.spans[outcome.key]: outcome for outcome in team.work(function, messages, progress=progress)}


class _Messages(Mapping[str, M]):
    """Messages by the name of their span, each made when it is asked for."""

    def __init__(self, asked: Sequence[Span], message: Callable[[Span], M]) -> None:
        self.spans = {f"{row}/{first}-{last}": (row, first, last) for row, first, last in asked}
        self.message = message

    def __getitem__(self, name: str) -> M:
        return self.message(self.spans[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)
