"""The adversary: what it would cut off, how to hold against it, and the mildest shock that breaks a floor.

from resilience import adversary

stops = adversary.export_stops(network, "ipef", by="china", weeks=26)
attack = adversary.worst_cuts(network, stops, limits=adversary.Count(most=3), reserve=reserve)
"""

from resilience.adversary.attack import Attack, worst_cuts
from resilience.adversary.cutoff import CutOff, export_stops, scenario_of
from resilience.adversary.limits import Count, Limit, OwnCost, Ratio

__all__ = [
    "Attack",
    "Count",
    "CutOff",
    "Limit",
    "OwnCost",
    "Ratio",
    "export_stops",
    "scenario_of",
    "worst_cuts",
]
