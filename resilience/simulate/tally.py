"""Streaming summaries: blocks of scenarios come in, a few numbers a scenario stay."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.physics import Floats, Physics, Whole
from resilience.simulate import measures
from resilience.simulate.holdings import Holdings
from resilience.simulate.records import Records


@dataclass(kw_only=True, eq=False)
class Tally:
    """What is kept of every scenario, and of all of them together, as blocks come in."""

    physics: Physics
    held: Holdings
    loss: list[Floats] = field(default_factory=list)  # unmet, missing, drawn x scenarios, in USD
    unmet: list[Floats] = field(default_factory=list)  # goods and tiers x scenarios, in own units
    unmet_usd: list[Floats] = field(default_factory=list)
    measured: list[Floats] = field(default_factory=list)  # depth, survive, recover, triangle x scenarios
    expected: Floats | None = None  # demand x weeks, scaled units times probability

    def __post_init__(self) -> None:
        demand = self.physics.network.demand
        keys = demand[["good", "tier"]].drop_duplicates().sort_values(["good", "tier"], ignore_index=True)
        number = pd.Series(keys.index, index=pd.MultiIndex.from_frame(keys))
        self.uses = keys
        self.use_of = number.reindex(pd.MultiIndex.from_frame(demand[["good", "tier"]])).to_numpy(dtype=np.int64)

    def add(self, records: Records, onset: Whole, probability: Floats) -> None:
        """Take in one block."""
        physics = self.physics
        short = records.short.sum(axis=1)
        price = physics.price * physics.weight
        lost = [physics.at_stake @ short, price @ records.missing, physics.price[self.held.point] @ records.drawn]
        self.loss.append(np.array(lost) * physics.usd)
        stake = physics.network.demand["usd_per_unit_unmet"].to_numpy()
        own = short * physics.scale[physics.wanted_at, None]
        self.unmet.append(self._by_use(own))
        self.unmet_usd.append(self._by_use(own * stake[:, None]))
        weekly = np.tensordot(physics.at_stake, records.short, axes=(0, 0))
        share = weekly / max(float(physics.at_stake @ physics.wanted), 1e-300)
        self.measured.append(
            np.array([
                measures.depth(share),
                measures.weeks_to_survive(share, onset),
                measures.weeks_to_recover(share, onset),
                measures.triangle(share),
            ])
        )  # fmt: skip
        expected = records.short @ probability
        self.expected = expected if self.expected is None else self.expected + expected

    def _by_use(self, rows: Floats) -> Floats:
        found = np.zeros((len(self.uses), rows.shape[1]))
        np.add.at(found, self.use_of, rows)
        return found
