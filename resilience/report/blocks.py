"""What a page is built from: tables, small charts over time, the network in layers. Plain values; templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from resilience.report import numbers


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its head, its unit, its cells as text, and bars to draw beside them (0 to 1 each)."""

    head: str
    cells: tuple[str, ...]
    unit: str = ""
    number: bool = False
    bars: tuple[float, ...] = ()
    tone: str = "held"  # which colour of the stylesheet the bars take

    @classmethod
    def text(cls, head: str, cells: Sequence[object]) -> Column:
        """Words."""
        return cls(head=head, cells=tuple(str(cell) for cell in cells))

    @classmethod
    def numbers(cls, head: str, unit: str, values: Sequence[float]) -> Column:
        """Numbers in one unit."""
        return cls(head=head, unit=unit, cells=numbers.column(list(values)), number=True)

    @classmethod
    def usd(
        cls, head: str, values: Sequence[float], *, per: str = "", alike: Sequence[float] = (), bars: str = ""
    ) -> Column:
        """Money, in the unit that suits the largest of `values` and `alike`; `bars` is their tone."""
        size, unit = numbers.money([*values, *alike])
        largest = max([*values, *alike], default=0.0)
        drawn = tuple(value / largest if largest > 0 else 0.0 for value in values) if bars else ()
        shown = numbers.column([value / size for value in values])
        return cls(head=head, unit=unit + per, cells=shown, number=True, bars=drawn, tone=bars or "held")

    @classmethod
    def shares(cls, head: str, unit: str, values: Sequence[float]) -> Column:
        """Shares as percentages."""
        return cls(head=head, unit=unit, cells=tuple(numbers.percent(value) for value in values), number=True)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption. A `folded` one opens on demand, and prints open."""

    caption: str
    columns: tuple[Column, ...]
    folded: str = ""
    kind: str = field(default="table", init=False)

    @property
    def rows(self) -> list[tuple[tuple[Column, str, float | None], ...]]:
        """Each row as (column, text, bar) cells."""
        bars = [column.bars or (None,) * len(column.cells) for column in self.columns]
        return [
            tuple((column, column.cells[row], drawn[row]) for column, drawn in zip(self.columns, bars, strict=True))
            for row in range(len(self.columns[0].cells))
        ]

    @classmethod
    def of(cls, frame: pd.DataFrame, *, caption: str) -> Table:
        """Any frame, under its own headers."""
        columns = []
        for name in frame.columns:
            values = frame[name]
            if pd.api.types.is_float_dtype(values):
                columns.append(Column(head=str(name), cells=numbers.column(values.tolist()), number=True))
            else:
                number = bool(pd.api.types.is_integer_dtype(values))
                shown = tuple(numbers.plain(value) for value in values.tolist())
                columns.append(Column(head=str(name), cells=shown, number=number))
        return cls(caption=caption, columns=tuple(columns))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Terms and what they are, as a list."""

    rows: tuple[tuple[str, str], ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One heading, what it says in words, and its blocks."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    blocks: tuple[Any, ...] = ()
