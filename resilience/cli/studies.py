"""Handing a study on: the body of export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.errors import RunError
from resilience.folder import write_csv
from resilience.stating import state
from resilience.study import Study

Say = Callable[[str], None]


def exported(name: str, *, mps: Path | None, lp: bool, excel: Path | None, say: Say) -> Answer:
    """A study's program and its names, its network, or both, as files."""
    study = find_study(name)
    files: dict[str, str] = {}
    data: dict[str, object] = {"study": study.name, "files": files}
    try:
        if excel is not None:
            from resilience.loaders import write_excel

            say(f"writing {excel}")
            excel.parent.mkdir(parents=True, exist_ok=True)
            files["excel"] = str(write_excel(study.network(), excel))
        if mps is not None:
            written, data["objective_usd"] = _program(study, mps, "lp" if lp else "mps", say)
            files |= written
    except OSError as error:
        raise RunError(f"Cannot write {error.filename or 'the files'}: {error.strerror or error}") from error
    lines = ["Written:", *(f"{kind}: {path}" for kind, path in files.items())]
    if mps is not None:
        lines.append(f"One unit of the objective is {data['objective_usd']} USD a year.")
    return Answer(text="\n".join(lines), data=data)


def _program(study: Study, folder: Path, kind: str, say: Say) -> tuple[dict[str, str], float]:
    """The files written, and the USD in one unit of their objective."""
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
    return files, stated.laws.usd
