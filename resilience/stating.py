"""A study's program before it is solved: its network read and balanced, and its ask stated on it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError
from resilience.network import Network
from resilience.scenario import ScenarioSet
from resilience.sizing.stated import Stated, state_sizing
from resilience.study import Study

Say = Callable[[str], None]


def state(
    study: Study, network: Network | None = None, *, scenarios: ScenarioSet | None = None, say: Say | None = None
) -> Stated:
    """A study's program before it is solved, over other scenarios than its own where they are given."""
    say = say or (lambda text: None)
    if network is None:
        network, _ = balanced(study, say)
    refuse_unfit(study, network)
    return state_sizing(
        network,
        scenarios or study.scenarios,
        weeks=study.weeks,
        risk=study.risk(network),
        budget_usd=study.sizing.budget_usd,
        floors=[floor.build() for floor in study.sizing.floors],
        limits=study.sizing.limits,
        measures=study.measure,
        members=study.members,
        goods=study.sizing.goods,
        release=study.release.build(),
        periods=study.periods.build(),
        weights=study.weights(network),
        scope=study.scope(),
        say=say,
    )


def refuse_unfit(study: Study, network: Network) -> None:
    """Complain of everything in a study that its network does not allow.

    Raises
    ------
    AskError
        Naming each with its line, or with the change that put it in.
    """
    faults = study.faults(network)
    if faults:
        raise AskError(f"The study {study.name} does not fit its network {network.name!r}", faults)


def balanced(study: Study, say: Say) -> tuple[Network, pd.DataFrame]:
    """A study's network, balanced, and what that changed."""
    say(f"reading the network {study.dataset!r}")
    network = study.network()
    say(f"balancing {len(network.goods)} goods over {len(network.lanes)} lanes")
    found = balance(network)
    return found.network, found.adjustments
