"""A table-top exercise on a scenario, written to a folder: the body of exercise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resilience import models
from resilience.amounts import money
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.stress import find_reserve
from resilience.cli.text import columns
from resilience.exercise import Exercise, prepare, write
from resilience.exercise.facilitator import headline
from resilience.folder import next_folder, refuse_used
from resilience.formats import plainly
from resilience.scenario import Scenario
from resilience.stress import find_scenario
from resilience.study import Study

Say = Callable[[str], None]
FOLDER = Path("exercises")
USUAL = "ipef_reserve"  # who plays, on which network, where no model holds the scenario


def exercised(name: str, *, model: str | None, reserve: str | None, out: Path | None, say: Say) -> Answer:
    """The answer of `resilience exercise`."""
    scenario, study = _asked(name, model)
    if out is not None:
        refuse_used(out)  # before minutes of work
    folder = out or next_folder(FOLDER, _as_folder(scenario.name))
    say(f"reading {study.dataset}")
    network = study.network()
    held = None if reserve is None else find_reserve(reserve, network)
    found = prepare(
        network,
        scenario,
        members=study.members,
        weeks=study.weeks,
        reserve=held,
        release=study.release.build(),
        say=say,
    )
    say("writing the pages")
    return _told(found, study, write(found, folder, study=study.text))


def _as_folder(name: str) -> str:
    """A scenario's name as that of a folder: one step, without what a path or a shell would read otherwise."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "exercise"


def _asked(name: str, model: str | None) -> tuple[Scenario, Study]:
    """The scenario of that name, and the study that says who plays, on which network and for how long.

    A scenario of `model` comes first. Without one the study is the first shipped model that holds the scenario.
    """
    if model is not None:
        study = find_study(model)
        if name in [one.name for one in study.scenarios]:
            return study.scenarios[name], study
        return find_scenario(name)[0], study
    scenario, _ = find_scenario(name)
    record = scenario.to_record()
    for held in models.names():
        study = models.load(held)
        if any(one.to_record() == record for one in study.scenarios):
            return scenario, study
    return scenario, models.load(USUAL)


def _told(found: Exercise, study: Study, folder: Path) -> Answer:
    table = found.outcomes_table()
    shown = table[["title"]].rename(columns={"title": "option"})
    for column in ("loss_usd", "members_usd", "others_usd", "drawn_usd"):
        shown[column] = table[column].map(money)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    least = f"The least loss with foresight: {money(float(found.floors['loss_usd'].min()))} USD, in coarse periods."
    lines = [
        f"{found.scenario.name} for {study.members or 'everybody'} on {found.network.name}. {headline(found)}",
        "",
        "Options (USD; loss is the world's, the rest is demand unmet of members and others, and what was drawn):",
        columns(shown),
        least,
        "Figures are a model's, no forecast.",
        "",
        f"Written to {folder}: players/ holds a page for each day, facilitator.html the answers.",
    ]
    data: dict[str, Any] = {
        "scenario": found.scenario.name,
        "study": study.name,
        "folder": str(folder),
        "files": files,
        "members": list(found.members),
        "weeks": found.weeks,
        "days": [_day(found, number) for number in range(len(found.days))],
        "options": table.to_dict("records"),
        "least_loss": found.floors.to_dict("records"),
    }
    plain = plainly(data)
    assert isinstance(plain, dict)
    return Answer(text="\n".join(lines), data=plain)


def _day(found: Exercise, number: int) -> dict[str, Any]:
    now = found.situations[number]
    return {
        "day": now.day,
        "announced": list(now.announced),
        "members_unmet_usd": now.unmet_usd(found.members),
        "ran_out": list(dict.fromkeys(now.dry["good"])),
        "cover": now.cover.to_dict("records"),
    }
