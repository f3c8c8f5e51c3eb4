"""Retaliation sought by an adversary: the stops of its exports that hurt those who control most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from resilience.adversary import Count, OwnCost, Threat
from resilience.adversary.attack import rows_of
from resilience.adversary.cutoff import possible_stops
from resilience.adversary.search import Search
from resilience.disruption import Disruption, ExportControl
from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Coarsening, Periods
from resilience.physics import members_first
from resilience.sizing.scope import Downstream, Scope

FORTNIGHTS_THEN_MONTHS = Coarsening(steps=((2, 2), (1, 4)))
DOWNSTREAM = Downstream()


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a target takes against some members, and how far no other choice does more.

    After `disruptions` no behaviour loses less than `harm_usd`; after no choice within the limits must more than
    `bound_usd` be lost. Both are weighed as the search weighs them: members in full, others at `others`.
    """

    disruptions: tuple[Disruption, ...]
    harm_usd: float
    bound_usd: float


NOTHING = Sought(disruptions=(), harm_usd=0.0, bound_usd=0.0)


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best answer of `by` to a coalition: at most `count` stops of its exports to those who control.

    Of every good of which it makes the share `share` of world output or more, it may stop what it ships to members for
    `stop_weeks` weeks from `first_week` on, at a cost of at most `own_cost_usd` in its own lost revenue. It takes the
    stops that the search of `resilience.adversary` finds: those after which the least loss that any behaviour could
    reach over `weeks` weeks is largest, where members' losses count in full and others' at `others`. No other choice
    does more by a greater share than `gap`, or by more than the solver can tell.

    It seeks on the calm network. That is exact where it ships to members nothing that it makes with controlled goods;
    elsewhere what the control itself costs them is left out of the search, though not of what is then simulated. The
    search reckons with best behaviour and the simulation with usual behaviour, under which another choice may do more.
    Not a forecast: it says what a target could do that weighs nothing but harm.

    On a large network `periods` and `scope` keep a search to minutes a coalition; with None and `Everything()` it is
    week by week and whole.
    """

    by: str
    count: int
    own_cost_usd: float | None = None
    share: float = 0.14
    stop_weeks: int = 26
    first_week: int = 1
    weeks: int = 52
    others: float = 0.01
    gap: float = 0.01
    periods: Periods | None = FORTNIGHTS_THEN_MONTHS
    scope: Scope = DOWNSTREAM

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {value!r}: it must be a whole number, {least} or more"
            for name, value, least in (
                ("count", self.count, 0), ("stop_weeks", self.stop_weeks, 1), ("first_week", self.first_week, 1),
                ("weeks", self.weeks, 1),
            )
            if not value >= least or value % 1 != 0
        ]  # fmt: skip
        faults += [
            f"{name} is {value!r}: it is a share and must lie between 0 and 1"
            for name, value in (("share", self.share), ("others", self.others), ("gap", self.gap))
            if not 0 <= value <= 1
        ]
        if self.own_cost_usd is not None and not self.own_cost_usd >= 0:
            faults.append(f"own_cost_usd is {self.own_cost_usd!r}: it must be 0 or more, or left out")
        if faults:
            raise AskError("A best retaliation cannot be as described", faults)

    def disruptions(self, network: Network, members: Collection[str]) -> tuple[Disruption, ...]:
        """The stops it takes, none where nothing it ships to these countries can hurt them."""
        return self.sought(network, members).disruptions

    def sought(self, network: Network, members: Collection[str]) -> Sought:
        """The stops it takes and what is proved of them. A network keeps what was found: it is sought but once."""
        struck = tuple(sorted(set(members) - set(network.countries(self.by))))
        return network.once((self, struck), lambda: self._seek(network, struck))

    def _seek(self, network: Network, struck: tuple[str, ...]) -> Sought:
        if not struck:
            return NOTHING
        stops = possible_stops(network, struck, by=self.by, share=self.share, weeks=self.stop_weeks)
        if not stops:
            return NOTHING
        threat = Threat(
            network=network, candidates=stops, weeks=self.weeks, periods=self.periods,
            weights=members_first(network, struck, others=self.others), scope=self.scope,
        )  # fmt: skip
        stage = threat.stage(None)
        budget = [] if self.own_cost_usd is None else [OwnCost(most_usd=self.own_cost_usd)]
        found = Search(contest=stage.contest).worst(rows_of([Count(most=self.count), *budget], stage), gap=self.gap)
        return Sought(
            disruptions=tuple(
                replace(stop, first_week=self.first_week)  # nothing changes in calm weeks: sought from week 1
                for cut in found.cuts
                for stop in stops[cut].disruptions
                if isinstance(stop, ExportControl)
            ),
            harm_usd=found.harm * stage.usd,
            bound_usd=found.bound * stage.usd,
        )
