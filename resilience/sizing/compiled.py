"""The response program as arrays: stated once for each structure, then re-bounded for each scenario."""

from __future__ import annotations

from dataclasses import dataclass, field

from resilience.sizing.case import Case
from resilience.sizing.program import response_program, sides, upper_bounds
from resilience.sizing.statement import Compiled


@dataclass(kw_only=True)
class Compiler:
    """Turns cases of one network into arrays; cases of one structure share one statement.

    Equal to stating each case afresh (a test holds this), only faster.
    """

    stated: dict[tuple[object, ...], Compiled] = field(default_factory=dict)

    def compile(self, case: Case) -> Compiled:
        """The case's program, with nothing held in its stores."""
        key = case.structure()
        if key not in self.stated:
            self.stated[key] = response_program(case).compiled()
        return self.stated[key].bounded(upper=upper_bounds(case), sides=sides(case))
