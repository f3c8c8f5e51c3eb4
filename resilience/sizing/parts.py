"""Parts of a network in which measures may be bought, and each scenario's case on the part that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from resilience.disruption import Shock
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Physics, Whole, physics
from resilience.scenario import Scenario
from resilience.sizing.case import Case, build_case
from resilience.sizing.lifts import Lifts, lifts
from resilience.sizing.reserve import Offers
from resilience.sizing.scope import Scope, downstream
from resilience.stores import Stores, stores


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
        whole = goods == frozenset(self.bare.goods["good"])
        laws = self.full if whole else physics(self.full.network.only(goods), weights=self.weights, usd=usd)
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


def cases_of(
    parts: Parts,
    scenarios: Iterable[Scenario],
    held: Stores,
    *,
    weeks: int,
    periods: Periods | None,
    scope: Scope,
) -> Iterator[tuple[Case, Case]]:
    """Each scenario's case on the part of the network it needs, and a case that it can be cut out of: that of the whole
    network, or itself where measures are offered. `held` are the stores of the whole network.
    """
    known: dict[frozenset[str], tuple[Physics, Lifts | None, Stores]] = {}
    calm = Shock.none(parts.full.network, weeks)
    for scenario in scenarios:
        shock = scenario.on(calm)
        goods = scope.goods(scenario.shock(parts.bare, weeks) if parts.measures else shock) | parts.touched
        if goods not in known:
            laws, lifted = parts.part(goods)
            own = held.rows[held.rows["good"].isin(goods)]
            known[goods] = laws, lifted, stores(laws, own, weeks=weeks, release=held.release)
        laws, lifted, mine = known[goods]
        case = build_case(laws, scenario, weeks=weeks, held=mine, periods=periods, shock=shock, lifts=lifted)
        if parts.measures or laws is parts.full:
            yield case, case
        else:
            yield case, build_case(parts.full, scenario, weeks=weeks, held=held, periods=periods, shock=shock)


def of_each(cases: Iterable[Case], rows: pd.DataFrame) -> list[Whole]:
    """Which of the stores `rows` the part of each case holds."""
    found: dict[int, Whole] = {}
    for case in cases:
        if id(case.physics) not in found:
            found[id(case.physics)] = np.flatnonzero(rows["good"].isin(case.physics.network.goods["good"]))
    return [found[id(case.physics)] for case in cases]
