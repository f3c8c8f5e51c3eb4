"""What a control does to its target and costs those who take part, from the weekly simulator.

For each controlled good, supply to the target is what arrives from abroad and what it makes, less what it ships on. In
a calm week it equals need. Over the weeks from the first control on, as shares of need,

    denied = governed - admitted - leaked - backfilled - own

with `governed` what lanes under control carried in calm, `admitted` what they bring by licence or had under way,
`leaked` what they bring in spite of the control, `backfilled` what other lanes bring beyond calm, and `own` what the
target finishes beyond calm, or ships on less. The rest of an effect is read off the same simulated weeks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.controls.control import Control, disruptions, places, ramp, widened
from resilience.controls.setting import Setting
from resilience.disruption import Disruption, ExportControl, Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Floats, Physics, members_first, physics
from resilience.scenario import Scenario
from resilience.simulate import Traces, simulate
from resilience.sizing.response import Response, best_response

TOGETHER = 7  # scenarios simulated at once: their full traces are kept until they are read
HERE = Setting()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Effect:
    """What one coalition's controls do over the weeks from `first_week` to `weeks`.

    goods
        By controlled good: `need_usd`, and as shares of it `governed`, `admitted`, `leaked`, `backfilled`, `own` and
        `denied`; `hit_week`, weeks from the first control until a week's supply is short by the share `bite`.
    weekly
        The share of need denied, by controlled good (rows) and week (columns).
    output
        By good that the target makes with controlled ones, directly or not: `calm_usd`, `lost` (share of starts lost),
        `lost_at_end` (in the last week), `hit_week`.
    trade
        By country and good: sales to the target in calm and now, and `lost_usd` (below 0: gained).
    idle
        By country outside the target and controlled good: output in calm and `idle_usd`, what is not made any more.
    unmet_usd
        By country: value at stake in final demand that goes unmet, the target's own included.
    """

    members: tuple[str, ...]
    target: str
    first_week: int
    weeks: int
    goods: pd.DataFrame
    weekly: pd.DataFrame
    output: pd.DataFrame
    trade: pd.DataFrame
    idle: pd.DataFrame
    unmet_usd: pd.Series

    @property
    def denied(self) -> float:
        """Share of the target's need of all controlled goods that is denied, by value."""
        need = self.goods["need_usd"]
        return float((self.goods["denied"] * need).sum() / need.sum())

    def part(self, name: str) -> float:
        """A column of `goods` over all of them, weighted by value of need."""
        need = self.goods["need_usd"]
        return float((self.goods[name] * need).sum() / need.sum())

    @property
    def lost_revenue_usd(self) -> pd.Series:
        """Sales to the target lost by country, over all goods (below 0: gained)."""
        return self.trade.groupby("country")["lost_usd"].sum()

    def __repr__(self) -> str:
        who = "+".join(self.members) or "nobody"
        return f"Effect of controls by {who} on {self.target}: {self.denied:.1%} of need denied"


def effect(network: Network, *controls: Control, setting: Setting = HERE) -> Effect:
    """What `controls`, all in force together, do to their target and to those who take part.

    Not a forecast of prices or of who invents what; `least_loss` gives the least harm that any behaviour of all could
    reach.

    Raises
    ------
    AskError
        Where a control names what the network does not have, or none closes any lane.
    BalanceError
        Where the network does not balance.

    >>> network = Network.from_frames(
    ...     goods={"good": ["tool"]}, producers={"good": ["tool"], "place": ["JPN"], "output_per_week": [4.0]},
    ...     lanes={"good": ["tool"], "origin": ["JPN"], "destination": ["CHN"]},
    ...     demand={"good": ["tool"], "place": ["CHN"], "units_per_week": [4.0], "usd_per_unit_unmet": [1.0]})
    >>> effect(network, Control(coalition="JPN", target="CHN", good="tool", licensed=0.25))
    Effect of controls by JPN on CHN: 75.0% of need denied
    """
    ground = prepare(network, controls, setting)
    if not disruptions(ground.network, controls, setting.reach):
        lanes = ground.network.lanes
        here = lanes["good"].isin(ground.goods) & lanes["destination"].isin(ground.inside)
        who = ", ".join(sorted(set(lanes.loc[here & ~lanes["origin"].isin(ground.inside), "origin"]))) or "nobody"
        raise AskError(f"These controls close no lane. {ground.target} gets {', '.join(ground.goods)} from {who}")
    members = {country for one in controls for who in one.coalition for country in ground.network.countries(who)}
    return effects(ground, [members])[frozenset(members)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What every coalition's effect is read against: the calm network, its arrays, and which rows matter."""

    network: Network  # balanced
    roomy: Network  # with room for the target's new plants
    laws: Physics  # of the roomy one
    setting: Setting
    controls: tuple[Control, ...]
    target: str
    goods: tuple[str, ...]  # controlled by anybody
    made: tuple[str, ...]  # by the target, with controlled goods
    inside: tuple[str, ...]  # places of the target
    first_week: int

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
        network=network, roomy=roomy, laws=physics(roomy), setting=setting, controls=tuple(controls),
        target=targets[0], goods=goods, made=tuple(sorted(made)), inside=inside,
        first_week=min(control.first_week for control in controls),
    )  # fmt: skip


