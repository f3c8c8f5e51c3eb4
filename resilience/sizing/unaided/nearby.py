"""What lies near what a scenario strikes, so that goods there can be left free and all others run as ever.

Most of a year runs as any other: others make a struck good, or its stocks last, and few downstream notice. A part that
leaves a few goods free, and holds the rest as in a calm year (`calm.py`), is a fraction of the whole (`fixed.py`). So
the least loss of a part is no less than that of the whole, and it is often the same; that there is no plan in it says
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from resilience.network import Network
from resilience.physics import Floats, Mask, Whole
from resilience.sizing.case import Case
from resilience.sizing.scope import made_from
from resilience.sizing.statement import Compiled
from resilience.sizing.unaided.calm import NOBODY, calm_year, struck_goods

FAR = np.iinfo(np.int64).max  # steps to a good that is not downstream, and of columns that belong to no good


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """The plan of a calm year, and how far each column lies from what the scenario strikes: `steps` of making, or of
    standing in, downstream to its good; in `supplied`, inputs lie as near as the nearest good that is made from them.
    """

    calm: Floats
    steps: Whole
    supplied: Whole


def surroundings(case: Case, block: Compiled) -> Surroundings | None:
    """What lies near; None where the calm year breaks a rule that is no one good's."""
    calm = calm_year(case, block)
    struck = struck_goods(case, block, calm)
    if struck is None:
        return None
    network = case.physics.network
    steps = _steps(network, struck)
    supplied = steps.copy()
    number = {good: n for n, good in enumerate(network.goods["good"])}
    for good, needed in network.needs[["good", "input"]].itertuples(index=False, name=None):
        supplied[number[needed]] = min(supplied[number[needed]], steps[number[good]])
    of_column, of_inputs = (np.where(calm.good == NOBODY, FAR, of_good[calm.good]) for of_good in (steps, supplied))
    return Surroundings(calm=calm.plan, steps=of_column, supplied=of_inputs)


def _steps(network: Network, struck: Mask) -> Whole:
    names = network.goods["good"].to_numpy(dtype=object)
    found = np.full(len(names), FAR)
    for steps, layer in enumerate(nx.bfs_layers(made_from(network), names[struck])):
        found[np.isin(names, np.array(layer, dtype=object))] = steps
    return found
