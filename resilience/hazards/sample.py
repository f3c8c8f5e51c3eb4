"""Scenario sets drawn from hazards: one scenario a year, with everything that happens in that year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resilience.disruption import Disruption, Shock
from resilience.errors import AskError
from resilience.hazards.distribution import nth
from resilience.hazards.hazard import ROUND, Hazard, Hazards, Selectors
from resilience.hazards.methods import MARKS, Method, Stratified, Year
from resilience.hazards.year import Floats
from resilience.network import Network
from resilience.scenario import Scenario, ScenarioSet

WEEKS_A_YEAR = 52
ROUNDS = 10  # an answer may be answered in turn, so often; a spiral with even odds outlasts it once in a thousand years


STRATIFIED = Stratified()


def sample(
    hazards: Hazards,
    network: Network,
    *,
    draws: int,
    rng: np.random.Generator | int,
    method: Method = STRATIFIED,
) -> ScenarioSet:
    """`draws` disturbed years, each a scenario whose probability is its weight; what is left of one is the year
    without any event.

    A year with two events is one scenario that holds both, and whatever they trigger. The week in which its first
    event begins is week 1: before it the network is at rest, so that nothing is lost by leaving those weeks out. The
    same seed gives the same set.

    Do not read a scenario's probability as the chance that just this happens: it is the weight of one draw.

    Raises
    ------
    AskError
        If `draws` is too few for the method, or a hazard names something the network does not have.
    """
    if draws < 1:
        raise AskError(f"draws is {draws!r}: at least 1")
    targets = {hazard.name: _Targets.of(hazard, network) for hazard in hazards.hazards}
    generator = np.random.default_rng(rng)
    years = method.years(hazards.law(), draws, generator)
    digits = len(str(draws))
    made = [_scenario(f"{turn:0{digits}}", year, hazards, targets, generator) for turn, year in enumerate(years, 1)]
    return ScenarioSet(scenarios=tuple(made))


def hazards_in(scenario: Scenario, hazards: Hazards) -> tuple[str, ...]:
    """Which of `hazards` a drawn year holds, each once, in the order they struck: read from the name `sample` gave."""
    _, _, told = scenario.name.partition(" ")
    known = sorted((hazard.name for hazard in hazards.hazards), key=len, reverse=True)
    parts = told.split(", ")
    held = (next((name for name in known if f"{part} ".startswith(f"{name} ")), None) for part in parts)
    return tuple(dict.fromkeys(name for name in held if name is not None))


def check(hazards: Hazards, network: Network) -> None:
    """Whether every hazard finds in `network` all that it may strike: each target, not only those that a sample
    happens to draw.

    Raises
    ------
    AskError
        Naming every hazard that does not, and why.
    """
    faults, shock = [], Shock.none(network, 1)
    for hazard in hazards.hazards:
        try:
            for _, target in hazard.where.options(network):
                for strike in hazard.strikes:
                    strike.disruption(target, severity=1.0, weeks=1.0, first_week=1).strike(shock)
        except AskError as error:
            faults.append(f"{hazard.name}: {error}")
    if faults:
        raise AskError("These hazards do not fit the network", faults)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Targets:
    """What a hazard may strike in one network, with the weights added up."""

    selectors: list[Selectors]
    running: Floats

    @classmethod
    def of(cls, hazard: Hazard, network: Network) -> _Targets:
        options = hazard.where.options(network)
        return cls(
            selectors=[chosen for _, chosen in options],
            running=np.cumsum([weight for weight, _ in options], dtype=float),
        )


@dataclass(frozen=True, kw_only=True)
class _Event:
    """One event of one year."""

    week: int
    what: str
    told: str
    disruptions: tuple[Disruption, ...]


def _scenario(
    number: str, year: Year, hazards: Hazards, targets: Mapping[str, _Targets], rng: np.random.Generator
) -> Scenario:
    events: list[_Event] = []
    weeks = [int(mark[-1] * WEEKS_A_YEAR) for mark in year.marks]
    first = min(weeks)
    waiting = [
        (hazards.hazards[struck], mark, 1 + week - first, 0)
        for struck, mark, week in zip(year.events, year.marks, weeks, strict=True)
    ]
    while waiting:
        hazard, mark, week, turn = waiting.pop(0)
        events.append(_event(hazard, mark, week, targets[hazard.name]))
        for trigger in hazard.triggers:
            coin, wait = rng.random(2)
            if coin < trigger.chance and turn < ROUNDS:
                later = week + max(0, round(trigger.delay_weeks.at(wait)))
                waiting.append((hazards[trigger.hazard], rng.random(MARKS), later, turn + 1))
    events.sort(key=lambda event: event.week)
    return Scenario(
        name=f"{number} " + ", ".join(event.what for event in events),
        probability=float(f"{year.weight:.12g}"),
        disruptions=tuple(disruption for event in events for disruption in event.disruptions),
        note="; ".join(event.told for event in events),
    )


def _event(hazard: Hazard, mark: Floats, week: int, targets: _Targets) -> _Event:
    target = targets.selectors[nth(targets.running, float(mark[0]))]
    severity = round(hazard.severity.at(float(mark[1])), ROUND)
    weeks = round(hazard.weeks.at(float(mark[1] if hazard.harder_is_longer else mark[2])), ROUND)
    what = f"{hazard.name} {_told(target)}".strip()
    return _Event(
        week=week,
        what=what,
        told=f"week {week}: {what}, severity {severity:g}, {weeks:g} weeks",
        disruptions=tuple(
            strike.disruption(target, severity=severity, weeks=weeks, first_week=week) for strike in hazard.strikes
        ),
    )


def _told(target: Selectors) -> str:
    named = [value if isinstance(value, str) else "+".join(value) for value in target.values() if value]
    return " ".join(named)
