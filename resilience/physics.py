"""Frames to arrays: the physical rules that the simulator and the program share.

Everything is per week of baseline and in *scaled* units: each good is counted in thousandths of its world use per week,
so that kilograms of gallium and millions of dollars of chips meet a solver as numbers of one size. `scale` turns an
array back into the good's own unit. Money is in units of `usd`, a ten-thousandth of what an unserved week of all demand
would cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.balance import balance, use_per_week
from resilience.errors import AskError
from resilience.network import Network
from resilience.substitution import Substitutes, substitutes
from resilience.tables import cells, numbered

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rows = Mapping[tuple[str, str], int]  # of stock points, by good and place


@dataclass(frozen=True, kw_only=True, eq=False)
class Physics:
    """One balanced network as arrays. Rows of `points`, `producers`, `lanes` and `demand` follow its tables."""

    network: Network
    points: pd.DataFrame  # good, place, country, tier
    scale: Floats  # per point: own units in one scaled unit of its good
    usd: float  # USD in one unit of money
    storable: NDArray[np.bool_]
    price: Floats  # per point, in money per scaled unit
    use: Floats  # per point and week, by local producers and demand
    stock: Floats  # per point, at the start
    position: Floats  # per point: stock, what is on its way there, and work in process there
    weight: Floats  # per point: how much a loss there counts

    made_at: Whole  # per producer: its stock point
    output: Floats  # per producer and week, baseline
    surge: Floats
    cycle: Whole

    consumer: Whole  # per consumed need of a producer: the producer
    consumed_at: Whole  # the stock point it draws on
    consumed: Floats  # scaled units of input per scaled unit of output
    essential: Floats

    worker: Whole  # per capital need of a producer: the producer
    worked_at: Whole
    worked: Floats  # scaled units of tools and spares a week at baseline
    wear: Floats
    regrow: Floats

    origin: Whole  # per lane: the stock point it leaves
    destination: Whole
    flow: Floats  # per lane and week, baseline
    limit: Floats
    transit: Whole

    wanted_at: Whole  # per demand: its stock point
    wanted: Floats  # per demand and week, baseline
    at_stake: Floats  # per demand: money per scaled unit unmet, weighted by place

    swaps: Substitutes  # what can stand in for which need

    @cached_property
    def partial(self) -> Whole:
        """Consumed needs that are only partly essential: by their rows."""
        return np.flatnonzero(self.essential < 1)

    @cached_property
    def planners(self) -> Whole:
        """Producers with an input that is only partly essential."""
        return np.unique(self.consumer[self.partial])

    @cached_property
    def toolers(self) -> Whole:
        """Producers whose capacity wears without tools and spares."""
        return np.unique(self.worker)


def physics(network: Network, *, weights: Mapping[str, float] | None = None, usd: float | None = None) -> Physics:
    """The arrays of `network`, balanced first if need be.

    Parameters
    ----------
    weights
        How much a loss in each country or bloc counts against 1 elsewhere; the default counts the world as one.
        `members_first(network, "ipef")` builds the usual alternative.
    usd
        USD in one unit of money, to put a part of a network on the whole's scale.

    Raises
    ------
    BalanceError
        If the network does not balance.
    """
    network, counted = balance(network).network, dict(weights or {})
    return network.once(("physics", tuple(counted.items()), usd), lambda: _physics(network, counted, usd))


def _physics(network: Network, weights: Mapping[str, float], usd: float | None) -> Physics:
    goods, demand = network.goods.set_index("good"), network.demand
    points = network.points
    country = points["place"].map(network.places.set_index("place")["country"])
    points = points.assign(country=country, tier=points["good"].map(goods["tier"]))
    row = numbered(points, "good", "place")
    used = use_per_week(network)
    use = np.zeros(len(points))
    use[[row[name] for name in used.index]] = used.to_numpy()
    of_good = pd.factorize(points["good"])[0]
    world = np.bincount(of_good, weights=use)[of_good]
    scale = np.where(world > 0, world / 1000.0, 1.0)
    usd = usd or float((demand["units_per_week"] * demand["usd_per_unit_unmet"]).sum()) / 1e4 or 1.0
    made = _made(network, row, scale)
    moved = _moved(network, row, scale, made)
    storable = points["good"].map(goods["storable"]).to_numpy(dtype=bool)
    leaving = np.bincount(moved["origin"], weights=moved["flow"], minlength=len(points))
    weeks = np.zeros(len(points))
    weeks[_at(row, network.stocks, "good", "place")] = network.stocks["weeks"].to_numpy()
    stock = np.where(storable, weeks * np.where(use > 0, use / scale, leaving), 0.0)
    coming = np.bincount(moved["destination"], weights=moved["flow"] * moved["transit"], minlength=len(points))
    underway = np.bincount(made["made_at"], weights=made["output"] * made["cycle"], minlength=len(points))
    weight = _weights(network, points["country"], weights)
    wanted_at = _at(row, demand, "good", "place")
    wanted = demand["units_per_week"].to_numpy() / scale[wanted_at]
    taken = _taken(network, row, scale, made)
    return Physics(
        network=network,
        points=points,
        scale=scale,
        usd=usd,
        storable=storable,
        price=points["good"].map(goods["usd_per_unit"]).to_numpy() * scale / usd,
        use=use / scale,
        stock=stock,
        position=np.asarray(stock + coming + underway, dtype=np.float64),
        weight=weight,
        **made,
        **taken,
        **moved,
        wanted_at=wanted_at,
        wanted=wanted,
        at_stake=demand["usd_per_unit_unmet"].to_numpy() * scale[wanted_at] / usd * weight[wanted_at],
        swaps=substitutes(network, row, scale, needs=_consumed(network, points, made, taken), wanted=wanted),
    )


def _consumed(network: Network, points: pd.DataFrame, made: dict[str, Any], taken: dict[str, Any]) -> pd.DataFrame:
    """Every consumed need by name, with what a normal week takes."""
    maker = taken["consumer"]
    found: pd.DataFrame = network.producers.iloc[maker][["good", "place"]].reset_index(drop=True)
    inputs = points["good"].to_numpy()[taken["consumed_at"]]
    return found.assign(input=inputs, normal=taken["consumed"] * made["output"][maker])


def _at(row: Rows, frame: pd.DataFrame, good: str, place: str) -> Whole:
    """The stock point of each row of `frame`, whose columns `good` and `place` name it."""
    return np.array([row[name] for name in cells(frame, good, place)], dtype=np.int64)


def _made(network: Network, row: Rows, scale: Floats) -> dict[str, Any]:
    """The arrays over producers."""
    producers = network.producers
    made_at = _at(row, producers, "good", "place")
    cycle = producers["good"].map(network.goods.set_index("good")["cycle_weeks"])
    return {
        "made_at": made_at,
        "output": producers["output_per_week"].to_numpy() / scale[made_at],
        "surge": producers["surge"].to_numpy(),
        "cycle": cycle.to_numpy(dtype=np.int64),
    }


def _taken(network: Network, row: Rows, scale: Floats, made: dict[str, Any]) -> dict[str, Any]:
    """The arrays over what producers take: inputs consumed, then tools and spares."""
    taken = network.producers.reset_index(names="producer").merge(network.needs, on="good")
    taken = taken.sort_values(["producer", "input"])
    maker = taken["producer"].to_numpy(dtype=np.int64)
    point = _at(row, taken, "input", "place")
    units = taken["units"].to_numpy() * scale[made["made_at"][maker]] / scale[point]
    consumed = (taken["kind"] == "consumed").to_numpy()
    capital = ~consumed
    return {
        "consumer": maker[consumed],
        "consumed_at": point[consumed],
        "consumed": units[consumed],
        "essential": taken["essential"].to_numpy()[consumed],
        "worker": maker[capital],
        "worked_at": point[capital],
        "worked": (units * made["output"][maker])[capital],
        "wear": taken["wear_per_week"].to_numpy()[capital],
        "regrow": taken["regrow_per_week"].to_numpy()[capital],
    }


def _moved(network: Network, row: Rows, scale: Floats, made: dict[str, Any]) -> dict[str, Any]:
    """The arrays over lanes. A lane without a limit carries what its origin can make, and never less than baseline."""
    lanes = network.lanes
    origin = _at(row, lanes, "good", "origin")
    flow = lanes["flow_per_week"].to_numpy() / scale[origin]
    able = np.bincount(made["made_at"], weights=made["output"] * made["surge"], minlength=len(row))[origin]
    limit = np.fmin(able, lanes["limit_per_week"].to_numpy() / scale[origin])
    return {
        "origin": origin,
        "destination": _at(row, lanes, "good", "destination"),
        "flow": flow,
        "limit": np.maximum(np.fmin(limit, lanes["limit_factor"].to_numpy() * flow), flow),
        "transit": lanes["transit_weeks"].to_numpy(dtype=np.int64),
    }


def lane_limits(laws: Physics, open_share: Floats) -> Floats:
    """Most each lane may carry in each week, from the share of it that is open. Shape (lanes, weeks).

    An open lane carries up to its limit. One that a control or closure has narrowed carries at most the open share of
    its *baseline flow*: licences are granted, and berths kept open, for what used to pass, not for what could.
    """
    return np.where(open_share < 1.0, open_share * laws.flow[:, None], laws.limit[:, None])


def members_first(network: Network, members: str | Sequence[str], *, others: float = 0.01) -> dict[str, float]:
    """Weights that count a loss of the members (a country or bloc, or several) in full, of all else at `others`.

    `others` lies between 0 and 1, and best above 0: zero would let a plan starve non-members for the smallest gain.
    """
    if not 0 <= others <= 1:
        raise AskError(f"others is {others!r}: it must lie between 0 and 1")
    named = (members,) if isinstance(members, str) else members
    inside = set(network.countries(*named))
    return {country: 1.0 if country in inside else others for country in sorted(set(network.places["country"]))}


def _weights(network: Network, countries: pd.Series, weights: Mapping[str, float]) -> Floats:
    spread: dict[str, float] = {}
    for who, weight in weights.items():
        if not weight >= 0:
            raise AskError(f"weight of {who!r} is {weight!r}: it must be 0 or more")
        spread |= dict.fromkeys(network.countries(who), float(weight))
    return np.asarray(countries.map(spread).fillna(1.0).to_numpy(dtype=np.float64))
