"""What a disruption does to a network, or a year of whatever may come: the body of stress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from resilience import hazards, history, models
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_network, find_study
from resilience.cli.stressed import many_told, one_told
from resilience.errors import AskError, near
from resilience.folder import RUNS, read_csv
from resilience.library import STUDY, kind_of, shelf
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate import Traces, simulate
from resilience.simulate.outlook import outlook
from resilience.study import Study, read_release

Say = Callable[[str], None]
DRAWS, SEED, METHOD = 1000, 1, "stratified"
METHODS = ("stratified", "plain", "sobol", "importance")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was asked: which scenarios, drawn how, for how long, with which reserve under which rule."""

    dataset: str
    weeks: int
    scenario: str | None = None
    scenarios: Path | None = None
    hazards: str | None = None
    draws: int = DRAWS
    seed: int = SEED
    method: str = METHOD
    reserve: str | None = None
    release: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Scenarios to simulate, what is behind each, and where they come from."""

    scenarios: ScenarioSet
    causes: Mapping[str, Sequence[str]]
    told: str


def stressed(asked: Asked, *, say: Say) -> Answer:
    """The answer of `resilience stress`."""
    say(f"reading and balancing {asked.dataset}")
    network = balance(find_network(asked.dataset)).network
    chosen = _chosen(asked, network, say)
    reserve = None if asked.reserve is None else find_reserve(asked.reserve, network, asked.release)
    one = len(chosen.scenarios) == 1 and asked.hazards is None
    say(f"simulating {len(chosen.scenarios):,} scenarios over {asked.weeks} weeks")
    bare = _simulated(network, chosen.scenarios, asked, None, full=one, say=say)
    held = None if reserve is None else _simulated(network, chosen.scenarios, asked, reserve, full=one, say=say)
    data: dict[str, Any] = {"dataset": network.name, "weeks": asked.weeks, "scenarios_from": chosen.told}
    if asked.hazards is not None:
        data |= {"hazards": asked.hazards, "draws": asked.draws, "seed": asked.seed, "method": asked.method}
    if reserve is not None:
        data |= {"reserve": asked.reserve, "reserve_usd": reserve.usd, "release": str(reserve.release)}
    if one:
        (scenario,) = chosen.scenarios
        return one_told(scenario, bare, held, data)
    say("weighing the years")
    with_it = None if held is None else outlook(held, chosen.causes)
    return many_told(outlook(bare, chosen.causes), with_it, data, bare)


def _simulated(
    network: Network, scenarios: ScenarioSet, asked: Asked, reserve: Reserve | None, *, full: bool, say: Say
) -> Traces:
    return simulate(
        network, scenarios, weeks=asked.weeks, reserve=reserve, seed=asked.seed, full=full, told=_pace(say, reserve)
    )


def _pace(say: Say, reserve: Reserve | None) -> Callable[[int, int], None]:
    """Says how many scenarios are done, how fast, and how long the rest will take."""
    begun, label = time.monotonic(), "simulated" if reserve is None else "with the reserve: simulated"
    slow = "" if find_spec("numba") else '; pip install "supply-resilience[fast]" is far quicker'

    def told(done: int, whole: int) -> None:
        rate = done / max(time.monotonic() - begun, 1e-9)
        left = (whole - done) / rate
        say(f"{label} {done:,} of {whole:,} scenarios, {rate:,.0f} a second, {left:,.0f} s left{slow}")

    return told


def _chosen(asked: Asked, network: Network, say: Say) -> Chosen:
    if asked.hazards is not None:
        return _drawn(asked, network, say)
    if asked.scenarios is not None:
        found = ScenarioSet.read(asked.scenarios)
        if not len(found):
            raise AskError(f"{asked.scenarios} holds no scenario. Write each as a table [[scenario]]")
        if asked.scenario is not None:
            found = ScenarioSet(scenarios=(found[asked.scenario],))
        return Chosen(scenarios=found, causes={one.name: (one.name,) for one in found}, told=str(asked.scenarios))
    assert asked.scenario is not None
    scenario, origin = find_scenario(asked.scenario)
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


def _drawn(asked: Asked, network: Network, say: Say) -> Chosen:
    assert asked.hazards is not None
    known = _hazards(asked.hazards, asked.dataset)
    say(f"drawing {asked.draws:,} years")
    drawn = hazards.sample(
        known, network, draws=asked.draws, rng=asked.seed, method=_method(asked.method, known.law().names, known)
    )
    causes = {one.name: hazards.hazards_in(one, known) for one in drawn}
    return Chosen(scenarios=drawn, causes=causes, told=f"hazards {asked.hazards}")


def _hazards(wanted: str, dataset: str) -> hazards.Hazards:
    """All hazards shipped for the dataset, those named, or those of a TOML file."""
    if wanted.endswith(".toml"):
        return hazards.read(wanted)
    if dataset not in hazards.names():
        has = ", ".join(hazards.names())
        raise AskError(f"No hazards ship for {dataset!r} (for {has} they do). Give your own: --hazards FILE.toml")
    held = hazards.load(dataset)
    return held if wanted == "all" else held.only(*[name.strip() for name in wanted.split(",")])


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


def find_reserve(name: str, network: Network, release: Path | None) -> Reserve:
    """The reserve that a run sized: of a run's folder, or of the newest run of a study in ./runs.

    Its rule is the run's, or that of the file `release`.

    Raises
    ------
    AskError
        If there is no such run, or its reserve lacks a column.
    """
    folder = Path(name)
    if not (folder / "reserve.csv").is_file():
        if folder.is_dir():
            raise AskError(f"{name} holds no reserve.csv: give the folder of a finished run, or a study that was run")
        study = find_study(name)
        kept = [path.parent for path in RUNS.glob(f"{study.name}-*/reserve.csv")]
        if not kept:
            told = f"Run it first (resilience run {name}), or give the folder of a run"
            raise AskError(f"No run of {study.name} stands in {RUNS}. {told}")
        folder = max(kept, key=lambda path: (path / "manifest.json").stat().st_mtime)
    rows = read_csv(folder / "reserve.csv")
    strange = sorted({"good", "place", "owner", "units"} - set(rows.columns))
    if strange:
        raise AskError(f"{folder / 'reserve.csv'} has no column {', '.join(strange)}")
    rows["units"] = rows["units"].astype(np.float64)
    return Reserve.of(network, rows, release=read_release(release) if release else _run_with(folder))


def _run_with(folder: Path) -> Release:
    return Study.read(folder / "study.toml").release.build()
