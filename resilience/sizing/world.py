"""The state of the world from year to year: calm, tense, in crisis, recovering, or whatever a study tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats
from resilience.scenario import Scenario

TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class WorldState:
    """One state: how likely each scenario is to strike in a year of it, and what a reserve's goods cost to buy then.

    A year has one scenario at most; what is left of 1 is a quiet year. `assumed` says what the figures rest on.
    """

    name: str
    chances: Mapping[str, float]
    price_multiple: float = 1.0
    assumed: str = ""


@dataclass(frozen=True, kw_only=True)
class World:
    """States, and the chance that each follows each from one year to the next (`moves`, a row for each state).

    The first year is in the state `first`, by default the first named. `assumed` says what the chances rest on: they
    are judgement, and an answer should be tried under others.
    """

    states: tuple[WorldState, ...]
    moves: tuple[tuple[float, ...], ...]
    first: str = ""
    assumed: str = ""

    def __post_init__(self) -> None:
        names = self.names
        faults = [fault for state in self.states for fault in _faults(state)]
        if len(set(names)) < len(names) or not names:
            faults.append(f"states are named {', '.join(names) or 'not at all'}: give each a name of its own")
        if self.first and self.first not in names:
            faults.append(f"first is {self.first!r}: it must be one of {', '.join(names)}")
        if [len(row) for row in self.moves] != [len(names)] * len(names):
            faults.append(f"moves must have {len(names)} rows of {len(names)} chances, a row for each state")
        else:
            for name, row in zip(names, self.moves, strict=True):
                if min(row) < 0 or abs(sum(row) - 1) > TOLERANCE:
                    faults.append(f"moves from {name} add up to {sum(row):.6g}: they must add up to 1, none below 0")
        if faults:
            raise AskError("The world cannot be as described", faults)

    @property
    def names(self) -> list[str]:
        """Names of the states, in order."""
        return [state.name for state in self.states]

    @property
    def start(self) -> Floats:
        """Chance of each state in the first year."""
        return np.array([float(name == (self.first or self.names[0])) for name in self.names])

    def long_run(self) -> dict[str, float]:
        """Share of years in each state over a long time. [0 to 1, adding up to 1]

        With a cycle of states that never mixes this is still the share of time; with states that cannot be left it is
        the share from a start in all states alike.

        >>> up, down = WorldState(name="up", chances={}), WorldState(name="down", chances={})
        >>> World(states=(up, down), moves=((0.9, 0.1), (0.2, 0.8))).long_run()["up"].__round__(6)
        0.666667
        """
        moves, count = np.array(self.moves), len(self.states)
        half = (moves + np.eye(count)) / 2.0  # staying half the time changes no share, and ends every cycle
        shares = np.full(count, 1.0 / count) @ np.linalg.matrix_power(half, 2**40)
        return dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))


def world_of(
    scenarios: Iterable[Scenario],
    *,
    multiples: Mapping[str, float],
    moves: Sequence[Sequence[float]],
    price_multiples: Mapping[str, float] | None = None,
    first: str = "",
    assumed: str = "",
) -> World:
    """A world in which the scenarios' chances rise and fall together, and keep their stated mean over the long run.

    Parameters
    ----------
    multiples
        For each state, in order, how likely scenarios are beside other states: only ratios count, as all are scaled so
        that each scenario strikes as often in the long run as its own probability says.
    price_multiples
        What goods cost to buy in a state, beside their price (1 where not given).

    Raises
    ------
    AskError
        If in some state the chances would add up to more than 1, or the world is otherwise not as it must be.

    >>> strike = Scenario(name="strike", probability=0.1, disruptions=())
    >>> world = world_of([strike], multiples={"calm": 1, "tense": 3}, moves=[[0.5, 0.5], [0.5, 0.5]])
    >>> [round(state.chances["strike"], 6) for state in world.states]
    [0.05, 0.15]
    """
    names, prices, chosen = list(multiples), price_multiples or {}, list(scenarios)
    rows = tuple(tuple(float(chance) for chance in row) for row in moves)
    bare = World(states=tuple(WorldState(name=name, chances={}) for name in names), moves=rows, first=first)
    mean = sum(bare.long_run()[name] * multiple for name, multiple in multiples.items())
    if not mean > 0:
        raise AskError(f"multiples are {dict(multiples)}: at least one state that is ever met must have one above 0")
    states = tuple(
        WorldState(
            name=name,
            chances={scenario.name: scenario.probability * multiples[name] / mean for scenario in chosen},
            price_multiple=prices.get(name, 1.0),
        )
        for name in names
    )
    return World(states=states, moves=rows, first=first, assumed=assumed)


def _faults(state: WorldState) -> list[str]:
    faults = []
    total = sum(state.chances.values())
    if min(state.chances.values(), default=0.0) < 0 or total > 1 + TOLERANCE:
        faults.append(f"{state.name}: chances of its scenarios add up to {total:.6g}: at most 1, none below 0")
    if not state.price_multiple > 0:
        faults.append(f"{state.name}: price_multiple is {state.price_multiple!r}: it must lie above 0")
    return faults
