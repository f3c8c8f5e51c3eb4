"""A network with measures in place, or with all that they could open, closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.disruption import Outage
from resilience.errors import AskError
from resilience.mitigation.measures import Additions, Measure
from resilience.network import Network
from resilience.scenario import Scenario

LIMITS = ["limit_per_week", "limit_factor"]
PAIR = ["user", "input", "substitute"]


def offered(network: Network, measures: Sequence[Measure]) -> Network:
    """`network` balanced, with every lane that a measure could open, closed, and every pair it could qualify, unused.

    Raises
    ------
    AskError
        If two measures share a name or qualify one pair, or one names what the network does not have; it tells all.
    """
    network = balance(network).network
    names = [measure.name for measure in measures]
    faults = [f"two measures are called {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]
    adds: list[Additions] = []
    for measure in measures:
        try:
            adds.append(measure.adds(network))
        except AskError as error:
            faults += [f"{error.what}: {fault}" for fault in error.faults]
    pairs = [swap[:3] for one in adds for swap in one.swaps]
    faults += [
        f"two measures qualify {pair[2]} for {pair[1]} in {pair[0]}: offer one of them at a time"
        for pair in dict.fromkeys(pairs)
        if pairs.count(pair) > 1
    ]
    if faults:
        raise AskError("These measures cannot be bought", faults)
    lanes, swaps = _with_closed(network.lanes, adds), _with_unused(network.substitutes, adds)
    if len(lanes) == len(network.lanes) and len(swaps) == len(network.substitutes):
        return network
    wider = replace(network, frames={**network.frames, "substitutes": swaps})
    return wider.with_balanced(producers=network.producers, lanes=lanes)


def _with_closed(lanes: pd.DataFrame, adds: Sequence[Additions]) -> pd.DataFrame:
    """The lanes and, shut, those that measures would open."""
    known = set(lanes[["good", "origin", "destination"]].itertuples(index=False, name=None))
    new = {row[:3]: row[4] for one in adds for row in one.lanes if row[:3] not in known}
    if not new:
        return lanes
    ends = pd.DataFrame(list(new), columns=["good", "origin", "destination"])
    added = ends.assign(transit_weeks=list(new.values()), flow_per_week=0.0, limit_per_week=0.0, routes="")
    added = added.reindex(columns=lanes.columns).astype(lanes.dtypes.to_dict())
    return pd.concat([lanes, added], ignore_index=True)


def _with_unused(swaps: pd.DataFrame, adds: Sequence[Additions]) -> pd.DataFrame:
    """The substitutes and, for none of any need, those that measures would qualify."""
    known = set(swaps[PAIR].itertuples(index=False, name=None))
    new = [swap for one in adds for swap in one.swaps if swap[:3] not in known]
    return _joined(swaps, [(*pair, units, 0.0, weeks) for *pair, units, _, weeks in new])


def _joined(swaps: pd.DataFrame, rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    if not rows:
        return swaps
    added = pd.DataFrame(rows, columns=[*PAIR, "units", "most", "qualify_weeks"])
    return pd.concat([swaps, added.astype(swaps.dtypes.to_dict())[swaps.columns]], ignore_index=True)


def with_measures(network: Network, bought: Iterable[tuple[Measure, float]]) -> Network:
    """The network with so much of each measure in place: surges raised, lanes opened or widened, pairs qualified.

    What is an option stands built; `until_built` gives the scenarios in which it is not yet.

    Raises
    ------
    AskError
        If more of a measure is bought than there is, or it does not fit the network.

    >>> from resilience.mitigation import SurgeCapacity
    >>> network = Network.from_frames(
    ...     goods={"good": ["chip"]}, producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]},
    ...     demand={"good": ["chip"], "place": ["TWN"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]})
    >>> standby = SurgeCapacity(name="standby", good="chip", place="TWN", units_per_week=4.0, usd=9.0, usd_per_year=1.0,
    ...                         note="assumed: an example")
    >>> with_measures(network, [(standby, 0.5)]).producers["surge"].tolist()
    [1.2]
    """
    chosen = [(measure, float(extent)) for measure, extent in bought]
    wrong = [f"{extent:g} of {measure.name}: there are 0 to {measure.most}" for measure, extent in chosen
             if not 0 <= extent <= measure.most * (1 + 1e-9)]  # fmt: skip
    wrong += [f"{extent:g} of {measure.name}: it comes whole" for measure, extent in chosen
              if measure.whole and extent % 1]  # fmt: skip
    if wrong:
        raise AskError("These measures cannot be in place", wrong)
    chosen = [(measure, extent) for measure, extent in chosen if extent]
    network = offered(network, [measure for measure, _ in chosen])
    added = [(measure.adds(network), extent) for measure, extent in chosen]
    built = replace(network, frames={**network.frames, "substitutes": _qualified(network, added)})
    built = built.with_balanced(producers=_surged(network, added), lanes=_widened(network, added))
    figures = network.figures  # evidence is for what stands, not for what is bought
    told = figures["column"].isin(["surge", *LIMITS, "most", "qualify_weeks"])
    return replace(built, frames={**built.frames, "figures": figures[~told].reset_index(drop=True)})


def until_built(scenario: Scenario, network: Network, bought: Iterable[tuple[Measure, float]]) -> Scenario:
    """`scenario` on a network in which options stand built: each is an outage until it could be.

    `network` is the one without measures.

    Raises
    ------
    AskError
        If the scenario gives notice: in those weeks the options would stand already.
    """
    waiting = [(added, extent) for measure, extent in bought if (added := measure.adds(network)).after_weeks and extent]
    if waiting and scenario.notice_weeks:
        raise AskError(f"Scenario {scenario.name!r} gives notice: an option cannot be shown unbuilt in those weeks")
    able = capacity(balance(network).network)
    disruptions: list[Any] = list(scenario.disruptions)
    for added, extent in waiting:
        for good, place, units in added.capacity:
            whole = able[good, place] + units * extent
            disruptions.append(
                Outage(good=good, place=place, first_week=scenario.first_week, weeks=added.after_weeks,
                       lost=units * extent / whole)
            )  # fmt: skip
            able[good, place] = whole
    return replace(scenario, disruptions=tuple(disruptions))


def capacity(network: Network) -> dict[tuple[str, str], float]:
    """Most that each producer of a balanced network can start a week, by good and place."""
    makers = network.producers
    able = makers["output_per_week"] * makers["surge"]
    return dict(zip(makers[["good", "place"]].itertuples(index=False, name=None), able, strict=True))


def _surged(network: Network, added: Sequence[tuple[Additions, float]]) -> pd.DataFrame:
    makers = network.producers
    keys = pd.MultiIndex.from_frame(makers[["good", "place"]])
    more = pd.Series(0.0, index=keys)
    for additions, extent in added:
        for good, place, units in additions.capacity:
            more[good, place] += units * extent
    output = makers["output_per_week"].to_numpy()
    raised = np.divide(more.to_numpy(), output, out=np.zeros(len(makers)), where=output > 0)
    return makers.assign(surge=makers["surge"] + raised)


def stated_limit(lanes: pd.DataFrame) -> pd.Series:
    """Most that each lane of a balanced network may carry a week, whatever its origin makes; NaN where none is said."""
    factor = lanes["limit_factor"] * lanes["flow_per_week"]
    said = lanes["limit_per_week"].where(lanes["limit_per_week"] <= factor, factor.fillna(lanes["limit_per_week"]))
    return said.where(said.isna() | (said >= lanes["flow_per_week"]), lanes["flow_per_week"])


def _widened(network: Network, added: Sequence[tuple[Additions, float]]) -> pd.DataFrame:
    """Lanes whose stated limit is that much higher; one without a stated limit carries all its origin makes anyway."""
    lanes = network.lanes
    more = pd.Series(0.0, index=pd.MultiIndex.from_frame(lanes[["good", "origin", "destination"]]))
    for additions, extent in added:
        for good, origin, destination, units, _ in additions.lanes:
            more[good, origin, destination] += units * extent
    wider = more.to_numpy() > 0
    limit = stated_limit(lanes) + more.to_numpy()
    return lanes.assign(
        limit_per_week=lanes["limit_per_week"].where(~wider, limit),
        limit_factor=lanes["limit_factor"].where(~wider, np.nan),
    )


def _qualified(network: Network, added: Sequence[tuple[Additions, float]]) -> pd.DataFrame:
    """Substitutes on the terms that are bought."""
    swaps, rows = network.substitutes, [swap for additions, _ in added for swap in additions.swaps]
    changed = pd.MultiIndex.from_frame(swaps[PAIR]).isin([swap[:3] for swap in rows])
    return _joined(swaps[~changed], rows)
