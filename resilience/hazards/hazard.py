"""Hazards: what may happen, how often, to whom, how hard, for how long, and what it sets off.

An event draws one severity and one duration, and everything it strikes shares them: that is its common cause. What it
sets off (`Trigger`) is an event of another hazard, some weeks later, with its own severity and duration. Years in
which several hazards are likelier together have a `CommonCause`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any, Protocol

import numpy as np

from resilience.disruption import Disruption, Names
from resilience.errors import AskError, near
from resilience.hazards.distribution import Distribution, Fixed
from resilience.hazards.year import YearLaw
from resilience.network import Network
from resilience.recovery import Exponential, Linear, Recovery, SCurve, Step
from resilience.scenario import KINDS

Selectors = Mapping[str, Names]
ROUND = 4  # decimals kept of a drawn figure: the last bits of a quantile differ between machines, the files must not

NO_DELAY = Fixed(value=0)


class Where(Protocol):
    """What an event may strike."""

    def options(self, network: Network) -> list[tuple[float, Selectors]]:
        """Each possible target with its weight: fields of a disruption, such as `place` or `good`."""
        ...


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of these targets, by weight. Without any, whatever the strikes name themselves.

    >>> OneOf(targets=((2, {"place": "TWN"}), (1, {"place": "JPN"}))).options(None)[0]
    (2, {'place': 'TWN'})
    """

    targets: tuple[tuple[float, Selectors], ...] = ((1.0, {}),)

    def __post_init__(self) -> None:
        weights = [weight for weight, _ in self.targets]
        if not weights or min(weights) < 0 or sum(weights) <= 0:
            raise AskError(f"OneOf: weights are {weights}; they must be 0 or more, and not all 0")

    def options(self, network: Network) -> list[tuple[float, Selectors]]:
        """The targets as given."""
        return list(self.targets)


@dataclass(frozen=True, kw_only=True)
class Plant:
    """One producer of a good of these tiers (or any), by its share of the good's world output: every good is as
    likely.
    """

    tiers: tuple[str, ...] = ()

    def options(self, network: Network) -> list[tuple[float, Selectors]]:
        """Each good at each place."""
        rows = _exposure(network, self.tiers)
        return [(share, {"good": good, "place": place}) for good, place, share in rows]


@dataclass(frozen=True, kw_only=True)
class Site:
    """One place among `places` (or any), by its exposure: its shares of world output, added over the goods of these
    tiers.
    """

    tiers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def options(self, network: Network) -> list[tuple[float, Selectors]]:
        """Each place, whatever it makes."""
        weight: dict[str, float] = {}
        for _, place, share in _exposure(network, self.tiers):
            if not self.places or place in self.places:
                weight[place] = weight.get(place, 0.0) + share
        if not weight:
            raise AskError(f"{self} has no place to strike. Leave out `tiers` or `places`")
        return [(share, {"place": place}) for place, share in weight.items()]


