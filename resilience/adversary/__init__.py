"""The adversary: what it would cut off, how to hold against it, and the mildest shock that breaks a floor.

from resilience import adversary

stops = adversary.export_stops(network, "ipef", by="china", weeks=26)
threat = adversary.Threat(network=network, candidates=stops)
attack = adversary.worst_cuts(threat, limits=adversary.Count(most=3), reserve=reserve)
"""

from resilience.adversary.attack import Attack, worst_cuts
from resilience.adversary.breaking import Breaking, Cheapest, Fewest, mildest_break
from resilience.adversary.curve import Curve, harm_curve
from resilience.adversary.cutoff import CutOff, export_stops, scenario_of
from resilience.adversary.defence import Defence, defend
from resilience.adversary.limits import Count, Limit, OwnCost, Ratio
from resilience.adversary.stage import Threat

__all__ = [
    "Attack",
    "Breaking",
    "Cheapest",
    "Count",
    "Curve",
    "CutOff",
    "Defence",
    "Fewest",
    "Limit",
    "OwnCost",
    "Ratio",
    "Threat",
    "defend",
    "export_stops",
    "harm_curve",
    "mildest_break",
    "scenario_of",
    "worst_cuts",
]
