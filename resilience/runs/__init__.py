"""Runs in folders: begun, gone on with after a stop, swept over settings, and held side by side.

`asked` is what a run was asked, as its folder says it; `unfinished` a run that is under way; `answer` how one is
answered, in one piece, for each point of a `sweep`, by `comparing` policies or `stressing` a network; `diff` what
differs between two that are finished.
"""

from resilience.runs.answer import Answered, answer
from resilience.runs.asked import Asked, AskedStress, Comparing
from resilience.runs.comparing import Compared
from resilience.runs.diff import Difference, diff
from resilience.runs.unfinished import Unfinished, begin, take_up

__all__ = [
    "Answered",
    "Asked",
    "AskedStress",
    "Compared",
    "Comparing",
    "Difference",
    "Unfinished",
    "answer",
    "begin",
    "diff",
    "take_up",
]
