"""An exercise as a folder: pages by day for players, one for the facilitator, in Markdown and HTML; and tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from resilience.exercise import facilitator, players
from resilience.exercise.markdown import markdown
from resilience.exercise.prepare import Exercise
from resilience.exercise.situation import Situation
from resilience.folder import write_run
from resilience.provenance import versions
from resilience.report.blocks import Section
from resilience.report.page import drawn

PLAYERS = "players"


def texts(exercise: Exercise) -> dict[str, str]:
    """What each file of the package says, by its name."""
    found: dict[str, str] = {}
    for now in exercise.situations:
        found |= player_texts(exercise, now)
    return found | _both(
        "facilitator",
        title=players.title(exercise),
        kicker="Facilitator · not for players",
        headline=facilitator.headline(exercise),
        sections=facilitator.pages(exercise),
    )


def player_texts(exercise: Exercise, now: Situation) -> dict[str, str]:
    """The page of one day in both forms, by file name."""
    return _both(
        f"{PLAYERS}/day-{now.day:02d}",
        title=players.title(exercise),
        kicker=f"Players · day {now.day}",
        headline=players.headline(exercise, now),
        sections=players.pages(exercise, now),
    )


def write(exercise: Exercise, folder: str | Path, *, study: str = "") -> Path:
    """Write the package into a new folder; all of it or nothing. `study` is kept beside it: the text it came from.

    Raises
    ------
    RunError
        If the folder holds anything already, or it cannot be written.
    """
    written = texts(exercise)

    def lay(report: Path) -> None:
        (report.parent / PLAYERS).mkdir()
        for name, text in written.items():
            (report.parent / name).write_text(text, "utf-8", newline="\n")

    manifest = {
        "exercise": exercise.scenario.name,
        "network": exercise.network.name,
        "members": list(exercise.members),
        "weeks": exercise.weeks,
        "days": list(exercise.days),
        "versions": versions(),
    }
    tables = {"options": exercise.outcomes_table(), "least_loss": exercise.floors, **_by_day(exercise)}
    return write_run(Path(folder), study=study, tables=tables, manifest=manifest, report=lay)


def _both(name: str, *, title: str, kicker: str, headline: str, sections: Sequence[Section]) -> dict[str, str]:
    return {
        f"{name}.md": markdown(title=title, kicker=kicker, headline=headline, sections=sections),
        f"{name}.html": drawn(title=title, kicker=kicker, headline=headline, sections=sections),
    }


def _by_day(exercise: Exercise) -> dict[str, pd.DataFrame]:
    """Every row behind the pages: what was short, dry and left, by day."""
    return {
        name: pd.concat(
            [getattr(now, name).assign(known_on_day=now.day) for now in exercise.situations], ignore_index=True
        )
        for name in ("short", "dry", "cover")
    }
