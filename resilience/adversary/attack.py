"""What an adversary would cut off, told in the words of those it hurts."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.adversary.cutoff import CutOff, scenario_of
from resilience.adversary.limits import Limit, Row
from resilience.adversary.search import Found, Say, Search
from resilience.adversary.stage import Stage, Threat
from resilience.errors import AskError, near
from resilience.policy import Reserve
from resilience.scenario import Scenario
from resilience.sizing.response import response_tables
from resilience.solver import Status

GAP = 1e-3
Limits = Limit | Sequence[Limit]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Attack:
    """What hurts most within limits, and the proof that nothing within them hurts more.

    `harm_usd` is the least loss that any behaviour could reach once `cuts` are cut off (the bound of `best_response`);
    no choice within the limits does more than `bound_usd`. `own_usd` is what the choice costs its author.

    Tables: cuts (each with what it adds to the others), unmet (what members and others go without), missing, drawn,
    and plans: the proof. Each plan keeps the loss to `loss_usd` or less whatever is cut off, save the cut-offs in its
    `not_spared`: so whoever would do more harm must choose one of those, of every plan, and within the limits none can.
    """

    cuts: tuple[CutOff, ...]
    harm_usd: float
    bound_usd: float
    own_usd: float
    status: Status
    candidates: int
    seconds: float  # of the processor
    solves: int
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """(bound - harm) / bound; 0 where there is no harm."""
        return max(0.0, self.bound_usd - self.harm_usd) / self.bound_usd if self.bound_usd > 0 else 0.0

    @property
    def ratio(self) -> float:
        """Dollars of harm for each dollar of its own revenue; infinite where it loses none."""
        return self.harm_usd / self.own_usd if self.own_usd > 0 else math.inf

    @property
    def scenario(self) -> Scenario:
        """The choice as a scenario, to simulate or to size against."""
        return scenario_of(self.cuts)

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame."""
        if name not in self.tables:
            raise AskError(f"An attack has no table {name!r}. {near(name, self.tables)}")
        return self.tables[name].copy()

    def __repr__(self) -> str:
        named = " + ".join(cut.name for cut in self.cuts) or "nothing"
        return (
            f"Attack: {named}; harm {self.harm_usd:,.0f} USD (none of {self.candidates} candidates' choices more than "
            f"{self.bound_usd:,.0f}; {self.status.name}), own loss {self.own_usd:,.0f}"
        )


def worst_cuts(
    threat: Threat,
    *,
    limits: Limits,
    reserve: Reserve | None = None,
    gap: float = GAP,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Attack:
    """The cut-offs of `threat` that hurt most within limits, once the defender has answered as well as can be.

    The adversary knows the reserve and its release rule, and moves first; the defender then plans with full foresight.
    So the harm is a floor under what would be lost, and the choice the one to guard against at best behaviour. Do not
    read it as a forecast of what an adversary will do.

    Parameters
    ----------
    limits
        What it keeps to: `Count`, `OwnCost`, `Ratio`, or several of them.
    gap
        (bound - harm) / bound at which to stop.
    time_limit_s
        Wall-clock seconds after which the best so far is returned, `Status.TIME_LIMIT`, with the bound reached.

    Raises
    ------
    AskError
        Naming every candidate that cannot be one, and why.

    >>> from resilience import Network
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [2.0]},
    ...     producers={"good": ["gas", "gas"], "place": ["B", "C"], "output_per_week": [8.0, 2.0]},
    ...     lanes={"good": ["gas", "gas"], "origin": ["B", "C"], "destination": ["A", "A"]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [9.0]})
    >>> from resilience.adversary import Count, export_stops
    >>> threat = Threat(network=network, candidates=export_stops(network, "A", weeks=4), weeks=8)
    >>> worst_cuts(threat, limits=Count(most=1))
    Attack: gas from B; harm 288 USD (none of 2 candidates' choices more than 288; OPTIMAL), own loss 64
    """
    started = time.process_time()
    say("stating the program")
    stage = threat.stage(reserve)
    search = Search(contest=stage.contest, say=say, deadline=time.monotonic() + time_limit_s)
    found = search.worst(rows_of(limits, stage), gap=gap)
    return told(stage, search, found, seconds=time.process_time() - started)


def several(limits: Limits) -> Sequence[Limit]:
    """One limit, or several, as several."""
    return limits if isinstance(limits, Sequence) else (limits,)


def rows_of(limits: Limits, stage: Stage) -> list[Row]:
    """One limit or several as rows over the stage's cut-offs."""
    if not several(limits):
        raise AskError("An adversary without limits does all it can: give Count, OwnCost or Ratio")
    own = np.array([cut.own_usd for cut in stage.candidates])
    return [limit.row(own / stage.usd, stage.usd) for limit in several(limits)]


def told(stage: Stage, search: Search, found: Found, *, seconds: float) -> Attack:
    """A finding in USD, with its tables."""
    cuts = tuple(stage.candidates[cut] for cut in found.cuts)
    return Attack(
        cuts=cuts,
        harm_usd=found.harm * stage.usd,
        bound_usd=found.bound * stage.usd,
        own_usd=sum(cut.own_usd for cut in cuts),
        status=found.status,
        candidates=len(stage.candidates),
        seconds=seconds,
        solves=search.solves,
        tables={
            "cuts": _cuts(stage, search, found),
            **_lost(stage, search, found.cuts),
            "plans": plans_table(stage, found),
        },
    )


def _cuts(stage: Stage, search: Search, found: Found) -> pd.DataFrame:
    rows = [
        (
            stage.candidates[cut].name,
            stage.candidates[cut].own_usd,
            (found.harm - search.answer(set(found.cuts) - {cut}).cost) * stage.usd,
        )
        for cut in found.cuts
    ]
    table = pd.DataFrame(rows, columns=["cut_off", "own_usd", "adds_usd"])
    return table.sort_values("adds_usd", ascending=False, kind="stable", ignore_index=True)


def _lost(stage: Stage, search: Search, cuts: Sequence[int]) -> dict[str, pd.DataFrame]:
    tables = response_tables(stage.case, stage.compiled, search.answer(cuts).plan)
    country = stage.case.physics.network.places.set_index("place")["country"]
    unmet = tables["unmet"].assign(country=lambda rows: rows["place"].map(country))
    by = ["good", "country", "tier"]
    summed = unmet.groupby(by, as_index=False)[["units", "usd"]].sum()
    return {
        "unmet": summed.sort_values("usd", ascending=False, kind="stable", ignore_index=True),
        "missing": tables["missing"],
        "drawn": tables["drawn"],
    }


def plans_table(stage: Stage, found: Found) -> pd.DataFrame:
    """The proof: what each plan keeps the loss to, and which cut-offs it cannot do without."""
    names = [cut.name for cut in stage.candidates]
    rows = [
        (number, plan.cost * stage.usd, "; ".join(name for at, name in enumerate(names) if at not in plan.spared))
        for number, plan in enumerate(found.plans, 1)
    ]
    return pd.DataFrame(rows, columns=["plan", "loss_usd", "not_spared"])
