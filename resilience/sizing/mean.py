"""The year that is the mean of all years, the undisturbed one with its weight, as a case of the response program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from resilience.physics import Floats, Physics, Whole, lane_limits, physics
from resilience.sizing.case import Case
from resilience.stores import stores

if TYPE_CHECKING:
    from resilience.sizing.size import Stated

NAME = "the mean of all years"


def mean_case(stated: Stated) -> tuple[Case, Whole]:
    """The mean year of a stated sizing, and which of its stores the case holds.

    What is left of capacities, what lanes may carry, how late they are, what is wanted and what stocks lose are each
    averaged week by week. The year runs over the grid of the scenario that begins first, on the goods that any scenario
    touches. Do not read its loss as a forecast: no year is like it.
    """
    whole = set(stated.laws.network.goods["good"])
    kept = frozenset().union(*(case.physics.network.goods["good"] for case in stated.cases))
    laws = stated.laws if kept == whole else _part(stated.laws, kept)
    first = min(stated.cases, key=lambda case: case.scenario.reaction_week)
    skip = first.scenario.reaction_week - 1
    weeks = skip + first.grid.weeks
    own = np.flatnonzero(stated.rows["good"].isin(kept))
    held = stores(laws, stated.rows.iloc[own], weeks=weeks, release=stated.release)
    left, passing, added, wanted, lost = (part[:, skip:] for part in _mean(stated, laws, weeks))
    starts = first.grid.edges[:-1].astype(int)
    case = Case(
        physics=laws,
        scenario=replace(first.scenario, name=NAME, probability=1.0),
        grid=first.grid,
        stores=held,
        left=first.grid.mean(left),
        passing=first.grid.mean(passing),
        lag=laws.transit[:, None] + added,
        multiple=first.grid.mean(wanted),
        lost=1.0 - np.multiply.reduceat(1.0 - lost, starts, axis=1),
    )
    return case, own


def _mean(stated: Stated, laws: Physics, weeks: int) -> list[Floats]:
    """Capacity left, passing, added transit, demand and loss of stock: rows x weeks, each a mean over years."""
    calm = stated.scenarios.undisturbed
    found = [
        np.full((len(laws.output), weeks), calm),
        np.repeat(calm * laws.limit[:, None], weeks, axis=1),
        np.zeros((len(laws.limit), weeks)),
        np.full((len(laws.wanted), weeks), calm),
        np.zeros((len(laws.points), weeks)),
    ]
    for case in stated.cases:
        shock = case.scenario.shock(laws.network, weeks)
        parts = (shock.left, lane_limits(laws, shock.open), shock.added, shock.wanted, shock.lost)
        for mean, part in zip(found, parts, strict=True):
            mean += case.scenario.probability * part
    return found


def _part(laws: Physics, kept: frozenset[str]) -> Physics:
    """The same laws on some of the goods, losses weighed and money counted as on the whole."""
    weights = dict(zip(laws.points["country"], laws.weight.tolist(), strict=True))
    return physics(laws.network.only(kept), weights=weights, usd=laws.usd)
