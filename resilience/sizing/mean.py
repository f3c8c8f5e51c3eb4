"""The year that is the mean of all years, the undisturbed one with its weight, as a case of the response program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from resilience.disruption import Shock
from resilience.periods import Grid
from resilience.physics import Floats, lane_limits, physics
from resilience.sizing.case import Case
from resilience.sizing.lifts import Raised, lifts, raised
from resilience.stores import stores

if TYPE_CHECKING:
    from resilience.sizing.stated import Stated

NAME = "the mean of all years"


def mean_case(stated: Stated) -> Case:
    """The mean year of a stated sizing, on its whole network.

    What is left of capacities, what lanes may carry, how late they are, what is wanted and what stocks lose are each
    averaged week by week, and so is what measures could add: an option only in years in which it could be built. The
    year runs over the grid of the scenario that begins first. Do not read its loss as a forecast: no year is like it.
    """
    laws = stated.laws
    first = min(stated.cases, key=lambda case: case.scenario.reaction_week)
    skip = first.scenario.reaction_week - 1
    weeks = skip + first.grid.weeks
    held = stores(laws, stated.rows, weeks=weeks, release=stated.release)
    left, passing, added, wanted, lost = (part[:, skip:] for part in _mean(stated, weeks))
    starts = first.grid.edges[:-1].astype(int)
    return Case(
        physics=laws,
        scenario=replace(first.scenario, name=NAME, probability=1.0),
        grid=first.grid,
        stores=held,
        left=first.grid.mean(left),
        passing=first.grid.mean(passing),
        lag=laws.transit[:, None] + added,
        multiple=first.grid.mean(wanted),
        lost=1.0 - np.multiply.reduceat(1.0 - lost, starts, axis=1),
        raised=_raised(stated, first.grid, skip, weeks) if stated.measures else None,
    )


def _mean(stated: Stated, weeks: int) -> list[Floats]:
    """Capacity left, passing, added transit, demand and loss of stock: rows x weeks, each a mean over years."""
    laws, calm = stated.laws, stated.scenarios.undisturbed
    found = [
        np.full((len(laws.output), weeks), calm),
        np.repeat(calm * laws.limit[:, None], weeks, axis=1),
        np.zeros((len(laws.limit), weeks)),
        np.full((len(laws.wanted), weeks), calm),
        np.zeros((len(laws.points), weeks)),
    ]
    for scenario in stated.scenarios:
        shock = scenario.shock(laws.network, weeks)
        parts = (shock.left, lane_limits(laws, shock.open), shock.added, shock.wanted, shock.lost)
        for mean, part in zip(found, parts, strict=True):
            mean += scenario.probability * part
    return found


def _raised(stated: Stated, grid: Grid, skip: int, weeks: int) -> Raised:
    """What measures lift, a mean over years; in the undisturbed one nothing begins, so that no option is built.

    How far a substitute is qualified hangs on when a year's disruption begins alone, which is the case's own week here.
    """
    laws, bare = stated.laws, stated.network
    found = lifts(physics(bare, usd=laws.usd), [measure.adds(bare) for measure in stated.measures])

    def lifted(shock: Shock, onset: int) -> Raised:
        return raised(found, laws, shock, grid, skip=skip, onset=onset - skip)

    calm = lifted(Shock.none(laws.network, weeks), weeks)
    own, more = stated.scenarios.undisturbed * calm.own, stated.scenarios.undisturbed * calm.more
    for scenario in stated.scenarios:
        year = lifted(scenario.shock(laws.network, weeks), scenario.first_week - 1)
        own, more = own + scenario.probability * year.own, more + scenario.probability * year.more
    first = min(stated.cases, key=lambda case: case.scenario.reaction_week).scenario
    begun = lifted(Shock.none(laws.network, weeks), first.first_week - 1)
    last = slice(len(own) - len(found.replaced), None)
    own[last], more[last] = begun.own[last], begun.more[last]
    return Raised(lifts=found, own=own, more=more)
