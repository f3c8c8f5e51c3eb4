"""The ground on which coalitions are compared: one calm network, one horizon, one set of goods, whoever controls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from resilience.balance import balance
from resilience.controls.control import Control, disruptions, places, ramp, widened
from resilience.controls.setting import Setting
from resilience.disruption import Disruption, ExportControl, Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.scenario import Scenario
from resilience.simulate import Plain, Traces, simulate


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What every coalition's effect is read against: the calm network, its arrays, and which rows matter."""

    network: Network  # balanced
    roomy: Network  # with room for the target's new plants
    setting: Setting
    controls: tuple[Control, ...]
    target: str
    goods: tuple[str, ...]  # controlled by anybody
    made: tuple[str, ...]  # by the target, with controlled goods
    inside: tuple[str, ...]  # places of the target
    first_week: int
    calm: Shock

    @property
    def span(self) -> slice:
        """The weeks that count, as positions."""
        return slice(self.first_week - 1, self.setting.weeks)

    @property
    def length(self) -> int:
        """How many weeks count."""
        return self.setting.weeks - self.first_week + 1


def prepare(network: Network, controls: Sequence[Control], setting: Setting) -> Ground:
    """The ground on which coalitions of those in `controls` are compared.

    Raises
    ------
    AskError
        Where there is no control, they have several targets, or one begins past the horizon.
    """
    targets = sorted({control.target for control in controls})
    if len(targets) != 1:
        raise AskError(f"Controls weighed together have one target, not {', '.join(targets) or 'none'}")
    late = [control.first_week for control in controls if control.first_week > setting.weeks]
    if late:
        raise AskError(f"A control begins in week {late[0]}, past the horizon of {setting.weeks} weeks. Raise weeks")
    network = balance(network).network
    disruptions(network, controls, setting.reach)  # names what is not there
    roomy = widened(network, setting.own, targets[0])
    goods = tuple(sorted({good for control in controls for good in control.good}))
    inside = tuple(places(network, targets[0]))
    makers = network.producers
    made = set(makers.loc[makers["place"].isin(inside), "good"]) & _downstream(network, goods)
    return Ground(
        network=network, roomy=roomy, setting=setting, controls=tuple(controls),
        target=targets[0], goods=goods, made=tuple(sorted(made)), inside=inside,
        first_week=min(control.first_week for control in controls), calm=Shock.none(roomy, setting.weeks),
    )  # fmt: skip


def _downstream(network: Network, goods: Collection[str]) -> set[str]:
    """Goods made of `goods`, directly or not."""
    needs, found = network.needs, set[str]()
    ring = set(goods)
    while ring:
        ring = set(needs.loc[needs["input"].isin(ring), "good"]) - found
        found |= ring
    return found


def struck(ground: Ground, members: Collection[str]) -> tuple[ExportControl, ...]:
    """What the controls of `members` close."""
    active = [part for one in ground.controls if (part := one.of(ground.network, members)) is not None]
    return disruptions(ground.network, active, ground.setting.reach)


def everybody(ground: Ground) -> frozenset[str]:
    """The countries that any of the controls names."""
    network = ground.network
    return frozenset(one for control in ground.controls for who in control.coalition for one in network.countries(who))


def built(ground: Ground, closed: Sequence[ExportControl]) -> tuple[Disruption, ...]:
    """The target's new plants, begun with the first control that closes a lane; none without one."""
    if not closed:
        return ()
    setting, first = ground.setting, min(one.first_week for one in closed)
    return ramp(ground.network, setting.own, ground.target, first_week=first, weeks=setting.weeks)


def simulated(ground: Ground, lots: Sequence[tuple[Disruption, ...]]) -> Traces:
    """Full traces of a few lots of disruptions, named by their number."""
    scenarios = [Scenario(name=str(number), disruptions=one) for number, one in enumerate(lots)]
    setting = ground.setting
    return simulate(
        ground.roomy, scenarios, weeks=setting.weeks, behaviour=setting.behaviour, full=True, engine=Plain()
    )
