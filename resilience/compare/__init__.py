"""Compare policies: the same frozen years for all, so that differences speak of policies and not of luck.

`actions` and `policies` say what may be done, and `reshare` what a second source makes of a network. `losses` finds
what a policy loses and `trial` spreads that over an engine. `sampling` says in what sense the years are a sample,
`statistics` what follows for differences and for being best. `sized` is the reserve that a study sizes. `run` is the
verb, `comparison` its answer. Whether it stands: `stability` (other years, and ratings of countries, whose `scores`
ship or are anybody's), `flips` (one assumption moved), `factors`, `indices` and `sensitivity` (the data's ranges).
`outside` is a study as a plain function, for tools that explore.
"""

from resilience.compare import scores
from resilience.compare.actions import (
    Action,
    Applied,
    Bought,
    Diversified,
    Held,
    IdleCapacity,
    NationalReserves,
    earmarked,
)
from resilience.compare.comparison import Comparison
from resilience.compare.data_flips import DataFlips, data_flips
from resilience.compare.factors import Factor, at_levels, factors
from resilience.compare.flips import flips
from resilience.compare.losses import Foreseen, Found, Losses, Simulated
from resilience.compare.moving import Data
from resilience.compare.outside import Outside, as_function
from resilience.compare.policies import Policy, standard_policies
from resilience.compare.run import compare
from resilience.compare.sampling import DrawnYears, Sampling, StatedChances
from resilience.compare.sensitivity import Sensitivity, sensitivity
from resilience.compare.sized import Sized, sized_reserve
from resilience.compare.stability import Ratings, stability
from resilience.policy import holding_cost

__all__ = [
    "Action",
    "Applied",
    "Bought",
    "Comparison",
    "Data",
    "DataFlips",
    "Diversified",
    "DrawnYears",
    "Factor",
    "Foreseen",
    "Found",
    "Held",
    "IdleCapacity",
    "Losses",
    "NationalReserves",
    "Outside",
    "Policy",
    "Ratings",
    "Sampling",
    "Sensitivity",
    "Simulated",
    "Sized",
    "StatedChances",
    "as_function",
    "at_levels",
    "compare",
    "data_flips",
    "earmarked",
    "factors",
    "flips",
    "holding_cost",
    "scores",
    "sensitivity",
    "sized_reserve",
    "stability",
    "standard_policies",
]
