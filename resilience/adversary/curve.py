"""Harm against what the adversary may spend, with and without a reserve, and what it turns to once one stands."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from resilience.adversary.attack import GAP, Attack, Limits, rows_of, told
from resilience.adversary.search import Say, Search
from resilience.adversary.stage import Threat
from resilience.errors import AskError, near
from resilience.policy import Reserve


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Curve:
    """The worst attack at each step of the limits, for each reserve.

    Tables: curve (step, reserve, harm, bound, own cost, cut-offs) and displacement (each cut-off that some step's worst
    choice takes, with what it adds there, without and with each reserve).
    """

    attacks: Mapping[tuple[str, str], Attack]  # by step and reserve
    steps: tuple[str, ...]
    reserves: tuple[str, ...]

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame."""
        known = {"curve": self._curve, "displacement": self._displacement}
        if name not in known:
            raise AskError(f"A curve has no table {name!r}. {near(name, known)}")
        return known[name]()

    def _curve(self) -> pd.DataFrame:
        rows = [
            (step, reserve, attack.harm_usd, attack.bound_usd, attack.own_usd, "; ".join(c.name for c in attack.cuts))
            for (step, reserve), attack in self.attacks.items()
        ]
        return pd.DataFrame(rows, columns=["step", "reserve", "harm_usd", "bound_usd", "own_usd", "cut_offs"])

    def _displacement(self) -> pd.DataFrame:
        found = [
            attack.table("cuts")[["cut_off", "adds_usd"]].assign(step=step, reserve=reserve)
            for (step, reserve), attack in self.attacks.items()
        ]
        wide = pd.concat(found).pivot_table(index=["step", "cut_off"], columns="reserve", values="adds_usd")
        wide = wide.reindex(columns=list(self.reserves)).fillna(0.0)
        wide.columns = [f"adds_usd_{reserve}" for reserve in self.reserves]
        return wide.reset_index().sort_values("step", key=lambda steps: steps.map(self.steps.index), kind="stable",
                                              ignore_index=True)  # fmt: skip

    def __repr__(self) -> str:
        return f"Curve: {len(self.steps)} steps, reserves: {', '.join(self.reserves)}"


def harm_curve(
    threat: Threat,
    *,
    steps: Mapping[str, Limits],
    reserves: Mapping[str, Reserve | None],
    gap: float = GAP,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Curve:
    """The worst attack at each of `steps` for each of `reserves`; what is learnt at one step serves the next.

    Parameters
    ----------
    steps
        Limits by name, from tight to loose, such as {"one": Count(most=1), "two": Count(most=2)}.
    reserves
        Reserves by name; None for nothing held.

    The rest is as for `worst_cuts`; the time limit is of each reserve.

    Raises
    ------
    AskError
        As `worst_cuts` does.
    """
    attacks = {}
    for reserve, held in reserves.items():
        stage = threat.stage(held)
        search = Search(contest=stage.contest, say=say, deadline=time.monotonic() + time_limit_s)
        for step, limits in steps.items():
            started = time.process_time()
            found = search.worst(rows_of(limits, stage), gap=gap)
            attacks[step, reserve] = told(stage, search, found, seconds=time.process_time() - started)
            say(f"{reserve}, {step}: harm {attacks[step, reserve].harm_usd:,.0f} USD")
    return Curve(attacks=attacks, steps=tuple(steps), reserves=tuple(reserves))
