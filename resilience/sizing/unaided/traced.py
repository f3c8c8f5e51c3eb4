"""What each of many scenarios loses at most, told by simulation before any program is stated.

A trace is a plan: what firms do by a rule of thumb, week by week, the program could do as well, so the least loss is no
more than that of the best rule tried. A thousand years take seconds to simulate and hours to solve; half of them lose
nothing by some rule, hence nothing at all, and need no program.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Floats
from resilience.scenario import ScenarioSet
from resilience.simulate.behaviour import Behaviour, EqualDays, Qualified, Qualify, StockGap
from resilience.simulate.run import simulate

RULES = (  # of thumb, that lose little where others lose much
    Behaviour(),
    Behaviour(ordering=StockGap(weeks=12), switching=Qualify(weeks=4), substitution=Qualified()),
    Behaviour(rationing=EqualDays(), switching=Qualify(weeks=4)),
)


def most_lost(
    network: Network, scenarios: ScenarioSet, *, weeks: int, weights: Mapping[str, float] | None = None
) -> Floats:
    """For each scenario, USD that the least loss does not pass where nothing is held. Shape (scenarios,).

    Infinite for a network that cannot be simulated.

    Week by week: a program of coarser periods is another program, whose least loss may be a little more or less.
    """
    try:
        lost = [
            simulate(network, scenarios, weeks=weeks, behaviour=rule, weights=weights, full=False).loss_usd.to_numpy()
            for rule in RULES
        ]
    except AskError:  # goods that wait for one another within the week: a plan can have that, a simulation cannot
        return np.full(len(scenarios), np.inf)
    return np.asarray(np.min(lost, axis=0), dtype=np.float64)
