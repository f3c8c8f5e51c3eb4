"""How far a reserve sized on drawn years may be from the best for all years: multiple replications.

A reserve is sized on one sample of years; other years would have given another. For m = 1..M fresh samples of n years,
drawn alike but apart from one another and from those the candidate x was sized on,

    v_m     best cost for sample m           mean over samples <= best cost for all years
    g_m     cost of x on sample m - v_m      >= 0, and its mean over samples >= the true gap of x

so that the true gap passes mean(g) + t(M - 1, level) sd(g) / sqrt(M) in at most 1 - level of all cases, as far as means
of samples follow a normal law. Each sample is used for both costs: what it has by chance falls on both and cancels.

Reference: W.-K. Mak, D. P. Morton and R. K. Wood (1999), Monte Carlo bounding techniques for determining solution
quality in stochastic programs, Operations Research Letters 24.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from resilience.engine import Engine
from resilience.errors import AskError
from resilience.physics import Floats
from resilience.policy import Reserve
from resilience.risk import Expectation
from resilience.sizing.aided import Aided, with_reserve
from resilience.sizing.spared import least_by_cuts, weigh
from resilience.solver import Method, relative_gap

if TYPE_CHECKING:
    from resilience.sizing.stated import Stated
    from resilience.sizing.unaided import Without

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Replications:
    """Costs of a candidate on fresh samples of years beside the best for each, in the unit they came in, and what
    follows. `batches` has columns candidate, best. Intervals hold the mean they speak of with chance `level`.
    """

    batches: pd.DataFrame
    level: float

    @property
    def cost(self) -> tuple[float, float, float]:
        """The candidate's cost on fresh years: mean, and the ends of its interval."""
        return _interval(self.batches["candidate"].to_numpy(), self.level)

    @property
    def best(self) -> tuple[float, float, float]:
        """The mean of the samples' best costs, which the best for all years is not below, and its interval's ends."""
        return _interval(self.batches["best"].to_numpy(), self.level)

    @property
    def gap(self) -> float:
        """Mean of what the candidate costs more than the best of each sample."""
        return float((self.batches["candidate"] - self.batches["best"]).mean())

    @property
    def gap_at_most(self) -> float:
        """With chance `level`, the candidate costs at most so much more than the best reserve for all years."""
        gaps = (self.batches["candidate"] - self.batches["best"]).to_numpy()
        return self.gap + float(stdtrit(len(gaps) - 1, self.level)) * _error(gaps)

    def table(self) -> pd.DataFrame:
        """Columns figure, mean, low, high."""
        rows = [
            ("cost on fresh years", *self.cost),
            ("best cost for all years, at least", *self.best),
            ("gap to the best", self.gap, 0.0, self.gap_at_most),
        ]
        return pd.DataFrame(rows, columns=["figure", "mean", "low", "high"])

    def __repr__(self) -> str:
        return (
            f"Replications: {len(self.batches)} samples; cost {self.cost[0]:,.6g}, gap {self.gap:,.3g}, "
            f"at most {self.gap_at_most:,.3g} with chance {self.level:g}"
        )


def replications(candidate: ArrayLike, best: ArrayLike, *, level: float = 0.95) -> Replications:
    """The interval from costs on M samples: of the candidate, and of the best for each sample (or a bound below it).

    Do not trust it with a handful of samples of a cost that one rare year decides: a sample without that year says
    nothing of it. Take larger samples, or stratified ones, before taking more of them.

    Raises
    ------
    AskError
        If there are fewer than two samples, not as many costs of one kind as of the other, or a level out of 0 to 1.

    >>> replications([10.0, 12.0, 11.0], [9.0, 11.5, 9.5]).table().round(2)
                                  figure  mean   low   high
    0                cost on fresh years  11.0  8.52  13.48
    1  best cost for all years, at least  10.0  6.71  13.29
    2                    gap to the best   1.0  0.00   1.84
    """
    costs, least = np.asarray(candidate, dtype=np.float64), np.asarray(best, dtype=np.float64)
    faults = []
    if costs.shape != least.shape or costs.ndim != 1:
        faults.append(f"{costs.size} costs of the candidate do not go with {least.size} best costs: one each a sample")
    elif len(costs) < 2:
        faults.append(f"{len(costs)} samples: one says nothing of how samples differ. Draw 2 at least, better 20")
    if not 0 < level < 1:
        faults.append(f"level is {level!r}: it is a chance between 0 and 1")
    if faults:
        raise AskError("No interval can be stated", faults)
    return Replications(batches=pd.DataFrame({"candidate": costs, "best": least}), level=level)


