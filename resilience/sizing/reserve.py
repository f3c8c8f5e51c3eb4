"""The reserve program: how much of what to hold where, before knowing which scenario comes.

Sets        stores i; scenarios s with chance p_s, and the calm year with the rest; floors f; limits l; of a measure's
            ambiguity set (see `resilience.risk`): rows r, and moves j of probability between years
Data        holding_i USD a year per unit; usd_i purchase value per unit; most_i beyond which no more could be drawn;
            factor_li, side_l; of measures m: yearly_m USD a year, usd_m to set up, and how many there are;
            kept_s, spread_sj, limit_rj, side_r of the measure of risk
Variables   held_i; bought_m, or built_m where only whole ones can be; loss_s of the response program; unmet_fs share of
            the floor's demand unmet;
            for each measure of risk: price_r of its rows; for each floor with a chance: missed_fs, 0 or 1
Objective   least  sum holding_i held_i + sum yearly_m (bought_m or built_m) + risk(loss)
Subject to  (1) weighed            risk(loss) = sum_s kept_s loss_s + sum_r side_r price_r
                                   with sum_r limit_rj price_r >= sum_s spread_sj loss_s for each move j
            (2) keep_to_budget     sum usd_i held_i + sum usd_m (bought_m or built_m) <= budget
            (3) keep_floors        risk_f(unmet_f) <= 1 - served_f
            (4) keep_chances       unmet_fs <= 1 - served_f + served_f missed_fs
                                   sum_s p_s missed_fs <= 1 - probability_f
            (5) keep_limits        sum_i factor_li held_i at most or at least side_l   (what each says: `limits.py`)
with loss_s and unmet_fs tied to the response program of each scenario where the blocks are joined (`extensive.py`).

(1) is the dual of the program that defines a measure, max q @ loss over its ambiguity set, so that its least value is
the measure. For a tail mean it reads edge + sum_s p_s beyond_s / tail with edge + beyond_s >= loss_s.

References: R. T. Rockafellar and S. Uryasev (2000), Journal of Risk 2(3), for (1) of tail means; J. Luedtke and
S. Ahmed (2008), A sample approximation approach for optimization with probabilistic constraints, SIAM Journal on
Optimization 19(2), for (4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats, Whole
from resilience.risk import Risk, WorstCase
from resilience.sizing.ground import Line
from resilience.sizing.statement import Statement, Variables, total

EXACT = 1e-9  # chances that add up to a round number in decimals need not do so in binary


@dataclass(frozen=True, kw_only=True)
class Chance:
    """In years whose chance adds up to `probability` at least, whatever happens in the others. [above 0, at most 1]

    A quantile rather than a mean: it takes a yes or no for each scenario, which is slow for many of them, and is blind
    to how bad the missed years are. `CVaR(tail=1 - probability)` asks for more, sees them, and needs no integers.
    """

    probability: float

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise AskError(f"Chance.probability is {self.probability!r}: it must lie above 0 and at most at 1")


@dataclass(frozen=True, kw_only=True)
class Floor:
    """At least the share `served` of the members' demand in `tier` is met over the horizon, as `within` weighs years.

    `within=WorstCase()` asks it of every scenario; `Expectation()` on average over years; `CVaR(tail=0.1)` in the mean
    of the worst tenth; `Chance(probability=0.95)` in nineteen years of twenty.
    """

    tier: str
    served: float
    within: Risk | Chance = WorstCase()  # noqa: RUF009 (frozen value object)

    def __post_init__(self) -> None:
        if not 0 <= self.served <= 1:
            raise AskError(f"Floor.served is {self.served!r}: it is a share and must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True, eq=False)
class Offers:
    """Measures that may be bought beside stock, those in part before whole ones. Money in the physics' unit."""

    yearly: Floats = field(default_factory=lambda: np.zeros(0))  # of one
    purchase: Floats = field(default_factory=lambda: np.zeros(0))
    most: Floats = field(default_factory=lambda: np.zeros(0))
    parts: int = 0  # how many of them can be bought in part

    def __len__(self) -> int:
        return len(self.most)


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """What the reserve program knows of its stores and scenarios. Money in the physics' unit, quantities scaled.

    `live` tells which of the scenarios have a block of their own; the others, and the calm year, lose nothing.
    """

    holding: Floats  # per store and year
    purchase: Floats  # per store
    most: Floats
    probabilities: Floats  # of every scenario
    largest_loss: Floats  # per live scenario: more than any plan could lose
    risk: Risk
    budget: float | None
    floors: tuple[Floor, ...]
    limits: tuple[Line, ...] = ()
    offers: Offers = field(default_factory=Offers)
    live: Whole | None = None  # all, if not given

    @property
    def chances(self) -> Floats:
        """Of every scenario and, last, of the calm year."""
        return np.append(self.probabilities, max(1.0 - float(self.probabilities.sum()), 0.0))

    @property
    def blocks(self) -> Whole:
        """The scenario of each block."""
        return np.arange(len(self.probabilities)) if self.live is None else self.live


