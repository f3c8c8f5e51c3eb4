"""The response program: the least loss that any behaviour could reach once a scenario strikes.

Sets        points n = (good, place); producers p; lanes e; demands d; stores i; periods k of L_k weeks
Data        output_p, surge_p, left_pk, cycle_p; passing_ek, transit_e; wanted_dk, at_stake_d;
            stock_n, position_n, price_n, weight_n, lost_nk; a_pn units of n per unit of p, essential_pn;
            worked_pn tools and spares a week, wear_pn, regrow_pn; held_i units in store i; substitutes m of a need
            (of producer p for input n, or demand d): units_m per unit replaced, most_m, qualified_mk
Variables   flow_ek dispatched, start_pk started, plan_pk planned, used_ck of a partly essential input,
            supplied_ck of tools, health_pk of capacity, stock_nk, spill_nk of what cannot be stored, short_dk unmet,
            home_ik and send_ik drawn, receive_rk by members from the pool, missing_n at the horizon;
            late_dk served after its period and waiting_dk for it, in a case that serves late;
            refill_ik bought back into store i, in a case whose reserve refills;
            replaced_mk of a need by a substitute, in a network that states any
Objective   least  sum at_stake_d short_dk + sum weight_n price_n missing_n + sum price_i (home_ik + send_ik)
Subject to  (1) balance_every_stock      what arrives and is made, less what is used, shipped and served, is left
            (2) limit_starts_by_plan     start <= plan                       where an input is only partly essential
            (3) need_what_is_essential   essential used >= a (start - (1 - essential) plan)
            (4) limit_starts_by_health   start <= output surge L health      where tools are needed
            (5) wear_without_tools       health follows the supplied share s of tools: down at wear, up at regrow
            (6) draw_what_is_held        sum_k home + send <= held;  home + send <= rate L held
                where the reserve refills: up to each k, home + send - what of refill can be back by then <= held
            (7) share_the_pool           sum_i send = sum_r receive          for each pool and period
            (8) restore_positions        missing >= position - stock - on its way - in process, at the horizon
            (9) serve_late_what_waits    late + waiting <= waiting_before + short      in a case that serves late
            (10) refill_what_was_drawn   up to each k, refill <= home + send that arrived and lies back long enough;
                                         refill <= pace L held              in a case whose reserve refills
            (11) replace_what_is_needed  sum_m replaced <= a start, or used, or wanted - short       with substitutes
            (12) use_what_is_built       start, plan, flow, replaced <= the most without a measure + what is bought adds
                                         (worked out in `lifts.py`)         in a case in which measures may be bought
and bounds  flow <= passing L, start <= left surge output L, short <= wanted, no draw before it can arrive,
            replaced <= most_m qualified_mk of a normal week's need L; `moved.py` has what differs between scenarios.

The smaller of (4) and the bound on start governs: a plant that is half closed and half worn runs at half. In (5), over
L weeks, health <= health_before + (1 - (1 - rate)^L) (s - health_before) for both rates; with regrow <= wear this is
concave, so the program needs no integers, and capacity never falls below zero. What is short loses its value in its
own period: late takes units and gives nothing back, so a least loss has none, and cases do without unless told to have
it. A unit drawn is charged once, however often it goes round: what is bought back leaves the point's stock, in (1), and
adds nothing to the objective. It can be delivered again a week and the delivery later. Without refill a store is spent
once, and the page is without its variables.

Reference: design of stochastic programs with recourse, J. R. Birge and F. Louveaux (2011), Introduction to Stochastic
Programming, chapters 1 and 3; inoperability and partial essentiality, S. Hallegatte (2014), Risk Analysis 34(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from resilience.sizing.case import ROUNDING, Case, Floats
from resilience.sizing.moved import sides, upper_bounds
from resilience.sizing.statement import Statement, Variables, total

Sums = list[list[list[tuple[float, Any]]]]  # for each point and period: factors and variables


def response_program(case: Case) -> Statement:
    """The page: variables, objective and rules of the least-loss response to one scenario."""
    statement = Statement("response")
    chosen = variables(statement, case)
    minimise_loss(statement, case, chosen)
    balance_every_stock(statement, case, chosen)
    limit_starts_by_plan(statement, case, chosen)
    need_what_is_essential(statement, case, chosen)
    limit_starts_by_health(statement, case, chosen)
    wear_without_tools(statement, case, chosen)
    draw_what_is_held(statement, case, chosen)
    draw_no_faster_than_allowed(statement, case, chosen)
    refill_what_was_drawn(statement, case, chosen)
    share_the_pool(statement, case, chosen)
    restore_positions(statement, case, chosen)
    serve_late_what_waits(statement, case, chosen)
    replace_what_is_needed(statement, case, chosen)
    use_what_is_built(statement, case, chosen)
    return statement


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The variables, a block each; the last axis is the period."""

    flow: Variables
    start: Variables
    plan: Variables
    used: Variables
    supplied: Variables
    health: Variables
    stock: Variables
    spill: Variables
    short: Variables
    home: Variables
    send: Variables
    receive: Variables
    missing: Variables
    late: Variables  # no rows unless the case serves late
    waiting: Variables
    refill: Variables  # no rows unless the reserve refills
    replaced: Variables  # no rows unless the network states substitutes


