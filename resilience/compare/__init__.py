"""Compare policies: the same frozen years for all, so that differences speak of policies and not of luck.

`measures` and `policies` say what may be done, and `reshare` what a second source makes of a network. `losses` finds
what a policy loses and `trial` spreads that over an engine. `sampling` says in what sense the years are a sample,
`statistics` what follows for differences and for being best. `comparison` is the verb and its answer.
"""

from resilience.compare.comparison import Comparison, compare, sized_reserve
from resilience.compare.losses import Foreseen, Losses, Simulated
from resilience.compare.measures import (
    Applied,
    Held,
    Measure,
    NationalReserves,
    SecondSource,
    SurgeCapacity,
    earmarked,
    holding_cost,
)
from resilience.compare.policies import Policy, standard_policies
from resilience.compare.sampling import DrawnYears, Sampling, StatedChances

__all__ = [
    "Applied",
    "Comparison",
    "DrawnYears",
    "Foreseen",
    "Held",
    "Losses",
    "Measure",
    "NationalReserves",
    "Policy",
    "Sampling",
    "SecondSource",
    "Simulated",
    "StatedChances",
    "SurgeCapacity",
    "compare",
    "earmarked",
    "holding_cost",
    "sized_reserve",
    "standard_policies",
]
