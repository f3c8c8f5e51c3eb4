"""How a page shows amounts: as they are, or as indices that give no amount away.

Every amount that a section or a figure tells goes through one of these. Chances, shares, ratios, counts and weeks are
no amounts: they are told either way.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience import amounts
from resilience.reading import Reading
from resilience.report import numbers
from resilience.report.blocks import Column

POINTS = "points"
INDEX = "index"
_SET = re.compile(r"((?:--set=)?[^=]+=).*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class AsTheyAre:
    """Amounts in their own units."""

    note = ""
    name = "USD"
    redacted = False

    def money(self, usd: float) -> str:
        """An amount in a sentence that says USD itself."""
        return amounts.money(usd)

    def sentence(self, words: str) -> str:
        """A sentence with the name of the unit of money that goes with `money`."""
        return words

    def only_redacted(self, words: str) -> str:
        """Words that a page without amounts needs, such as the base of an index."""
        return words if self.redacted else ""

    def dollars(self, usd: float) -> str:
        """An amount and its unit."""
        return numbers.dollars(usd)

    def unit(self, largest: float) -> tuple[float, str]:
        """What to divide amounts of money by, the largest of which this is, and the unit that leaves."""
        return numbers.money([largest])

    def usd(
        self, head: str, values: Iterable[float], *, per: str = "", alike: Iterable[float] = (), bars: str = ""
    ) -> Column:
        """Money, in the unit that suits the largest of `values` and `alike`; `bars` is their tone."""
        return Column.usd(head, values, per=per, alike=alike, bars=bars)

    def units(
        self, head: str, values: pd.Series, *, goods: pd.Series, named: Mapping[str, str], base: pd.Series
    ) -> Column:
        """Quantities of goods, each in its own unit; `base` is what an index of each row would call 100."""
        return Column.mixed(head, "", values, notes=goods.map(named) if named else ())

    def prices(self, head: str, unit: str, values: Iterable[float]) -> Column:
        """Amounts for one unit of each row's good."""
        return Column.mixed(head, unit, values)

    def days(self, head: str, unit: str, values: pd.Series, *, bars: bool = False) -> Column:
        """Days that something lasts."""
        most = max(float(values.max()) if len(values) else 0.0, 1.0)
        return Column.numbers(head, unit, values, bars=values.fillna(0.0) / most if bars else ())

    def command(self, typed: str) -> str:
        """A command as it was typed."""
        return typed


@dataclass(frozen=True, kw_only=True)
class Indices(AsTheyAre):
    """Amounts as indices: money in points, of which `base_usd` is a hundred; the rest with its largest as 100.

    `base` says in words what a hundred points are.
    """

    base_usd: float
    base: str
    name = POINTS
    redacted = True

    @classmethod
    def of(cls, reading: Reading) -> Indices:
        """A hundred points are the loss of a year without a reserve, or if nothing is lost what the reserve costs."""
        figures = reading.figures()
        bases = {
            "the loss of a year without the reserve, weighed as the study says": figures["without_reserve_usd"],
            "what the reserve costs to buy": figures["reserve_usd"],
        }
        base, usd = next(((base, usd) for base, usd in bases.items() if usd > 0), ("a dollar", 1.0))
        return cls(base_usd=usd, base=base)

    @property
    def note(self) -> str:  # type: ignore[override]
        """What a reader must know of it."""
        return (
            f"Amounts are redacted. Money is in points: 100 points are {self.base}. Quantities of a good, prices and "
            "days of cover are indices whose base, 100, each table states or is the largest in its column. Chances, "
            "shares, ratios, counts and weeks are as they are, and so are the words of the study's author."
        )

    def money(self, usd: float) -> str:
        """Points, to three digits."""
        return amounts.money(100.0 * usd / self.base_usd)

    def sentence(self, words: str) -> str:
        """The sentence in points."""
        return words.replace("USD", POINTS)

    def dollars(self, usd: float) -> str:
        """Points."""
        return f"{numbers.plain(float(f'{100.0 * usd / self.base_usd:.3g}'))} {POINTS}"

    def unit(self, largest: float) -> tuple[float, str]:
        """What makes points of USD."""
        return self.base_usd / 100.0, POINTS

    def usd(
        self, head: str, values: Iterable[float], *, per: str = "", alike: Iterable[float] = (), bars: str = ""
    ) -> Column:
        """Points; `bars` is their tone."""
        shown, alike = ([100.0 * value / self.base_usd for value in given] for given in (values, alike))
        largest = max([*shown, *alike], default=0.0)
        drawn = [max(value / largest, 0.0) if largest > 0 else 0.0 for value in shown] if bars else []
        cells = numbers.column(shown, alike=alike)
        return Column(head=head, unit=POINTS + per, cells=cells, number=True, bars=tuple(drawn), tone=bars or "held")

    def units(
        self, head: str, values: pd.Series, *, goods: pd.Series, named: Mapping[str, str], base: pd.Series
    ) -> Column:
        """Each quantity with what `base` says as 100."""
        index = 100.0 * values / base.where(base > 0)
        return Column.numbers(head, INDEX, index.fillna(0.0))

    def prices(self, head: str, unit: str, values: Iterable[float]) -> Column:
        """Each with the largest as 100."""
        return Column.numbers(head, f"{INDEX}, the largest 100", _of_the_largest(values))

    def days(self, head: str, unit: str, values: pd.Series, *, bars: bool = False) -> Column:
        """Each with the largest as 100."""
        index = _of_the_largest(values)
        return Column.numbers(head, f"{INDEX}, the largest 100", index, bars=np.nan_to_num(index) / 100 if bars else ())

    def command(self, typed: str) -> str:
        """The command with the values that were set in it left out."""
        return " ".join(_SET.sub(r"\1…", part) for part in shlex.split(typed))


def _of_the_largest(values: Iterable[float]) -> list[float]:
    listed = [float(value) for value in values]
    most = max((abs(value) for value in listed if np.isfinite(value)), default=0.0)
    return [100.0 * value / most if most > 0 else value for value in listed]
