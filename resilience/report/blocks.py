"""What a page is built from, as plain values that templates draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from resilience.report import numbers


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its head, its unit, its cells as text, and bars to draw beside them (0 to 1 each).

    With `within`, start and width of a range in percent, a bar is a point on a scale that shows that range.
    """

    head: str
    cells: tuple[str, ...]
    unit: str = ""
    number: bool = False
    notes: tuple[str, ...] = ()  # a smaller line under each cell
    bars: tuple[float | None, ...] = ()
    within: tuple[float, float] | None = None
    tone: str = "held"  # which colour of the stylesheet the bars take

    @classmethod
    def text(cls, head: str, cells: Iterable[object], *, notes: Iterable[object] = ()) -> Column:
        """Words."""
        return cls(head=head, cells=tuple(map(str, cells)), notes=tuple(map(str, notes)))

    @classmethod
    def mixed(cls, head: str, unit: str, values: Iterable[float], *, notes: Iterable[object] = ()) -> Column:
        """Numbers whose units differ from row to row."""
        cells = tuple(numbers.plain(float(value)) for value in values)
        return cls(head=head, unit=unit, cells=cells, notes=tuple(map(str, notes)), number=True)

    @classmethod
    def numbers(cls, head: str, unit: str, values: Iterable[float], *, bars: Iterable[float] = ()) -> Column:
        """Numbers in one unit."""
        return cls(head=head, unit=unit, cells=numbers.column(list(values)), number=True, bars=tuple(bars))

    @classmethod
    def usd(
        cls, head: str, values: Iterable[float], *, per: str = "", alike: Iterable[float] = (), bars: str = ""
    ) -> Column:
        """Money, in the unit that suits the largest of `values` and `alike`; `bars` is their tone."""
        values, alike = list(values), list(alike)
        size, unit = numbers.money([*values, *alike])
        largest = max([*values, *alike], default=0.0)
        drawn = tuple(max(value / largest, 0.0) if largest > 0 else 0.0 for value in values) if bars else ()
        shown = numbers.column([value / size for value in values], alike=[value / size for value in alike])
        return cls(head=head, unit=unit + per, cells=shown, number=True, bars=drawn, tone=bars or "held")

    @classmethod
    def shares(cls, head: str, unit: str, values: Iterable[float], *, bars: str = "") -> Column:
        """Shares as percentages; `bars` is their tone."""
        values = list(values)
        drawn = tuple(min(max(value, 0.0), 1.0) for value in values) if bars else ()
        shown = tuple(numbers.percent(value) for value in values)
        return cls(head=head, unit=unit, cells=shown, number=True, bars=drawn, tone=bars or "held")

    @classmethod
    def placed(cls, head: str, unit: str, cells: Iterable[str], at: Iterable[float | None], *, far: float) -> Column:
        """Words, each with a point where it lies: 0 to 1 is the range shown, which goes on by `far` on both sides."""
        left, wide = far + 0.1, 1.0 + 2.0 * (far + 0.1)  # room for a point at the edge
        points = tuple(None if one is None else (one + left) / wide for one in at)
        within = (round(100.0 * left / wide, 1), round(100.0 / wide, 1))
        return cls(head=head, unit=unit, cells=tuple(cells), bars=points, within=within)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption. A `folded` one opens on demand, and prints open; a `sortable` one has buttons for heads.

    Sorting reads the cells as they are shown, so that nothing stands in the page that is not seen.
    """

    caption: str
    columns: tuple[Column, ...]
    folded: str = ""
    sortable: bool = False
    kind: str = field(default="table", init=False)

    @property
    def rows(self) -> list[tuple[tuple[Column, str, str, float | None], ...]]:
        """Each row as (column, text, note, bar) cells."""
        count = len(self.columns[0].cells)
        notes = [column.notes or ("",) * count for column in self.columns]
        bars = [column.bars or (None,) * count for column in self.columns]
        parts = list(zip(self.columns, notes, bars, strict=True))
        return [
            tuple((column, column.cells[row], note[row], bar[row]) for column, note, bar in parts)
            for row in range(count)
        ]


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
