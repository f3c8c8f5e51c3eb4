"""What a scenario does to one network, week by week: the slate on which disruptions write their marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.disruption.selected import Selecting
from resilience.network import Network
from resilience.recovery import Floats

Rows = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shock:
    """What a scenario does to one network over its weeks: an array of rows x weeks for each thing that can change.

    `left` is the share of each producer's capacity left; `open` the share of each lane's baseline flow that may pass
    (1: up to its limit); `added` whole weeks of extra transit; `wanted` a multiple of each demand; `lost` the share of
    each stock point's stock lost that week; `hoarded` the extra weeks of stock each point's users try to hold. Rows
    follow the network's own tables.
    """

    network: Network
    points: pd.DataFrame
    weeks: int
    left: Floats
    open: Floats
    added: Floats
    wanted: Floats
    lost: Floats
    hoarded: Floats

    def rows(self, disruption: Selecting, choose: Callable[[], np.ndarray]) -> Rows:
        """The rows that `choose` picks for a disruption with these selectors, worked out once for each network.

        Ten thousand drawn years strike the same few hundred targets again and again, and to look one up in the
        tables takes longer than to simulate the year.
        """
        key = (type(disruption), *(getattr(disruption, name) for name in disruption.selectors))
        return self.network.once(("struck", key), lambda: np.flatnonzero(choose()))

    @classmethod
    def none(cls, network: Network, weeks: int) -> Shock:
        """The calm: nothing is lost, closed, late, surged or hoarded."""
        points = network.points
        makers, lanes, demand = len(network.producers), len(network.lanes), len(network.demand)
        return cls(
            network=network,
            points=points,
            weeks=weeks,
            left=np.ones((makers, weeks)),
            open=np.ones((lanes, weeks)),
            added=np.zeros((lanes, weeks)),
            wanted=np.ones((demand, weeks)),
            lost=np.zeros((len(points), weeks)),
            hoarded=np.zeros((len(points), weeks)),
        )

    def again(self) -> Shock:
        """The calm of the same network over the same weeks."""
        return replace(
            self,
            left=np.ones_like(self.left),
            open=np.ones_like(self.open),
            added=np.zeros_like(self.added),
            wanted=np.ones_like(self.wanted),
            lost=np.zeros_like(self.lost),
            hoarded=np.zeros_like(self.hoarded),
        )

    def within(self, part: Network) -> Shock:
        """What this does to a part of its network, as `Network.only` gives it, where selectors may hit nothing."""
        if part is self.network:
            return self
        goods = set(part.goods["good"])
        network = self.network
        makers, lanes, demand = (
            frame["good"].isin(goods).to_numpy() for frame in (network.producers, network.lanes, network.demand)
        )
        keys = (pd.MultiIndex.from_frame(points[["good", "place"]]) for points in (self.points, part.points))
        points = next(keys).get_indexer(next(keys))  # a part also lacks points whose only users it leaves out
        return Shock(
            network=part,
            points=part.points,
            weeks=self.weeks,
            left=self.left[makers],
            open=self.open[lanes],
            added=self.added[lanes],
            wanted=self.wanted[demand],
            lost=self.lost[points],
            hoarded=self.hoarded[points],
        )
