"""Which years are tried, and with what weight. Each choice is an object with one method, `years`.

References: P. Glasserman (2003), Monte Carlo Methods in Financial Engineering, chapters 4 and 5 (stratified and
importance sampling, Sobol points); T. Hesterberg (1995), Weighted average importance sampling and defensive mixture
distributions, Technometrics 37(2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError, near
from resilience.hazards.year import Floats, YearLaw

MARKS = 4  # what an event draws besides its hazard: target, severity, weeks, week of the year
SMOOTH = 4  # events whose figures come from the point itself; those of a fifth event in one year are always random
WIDTH = 2 + SMOOTH * (1 + MARKS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Year:
    """A year to be tried: its weight, the hazards that come by themselves, and the numbers each event is made from."""

    weight: float
    events: tuple[int, ...]
    marks: Floats  # events x MARKS, each 0 to 1


class Method(Protocol):
    """Any way of choosing disturbed years."""

    def years(self, law: YearLaw, draws: int, rng: np.random.Generator) -> list[Year]:
        """`draws` disturbed years whose weights add up to the chance of one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Years as they come, all of one weight. Do not use it for what is rare: 1,000 draws hold few years of one event
    in a thousand.
    """

    def years(self, law: YearLaw, draws: int, rng: np.random.Generator) -> list[Year]:
        """Independent years."""
        return _read(law, rng.random((draws, WIDTH)), [law.at_least(1) / draws] * draws, rng)


@dataclass(frozen=True, kw_only=True)
class Sobol:
    """Evenly spread years, all of one weight: a scrambled Sobol sequence. Best for means, and with a power of two as
    `draws`.

    Its first numbers choose how many events and of which hazard, the next make the first four events; answers that
    they trigger are random. The spread of repeated draws (other seeds) tells the error; that of the years within one
    draw does not.
    """

    def years(self, law: YearLaw, draws: int, rng: np.random.Generator) -> list[Year]:
        """The first `draws` points of a sequence scrambled by `rng`."""
        from scipy.stats import qmc  # a second of CPU that only such a draw should pay

        engine = qmc.Sobol(WIDTH, scramble=True, rng=rng)
        points = engine.random_base2(math.ceil(math.log2(draws)))[:draws]
        return _read(law, points, [law.at_least(1) / draws] * draws, rng)


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """Kinds of years in fixed numbers: one event of each hazard, two events, three or more.

    The share `even` of the draws is spread evenly over the kinds, so that rare hazards are not left to chance; the
    rest goes by chance. Each year weighs the chance of its kind over the kind's draws.
    """

    even: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.even <= 1:
            raise AskError(f"Stratified.even is {self.even!r}: it is a share and must lie between 0 and 1")

    def years(self, law: YearLaw, draws: int, rng: np.random.Generator) -> list[Year]:
        """Some years of every kind that can occur."""
        two, more = law.at_least(2) - law.at_least(3), law.at_least(3)
        single = [(float(chance), hazard) for hazard, chance in enumerate(law.exactly_one()) if chance > 0]
        several = [(chance, least, most) for chance, least, most in ((two, 2, 2), (more, 3, None)) if chance > 1e-12]
        chances = [chance for chance, _ in single] + [chance for chance, _, _ in several]
        numbers = iter(_shares(draws, chances, self.even))
        years: list[Year] = []
        for chance, hazard in single:
            points = rng.random((next(numbers), MARKS))
            years += [Year(weight=chance / len(points), events=(hazard,), marks=point[None]) for point in points]
        for chance, least, most in several:
            points = rng.random((next(numbers), WIDTH))
            years += _read(law, points, [chance / len(points)] * len(points), rng, least=least, most=most)
        return years


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Years drawn as if some hazards were `factors` times as frequent, weighted back by the ratio of the two chances.

    The share `defensive` of the draws comes from the true rates, so that no weight passes 1 / defensive times its
    plain one. Weights are scaled to add up to the chance of a disturbed year: consistent, with a bias that falls as 1
    / draws.
    """

    factors: Mapping[str, float]
    defensive: float = 0.2

    def __post_init__(self) -> None:
        faults = [f"{name!r}: {factor!r} must be above 0" for name, factor in self.factors.items() if not factor > 0]
        if not 0 < self.defensive <= 1:
            faults.append(f"defensive is {self.defensive!r}: above 0, so that no year is left out, and at most 1")
        if faults:
            raise AskError("Importance cannot be as described", faults)

    def years(self, law: YearLaw, draws: int, rng: np.random.Generator) -> list[Year]:
        """Some years by the true rates, the others by the raised ones."""
        strange = [near(name, law.names) for name in self.factors if name not in law.names]
        if strange:
            raise AskError(f"Importance names hazards that are not here: {', '.join(self.factors)}", strange)
        factor = np.array([self.factors.get(name, 1.0) for name in law.names])
        raised = YearLaw(names=law.names, chance=law.chance, rates=law.rates * factor)
        own = max(1, round(self.defensive * draws))
        points = rng.random((draws, WIDTH))
        drawn = _read(law, points[:own], [0.0] * own, rng) + _read(raised, points[own:], [0.0] * (draws - own), rng)
        # Balance heuristic: true chance over the chance of drawing the year at all. Only the events matter, as their
        # figures are drawn alike; both chances are sums over the states of the world, which a year does not show.
        true = np.array([_chance(law, year.events) for year in drawn]) / law.at_least(1)
        other = np.array([_chance(raised, year.events) for year in drawn]) / raised.at_least(1)
        ratio = true / (own / draws * true + (1.0 - own / draws) * other)
        weights = ratio / ratio.sum() * law.at_least(1)
        return [
            Year(weight=float(weight), events=year.events, marks=year.marks)
            for weight, year in zip(weights, drawn, strict=True)
        ]