def _exposure(network: Network, tiers: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """Good, place and share of the good's output, for the producers of goods of these tiers."""
    tier = network.goods.set_index("good")["tier"]
    strange = [f"{name!r}: {near(name, tier)}" for name in tiers if name not in set(tier)]
    if strange:
        raise AskError("These tiers are not in the network", strange)
    made = network.producers
    made = made[made["good"].map(tier).isin(tiers)] if tiers else made
    size = made["share"].fillna(made["output_per_week"])
    share = size / size.groupby(made["good"]).transform("sum")
    return [
        (str(good), str(place), float(part))
        for good, place, part in zip(made["good"], made["place"], share, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class Fade:
    """How what is struck comes back: a shape that takes `times` the event's weeks."""

    shape: type = Step
    times: float = 1.0

    def over(self, weeks: float) -> Recovery:
        """The recovery from an event that held in full for `weeks`."""
        long = max(round(self.times * weeks, ROUND), 10.0**-ROUND)
        if self.shape is Exponential:
            return Exponential(half_life_weeks=long)
        if self.shape in (Linear, SCurve):
            made: Recovery = self.shape(weeks=long)
            return made
        return Step()


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One disruption that an event makes.

    `given` are fields of the disruption that are always so; they win over what the event draws. The disruption takes
    the share `part` of the event's severity, holds for `stretch` times its weeks, and begins `later_weeks` after it.
    """

    kind: str
    given: Mapping[str, Any] = field(default_factory=dict)
    part: float = 1.0
    stretch: float = 1.0
    later_weeks: int = 0
    fade: Fade = Fade()

    def __post_init__(self) -> None:
        faults = []
        if self.kind not in KINDS:
            faults.append(f"kind {self.kind!r} is not known. {near(self.kind, KINDS)}")
        else:
            known = {entry.name for entry in fields(KINDS[self.kind])}
            faults += [f"{self.kind} has no {name!r}. {near(name, known)}" for name in self.given if name not in known]
        if not 0 <= self.part <= 1:
            faults.append(f"part is {self.part!r}: it is a share and must lie between 0 and 1")
        if not self.stretch > 0 or self.later_weeks < 0:
            faults.append(f"stretch is {self.stretch!r} and later_weeks {self.later_weeks!r}: above 0, and 0 or more")
        if faults:
            raise AskError("Strike cannot be as described", faults)

    def disruption(self, target: Selectors, *, severity: float, weeks: float, first_week: int) -> Disruption:
        """What an event of this severity and length does to `target`."""
        made = KINDS[self.kind]
        known = {entry.name for entry in fields(made)}
        hard = round(self.part * severity, ROUND)
        drawn = {
            "outage": {"lost": hard},
            "stock_loss": {"lost": hard},
            "export_control": {"licensed": round(1.0 - hard, ROUND)},
            "route_closure": {"open_share": round(1.0 - hard, ROUND)},
            "demand_surge": {"factor": 1.0 + hard},
            "hoarding": {"extra_weeks": hard},
        }[self.kind]
        long = round(self.stretch * weeks, ROUND)
        when = {"first_week": first_week + self.later_weeks, "weeks": long, "recovery": self.fade.over(long)}
        chosen = {name: value for name, value in target.items() if name in known}
        struck: Disruption = made(**{**when, **drawn, **chosen, **self.given})
        return struck


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """With the chance `chance`, an event of `hazard` follows after `delay_weeks`."""

    hazard: str
    chance: float
    delay_weeks: Distribution = NO_DELAY

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1:
            raise AskError(f"Trigger of {self.hazard!r}: chance is {self.chance!r}; it must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """A family of events. They come one by one, `rate_per_year` on average (Poisson); 0 for what only answers another.

    `severity` is a share, 0 to 1; `weeks` is how long it holds in full. With `harder_is_longer` both are drawn from
    one number, so that the hardest event is also the longest. Do not use one hazard for events that differ in kind:
    give each its own.
    """

    name: str
    rate_per_year: float
    severity: Distribution
    weeks: Distribution
    strikes: tuple[Strike, ...]
    where: Where = OneOf()
    triggers: tuple[Trigger, ...] = ()
    harder_is_longer: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        faults = []
        if not 0 <= self.rate_per_year < 100:
            faults.append(f"rate_per_year is {self.rate_per_year!r}: events a year, from 0 to below 100")
        if not self.strikes:
            faults.append("strikes is empty: an event must strike something")
        low, high = self.severity.at(1e-9), self.severity.at(1 - 1e-9)
        if low < 0 or high > 1:
            faults.append(f"severity goes from {low:.3g} to {high:.3g}: it is a share, from 0 to 1")
        if self.weeks.at(1e-9) < 0:
            faults.append(f"weeks goes down to {self.weeks.at(1e-9):.3g}: it must be 0 or more")
        if faults:
            raise AskError(f"Hazard {self.name!r} cannot be as described", faults)


@dataclass(frozen=True, kw_only=True)
class CommonCause:
    """A state of the world that lasts the year: with the chance `chance`, these hazards are `factor` times as likely
    as in other years.

    Rates stay what they are on average; only their coming together changes.
    """

    name: str
    chance: float
    factor: float
    hazards: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (0 < self.chance < 1 and self.factor > 0):
            told = f"chance is {self.chance!r} and factor {self.factor!r}: strictly between 0 and 1, and above 0"
            raise AskError(f"CommonCause {self.name!r} cannot be as described", [told])


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where a figure comes from: `confidence` is reported, estimated (worked out from what is reported, as `note`
    says) or assumed.
    """

    of: str  # as "earthquake.weeks"
    confidence: str
    note: str
    sources: tuple[str, ...] = ()  # title and address


@dataclass(frozen=True, kw_only=True)
class Hazards:
    """Hazards that belong together, with the causes they share and the evidence for their figures."""

    hazards: tuple[Hazard, ...]
    causes: tuple[CommonCause, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        names = [hazard.name for hazard in self.hazards]
        faults = [f"{name!r} names more than one hazard" for name in sorted({n for n in names if names.count(n) > 1})]
        named = [(f"{one.name!r} triggers", trigger.hazard) for one in self.hazards for trigger in one.triggers]
        named += [(f"cause {cause.name!r} names", name) for cause in self.causes for name in cause.hazards]
        faults += [
            f"{who} {name!r}, which is not here. {near(name, names)}" for who, name in named if name not in names
        ]
        if faults:
            raise AskError("These hazards do not form a set", faults)

    def __getitem__(self, name: str) -> Hazard:
        for hazard in self.hazards:
            if hazard.name == name:
                return hazard
        raise AskError(f"No hazard {name!r}. {near(name, [hazard.name for hazard in self.hazards])}")

    def only(self, *names: str) -> Hazards:
        """These hazards alone, with what they trigger; what is not named comes as an answer only, not by itself."""
        kept = {self[name].name for name in names}
        while more := {t.hazard for one in self.hazards if one.name in kept for t in one.triggers} - kept:
            kept |= more
        chosen = tuple(one if one.name in names else _silent(one) for one in self.hazards if one.name in kept)
        shared = [(cause, tuple(name for name in cause.hazards if name in kept)) for cause in self.causes]
        causes = tuple(
            CommonCause(name=cause.name, chance=cause.chance, factor=cause.factor, hazards=left)
            for cause, left in shared
            if left
        )
        told = tuple(
            one for one in self.evidence if one.of.partition(".")[0] in kept | {cause.name for cause in causes}
        )
        return Hazards(hazards=chosen, causes=causes, evidence=told)

    def law(self) -> YearLaw:
        """How many events of which hazard a year has."""
        names = [hazard.name for hazard in self.hazards]
        average = np.array([hazard.rate_per_year for hazard in self.hazards])
        chances, rates = [], []
        for states in product((False, True), repeat=len(self.causes)):
            chance, rate = 1.0, average.copy()
            for cause, on in zip(self.causes, states, strict=True):
                chance *= cause.chance if on else 1.0 - cause.chance
                mean = 1.0 - cause.chance + cause.chance * cause.factor  # so that the average over years stays
                rate[[name in cause.hazards for name in names]] *= (cause.factor if on else 1.0) / mean
            chances.append(chance)
            rates.append(rate)
        return YearLaw(names=tuple(names), chance=np.array(chances), rates=np.array(rates))


def _silent(hazard: Hazard) -> Hazard:
    values = {entry.name: getattr(hazard, entry.name) for entry in fields(hazard)}
    return Hazard(**{**values, "rate_per_year": 0.0})
