"""A result as one HTML file that opens offline: templates and stylesheet inside, no script, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from resilience.report.sections import key_figures, sections

if TYPE_CHECKING:
    from resilience.result import Result


def write_report(result: Result, path: str | Path) -> Path:
    """Write the report of `result` to `path`, with folders above it where they lack."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html(result), encoding="utf-8", newline="\n")
    return path


def html(result: Result) -> str:
    """The report as text. Whatever comes from data is escaped, and the page forbids itself scripts and requests."""
    page = _environment().get_template("page.html.j2")
    return page.render(
        study=result.study, headline=result.headline(), key_figures=key_figures(result), sections=sections(result)
    )


def _environment() -> Environment:
    loader = PackageLoader("resilience.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
