"""Scores that agencies give countries, those that ship and anybody's CSV, and what they make of odds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from resilience import tables
from resilience.compare.stability import Ratings
from resilience.errors import AskError, DataError, Fault, near
from resilience.library import shelf
from resilience.network import Network
from resilience.tables import Field, Schema

STRENGTH = 2.0  # assumed: a score that is a standard deviation lower doubles the odds
MEASURES = {  # what a file's figures say, and by what they are multiplied so that more is more reliable
    "score": ("how reliable the country is, the higher the more; or a column `risk`, the higher the less", 1.0),
    "risk": ("how unreliable the country is, the higher the more; or a column `score`, the higher the less", -1.0),
}


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How reliable an agency holds countries to be, on a scale of its own: the higher, the more reliable."""

    name: str
    of: Mapping[str, float]
    source: str = ""

    def ratings(self, *, strength: float = STRENGTH) -> Ratings:
        """The same as factors on odds, by `odds_factors`."""
        return Ratings(name=self.name, factors=odds_factors(self.of, strength=strength), source=self.source)


def odds_factors(scores: Mapping[str, float], *, strength: float = STRENGTH) -> dict[str, float]:
    """What scores make of the odds that something begins in a country: a factor, 1 for the median country.

    For each standard deviation that a country's score lies below the median of those given, its odds are multiplied by
    `strength`; above it, divided. That is `assumed`: agencies publish scores and no odds, so the size is the caller's
    to choose, and only what stands over a range of it is a finding. It is so because scales differ (a deviation is the
    same on all), because a view of countries is relative (the middle one keeps its odds) and because odds that are
    multiplied stay odds. Do not use it for scores of a few alike countries: their spread, however small, counts as one.

    Parameters
    ----------
    scores
        By country; the higher, the more reliable. Where all are equal, every factor is 1.
    strength
        From 1 (scores change nothing) on.

    >>> odds_factors({"A": 3.0, "B": 1.0})
    {'A': 0.5, 'B': 2.0}
    >>> odds_factors({"A": 3.0, "B": 1.0}, strength=1.5)["B"]
    1.5
    """
    if not 1 <= strength < math.inf:
        raise AskError(f"The strength of ratings is {strength!r}: it must be 1 (they change nothing) or more")
    values = np.array(list(scores.values()), dtype=np.float64)
    spread = values.std() if len(values) else 0.0
    below = (np.median(values) - values) / spread if spread > 0 else np.zeros(len(values))
    return dict(zip(scores, (strength**below).tolist(), strict=True))


def names() -> list[str]:
    """The scores that ship."""
    return sorted(_shipped())


def title(name: str) -> str:
    """What shipped scores are, and whose."""
    table, _ = tables.read_text(shelf("datasets") / "ratings" / "sources.csv")
    row = table.set_index("source_id").loc[name]
    return f"{row['title']} ({row['publisher']})"


def files(asked: Sequence[str]) -> dict[str, Path]:
    """The files of scores that are asked for by name or path, those that there are; by what the file is called."""
    return {path.stem: path for path in map(_path, asked) if path.is_file()}


def placed(asked: Sequence[str]) -> tuple[str, ...]:
    """The same words, each path from the root, so that they mean the same from another folder."""
    return tuple(one if one in _shipped() else str(_path(one).resolve()) for one in asked)


def read(asked: Sequence[str], network: Network) -> tuple[Scores, ...]:
    """The scores of a network's countries, shipped ones by name and others by the path of their CSV.

    A CSV has the columns country (as in the network's places) and score, or risk in its place. Of those that ship,
    countries outside the network are left out. A country of the network without a score keeps its odds.

    Raises
    ------
    DataError
        Every fault of every file at once: no such name, a column that is missing, a country that is unknown or named
        twice, what is no number.
    """
    known = set(network.places["country"])
    found: dict[str, Scores] = {}
    faults = []
    for one in asked:
        name = _path(one).stem
        if name in found:
            faults.append(Fault(file=one, rule="ratings of this name are asked for twice", remedy="Rename one file"))
            continue
        found[name], broken = _read(one, known, network.name)
        faults += broken
    if faults:
        raise DataError("Countries cannot be rated", faults)
    return tuple(found.values())


def _shipped() -> dict[str, Path]:
    held = (shelf("datasets") / "ratings").glob("*.csv")
    return {path.stem: path for path in held if path.stem != "sources"}


def _path(asked: str) -> Path:
    return _shipped().get(asked, Path(asked))


def _read(asked: str, known: set[str], network: str) -> tuple[Scores, list[Fault]]:
    """One file's scores, as far as they can be read, and its faults."""
    path, ships = _path(asked), asked in _shipped()
    nothing = Scores(name=path.stem, of={})
    if not path.is_file():
        rule = "no ratings of this name ship, and no such file is here"
        return nothing, [Fault(file=asked, rule=rule, remedy=near(asked, _shipped()))]
    raw, faults = tables.read_text(path)
    if not len(raw.columns):
        return nothing, faults
    measure = "risk" if "risk" in raw.columns and "score" not in raw.columns else "score"
    frame, broken = tables.check_table(raw, _schema(measure), path.name)
    faults += broken
    for row, country in frame["country"].dropna().items() if not ships else ():
        if country not in known:
            rule = f"unknown country: network {network!r} has no place in it"
            faults.append(
                Fault(
                    file=path.name, row=int(str(row)), column="country", value=country, rule=rule,
                    remedy=near(country, known),
                )
            )  # fmt: skip
    mine = frame[frame["country"].isin(known)].dropna(subset=[measure])
    if mine.empty and not faults:
        remedy = "Give a CSV of your own with columns country and score"
        faults.append(Fault(file=path.name, rule=f"it rates no country of network {network!r}", remedy=remedy))
    of = dict(zip(mine["country"], MEASURES[measure][1] * mine[measure], strict=True))
    return Scores(name=path.stem, of=of, source=title(asked) if ships else path.name), faults


def _schema(measure: str) -> Schema:
    fields = (
        Field(name="country", type="string", required=True, description="a country of the network"),
        Field(name=measure, type="number", required=True, description=MEASURES[measure][0]),
        Field(name="year", type="integer"),
        Field(name="source_id", type="string", default=""),
        Field(name="note", type="string", default=""),
    )
    return Schema(name="ratings", required=True, fields=fields, key=("country",), references=())


def ratings_table(ratings: Sequence[Ratings]) -> pd.DataFrame:
    """Columns under, country, factor (on the odds of what begins there) and source."""
    rows = [(one.name, country, factor, one.source) for one in ratings for country, factor in one.factors.items()]
    return pd.DataFrame(rows, columns=["under", "country", "factor", "source"])
