"""The cost of coalitions: all of them one from another, or only those that are asked for, with a floor under the rest.

All coalitions of one alliance have one program: whoever is left out has its columns held at nothing. The table is made
from everybody down, taking out one member at a time, and begins each program at the corner of the coalition it came
from, which lies a few hundred steps away where a start from nowhere takes tens of thousands. Members with much at stake
are taken out first, so that the many last steps are short.

Duals serve too. Those of one coalition give a floor under the cost of every other (`Terms`), and costs of parts that
make up a coalition give a ceiling. `Coalitions` keeps both; what only needs to know which coalitions matter, such as
the nucleolus, is then settled with a hundred programs instead of sixteen thousand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError, SolverError
from resilience.physics import Floats
from resilience.sharing.alliances import Alliance
from resilience.sharing.game import Game, coalition_sums
from resilience.sharing.turning import Turning

MOST = 16  # members of whom all coalitions are tabled; beyond that, ask for those that matter
TRUSTED = 1e-6  # of what all lose in the market: how far above the floor its own duals give a cost may lie
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PooledValues:
    """What every coalition costs a year when it holds in common, in USD, proved to `gap` of what all lose without.

    `costs` is the game of costs and `saved` that of what a reserve saves: loss in the market less cost. Ask the core
    and the nucleolus of `saved`, or of `costs.negated()`: they say the same.
    """

    costs: Game
    saved: Game
    market_usd: pd.Series[float]
    gap: float
    seconds: float

    def __repr__(self) -> str:
        return (
            f"PooledValues of {self.costs.size} members: {self.costs.everyone:,.0f} USD a year together, "
            f"{self.costs.alone().sum():,.0f} each alone, {self.market_usd.sum():,.0f} with no reserve "
            f"(gap {self.gap:.1e})"
        )


def pooled_values(asked: Alliance, *, say: Say = lambda text: None) -> PooledValues:
    """The cost of every coalition of an `alliance` that holds a reserve in common.

    A coalition's cost is holding plus expected loss of its own members, when it holds, draws and trades among its
    own, and everything else stays as the market has it: see `resilience.sharing.alliances`. Up to 16 members; work
    doubles with each (docs/explain/performance.md). On a large network ask `Coalitions` for what matters instead. Each
    program begins where that of a coalition with one member more ended.

    Raises
    ------
    AskError
        If there are too many members for a table.
    SolverError
        If a cost cannot be proved.

    >>> from resilience import Network, Outage, Scenario
    >>> from resilience.sharing import alliance
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
    ...     producers={"good": ["gas"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 10.0]},
    ...     demand={"good": ["gas"] * 2, "place": ["A", "B"], "units_per_week": [10.0] * 2,
    ...             "usd_per_unit_unmet": [21.0] * 2},
    ...     blocs={"club": ["A", "B"]})
    >>> stops = [Scenario(name=f"stop in {place}", probability=0.1, disruptions=(Outage(place=place, weeks=4),))
    ...          for place in ("A", "B")]
    >>> pooled_values(alliance(network, stops, members="club", weeks=8)).costs.values.round(6).tolist()
    [0.0, 24.0, 24.0, 28.0]
    """
    if len(asked.members) > MOST:
        raise AskError(
            f"{len(asked.members)} members have {2 ** len(asked.members):,} coalitions: a table takes {MOST} at most. "
            "Ask `Coalitions` for those that matter, or `sampled_shapley`"
        )
    started = time.process_time()
    market = coalition_sums(asked.market_usd)
    costs, gap = market.copy(), 0.0
    for done, (number, objective, dual) in enumerate(_walk(asked), 1):
        costs[number] = market[number] + objective * asked.usd
        wide = costs[number] - asked.terms(dual).of(number)
        if wide > TRUSTED * market[-1]:  # more was needed
            alone = asked.reached(name for place, name in enumerate(asked.members) if number >> place & 1)
            costs[number], wide = alone.cost_usd, alone.cost_usd - alone.bound_usd
        gap = max(gap, wide / max(market[-1], 1e-9))
        say(f"coalition {done:,} of {len(costs) - 1:,}: gap {gap:.1e}")
    if gap > TRUSTED:
        raise SolverError(f"A coalition's cost was proved to a gap of {gap:.1e} only. Check the data's scale")
    costs[0] = 0.0
    return PooledValues(
        costs=Game(players=asked.members, values=costs),
        saved=Game(players=asked.members, values=market - costs),
        market_usd=pd.Series(asked.market_usd, index=pd.Index(asked.members, name="player")),
        gap=gap,
        seconds=time.process_time() - started,
    )


def _walk(asked: Alliance) -> Iterator[tuple[int, float, Floats]]:
    """Each coalition's number, least cost of departing from the market, and duals; everybody first."""
    turning = Turning(asked, asked.needed)
    order = np.argsort(-asked.market_usd, kind="stable").tolist()

    def visit(after: int) -> Iterator[tuple[int, float, Floats]]:
        objective, here = turning.solve(), turning.mark()
        assert objective is not None  # steps are not limited
        yield turning.number, objective, turning.dual()
        for position in range(after, len(order)):
            if turning.inside.sum() > 1:
                turning.turn(order[position], is_in=False)
                yield from visit(position + 1)
                turning.turn(order[position], is_in=True)
                turning.back(here)

    yield from visit(0)
