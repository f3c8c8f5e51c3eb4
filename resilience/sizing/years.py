"""A reserve carried from year to year: the program of one year, and the graph of all.

Sets        goods g that may be held; stores i with their good, at members' places; states of the world s; events w of a
            year: quiet, or one scenario, whose response program (`program.py`) is part of the year's
Data        price_g, multiple_s; upkeep_g a unit and year (the network's holding share less the discount rate, as the
            capital in stock is charged by discounting); most_g; pace_g bought a year; share_i of its good that store i
            holds; chance_sw; discount d
Variables   in_g at the start of the year, out_g at its end, buy_g; in a year with a scenario, all of its response's
Objective   least  sum upkeep_g in_g + multiple_s price_g buy_g + loss of the response + d (what the years after cost)
Subject to  (1) carry   out_g = in_g + buy_g - sum over stores of g of what is drawn
            (2) hold    draws of store i <= share_i in_g, and in a period <= rate L share_i in_g
and bounds  in, out <= most, buy <= pace.

Nothing is sold. What is bought comes in too late for the year it is bought in, and is chosen once the year's event is
known. A draw costs nothing by itself, as what is gone is bought again or done without. What is left after the last year
is worth its price. Stock is shifted between a good's stores at the end of a year, to stand as members' use does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Physics, Whole, physics
from resilience.policy import Release
from resilience.scenario import Scenario
from resilience.sizing.case import Case, build_case, candidates
from resilience.sizing.compiled import Compiler
from resilience.sizing.extensive import rate_shares
from resilience.sizing.scope import Scope
from resilience.sizing.sddp import Graph, Node, Outcome, by_stage
from resilience.sizing.statement import Compiled
from resilience.sizing.world import World, WorldState
from resilience.solver import LinearProgram
from resilience.stores import stores

QUIET = "quiet"
WEEKS = 52.0  # in a year


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Most that may be bought of a good in a year: a share of the world's use of it, and no more than `units` say."""

    market_share: float = 1.0
    units: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if not self.market_share >= 0 or any(not units >= 0 for units in (self.units or {}).values()):
            raise AskError(f"{self!r}: what may be bought a year must be 0 or more")


@dataclass(frozen=True, kw_only=True, eq=False)
class Holding:
    """What the year's program knows of each good held. Money in the physics' unit, quantities scaled."""

    goods: tuple[str, ...]
    price: Floats
    upkeep: Floats  # a year
    most: Floats
    pace: Floats  # a year
    use: Floats  # members' use a week
    scale: Floats  # own units in one scaled unit
    usd: float  # USD in one unit of money
    rows: pd.DataFrame  # good, place, owner of each store
    share: Floats  # of its good, that each store holds


def holding(
    laws: Physics, *, members: str, goods: Sequence[str], pace: Pace, discount_rate: float, weeks: int
) -> Holding:
    """`goods` as held by `members` at their own places of use.

    A perishable is held to no more than members use within its shelf life, as it must be turned over; any good to no
    more than could be drawn over `weeks`.
    """
    rows = candidates(laws.network, members, goods=tuple(goods))
    goods = tuple(good for good in goods if good in set(rows["good"]))
    if not goods:
        raise AskError(f"No member of {members!r} uses any of the goods that were to be held")
    table = laws.network.goods.set_index("good").loc[list(goods)]
    at = pd.MultiIndex.from_frame(laws.points[["good", "place"]]).get_indexer(
        pd.MultiIndex.from_frame(rows[["good", "place"]])
    )
    used = pd.Series(laws.use[at])
    use = used.groupby(rows["good"]).sum()[list(goods)].to_numpy()
    first = [int(at[np.flatnonzero(rows["good"] == good)[0]]) for good in goods]
    price, scale = laws.price[first], laws.scale[first]
    bought = np.full(len(goods), pace.market_share * WEEKS * 1000.0)  # scaled units are thousandths of a week's use
    stated = np.array([(pace.units or {}).get(good, np.inf) for good in goods]) / scale
    life = table["shelf_life_weeks"].to_numpy(dtype=np.float64)
    return Holding(
        goods=goods,
        price=price,
        upkeep=price * np.maximum(table["holding_share_per_year"].to_numpy() - discount_rate, 0.0),
        most=np.fmin(2.0 * weeks * use, life * use),
        pace=np.minimum(bought, stated),
        use=np.asarray(use, dtype=np.float64),
        scale=scale,
        usd=laws.usd,
        rows=rows,
        share=(used / used.groupby(rows["good"]).transform("sum")).to_numpy(),
    )


def year_programs(
    laws: Physics,
    held: Holding,
    scenarios: Sequence[Scenario],
    *,
    weeks: int,
    release: Release,
    periods: Periods | None,
    scope: Scope,
) -> dict[str, LinearProgram]:
    """The year's program for each event, at plain prices; scenarios of one structure share its matrix."""
    programs = {QUIET: _quiet(held)}
    parts: dict[frozenset[str], tuple[Physics, Compiler]] = {}
    shared: dict[int, sparse.csc_matrix] = {}
    calm = Shock.none(laws.network, weeks)
    for scenario in scenarios:
        shock = scenario.on(calm)
        kept = scope.goods(shock)
        if kept not in parts:
            parts[kept] = physics(laws.network.only(kept), usd=laws.usd), Compiler()
        part, compiler = parts[kept]
        own = np.flatnonzero(held.rows["good"].isin(kept))
        standing = stores(part, held.rows.iloc[own], weeks=weeks, release=release)
        case = build_case(part, scenario, weeks=weeks, held=standing, periods=periods, shock=shock)
        block = compiler.compile(case)
        found = _struck(held, _undrawn(block), *_ties(held, block, case, own))
        matrix = shared.setdefault(id(block.program.matrix), found.matrix)
        programs[scenario.name] = replace(found, matrix=matrix)
    return programs