def _chance(law: YearLaw, events: Sequence[int]) -> float:
    """Chance (up to the factorial of the count, which cancels) that a year has these events in this order."""
    total = law.rates.sum(axis=1)
    return float(law.chance @ (np.exp(-total) * law.rates[:, list(events)].prod(axis=1)))


def _read(
    law: YearLaw,
    points: Floats,
    weights: Sequence[float],
    rng: np.random.Generator,
    *,
    least: int = 1,
    most: int | None = None,
) -> list[Year]:
    """The years that points in the unit cube stand for: state of the world, count, then hazard and figures of each
    event.
    """
    years = []
    for point, weight in zip(points, weights, strict=True):
        state = law.state(point[0], least, most)
        count = least if least == most else law.count(state, point[1], least)
        blocks = point[2:].reshape(SMOOTH, 1 + MARKS)[:count]
        if count > SMOOTH:
            blocks = np.vstack([blocks, rng.random((count - SMOOTH, 1 + MARKS))])
        events = tuple(law.hazard(state, block[0]) for block in blocks)
        years.append(Year(weight=weight, events=events, marks=blocks[:, 1:]))
    return years


def _shares(draws: int, chances: Sequence[float], even: float) -> list[int]:
    """`draws` split over kinds of years, at least one each: part evenly, part by chance; what rounding leaves goes to
    the likeliest.
    """
    if draws < len(chances):
        told = f"{draws} draws cannot hold one of each of the {len(chances)} kinds of years"
        raise AskError(f"{told}. Draw at least {len(chances)}, or use Plain()")
    chance = np.array(chances)
    wanted = draws * (even / len(chance) + (1.0 - even) * chance / chance.sum())
    numbers = np.maximum(1, np.floor(wanted)).astype(int)
    order = np.argsort(-chance, kind="stable")
    for turn in range(abs(draws - int(numbers.sum()))):
        likeliest = order[turn % len(order)] if numbers.sum() < draws else int(np.argmax(numbers))
        numbers[likeliest] += 1 if numbers.sum() < draws else -1
    return [int(number) for number in numbers]
