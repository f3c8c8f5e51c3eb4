"""Games among the members: what each brings, what each would settle for, and how a shortage is shared.

`game` holds the table of what every coalition is worth. `power` and `voting` say what a member brings,
`core` and `nucleoli` which division holds the coalition together, `claims` how a scarce quantity is
shared out and `fairness` how that looks. They are mathematics alone and know nothing of the network.
"""

from resilience.sharing.claims import (
    AllocationRule,
    ByWeight,
    EarmarkFirst,
    EqualAwards,
    EqualDays,
    EqualLosses,
    Proportional,
    RandomArrival,
    Talmud,
    TierPriority,
    bankruptcy_game,
)
from resilience.sharing.core import (
    LeastCore,
    SidePayments,
    blocking_coalitions,
    cost_of_stability,
    excesses,
    in_core,
    least_core,
    side_payments,
)
from resilience.sharing.fairness import envy, waste, worst_off_ratio
from resilience.sharing.game import Game, coalition_sums, is_convex, is_monotone, is_zero_monotone
from resilience.sharing.nucleoli import nucleolus, prenucleolus
from resilience.sharing.power import banzhaf, sampled_shapley, shapley
from resilience.sharing.voting import (
    WeightedVote,
    banzhaf_index,
    banzhaf_swings,
    decisive,
    minimal_winning,
    shapley_shubik,
)

__all__ = [
    "AllocationRule",
    "ByWeight",
    "EarmarkFirst",
    "EqualAwards",
    "EqualDays",
    "EqualLosses",
    "Game",
    "LeastCore",
    "Proportional",
    "RandomArrival",
    "SidePayments",
    "Talmud",
    "TierPriority",
    "WeightedVote",
    "bankruptcy_game",
    "banzhaf",
    "banzhaf_index",
    "banzhaf_swings",
    "blocking_coalitions",
    "coalition_sums",
    "cost_of_stability",
    "decisive",
    "envy",
    "excesses",
    "in_core",
    "is_convex",
    "is_monotone",
    "is_zero_monotone",
    "least_core",
    "minimal_winning",
    "nucleolus",
    "prenucleolus",
    "sampled_shapley",
    "shapley",
    "shapley_shubik",
    "side_payments",
    "waste",
    "worst_off_ratio",
]
