"""Tables for a terminal: columns lined up, numbers short enough to read."""

from __future__ import annotations

import math

import pandas as pd

CUT = "..."
SHORTEST = 8  # letters that are left of any word


def columns(table: pd.DataFrame) -> str:
    """A frame as lines of text: words to the left, numbers to the right.

    >>> print(columns(pd.DataFrame({"good": ["gas", "chip"], "usd": [1234567.0, float("nan")]})))
    good        usd
    gas   1,234,567
    chip
    """
    rows = [
        [str(name) for name in table.columns],
        *([number(cell) for cell in row] for row in table.itertuples(index=False)),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    right = [pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]
    lines = []
    for row in rows:
        cells = [
            f"{cell:>{width}}" if end else f"{cell:<{width}}"
            for cell, width, end in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def fitted(table: pd.DataFrame, width: int) -> str:
    """The same with the longest words cut in their middle until a line has no more than `width` letters.

    >>> print(fitted(pd.DataFrame({"what": ["a long name of something"], "usd": [12.0]}), 16))
    what        usd
    a lo...ing   12
    """
    words = [name for name, kind in table.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    while (over := max(map(len, columns(table).split("\n"))) - width) > 0:
        lengths = {name: int(table[name].astype(str).str.len().max()) for name in words}
        longest = max(words, key=lambda name: lengths[name], default=None)
        if longest is None or lengths[longest] <= SHORTEST:
            break
        most = max(lengths[longest] - over, SHORTEST)
        table = table.assign(**{str(longest): [_cut(cell, most) for cell in table[longest].astype(str)]})
    return columns(table)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = most - len(CUT)
    return f"{text[: kept - kept // 2]}{CUT}{text[len(text) - kept // 2 :]}"


def number(value: object) -> str:
    """A cell as a person reads it: three digits that count, whole numbers whole.

    >>> number(20.0), number(0.05234), number(1234.6), number(999.9999), number(12), number(None)
    ('20', '0.0523', '1,235', '1,000', '12', '')
    """
    if isinstance(value, bool) or not isinstance(value, float | int):
        return "" if value is None or value is pd.NA else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}" if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:,.0f}" if 999.5 <= abs(value) < 1e15 else f"{value:.3g}"  # less would round to 1e+03
