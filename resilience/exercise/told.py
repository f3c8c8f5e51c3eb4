"""Disruptions in words: what is known once they have begun; and, for who leads the exercise, how they go on."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from resilience.disruption import (
    DemandSurge,
    Disruption,
    ExportControl,
    Hoarding,
    Names,
    Outage,
    RouteClosure,
    StockLoss,
)
from resilience.network import Network
from resilience.recovery import Exponential, Linear, SCurve, Series, Step
from resilience.report.numbers import label

DAYS = 7  # in a week
NAMED = 6  # names in one sentence; more are counted


def listed(names: Iterable[str], *, most: int = NAMED) -> str:
    """Names in a sentence.

    >>> listed(["gas", "neon", "ore"]), listed("abc", most=2)
    ('gas, neon and ore', 'a, b and 1 more')
    """
    every = list(names)
    shown = every[:most]
    if len(every) > most:
        return f"{', '.join(shown)} and {len(every) - most} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def good_names(network: Network) -> dict[str, str]:
    """What people call each good; its id where the network gives no name."""
    return _called(network.goods, "good")


def place_names(network: Network) -> dict[str, str]:
    """What people call each place; its id where the network gives no name."""
    return _called(network.places, "place")


def weeks_told(weeks: int) -> str:
    """Weeks in a sentence.

    >>> weeks_told(1), weeks_told(3)
    ('1 week', '3 weeks')
    """
    return f"{weeks} week{'s' * (weeks != 1)}"


def announced(disruption: Disruption, network: Network) -> str:
    """What a disruption does, as it is known while it holds: not for how long, nor what leaks past it."""
    goods, at = _goods(disruption, network), _at(disruption, network)
    match disruption:
        case Outage():
            return f"Makers of {goods}{at} lose {disruption.lost:.0%} of their capacity."
        case ExportControl():
            left = (
                f"licences for {disruption.licensed:.0%} of what used to pass" if disruption.licensed else "no licences"
            )
            return (
                f"Exports of {goods} from {_who(disruption.exporter, network)} to "
                f"{_who(disruption.importer, network)} are controlled: there are {left}."
            )
        case RouteClosure():
            route = listed(label(name) for name in _names(disruption.route)) or "all routes"
            return f"Shipments of {goods} through {route} {_slowed(disruption)}."
        case DemandSurge():
            return f"Demand for {goods}{at} is {disruption.factor:.3g} times the usual."
        case StockLoss():
            return f"{disruption.lost:.0%} of the private stock of {goods}{at} is lost."
        case Hoarding():
            return f"Users of {goods}{at} try to hold {disruption.extra_weeks:.3g} weeks more of stock."
        case _:
            return f"A disruption of another kind ({type(disruption).__name__})."


def in_full(disruption: Disruption, network: Network, *, onset: int) -> str:
    """What a disruption does, from which day, for how long, and how it fades; `onset` is the week of day 0."""
    begins = f"From day {DAYS * (disruption.first_week - onset)}"
    leaks = getattr(disruption, "leaked", 0.0)
    leaked = f" {leaks:.0%} leaks through all the same." if leaks else ""
    if isinstance(disruption, StockLoss):
        return f"{begins}: {announced(disruption, network)}"
    weeks = getattr(disruption, "weeks", None)
    lasts = "" if weeks is None else f" in full for {weeks:g} weeks, {_ends(disruption)}"
    return f"{begins}{lasts}: {announced(disruption, network)}{leaked}"


def _ends(disruption: Disruption) -> str:
    match getattr(disruption, "recovery", None):
        case Step():
            return "then over at once"
        case Linear(weeks=weeks):
            return f"then fading evenly over {weeks:g} weeks"
        case Exponential(half_life_weeks=weeks):
            return f"then halving every {weeks:g} weeks"
        case SCurve(weeks=weeks):
            return f"then fading over {weeks:g} weeks, slowly at first and at the end"
        case Series(left=left):
            return f"then fading over {len(left)} weeks as reported"
        case _:
            return "then fading by a rule of its own"


def _slowed(closure: RouteClosure) -> str:
    cut = f"are cut to {closure.open_share:.0%} of the usual flow" if closure.open_share else "are stopped"
    stopped = cut if closure.open_share != 1 else ""
    late = f"take {weeks_told(closure.added_weeks)} longer" if closure.added_weeks else ""
    return " and ".join(part for part in (stopped, late) if part) or "go on as usual"


def _goods(disruption: object, network: Network) -> str:
    """The goods that the selectors `good` and `tier` name."""
    called = good_names(network)
    goods = [called.get(good, good) for good in _names(getattr(disruption, "good", None))]
    tiers = _names(getattr(disruption, "tier", None))
    of_tier = f"the tier {listed(tiers)}" if tiers else ""
    return " of ".join(part for part in (listed(goods), of_tier) if part) or "all goods"


def _at(disruption: object, network: Network) -> str:
    """Where, if anywhere in particular."""
    names = [name for field in ("place", "country", "bloc") for name in _names(getattr(disruption, field, None))]
    called = place_names(network)
    return f" in {listed(called.get(name, name) for name in names)}" if names else ""


def _who(names: Names, network: Network) -> str:
    called = place_names(network)
    return listed(called.get(name, name) for name in _names(names)) or "everybody"


def _names(names: Names) -> list[str]:
    return [] if names is None else [names] if isinstance(names, str) else sorted(names)


def _called(rows: pd.DataFrame, key: str) -> dict[str, str]:
    names = rows["name"].fillna("").astype(str)
    return dict(zip(rows[key], names.where(names != "", rows[key]), strict=True))
