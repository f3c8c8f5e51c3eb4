"""What many years may lose: the answer of a stress, as tables and as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.engine import Engine
from resilience.errors import AskError
from resilience.formats import plainly
from resilience.network import Network
from resilience.policy import Reserve
from resilience.simulate.outlook import Outlook, outlook
from resilience.stress.choice import Chosen
from resilience.stress.holding import reserve_of
from resilience.stress.question import Stress
from resilience.stress.years import ground_for, simulated

Say = Callable[[str], None]
PARTS = {
    "unmet_usd": "unmet demand, at the value at stake",
    "missing_usd": "stock and work in process missing at the end",
    "drawn_usd": "drawn from the reserve, to be bought again",
}
OUTLOOK = ("quantiles", "tails", "depths", "goods", "drivers", "worst")


@dataclass(frozen=True, kw_only=True, eq=False)
class Stressed:
    """Many scenarios weighed: with nothing held (`bare`) and, where a reserve was asked about, with it (`held`).

    `told` is the question as answers tell it; `losses` has a row for each scenario with nothing held; `failures`
    (columns scenario, reason) names those that could not be simulated, which count as years without an event.
    """

    told: Mapping[str, Any]
    bare: Outlook
    held: Outlook | None
    losses: pd.DataFrame
    failures: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """What is told of the years together, in the order in which it is told."""
        found = {"parts": parts(self.bare.parts, None if self.held is None else self.held.parts, "mean_usd")}
        found |= {name: getattr(self.bare, name) for name in OUTLOOK}
        if self.held is not None:
            with_reserve = {"quantiles": self.held.quantiles["loss_usd"], "tails": self.held.tails["mean_loss_usd"]}
            found |= {name: found[name].assign(with_reserve_usd=loss) for name, loss in with_reserve.items()}
        return found

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, by name; `failures` where something failed."""
        return {**self.frames(), "losses": self.losses} | self._failed()

    def figures(self) -> dict[str, float]:
        """The answer in a few figures, USD and chances of a year."""
        return {**self._bare(), **self._held()}

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values."""
        frames = {name: frame.to_dict("records") for name, frame in self.frames().items()}
        failed = {name: table.to_dict("records") for name, table in self._failed().items()}
        bare = {"scenarios": self.bare.scenarios, **self._bare(), "tail": self.bare.tail}
        found = plainly({**self.told, **bare, **frames, **self._held(), **failed})
        assert isinstance(found, dict)
        return found

    def _bare(self) -> dict[str, float]:
        found = self.bare
        return {
            "mean_loss_usd": found.mean_usd,
            "chance_of_any_event": found.disturbed,
            "chance_of_any_shortfall": found.short,
        }

    def _held(self) -> dict[str, float]:
        found = self.held
        if found is None:
            return {}
        return {
            "mean_loss_with_reserve_usd": found.mean_usd,
            "chance_of_any_shortfall_with_reserve": found.short,
        }

    def _failed(self) -> dict[str, pd.DataFrame]:
        return {"failures": self.failures} if len(self.failures) else {}


def stressed(
    stress: Stress, network: Network, chosen: Chosen, *, engine: Engine, say: Say = lambda text: None
) -> Stressed:
    """Simulate the scenarios that a stress means, and weigh them.

    Raises
    ------
    AskError
        If no scenario could be simulated; or one that was named could not, for then its words are to be mended.
    """
    reserve = held_for(stress, network)
    say(f"simulating {len(chosen.scenarios):,} scenarios over {stress.weeks} weeks")
    ground = ground_for(network, len(chosen.scenarios), weeks=stress.weeks, seed=stress.seed, reserve=reserve)
    (bare, *held), failures = simulated(ground, chosen.scenarios, engine=engine, say=say)
    if stress.hazards is None and len(failures):
        faults = [f"{row.scenario}: {row.reason}" for row in failures.itertuples()]
        raise AskError("These scenarios cannot be simulated", faults)
    say("weighing the years")
    losses = pd.concat([bare.probability, bare.loss, bare.loss_usd, bare.measured], axis=1)
    return Stressed(
        told=told(stress, network, chosen, reserve),
        bare=outlook(bare, chosen.causes),
        held=outlook(held[0], chosen.causes) if held else None,
        losses=losses.reset_index(),
        failures=failures,
    )


def held_for(stress: Stress, network: Network) -> Reserve | None:
    """The reserve that is asked about, if one is."""
    if stress.run is None:
        return None
    return reserve_of(Path(stress.run), network, None if stress.release is None else stress.at(stress.release))


def told(stress: Stress, network: Network, chosen: Chosen, reserve: Reserve | None) -> dict[str, Any]:
    """The question as answers tell it."""
    found: dict[str, Any] = {"dataset": network.name, "weeks": stress.weeks, "scenarios_from": chosen.told}
    if stress.hazards is not None:
        found |= {name: getattr(stress, name) for name in ("hazards", "draws", "seed", "method")}
    if reserve is not None:
        found |= {"reserve": stress.reserve, "reserve_usd": reserve.usd, "release": str(reserve.release)}
    return found


def parts(bare: pd.Series, held: pd.Series | None, name: str) -> pd.DataFrame:
    """A loss by part, with its sum last."""
    found = pd.DataFrame({"part": [*PARTS.values(), "all"], name: [*bare[list(PARTS)], bare.sum()]})
    if held is not None:
        found["with_reserve_usd"] = [*held[list(PARTS)], held.sum()]
    return found
