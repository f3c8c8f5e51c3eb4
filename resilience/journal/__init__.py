"""What a piece of work has finished, on disk as it comes, so that a stop at any moment costs only what was under way.

A finished unit is an answer: of a task that an engine did, or of a program that the solver solved. It is filed under a
`fingerprint` of what was asked, so work that begins again asks again, and is told. Nothing can be counted twice, and
nothing depends on the order in which answers came. `log` is the file, `kept` the two doors that look there first,
`plain` what may be read from it, `lock` keeps a second process out.
"""

from resilience.journal.fingerprint import fingerprint
from resilience.journal.kept import Kept, Solved
from resilience.journal.lock import Lock
from resilience.journal.log import Log

__all__ = ["Kept", "Lock", "Log", "Solved", "fingerprint"]