def effects(ground: Ground, coalitions: Sequence[Collection[str]]) -> dict[frozenset[str], Effect]:
    """The effect of each coalition (of countries), simulated a few at a time."""
    wanted = [frozenset(members) for members in dict.fromkeys(map(frozenset, coalitions))]
    found = {}
    for first in range(0, len(wanted), TOGETHER):
        block = wanted[first : first + TOGETHER]
        closed = [_struck(ground, members) for members in block]
        traces = _simulated(ground, [one + _built(ground, members) for one, members in zip(closed, block, strict=True)])
        for number, (members, struck) in enumerate(zip(block, closed, strict=True)):
            found[members] = _read(ground, members, struck, traces, str(number))
    return found


def harm(ground: Ground, coalitions: Sequence[Collection[str]]) -> dict[frozenset[str], pd.Series]:
    """Unmet demand (USD at stake, by country) when the target also retaliates against each coalition."""
    answer = ground.setting.retaliation
    wanted = list(dict.fromkeys(map(frozenset, coalitions)))
    found = {}
    for first in range(0, len(wanted), TOGETHER):
        block = wanted[first : first + TOGETHER]
        struck: list[tuple[Disruption, ...]] = []
        for members in block:
            back = () if answer is None or not members else tuple(answer.disruptions(members))
            struck.append((*_struck(ground, members), *_built(ground, members), *back))
        traces = _simulated(ground, struck)
        for number, members in enumerate(block):
            _, records, column = traces.full[str(number)]
            found[members] = _unmet(ground, records.short[:, :, column])
    return found


def least_loss(network: Network, *controls: Control, setting: Setting = HERE, others: float = 0.01) -> Response:
    """The least that the target could lose under `controls` if everybody played for it, by `best_response`.

    A floor under the harm, with a certified bound: flows are chosen with foresight, and losses elsewhere weigh
    `others`. Minutes on a network of the chips size.
    """
    ground = prepare(network, controls, setting)
    members = {country for one in controls for who in one.coalition for country in ground.network.countries(who)}
    scenario = Scenario(name="control", disruptions=(*_struck(ground, members), *_built(ground, members)))
    weights = members_first(ground.roomy, ground.target, others=others)
    return best_response(ground.roomy, scenario, weeks=setting.weeks, weights=weights)


def _downstream(network: Network, goods: Collection[str]) -> set[str]:
    """Goods made of `goods`, directly or not."""
    needs, found = network.needs, set[str]()
    ring = set(goods)
    while ring:
        ring = set(needs.loc[needs["input"].isin(ring), "good"]) - found
        found |= ring
    return found


def _struck(ground: Ground, members: Collection[str]) -> tuple[ExportControl, ...]:
    """What the controls of `members` close."""
    active = [part for one in ground.controls if (part := one.of(ground.network, members)) is not None]
    return disruptions(ground.network, active, ground.setting.reach)


def _built(ground: Ground, members: Collection[str]) -> tuple[Disruption, ...]:
    """The target's new plants, begun with the first control that closes a lane; none without one."""
    closed, setting = _struck(ground, members), ground.setting
    if not closed:
        return ()
    first = min(one.first_week for one in closed)
    return ramp(ground.network, setting.own, ground.target, first_week=first, weeks=setting.weeks)


