"""What can go wrong: each disruption is a value object whose one method, `strike`, writes its mark on a `Shock`.

Weeks count from 1. A disruption holds in full from `first_week` for `weeks` weeks, then fades as its recovery says.
Selectors (`good`, `tier`, `place`, `country`, `bloc`, ...) take one name or a tuple of names; all that are given must
hold.
"""

from resilience.disruption.kinds import DemandSurge, ExportControl, Hoarding, Outage, RouteClosure, StockLoss
from resilience.disruption.selected import Names
from resilience.disruption.shock import Shock
from resilience.disruption.spell import Disruption

__all__ = [
    "DemandSurge",
    "Disruption",
    "ExportControl",
    "Hoarding",
    "Names",
    "Outage",
    "RouteClosure",
    "Shock",
    "StockLoss",
]
