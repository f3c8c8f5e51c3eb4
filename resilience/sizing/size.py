"""Size a reserve: how much of what to hold where, against a set of scenarios, with a bound that no plan beats."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resilience.engine import Engine
from resilience.errors import AskError, InfeasibleError, near
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Whole
from resilience.policy import Release, Reserve
from resilience.risk import Risk, measure
from resilience.scenario import Scenario, ScenarioSet
from resilience.sizing.accounts import (
    expected,
    losses_table,
    marginal_table,
    measures_table,
    of_stock,
    short_tables,
    split,
)
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.limits import Limit
from resilience.sizing.ranges import ranges, without_each
from resilience.sizing.ranking import ranking
from resilience.sizing.relax import refusal
from resilience.sizing.reserve import Floor
from resilience.sizing.scope import Scope
from resilience.sizing.solved import Solved, solved
from resilience.sizing.spared import least_by_cuts
from resilience.sizing.stated import Stated, sparing, state_sizing
from resilience.sizing.unaided import KEPT, Traced, Without, without_reserve
from resilience.solver import Method, Solution, Status, relative_gap

PROVED = 1e-4  # gap to which a program that is taken apart is proved unless asked otherwise
SPARED = 0.2  # of the gap asked for that scenarios may weigh together and still not be solved
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sizing:
    """A sized reserve, what it costs and saves, and how far the answer is proved.

    `objective_usd` is USD a year: holding cost, what measures cost, and losses as the risk measure weighs them; nothing
    that could be bought costs less than `bound_usd`; `how` says how it was solved. `marginal_value` holds duals: what
    one more unit saves where some is held, and a ceiling on it where none is. Tables: reserve, marginal_value, losses,
    unmet, missing (stock at the horizon, by good), unmet_without and missing_without (the same when nothing is bought),
    credit (the loss avoided in each scenario, split over goods: see `resilience.sizing.credit`), measures (what is
    bought beside stock), ranking (both: see `resilience.sizing.ranking`) and, of what else would do, ranges (at little
    more cost) and without_good (at what cost without each): see `resilience.sizing.ranges`. Measures are free to change
    in both.
    """

    reserve: Reserve
    objective_usd: float
    bound_usd: float
    status: Status
    holding_usd_per_year: float
    without_reserve_usd: float
    marginal_value: pd.DataFrame
    losses: pd.DataFrame
    unmet: pd.DataFrame
    unmet_without: pd.DataFrame
    missing: pd.DataFrame
    missing_without: pd.DataFrame
    credit: pd.DataFrame
    measures: pd.DataFrame
    ranking: pd.DataFrame
    ranges: pd.DataFrame
    without_good: pd.DataFrame
    size: tuple[int, int]
    seconds: float
    how: str

    @property
    def gap(self) -> float:
        """(objective - bound) / objective."""
        return relative_gap(self.objective_usd, self.bound_usd)

    @property
    def measures_usd_per_year(self) -> float:
        """What the measures that are bought cost a year."""
        return float(self.measures["usd_per_year"].sum())

    def bought(self, measures: Sequence[Measure]) -> list[tuple[Measure, float]]:
        """Each of these with how much of it is bought: the program has them in an order of its own."""
        extent = self.measures.set_index("measure")["bought"]
        return [(one, float(extent[one.name])) for one in measures]

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame."""
        known = {
            "reserve": self.reserve.table(),
            "marginal_value": self.marginal_value,
            "losses": self.losses,
            "unmet": self.unmet,
            "unmet_without": self.unmet_without,
            "missing": self.missing,
            "missing_without": self.missing_without,
            "credit": self.credit,
            "measures": self.measures,
            "ranking": self.ranking,
            "ranges": self.ranges,
            "without_good": self.without_good,
        }
        if name not in known:
            raise AskError(f"A sizing has no table {name!r}. {near(name, known)}")
        return known[name].copy()

    def __repr__(self) -> str:
        held = self.reserve.table()
        return (
            f"Sizing: {held['good'].nunique()} goods at {held['place'].nunique()} places, {self.reserve.usd:,.0f} USD; "
            f"{self.objective_usd:,.0f} USD a year against {self.without_reserve_usd:,.0f} without "
            f"(gap {self.gap:.1e}; {self.status.name})"
        )


