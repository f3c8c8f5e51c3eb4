"""Cut-offs: what an adversary may choose among, and what each costs it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from resilience.balance import balance
from resilience.disruption import Disruption, ExportControl
from resilience.errors import AskError
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """One thing an adversary may do: disruptions that come together, and the revenue it loses itself by them.

    Disruptions may stop making and shipping (`Outage`, `ExportControl`, `RouteClosure` without delay) and begin in the
    first week of all the others. Do not use it for delays, demand or spoilt stock: those are scenarios.

    >>> CutOff(name="gallium", disruptions=(ExportControl(good="gallium", exporter="CHN", weeks=26),), own_usd=6e7).name
    'gallium'
    """

    name: str
    disruptions: tuple[Disruption, ...]
    own_usd: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "disruptions", tuple(self.disruptions))
        faults = []
        if not self.name:
            faults.append("name is empty: a table of cut-offs could not tell it from others")
        if not self.disruptions:
            faults.append("disruptions is empty: it cuts nothing off")
        if not 0 <= self.own_usd < math.inf:
            faults.append(f"own_usd is {self.own_usd!r}: it must be a number, 0 or more")
        if faults:
            raise AskError(f"Cut-off {self.name!r} cannot be as described", faults)


def scenario_of(cuts: Sequence[CutOff], *, name: str = "", probability: float = 0.0) -> Scenario:
    """All of these cut-offs at once, as a scenario that simulations and sizing take."""
    return Scenario(
        name=name or " + ".join(cut.name for cut in cuts) or "nothing",
        probability=probability,
        disruptions=tuple(disruption for cut in cuts for disruption in cut.disruptions),
    )


def export_stops(
    network: Network,
    members: str | Sequence[str],
    *,
    by: str | None = None,
    share: float = 0.14,
    weeks: float = 26,
    first_week: int = 1,
) -> tuple[CutOff, ...]:
    """A full stop of exports to the members for `weeks` weeks: one for each good and country outside with at least the
    share `share` of the good's world output, that ships any of it to them.

    What a stop costs its author is the baseline revenue of those lanes over its weeks, at base-year prices: an upper
    figure, for nothing is sold elsewhere instead.

    Parameters
    ----------
    members
        Who is cut off: a country or bloc, or several.
    by
        Country or bloc that may act; everyone outside by default.
    share
        Of world output. [0 to 1]

    Raises
    ------
    AskError
        If names are unknown, the share is none, or nobody outside has so much of any good.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [2.0]},
    ...     producers={"good": ["gas"], "place": ["B"], "output_per_week": [10.0]},
    ...     lanes={"good": ["gas"], "origin": ["B"], "destination": ["A"]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [9.0]})
    >>> [(stop.name, round(stop.own_usd, 3)) for stop in export_stops(network, "A", weeks=4)]
    [('gas from B', 80.0)]
    """
    found = possible_stops(network, members, by=by, share=share, weeks=weeks, first_week=first_week)
    if not found:
        who = f"of {by}" if by else f"outside {_told(members)}"
        raise AskError(
            f"No country {who} that ships a good to {_told(members)} makes {share:.0%} of its world output. "
            "Lower `share`, or name others in `by`"
        )
    return found


def possible_stops(
    network: Network,
    members: str | Sequence[str],
    *,
    by: str | None = None,
    share: float = 0.14,
    weeks: float = 26,
    first_week: int = 1,
) -> tuple[CutOff, ...]:
    """As `export_stops`, but nobody who can stop anything is no fault: there are then no cut-offs."""
    if not 0 <= share <= 1:
        raise AskError(f"share is {share!r}: it is a share of world output and must lie between 0 and 1")
    network = balance(network).network
    named = (members,) if isinstance(members, str) else tuple(members)
    inside = set(network.countries(*named))
    able = set(network.countries(by)) - inside if by else set(network.places["country"]) - inside
    rows = _weekly_revenue(network, inside, able, share)
    importer = named[0] if len(named) == 1 else named
    return tuple(
        CutOff(
            name=f"{good} from {country}",
            disruptions=(
                ExportControl(good=good, exporter=country, importer=importer, weeks=weeks, first_week=first_week),
            ),
            own_usd=usd * weeks,
        )
        for good, country, usd in zip(rows["good"], rows["country"], rows["usd"].tolist(), strict=True)
    )


def _told(members: str | Sequence[str]) -> str:
    return members if isinstance(members, str) else ", ".join(members)


def _weekly_revenue(network: Network, inside: set[str], able: set[str], share: float) -> pd.DataFrame:
    """Good, country, and USD a week shipped to those inside, of makers with at least `share` of world output."""
    country = network.places.set_index("place")["country"]
    makers, lanes = network.producers, network.lanes
    makers = makers.assign(country=makers["place"].map(country))
    of_world = makers["output_per_week"] / makers.groupby("good")["output_per_week"].transform("sum")
    held = of_world.groupby([makers["good"], makers["country"]]).sum()
    price = network.goods.set_index("good")["usd_per_unit"]
    lanes = lanes.assign(
        country=lanes["origin"].map(country), usd=lanes["flow_per_week"] * looked_up(lanes["good"], price)
    )
    lanes = lanes[lanes["country"].isin(able) & lanes["destination"].map(country).isin(inside)]
    lanes = lanes[lanes["flow_per_week"] > 0]
    usd = lanes.groupby(["good", "country"])["usd"].sum()
    large = held[held >= share].index
    return usd[usd.index.isin(large)].reset_index()
