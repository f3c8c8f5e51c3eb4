"""What a simulated event did, week by week, and the measures that reports of past events speak in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from resilience.errors import AskError, near
from resilience.lookup import looked_up
from resilience.network import Network
from resilience.physics import Floats
from resilience.scenario import Scenario

SEEN = 0.001  # share of baseline below which a change is taken for none
BACK = 0.99  # share of baseline from which output counts as back


@dataclass(frozen=True, kw_only=True, eq=False)
class Account:
    """One scenario on one balanced network: rows of its own tables x weeks."""

    network: Network
    scenario: Scenario
    starts: Floats  # producers
    flows: Floats  # lanes
    short: Floats  # demand
    left: Floats  # producers: share of capacity left


def account(network: Network, scenario: Scenario, found: Mapping[str, pd.DataFrame], *, weeks: int) -> Account:
    """The account of `scenario` from the tidy tables starts, flows and shortfall of its simulation."""
    lanes = ["good", "origin", "destination"]
    return Account(
        network=network,
        scenario=scenario,
        starts=_wide(found["starts"], network.producers[["good", "place"]], weeks),
        flows=_wide(found["flows"], network.lanes[lanes], weeks),
        short=_wide(found["shortfall"], network.demand[["good", "place", "tier"]], weeks),
        left=scenario.shock(network, weeks).left,
    )


def measure(account: Account, name: str, select: Mapping[str, Any]) -> float:
    """The measure `name` over the rows and weeks that `select` admits.

    `select` takes good (with "*"), place, tier (of use), origin, destination, the weeks `first` to `last`, counted from
    the scenario's first, and `per_unit`, which divides the answer.

    Raises
    ------
    AskError
        If there is no such measure or selector, or it admits nothing.
    """
    if name not in MEASURES:
        raise AskError(f"No measure {name!r}. {near(name, MEASURES)}")
    known = {"good", "place", "tier", "origin", "destination", "first", "last", "per_unit"}
    strange = [f"unknown key {key!r}. {near(key, known)}" for key in select if key not in known]
    if strange:
        raise AskError(f"Measure {name!r} cannot be taken", strange)
    begin = account.scenario.first_week - 1
    last = select.get("last")
    window = slice(begin + select.get("first", 1) - 1, None if last is None else begin + last)
    return float(MEASURES[name](account, select, window)) / float(select.get("per_unit", 1.0))


def _lost(account: Account, select: Mapping[str, Any], window: slice) -> tuple[pd.DataFrame, Floats]:
    """The producers selected, and what each did not start in each week: below zero where it made more."""
    makers, rows = _rows(account.network.producers, select, ("good", "place"))
    return makers, makers["output_per_week"].to_numpy()[:, None] - account.starts[rows][:, window]


def lost_units(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Units not started, net of what others among the selected made more. [units]"""
    return float(_lost(account, select, window)[1].sum())


