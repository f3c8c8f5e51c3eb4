"""What the ranges of the data make of a headline: its amounts on networks drawn from them, the reserve as it is.

Nothing is sized again. The quantities held stay, and each draw (`resilience.uncertainty.draw`) is simulated with them
and without; what is held is priced anew. So the interval says how far to trust the figures told of this reserve, not
which reserve other figures would ask for. What is lost with perfect foresight, which a sizing tells first, takes two
answers of every scenario by the program, so it is told where it is asked for (`Foresight`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.engine import Engine
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.policy import Reserve, holding_cost
from resilience.risk import measure
from resilience.simulate import Behaviour, simulate
from resilience.sizing.aided import with_reserve
from resilience.sizing.calibrate import in_place
from resilience.sizing.size import unaided
from resilience.solver import INNER, Method
from resilience.stating import state
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
FORESEEN: Mapping[str, str] = {
    "foreseen_without_usd": "loss a year with perfect foresight, without it",
    "foreseen_usd": "loss a year with perfect foresight, with it",
    "foreseen_saved_usd": "loss saved a year with perfect foresight",
}
COSTS = ("reserve_usd", "holding_usd_per_year")  # of these, what the reserve costs and not what it does
NAMES: Mapping[str, str] = {**AMOUNTS, **FORESEEN}
CLOSE = 1e-3  # to which losses with foresight are known: ranges of the data move them by far more
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Foresight:
    """Ask for losses with perfect foresight too: how the solver works, and where scenarios are solved."""

    method: Method = INNER
    engine: Engine | None = None

    def amounts(
        self, study: Study, network: Network, reserve: Reserve, bought: Sequence[tuple[Measure, float]]
    ) -> dict[str, float]:
        """The least losses on one balanced network, with a reserve on it and what stands beside it. Keys of
        `FORESEEN`. [USD]
        """
        stated = state(study, network)
        without = unaided(stated, gap=CLOSE, method=self.method, engine=self.engine)
        beside = {one.name: float(amount) for one, amount in bought}
        aided = with_reserve(
            stated, reserve, measures=beside, without=without, gap=CLOSE, method=self.method, engine=self.engine
        )
        before, after = (
            measure(stated.terms.risk, stated.of_all(each), stated.terms.probabilities) * stated.laws.usd
            for each in (without.most, aided.lost)
        )
        return {"foreseen_without_usd": before, "foreseen_usd": after, "foreseen_saved_usd": before - after}


@dataclass(frozen=True, kw_only=True, eq=False)
class DataInterval:
    """Amounts of one reserve on the stated data and on draws of it, in USD: columns as in `AMOUNTS`, and as in
    `FORESEEN` where they were asked for.

    `figures` ranks the figures by how closely the loss with the reserve follows them, as `DataUncertainty.figures`.
    With fewer than a hundred draws do not read it, and no run tells it.
    """

    stated: pd.Series
    draws: pd.DataFrame
    figures: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns figure (its name), stated_usd, low_usd, high_usd, draws: nine of ten draws lie from low to high."""
        rows = [(name, float(self.stated[name]), *self.ends(name), len(self.draws)) for name in self.draws.columns]
        return pd.DataFrame(rows, columns=["figure", "stated_usd", "low_usd", "high_usd", "draws"])

    def ends(self, name: str) -> tuple[float, float]:
        """Where nine of ten draws of an amount begin and end. [USD]"""
        low, high = np.quantile(self.draws[name], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(low), float(high)

    def strongest(self) -> pd.DataFrame:
        """The figures that the loss follows most closely; `clear` says which stand out. None of too few draws."""
        return self.figures.head(MOST if len(self.draws) >= ENOUGH else 0).reset_index(drop=True)

    @property
    def foreseen(self) -> bool:
        """Whether it tells what is lost with perfect foresight."""
        return set(FORESEEN) <= set(self.draws.columns)

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
    foresight: Foresight | None = None,
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
    foresight
        To have the losses with perfect foresight too; on chips that takes most of a minute a draw.

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
        network = balance(network).network
        held = Reserve.of(network, reserve.table()[["good", "place", "owner", "units"]], release=reserve.release)
        foreseen = {} if foresight is None else foresight.amounts(study, network, held, bought)
        rows.append({**_amounts(study, network, held, bought, behaviour), **foreseen})
        return rows[-1]["loss_usd"]

    found = figures_that_matter(
        study.network(), lost, np.random.default_rng(study.seed), draws=draws,
        say=lambda text: say(text.replace("networks tried", "draws of the data")),
    )  # fmt: skip
    table = pd.DataFrame(rows)  # the last answer is that of the stated figures
    return DataInterval(stated=table.iloc[-1], draws=table.iloc[:-1], figures=found.figures)


def _amounts(
    study: Study,
    network: Network,
    held: Reserve,
    bought: Sequence[tuple[Measure, float]],
    behaviour: Behaviour | None,
) -> dict[str, float]:
    """What is told of a reserve on one balanced network, in USD."""
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
