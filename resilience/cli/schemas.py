"""What editors need to know of a study's file: the body of schema."""

from __future__ import annotations

import json
from pathlib import Path

from resilience.cli.answer import Answer
from resilience.errors import RunError
from resilience.study import schema


def told(out: Path | None) -> Answer:
    """The JSON Schema of studies, printed or as a file."""
    text = json.dumps(schema(), indent=1)
    if out is None:
        return Answer(text=text, data={})
    path = out / "study.schema.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror or error}") from error
    line = f"#:schema ./{path.name}"
    return Answer(
        text=f"Written {path}. Studies beside it are checked as you type, if their first line is {line}", data={}
    )
