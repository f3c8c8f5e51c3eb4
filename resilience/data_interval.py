"""What the ranges of the data make of a headline: its amounts on networks drawn from them, the reserve as it is.

Nothing is sized again. The quantities held stay, and each draw (`resilience.uncertainty.draw`) is simulated with them
and without; what is held is priced anew. So the interval says how far to trust the figures told of this reserve, not
which reserve other figures would ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.policy import Reserve, holding_cost
from resilience.risk import measure
from resilience.simulate import Behaviour, simulate
from resilience.sizing.calibrate import in_place
from resilience.study import Study
from resilience.uncertainty import figures_that_matter

LEVEL = 0.9  # of the draws lie in an interval, as many below it as above
MOST = 12  # figures told of
ENOUGH = 100  # draws below which a rank correlation among thousands of figures is chance, whatever its interval says
AMOUNTS: Mapping[str, str] = {
    "reserve_usd": "to buy",
    "holding_usd_per_year": "to hold, a year",
    "without_usd": "simulated loss a year, without it",
    "loss_usd": "simulated loss a year, with it",
    "saved_usd": "simulated loss saved a year",
}
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class DataInterval:
    """Amounts of one reserve on the stated data and on draws of it: columns as in `AMOUNTS`, in USD.

    `figures` ranks the figures by how closely the loss with the reserve follows them, as `DataUncertainty.figures`.
    With fewer than a hundred draws do not read it, and no run tells it.
    """

    stated: pd.Series
    draws: pd.DataFrame
    figures: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns figure (its name), stated_usd, low_usd, high_usd, draws: nine of ten draws lie from low to high."""
        rows = [(name, float(self.stated[name]), *self.ends(name), len(self.draws)) for name in AMOUNTS]
        return pd.DataFrame(rows, columns=["figure", "stated_usd", "low_usd", "high_usd", "draws"])

    def ends(self, name: str) -> tuple[float, float]:
        """Where nine of ten draws of an amount begin and end. [USD]"""
        low, high = np.quantile(self.draws[name], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(low), float(high)

    def strongest(self) -> pd.DataFrame:
        """The figures that the loss follows most closely; `clear` says which stand out. None of too few draws."""
        return self.figures.head(MOST if len(self.draws) >= ENOUGH else 0).reset_index(drop=True)

    @property
    def worth_it(self) -> float:
        """The part of the draws in which the reserve saves more than it costs to hold. [0 to 1]"""
        return float((self.draws["saved_usd"] > self.draws["holding_usd_per_year"]).mean())


def data_interval(
    study: Study,
    reserve: Reserve,
    *,
    bought: Sequence[tuple[Measure, float]] = (),
    behaviour: Behaviour | None = None,
    draws: int = 20,
    say: Say = lambda text: None,
) -> DataInterval:
    """The amounts told of a study's reserve, over draws of the study's data.

    Parameters
    ----------
    reserve
        Held as it is in every draw, units of each good at each place, under its own release rule.
    bought
        Measures that stand beside it, and how many of each.
    draws
        How many networks, each drawn with the study's seed. Twenty tell an interval of nine in ten roughly; to say
        which single figures matter among thousands takes hundreds. [at least 10]

    Raises
    ------
    AskError
        If there are too few draws, or the data have no range to draw from.
    BalanceError
        If a drawn network does not fit together.

    Do not read it as an interval for the truth: `assumed` ranges are judgements, and what no figure says (who behaves
    how, which scenario comes) is as it was.
    """
    rows: list[dict[str, float]] = []

    def lost(network: Network) -> float:
        rows.append(_amounts(study, network, reserve, bought, behaviour))
        return rows[-1]["loss_usd"]

    found = figures_that_matter(
        study.network(), lost, np.random.default_rng(study.seed), draws=draws,
        say=lambda text: say(text.replace("networks tried", "draws of the data")),
    )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(AMOUNTS))  # the last answer is that of the stated figures
    return DataInterval(stated=table.iloc[-1], draws=table.iloc[:-1], figures=found.figures)


def _amounts(
    study: Study,
    network: Network,
    reserve: Reserve,
    bought: Sequence[tuple[Measure, float]],
    behaviour: Behaviour | None,
) -> dict[str, float]:
    """What is told of the reserve on one network, in USD."""
    network = balance(network).network
    held = Reserve.of(network, reserve.table()[["good", "place", "owner", "units"]], release=reserve.release)
    built, met = in_place(network, study.scenarios, bought)
    risk, chances = study.risk(network), pd.Series({one.name: one.probability for one in study.scenarios})
    without, left = (
        measure(risk, simulate(where, years, weeks=study.weeks, reserve=stock, behaviour=behaviour, seed=study.seed,
                               weights=study.weights(network), full=False).loss_usd.reindex(chances.index), chances)
        for where, years, stock in ((network, study.scenarios, None), (built, met, held))
    )  # fmt: skip
    return {
        "reserve_usd": held.usd,
        "holding_usd_per_year": holding_cost(network, held),
        "without_usd": without,
        "loss_usd": left,
        "saved_usd": without - left,
    }