def variables(statement: Statement, case: Case) -> Chosen:
    """Every choice the program has, with its bounds."""
    physics = case.physics
    upper = upper_bounds(case)
    able = (physics.surge * physics.output)[physics.consumer[physics.partial]]
    used = np.outer(physics.consumed[physics.partial] * able, case.lengths)
    return Chosen(
        flow=statement.variables("flow", upper["flow"]),
        start=statement.variables("start", upper["start"]),
        plan=statement.variables("plan", upper["plan"]),
        used=statement.variables("used", used),
        supplied=statement.variables("supplied", np.outer(physics.worked, case.lengths)),
        health=statement.variables("health", np.ones((len(physics.toolers), len(case.grid)))),
        stock=statement.variables("stock", upper["stock"]),
        spill=statement.variables("spill", upper["spill"]),
        short=statement.variables("short", upper["short"]),
        home=statement.variables("home", upper["home"]),
        send=statement.variables("send", upper["send"]),
        receive=statement.variables("receive", upper["receive"]),
        missing=statement.variables("missing", physics.position),
        late=statement.variables("late", upper["late"]),
        waiting=statement.variables("waiting", upper["waiting"]),
        refill=statement.variables("refill", upper["refill"]),
        replaced=statement.variables("replaced", upper["replaced"]),
    )


def minimise_loss(statement: Statement, case: Case, chosen: Chosen) -> None:
    """Value at stake in what stays unmet, and the replacement price of what is missing at the end or drawn."""
    physics = case.physics
    unmet = [(physics.at_stake[d], short) for d, row in enumerate(chosen.short) for short in row]
    owed = [(physics.price[n] * physics.weight[n], missing) for n, missing in enumerate(chosen.missing)]
    drawn = [
        (physics.price[point], draw)
        for point, *rows in zip(case.stores.point, chosen.home, chosen.send, strict=True)
        for row in rows
        for draw in row
    ]
    statement.minimise(total([*unmet, *owed, *drawn]))


