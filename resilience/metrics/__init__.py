"""Structure: what the network depends on, where it can be stopped, and how long it holds.

Pure functions of a `Network`. Each balances the network first, so that all speak of one baseline week; each states its
unit, its range, its source, and when not to use it. Suppliers are countries: firms in one country count together. All
leave out what a network states in `substitutes`: they speak of the baseline week and of losses as they fall, before
anybody has qualified anything. `simulate` and `best_response` count substitutes.
"""

from resilience.metrics.centrality import betweenness
from resilience.metrics.cover import days_of_cover
from resilience.metrics.cuts import Chokepoints, chokepoints
from resilience.metrics.losses import n_minus_1, n_minus_k
from resilience.metrics.suppliers import (
    concentration,
    concentrations,
    dependence,
    dependence_through,
    effective_suppliers,
)
from resilience.metrics.survival import recovery_gaps, time_to_survive

__all__ = [
    "Chokepoints",
    "betweenness",
    "chokepoints",
    "concentration",
    "concentrations",
    "days_of_cover",
    "dependence",
    "dependence_through",
    "effective_suppliers",
    "n_minus_1",
    "n_minus_k",
    "recovery_gaps",
    "time_to_survive",
]
