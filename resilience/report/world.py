"""The world map: how much of each country's demand is at stake, and where the reserve stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pandas as pd

from resilience.report import numbers
from resilience.report.scale import AsTheyAre

SMALL = 30.0  # square pixels below which a country is drawn as a point as well
STEPS = ((0.75, "weak"), (0.5, "high"), (0.25, "middle"), (0.0, "low"))  # least part of the largest share; its tone
LEAST = 3.5  # radius of a point


@dataclass(frozen=True, kw_only=True)
class Land:
    """One country: its outline, or nothing where it has none, and a point where it is small."""

    country: str
    told: str
    tone: str
    path: str
    point: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Store:
    """A place that holds some of the reserve, as a ring."""

    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True, kw_only=True)
class World:
    """The map. `lands` has what is at stake, `rest` the outline of all other countries."""

    rest: str
    lands: tuple[Land, ...]
    stores: tuple[Store, ...]
    legend: tuple[tuple[str, str], ...]
    told: str
    missing: tuple[str, ...]
    width: int
    height: int
    radius: float = LEAST
    kind: str = field(default="world", init=False)


@cache
def atlas() -> dict[str, Any]:
    """Outlines by ISO 3166 alpha-3 code; the file says where they come from."""
    found: dict[str, Any] = json.loads(files("resilience.report").joinpath("world.json").read_text("utf-8"))
    return found


def world(exposed: pd.DataFrame, stores: pd.DataFrame, scale: AsTheyAre) -> World:
    """The map of `views.exposure` and `views.stores_by_country`."""
    countries, about = atlas()["countries"], atlas()["about"]
    largest = float(exposed["share"].max()) if len(exposed) else 0.0
    lands = [
        _land(row, countries[row.country], largest, scale) for row in exposed.itertuples() if row.country in countries
    ]
    drawn = {land.country for land in lands}
    most = float(stores["usd"].max()) if len(stores) else 1.0
    known = stores[stores["country"].isin(countries)]
    held = [_store(row, countries[row.country], most, scale) for row in known.itertuples()]
    missing = sorted((set(exposed["country"]) | set(stores["country"])) - set(countries))
    return World(
        rest=" ".join(_path(one["rings"]) for name, one in countries.items() if name not in drawn and one["rings"]),
        lands=tuple(lands),
        stores=tuple(held),
        legend=legend(largest),
        told=_told(exposed, stores),
        missing=tuple(missing),
        width=about["width"],
        height=about["height"],
    )


def tone(share: float, largest: float) -> str:
    """The tone of a share of demand, where that of the most exposed country is `largest`.

    >>> tone(0.02, 0.1), tone(0.09, 0.1), tone(0.0, 0.0)
    ('low', 'weak', 'low')
    """
    return next(name for least, name in STEPS if share >= least * largest and (share > 0 or least == 0))


def legend(largest: float) -> tuple[tuple[str, str], ...]:
    """Each tone with the shares it stands for, lowest first.

    >>> legend(0.08)[0], legend(0.08)[-1]
    (('low', 'under 2%'), ('weak', '6% and more'))
    """
    if largest == 0:
        return (("low", "nothing"),)
    ends = [f"{float(f'{100 * least * largest:.2g}'):g}%" for least, _ in STEPS]
    words = [f"{ends[0]} and more", *(f"{low}–{high}" for high, low in pairwise(ends[:-1])), f"under {ends[-2]}"]
    return tuple((name, word) for (_, name), word in reversed(list(zip(STEPS, words, strict=True))))


def _land(row: Any, outline: dict[str, Any], largest: float, scale: AsTheyAre) -> Land:
    x, y = outline["point"]
    small = not outline["rings"] or outline["pixels"] < SMALL
    told = f"{row.name}: {scale.dollars(row.without_usd)} a year of demand unmet without the reserve"
    told += f" ({numbers.percent(row.share)} of its demand), {scale.dollars(row.usd)} with it"
    return Land(country=row.country, told=told, tone=tone(row.share, largest), path=_path(outline["rings"]),
                point=(x, y) if small else None)  # fmt: skip


def _store(row: Any, outline: dict[str, Any], most: float, scale: AsTheyAre) -> Store:
    x, y = outline["point"]
    told = f"{row.name} holds {scale.dollars(row.usd)} of the reserve"
    return Store(x=x, y=y, radius=round(5.0 + 9.0 * (row.usd / most) ** 0.5, 1), told=told)


def _path(rings: list[list[int]]) -> str:
    """Rings as SVG, each point told by its step from the last, which is shorter."""
    parts = []
    for ring in rings:
        points = list(zip(ring[::2], ring[1::2], strict=True))
        steps = [(x - last_x, y - last_y) for (last_x, last_y), (x, y) in pairwise(points)]
        moves = " ".join(f"{x},{y}" for x, y in steps[:-1])
        parts.append(f"M{points[0][0]},{points[0][1]}l{moves}z")
    return "".join(parts)


def _told(exposed: pd.DataFrame, stores: pd.DataFrame) -> str:
    most = exposed.sort_values(["share", "country"], ascending=[False, True]).head(5)
    parts = zip(most["name"], most["share"], strict=True)
    start = ", ".join(f"{name} {numbers.percent(share)}" for name, share in parts if share > 0)
    said = f"Largest share of its demand at stake: {start}." if start else "No country's demand is at stake."
    held = ", ".join(stores["name"])
    return f"{said} The reserve stands in {held}." if held else said
