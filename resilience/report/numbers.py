"""Numbers as people read them: one unit a column, one number of decimals a column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

MONEY = ((1e9, "USD billion"), (1e6, "USD million"), (1e3, "USD thousand"), (1.0, "USD"))
LONGEST = 1e6  # a number from which a unit is too small


def money(values: Iterable[float]) -> tuple[float, str]:
    """What to divide a column of USD by, and the name of the unit that leaves.

    The largest unit that leaves the fewest amounts too small to show, and none of seven digits: beside a loss of
    hundreds of billions one of a few millions is still told.

    >>> money([2_500_000.0, 40.0])
    (1000000.0, 'USD million')
    >>> money([285e9, 6.6e9, 2e6])
    (1000000.0, 'USD million')
    """
    known = [abs(value) for value in values if math.isfinite(value) and value != 0]
    largest = max(known, default=0.0)
    units = [(size, unit) for size, unit in MONEY if size <= largest < LONGEST * size] or [
        next(((size, unit) for size, unit in MONEY if largest >= size), MONEY[-1])
    ]
    hidden = [sum(value < size * 10 ** -_places(largest / size) for value in known) for size, _ in units]
    return units[hidden.index(min(hidden))]


def column(values: Sequence[float], *, alike: Sequence[float] = ()) -> tuple[str, ...]:
    """A column of numbers with as many decimals as its largest needs for three digits; none where all are whole.

    `alike` are numbers of another column that should look the same. What is there but too small to show is told apart
    from nothing.

    >>> column([12.345, 0.001, 0.0, float("nan")])
    ('12.3', '< 0.1', '0', '–')
    """
    known = [abs(value) for value in [*values, *alike] if math.isfinite(value)]
    largest = max(known, default=0.0)
    whole = all(value == int(value) for value in known)
    places = 0 if whole or largest == 0 else _places(largest)
    return tuple(_shown(value, places) for value in values)


def _places(largest: float) -> int:
    """Decimals that give a number three digits; three at most."""
    return min(3, max(0, 2 - math.floor(math.log10(largest))))


def percent(value: float) -> str:
    """A share as a percentage.

    >>> percent(0.123), percent(0.0004), percent(1.0)
    ('12.3%', '< 0.1%', '100%')
    """
    if not math.isfinite(value):
        return "–"
    return f"{_shown(100 * value, 1).removesuffix('.0')}%"


def dollars(value: float) -> str:
    """An amount in a sentence.

    >>> dollars(17_416_183), dollars(1159.2), dollars(0.25)
    ('USD 17.4 million', 'USD 1,159', 'USD 0.250')
    """
    if abs(value) < 1e6:
        return f"USD {value:,.0f}" if abs(value) >= 100 else f"USD {column([value])[0]}"
    size, unit = money([value])
    return f"USD {column([value / size])[0]} {unit.removeprefix('USD ')}"


def label(name: str) -> str:
    """An id as words, where it is one; anything else as it is.

    >>> label("black_sea_war"), label("Gas stop")
    ('Black sea war', 'Gas stop')
    """
    return name.replace("_", " ").capitalize() if name.isidentifier() and name.islower() else name


def plain(value: object) -> str:
    """A cell whose unit is not known: four digits of a number, anything else as it is written.

    >>> plain(1234567.8), plain(0.01234), plain(7), plain("gallium")
    ('1,234,568', '0.01234', '7', 'gallium')
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        shown = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"
        return shown.replace("-", "−", 1) if value < 0 else shown
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _shown(value: float, places: int) -> str:
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if 0 < value < 10**-places:
        return f"< {10**-places:.{places}f}"
    return f"{value:,.{places}f}".replace("-", "−")
