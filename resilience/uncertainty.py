"""What the data's own uncertainty does to an answer: networks drawn from the ranges, and the figures that matter.

Two things are drawn. Every figure with a range comes from a triangular law on low, value and high, as `Network.draw`
has it: the stated value is the most likely one, nothing lies outside the range, and a low of zero, which a fifth of
the ranges of chips have and which no law on logarithms can, is allowed. (Where value is the geometric middle of its
range the mean of the draws lies above it.) Bilateral shares that nobody published are drawn too: each lane without a
stated flow or share leans by a log-normal factor about what gravity gives it, before the margins are met again. The
spread of that factor is what makes gravity's shares scatter about the truth as they do where the truth is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from resilience import tables
from resilience.balance import balance
from resilience.errors import AskError
from resilience.network import Network

LANE_SPREAD = 1.0  # of chips' 22 published shares about gravity's: docs/explain/decisions.md, tests/bench
FEWEST = 10  # draws below which a rank correlation says nothing
MISSING = "missing"  # the confidence, in a ranking, of a figure that nobody published and nobody stated
Answer = Callable[[Network], float]
Say = Callable[[str], None]


def draw(
    network: Network, rng: np.random.Generator, *, lane_spread: float = LANE_SPREAD, tolerance: float = 0.25
) -> Network:
    """A balanced network sampled from the ranges of the figures and from what bilateral shares may be.

    Parameters
    ----------
    network
        As it was read: a balanced network has lost its shares and ranges.
    rng
        The same state gives the same network.
    lane_spread
        Standard deviation of the logarithm of the factor by which a lane of unknown flow leans. 0: as gravity has it.
        [at least 0]
    tolerance
        As in `resilience.balance.balance`.

    Raises
    ------
    AskError
        If the network is balanced already, or the spread is below zero.
    BalanceError
        If the drawn figures do not fit together within the tolerance.

    A network without ranges whose flows are all stated or pinned by its margins comes out as `balance` leaves it. Do
    not read the spread of draws as that of the truth: `assumed` ranges are judgements, and figures are drawn one by
    one, while what moves one price often moves all.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"]}, producers={"good": ["gas"], "place": ["A"], "share": [1.0]},
    ...     lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
    ...     demand={"good": ["gas"], "place": ["B"], "units_per_week": [2.0], "usd_per_unit_unmet": [1.0]})
    >>> draw(network, np.random.default_rng(1)) == balance(network).network
    True
    """
    return _drawn(network, rng, lane_spread, tolerance)[0]


def _drawn(
    network: Network, rng: np.random.Generator, lane_spread: float, tolerance: float
) -> tuple[Network, Network, pd.Series]:
    """The balanced network, the same before balancing, and how its lanes lean."""
    if not 0 <= lane_spread < np.inf:
        raise AskError(f"lane_spread is {lane_spread!r}: give a spread of at least 0, such as {LANE_SPREAD:g}")
    stated = network.draw(rng)
    leaning = pd.Series(np.exp(lane_spread * rng.standard_normal(len(network.lanes))), index=network.lanes.index)
    return balance(stated, tolerance=tolerance, leaning=leaning).network, stated, leaning


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DataUncertainty:
    """An answer over networks drawn from the data, and how it goes with each figure.

    `stated` is the answer on the stated figures, `answers` those on the draws. `figures` has columns table, key,
    column, confidence (`missing` for lanes whose flow nobody stated), value, low, high, correlation (of ranks, -1 to
    1) with correlation_low and correlation_high, moves (mean answer over the draws in the figure's upper third, less
    that in its lower third; unit of the answer), clear (whether the correlation stands out among all figures). The
    strongest come first; figures that never varied are left out.
    """

    stated: float
    answers: np.ndarray
    figures: pd.DataFrame
    level: float

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """The range that holds this part of the drawn answers, as much left out below as above."""
        low, high = np.quantile(self.answers, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    @property
    def assumed(self) -> pd.DataFrame:
        """The figures worth finding out: assumed or missing, and clearly moving the answer."""
        rows = self.figures[self.figures["confidence"].isin(["assumed", MISSING]) & self.figures["clear"]]
        return rows.reset_index(drop=True)

    def __repr__(self) -> str:
        low, high = self.interval()
        clear = int(self.figures["clear"].sum())
        draws, kinds = len(self.answers), len(self.figures)
        return (
            f"{self.stated:,.6g} on the stated figures, {low:,.6g} to {high:,.6g} in nine of ten of {draws} draws; "
            f"{clear} of {kinds} figures clearly move it, {len(self.assumed)} of them assumed or missing"
        )


def figures_that_matter(
    network: Network,
    answer: Answer,
    rng: np.random.Generator,
    *,
    draws: int = 200,
    lane_spread: float = LANE_SPREAD,
    level: float = 0.95,
    tolerance: float = 0.25,
    say: Say = lambda text: None,
) -> DataUncertainty:
    """Rank the figures of `network` by how closely the answer follows them over networks drawn from their ranges.

    Parameters
    ----------
    network
        As it was read, with ranges in its figures.
    answer
        A number for a balanced network, such as a simulated loss. It must not draw lots of its own.
    rng
        Each draw has a stream of its own from it: the first hundred of two hundred draws are the same hundred.
    draws
        How many networks. What a figure must move to stand out among thousands falls as one over the square root.
    lane_spread, tolerance
        As in `draw`.
    level
        Of the intervals of the correlations, each by itself; `clear` is for all figures at once (Bonferroni).

    Raises
    ------
    AskError
        If there are too few draws, nothing has a range, or the answer is not a number.
    BalanceError
        If a drawn network does not fit together; it is not left out, since that would bias the rest.

    A rank correlation sees what rises or falls throughout; a figure that matters only past a threshold, or in company,
    may rank low. Shares of one whole are scaled to their total, so that one that is low makes its neighbours high.

    Reference: D. G. Bonett and T. A. Wright (2000), Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations, Psychometrika 65.
    """
    if draws < FEWEST or not 0 < level < 1:
        raise AskError(f"draws={draws!r}, level={level!r}: at least {FEWEST} draws, and a level between 0 and 1")
    known = network.figures[network.figures["low"] < network.figures["high"]]
    unknown = network.lanes[network.lanes[["flow_per_week", "share_of_use"]].isna().all(axis=1)]
    if known.empty and (unknown.empty or lane_spread == 0):
        raise AskError(f"Network {network.name!r} has no figure with low and high, and no lane of unknown flow to draw")
    inputs, answers = np.empty((draws, len(known) + len(unknown))), np.empty(draws)
    for number, stream in enumerate(rng.spawn(draws)):
        drawn, stated, leaning = _drawn(network, stream, lane_spread, tolerance)
        inputs[number] = np.concatenate([_cells(stated, known), leaning[unknown.index]])
        answers[number] = answer(drawn)
        say(f"networks tried: {number + 1} of {draws}")
    if not np.isfinite(answers).all():
        raise AskError(f"The answer is not a number on {int((~np.isfinite(answers)).sum())} of {draws} drawn networks")
    columns = ["table", "key", "column", "confidence", "value", "low", "high"]
    listed = pd.concat([known[columns], _missing(unknown)], ignore_index=True)[columns]
    return DataUncertainty(
        stated=float(answer(balance(network, tolerance=tolerance).network)),
        answers=answers,
        figures=_ranked(listed, inputs, answers, level),
        level=level,
    )


def _cells(network: Network, figures: pd.DataFrame) -> np.ndarray:
    """What the network holds where the figures stand, in their order."""
    found = pd.Series(np.nan, index=figures.index)
    for (table, column), rows in figures.groupby(["table", "column"]):
        frame = network.table(str(table))
        cells = frame.set_index(tables.key_text(frame, tables.schemas()[str(table)].key))[str(column)]
        found[rows.index] = cells[rows["key"]].to_numpy()
    return found.to_numpy()


def _missing(lanes: pd.DataFrame) -> pd.DataFrame:
    """A row for the share of each lane that nobody stated."""
    key = tables.key_text(lanes, tables.schemas()["lanes"].key)
    empty = dict.fromkeys(("value", "low", "high"), np.nan)
    return pd.DataFrame({"table": "lanes", "key": key, "column": "share_of_use", "confidence": MISSING, **empty})


def _ranked(listed: pd.DataFrame, inputs: np.ndarray, answers: np.ndarray, level: float) -> pd.DataFrame:
    from scipy.stats import rankdata  # a second of CPU that only who asks this should pay

    varied = np.ptp(inputs, axis=0) > 0
    listed, inputs = listed[varied], inputs[:, varied]
    order = rankdata(inputs, axis=0)
    correlation = _correlation(order, rankdata(answers))
    low, high = correlation_interval(correlation, len(answers), level=level)
    apart_low, apart_high = correlation_interval(correlation, len(answers), level=1 - (1 - level) / max(len(listed), 1))
    upper, lower = order > 2 * len(answers) / 3, order <= len(answers) / 3
    found = listed.assign(
        correlation=correlation,
        correlation_low=low,
        correlation_high=high,
        moves=_mean_where(upper, answers) - _mean_where(lower, answers),
        clear=(apart_low > 0) | (apart_high < 0),
        strength=np.abs(correlation),
    )
    keys = ["strength", "table", "key", "column"]
    found = found.sort_values(keys, ascending=[False, True, True, True], ignore_index=True)
    return found.drop(columns="strength")


def _correlation(columns: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each column with `other`; 0 where nothing varies."""
    centred, against = columns - columns.mean(axis=0), other - other.mean()
    scale = np.sqrt((centred**2).sum(axis=0) * (against**2).sum())
    found: np.ndarray = np.divide(against @ centred, scale, out=np.zeros(columns.shape[1]), where=scale > 0)
    return found


def _mean_where(chosen: np.ndarray, answers: np.ndarray) -> np.ndarray:
    count = chosen.sum(axis=0)
    found: np.ndarray = np.divide(answers @ chosen, count, out=np.full(len(count), np.nan), where=count > 0)
    return found


def correlation_interval(correlation: np.ndarray, draws: int, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of an interval for rank correlations of so many draws, by Bonett and Wright's standard error on Fisher's z.

    >>> low, high = correlation_interval(np.array([0.0]), 103, level=0.95)
    >>> bool(np.isclose(high[0], np.tanh(1.96 / 10), atol=1e-5)), bool(low[0] == -high[0])
    (True, True)
    """
    middle = np.arctanh(np.clip(correlation, -1 + 1e-12, 1 - 1e-12))
    reach = ndtri((1 + level) / 2) * np.sqrt((1 + correlation**2 / 2) / (draws - 3))
    return np.tanh(middle - reach), np.tanh(middle + reach)
