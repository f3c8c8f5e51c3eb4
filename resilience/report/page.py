"""A result as one HTML file that opens offline: templates and stylesheet inside, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from resilience.report.blocks import Section
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
    study = result.study
    return drawn(
        kicker=f"Study {study.name} · {study.weeks} weeks",
        title=study.title or study.name,
        question=study.question,
        headline=result.headline(),
        key_figures=key_figures(result),
        sections=sections(result),
    )


def drawn(
    *,
    kicker: str,
    title: str,
    headline: str,
    sections: Sequence[Section],
    question: str = "",
    key_figures: Sequence[tuple[str, str, str]] = (),
) -> str:
    """Sections as one page that needs nothing beside it; key figures are (what, how much, remark)."""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            kicker=kicker, title=title, question=question, headline=headline, key_figures=key_figures, sections=sections
        )
    )


def _environment() -> Environment:
    loader = PackageLoader("resilience.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
