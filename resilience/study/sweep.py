"""`[sweep]`: the same question for many settings, each of them a point: a grid, a Latin hypercube, or one crossed with
the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from resilience.errors import AskError
from resilience.written import Table, number, tuples

MOST = 10_000  # points; each is a run with a folder
Several = Annotated[tuple[Any, ...], BeforeValidator(tuples), Field(min_length=1)]


def _number(value: object) -> object:
    if not number(value):
        raise AskError(f"{value!r} is no number")
    return value


class RangeTable(Table):
    """Values between two ends, spread evenly, or evenly over their orders of magnitude."""

    low: Annotated[int | float, BeforeValidator(_number)]
    high: Annotated[int | float, BeforeValidator(_number)]
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _has_room(self) -> RangeTable:
        if not self.low < self.high:
            raise AskError(f"low is {self.low!r} and high {self.high!r}: low must be below high")
        if self.scale == "log" and self.low <= 0:
            raise AskError(f'low is {self.low!r}: with scale = "log" it must be above 0')
        return self

    def at(self, share: float) -> int | float:
        """The value that `share` of the range lies below; a whole number where both ends are."""
        if self.scale == "log":
            value = float(self.low * (self.high / self.low) ** share)
        else:
            value = float(self.low + share * (self.high - self.low))
        return round(value) if isinstance(self.low, int) and isinstance(self.high, int) else value


def _in_quotes(keys: object) -> object:
    """The keys, once it is seen that none was written without its quotes: its parts would then be tables."""
    for key, value in keys.items() if isinstance(keys, Mapping) else ():
        for part, held in value.items() if isinstance(value, Mapping) else ():
            if isinstance(held, list | Mapping):
                raise AskError(f'a key with dots stands in quotes: "{key}.{part}" = ...')
    return keys


class LatinTable(Table):
    """A Latin hypercube: of each range cut into as many equal parts as there are points, each part holds one point.

    Reference: M. D. McKay, R. J. Beckman and W. J. Conover (1979), A comparison of three methods for selecting values
    of input variables, Technometrics 21.
    """

    points: int = Field(ge=1, le=MOST)
    seed: int = Field(default=1, ge=0)
    ranges: Annotated[dict[str, RangeTable], BeforeValidator(_in_quotes), Field(min_length=1)]

    def drawn(self) -> list[dict[str, object]]:
        """The points."""
        from scipy.stats import qmc  # a second of CPU that only who asks this should pay

        shares = qmc.LatinHypercube(d=len(self.ranges), rng=np.random.default_rng(self.seed)).random(self.points)
        return [
            {key: each.at(float(share)) for (key, each), share in zip(self.ranges.items(), row, strict=True)}
            for row in shares
        ]


class SweepTable(Table):
    """`[sweep]`: keys as for `--set`, with all values of each (`grid`) or ranges to draw from (`latin`)."""

    grid: Annotated[dict[str, Several], BeforeValidator(_in_quotes)] = Field(default_factory=dict)
    latin: LatinTable | None = None

    @model_validator(mode="after")
    def _has_points(self) -> SweepTable:
        twice = sorted(set(self.grid) & set(self.latin.ranges if self.latin else ()))
        if twice:
            raise AskError(f"{', '.join(twice)} is in the grid and among the ranges: keep one")
        count = (self.latin.points if self.latin else 1) * int(np.prod([len(values) for values in self.grid.values()]))
        if not self.grid and self.latin is None:
            raise AskError("a sweep needs a grid or ranges: [sweep.grid] or [sweep.latin]")
        if count > MOST:
            raise AskError(f"it has {count:,} points, more than {MOST:,}: thin the grid, or draw with [sweep.latin]")
        return self

    def points(self) -> Iterator[Mapping[str, object]]:
        """What each point sets, the last key of the grid changing fastest."""
        for values in product(*self.grid.values()):
            for drawn in self.latin.drawn() if self.latin else [{}]:
                yield dict(zip(self.grid, values, strict=True)) | drawn
