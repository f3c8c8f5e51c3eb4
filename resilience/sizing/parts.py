"""Parts of a network in which measures may be bought: the physics with all of them in place, and what each lifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from resilience.mitigation import Measure
from resilience.network import Network
from resilience.physics import Physics, physics
from resilience.sizing.lifts import Lifts, lifts
from resilience.sizing.reserve import Offers
from resilience.sizing.scope import downstream


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Parts of a network, with every measure in place, and what the measures lift there."""

    bare: Network
    full: Physics
    measures: Sequence[Measure]
    weights: Mapping[str, float] | None

    @cached_property
    def touched(self) -> frozenset[str]:
        """Goods that a measure touches, and all that is made from them."""
        adds = [measure.adds(self.bare).goods for measure in self.measures]
        return downstream(self.bare, frozenset().union(*adds))

    def part(self, goods: frozenset[str]) -> tuple[Physics, Lifts | None]:
        """The physics of some goods, and their lifts; none where no measure is offered."""
        usd = self.full.usd
        laws = physics(self.full.network.only(goods), weights=self.weights, usd=usd)
        if not self.measures:
            return laws, None
        bare = physics(self.bare.only(goods), weights=self.weights, usd=usd)
        return laws, lifts(bare, [measure.adds(self.bare) for measure in self.measures])


def offers(measures: Sequence[Measure], usd: float) -> Offers:
    """What the reserve program knows of the measures; `usd` is its unit of money."""
    return Offers(
        yearly=np.array([measure.usd_per_year for measure in measures], dtype=np.float64) / usd,
        purchase=np.array([measure.usd for measure in measures], dtype=np.float64) / usd,
        most=np.array([measure.most for measure in measures], dtype=np.float64),
        parts=sum(not measure.whole for measure in measures),
    )
