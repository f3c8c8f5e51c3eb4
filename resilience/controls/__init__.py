"""Export controls: what a coalition's control denies its target over time, what it costs each member, who is needed.

`effect` weighs one coalition, `weigh` puts several side by side; `load` and `ControlStudy.read` take the question from
a TOML file.
The target answers by backfill, leakage, plants of its own, and retaliation, which is any object with one method that
gives disruptions: stated beforehand (`Stated`), or the stops of its exports that would hurt most (`Best`).
"""

from resilience.controls.best import Best
from resilience.controls.control import Control, OwnProduction, Reach
from resilience.controls.effect import Effect, effect, least_loss
from resilience.controls.question import Denial, LostOutput, Measure, Question
from resilience.controls.setting import Retaliation, Setting, Stated
from resilience.controls.study import ControlStudy, load, names
from resilience.controls.weigh import Weighed, weigh

__all__ = [
    "Best",
    "Control",
    "ControlStudy",
    "Denial",
    "Effect",
    "LostOutput",
    "Measure",
    "OwnProduction",
    "Question",
    "Reach",
    "Retaliation",
    "Setting",
    "Stated",
    "Weighed",
    "effect",
    "least_loss",
    "load",
    "names",
    "weigh",
]