def replicate(
    reserve: Reserve,
    draw: Callable[[int], Stated],
    *,
    samples: int,
    level: float = 0.95,
    gap: float = 1e-4,
    measures: Mapping[str, float] | None = None,
    method: Method | None = None,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> Replications:
    """Put a sized reserve to fresh samples of years, each of which is sized as well. USD a year.

    Parameters
    ----------
    reserve
        The candidate, sized on other years.
    draw
        The ask over the n years of sample 0, 1, 2, ...: independent of one another, with limits and budget as those of
        the candidate, so that it is among the choices of each.
    samples
        How many (M); each takes about as long as a sizing of n years.
    gap
        To which each sample's best cost is proved. The bound below it counts, so that the interval stays true.
    measures
        How many of each measure stand beside the candidate, by name, of those that the asks offer; none by default.
    engine
        Where scenarios are solved; this process by default.

    Raises
    ------
    AskError
        If losses are not weighed by their mean or there are floors: the mean of samples' costs would be of another kind
        than the cost.
    """
    from resilience.sizing.size import unaided

    candidate, best = [], []
    for number in range(samples):
        say(f"sample {number + 1} of {samples}")
        stated = draw(number)
        if stated.terms.risk != Expectation() or stated.terms.floors:
            raise AskError("Replications state an interval for expected cost without floors: size so to ask for one")
        without = unaided(stated, method=method, gap=gap, engine=engine)
        aided = with_reserve(stated, reserve, measures=measures, without=without, gap=gap, method=method, engine=engine)
        candidate.append(aided.cost_usd)
        best.append(_best(stated, without, aided, method=method, gap=gap, engine=engine))
    return replications(candidate, best, level=level)


def _best(
    stated: Stated, without: Without, aided: Aided, *, method: Method | None, gap: float, engine: Engine | None
) -> float:
    """What any reserve costs at least over a sample's years: as the duals with the candidate and where nothing is held
    tell, if that is within `gap` of what either costs; else as a sizing of the sample proves. [USD a year]
    """
    from resilience.sizing.size import sized

    asked = stated.only(stated.terms.blocks[without.live].tolist())
    nothing, candidate = (
        {place: known[number].row_dual for place, number in enumerate(without.live) if number in known}
        for known in (without.answers, aided.answers)
    )
    bound = least_by_cuts(asked.two_stage, [nothing, candidate]).bound * stated.laws.usd
    if relative_gap(min(aided.cost_usd, _idle_usd(stated, asked, without)), bound) <= gap:
        return bound
    return sized(stated, without, method=method, gap=gap, engine=engine).bound_usd


def _idle_usd(stated: Stated, asked: Stated, without: Without) -> float:
    """What the years of a sample cost where nothing is held; infinite where limits on those `asked` forbid that."""
    cost, _, _ = weigh(asked, np.zeros(asked.first.program.shape[1]), without.most[without.live])
    chances = stated.terms.probabilities[stated.terms.blocks]
    return float(chances @ without.most) * stated.laws.usd if math.isfinite(cost) else math.inf


def _interval(values: Floats, level: float) -> tuple[float, float, float]:
    mean = float(values.mean())
    half = float(stdtrit(len(values) - 1, 0.5 + level / 2)) * _error(values)
    return mean, mean - half, mean + half


def _error(values: Floats) -> float:
    """Standard error of the mean."""
    return float(values.std(ddof=1)) / math.sqrt(len(values))
