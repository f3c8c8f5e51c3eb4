"""Writing up a finished run again: the body of report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from resilience.cli.answer import Answer
from resilience.errors import RunError
from resilience.folder import MANIFEST, RUNS, newest
from resilience.report import write_report
from resilience.report.beside import KINDS
from resilience.runs.saved import beside, read

Say = Callable[[str], None]
PLAIN, REDACTED = "report.html", "report-redacted.html"


def reported(run: str, *, out: Path | None, redact: bool, say: Say) -> Answer:
    """The report of the run in a folder, or of the newest run of a study, with what lies beside it.

    Raises
    ------
    RunError
        If there is no such run, or the file cannot be written.
    """
    folder = find_run(run)
    say(f"reading {folder}")
    saved = read(folder)
    found = beside(saved)
    path = out or folder / (REDACTED if redact else PLAIN)
    say("writing the report")
    try:
        write_report(saved, path, beside=found, redact=redact)
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror or error}. Give another file with --out.") from error
    lines = [f"Written {path}, {path.stat().st_size / 1e6:.1f} MB."]
    if found:
        lines.append(f"With the answers beside it of: {', '.join(found)}.")
    if missing := [kind for kind in KINDS if kind not in found]:
        lines.append(f"More sections appear with: resilience {'|'.join(missing)} ... --out {folder}/NAME")
    if redact:
        lines.append("Amounts are indices; what the study's author wrote is as it was: read it before you send it.")
    data = {"file": str(path), "run": str(folder), "beside": list(found), "redacted": redact}
    return Answer(text="\n".join(lines), data=data)


def find_run(name: str) -> Path:
    """The folder of a finished run: as given, or the newest of a study of that name in ./runs.

    Raises
    ------
    RunError
        If there is none.
    """
    if Path(name).is_dir():
        return Path(name)
    found = newest(name, MANIFEST)
    if found is None:
        raise RunError(f"{name} is no folder, and no finished run of that name stands in {RUNS}")
    return found