def _undrawn(block: Compiled) -> LinearProgram:
    """The response without a charge on draws: over years, what is drawn is bought again or missed."""
    cost = block.program.cost.copy()
    for name in ("home", "send"):
        cost[block.columns[name][0]] = 0.0
    return replace(block.program, cost=cost)


def _ties(held: Holding, block: Compiled, case: Case, own: Whole) -> tuple[sparse.csc_matrix, sparse.csc_matrix]:
    """What draws take from each good's stock (1), and what a unit of stock adds to the sides of held and rate (2)."""
    good = np.array([held.goods.index(name) for name in held.rows["good"].iloc[own]], dtype=np.int64)
    height, width = block.program.shape
    taken = sparse.lil_matrix((len(held.goods), width))
    for name in ("home", "send"):
        where, shape = block.columns[name]
        columns = np.arange(where.start, where.stop).reshape(shape)
        for store, row in enumerate(columns):
            taken[good[store], row] = 1.0
    given = sparse.lil_matrix((height, len(held.goods)))
    shares = rate_shares(case)
    for store, share in enumerate(held.share[own]):
        given[block.rows["held"].start + store, good[store]] = -share
        if len(shares):
            first = block.rows["rate"].start + store * len(shares)
            given[first : first + len(shares), good[store]] = -share * shares[:, None]
    return taken.tocsc(), given.tocsc()


def _quiet(held: Holding) -> LinearProgram:
    """(1) alone. Columns: in, out, buy."""
    count = len(held.goods)
    one, zero = sparse.identity(count), np.zeros(count)
    return LinearProgram(
        cost=np.concatenate([held.upkeep, zero, held.price]),
        matrix=sparse.hstack([one, -one, one], format="csc"),
        row_lower=zero,
        row_upper=zero,
        column_lower=np.zeros(3 * count),
        column_upper=np.concatenate([held.most, held.most, held.pace]),
    )


def _struck(held: Holding, block: LinearProgram, taken: sparse.csc_matrix, given: sparse.csc_matrix) -> LinearProgram:
    """(1) and (2) round a response program. Columns: in, out, buy, then the response's."""
    quiet = _quiet(held)
    drawn = sparse.hstack([quiet.matrix, -taken])
    answered = sparse.hstack([given, sparse.csc_matrix((given.shape[0], 2 * given.shape[1])), block.matrix])
    return LinearProgram(
        cost=np.concatenate([quiet.cost, block.cost]),
        matrix=sparse.vstack([drawn, answered], format="csc"),
        row_lower=np.concatenate([quiet.row_lower, block.row_lower]),
        row_upper=np.concatenate([quiet.row_upper, block.row_upper]),
        column_lower=np.concatenate([quiet.column_lower, block.column_lower]),
        column_upper=np.concatenate([quiet.column_upper, block.column_upper]),
    )


def years_graph(
    held: Holding,
    programs: Mapping[str, LinearProgram],
    world: World,
    *,
    years: int | None,
    discount: float,
    start: Floats,
) -> Graph:
    """All years: a node for each year and state of the world; for each state alone where they go on for ever."""
    if years is None:
        return Graph(
            states=held.goods, start=start, first=world.start, moves=np.array(world.moves), discount=discount,
            nodes=tuple(_node(held, programs, state, 0, last=False) for state in world.states),
        )  # fmt: skip
    layers = [
        [_node(held, programs, state, year, last=year == years) for state in world.states]
        for year in range(1, years + 1)
    ]
    transitions = [world.start[None, :].tolist()] + [np.array(world.moves).tolist()] * (years - 1)
    return by_stage(
        states=held.goods, start=start.tolist(), layers=layers, transitions=transitions, discount=discount,
        least=-float(held.price @ held.most),
    )  # fmt: skip


def _node(held: Holding, programs: Mapping[str, LinearProgram], state: WorldState, year: int, *, last: bool) -> Node:
    """A year in one state: buying at its prices; what stands after the last year is worth its price."""
    count = len(held.goods)
    chances = {name: chance for name, chance in state.chances.items() if chance > 0}
    chances = {QUIET: max(1.0 - sum(chances.values()), 0.0), **chances}
    outcomes = []
    for event, chance in chances.items():
        cost, most = programs[event].cost.copy(), programs[event].column_upper.copy()
        cost[count : 2 * count] = -held.price if last else 0.0
        cost[2 * count : 3 * count] = state.price_multiple * held.price
        most[2 * count : 3 * count] = 0.0 if last else held.pace  # it would come in too late
        outcomes.append(
            Outcome(
                probability=chance, program=replace(programs[event], cost=cost, column_upper=most),
                arrives=range(count), leaves=range(count, 2 * count), name=event,
            )
        )  # fmt: skip
    return Node(name=f"{year} {state.name}", outcomes=tuple(outcomes))


def network_goods(network: Network, goods: Sequence[str] | None) -> tuple[str, ...]:
    """The goods asked for, or every storable one."""
    return tuple(goods) if goods else tuple(network.goods.loc[network.goods["storable"], "good"])
