"""What can be bought beside stock: a second source, standby capacity, a new plant, a qualified substitute.

    size_reserve(..., measures=...)     how much of which is worth its price, beside stock and in the same budget
    with_measures(network, bought)      the network with them in place, for `simulate` and `best_response`
    until_built(scenario, ...)          the same scenario, in which what is only an option still has to be built

Costs are the analyst's. Nobody publishes what it takes to qualify a lane or to keep a plant on standby, so `note` must
say where the figures come from or, where they are assumed, why these.
"""

from resilience.mitigation.built import offered, stated_limit, until_built, with_measures
from resilience.mitigation.measures import (
    Additions,
    Measure,
    NewCapacity,
    SecondSource,
    SubstituteQualified,
    SurgeCapacity,
)

__all__ = [
    "Additions",
    "Measure",
    "NewCapacity",
    "SecondSource",
    "SubstituteQualified",
    "SurgeCapacity",
    "offered",
    "stated_limit",
    "until_built",
    "with_measures",
]
