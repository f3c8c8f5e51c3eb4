"""Groups of uncertain figures that are moved together: of one table and column, and of one confidence.

A network has thousands of ranged figures, too many to vary one by one, and what moves one price often moves all. A
factor therefore stands at a level between 0 and 1, and each of its figures at that quantile of its own triangular law
over its low-high range, the stated value most likely (as `Network.draw`). Shares moved together are scaled back to
their total, so that only differences in how far they reach are seen: for them, the spread between draws tells more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.errors import AskError, near
from resilience.network import Network
from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True)
class Factor:
    """The figures of one table and column with one confidence."""

    table: str
    column: str
    confidence: str
    figures: int

    @property
    def name(self) -> str:
        """What it is called, also as a keyword: `goods_usd_per_unit_assumed`."""
        return f"{self.table}_{self.column}_{self.confidence}"


def factors(network: Network) -> tuple[Factor, ...]:
    """All factors of a network, by name; a balanced network has none left.

    Raises
    ------
    AskError
        If no figure has a range.
    """
    ranged = _ranged(network)
    if network.about.get("balanced") or ranged.empty:
        raise AskError(
            f"Network {network.name!r} has no figures with a range (balancing drops them). Give it as it was read, "
            "with low and high in figures.csv"
        )
    counts = ranged.groupby(["table", "column", "confidence"]).size().reset_index(name="figures")
    return tuple(
        Factor(table=table, column=column, confidence=confidence, figures=figures)
        for table, column, confidence, figures in counts.itertuples(index=False, name=None)
    )


def at_levels(network: Network, levels: Mapping[str, float]) -> Network:
    """The network with the factors in `levels`, by name, at these quantiles (0 to 1); other figures as stated."""
    by_name = {factor.name: factor for factor in factors(network)}
    faults = [f"unknown factor {name!r}. {near(name, by_name)}" for name in levels if name not in by_name]
    faults += [f"{name!r} is at {level!r}: a level lies between 0 and 1" for name, level in levels.items()
               if not 0 <= level <= 1]  # fmt: skip
    if faults:
        raise AskError("These levels cannot be taken", faults)
    ranged, parts = _ranged(network), []
    for name, level in levels.items():
        rows = _of(ranged, by_name[name])
        parts.append(pd.Series(quantile(rows, level), index=rows.index))
    return network.with_figures(pd.concat(parts)) if parts else network


def toward(network: Network, factor: Factor, end: str, share: float) -> Network:
    """The network with a factor's figures `share` of the way from the stated value to their `end`, low or high."""
    rows = _of(_ranged(network), factor)
    return network.with_figures(rows["value"] + share * (rows[end] - rows["value"]))


def quantile(rows: pd.DataFrame, level: float) -> Floats:
    """Quantile of the triangular law on each row's low, value, high.

    >>> quantile(pd.DataFrame({"low": [0.0], "value": [1.0], "high": [2.0]}), 0.5).tolist()
    [1.0]
    """
    low, high = rows["low"].to_numpy(dtype=np.float64), rows["high"].to_numpy(dtype=np.float64)
    likely, width = np.clip(rows["value"].to_numpy(dtype=np.float64), low, high), high - low
    below = low + np.sqrt(level * width * (likely - low))
    above = high - np.sqrt((1.0 - level) * width * (high - likely))
    return np.asarray(np.where(level * width < likely - low, below, above), dtype=np.float64)


def _ranged(network: Network) -> pd.DataFrame:
    figures = network.figures
    return figures[figures["low"] < figures["high"]]


def _of(ranged: pd.DataFrame, factor: Factor) -> pd.DataFrame:
    keys = zip(("table", "column", "confidence"), (factor.table, factor.column, factor.confidence), strict=True)
    return ranged[np.logical_and.reduce([(ranged[key] == value).to_numpy() for key, value in keys])]


def chosen(network: Network, names: Sequence[str] | None) -> tuple[Factor, ...]:
    """The factors of these names, or all."""
    known = factors(network)
    if names is None:
        return known
    by_name = {factor.name: factor for factor in known}
    faults = [f"unknown factor {name!r}. {near(name, by_name)}" for name in names if name not in by_name]
    if faults:
        raise AskError("These factors cannot be varied", faults)
    return tuple(by_name[name] for name in names)