def size_reserve(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    weeks: int = 104,
    risk: Risk | None = None,
    budget_usd: float | None = None,
    floors: Sequence[Floor] = (),
    limits: Sequence[Limit] = (),
    measures: Sequence[Measure] = (),
    members: str | None = None,
    goods: Sequence[str] | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    weights: Mapping[str, float] | None = None,
    scope: Scope | None = None,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Sizing:
    """The reserve with the least yearly cost of holding plus weighed loss.

    Parameters
    ----------
    risk
        How losses over years are weighed; `Expectation()` by default.
    budget_usd
        Most the reserve may cost to buy, in USD; none by default.
    floors
        Shares of demand that must be met, by tier.
    limits
        What else it must keep to: cover, earmarks, storage, fill pace (see `resilience.sizing.limits`).
    measures
        What may be bought beside stock, in the same budget (see `resilience.mitigation`).
    members
        Bloc that owns and draws on a common pool. By default each country holds for itself.
    goods
        Goods that may be held; all storable ones by default.
    release
        When and how fast the reserve may be drawn; at once by default.
    periods, scope
        What may be coarse, and what may be left out; by default nothing.
    gap, engine
        Of programs too large to be solved as one, which are taken apart: where to stop, (objective - bound) /
        objective; and where scenarios are solved (this process by default; the answer does not depend on it).
    time_limit_s
        Seconds by the clock after which the best reserve so far is taken, with the bound that is proved by then
        (`Status.TIME_LIMIT`). What each scenario loses without a reserve is found first, however long that takes, but
        for those of drawn years that count as simulated; what is under way is finished. The program is taken apart
        whatever its size, since one that is stopped half way has no plan. Such an answer depends on the machine.
    say
        Called with a line of text as work proceeds.

    Raises
    ------
    AskError
        If a limit names a good, place or owner that no store bears, or a measure one that the network does not have;
        it tells all of them.
    InfeasibleError
        If no reserve meets floors, limits and budget together; it says what would have to change, and by how much.
    SolverError
        If time was up before any reserve was found: with floors or limits, holding nothing may not meet them.

    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
    ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]})
    >>> from resilience.disruption import Outage
    >>> stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))
    >>> size_reserve(network, [stop], weeks=8).reserve.table()[["good", "place", "owner", "units"]].round(3)
      good place owner  units
    0  gas     A     A   40.0
    """
    stated = state_sizing(
        network, scenarios, weeks=weeks, risk=risk, budget_usd=budget_usd, floors=floors, limits=limits,
        measures=measures, members=members, goods=goods, release=release, periods=periods, weights=weights, scope=scope,
        say=say,
    )  # fmt: skip
    return solve_sizing(stated, method=method, gap=gap, engine=engine, time_limit_s=time_limit_s, say=say)


def solve_sizing(
    stated: Stated,
    *,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Sizing:
    """The answer to a stated program, and what every scenario would lose without a reserve.

    `gap` is where a program that is taken apart may stop, `engine` where its scenarios are solved, and `time_limit_s`
    as `size_reserve` has it.

    Raises
    ------
    InfeasibleError
        If no reserve meets floors, limits and budget together.
    SolverError
        If time was up before any reserve was found.
    """
    deadline = time.monotonic() + time_limit_s
    without = unaided(stated, method=method, gap=gap, engine=engine, deadline=deadline, say=say)
    return sized(stated, without, method=method, gap=gap, engine=engine, deadline=deadline, say=say)


def unaided(
    stated: Stated,
    *,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    deadline: float = math.inf,
    say: Say = lambda text: None,
) -> Without:
    """What every scenario of a stated program loses where nothing is held: the first half of `solve_sizing`.

    `deadline` is a reading of `time.monotonic`.
    """
    return without_reserve(
        stated.cases, stated.blocks, traced=_traced(stated, gap), method=method, engine=engine, deadline=deadline,
        say=say,
    )  # fmt: skip


def sized(
    stated: Stated,
    without: Without,
    *,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    deadline: float = math.inf,
    say: Say = lambda text: None,
) -> Sizing:
    """The second half: what to hold, once it is known what every scenario loses `without`."""
    numbers = stated.terms.blocks
    asked = stated.only(numbers[without.live].tolist())
    alone = [without.answers[number] for number in without.live]
    most = stated.of_all(without.most)
    spared = np.setdiff1d(np.arange(len(most)), numbers[sorted(without.answers)])
    counted = float(stated.terms.probabilities[spared] @ most[spared])  # in the objective, and at nothing in its bound
    try:
        stop = gap - counted / max(_least(asked, alone), HARMLESS) if counted else gap
        stop = max(stop, KEPT * gap)
        found = solved(asked, alone, method=method, gap=stop, engine=engine, deadline=deadline, say=say)
    except InfeasibleError as error:
        raise refusal(asked.joined, asked.terms, asked.laws.usd, method) from error
    found = replace(found, status=Status.TIME_LIMIT) if without.late else found
    return _sizing(asked, found, alone, most, spared=spared, counted=counted)


def _least(asked: Stated, alone: Sequence[Solution]) -> float:
    """What any reserve costs at least, as the duals where nothing is held tell. In the physics' unit of money."""
    cuts = {number: answer.row_dual for number, answer in enumerate(alone)}
    return least_by_cuts(asked.two_stage, [cuts]).bound


def _traced(stated: Stated, gap: float) -> Traced | None:
    """What may be left unsolved of many scenarios."""
    terms = stated.terms
    if not np.isfinite(stated.most).all():
        return None
    return Traced(
        most=stated.most[terms.blocks],
        weight=terms.probabilities[terms.blocks],
        spare=SPARED * gap if sparing(terms.risk, terms.floors) else 0.0,
    )


def _sizing(
    asked: Stated, found: Solved, alone: Sequence[Solution], most: Floats, *, spared: Whole, counted: float
) -> Sizing:
    """`alone`: answers with nothing bought of the scenarios asked; `most`: what any scenario then loses at most, and
    `counted` what those `spared` then add to the objective.
    """
    laws, rows, terms = asked.laws, asked.rows, asked.terms
    held = np.where(asked.kept(found.held), found.held, 0.0)
    losses = losses_table(asked, found, alone, most)
    unmet, missing = short_tables(asked, found.plans)
    unmet_without, missing_without = short_tables(asked, [response.x for response in alone])
    marginal = marginal_table(asked, found, held)
    measures = measures_table(asked, found)
    avoided = split(asked, found, alone, held, losses.iloc[terms.blocks])
    return Sizing(
        reserve=asked.reserve(found.held),
        objective_usd=(found.objective + counted) * laws.usd,
        bound_usd=found.bound * laws.usd,
        status=found.status,
        holding_usd_per_year=float(terms.holding @ found.held) * laws.usd,
        without_reserve_usd=measure(terms.risk, most, terms.probabilities) * laws.usd,
        marginal_value=marginal,
        losses=losses,
        unmet=unmet,
        unmet_without=unmet_without,
        missing=missing,
        missing_without=missing_without,
        credit=of_stock(avoided),
        measures=measures,
        ranking=ranking(held=marginal, goods=asked.network.goods, measures=measures, spared=expected(avoided, losses)),
        ranges=ranges(found.view, rows, held, asked.scale, found.objective),
        without_good=without_each(found.view, rows, held, found.objective, laws.usd),
        size=found.size,
        seconds=found.seconds,
        how=found.how + _left_out(asked, spared, counted * laws.usd),
    )


def _left_out(asked: Stated, spared: Whole, usd: float) -> str:
    """What was left out of many scenarios, as the end of a sentence."""
    if not np.isfinite(asked.most).all() or not len(spared):
        return ""
    return (
        f"; {len(spared):,} of {len(asked.scenarios):,} scenarios were simulated only, or settled by a harder one: "
        f"they lose {usd:,.0f} USD a year together at most, which the objective counts and its bound does not"
    )
