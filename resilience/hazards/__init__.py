"""Hazards: families of scenarios with a rate, a severity and a duration, and scenario sets drawn from them.

`hazard` says what may happen, `distribution` how hard and how long, `year` how often; `methods` choose the years to
try and `sample` turns them into scenarios. `reduce` makes few stand for many, measured by `distance`. `read` brings
hazards in from TOML, and `load("chips")` those that are shipped.
"""

from resilience.hazards.distance import ByLoss, Distance, Footprint
from resilience.hazards.distribution import Beta, Choice, Distribution, Fixed, LogNormal, Triangular
from resilience.hazards.hazard import (
    CommonCause,
    Evidence,
    Fade,
    Hazard,
    Hazards,
    OneOf,
    Plant,
    Site,
    Strike,
    Trigger,
    Where,
)
from resilience.hazards.methods import Importance, Method, Plain, Sobol, Stratified
from resilience.hazards.read import load, names, read, shipped
from resilience.hazards.reduce import Choose, Forward, Medoids, Reduction, reduce
from resilience.hazards.sample import check, hazards_in, sample

__all__ = [
    "Beta",
    "ByLoss",
    "Choice",
    "Choose",
    "CommonCause",
    "Distance",
    "Distribution",
    "Evidence",
    "Fade",
    "Fixed",
    "Footprint",
    "Forward",
    "Hazard",
    "Hazards",
    "Importance",
    "LogNormal",
    "Medoids",
    "Method",
    "OneOf",
    "Plain",
    "Plant",
    "Reduction",
    "Site",
    "Sobol",
    "Stratified",
    "Strike",
    "Triangular",
    "Trigger",
    "Where",
    "check",
    "hazards_in",
    "load",
    "names",
    "read",
    "reduce",
    "sample",
    "shipped",
]
