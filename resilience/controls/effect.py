"""What a control does to its target and costs those who take part, from the weekly simulator.

For each controlled good, supply to the target is what arrives from abroad and what it makes, less what it ships on. In
a calm week it equals need. Over the weeks from the first control on, as shares of need,

    denied = governed - admitted - leaked - backfilled - own - unwanted

with `governed` what lanes under control carried in calm, `admitted` what they bring by licence or had under way,
`leaked` what they bring in spite of the control, `backfilled` what other lanes bring beyond calm (below 0: less), and
`own` what the target finishes beyond calm, or ships on less. No more is denied in a week than licences close: supply
that falls further is `unwanted`, bought less because the target makes less of what it is for. The rest of an effect is
read off the same simulated weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from resilience.controls.account import idle, output, supply, trade, unmet
from resilience.controls.control import Control, disruptions
from resilience.controls.ground import Ground, built, everybody, prepare, simulated, struck
from resilience.controls.setting import Setting
from resilience.disruption import Disruption, ExportControl
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import members_first
from resilience.scenario import Scenario
from resilience.simulate import Traces
from resilience.sizing.response import Response, best_response

TOGETHER = 16  # scenarios simulated at once, in NumPy: their full traces are kept until they are read
HERE = Setting()
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Effect:
    """What one coalition's controls do over the weeks from `first_week` to `weeks`.

    goods
        By controlled good: `need_usd`, and as shares of it `governed`, `admitted`, `leaked`, `backfilled`, `own`,
        `unwanted` and `denied`; `hit_week`, weeks from the first control until a week denies the share `bite`.
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
        """Sales of controlled goods to the target lost, by country (below 0: gained)."""
        return self.trade[self.trade["controlled"]].groupby("country")["lost_usd"].sum()

    @property
    def other_revenue_usd(self) -> pd.Series:
        """Sales of all other goods to the target lost, by country, as it makes less (below 0: gained)."""
        return self.trade[~self.trade["controlled"]].groupby("country")["lost_usd"].sum()

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
    members = everybody(ground)
    return effects(ground, [members])[members]


def effects(ground: Ground, coalitions: Sequence[Collection[str]]) -> dict[frozenset[str], Effect]:
    """The effect of each coalition (of countries), simulated a few at a time."""
    found = {}
    for block in _blocks(coalitions):
        closed = [struck(ground, members) for members in block]
        lots = [(*one, *built(ground, one)) for one in closed]
        traces = simulated(ground, lots)
        for number, (members, one) in enumerate(zip(block, closed, strict=True)):
            found[members] = _read(ground, members, one, traces, str(number))
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Harm:
    """What the target imposes on a coalition, and what then goes unmet: USD at stake in final demand, by country."""

    imposed: tuple[Disruption, ...]
    unmet_usd: pd.Series


def harm(
    ground: Ground, coalitions: Sequence[Collection[str]], *, say: Say = lambda text: None
) -> dict[frozenset[str], Harm]:
    """What the target imposes on each coalition of those who control, and what goes unmet when it does."""
    answer, found = ground.setting.retaliation, {}
    for block in _blocks(coalitions):
        imposed: list[tuple[Disruption, ...]] = []
        lots: list[tuple[Disruption, ...]] = []
        for members in block:
            say(f"how {ground.target} retaliates against {', '.join(sorted(members)) or 'nobody'}")
            closed = struck(ground, members)
            imposed.append(() if answer is None or not members else tuple(answer.disruptions(ground.network, members)))
            lots.append((*closed, *built(ground, closed), *imposed[-1]))
        traces = simulated(ground, lots)
        for number, members in enumerate(block):
            _, records, column = traces.full[str(number)]
            lost = unmet(ground, traces.physics, records.short[:, :, column])
            found[members] = Harm(imposed=imposed[number], unmet_usd=lost)
    return found


def least_loss(network: Network, *controls: Control, setting: Setting = HERE, others: float = 0.01) -> Response:
    """The least that the target could lose under `controls` if everybody played for it, by `best_response`.

    A floor under the harm, with a certified bound: flows are chosen with foresight, and losses elsewhere weigh
    `others`. Minutes on a network of the chips size.
    """
    ground = prepare(network, controls, setting)
    closed = struck(ground, everybody(ground))
    scenario = Scenario(name="control", disruptions=(*closed, *built(ground, closed)))
    weights = members_first(ground.roomy, ground.target, others=others)
    return best_response(ground.roomy, scenario, weeks=setting.weeks, weights=weights)


def _blocks(coalitions: Sequence[Collection[str]]) -> list[list[frozenset[str]]]:
    wanted = list(dict.fromkeys(map(frozenset, coalitions)))
    return [wanted[first : first + TOGETHER] for first in range(0, len(wanted), TOGETHER)]


def _read(
    ground: Ground, members: frozenset[str], closed: Sequence[ExportControl], traces: Traces, name: str
) -> Effect:
    _, records, column = traces.full[name]
    assert records.full is not None
    flow, start = records.full.flow[:, :, column], records.full.start[:, :, column]
    laws = traces.physics
    weekly, goods = supply(ground, laws, closed, flow, start)
    return Effect(
        members=tuple(sorted(members)),
        target=ground.target,
        first_week=ground.first_week,
        weeks=ground.setting.weeks,
        goods=goods,
        weekly=weekly,
        output=output(ground, laws, start),
        trade=trade(ground, laws, flow),
        idle=idle(ground, laws, start),
        unmet_usd=unmet(ground, laws, records.short[:, :, column]),
    )
