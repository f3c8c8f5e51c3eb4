"""Table-top exercises: what is known on each day, what can be decided, and what it would lead to."""

from resilience.exercise.notification import notification
from resilience.exercise.prepare import Exercise, prepare
from resilience.exercise.situation import Situation, situation
from resilience.exercise.write import write
from resilience.sharing import Notification

__all__ = ["Exercise", "Notification", "Situation", "notification", "prepare", "situation", "write"]
