"""What a coalition controls, how far its hand reaches, and how the target builds plants of its own.

A `Control` becomes `ExportControl` disruptions on the lanes that its members govern: those that leave their own
countries, and, by a `Reach`, part of those that leave their firms' plants elsewhere. Controls that meet on one lane
multiply: the second licenses a share of what the first still let through.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resilience.balance import use_per_week
from resilience.disruption import Disruption, ExportControl, Shock
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.recovery import Floats


@dataclass(frozen=True, kw_only=True)
class Control:
    """The countries of `coalition` license only a share of what they ship of some goods to the `target`.

    `coalition` and `target` are countries or blocs of the network. `licensed` is the share of baseline flows that still
    passes, one for all goods or one by good; `leaked` the share that arrives by third places in spite of the control.
    The control holds from `first_week` for `weeks` weeks, by default to the end.

    >>> Control(coalition=("USA", "JPN"), target="CHN", good=("tool_etch",), licensed=0.4).share("tool_etch")
    0.4
    """

    coalition: tuple[str, ...]
    target: str
    good: tuple[str, ...]
    licensed: float | Mapping[str, float] = 0.0
    leaked: float = 0.0
    first_week: int = 1
    weeks: float = math.inf

    def __post_init__(self) -> None:
        _as_tuples(self, "coalition", "good")
        faults = [f"{name} names nobody and nothing" for name in ("coalition", "good") if not getattr(self, name)]
        if isinstance(self.licensed, Mapping):
            without = [good for good in self.good if good not in self.licensed]
            faults += [
                f"licensed says nothing of {good!r}: give every good a share, or all of them one" for good in without
            ]
            strange = [good for good in self.licensed if good not in self.good]
            faults += [
                f"licensed speaks of {good!r}, which is not controlled. {near(good, self.good)}" for good in strange
            ]
        shares = {"leaked": self.leaked} | {f"licensed of {good}": share for good, share in self._licences().items()}
        faults += [f"{what} is {share!r}: it is a share and must lie between 0 and 1" for what, share in shares.items()
                   if not 0 <= share <= 1]  # fmt: skip
        if not self.first_week >= 1 or self.first_week % 1 != 0:
            faults.append(f"first_week is {self.first_week!r}: weeks count from 1, in whole weeks")
        if not self.weeks > 0:
            faults.append(f"weeks is {self.weeks!r}: it must be above 0")
        if faults:
            raise AskError("A control cannot be as described", faults)

    def share(self, good: str) -> float:
        """The share of baseline flows of `good` that is licensed."""
        return self._licences()[good]

    def of(self, network: Network, members: Collection[str]) -> Control | None:
        """This control as far as `members` (countries) take part in it; None where none of them does."""
        inside = set(network.countries(*self.coalition)) & set(members)
        return replace(self, coalition=tuple(sorted(inside))) if inside else None

    def _licences(self) -> dict[str, float]:
        if isinstance(self.licensed, Mapping):
            return {good: self.licensed[good] for good in self.good if good in self.licensed}
        return dict.fromkeys(self.good, self.licensed)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A control of `country` also binds the share `share` of what `place` makes of some goods: its firms' plants there.

    Where the place's own country controls as well, its control takes the place of this.
    """

    country: str
    place: tuple[str, ...]
    good: tuple[str, ...]
    share: float = 1.0

    def __post_init__(self) -> None:
        _as_tuples(self, "place", "good")
        if not 0 <= self.share <= 1:
            raise AskError(f"Reach.share is {self.share!r}: it is a share and must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class OwnProduction:
    """The target answers a control by plants of its own.

    From `build_weeks` after the first control on, its capacity for `good` grows by equal weekly steps over `ramp_weeks`
    until it has gained the share `share` of its need. What the new plants start is finished after the good's cycle
    time. Only a good that the target already makes can be ramped: nobody orders from a maker that does not exist.
    """

    good: tuple[str, ...]
    share: float
    build_weeks: int
    ramp_weeks: int = 1

    def __post_init__(self) -> None:
        _as_tuples(self, "good")
        faults = [] if 0 <= self.share < math.inf else [f"share is {self.share!r}: it must be 0 or more"]
        for name, least in (("build_weeks", 0), ("ramp_weeks", 1)):
            value = getattr(self, name)
            if not value >= least or value % 1 != 0:
                faults.append(f"{name} is {value!r}: it must be a whole number of weeks, {least} or more")
        if faults:
            raise AskError("OwnProduction cannot be as described", faults)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ramp:
    """The disruption that opens new plants: each producer row's share of its widened capacity, week by week."""

    rows: Mapping[int, Floats]  # row of the producers: share of widened capacity before and after `first_week`
    first_week: int

    def strike(self, shock: Shock) -> None:
        """Hold widened capacity down to what stands so far."""
        for row, share in self.rows.items():
            shock.left[row] *= share


def disruptions(
    network: Network, controls: Sequence[Control], reach: Sequence[Reach] = ()
) -> tuple[ExportControl, ...]:
    """What `controls` close, as disruptions that each strike at least one lane.

    A control on lanes that nobody has closes nothing, and is no fault: a coalition may have members without exports.

    >>> network = Network.from_frames(
    ...     goods={"good": ["tool"]}, producers={"good": ["tool"], "place": ["JPN"], "output_per_week": [1.0]},
    ...     lanes={"good": ["tool"], "origin": ["JPN"], "destination": ["CHN"]},
    ...     demand={"good": ["tool"], "place": ["CHN"], "units_per_week": [1.0], "usd_per_unit_unmet": [1.0]})
    >>> [one.exporter for one in disruptions(network, [Control(coalition="JPN", target="CHN", good="tool")])]
    [('JPN',)]
    """
    found = []
    for control in controls:
        _known(network, control)
        members = set(network.countries(*control.coalition))
        alike: dict[tuple[float, float], dict[str, list[str]]] = {}  # (licensed, leaked): good to the places it leaves
        for good, origin, country in _lanes(network, control.target, control.good):
            bound = 1.0 if country in members else _reached(reach, members, good, origin)
            if bound:
                licensed = 1.0 - bound * (1.0 - control.share(good))
                alike.setdefault((licensed, bound * control.leaked), {}).setdefault(good, []).append(origin)
        for (licensed, leaked), origins in alike.items():
            found += _closing(control, origins, licensed, min(leaked, 1.0 - licensed))
    return tuple(found)


def exporters(network: Network, controls: Sequence[Control], reach: Sequence[Reach] = ()) -> tuple[str, ...]:
    """The countries whose taking part closes some lane, in alphabetical order: the others bring nothing but consent."""
    found = set()
    for control in controls:
        members = set(network.countries(*control.coalition))
        for good, origin, country in _lanes(network, control.target, control.good):
            arms = {arm.country for arm in reach if arm.share and good in arm.good and origin in arm.place}
            found |= {country, *arms} & members
    return tuple(sorted(found))


def widened(network: Network, own: Sequence[OwnProduction], target: str) -> Network:
    """`network` with room for the target's new plants: more surge, which a `Ramp` holds down until they stand.

    Raises
    ------
    AskError
        Naming each good that the target does not make, or whose plants need tools: those wear, and a share of widened
        capacity cannot say how.
    """
    makers, gain = network.producers, _gain(network, own, target)
    if not gain:
        return network
    surge = makers["surge"].astype(float).copy()
    for row, units in gain.items():
        surge.iloc[row] += units / makers["output_per_week"].iloc[row]
    figures = network.figures
    stale = (figures["table"] == "producers") & (figures["column"] == "surge")
    return network.with_tables({"producers": makers.assign(surge=surge), "figures": figures[~stale]})


def ramp(
    network: Network, own: Sequence[OwnProduction], target: str, *, first_week: int, weeks: int
) -> tuple[Disruption, ...]:
    """How the new plants come into being on `network` (not yet widened) after a control that begins in `first_week`."""
    makers, rows = network.producers, {}
    passed = np.arange(1, weeks + 1) - first_week
    for plan in own:
        done = np.clip((passed - plan.build_weeks + 1) / plan.ramp_weeks, 0.0, 1.0)
        for row, units in _gain(network, [plan], target).items():
            before = makers["output_per_week"].iloc[row] * makers["surge"].iloc[row]
            rows[row] = np.where(passed >= 0, (before + units * done) / (before + units), 1.0)
    return (Ramp(rows=rows, first_week=first_week),) if rows else ()


def _as_tuples(made: object, *names: str) -> None:
    """Put a single name, or a list of them, as the tuple that the field holds."""
    for name in names:
        given = getattr(made, name)
        object.__setattr__(made, name, (given,) if isinstance(given, str) else tuple(given))


def _known(network: Network, control: Control) -> None:
    """Raise where a control names what the network does not have."""
    goods, faults = set(network.goods["good"]), []
    faults += [
        f"good {good!r} is not in the network. {near(good, goods)}" for good in control.good if good not in goods
    ]
    for who in (*control.coalition, control.target):
        try:
            network.countries(who)
        except AskError as error:
            faults.append(error.what)
    if faults:
        raise AskError("A control names what is not there", faults)


def _lanes(network: Network, target: str, goods: Collection[str]) -> list[tuple[str, str, str]]:
    """Good, origin and the origin's country of every lane from outside into the target."""
    lanes, inside = network.lanes, places(network, target)
    hit = lanes["good"].isin(list(goods)) & lanes["destination"].isin(inside) & ~lanes["origin"].isin(inside)
    rows = lanes.loc[hit, ["good", "origin"]].drop_duplicates()
    country = rows["origin"].map(network.places.set_index("place")["country"])
    return list(zip(rows["good"], rows["origin"], country, strict=True))


def places(network: Network, who: str) -> list[str]:
    """The places of a country or bloc."""
    table = network.places
    return list(table.loc[table["country"].isin(network.countries(who)), "place"])


def _reached(reach: Sequence[Reach], members: Collection[str], good: str, origin: str) -> float:
    """The share of what leaves a place outside the coalition that is made by members' firms."""
    arms = [arm.share for arm in reach if arm.country in members and good in arm.good and origin in arm.place]
    return min(sum(arms), 1.0)


def _closing(control: Control, origins: Mapping[str, list[str]], licensed: float, leaked: float) -> list[ExportControl]:
    """Export controls on goods from where each leaves, goods that leave the same places together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for good, where in origins.items():
        together.setdefault(tuple(sorted(where)), []).append(good)
    return [
        ExportControl(
            good=tuple(sorted(goods)), exporter=where, importer=control.target, licensed=licensed, leaked=leaked,
            first_week=control.first_week, weeks=control.weeks,
        )
        for where, goods in together.items()
    ]  # fmt: skip


def _gain(network: Network, own: Sequence[OwnProduction], target: str) -> dict[int, float]:
    """Units a week that each producer of the target gains in the end, by row; a good's makers gain in step."""
    makers, here = network.producers, places(network, target)
    use, needs = use_per_week(network), network.needs
    faults: list[str] = []
    found: dict[int, float] = {}
    for plan in own:
        for good in plan.good:
            rows = np.flatnonzero(
                (makers["good"] == good) & makers["place"].isin(here) & (makers["output_per_week"] > 0)
            )
            if not len(rows):
                faults.append(f"{target} makes no {good}. Add a producer to the dataset, with what it makes today")
                continue
            if ((needs["good"] == good) & (needs["kind"] == "capital")).any():
                faults.append(f"plants for {good} need tools, and wear without them. Ramp their output in the dataset")
            output = makers["output_per_week"].iloc[rows]
            need = sum(float(use.get((good, place), 0.0)) for place in here)
            found |= {
                int(row): plan.share * need * float(part / output.sum()) for row, part in zip(rows, output, strict=True)
            }
    if faults:
        raise AskError("The target cannot ramp its own production so", dict.fromkeys(faults))
    return found
