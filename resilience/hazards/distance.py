"""How unlike two scenarios are. Each choice is an object with one method that puts every scenario at a point; how
unlike two are is the sum, over the coordinates, of how far they lie apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np

from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.hazards.year import Floats
from resilience.network import Network
from resilience.recovery import Step
from resilience.scenario import Scenario

CALM = {"left": 1.0, "open": 1.0, "added": 0.0, "wanted": 1.0, "lost": 0.0, "hoarded": 0.0}


class Distance(Protocol):
    """Any way of putting scenarios at points."""

    def points(self, scenarios: Sequence[Scenario]) -> Floats:
        """One row a scenario; an undisturbed year would lie at zero."""
        ...


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What is struck and for how long: for each good the weeks of world output lost, of lanes closed or late, of
    demand added, of stock lost or hoarded, within `weeks` weeks.

    Producers count by their share of the good's output, lanes and users evenly. Effects of several disruptions are
    added, and when they come does not matter. Do not use it where the order of events decides; measure by simulated
    losses then (`ByLoss`).
    """

    network: Network
    weeks: int = 104

    def points(self, scenarios: Sequence[Scenario]) -> Floats:
        """Weeks by kind of effect and good. Shape (scenarios, 6 x goods)."""
        marks: dict[str, Floats] = {}
        calm, weights = Shock.none(self.network, 1), _weights(self.network)
        found = np.zeros((len(scenarios), len(CALM) * len(self.network.goods)))
        for row, scenario in enumerate(scenarios):
            for disruption in scenario.disruptions:
                once: Any = replace(disruption, first_week=1, weeks=1, recovery=Step())  # type: ignore[type-var]
                key = repr(_full(once))
                if key not in marks:
                    marks[key] = _mark(_full(once), calm, weights)
                part = 1.0 if type(once).__name__ == "StockLoss" else _long(disruption, self.weeks)
                found[row] += _severity(once) * part * marks[key]
        return found


@dataclass(frozen=True, kw_only=True)
class ByLoss:
    """By what each scenario costs, as a simulation or a program found it: a loss for each scenario, in their order."""

    losses: tuple[float, ...]

    def points(self, scenarios: Sequence[Scenario]) -> Floats:
        """The losses as a column."""
        if len(self.losses) != len(scenarios):
            raise AskError(f"ByLoss has {len(self.losses)} losses for {len(scenarios)} scenarios: give one for each")
        return np.asarray(self.losses, dtype=np.float64)[:, None]


def _mark(once: Any, calm: Shock, weights: Mapping[str, Floats]) -> Floats:
    """The effect of one week of a disruption in full."""
    shock = replace(calm, **{name: getattr(calm, name).copy() for name in CALM})
    once.strike(shock)
    return np.concatenate([weights[name] @ np.abs(getattr(shock, name)[:, 0] - usual) for name, usual in CALM.items()])


def _full(once: Any) -> Any:
    """The same disruption in its hardest form, so that one mark serves every severity."""
    names = {entry.name for entry in fields(once)}
    hardest = {"lost": 1.0, "licensed": 0.0, "leaked": 0.0, "factor": 2.0, "extra_weeks": 1.0}
    if "open_share" in names and once.added_weeks == 0:
        hardest["open_share"] = 0.0
    return replace(once, **{name: value for name, value in hardest.items() if name in names})


def _severity(once: Any) -> float:
    """Which part of its hardest form a disruption is. One that delays as well is marked as it is."""
    kind = type(once).__name__
    if kind == "ExportControl":
        return float(1.0 - min(once.licensed + once.leaked, 1.0))
    if kind == "RouteClosure":
        return float(1.0 - once.open_share) if once.added_weeks == 0 else 1.0
    if kind == "DemandSurge":
        return float(abs(once.factor - 1.0))
    return float(once.extra_weeks if kind == "Hoarding" else once.lost)


def _long(disruption: Any, horizon: int) -> float:
    """Weeks in force within the horizon, a fading week in part."""
    return float(disruption.severity(horizon).sum())


def _weights(network: Network) -> dict[str, Floats]:
    """For each kind of effect, how the rows of its table add up to goods (goods x rows)."""
    goods = list(network.goods["good"])
    made = network.producers
    output = made["share"].fillna(made["output_per_week"]).to_numpy(dtype=float)
    lanes, demand, points = network.lanes, network.demand, network.points

    def by_good(column: Any, size: Floats) -> Floats:
        spread = np.equal.outer(np.array(goods, dtype=object), np.asarray(column, dtype=object)) * size
        total = spread.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(spread, total, out=np.zeros_like(spread), where=total > 0), dtype=np.float64)

    across = by_good(lanes["good"], np.ones(len(lanes)))
    held = by_good(points["good"], np.ones(len(points)))
    return {
        "left": by_good(made["good"], output),
        "open": across,
        "added": across,
        "wanted": by_good(demand["good"], np.ones(len(demand))),
        "lost": held,
        "hoarded": held,
    }
