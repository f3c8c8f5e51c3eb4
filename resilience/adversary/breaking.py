"""The reverse stress test: the mildest joint shock that breaks a floor, and the proof that none milder does."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.adversary.attack import plans_table
from resilience.adversary.contest import Floats
from resilience.adversary.cutoff import CutOff, scenario_of
from resilience.adversary.search import Found, Say, Search
from resilience.adversary.stage import Stage, Threat, Unmet
from resilience.errors import AskError
from resilience.policy import Reserve
from resilience.scenario import Scenario
from resilience.sizing.reserve import Floor
from resilience.solver import Status


class Mildness(Protocol):
    """Any way to say which of two choices is the milder."""

    def price(self, own_usd: Floats) -> Floats:
        """What each cut-off counts, from what it costs its author."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fewest:
    """The one with fewer cut-offs."""

    def price(self, own_usd: Floats) -> Floats:
        """One each."""
        return np.ones(len(own_usd))


@dataclass(frozen=True, kw_only=True)
class Cheapest:
    """The one that costs its author less revenue. Cut-offs that cost nothing are free: do not mix them in."""

    def price(self, own_usd: Floats) -> Floats:
        """Its own cost each."""
        return own_usd


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Breaking:
    """The mildest choice that breaks a floor, or that none does (`broken` False, no `cuts`).

    Once `cuts` are cut off, no plan leaves less than the share `unmet` of the floor's demand unmet; `price` is what
    the choice counts, and none that counts less than `least_price` breaks the floor. `plans` is the proof: each plan
    keeps the floor whatever is cut off, save what is `not_spared`, so whatever breaks it takes one of those of each.
    """

    floor: Floor
    broken: bool
    cuts: tuple[CutOff, ...]
    unmet: float
    price: float
    least_price: float
    own_usd: float
    status: Status
    seconds: float
    solves: int
    plans: pd.DataFrame

    @property
    def scenario(self) -> Scenario:
        """The choice as a scenario, to simulate or to size against."""
        return scenario_of(self.cuts)

    def __repr__(self) -> str:
        floor = f"{self.floor.served:.1%} of {self.floor.tier} demand served"
        if not self.broken:
            return f"Breaking: nothing among the candidates breaks {floor}; all together leave {self.unmet:.2%} unmet"
        named = " + ".join(cut.name for cut in self.cuts)
        return (
            f"Breaking: {named} breaks {floor}: at least {self.unmet:.2%} unmet; counts {self.price:,.6g}, "
            f"none below {self.least_price:,.6g} does"
        )


def mildest_break(
    threat: Threat,
    *,
    floor: Floor,
    members: str | None = None,
    mildness: Mildness | None = None,
    reserve: Reserve | None = None,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Breaking:
    """The mildest choice of candidates after which no plan serves the share `floor.served` of the members' demand.

    The defender here plans for the floor and nothing else, so what breaks it cannot be borne by any behaviour at all;
    a shock that it survives may still break the floor in practice. `floor.within` is not asked: one shock is one year.

    Parameters
    ----------
    members
        Whose demand the floor counts; everyone's by default.
    mildness
        `Fewest()` (the default) or `Cheapest()`.

    Whose losses count (`weights`) is not asked: harm is a share of demand. The rest is as for `worst_cuts`; at the time
    limit, all candidates together are returned, with the bound reached.

    Raises
    ------
    AskError
        Naming every candidate that cannot be one, or if the members want nothing in that tier.

    >>> from resilience import Network
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [2.0]},
    ...     producers={"good": ["gas", "gas"], "place": ["B", "C"], "output_per_week": [8.0, 2.0]},
    ...     lanes={"good": ["gas", "gas"], "origin": ["B", "C"], "destination": ["A", "A"]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [9.0]})
    >>> from resilience.adversary import export_stops
    >>> threat = Threat(network=network, candidates=export_stops(network, "A", weeks=4), weeks=8)
    >>> mildest_break(threat, floor=Floor(tier="essential", served=0.7))
    Breaking: gas from B breaks 70.0% of essential demand served: at least 40.00% unmet; counts 1, none below 1 does
    """
    started = time.process_time()
    network = threat.network
    inside = frozenset(network.countries(members) if members else network.places["country"])
    stage = threat.stage(reserve, Unmet(floor=floor, members=inside))
    if not stage.contest.program.cost.any():
        who = members or "anybody"
        raise AskError(f"No demand of {who} in tier {floor.tier!r} stands downstream of the cut-offs: nothing breaks")
    search = Search(contest=stage.contest, say=say, deadline=time.monotonic() + time_limit_s)
    price = (mildness or Fewest()).price(np.array([cut.own_usd for cut in stage.candidates]))
    found = search.mildest(price, past=1.0 - floor.served)
    return _told(stage, search, found, floor, price, time.process_time() - started)


def _told(stage: Stage, search: Search, found: Found | None, floor: Floor, price: Floats, seconds: float) -> Breaking:
    chosen = () if found is None else found.cuts
    cuts = tuple(stage.candidates[cut] for cut in chosen)
    proof = search.proof(search.largest)
    nothing = Found(cuts=(), harm=search.largest, bound=math.inf, status=Status.OPTIMAL, plans=proof)
    held = found or nothing
    return Breaking(
        floor=floor,
        broken=found is not None,
        cuts=cuts,
        unmet=held.harm,
        price=float(price[list(chosen)].sum()) if found else math.inf,
        least_price=held.bound,
        own_usd=sum(cut.own_usd for cut in cuts),
        status=held.status,
        seconds=seconds,
        solves=search.solves,
        plans=plans_table(stage, held),
    )
