"""Whether the ranking stands when the years change: other draws, other chances, another agency's view of countries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resilience.compare import statistics
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.physics import Floats
from resilience.scenario import Scenario, ScenarioSet

if TYPE_CHECKING:
    from resilience.compare.comparison import Comparison

SELECTORS = ("exporter", "country", "place", "bloc")  # where a disruption says in which country it begins


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """How reliable an agency holds countries to be, as factors on the odds of what begins there (1: as stated).

    A scenario takes the largest factor of the countries its disruptions begin in (`exporter`, `country`, `place`,
    `bloc`); one that names none keeps its odds. Odds are against the undisturbed year, so that chances stay chances:
    for rare scenarios a factor of 2 doubles the chance. `scores.read` gives those that ship, and those of a CSV.

    >>> from resilience.disruption import Outage
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas"], "place": ["A"], "output_per_week": [1.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [1.0], "usd_per_unit_unmet": [1.0]})
    >>> stop = Scenario(name="stop", probability=0.5, disruptions=(Outage(place="A"),))
    >>> Ratings(name="grim", factors={"A": 3.0}).chances(network, ScenarioSet(scenarios=(stop,))).tolist()
    [0.75]
    """

    name: str
    factors: Mapping[str, float]
    source: str = ""

    def __post_init__(self) -> None:
        faults = [
            f"{who!r}: {factor!r} must be 0 or more, and finite"
            for who, factor in self.factors.items()
            if not 0 <= factor < math.inf
        ]
        if faults:
            raise AskError(f"The ratings {self.name!r} cannot be as described", faults)

    def chances(self, network: Network, scenarios: ScenarioSet) -> Floats:
        """The chances of the scenarios under these ratings.

        Raises
        ------
        AskError
            If the ratings name a country that the network does not have.
        """
        known = set(network.places["country"])
        strange = [f"unknown country {who!r}. {near(who, known)}" for who in self.factors if who not in known]
        if strange:
            raise AskError(f"The ratings {self.name!r} do not fit network {network.name!r}", strange)
        factor = [self.factor(begins_in(network, one)) for one in scenarios]
        odds = np.array([one.probability for one in scenarios]) * factor
        return np.asarray(odds / (odds.sum() + scenarios.undisturbed), dtype=np.float64)

    def factor(self, where: set[str]) -> float:
        """What the odds of something that begins in these countries are multiplied by."""
        return max((self.factors.get(country, 1.0) for country in sorted(where)), default=1.0)


def begins_in(network: Network, scenario: Scenario) -> set[str]:
    """The countries in which a scenario's disruptions begin, as far as they name any."""
    home = dict(zip(network.places["place"], network.places["country"], strict=True))
    found: set[str] = set()
    for disruption in scenario.disruptions:
        for selector in SELECTORS:
            named = getattr(disruption, selector, None) or ()
            for who in (named,) if isinstance(named, str) else named:
                found.update((home[who],) if who in home else network.countries(who))
    return found


def chances(network: Network, scenarios: ScenarioSet, ratings: Sequence[Ratings]) -> pd.DataFrame:
    """What ratings make of the chances of scenarios.

    Columns under (the name of the ratings), scenario, begins_in, factor (on its odds), stated and probability.
    """
    rows = []
    for one in ratings:
        for scenario, probability in zip(scenarios, one.chances(network, scenarios), strict=True):
            where = begins_in(network, scenario)
            begun, factor = " ".join(sorted(where)), one.factor(where)
            rows.append((one.name, scenario.name, begun, factor, scenario.probability, float(probability)))
    return pd.DataFrame(rows, columns=["under", "scenario", "begins_in", "factor", "stated", "probability"])


def stability(base: Comparison, others: Mapping[str, Comparison]) -> pd.DataFrame:
    """The ranking by total cost beside those of other comparisons of the same policies.

    Columns under, best, agreement (Kendall's tau with the base ranking: 1 the same order, -1 the reverse), places_moved
    (most that any policy moves), saves_usd_per_year (of the base's best against its first policy, under these years).
    """
    from scipy.stats import kendalltau  # a second of CPU that only who asks this should pay

    rows = []
    mine = statistics.ranks(base.total_usd)
    for name, other in {"as stated": base, **others}.items():
        if other.policies != base.policies:
            raise AskError(f"{name!r} compares other policies: rankings of the same ones can be held together")
        theirs = statistics.ranks(other.total_usd)
        agreement = float(kendalltau(mine, theirs).statistic) if len(mine) > 1 else 1.0
        moved = float(np.abs(mine - theirs).max())
        rows.append((name, other.policies[other.best], agreement, moved, other.saved(base.best)[0]))
    return pd.DataFrame(rows, columns=["under", "best", "agreement", "places_moved", "saves_usd_per_year"])
