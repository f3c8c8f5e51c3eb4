"""Parts of a network in which measures may be bought, and each scenario's case on the part that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from resilience.mitigation import Measure
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Physics, Whole, physics
from resilience.policy import Release
from resilience.scenario import Scenario
from resilience.sizing.case import Case, build_case
from resilience.sizing.compiled import each_compiled
from resilience.sizing.lifts import Lifts, lifts
from resilience.sizing.reserve import Offers
from resilience.sizing.scope import Scope, downstream
from resilience.sizing.statement import Compiled
from resilience.stores import Stores, stores

Say = Callable[[str], None]


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
    rows: pd.DataFrame,
    release: Release,
    *,
    weeks: int,
    periods: Periods | None,
    scope: Scope,
) -> tuple[list[Case], list[Whole]]:
    """Each scenario's case on the part of the network it needs, and which of the stores `rows` that part holds."""
    known: dict[frozenset[str], tuple[Physics, Lifts | None, Whole, Stores]] = {}
    cases, mine = [], []
    for scenario in scenarios:
        goods = scope.goods(parts.bare, scenario, weeks) | parts.touched
        if goods not in known:
            laws, lifted = parts.part(goods)
            own = np.flatnonzero(rows["good"].isin(goods))
            known[goods] = laws, lifted, own, stores(laws, rows.iloc[own], weeks=weeks, release=release)
        laws, lifted, own, held = known[goods]
        whole = parts.full.network
        case = build_case(laws, scenario, weeks=weeks, held=held, periods=periods, whole=whole, lifts=lifted)
        cases.append(case)
        mine.append(own)
    return cases, mine


def compiled(cases: Sequence[Case], wholes: Iterable[Case] | None, say: Say) -> list[Compiled]:
    """Each case's response program; cut out of the whole network's where `wholes` has the same scenarios on that."""
    blocks = []
    for number, block in enumerate(each_compiled(cases, cases if wholes is None else wholes), 1):
        say(f"stated scenario {number} of {len(cases)}: {cases[number - 1].scenario.name}")
        blocks.append(block)
    return blocks
