"""An answer as one HTML file that opens offline: templates, stylesheet and the few lines that sort tables inside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from resilience.reading import Reading
from resilience.report.beside import verdict
from resilience.report.blocks import Section
from resilience.report.holding import key_figures
from resilience.report.scale import AsTheyAre, Indices
from resilience.report.sections import sections

Beside = Mapping[str, Mapping[str, Any]]


def write_report(reading: Reading, path: str | Path, *, beside: Beside | None = None, redact: bool = False) -> Path:
    """Write the report of `reading` to `path`, with folders above it where they lack."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html(reading, beside=beside, redact=redact), encoding="utf-8", newline="\n")
    return path


def html(reading: Reading, *, beside: Beside | None = None, redact: bool = False) -> str:
    """The report as text. Whatever comes from data is escaped, and the page forbids itself requests.

    Parameters
    ----------
    beside
        What other commands answered, by command: the answer.json of `compare`, `share`, `controls`, `backtest`.
    redact
        Tell amounts as indices (`resilience.report.scale.Indices`). What the study's author wrote stays as it is.
    """
    study, beside = reading.study, beside or {}
    scale = Indices.of(reading) if redact else AsTheyAre()
    told = [scale.sentence(reading.headline(scale.money)), verdict(beside.get("compare"), scale)]
    return drawn(
        kicker=f"Study {study.name} · {study.weeks} weeks" + (" · amounts redacted" if redact else ""),
        title=study.title or study.name,
        question=study.question,
        headline=" ".join(one for one in told if one),
        key_figures=key_figures(reading, scale),
        sections=sections(reading, scale, beside),
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
    """Sections as one page that needs nothing beside it; key figures are (what, how much, remark).

    A page with tables to sort carries the script that sorts them, and allows that script alone, by its hash.
    """
    tables = [block for section in sections for block in section.blocks]
    script = _script() if any(getattr(block, "sortable", False) for block in tables) else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"; script-src 'sha256-{digest}'" if script else ""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            kicker=kicker, title=title, question=question, headline=headline, key_figures=key_figures,
            sections=sections, script=script, policy=f"default-src 'none'; style-src 'unsafe-inline'{allowed}",
        )
    )  # fmt: skip


def _script() -> str:
    return files("resilience.report").joinpath("templates", "sort.js").read_text("utf-8").strip()


@cache  # templates are compiled once, which takes longer than a small page does
def _environment() -> Environment:
    loader = PackageLoader("resilience.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