def lost_weeks(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Units not started over baseline output a week. [weeks]"""
    makers, lost = _lost(account, select, window)
    return float(lost.sum() / makers["output_per_week"].sum())


def lost_share(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Units not started over baseline output in those weeks. [at most 1]"""
    weeks: int = _lost(account, select, window)[1].shape[1]
    return lost_weeks(account, select, window) / weeks


def lost_usd(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Units not started at the good's own price. [USD]"""
    makers, lost = _lost(account, select, window)
    price = makers["good"].map(account.network.goods.set_index("good")["usd_per_unit"]).to_numpy(dtype=float)
    return float((lost * price[:, None]).sum())


def lost_chip_usd(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Wafers not started at the price of the chips made of them. [USD]"""
    makers, lost = _lost(account, select, window)
    needs, price = account.network.needs, account.network.goods.set_index("good")["usd_per_unit"]
    chips = needs.assign(worth=looked_up(needs["good"], price) / needs["units"]).groupby("input")["worth"].max()
    return float((lost * makers["good"].map(chips).to_numpy(dtype=float)[:, None]).sum())


def struck_weeks(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Capacity that the scenario took away, whatever others did. [weeks of baseline output]"""
    makers, rows = _rows(account.network.producers, select, ("good", "place"))
    gone = (1.0 - account.left[rows][:, window]) * makers["output_per_week"].to_numpy()[:, None]
    return float(gone.sum() / makers["output_per_week"].sum())


def made_up_share(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Part of the struck capacity's output that is made all the same, by others or by what is left. [at most 1]"""
    return 1.0 - lost_weeks(account, select, window) / struck_weeks(account, select, window)


def finished_back_weeks(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Weeks until what leaves the plants is back for good, a cycle after what enters them. [weeks, 0 if never gone]"""
    makers, lost = _lost(account, select, window)
    cycle = makers["good"].map(account.network.goods.set_index("good")["cycle_weeks"]).to_numpy(dtype=int)
    made = np.zeros(lost.shape[1])
    for row, weeks in enumerate(cycle):  # what was under way at the outset comes out as planned
        made[weeks:] += lost[row, : lost.shape[1] - weeks]
    low = np.flatnonzero(made > (1.0 - BACK) * makers["output_per_week"].sum())
    return float(low[-1] + 1) if len(low) else 0.0


def first_lost_weeks(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Weeks that pass before the first in which the selected producers start less. [weeks, infinite if none]"""
    makers, lost = _lost(account, select, window)
    return _first(lost.sum(axis=0) > SEEN * makers["output_per_week"].sum())


def flow_multiple(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """What is shipped over what was shipped before. [multiple]"""
    lanes, rows = _rows(account.network.lanes, select, ("good", "origin", "destination"))
    flow = account.flows[rows][:, window]
    return float(flow.sum() / (lanes["flow_per_week"].sum() * flow.shape[1]))


def unmet_share(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Demand unmet, by value at the goods' prices. [0 to 1]"""
    wanted, short, price = _short(account, select, window)
    return float((short * price).sum() / ((wanted * price).sum() * short.shape[1]))


def unmet_sales_usd(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Demand unmet at the goods' prices. [USD]"""
    _, short, price = _short(account, select, window)
    return float((short * price).sum())


def first_unmet_weeks(account: Account, select: Mapping[str, Any], window: slice) -> float:
    """Weeks that pass before the first in which demand is unmet. [weeks, infinite if none]"""
    wanted, short, price = _short(account, select, window)
    return _first((short * price).sum(axis=0) > SEEN * (wanted * price).sum())


MEASURES: Mapping[str, Callable[[Account, Mapping[str, Any], slice], float]] = {
    function.__name__: function
    for function in (
        lost_units, lost_weeks, lost_share, lost_usd, lost_chip_usd, struck_weeks, made_up_share,
        finished_back_weeks, first_lost_weeks, flow_multiple, unmet_share, unmet_sales_usd, first_unmet_weeks,
    )
}  # fmt: skip


def _short(account: Account, select: Mapping[str, Any], window: slice) -> tuple[Floats, Floats, Floats]:
    demand, rows = _rows(account.network.demand, select, ("good", "place", "tier"))
    price = demand["good"].map(account.network.goods.set_index("good")["usd_per_unit"]).to_numpy(dtype=float)
    return demand["units_per_week"].to_numpy()[:, None], account.short[rows][:, window], price[:, None]


def _first(hit: np.ndarray) -> float:
    return float(hit.argmax()) if hit.any() else float("inf")


def _rows(frame: pd.DataFrame, select: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows of `frame` that the selectors admit, and which they are."""
    hit = np.ones(len(frame), dtype=bool)
    for column in columns:
        if column not in select:
            continue
        names = (select[column],) if isinstance(select[column], str) else select[column]
        held = set(frame[column])
        chosen = {known for known in held for name in names if fnmatchcase(known, name)}
        if not chosen:
            raise AskError(f"{column} {select[column]!r} selects nothing. {near(str(names[0]), held)}")
        hit &= frame[column].isin(chosen).to_numpy()
    if not hit.any():
        raise AskError(f"No row meets {dict(select)} in all its parts: leave one out")
    return frame[hit], np.flatnonzero(hit)


def _wide(tidy: pd.DataFrame, keys: pd.DataFrame, weeks: int) -> Floats:
    """Rows in the order of `keys` x weeks; what the tidy frame leaves out is nothing."""
    columns = list(keys.columns)
    wide = np.zeros((len(keys), weeks))
    row = pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(tidy[columns]))
    wide[row, tidy["week"].to_numpy(dtype=int) - 1] = tidy["units"].to_numpy()
    return wide
