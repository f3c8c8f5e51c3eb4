"""The reserve that is best against the best attack on it: defender, attacker, defender.

    least   holding cost + chance * (most harm over the choices that limits allow, once the reserve stands)

A reserve sized against some attacks costs no more than one against all: a lower bound. The worst attack on that reserve
gives an upper one, and joins those that the next reserve is sized against (column-and-constraint generation). What the
defender can do where nothing is held it can do with any reserve, so the plans of the first search serve all others.

Reference: G. Brown, M. Carlyle, J. Salmeron and K. Wood (2006), Defending critical infrastructure, Interfaces 36(6);
B. Zeng and L. Zhao (2013), Operations Research Letters 41(5).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from resilience.adversary.attack import Attack, Limits, rows_of, several, told
from resilience.adversary.cutoff import scenario_of
from resilience.adversary.limits import Ratio
from resilience.adversary.plans import Plan
from resilience.adversary.search import Say, Search
from resilience.adversary.stage import Threat
from resilience.balance import balance
from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.policy import Release, Reserve, holding_cost
from resilience.risk import Risk, TotalVariation, WorstCase
from resilience.scenario import Scenario
from resilience.sizing.limits import Limit as Rule
from resilience.sizing.scope import Scope
from resilience.sizing.size import Sizing, size_reserve
from resilience.solver import INNER, Method, Status, relative_gap


@dataclass(frozen=True, kw_only=True)
class Kept(Scope):
    """The same goods in every scenario, so that all are counted alike."""

    kept: frozenset[str]

    def goods(self, shock: Shock) -> frozenset[str]:
        """Those."""
        return self.kept


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Defence:
    """A reserve, the worst attack on it, and how far it is proved best.

    `objective_usd` is USD a year: holding cost plus the chance of an attack times the most that `attack` proves. No
    reserve does better than `bound_usd`. `before` is the worst attack where nothing is held. Table rounds: each round's
    bounds and the attack it found.
    """

    reserve: Reserve
    attack: Attack
    before: Attack
    objective_usd: float
    bound_usd: float
    status: Status
    seconds: float
    rounds: pd.DataFrame

    @property
    def gap(self) -> float:
        """(objective - bound) / objective."""
        return relative_gap(self.objective_usd, self.bound_usd)

    def __repr__(self) -> str:
        return (
            f"Defence: reserve of {self.reserve.usd:,.0f} USD lowers the worst attack from "
            f"{self.before.harm_usd:,.0f} to {self.attack.harm_usd:,.0f} USD; {self.objective_usd:,.0f} USD a year "
            f"(bound {self.bound_usd:,.0f}; {self.status.name}) after {len(self.rounds)} rounds"
        )


def defend(
    threat: Threat,
    *,
    limits: Limits,
    chance: float = 1.0,
    members: str | None = None,
    budget_usd: float | None = None,
    goods: Sequence[str] | None = None,
    rules: Sequence[Rule] = (),
    release: Release | None = None,
    method: Method = INNER,
    gap: float = 0.01,
    rounds: int = 30,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Defence:
    """The reserve with the least holding cost plus chance times the worst harm that an adversary could then do.

    Parameters
    ----------
    limits
        `Count` and `OwnCost`; a `Ratio` is refused, for what pays depends on the reserve.
    chance
        Of an attack in a year. [above 0, at most 1] The default buys whatever lowers the worst case by its cost.
    members, budget_usd, goods, rules, release
        As `members`, `budget_usd`, `goods`, `limits` and `release` of `size_reserve`.
    method
        How the sizing program is solved: from within by default, as attacks on large networks are, for at a corner one
        attack's takes minutes on chips.
    gap
        (objective - bound) / objective at which to stop; attacks are proved to a quarter of it.
    rounds, time_limit_s
        After which the best so far is returned: `Status.FEASIBLE`, `Status.TIME_LIMIT`.

    The rest is as for `worst_cuts`.

    Raises
    ------
    AskError
        As `worst_cuts` and `size_reserve` do.
    InfeasibleError
        If no reserve meets the rules.
    """
    faults = []
    if not 0 < chance <= 1:
        faults.append(f"chance is {chance!r}: it is a chance per year, above 0 and at most 1")
    if not rounds >= 1:
        faults.append(f"rounds is {rounds!r}: it takes at least one")
    if any(isinstance(limit, Ratio) for limit in several(limits)):
        faults.append("limits has a Ratio: what pays then depends on the reserve, and no reserve could be proved best")
    if faults:
        raise AskError("No reserve can be held against this", faults)
    threat = replace(threat, network=balance(threat.network).network)
    game = _Game(
        threat=threat, limits=limits, chance=chance, gap=gap, say=say, deadline=time.monotonic() + time_limit_s
    )  # fmt: skip
    size = partial(
        size_reserve, threat.network, weeks=threat.weeks, risk=game.risk, budget_usd=budget_usd, limits=rules,
        members=members, goods=goods, release=release, periods=threat.periods, weights=threat.weights, method=method,
        gap=gap / 4, say=say,
    )  # fmt: skip
    return game.played(size, rounds)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fought:
    """An attack, the goods it was counted over, and the plans that its search knew in the end."""

    attack: Attack
    goods: frozenset[str]
    plans: tuple[Plan, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Game:
    """What stays the same from round to round."""

    threat: Threat
    limits: Limits
    chance: float
    gap: float
    deadline: float
    say: Say

    @property
    def risk(self) -> Risk:
        """Chance times the worst of scenarios that have no chance of their own."""
        return WorstCase() if self.chance == 1 else TotalVariation(radius=self.chance)

    def played(self, size: Callable[..., Sizing], rounds: int) -> Defence:
        """Reserve and attack in turn until their bounds meet."""
        started = time.process_time()
        bare = self.attack(None)
        attacks, found = [bare.attack], list[tuple[int, float, float, str, float]]()
        best: tuple[float, Reserve, Attack] | None = None
        bound, status = -math.inf, Status.FEASIBLE
        while status is Status.FEASIBLE and len(found) < rounds:
            sizing = size(self.scenarios(attacks), scope=Kept(kept=bare.goods))
            bound = max(bound, sizing.bound_usd)
            attack = self.attack(sizing.reserve, bare.plans).attack
            cost = holding_cost(self.threat.network, sizing.reserve) + self.chance * attack.bound_usd
            if best is None or cost < best[0]:
                best = cost, sizing.reserve, attack
            attacks.append(attack)
            found.append((len(found) + 1, best[0], bound, "; ".join(cut.name for cut in attack.cuts), attack.harm_usd))
            self.say(f"round {len(found)}: gap {relative_gap(best[0], bound):.2%}")
            if relative_gap(best[0], bound) <= self.gap:
                status = Status.OPTIMAL
            elif time.monotonic() > self.deadline:
                status = Status.TIME_LIMIT
        assert best is not None
        return Defence(
            reserve=best[1], attack=best[2], before=bare.attack, objective_usd=best[0], bound_usd=bound, status=status,
            seconds=time.process_time() - started,
            rounds=pd.DataFrame(found, columns=["round", "objective_usd", "bound_usd", "cut_offs", "harm_usd"]),
        )  # fmt: skip

    def attack(self, reserve: Reserve | None, plans: Sequence[Plan] = ()) -> _Fought:
        """The worst attack on a reserve, where some plans are known to hold."""
        started = time.process_time()
        stage = self.threat.stage(reserve)
        search = Search(contest=stage.contest, say=self.say, deadline=self.deadline, plans=list(plans))
        found = search.worst(rows_of(self.limits, stage), gap=self.gap / 4)
        attack = told(stage, search, found, seconds=time.process_time() - started)
        return _Fought(attack=attack, goods=stage.goods, plans=tuple(search.plans))

    def scenarios(self, attacks: Sequence[Attack]) -> list[Scenario]:
        """Attacks as scenarios without a chance of their own."""
        return [scenario_of(attack.cuts, name=f"attack {number}") for number, attack in enumerate(attacks, 1)]
