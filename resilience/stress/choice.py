"""The scenarios that a stress means, and what is behind each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resilience import hazards, history, models
from resilience.errors import AskError, near
from resilience.library import STUDY, kind_of, shelf
from resilience.network import Network
from resilience.scenario import Scenario, ScenarioSet
from resilience.stress.question import Stress

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Scenarios to simulate, what is behind each, and where they come from."""

    scenarios: ScenarioSet
    causes: Mapping[str, Sequence[str]]
    told: str


def choose(stress: Stress, network: Network, *, say: Say = lambda text: None) -> Chosen:
    """The scenarios that are asked about; the same question on the same network means the same ones.

    Raises
    ------
    AskError
        If there is no such scenario, file or hazard, or too few years for the method.
    """
    if stress.hazards is not None:
        return _drawn(stress, network, say)
    if stress.scenarios is not None:
        found = ScenarioSet.read(stress.at(stress.scenarios))
        if not len(found):
            raise AskError(f"{stress.scenarios} holds no scenario. Write each as a table [[scenario]]")
        if stress.scenario is not None:
            found = ScenarioSet(scenarios=(found[stress.scenario],))
        return Chosen(scenarios=found, causes={one.name: (one.name,) for one in found}, told=stress.scenarios)
    assert stress.scenario is not None
    scenario, origin = find_scenario(stress.scenario)
    return Chosen(scenarios=ScenarioSet(scenarios=(scenario,)), causes={scenario.name: (scenario.name,)}, told=origin)


def find_scenario(name: str) -> tuple[Scenario, str]:
    """The scenario of that name in a shipped model or among past events, and where it stands.

    `MODEL/NAME` says which model is meant where several know the name.

    Raises
    ------
    AskError
        When none has that name, with the closest ones; or when several have, and differ.
    """
    found = _shipped(name.rpartition("/")[2])
    if name not in found:
        short = [key for key in _shipped("") if "/" not in key]
        raise AskError(f"No shipped model or past event has a scenario {name!r}. {near(name, short)}")
    scenario, origin = found[name][0]
    if any(other.to_record() != scenario.to_record() for other, _ in found[name]):
        raise AskError(f"Several scenarios are called {name!r}", [f"{where}" for _, where in found[name]])
    return scenario, origin


def _shipped(text: str) -> dict[str, list[tuple[Scenario, str]]]:
    """Scenarios of the shipped files that hold `text`, by what they may be called. Other files are not parsed."""
    found: dict[str, list[tuple[Scenario, str]]] = {}
    for path in _holding(text, shelf("models")):
        if kind_of(path) == STUDY:
            for one in models.load(path.stem).scenarios:
                for key in (one.name, f"{path.stem}/{one.name}"):
                    found.setdefault(key, []).append((one, f"model {path.stem}"))
    for path in _holding(text, shelf("models") / "history"):
        event = history.read(path)
        found.setdefault(event.name, []).append((event.scenario, f"history, {event.title}"))
    return found


def _holding(text: str, folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if text in path.read_text("utf-8-sig"))


def _drawn(stress: Stress, network: Network, say: Say) -> Chosen:
    assert stress.hazards is not None
    known = hazards.read(stress.hazards_in())
    if stress.hazards != "all" and not stress.hazards.endswith(".toml"):
        known = known.only(*[name.strip() for name in stress.hazards.split(",")])
    say(f"drawing {stress.draws:,} years")
    method = _method(stress.method, known.law().names, known)
    drawn = hazards.sample(known, network, draws=stress.draws, rng=stress.seed, method=method)
    causes = {one.name: hazards.hazards_in(one, known) for one in drawn}
    return Chosen(scenarios=drawn, causes=causes, told=f"hazards {stress.hazards}")


def _method(name: str, names: Sequence[str], known: hazards.Hazards) -> hazards.Method:
    """The way of drawing of that name. Importance draws each hazard as if its rate were the geometric mean of its own
    and that of the most frequent.
    """
    if name == "importance":
        rates = {one: known[one].rate_per_year for one in names if known[one].rate_per_year > 0}
        most = max(rates.values())
        return hazards.Importance(factors={one: math.sqrt(most / rate) for one, rate in rates.items()})
    ways: dict[str, hazards.Method] = {
        "stratified": hazards.Stratified(),
        "plain": hazards.Plain(),
        "sobol": hazards.Sobol(),
    }
    return ways[name]
