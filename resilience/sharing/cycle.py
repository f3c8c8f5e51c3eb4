"""The emergency cycle of a crisis response network: notice, meeting, decision, delivery, as a timeline in days.

The IPEF Supply Chain Agreement has its Crisis Response Network meet no later than 15 days after a member asks for it
(models/ipef_reserve.toml gives the source). It does not bind anybody to release anything: the decision and what follows
are this toolkit's proposal, and their days are the reader's to state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from resilience.errors import AskError, SolverError
from resilience.network import Network
from resilience.periods import Periods
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario
from resilience.sizing.response import best_response
from resilience.sizing.scope import Scope

MEETS_WITHIN_DAYS = 15  # of the request: IPEF Supply Chain Agreement, article 12
DAYS_A_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a member tells the others when it asks for a meeting. Every field says something, or the others must ask."""

    member: str
    impact: str
    cause: str
    expected_weeks: float
    sectors: tuple[str, ...]
    measures_taken: str
    help_sought: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "sectors", tuple(self.sectors))
        empty = [name for name in ("member", "impact", "cause", "measures_taken", "help_sought")
                 if not str(getattr(self, name)).strip()]  # fmt: skip
        faults = [f"{name} is empty: say it, or say that it is not known" for name in empty]
        if not self.expected_weeks > 0:
            faults.append(f"expected_weeks is {self.expected_weeks!r}: it must lie above 0")
        if not self.sectors:
            faults.append("sectors names none")
        if faults:
            raise AskError("This notification is not complete", faults)


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """Days from one step of the cycle to the next, from the onset of a crisis.

    The defaults for notice, decision and transport are `assumed`; the meeting's 15 days are the most that the agreement
    allows, and 8 days from store to firm are what Korea's law plans.

    >>> Cycle(notice_days=2, meeting_days=15, decision_days=4, delivery_days=8).release()
    ... # doctest: +ELLIPSIS
    Release(decision_weeks=3, delivery_weeks=2, pooled_weeks=3, ...
    """

    notice_days: int = 3
    meeting_days: int = MEETS_WITHIN_DAYS
    decision_days: int = 0
    delivery_days: int = 8
    transport_days: int = 21

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {value!r}: it must be a whole number of days, 0 or more"
            for name, value in vars(self).items()
            if not value >= 0 or value % 1 != 0
        ]
        if not faults and self.meeting_days > MEETS_WITHIN_DAYS:
            faults.append(f"meeting_days is {self.meeting_days}: the network meets within {MEETS_WITHIN_DAYS} days")
        if faults:
            raise AskError("The cycle cannot be as described", faults)

    def timeline(self) -> pd.DataFrame:
        """Columns step, day (from onset, day 0): notified, met, decided, delivered at home, delivered to members."""
        steps = {
            "onset": 0,
            "notified": self.notice_days,
            "met": self.meeting_days,
            "decided": self.decision_days,
            "delivered at home": self.delivery_days,
            "delivered to other members": self.transport_days,
        }
        return pd.DataFrame({"step": list(steps), "day": pd.Series(steps.values()).cumsum()})

    def release(self, base: Release | None = None) -> Release:
        """The release rule that this timeline makes, in whole weeks, later rather than sooner; `base` says the rest."""
        decided = self.notice_days + self.meeting_days + self.decision_days
        home = math.ceil((decided + self.delivery_days) / DAYS_A_WEEK)
        afar = math.ceil((decided + self.delivery_days + self.transport_days) / DAYS_A_WEEK)
        decision = min(math.ceil(decided / DAYS_A_WEEK), home)
        return replace(
            base or Release(), decision_weeks=decision, delivery_weeks=home - decision, pooled_weeks=afar - home
        )


def cost_of_delay(
    network: Network,
    scenarios: Sequence[Scenario],
    reserve: Reserve,
    *,
    decision_weeks: Sequence[int] = (0, 2, 4, 8),
    weeks: int = 104,
    periods: Periods | None = None,
    scope: Scope | None = None,
) -> pd.DataFrame:
    """The least loss with `reserve` when the decision to release takes so long.

    Columns decision_weeks, scenario, probability, loss_usd, and delay_usd: what is lost beyond the quickest of them.
    It never falls with the delay. With coarse `periods` a delay within one period may cost nothing: take single weeks
    while it lasts.
    """

    def lost(scenario: Scenario, wait: int) -> float:
        held = replace(reserve, release=replace(reserve.release, decision_weeks=wait))
        try:
            return best_response(network, scenario, weeks=weeks, periods=periods, scope=scope, reserve=held).loss_usd
        except SolverError as error:
            raise SolverError(f"Scenario {scenario.name!r} has no answer: {error}") from error

    rows = [
        (wait, scenario.name, scenario.probability, lost(scenario, wait))
        for wait in sorted(decision_weeks)
        for scenario in scenarios
    ]
    table = pd.DataFrame(rows, columns=["decision_weeks", "scenario", "probability", "loss_usd"])
    table["delay_usd"] = table["loss_usd"] - table.groupby("scenario")["loss_usd"].transform("first")
    return table
