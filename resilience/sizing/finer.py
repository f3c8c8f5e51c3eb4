"""What coarse periods hide: the gravest scenarios answered once more week by week, with the same reserve.

A coarse period lets goods that arrive at its end serve what was wanted at its start, and so understates the loss. How
much depends on the scenario, so it is measured where it counts most rather than stated once for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from resilience.periods import Periods, Weekly
from resilience.sizing.case import Case, build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.response import with_units
from resilience.solver import Method, solve

if TYPE_CHECKING:
    from resilience.sizing.size import Sizing
    from resilience.sizing.stated import Stated

Say = Callable[[str], None]


def in_finer_periods(
    stated: Stated,
    sizing: Sizing,
    *,
    periods: Periods | None = None,
    scenarios: int = 3,
    method: Method | None = None,
    say: Say = lambda text: None,
) -> pd.DataFrame:
    """The gravest scenarios' losses with the sized reserve, in the periods it was sized in and in finer ones.

    Columns scenario, share (of the expected loss with the reserve), loss_usd, finer_usd.

    Parameters
    ----------
    periods
        The finer ones; single weeks by default, which takes several times as long as the scenario took before.
    scenarios
        How many, by chance times loss.
    """
    weighed = (sizing.losses["probability"] * sizing.losses["loss_usd"]).to_numpy()
    numbers = stated.terms.blocks
    gravest = sorted(range(len(numbers)), key=lambda at: -weighed[numbers[at]])[:scenarios]
    units, bought = stated.units(sizing.reserve), sizing.measures["bought"].to_numpy(dtype=float)
    found = []
    for at in gravest:
        case, loss = stated.cases[at], sizing.losses.iloc[numbers[at]]
        say(f"{case.scenario.name} in finer periods")
        finer = _finer(stated, case, periods or Weekly())
        block = Compiler().compile(finer)
        answer = solve(with_units(block, finer, units[stated.mine[at]], bought).program, method)
        share = weighed[numbers[at]] / weighed.sum() if weighed.sum() else 0.0
        found.append((case.scenario.name, share, loss["loss_usd"], answer.objective * stated.laws.usd))
    return pd.DataFrame(found, columns=["scenario", "share", "loss_usd", "finer_usd"])


def _finer(stated: Stated, case: Case, periods: Periods) -> Case:
    weeks = case.grid.weeks + case.scenario.reaction_week - 1
    shock = case.scenario.shock(stated.laws.network, weeks)
    return build_case(
        case.physics, case.scenario, weeks=weeks, held=case.stores, periods=periods, shock=shock,
        lifts=None if case.raised is None else case.raised.lifts,
    )  # fmt: skip
