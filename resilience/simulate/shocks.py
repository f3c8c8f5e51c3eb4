"""The shocks of a block of scenarios, kept only for the rows that any of them strikes.

A network has thousands of lanes and a disruption touches a few: one dense array a scenario would cost more
memory traffic than
the simulation itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.physics import Floats, Physics, Whole
from resilience.scenario import Scenario

CALM = {"left": 1.0, "open": 1.0, "added": 0.0, "wanted": 1.0, "lost": 0.0, "hoarded": 0.0}

NOWHERE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Struck:
    """One kind of change: `values` (struck rows x weeks x scenarios) for the rows in `rows`; `slot` is -1 elsewhere."""

    rows: Whole
    slot: Whole
    values: Floats

    def week(self, week: int, calm: float) -> Floats:
        """All rows x scenarios in one week, `calm` where nothing struck."""
        found = np.full((len(self.slot), self.values.shape[2]), calm)
        found[self.rows] = self.values[:, week]
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Shocks:
    """A block of scenarios: each array of a `Shock`, struck rows only, and the week (from 0) of each onset."""

    weeks: int
    onset: Whole  # per scenario; `weeks` where nothing is disrupted
    left: Struck
    open: Struck
    added: Struck
    wanted: Struck
    lost: Struck
    hoarded: Struck

    @property
    def scenarios(self) -> int:
        """How many scenarios stand in the block."""
        return len(self.onset)


def gather(physics: Physics, scenarios: Sequence[Scenario], weeks: int, *, calm: Shock | None = None) -> Shocks:
    """The shocks of `scenarios` over `weeks` weeks as one block.

    `calm` is a slate to write on, `Shock.none(network, weeks)`; giving the same one to every block saves making it.

    Raises
    ------
    AskError
        If a scenario begins past the horizon or names what the network does not have.
    """
    late = [s for s in scenarios if s.disruptions and s.first_week > weeks]
    if late:
        named = [f"{scenario.name!r} begins in week {scenario.first_week}" for scenario in late]
        raise AskError(f"Scenarios begin past the horizon of {weeks} weeks. Raise `weeks`", named)
    slate = calm if calm is not None else Shock.none(physics.network, weeks)
    found = [_strikes(scenario, slate) for scenario in scenarios]
    onset = [s.first_week - 1 if s.disruptions else weeks for s in scenarios]
    parts = {name: [one[name] for one in found] for name in CALM}
    sizes = dict.fromkeys(("left",), len(physics.output)) | dict.fromkeys(("open", "added"), len(physics.flow))
    sizes |= {"wanted": len(physics.wanted)} | dict.fromkeys(("lost", "hoarded"), len(physics.points))
    return Shocks(
        weeks=weeks,
        onset=np.array(onset, dtype=np.int64),
        **{name: _together(parts[name], sizes[name], CALM[name], weeks) for name in CALM},
    )


def _strikes(scenario: Scenario, slate: Shock) -> dict[str, tuple[Whole, Floats]]:
    """Rows that the scenario strikes and their weeks, by kind; the slate is wiped clean again."""
    found = {}
    try:
        scenario.strike(slate)
    finally:
        for name, calm in CALM.items():
            dense: Floats = getattr(slate, name)
            struck = dense != calm
            rows = np.flatnonzero(struck.any(axis=1)) if struck.any() else NOWHERE  # by row costs thrice as much
            found[name] = rows, dense[rows]
            dense[rows] = calm
    return found


def _together(parts: Sequence[tuple[Whole, Floats]], size: int, calm: float, weeks: int) -> Struck:
    rows = np.unique(np.concatenate([struck for struck, _ in parts])).astype(np.int64)
    slot = np.full(size, -1, dtype=np.int64)
    slot[rows] = np.arange(len(rows))
    values = np.full((len(rows), weeks, len(parts)), calm)
    for number, (struck, weekly) in enumerate(parts):
        values[slot[struck], :, number] = weekly
    return Struck(rows=rows, slot=slot, values=values)
