"""What named disruptions do to a network: the body of stress, but for drawn years, which are runs (`running`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.stressed import many_told, one_told
from resilience.engine import Serial
from resilience.errors import AskError
from resilience.folder import MANIFEST, RUNS, newest
from resilience.network import Network
from resilience.policy import Reserve
from resilience.simulate import Traces, simulate
from resilience.stress import METHODS, Chosen, Stress, choose, reserve_of, stressed
from resilience.stress.answer import held_for, told

Say = Callable[[str], None]


def question(words: Mapping[str, Any]) -> Stress:
    """What the command was asked, by the names of its options; files and runs are those seen from here."""
    if words["method"] not in METHODS:
        raise typer.BadParameter(f"--method {words['method']!r}: one of {', '.join(METHODS)}")
    reserve = words["reserve"]
    run = None if reserve is None else str(find_run_with_reserve(reserve).resolve())
    plain: dict[str, Any] = {name: str(word) if isinstance(word, Path) else word for name, word in words.items()}
    return Stress(**plain, run=run, place=str(Path.cwd()))


def answered(stress: Stress, *, say: Say) -> Answer:
    """The answer where scenarios are named: one is told week by week, several as a distribution."""
    say(f"reading and balancing {stress.dataset}")
    network = stress.network()
    chosen = choose(stress, network, say=say)
    if len(chosen.scenarios) > 1:
        return many_told(stressed(stress, network, chosen, engine=Serial(), say=say))
    reserve = held_for(stress, network)
    say(f"simulating over {stress.weeks} weeks")
    bare = _traced(stress, network, chosen, None)
    held = None if reserve is None else _traced(stress, network, chosen, reserve)
    (scenario,) = chosen.scenarios
    return one_told(scenario, bare, held, told(stress, network, chosen, reserve))


def _traced(stress: Stress, network: Network, chosen: Chosen, reserve: Reserve | None) -> Traces:
    return simulate(network, chosen.scenarios, weeks=stress.weeks, reserve=reserve, seed=stress.seed, full=True)


def find_run_with_reserve(name: str) -> Path:
    """The folder of a run that sized a reserve: as given, or the newest such run of a study in ./runs.

    Raises
    ------
    AskError
        If there is none.
    """
    folder = Path(name)
    if (folder / "reserve.csv").is_file():
        return folder
    if folder.is_dir():
        raise AskError(f"{name} holds no reserve.csv: give the folder of a finished run, or a study that was run")
    found = newest(name, MANIFEST, "reserve.csv")
    if found is None:
        study = find_study(name)
        told = f"Run it first (resilience run {name}), or give the folder of a run"
        raise AskError(f"No run of {study.name} stands in {RUNS}. {told}")
    return found


def find_reserve(name: str, network: Network) -> Reserve:
    """The reserve of such a run, under the run's own rule of release."""
    return reserve_of(find_run_with_reserve(name), network)
