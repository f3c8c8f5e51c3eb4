"""What each scenario loses where nothing is held: simulated, lent, sought near what is struck, or solved.

`most_lost` tells of many scenarios, before any program is stated, what each loses at most; `without_reserve` what each
loses, solving as few of their programs, and as little of each, as the answer needs.
"""

from resilience.sizing.unaided.traced import most_lost
from resilience.sizing.unaided.without import KEPT, Traced, Without, without_reserve

__all__ = ["KEPT", "Traced", "Without", "most_lost", "without_reserve"]