def reserve_program(terms: Terms) -> Statement:
    """The page: what to hold, against losses that the scenarios' response programs decide."""
    statement = Statement("reserve")
    held = statement.variables("held", terms.most)
    offers = terms.offers
    bought = statement.variables("bought", offers.most[: offers.parts])
    built = statement.variables("built", offers.most[offers.parts :], whole=True)
    measures = np.concatenate([bought, built])
    loss = statement.variables("loss", terms.largest_loss)
    unmet = statement.variables("unmet", np.ones((len(terms.floors), len(loss))))
    holding = [*zip(terms.holding, held, strict=True), *zip(offers.yearly, measures, strict=True)]
    largest = float(terms.largest_loss.max(initial=0.0))
    statement.minimise(total(holding + weighed(statement, "risk", terms.risk, loss, terms, largest)))
    keep_to_budget(statement, terms, held, measures)
    keep_floors(statement, terms, unmet)
    keep_chances(statement, terms, unmet)
    keep_limits(statement, terms, held)
    return statement


def weighed(
    statement: Statement, block: str, risk: Risk, values: Variables, terms: Terms, largest: float
) -> list[tuple[float, Any]]:
    """(1) The risk measure of `values`, each 0 to `largest`, as terms of an expression, with what it takes to state it.

    A move that brings no probability to a year with a value needs no rule: nothing on its left is negative.
    """
    chances = risk.ambiguity(terms.chances)
    price = statement.variables(f"{block} price", chances.dearest * largest)
    value = dict(zip(terms.blocks.tolist(), values, strict=True))
    limits, spread = chances.limits, chances.spread
    rules = []
    for move in range(spread.shape[1]):
        here, there = (slice(at.indptr[move], at.indptr[move + 1]) for at in (limits, spread))
        shifted = zip(spread.indices[there].tolist(), spread.data[there].tolist(), strict=True)
        gained = [(-factor, value[year]) for year, factor in shifted if year in value]
        if any(factor < 0 for factor, _ in gained):
            rules.append(total([*zip(limits.data[here], price[limits.indices[here]], strict=True), *gained]) >= 0)
    statement.keep(f"{block} dual", rules)
    return [(chances.kept[year], at) for year, at in value.items()] + list(zip(chances.sides, price, strict=True))


def keep_to_budget(statement: Statement, terms: Terms, held: Variables, measures: Variables) -> None:
    """(2) What is bought, stock and measures alike, costs at most the budget."""
    rules = []
    if terms.budget is not None:
        spent = [*zip(terms.purchase, held, strict=True), *zip(terms.offers.purchase, measures, strict=True)]
        rules.append(total(spent) <= terms.budget)
    statement.keep("budget", rules)


def keep_floors(statement: Statement, terms: Terms, unmet: Variables) -> None:
    """(3) Each floor holds in the sense it names."""
    rules = []
    for number, (floor, row) in enumerate(zip(terms.floors, unmet, strict=True)):
        if not isinstance(floor.within, Chance):
            measured = weighed(statement, f"floor {number}", floor.within, row, terms, 1.0)
            rules.append(total(measured) <= 1.0 - floor.served)
    statement.keep("floors", rules)


def keep_chances(statement: Statement, terms: Terms, unmet: Variables) -> None:
    """(4) Scenarios that miss the floor have no more than the rest of its probability between them."""
    for number, (floor, row) in enumerate(zip(terms.floors, unmet, strict=True)):
        if isinstance(floor.within, Chance):
            missed = statement.variables(f"floor {number} missed", np.ones(len(row)), whole=True)
            rest = 1.0 - floor.served
            rules = (
                total([(1.0, share), (-floor.served, miss)]) <= rest for share, miss in zip(row, missed, strict=True)
            )
            statement.keep(f"floor {number} met", rules)
            weights = zip(terms.probabilities[terms.blocks], missed, strict=True)
            statement.keep(f"floor {number} chance", [total(weights) <= 1.0 - floor.within.probability + EXACT])


def keep_limits(statement: Statement, terms: Terms, held: Variables) -> None:
    """(5) What each limit says of the stores, as it says itself."""
    rules = []
    for line in terms.limits:
        sum_held = total(zip(line.factors, held, strict=True))
        rules.append(sum_held <= line.side if line.at_most else sum_held >= line.side)
    statement.keep("limits", rules)