def _simulated(ground: Ground, struck: Sequence[tuple[Disruption, ...]]) -> Traces:
    scenarios = [Scenario(name=str(number), disruptions=one) for number, one in enumerate(struck)]
    setting = ground.setting
    return simulate(ground.roomy, scenarios, weeks=setting.weeks, behaviour=setting.behaviour, full=True)


def _read(
    ground: Ground, members: frozenset[str], struck: tuple[ExportControl, ...], traces: Traces, name: str
) -> Effect:
    _, records, column = traces.full[name]
    assert records.full is not None
    flow, start = records.full.flow[:, :, column], records.full.start[:, :, column]
    weekly, goods = _supply(ground, struck, flow, start)
    return Effect(
        members=tuple(sorted(members)), target=ground.target, first_week=ground.first_week, weeks=ground.setting.weeks,
        goods=goods, weekly=weekly, output=_output(ground, start), trade=_trade(ground, flow), idle=_idle(ground, start),
        unmet_usd=_unmet(ground, records.short[:, :, column]),
    )  # fmt: skip


def _supply(
    ground: Ground, struck: tuple[ExportControl, ...], flow: Floats, start: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The share of need denied by good and week, and the account of it by good, in the module's words."""
    laws, network, weeks = ground.laws, ground.roomy, ground.setting.weeks
    lanes, makers = network.lanes, network.producers
    usd = laws.price * laws.usd
    arrived = _later(flow, laws.flow, laws.transit) * usd[laws.origin, None]
    finished = _later(start, laws.output, laws.cycle) * usd[laws.made_at, None]
    shut, leak = _governed(network, struck, weeks)
    leaked = _later(flow * leak, np.zeros(len(flow)), laws.transit) * usd[laws.origin, None]
    ends = {end: lanes[end].isin(ground.inside).to_numpy() for end in ("origin", "destination")}
    entering, leaving = ends["destination"] & ~ends["origin"], ends["origin"] & ~ends["destination"]
    calm_flow, calm_made = laws.flow * usd[laws.origin], laws.output * usd[laws.made_at]
    here = makers["place"].isin(ground.inside).to_numpy()
    at = laws.points["place"].isin(ground.inside).to_numpy()
    rows, weekly, span = [], [], ground.span
    for good in ground.goods:
        lane, maker = (lanes["good"] == good).to_numpy(), (makers["good"] == good).to_numpy() & here
        point = at & (laws.points["good"] == good).to_numpy()
        need = float((laws.use * usd)[point].sum())
        under, free, out = lane & entering & shut, lane & entering & ~shut, lane & leaving
        parts = {
            "governed": np.full(weeks, calm_flow[under].sum()),
            "admitted": (arrived - leaked)[under].sum(axis=0),
            "leaked": leaked[under].sum(axis=0),
            "backfilled": arrived[free].sum(axis=0) - calm_flow[free].sum(),
            "own": finished[maker].sum(axis=0) - calm_made[maker].sum()
            - (flow[out] * usd[laws.origin][out, None]).sum(axis=0) + calm_flow[out].sum(),
        }  # fmt: skip
        denied = (parts["governed"] - sum(part for name, part in parts.items() if name != "governed")) / (need or np.nan)
        shares = {name: float(part[span].sum()) / (need * ground.length or np.nan) for name, part in parts.items()}
        hit = _hit(ground, denied)
        rows.append({"good": good, "need_usd": need * ground.length, **shares,
                     "denied": float(denied[span].mean()), "hit_week": hit})  # fmt: skip
        weekly.append(denied)
    table = pd.DataFrame(rows).set_index("good").fillna(dict.fromkeys([*parts, "denied"], 0.0))
    columns = pd.RangeIndex(1, weeks + 1, name="week")
    return pd.DataFrame(np.nan_to_num(weekly), index=table.index, columns=columns), table


def _later(values: Floats, calm: Floats, lag: np.ndarray) -> Floats:
    """Rows x weeks as they come out `lag` weeks later; what went in before week 1 was calm."""
    found = np.empty_like(values)
    for weeks in np.unique(lag):
        rows = lag == weeks
        before = np.repeat(calm[rows, None], weeks, axis=1)
        found[rows] = np.hstack([before, values[rows]])[:, : values.shape[1]]
    return found


def _governed(network: Network, struck: tuple[ExportControl, ...], weeks: int) -> tuple[np.ndarray, Floats]:
    """Which lanes controls govern, and the share of what each carries in each week that leaks."""
    both, strict = Shock.none(network, weeks), Shock.none(network, weeks)
    for control in struck:
        control.strike(both)
        replace(control, leaked=0.0).strike(strict)
    leak = np.divide(both.open - strict.open, both.open, out=np.zeros_like(both.open), where=both.open > 0)
    return (strict.open < 1.0).any(axis=1), leak


def _hit(ground: Ground, short: Floats) -> float:
    """Weeks from the first control until the share that is short reaches `bite`; NaN if it never does."""
    over = np.flatnonzero(short[ground.span] >= ground.setting.bite - 1e-9)
    return float(over[0] + 1) if len(over) else np.nan


def _output(ground: Ground, start: Floats) -> pd.DataFrame:
    """Starts that the target loses, by good that it makes with controlled ones."""
    laws, makers = ground.laws, ground.roomy.producers
    usd, here = (laws.price * laws.usd)[laws.made_at], makers["place"].isin(ground.inside).to_numpy()
    rows = []
    for good in ground.made:
        maker = here & (makers["good"] == good).to_numpy()
        calm = float((laws.output * usd)[maker].sum())
        lost = 1.0 - (start * usd[:, None])[maker].sum(axis=0) / (calm or np.nan)
        rows.append({"good": good, "calm_usd": calm * ground.length, "lost": float(lost[ground.span].mean()),
                     "lost_at_end": float(lost[-1]), "hit_week": _hit(ground, lost)})  # fmt: skip
    columns = ["good", "calm_usd", "lost", "lost_at_end", "hit_week"]
    return pd.DataFrame(rows, columns=columns).set_index("good").fillna({"lost": 0.0, "lost_at_end": 0.0})


def _trade(ground: Ground, flow: Floats) -> pd.DataFrame:
    """Sales to the target by country and good, at baseline prices, when they leave."""
    laws, lanes, network = ground.laws, ground.roomy.lanes, ground.roomy
    enter = (lanes["destination"].isin(ground.inside) & ~lanes["origin"].isin(ground.inside)).to_numpy()
    usd = (laws.price * laws.usd)[laws.origin]
    table = pd.DataFrame({
        "country": lanes["origin"].map(network.places.set_index("place")["country"]),
        "good": lanes["good"],
        "calm_usd": laws.flow * usd * ground.length,
        "sold_usd": flow[:, ground.span].sum(axis=1) * usd,
    })[enter]  # fmt: skip
    found = table.groupby(["country", "good"], as_index=False)[["calm_usd", "sold_usd"]].sum()
    return found.assign(lost_usd=found["calm_usd"] - found["sold_usd"], controlled=found["good"].isin(ground.goods))


def _idle(ground: Ground, start: Floats) -> pd.DataFrame:
    """Output of controlled goods that makers outside the target no longer start (below 0: start beyond calm)."""
    laws, makers, network = ground.laws, ground.roomy.producers, ground.roomy
    usd = (laws.price * laws.usd)[laws.made_at]
    kept = (makers["good"].isin(ground.goods) & ~makers["place"].isin(ground.inside)).to_numpy()
    table = pd.DataFrame({
        "country": makers["place"].map(network.places.set_index("place")["country"]),
        "good": makers["good"],
        "calm_usd": laws.output * usd * ground.length,
        "made_usd": start[:, ground.span].sum(axis=1) * usd,
    })[kept]  # fmt: skip
    found = table.groupby(["country", "good"], as_index=False)[["calm_usd", "made_usd"]].sum()
    return found.assign(idle_usd=found["calm_usd"] - found["made_usd"])


def _unmet(ground: Ground, short: Floats) -> pd.Series:
    """Value at stake in unmet final demand, by country."""
    laws, network, demand = ground.laws, ground.roomy, ground.roomy.demand
    units = short.sum(axis=1) * laws.scale[laws.wanted_at]
    country = demand["place"].map(network.places.set_index("place")["country"])
    usd = pd.Series(units * demand["usd_per_unit_unmet"].to_numpy(), index=demand.index)
    every = sorted(set(network.places["country"]))
    return usd.groupby(country).sum().reindex(every, fill_value=0.0).rename("unmet_usd")


