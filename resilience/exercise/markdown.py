"""The blocks of a page as Markdown. Everything is plain text until it is written, and escaped as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from resilience.report.blocks import Facts, Section, Table

MARKS = re.compile(r"([\\`*_{}\[\]#|~!])")
STARTS = re.compile(r"^(?:[-+=]|\d+(?=[.)](?:\s|$)))")  # what would begin a list or a heading


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it stands within a line: no tag, link, emphasis or table cell comes of it.

    >>> escaped("a|b <i>*c*</i>")
    'a\\|b &lt;i&gt;\\*c\\*&lt;/i&gt;'
    """
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MARKS.sub(r"\\\1", line)


def markdown(*, title: str, kicker: str, headline: str, sections: Iterable[Section]) -> str:
    """A page with its sections."""
    parts = [f"# {escaped(title)}", _paragraph(kicker), f"**{escaped(headline)}**"]
    for section in sections:
        parts.append(f"## {escaped(section.title)}")
        parts += [_paragraph(words) for words in section.words]
        parts += [_table(block) if isinstance(block, Table) else _facts(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    heads = [f"{column.head} ({column.unit})" if column.unit else column.head for column in table.columns]
    lines = [
        f"*{escaped(table.caption)}*\n",
        _row(heads),
        "|" + "|".join(" ---: " if column.number else " --- " for column in table.columns) + "|",
    ]
    for row in table.rows:
        lines.append(_row(f"{text} ({note})" if note else text for _, text, note, _ in row))
    return "\n".join(lines)


def _facts(facts: Facts) -> str:
    return "\n".join(f"- **{escaped(term)}**: {escaped(value)}" for term, value in facts.rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _paragraph(text: str) -> str:
    """Text as a line of its own, which begins no list."""
    return STARTS.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", escaped(text))
