"""Games among the members: what each brings, what each would settle for, and how a shortage is shared.

`game` holds the table of what every coalition is worth. `power` and `voting` say what a member brings,
`core` and `nucleoli` which division holds the coalition together, `claims` how a scarce quantity is
shared out and `fairness` how that looks. They are mathematics alone and know nothing of the network.

The rest ties them to one: `market` and `alliances` say what each coalition reaches on its own, `values` tables all of
them and `coalitions` asks for those that matter; `burden` says who pays, `crisis` who gets what, `buying` what filling
at once costs and `cycle` how long an emergency takes from notice to delivery.
"""

from resilience.sharing.alliances import Alliance, Reached
from resilience.sharing.burden import (
    Burden,
    BurdenRule,
    ByLeastCore,
    ByNucleolus,
    ByShapley,
    InProportion,
    arrangements,
    burden,
    departures,
    import_weights,
    joiners,
    to_keep_all,
    use_weights,
)
from resilience.sharing.buying import buying, price_multiple
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
from resilience.sharing.coalitions import (
    Coalitions,
    least_transfers,
    nucleolus_of_costs,
    shapley_of_costs,
    would_leave,
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
from resilience.sharing.crisis import claims_in, compared, shared_out, usual_rules
from resilience.sharing.cycle import Cycle, Notification, cost_of_delay
from resilience.sharing.fairness import envy, waste, worst_off_ratio
from resilience.sharing.game import Game, coalition_sums, is_convex, is_monotone, is_zero_monotone
from resilience.sharing.market import alliance
from resilience.sharing.nucleoli import nucleolus, prenucleolus
from resilience.sharing.power import banzhaf, sampled_shapley, shapley
from resilience.sharing.terms import Terms
from resilience.sharing.values import PooledValues, pooled_values
from resilience.sharing.voting import (
    WeightedVote,
    banzhaf_index,
    banzhaf_swings,
    decisive,
    minimal_winning,
    shapley_shubik,
)

__all__ = [
    "Alliance",
    "AllocationRule",
    "Burden",
    "BurdenRule",
    "ByLeastCore",
    "ByNucleolus",
    "ByShapley",
    "ByWeight",
    "Coalitions",
    "Cycle",
    "EarmarkFirst",
    "EqualAwards",
    "EqualDays",
    "EqualLosses",
    "Game",
    "InProportion",
    "LeastCore",
    "Notification",
    "PooledValues",
    "Proportional",
    "RandomArrival",
    "Reached",
    "SidePayments",
    "Talmud",
    "Terms",
    "TierPriority",
    "WeightedVote",
    "alliance",
    "arrangements",
    "bankruptcy_game",
    "banzhaf",
    "banzhaf_index",
    "banzhaf_swings",
    "blocking_coalitions",
    "burden",
    "buying",
    "claims_in",
    "coalition_sums",
    "compared",
    "cost_of_delay",
    "cost_of_stability",
    "decisive",
    "departures",
    "envy",
    "excesses",
    "import_weights",
    "in_core",
    "is_convex",
    "is_monotone",
    "is_zero_monotone",
    "joiners",
    "least_core",
    "least_transfers",
    "minimal_winning",
    "nucleolus",
    "nucleolus_of_costs",
    "pooled_values",
    "prenucleolus",
    "price_multiple",
    "sampled_shapley",
    "shapley",
    "shapley_of_costs",
    "shapley_shubik",
    "shared_out",
    "side_payments",
    "to_keep_all",
    "use_weights",
    "usual_rules",
    "waste",
    "worst_off_ratio",
    "would_leave",
]
