"""Where the market leaves the members of an alliance, and what is theirs to decide from there.

Each scenario's response program is restated as departures from its answer without a reserve: what nobody among the
members decides is left out, and every side is moved by what the answer uses of it. Sides are then set to enclose zero
exactly, so that rounding in the answer forbids nobody to depart by nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Mask, Whole
from resilience.policy import Release
from resilience.scenario import Scenario, ScenarioSet
from resilience.sharing.alliances import INSIDE, Alliance
from resilience.sharing.needed import FIRST
from resilience.sharing.owners import COMMON, OUTSIDE, column_owners, row_owners
from resilience.sizing.ground import Ground, Use
from resilience.sizing.scope import Scope
from resilience.sizing.stated import Stated, state_sizing
from resilience.sizing.unaided import without_reserve
from resilience.solver import LinearProgram, Method, Solution

HARMLESS = 1e-7  # share of the members' largest loss in any scenario: below it, they lose nothing there
Say = Callable[[str], None]


def alliance(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    members: str | Sequence[str],
    weeks: int = 104,
    goods: Sequence[str] | None = None,
    release: Release | None = None,
    periods: Periods | None = None,
    scope: Scope | None = None,
    method: Method = INSIDE,
    say: Say = lambda text: None,
) -> Alliance:
    """The members' program, at the market's answer to each scenario.

    Parameters
    ----------
    members
        A bloc, or countries and blocs (`("ipef", "TWN")`), which play one by one.
    goods
        Goods that may be held; all storable ones by default.
    method
        How the market's answers are found. Where many are alike the default takes their middle; a corner would hand
        the shortage to whoever stands last.

    Raises
    ------
    AskError
        Naming every member that the network does not know.
    """
    named = [members] if isinstance(members, str) else list(members)
    chosen = tuple(sorted(network.countries(*named)))
    bloc, network = _with_bloc(network, named, chosen)
    stated = state_sizing(
        network, scenarios, weeks=weeks, members=bloc, goods=goods, release=release, periods=periods, scope=scope,
        say=say,
    )  # fmt: skip
    market = without_reserve(stated.cases, stated.blocks, method=method, say=say)
    say("what each coalition could do otherwise")
    struck = stated.only(stated.terms.blocks[market.live].tolist())
    return _departures(struck, chosen, [market.answers[number] for number in market.live])


def _with_bloc(network: Network, named: list[str], countries: tuple[str, ...]) -> tuple[str, Network]:
    """The network with these countries as a bloc, and what it is called."""
    if len(named) == 1 and named[0] in network.blocs:
        return named[0], network
    name = "+".join(named) if len(named) > 1 else f"{named[0]} alone"
    rows = pd.DataFrame({"bloc": name, "country": list(countries)})
    return name, replace(network, frames={**network.frames, "blocs": pd.concat([network.frames["blocs"], rows])})


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """One scenario's rows and columns that belong to members."""

    matrix: sparse.csr_matrix
    tie: sparse.csr_matrix
    cost: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    first: Whole
    second: Whole
    owner: Whole
    shared: Mask
    worth: Floats  # of a unit of each row, in the market
    lost: Floats  # per member, in the market


def _departures(stated: Stated, members: tuple[str, ...], market: Sequence[Solution]) -> Alliance:
    number = {name: n for n, name in enumerate(members)}
    parts = [_part(stated, k, answer, number) for k, answer in enumerate(market)]
    worst = max((float(part.lost.sum()) for part in parts), default=0.0)
    chances = stated.terms.probabilities[stated.terms.blocks].tolist()
    live = [(chance, part) for chance, part in zip(chances, parts, strict=True) if part.lost.sum() > HARMLESS * worst]
    country = stated.rows["place"].map(stated.network.places.set_index("place")["country"])
    stores: Whole = np.asarray(country.map(number), dtype=np.int64)
    together, turned = _rotation(stated, members, stores)
    own, limit = _split(together, turned, stores)
    free = np.full(len(turned) + len(own), -np.inf)
    program = LinearProgram(
        cost=np.concatenate([stated.terms.holding, *(chance * part.cost for chance, part in live)]),
        matrix=_joined(np.vstack([together, own]), [part for _, part in live]),
        row_lower=np.concatenate([free, *(part.low for _, part in live)]),
        row_upper=np.concatenate([turned.sum(axis=1), limit, *(part.high for _, part in live)]),
        column_lower=np.concatenate([np.zeros(len(stores)), *(part.least for _, part in live)]),
        column_upper=np.concatenate([stated.terms.most, *(part.most for _, part in live)]),
    )
    own_rows = np.argmax(own != 0, axis=1) if len(own) else np.zeros(0, dtype=np.int64)
    owner = [np.full(len(turned), COMMON), stores[own_rows], *(part.owner for _, part in live)]
    height = program.shape[0]
    lost = np.sum([np.zeros(len(members)), *(chance * part.lost for chance, part in live)], axis=0)
    return Alliance(
        members=members,
        program=program,
        first=np.concatenate([stores, *(part.first for _, part in live)]),
        second=np.concatenate([stores, *(part.second for _, part in live)]),
        owner=np.concatenate(owner).astype(np.int64),
        shared=np.concatenate([np.zeros(len(stores), dtype=bool), *(part.shared for _, part in live)]),
        alone=(np.arange(height) >= len(turned)) & (np.arange(height) < len(turned) + len(own)),
        row_scenario=np.repeat(np.arange(FIRST, len(live)), [len(free), *(len(part.low) for _, part in live)]),
        column_scenario=np.repeat(np.arange(FIRST, len(live)), [len(stores), *(len(part.cost) for _, part in live)]),
        worth=np.concatenate([np.zeros(len(free)), *(chance * part.worth for chance, part in live)]),
        turned=turned,
        market_usd=lost * stated.laws.usd,
        stated=stated,
    )


