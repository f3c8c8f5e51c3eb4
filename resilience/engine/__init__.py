"""Where work is spread: in this process, over processes, over a dask cluster, over any Executor.

An engine is a value with one method, `team`: it brings up workers, each of which builds a state once. A team answers
messages with one function of that state, in whatever order the answers come. `task` holds what an answer is, `team` the
door, `serial` the plainest way through it, `processes`, `given` and `cluster` the others, `words` their names on a
command line; `spans` sends many like pieces together.

Answers are the same on every engine as long as a task depends on nothing but its message and what `build` gave.
"""

from resilience.engine.cluster import Dask
from resilience.engine.given import Given
from resilience.engine.processes import Processes
from resilience.engine.serial import Serial
from resilience.engine.task import Done, Failed, Outcome
from resilience.engine.team import Engine, Team, answers, as_given, nothing
from resilience.engine.words import parse

__all__ = [
    "Dask",
    "Done",
    "Engine",
    "Failed",
    "Given",
    "Outcome",
    "Processes",
    "Serial",
    "Team",
    "answers",
    "as_given",
    "nothing",
    "parse",
]
