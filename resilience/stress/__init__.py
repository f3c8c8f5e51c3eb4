"""What a year may lose on a network, over many simulated years, drawn from hazards or listed in a file.

`question` is what is asked, `choice` the scenarios it means, `holding` the reserve that is held against them, `years`
the simulation in blocks over an engine, `answer` what comes of it.
"""

from resilience.stress.answer import Stressed, stressed
from resilience.stress.choice import Chosen, choose, find_scenario
from resilience.stress.holding import reserve_of
from resilience.stress.question import METHODS, Stress

__all__ = ["METHODS", "Chosen", "Stress", "Stressed", "choose", "find_scenario", "reserve_of", "stressed"]
