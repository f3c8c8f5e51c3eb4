"""A folder to fill with data of one's own: the body of new-data."""

from __future__ import annotations

from pathlib import Path

from resilience.cli.answer import Answer
from resilience.loaders.template import WORKBOOK, write_template


def template(folder: Path) -> Answer:
    """Write the template, and say what to do with it."""
    written = write_template(folder)
    names = [path.name for path in written]
    book = "" if WORKBOOK in names else ' For a workbook as well: pip install "supply-resilience[excel]".'
    then = f"Fill the tables as its README.md says, then: resilience check {folder}"
    text = f"Written {folder}, a template of {sum(name.endswith('.csv') for name in names)} tables. {then}.{book}"
    return Answer(text=text, data={"folder": str(folder), "files": {path.name: str(path) for path in written}})
