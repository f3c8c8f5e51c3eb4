"""When to stop learning. Each rule is an object with one method."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

LOOK = 1.96  # standard errors in a 95 % interval


@dataclass(kw_only=True)
class Progress:
    """What the passes so far have shown: the bound after each, and what each path drawn by plain chances cost."""

    bounds: list[float] = field(default_factory=list)
    paths: list[float] = field(default_factory=list)


class Stop(Protocol):
    """Any rule that tells from progress whether to stop."""

    def reached(self, progress: Progress) -> str | None:
        """Why to stop, as a sentence; None to go on."""
        ...


@dataclass(frozen=True, kw_only=True)
class Passes:
    """After so many passes, whatever the bound does."""

    most: int = 100

    def reached(self, progress: Progress) -> str | None:
        """Once there are as many."""
        return f"Stopped after {self.most} passes." if len(progress.bounds) >= self.most else None


@dataclass(frozen=True, kw_only=True)
class BoundStalls:
    """Once the bound has risen by less than the share `by` of itself over the last `over` passes.

    A bound may rest for a while and rise again: more so the more outcomes there are. Read the interval of the simulated
    value beside it.
    """

    over: int = 20
    by: float = 1e-6

    def reached(self, progress: Progress) -> str | None:
        """Once it rests."""
        if len(progress.bounds) <= self.over:
            return None
        last, before = progress.bounds[-1], progress.bounds[-1 - self.over]
        if last - before > self.by * max(abs(last), 1e-9):
            return None
        return f"The bound rose by less than {self.by:g} of itself over the last {self.over} passes."


@dataclass(frozen=True, kw_only=True)
class BoundInInterval:
    """Once the bound lies in the 95 % interval of the mean cost of the last `over` paths.

    Do not use it alone. The wider the interval the sooner it stops, so that few and varied paths stop it at once
    (T. Homem-de-Mello, V. de Matos and E. Finardi (2011), Energy Systems 2(1)). Nor with a risk measure, whose bound is
    not one on a mean.
    """

    over: int = 50

    def reached(self, progress: Progress) -> str | None:
        """Once it lies inside."""
        if len(progress.paths) < self.over:
            return None
        paths = np.array(progress.paths[-self.over :])
        margin = LOOK * float(paths.std(ddof=1)) / np.sqrt(self.over)
        if abs(progress.bounds[-1] - float(paths.mean())) > margin:
            return None
        return f"The bound lies in the 95 % interval of the cost of the last {self.over} paths."
