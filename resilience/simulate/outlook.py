"""What many simulated years say together: how the loss of a year is distributed, and where its tail comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from resilience.physics import Floats
from resilience.risk import CVaR, in_tail, measure, quantile
from resilience.simulate.measures import NOTHING

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
TAILS = (0.1, 0.05, 0.01)
DEPTHS = (0.01, 0.05, 0.25)  # shares of a week's demand, by value
WORST = 10  # years named


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """The loss of one year, over scenarios weighed by their probability and the undisturbed year, which loses nothing.

    The frames: `parts` (mean by part of the loss), `quantiles` (level, loss_usd), `tails` (mean of the worst share of
    years), `depths` (chance of a year in which some week is at least so short), `goods` and `drivers` (most of the tail
    first), `worst` (single years).
    """

    scenarios: int
    disturbed: float  # chance of a year that any scenario stands for
    short: float  # chance of a year with any unmet demand
    mean_usd: float
    tail: float  # the worst share of years that goods and drivers speak of
    parts: pd.Series
    quantiles: pd.DataFrame
    tails: pd.DataFrame
    depths: pd.DataFrame
    goods: pd.DataFrame
    drivers: pd.DataFrame
    worst: pd.DataFrame


class Lost(Protocol):
    """What is weighed: `Traces`, or as much of them as this."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the scenarios."""
        ...

    @property
    def demand(self) -> pd.DataFrame:
        """Final demand of the network."""
        ...

    @property
    def uses(self) -> pd.DataFrame:
        """Columns good, tier."""
        ...

    @property
    def probability(self) -> pd.Series:
        """Of each scenario."""
        ...

    @property
    def loss(self) -> pd.DataFrame:
        """Of each scenario by part, USD."""
        ...

    @property
    def loss_usd(self) -> pd.Series:
        """All parts together."""
        ...

    @property
    def measured(self) -> pd.DataFrame:
        """Of each scenario."""
        ...

    @property
    def unmet_usd(self) -> Floats:
        """Uses x scenarios."""
        ...


def outlook(years: Lost, causes: Mapping[str, Sequence[str]], *, tail: float = 0.05) -> Outlook:
    """The distribution over the scenarios of `years`; `causes` names what is behind each scenario.

    A year with two causes counts under both, so that shares by cause may add up to more than one, and what is frequent
    has a large share for its company: `mean_in_such_years_usd` tells the grave from the frequent.
    """
    loss, chance = years.loss_usd.to_numpy(dtype=np.float64), years.probability.to_numpy(dtype=np.float64)
    depth = years.measured["depth"].to_numpy(dtype=np.float64)
    taken = in_tail(loss, chance, tail)
    return Outlook(
        scenarios=len(loss),
        disturbed=float(chance.sum()),
        short=float(chance[depth > NOTHING].sum()),
        mean_usd=float((years.probability * years.loss_usd).sum()),
        tail=tail,
        parts=years.loss.mul(years.probability, axis=0).sum(),
        quantiles=pd.DataFrame({"level": LEVELS, "loss_usd": [quantile(loss, chance, level) for level in LEVELS]}),
        tails=pd.DataFrame({
            "worst_share_of_years": TAILS,
            "mean_loss_usd": [measure(CVaR(tail=share), loss, chance) for share in TAILS],
            "scenarios": [int((in_tail(loss, chance, share) > 0).sum()) for share in TAILS],
        }),
        depths=pd.DataFrame({
            "share_of_a_week_unmet": DEPTHS,
            "chance_per_year": [float(chance[depth >= share].sum()) for share in DEPTHS],
        }),
        goods=_goods(years, chance, taken, tail),
        drivers=_drivers(years, causes, loss, chance, taken, tail),
        worst=_worst(years),
    )  # fmt: skip


def _goods(years: Lost, chance: Floats, taken: Floats, tail: float) -> pd.DataFrame:
    """Finished goods by what of them goes unmet."""
    usd = pd.DataFrame(years.unmet_usd).groupby(years.uses["good"].to_numpy()).sum()
    demand = years.demand
    stake = (demand["units_per_week"] * demand["usd_per_unit_unmet"]).groupby(demand["good"]).sum()
    values = usd.to_numpy()
    felt = values > NOTHING * stake.reindex(usd.index).to_numpy()[:, None]
    found = pd.DataFrame({
        "good": usd.index,
        "chance_per_year": felt @ chance,
        "mean_unmet_usd": values @ chance,
        "tail_mean_unmet_usd": values @ taken / tail,
    })  # fmt: skip
    return found.sort_values(["tail_mean_unmet_usd", "good"], ascending=[False, True], ignore_index=True)


def _drivers(
    years: Lost, causes: Mapping[str, Sequence[str]], loss: Floats, chance: Floats, taken: Floats, tail: float
) -> pd.DataFrame:
    """Causes by the share of the tail's loss that falls in years with them."""
    of = pd.Series([tuple(causes[name]) for name in years.names], dtype=object).explode().dropna()
    row = of.index.to_numpy()
    figures = pd.DataFrame({
        "chance_per_year": chance[row], "mean_loss_usd": (chance * loss)[row], "tail": (taken * loss)[row],
    })  # fmt: skip
    found = figures.groupby(of.to_numpy()).sum().rename_axis("cause").reset_index()
    often = found["chance_per_year"].where(found["chance_per_year"] > 0)
    found["mean_in_such_years_usd"] = (found["mean_loss_usd"] / often).fillna(0.0)
    mean, worst = float(chance @ loss), float(taken @ loss)
    found["share_of_mean"] = found["mean_loss_usd"] / mean if mean > 0 else 0.0
    found["share_of_tail"] = found["tail"] / worst if worst > 0 else 0.0
    found = found.sort_values(["tail", "mean_loss_usd", "cause"], ascending=[False, False, True], ignore_index=True)
    return found.assign(tail_mean_usd=found.pop("tail") / tail)


def _worst(years: Lost) -> pd.DataFrame:
    found = pd.concat([years.probability, years.loss_usd, years.measured], axis=1).reset_index()
    found = found.sort_values(["loss_usd", "scenario"], ascending=[False, True])
    return found.head(WORST).reset_index(drop=True)
