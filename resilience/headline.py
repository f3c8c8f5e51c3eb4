"""The answer to a study in a sentence or two."""

from __future__ import annotations

import pandas as pd

from resilience.amounts import Money
from resilience.data_interval import DataInterval
from resilience.risk import Risk, measure
from resilience.sizing.calibrate import demand_part, demand_saved
from resilience.sizing.size import Sizing
from resilience.solver import Status
from resilience.study import Study

SHOWN = 5  # failed scenarios
TOLD = 0.005  # of the loss avoided: a smaller part is none
_WEIGHED = {
    "Expectation": "expected",
    "CVaR": "risk-weighed",
    "WorstCase": "worst",
    "TotalVariation": "robust expected",
    "ByFootprint": "robust expected",
}


def headline(
    study: Study,
    sizing: Sizing,
    *,
    simulated: pd.DataFrame,
    failed: pd.DataFrame,
    risk: Risk,
    money: Money,
    data: DataInterval | None = None,
) -> str:
    """What to hold, what it saves, how far that is proved, whether it pays as simulated, on other data, what failed."""
    parts = [
        _answer(study, sizing, simulated, money),
        *_as_simulated(sizing, simulated, risk, money),
        *_on_other_data(data, money),
        *_left_out(failed),
    ]
    return " ".join(parts)


def _answer(study: Study, sizing: Sizing, simulated: pd.DataFrame, money: Money) -> str:
    owner = study.members or "each country"
    before, after = sizing.without_reserve_usd, sizing.objective_usd - sizing.holding_usd_per_year
    after -= sizing.measures_usd_per_year
    weighed = weighed_as(study)
    held = sizing.reserve.table()["good"].nunique()
    if not _anything(sizing):
        if sizing.status is Status.TIME_LIMIT:
            return (
                f"Time was up before a reserve was found that pays for {owner}: the {weighed} loss without one is "
                f"{money(before)} USD a year, and with the best one it is {money(sizing.bound_usd)} at least, its "
                "holding included. Give more time."
            )
        return f"Nothing is worth holding for {owner}: the {weighed} loss stays at {money(before)} USD a year."
    cut = 1.0 - after / before if before > 0 else 0.0
    count = f"{held} {'good' if held == 1 else 'goods'}"
    losses = sizing.losses.assign(usd=sizing.losses["loss_usd"] * sizing.losses["probability"])
    left = losses.sort_values(["usd", "scenario"], ascending=[False, True]).iloc[0]
    beside = _beside(sizing, money)
    stock = (
        f"A reserve of {count} worth {money(sizing.reserve.usd)} USD for {owner} costs "
        f"{money(sizing.holding_usd_per_year)} USD a year to hold and"
    )
    said = f"{stock}, with {beside}," if beside and held else stock if held else f"No stock for {owner}: {beside}"
    return (
        f"{said} lowers the {weighed} loss from "
        f"{money(before)} to {money(after)} USD a year ({_part(cut)} less); no reserve is more than "
        f"{max(100 * sizing.gap, 0.001):.2g} % cheaper.{_of_stock(sizing.losses, simulated, study.weeks)} Most of what "
        f"is left comes from {left['scenario']}: {money(float(left['usd']))} USD a year."
    )


def _of_stock(losses: pd.DataFrame, simulated: pd.DataFrame, weeks: int) -> str:
    """How much of the loss avoided in a mean year is stock at the horizon and no demand, where any is."""
    saved, met = losses["without_usd"] - losses["loss_usd"], losses["without_unmet_usd"] - losses["unmet_usd"]
    share = demand_part(losses["probability"], saved, met)
    if share is None or share > 1.0 - TOLD:
        return ""
    if share < TOLD:
        part = demand_saved(simulated)
        saves = (
            "" if part is None else f"; where firms follow rules, as simulated, {part:.0%} of what it saves is demand"
        )
        return (
            " With foresight no more demand is met than without it: what it avoids is the price of stock that would be "
            f"missing after {weeks} weeks{saves}."
        )
    return (
        f" Of what it avoids, {share:.0%} is demand that would go unmet; the rest is stock that would be missing after "
        f"{weeks} weeks."
    )


def _part(share: float) -> str:
    """A share of the loss, never called all of it where something is left, nor none where something is saved.

    >>> _part(0.423), _part(0.998), _part(1.0), _part(1e-9)
    ('42%', 'more than 99%', '100%', 'under 0.5%')
    """
    if share < 0.005:
        return "under 0.5%"
    return "more than 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _anything(sizing: Sizing) -> bool:
    """Whether anything is held or bought."""
    return len(sizing.reserve.table()) > 0 or bool(sizing.measures["bought"].any())


def weighed_as(study: Study) -> str:
    """How losses over years are weighed, in a word.

    >>> _WEIGHED["CVaR"]
    'risk-weighed'
    """
    return _WEIGHED.get(type(study.sizing.risk).__name__, "weighed")


def _beside(sizing: Sizing, money: Money) -> str:
    """What is bought beside stock, in words."""
    bought = sizing.measures[sizing.measures["bought"] > 0]
    named = ", ".join(bought["measure"])
    return f"{named} for {money(sizing.measures_usd_per_year)} USD a year" if named else ""


def _as_simulated(sizing: Sizing, simulated: pd.DataFrame, risk: Risk, money: Money) -> list[str]:
    """A warning where, as simulated, what is held or bought does not earn its keep."""
    cost = sizing.holding_usd_per_year + sizing.measures_usd_per_year
    lost, left = (
        measure(risk, simulated[name], simulated["probability"]) for name in ("simulated_without_usd", "simulated_usd")
    )
    if not _anything(sizing) or lost - left >= cost:
        return []
    saves = f"it saves only {money(lost - left)} USD a year" if lost > left else "it saves nothing"
    return [f"That is with perfect foresight: where firms follow rules, as simulated, {saves}, less than it costs."]


def _on_other_data(data: DataInterval | None, money: Money) -> list[str]:
    """The loss as simulated with its interval, where draws of the data were asked for."""
    if data is None:
        return []
    without, held = (
        f"{' to '.join(map(money, data.ends(name)))} USD a year ({money(float(data.stated[name]))} on the stated data)"
        for name in ("without_usd", "loss_usd")
    )
    found = [
        f"In nine of ten draws of the data from their ranges, firms that follow rules lose {without} without it and "
        f"{held} with it."
    ]
    if data.foreseen:
        least, left = (" to ".join(map(money, data.ends(name))) for name in ("foreseen_without_usd", "foreseen_usd"))
        found.append(f"With perfect foresight it is {least} without it and {left} with it.")
    return found


def _left_out(failed: pd.DataFrame) -> list[str]:
    count = len(failed)
    if not count:
        return []
    names = ", ".join(failed["scenario"].head(SHOWN)) + (", ..." if count > SHOWN else "")
    what = "1 scenario failed and counts" if count == 1 else f"{count} scenarios failed and count"
    return [f"{what} as a year without an event: {names}."]
