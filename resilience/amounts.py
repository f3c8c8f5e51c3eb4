"""Amounts of money in sentences: said at once, or left open until somebody knows how they are to be said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Money = Callable[[float], str]
_OPEN = re.compile(r"\{usd:(-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf|nan))\}")


def money(usd: float) -> str:
    """An amount a person can read.

    >>> money(27_767_279.0), money(1.5e9), money(950.0), money(0.25), money(-0.0)
    ('27.8 million', '1.5 billion', '950', '0.25', '0')
    """
    if not math.isfinite(usd):
        return ""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(usd) >= 0.9995 * size:
            return f"{usd / size:.3g} {word}" if abs(usd) < 999.5 * size else f"{usd / size:,.0f} {word}"
    return f"{usd:,.0f}" if abs(usd) >= 100 else f"{usd + 0.0:.3g}"  # without the sign of a zero


def left_open(usd: float) -> str:
    """An amount as `said` finds it again in a sentence.

    >>> said(f"It costs {left_open(950.0)} USD a year.", money)
    'It costs 950 USD a year.'
    """
    return f"{{usd:{float(usd)!r}}}"


def said(sentence: str, money: Money) -> str:
    """A sentence whose amounts were left open, with each as `money` says it."""
    return _OPEN.sub(lambda found: money(float(found[1])), sentence)