def balance_every_stock(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(1) Conservation at every point in every period: what is left and what leaves, less what comes."""
    physics, stores = case.physics, case.stores
    side = sides(case)["balance"]
    terms: Sums = [[[] for _ in row] for row in side]
    _carry_over(terms, case, chosen)
    for point, lag, row in zip(physics.destination, case.lag, chosen.flow, strict=True):
        _land(terms[point], case.arrivals(lag), row)
    for point, cycle, row in zip(physics.made_at, physics.cycle, chosen.start, strict=True):
        _land(terms[point], case.arrivals(np.full(case.grid.weeks, cycle)), row)
    whole = np.flatnonzero(physics.essential == 1)
    _leave(terms, physics.origin, chosen.flow)
    _leave(terms, physics.consumed_at[whole], chosen.start[physics.consumer[whole]], physics.consumed[whole])
    _leave(terms, physics.consumed_at[physics.partial], chosen.used)
    _leave(terms, physics.worked_at, chosen.supplied)
    _leave(terms, physics.wanted_at, chosen.short, -1.0)  # all that is wanted leaves, which is in the sides
    _leave(terms, physics.wanted_at[: len(chosen.late)], chosen.late)
    _leave(terms, physics.swaps.replaced_at, chosen.replaced, -1.0)
    _leave(terms, physics.swaps.met_at, chosen.replaced, physics.swaps.units)
    _leave(terms, stores.point, chosen.home, -1.0)
    _leave(terms, stores.receiver_point, chosen.receive, -1.0)
    _leave(terms, stores.point[: len(chosen.refill)], chosen.refill)
    statement.keep("balance", (total(terms[n][k]) == side[n, k] for n, k in np.ndindex(side.shape)))


def _carry_over(terms: Sums, case: Case, chosen: Chosen) -> None:
    """What stands at the end of a period, less what was left of the period before; what cannot be stored spills."""
    storable = case.physics.storable
    for n, row in zip(np.flatnonzero(storable), chosen.stock, strict=True):
        for k, stock in enumerate(row):
            terms[n][k].append((1.0, stock))
            if k > 0:
                terms[n][k].append((-(1.0 - case.lost[n, k]), row[k - 1]))
    _leave(terms, np.flatnonzero(~storable), chosen.spill)


def _land(terms: list[list[tuple[float, Any]]], shares: Floats, row: Variables) -> None:
    for k, j in zip(*np.nonzero(shares), strict=True):
        terms[k].append((-shares[k, j], row[j]))


def _leave(terms: Sums, points: np.ndarray, rows: Variables, units: Floats | float = 1.0) -> None:
    """Each row's variables, times its units, leave its point in their own periods."""
    for n, row, factor in zip(points, rows, np.broadcast_to(units, len(rows)), strict=True):
        for k, variable in enumerate(row):
            terms[n][k].append((float(factor), variable))


def limit_starts_by_plan(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(2) A plan stands for the activity that partly essential inputs are measured against."""
    starts = chosen.start[case.physics.planners]
    statement.keep("plan", (start <= plan for start, plan in zip(starts.flat, chosen.plan.flat, strict=True)))


def need_what_is_essential(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(3) An input wholly missing costs the share `essential` of the plan, linearly between."""
    physics = case.physics
    plan_of = dict(zip(physics.planners, chosen.plan, strict=True))
    rules = []
    for c, row in zip(physics.partial, chosen.used, strict=True):
        p, share, units = physics.consumer[c], physics.essential[c], physics.consumed[c]
        for used, start, plan in zip(row, chosen.start[p], plan_of[p], strict=True):
            rules.append(total([(share, used), (-units, start), (units * (1.0 - share), plan)]) >= 0)
    statement.keep("essential", rules)


def limit_starts_by_health(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(4) Worn capacity starts less."""
    physics = case.physics
    able = physics.surge * physics.output
    rules = []
    for p, row in zip(physics.toolers, chosen.health, strict=True):
        for k, length in enumerate(case.lengths):
            rules.append(total([(1.0, chosen.start[p][k]), (-able[p] * length, row[k])]) <= 0)
    statement.keep("health", rules)


def wear_without_tools(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(5) Capacity follows the supplied share of each tool: down at wear, up at regrowth, the worst tool ruling."""
    physics = case.physics
    health_of = dict(zip(physics.toolers, chosen.health, strict=True))
    rules = []
    for c, row in enumerate(chosen.supplied):
        health, weekly = health_of[physics.worker[c]], physics.worked[c]
        for rate in {physics.wear[c], physics.regrow[c]}:
            for k, length in enumerate(case.lengths):
                moved = 1.0 - (1.0 - rate) ** length
                terms = [(1.0, health[k]), (-moved / (weekly * length) if weekly else 0.0, row[k])]
                if k == 0:
                    rules.append(total(terms) <= 1.0 - moved)
                else:
                    rules.append(total([*terms, (moved - 1.0, health[k - 1])]) <= 0)
    statement.keep("wear", rules)


def draw_what_is_held(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(6) In all no more than the store holds. The side is 0 here: what is held enters as a bound or as a column."""
    rows = zip(chosen.home, chosen.send, strict=True)
    if not case.refill:
        statement.keep("held", (total([(1.0, draw) for draw in [*home, *send]]) <= 0 for home, send in rows))
        return
    back = np.cumsum(case.arrivals(np.full(case.grid.weeks, 1.0 + case.stores.release.delivery_weeks)), axis=0)
    rules = []
    for (home, send), refill in zip(rows, chosen.refill, strict=True):
        for k in range(len(case.grid)):
            drawn = [(1.0, draw) for draw in [*home[: k + 1], *send[: k + 1]]]
            rules.append(total([*drawn, *zip(-back[k], refill, strict=True)]) <= 0)
    statement.keep("held", rules)


def draw_no_faster_than_allowed(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(6) In any period no more than the release rate allows; no rows where it allows all."""
    if case.stores.release.rate_per_week >= 1:
        statement.keep("rate", ())
        return
    rows = zip(chosen.home, chosen.send, strict=True)
    statement.keep("rate", (home[k] + send[k] <= 0 for home, send in rows for k in range(len(case.grid))))


def refill_what_was_drawn(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(10) Buy back only what was drawn and has been delivered long enough, at the keeper's pace."""
    if not case.refill:
        statement.keep("refill", ())
        statement.keep("pace", ())
        return
    calm = np.cumsum(case.arrivals(np.full(case.grid.weeks, float(case.refill.after_weeks))), axis=0)
    rules = []
    for home, send, refill in zip(chosen.home, chosen.send, chosen.refill, strict=True):
        for k in range(len(case.grid)):
            drawn = [term for row in (home, send) for term in zip(-calm[k], row, strict=True)]
            rules.append(total([*((1.0, unit) for unit in refill[: k + 1]), *drawn]) <= 0)
    statement.keep("refill", rules)
    statement.keep("pace", (unit <= 0 for row in chosen.refill for unit in row))


def share_the_pool(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(7) What the stores of a pool send, its members receive."""
    rules = []
    for pool in np.unique(case.stores.pool[case.stores.pool >= 0]):
        senders, receivers = chosen.send[case.stores.pool == pool], chosen.receive[case.stores.receiver_pool == pool]
        for k in range(len(case.grid)):
            sent = [(1.0, row[k]) for row in senders] + [(-1.0, row[k]) for row in receivers]
            rules.append(total(sent) == 0)
    statement.keep("pool", rules)


def restore_positions(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(8) What is short of the first week's stock, transit and work in process is missing."""
    physics = case.physics
    terms: list[list[tuple[float, object]]] = [[(1.0, missing)] for missing in chosen.missing]
    keeper = np.cumsum(physics.storable) - 1
    for n in np.flatnonzero(physics.storable):
        terms[n].append((1.0, chosen.stock[keeper[n]][-1]))
    for at, rows, lags in (
        (physics.destination, chosen.flow, case.lag),
        (physics.made_at, chosen.start, np.repeat(physics.cycle[:, None], case.grid.weeks, axis=1)),
    ):
        for n, row, lag in zip(at, rows, lags, strict=True):
            late = 1.0 - case.arrivals(lag).sum(axis=0)
            terms[n] += [(share, variable) for share, variable in zip(late, row, strict=True) if share > ROUNDING]
    landed = physics.stock + case.arriving.sum(axis=1)  # the rest of the first position is still on its way at the end
    statement.keep("position", (total(row) >= side for row, side in zip(terms, landed, strict=True)))


def serve_late_what_waits(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(9) Only what was short, and was not served or withdrawn since, can be served late."""
    rules = []
    for short, late, waiting in zip(chosen.short, chosen.late, chosen.waiting, strict=False):
        for k in range(len(case.grid)):
            terms = [(1.0, late[k]), (1.0, waiting[k]), (-1.0, short[k])]
            rules.append(total(terms if k == 0 else [*terms, (-1.0, waiting[k - 1])]) <= 0)
    statement.keep("late", rules)


def replace_what_is_needed(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(11) Substitutes meet no more of a need than there is: of what starts or is used, and of what is not short."""
    physics, swaps = case.physics, case.physics.swaps
    used_of = dict(zip(physics.partial, chosen.used, strict=True))
    replaced = chosen.replaced.reshape(len(swaps), len(case.grid))
    side, rules = sides(case)["replace"], []
    for c in np.unique(swaps.need):
        whole = [(-physics.consumed[c], start) for start in chosen.start[physics.consumer[c]]]
        taken = [(-1.0, used) for used in used_of[c]] if c in used_of else whole
        rules.append((taken, replaced[: swaps.needs][swaps.need == c]))
    for d in np.unique(swaps.demand):
        rules.append(([(1.0, short) for short in chosen.short[d]], replaced[swaps.needs :][swaps.demand == d]))
    statement.keep(
        "replace",
        (
            total([taken[k], *((1.0, row[k]) for row in rows)]) <= side[n, k]
            for n, (taken, rows) in enumerate(rules)
            for k in range(len(case.grid))
        ),
    )


def use_what_is_built(statement: Statement, case: Case, chosen: Chosen) -> None:
    """(12) No more than without a measure. The side is that alone here: what is bought enters as a column."""
    if case.raised is None:
        statement.keep("built", ())
        return
    lifts, own = case.raised.lifts, case.raised.own
    plans = chosen.plan[np.searchsorted(case.physics.planners, lifts.plans)]
    replaced = chosen.replaced.reshape(len(case.physics.swaps), len(case.grid))[lifts.replaced]
    columns = np.concatenate([chosen.start[lifts.starts], plans, chosen.flow[lifts.flows], replaced])
    statement.keep("built", (column <= side for column, side in zip(columns.flat, own.flat, strict=True)))