def _joined(first: Floats, parts: Sequence[_Part]) -> sparse.csc_matrix:
    """The first stage's rows, then each scenario's in columns of its own."""
    none: list[Any] = [None] * len(parts)
    rows = [[sparse.csr_matrix(first), *none]]
    for n, part in enumerate(parts):
        rows.append([part.tie, *none[:n], part.matrix, *none[n + 1 :]])
    return sparse.csc_matrix(sparse.bmat(rows))


def _part(stated: Stated, k: int, market: Solution, number: dict[str, int]) -> _Part:
    """Scenario `k` as departures from the market's plan, without what no member decides."""
    case, block, recourse = stated.cases[k], stated.blocks[k], stated.two_stage.recourses[k]
    whole = recourse.program
    owner: Whole = np.asarray(case.physics.points["country"].map(number).fillna(OUTSIDE), dtype=np.int64)
    first, second = column_owners(block, case, owner)
    of_row = row_owners(whole.matrix, first, second)
    columns, rows = np.flatnonzero((first >= 0) & (second >= 0)), np.flatnonzero(of_row != OUTSIDE)
    shared = np.zeros(whole.shape[1], dtype=bool)
    for name in ("send", "receive"):
        shared[block.columns[name][0]] = True
    held = stated.first.columns["held"][0]
    plan = np.clip(market.x, whole.column_lower, whole.column_upper)
    there = whole.matrix @ plan
    return _Part(
        matrix=sparse.csr_matrix(whole.matrix[:, columns])[rows],
        tie=sparse.csr_matrix(recourse.tie[:, held])[rows],
        cost=whole.cost[columns],
        low=np.minimum(whole.row_lower - there, 0.0)[rows],
        high=np.maximum(whole.row_upper - there, 0.0)[rows],
        least=(whole.column_lower - plan)[columns],
        most=(whole.column_upper - plan)[columns],
        first=first[columns],
        second=second[columns],
        owner=of_row[rows],
        shared=shared[columns],
        worth=market.row_dual[rows],
        lost=np.bincount(first[columns], weights=(whole.cost * plan)[columns], minlength=len(number)).astype(
            np.float64
        ),
    )


def _rotation(stated: Stated, members: tuple[str, ...], stores: Whole) -> tuple[Floats, Floats]:
    """For each perishable good that may be held: the stores that count, and what each member's use turns over."""
    ground = Ground(laws=stated.laws, rows=stated.rows, point=_points(stated))
    life = stated.network.goods.set_index("good")["shelf_life_weeks"].dropna()
    goods = [good for good in stated.rows["good"].unique() if good in life.index]
    counted = np.array([stated.rows["good"] == good for good in goods], dtype=np.float64).reshape(
        len(goods), len(stores)
    )
    turned = [
        [Use().per_week(ground, good, name) * life[good] / stated.scale[stated.rows["good"] == good][0]
         for name in members]
        for good in goods
    ]  # fmt: skip
    return counted, np.array(turned, dtype=np.float64).reshape(len(goods), len(members))


def _points(stated: Stated) -> Whole:
    points = pd.MultiIndex.from_frame(stated.laws.points[["good", "place"]])
    return points.get_indexer(pd.MultiIndex.from_frame(stated.rows[["good", "place"]])).astype(np.int64)


def _split(together: Floats, turned: Floats, stores: Whole) -> tuple[Floats, Floats]:
    """Rotation of each member by itself: a row for each perishable good and member that could hold it."""
    rows, sides = [], []
    for counted, of_member in zip(together, turned, strict=True):
        for member in np.unique(stores[counted > 0]):
            rows.append(counted * (stores == member))
            sides.append(of_member[member])
    return np.array(rows).reshape(len(rows), len(stores)), np.array(sides, dtype=np.float64)
