"""What it would be worth to know which year comes, and what it is worth to plan for many rather than for their mean.

For least expected cost over years s with chance p_s, cost c @ x of what is held and loss_s(x) in each year:

    wait and see           WS  = sum_s p_s min_x (c @ x + loss_s(x))      each year alone, knowing that it comes
    here and now           RP  = min_x (c @ x + sum_s p_s loss_s(x))      what is sized
    answering the mean     EEV = c @ m + sum_s p_s loss_s(m)              m is best for the mean of all years

WS <= RP <= EEV. RP - WS is the expected value of perfect information: no forecast is worth more a year. EEV - RP is the
value of the stochastic solution: what is lost a year by planning for the mean.

Both are statements about expected cost. A tail mean or worst case asks how bad years look before one is known; once it
is known there is no tail, so that RP - WS would mix the worth of knowing with the aversion to risk. They are refused.

Reference: J. R. Birge and F. Louveaux (2011), Introduction to Stochastic Programming, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.physics import Floats, Whole
from resilience.policy import Reserve
from resilience.risk import Expectation
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import measure_columns, two_stage
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.mean import mean_case
from resilience.sizing.twostage import Recourse, TwoStage, extensive
from resilience.solver import LinearProgram, Method, solve

if TYPE_CHECKING:
    from resilience.sizing.size import Sizing
    from resilience.sizing.stated import Stated

Say = Callable[[str], None]
SAME = 1e-9  # share of all that could be held below which a reserve is none


@dataclass(frozen=True, kw_only=True, eq=False)
class Alone:
    """Each year sized alone. The last row of each array is the year in which nothing is lost.

    `chances` of the years; `costs` of each, with what is held for it; `decisions`, years x first-stage columns.
    """

    chances: Floats
    costs: Floats
    decisions: Floats

    @property
    def cost(self) -> float:
        """Wait and see: the mean over years."""
        return float(self.chances @ self.costs)


def wait_and_see(program: TwoStage, *, method: Method | None = None, say: Say = lambda text: None) -> Alone:
    """Every scenario of a two-stage program solved alone, as if it were certain.

    The first stage must weigh scenarios by their chances: the cost of the column that holds a scenario's first measure
    is its chance, and what is left of one belongs to the year without any.

    >>> from scipy import sparse
    >>> need = LinearProgram(cost=np.array([3.0]), matrix=sparse.csc_matrix([[1.0]]), row_lower=np.array([10.0]),
    ...     row_upper=np.array([np.inf]), column_lower=np.zeros(1), column_upper=np.array([10.0]))
    >>> first = LinearProgram(cost=np.array([1.0, 0.25]), matrix=sparse.csc_matrix((0, 2)), row_lower=np.zeros(0),
    ...     row_upper=np.zeros(0), column_lower=np.zeros(2), column_upper=np.array([10.0, 30.0]))
    >>> draw = Recourse(program=need, tie=sparse.csc_matrix([[1.0, 0.0]]), measured=((1, need.cost),))
    >>> wait_and_see(TwoStage(first=first, recourses=(draw,))).cost  # buys 10 in one year of four
    2.5
    """
    columns = _measured(program)
    chances = program.first.cost[columns]
    costs, decisions = [], []
    for number in [*range(len(columns)), None]:
        say("the undisturbed year alone" if number is None else f"year {number + 1} of {len(columns)} alone")
        found = solve(alone(program, number), method)
        costs.append(found.objective)
        decisions.append(found.x[: program.first.shape[1]])
    return Alone(
        chances=np.append(chances, max(1.0 - float(chances.sum()), 0.0)),
        costs=np.array(costs),
        decisions=np.array(decisions),
    )


def alone(program: TwoStage, number: int | None) -> LinearProgram:
    """The first stage and scenario `number` as one program, the scenario certain; none: nothing happens."""
    columns = _measured(program)
    cost = program.first.cost.copy()
    cost[columns] = 0.0
    recourses: tuple[Recourse, ...] = ()
    if number is not None:
        cost[columns[number]] = 1.0
        recourses = (program.recourses[number],)
    return extensive(TwoStage(first=replace(program.first, cost=cost), recourses=recourses)).program


def at(recourse: Recourse, x: Floats) -> LinearProgram:
    """What a scenario may do once the first stage is `x`."""
    shift = recourse.tie @ x
    low, high = recourse.program.row_lower - shift, recourse.program.row_upper - shift
    return replace(recourse.program, cost=recourse.measured[0][1], row_lower=low, row_upper=high)


def expected_cost(program: TwoStage, x: Floats, *, method: Method | None = None) -> float:
    """What the decision `x` costs in the mean over all scenarios, each answered as well as it can be."""
    columns = _measured(program)
    decided = np.where(np.isin(np.arange(len(x)), columns), 0.0, x)
    losses = [solve(at(recourse, decided), method).objective for recourse in program.recourses]
    return float(program.first.cost @ decided + program.first.cost[columns] @ losses)


def for_the_mean(program: TwoStage, mean: Recourse, *, method: Method | None = None) -> Floats:
    """The first stage that is best when the scenario `mean` is certain. It may measure the column of any scenario."""
    found = solve(alone(TwoStage(first=program.first, recourses=(mean,)), 0), method)
    return found.x[: program.first.shape[1]]


def _measured(program: TwoStage) -> Whole:
    return np.array([recourse.measured[0][0] for recourse in program.recourses], dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Information:
    """Wait and see, here and now, and answering the mean, in USD a year; and what each would hold.

    `years` has a row for each scenario that loses anything and a last one for all other years: scenario, probability,
    alone_usd (its cost when known to come, holding for it included) and held_usd (what would be bought for it, measures
    included). `mean_reserve` and `mean_measures` (how many of each that is bought) answer the mean of all years; often
    they are empty, for the mean of rare blows is a light one that private stock and spare capacity absorb.
    """

    wait_and_see_usd: float
    here_and_now_usd: float
    answering_the_mean_usd: float
    mean_reserve: Reserve
    mean_measures: dict[str, float]
    years: pd.DataFrame

    @property
    def evpi_usd(self) -> float:
        """Expected value of perfect information: the most that knowing the year ahead could save. [USD a year]"""
        return self.here_and_now_usd - self.wait_and_see_usd

    @property
    def vss_usd(self) -> float:
        """Value of the stochastic solution: what planning for the mean year would cost more. [USD a year]"""
        return self.answering_the_mean_usd - self.here_and_now_usd

    def for_the_mean(self, money: Callable[[float], str] = "{:,.0f}".format) -> str:
        """What answers the mean of all years, in words."""
        held, named = self.mean_reserve.usd, ", ".join(self.mean_measures)
        if not held and not named:
            return "holds nothing at all"
        goods = f"holds {money(held)} USD of goods" if held else ""
        return " and ".join(filter(None, [goods, f"buys {named}" if named else ""]))

    def table(self) -> pd.DataFrame:
        """Columns figure, usd_per_year, meaning."""
        holds = self.for_the_mean()
        rows = [
            ("wait and see", self.wait_and_see_usd, "each year known before it comes"),
            ("here and now", self.here_and_now_usd, "the sized reserve"),
            ("answering the mean", self.answering_the_mean_usd, f"the reserve best for the mean year: it {holds}"),
            ("EVPI", self.evpi_usd, "most that any forecast is worth"),
            ("VSS", self.vss_usd, "what planning for many years saves over planning for their mean"),
        ]
        return pd.DataFrame(rows, columns=["figure", "usd_per_year", "meaning"])

    def __repr__(self) -> str:
        return f"Information: EVPI {self.evpi_usd:,.0f} USD a year; VSS {self.vss_usd:,.0f} USD a year"


def information(
    stated: Stated, sizing: Sizing, *, method: Method | None = None, say: Say = lambda text: None
) -> Information:
    """Wait and see and answering the mean, beside the sized reserve that `stated` gave.

    Budget and limits hold for every year's reserve. Each figure is true to the gap of its own solve. It takes about as
    long as the losses without a reserve did, once more.

    Raises
    ------
    AskError
        If losses are not weighed by their mean, or floors tie years to one another.
    """
    _refuse(stated)
    live = [n for n, usd in enumerate(sizing.losses["without_usd"]) if usd > HARMLESS * stated.laws.usd]
    asked = stated.only(live)
    usd = asked.laws.usd
    say("every year sized alone")
    known = wait_and_see(asked.two_stage, method=method, say=say)
    held, measures = asked.first.columns["held"][0], measure_columns(asked.first)
    stock = known.decisions[:, held] @ asked.terms.purchase
    bought = (stock + known.decisions[:, measures] @ asked.terms.offers.purchase) * usd
    named = [*sizing.losses["scenario"].iloc[asked.terms.blocks], "all other years"]
    years = pd.DataFrame({
        "scenario": named, "probability": known.chances, "alone_usd": known.costs * usd, "held_usd": bought,
    })  # fmt: skip
    say("the mean of all years")
    answer = _of_the_mean(stated, asked, method)
    amounts = zip(asked.measures, answer[measures], strict=True)
    return Information(
        wait_and_see_usd=known.cost * usd,
        here_and_now_usd=sizing.objective_usd,
        answering_the_mean_usd=_of_all_years(asked, sizing, answer, method, say) * usd,
        mean_reserve=asked.reserve(answer[held]),
        mean_measures={measure.name: float(amount) for measure, amount in amounts if amount > SAME},
        years=years,
    )


def _refuse(stated: Stated) -> None:
    faults = []
    if stated.terms.risk != Expectation():
        faults.append(
            f"losses are weighed by {stated.terms.risk}: size with Expectation() to ask what knowing is worth"
        )
    if stated.terms.floors:
        faults.append("floors bind years to one another, which knowing the year would undo: size without them to ask")
    if faults:
        raise AskError("The value of information is defined for expected cost", faults)


def _of_the_mean(stated: Stated, asked: Stated, method: Method | None) -> Floats:
    """The first stage that answers the mean year, in the columns of `asked`, losses left at zero."""
    case = mean_case(stated)
    block = Compiler().compile(case)
    most = float(block.program.cost @ block.program.column_upper)
    terms = replace(
        asked.terms, probabilities=np.ones(1), live=np.zeros(1, dtype=np.int64), largest_loss=np.array([most])
    )
    mean = replace(asked, cases=[case], blocks=[block], mine=[np.arange(len(case.stores))], terms=terms)
    program = two_stage(mean.first, mean.blocks, mean.cases, mine=mean.mine, floors=(), members=mean.members)
    chosen = for_the_mean(program, program.recourses[0], method=method)
    x = np.zeros(asked.first.program.shape[1])
    for name in ("held", "bought", "built"):
        x[asked.first.columns[name][0]] = mean.first.block(chosen, name)
    return x


def _of_all_years(asked: Stated, sizing: Sizing, x: Floats, method: Method | None, say: Say) -> float:
    """What is bought and lost in the mean, in the program's money; where nothing is bought the losses are known."""
    purchase, units = asked.terms.purchase, asked.first.block(x, "held")
    if purchase @ units <= SAME * (purchase @ asked.terms.most) and (x[measure_columns(asked.first)] <= SAME).all():
        return sizing.without_reserve_usd / asked.laws.usd
    say("every year with the reserve of the mean year")
    return expected_cost(asked.two_stage, x, method=method)
