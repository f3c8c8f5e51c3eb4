"""Text that a spreadsheet would take for a formula: a leading = + - @, which may run commands when a file is opened.

It is written with an apostrophe before it, which reading takes off again; text that begins with apostrophes before such
a sign gets one more, so that nothing is lost.
"""

from __future__ import annotations

import re

RISKY = re.compile(r"'*[=+\-@\t\r]")


def escaped(text: str) -> str:
    """`text` as a spreadsheet shows it.

    >>> escaped("=1+1"), escaped("'=1"), escaped("neon"), escaped("'90s")
    ("'=1+1", "''=1", 'neon', "'90s")
    """
    return f"'{text}" if RISKY.match(text) else text


def unescaped(text: str) -> str:
    """The text that was escaped.

    >>> unescaped("'=1+1"), unescaped("'90s")
    ('=1+1', "'90s")
    """
    return text[1:] if text.startswith("'") and RISKY.match(text) else text
