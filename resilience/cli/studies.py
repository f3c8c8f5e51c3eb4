"""Answering studies and handing them on: the bodies of run and export."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.text import columns
from resilience.drawing import drawn
from resilience.errors import AskError, RunError
from resilience.folder import next_folder, refuse_used, write_csv
from resilience.result import Result, run, state
from resilience.risk import Expectation
from resilience.study import Study

Say = Callable[[str], None]
FRESH = 25  # a fresh sample has this part of the years drawn, and at least
FEWEST = 20
DRAWN_GAP = 0.005  # drawn years are a sample: to prove more than this of one is to prove noise
SHORT = {  # headers that fit a terminal; units stay
    "reserve_usd": "USD",
    "cover_days": "days",
    "holding_usd_per_year": "USD/year to hold",
    "avoided_usd_per_year": "USD/year avoided",
    "saved_usd_per_usd_held": "USD/year saved by last USD",
    "held_at": "held at",
    "least_quantity": "least in 5 %",
    "most_quantity": "most in 5 %",
}
LINES = 12  # of the ranking
RANKED = {
    "amount": "bought",
    "usd": "USD",
    "usd_per_year": "USD/year",
    "avoided_usd_per_year": "USD/year avoided",
    "usd_per_usd_avoided": "USD per USD avoided",
    "next_usd_per_usd_saved": "USD per next USD saved",
}


def answered(
    name: str, changes: Sequence[str], out: Path | None, *, say: Say, draws: int | None = None, seed: int = 1
) -> tuple[Result, Path]:
    """The result of a study, and the folder it is to be saved in; with `draws`, of years drawn in place of its own."""
    say("reading the study")
    study = changed(find_study(name), changes)
    folder = out or next_folder(Path("runs"), study.name)
    refuse_used(folder)  # before the work, not after it
    if draws is None:
        return run(study, say=say), folder
    say(f"drawing {draws:,} years")
    network = balance(study.network()).network
    asked = drawn(study, network, draws=draws, seed=seed)
    meant = isinstance(study.sizing.risk, Expectation) and not study.sizing.floors  # else no interval is defined
    years = max(draws // FRESH, FEWEST) if meant else 0
    return run(asked, say=say, gap=DRAWN_GAP, years=years), folder


def saved(result: Result, folder: Path) -> Answer:
    """What a run says, once it stands in its folder."""
    result.save(folder)
    files = {path.name: str(path) for path in sorted(folder.iterdir())}
    parts = [result.headline(), ""]
    summary = result.summary()
    if len(summary):
        parts += [columns(summary.rename(columns=SHORT)), ""]
    if len(result.sizing.measures):
        parts += ["Stock and measures by what each costs for the loss it avoids, what is bought first:"]
        parts += [columns(result.table("ranking").rename(columns=RANKED).head(LINES)), ""]
    parts += [*result.findings(), ""]
    others = result.study.losses.others
    if others != 1:
        parts.append(f"Losses outside {result.study.members} count {others:g}.")
    parts += [f"Everything is in {folder}; open {folder / 'report.html'}"]
    return Answer(text="\n".join(parts), data={**result.to_json(), "folder": str(folder), "files": files})


def changed(study: Study, changes: Sequence[str]) -> Study:
    """A study with `key=value` pairs put in; values are TOML, and words need no quotes."""
    values = {}
    for change in changes:
        key, sign, value = change.partition("=")
        if not sign or not key.strip():
            raise AskError(f"--set {change!r}: write it as key=value, for example --set sizing.budget_usd=1e9")
        try:
            values[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            values[key.strip()] = value
    return study.having(values) if values else study


def exported(name: str, *, mps: Path | None, lp: bool, excel: Path | None, say: Say) -> Answer:
    """A study's program and its names, its network, or both, as files."""
    study = find_study(name)
    files: dict[str, str] = {}
    try:
        if excel is not None:
            from resilience.loaders import write_excel

            say(f"writing {excel}")
            excel.parent.mkdir(parents=True, exist_ok=True)
            files["excel"] = str(write_excel(study.network(), excel))
        if mps is not None:
            files |= _program(study, mps, "lp" if lp else "mps", say)
    except OSError as error:
        raise RunError(f"Cannot write {error.filename or 'the files'}: {error.strerror or error}") from error
    lines = [f"{kind}: {path}" for kind, path in files.items()]
    return Answer(text="\n".join(["Written:", *lines]), data={"study": study.name, "files": files})


def _program(study: Study, folder: Path, kind: str, say: Say) -> dict[str, str]:
    from resilience.sizing.names import column_names, row_names
    from resilience.sizing.single import separable, write_singles
    from resilience.solver import write

    stated = state(study, say=say)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{study.name}.{kind}"
    say(f"writing {path}")
    write(stated.joined.program, path)
    say("writing the names of columns and rows")
    write_csv(column_names(stated), folder / "columns.csv")
    write_csv(row_names(stated), folder / "rows.csv")
    files = {"program": str(path), "columns": str(folder / "columns.csv"), "rows": str(folder / "rows.csv")}
    if kind == "mps" and separable(stated):
        say("writing the program of each scenario")
        write_singles(stated, folder / "scenarios")
        files["scenarios"] = str(folder / "scenarios")
    return files
