"""Every error the toolkit raises, in one tree.

    ResilienceError
    +-- DataError            a file or frame breaks its rules; carries every fault at once
    |   +-- BalanceError     producers and users do not fit together
    +-- AskError             a question cannot be answered as put: a name, an argument, a study
    +-- SolverError          a solver gave no usable answer; carries its status
    |   +-- InfeasibleError  no plan meets the limits; names them
    |   +-- ScenarioError    some scenarios gave no answer; names each with its reason
    +-- RunError             a run folder is in use, unfinished or unlike what was asked
    +-- EngineError          the workers that tasks were spread over cannot go on; names the tasks that finished
    +-- MissingExtraError    an optional package is not installed; names the command that installs it

Each says what went wrong, where, with which value, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN_TASKS = 12  # names of finished tasks in the text of an error; all of them are in its `finished`


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One broken rule in one cell of one table."""

    file: str
    row: int | None = None  # the line a spreadsheet shows: the header is row 1
    column: str = ""
    value: object = None
    rule: str
    remedy: str

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column {self.column}"
        shown = "" if self.value is None else f": {self.value!r}"
        return f"{where}{shown}: {self.rule}. {self.remedy}."


class ResilienceError(Exception):
    """The root: whatever the toolkit raises on purpose."""


class DataError(ResilienceError, ValueError):
    """A folder, file or frame breaks its rules. `faults` holds all of them."""

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        self.what = what
        self.faults = tuple(faults)
        count = len(self.faults)
        lines = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(self.faults, 1))
        super().__init__(f"{what}: {count} {'fault' if count == 1 else 'faults'}\n{lines}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.faults)


class BalanceError(DataError):
    """Producers and users do not fit together within the tolerance."""


class AskError(ResilienceError, ValueError):
    """A question cannot be answered as put. `faults` holds every reason."""

    def __init__(self, what: str, faults: Iterable[str] = ()) -> None:
        self.what = what
        self.faults = tuple(faults)
        super().__init__("\n".join([what, *(f"  {fault}" for fault in self.faults)]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.faults)


class SolverError(ResilienceError, RuntimeError):
    """A solver gave no usable answer."""


class InfeasibleError(SolverError):
    """No plan meets the limits. `limits` names those that conflict, in the analyst's words."""

    def __init__(self, what: str, limits: Iterable[str] = ()) -> None:
        self.what = what
        self.limits = tuple(limits)
        super().__init__("\n".join([what, *(f"  {limit}" for limit in self.limits)]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.limits)


class ScenarioError(SolverError):
    """Some scenarios of a set gave no answer, where others did. `failed` names each with its reason."""

    def __init__(self, failed: Mapping[str, str]) -> None:
        self.failed = dict(failed)
        count = len(self.failed)
        lines = [f"{name}: {reason}" for name, reason in self.failed.items()]
        what = f"{count} {'scenario' if count == 1 else 'scenarios'} could not be answered"
        super().__init__("\n".join([what, *(f"  {line}" for line in lines)]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.failed,)


class RunError(ResilienceError):
    """A run folder is in use, unfinished, or unlike what was asked for."""


class EngineError(ResilienceError, RuntimeError):
    """The workers that tasks were spread over cannot go on. `finished` names the tasks whose outcomes had come."""

    def __init__(self, what: str, finished: Iterable[str] = ()) -> None:
        self.what = what
        self.finished = tuple(finished)
        shown = ", ".join(self.finished[:SHOWN_TASKS])
        more = len(self.finished) - SHOWN_TASKS
        tail = f"\n  {len(self.finished)} finished before that: {shown}" + (f" and {more} more" if more > 0 else "")
        super().__init__(what + (tail if self.finished else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.finished)


class MissingExtraError(ResilienceError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"{package} is not installed; it belongs to the extra {extra!r}. "
            f'Install it with: pip install "supply-resilience[{extra}]"'
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.package, self.extra)


def near(word: str, known: Iterable[str]) -> str:
    """A remedy that lists the known names closest to `word`.

    >>> near("galium", ["gallium", "germanium", "neon"])
    'Did you mean gallium, germanium?'
    >>> near("xyz", ["gallium", "neon"])
    'Known: gallium, neon'
    >>> near("sized", ["sized, pooled", "sized, earmarked"])
    "Known: 'sized, earmarked', 'sized, pooled'"
    """
    names = sorted({str(name) for name in known})
    close = get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {', '.join(map(_apart, close))}?"
    shown = ", ".join(map(_apart, names[:12]))
    return f"Known: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _apart(name: str) -> str:
    """A name as it stands in a list: one with a comma of its own in quotes."""
    return repr(name) if "," in name else name


def misspelt(names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Those of `names` that were surely meant to be a known name, with that name.

    >>> misspelt(["stock", "Goods", "notes"], ["goods", "needs", "stocks"])
    {'stock': 'stocks', 'Goods': 'goods'}
    """
    listed = list(known)
    close = {name: get_close_matches(name.strip().lower(), listed, n=1, cutoff=0.8) for name in names}
    return {name: found[0] for name, found in close.items() if found}
