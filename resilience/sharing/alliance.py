"""What a coalition of members can reach on its own: the sizing program, seen from where the market leaves them.

In every scenario the market answers without a reserve: the least-loss response of the whole world, as `size_reserve`
knows it. Coalition S then departs from that answer by what is its own to decide, and by nothing else:

    free            what its members make, use, hold, draw and go short of, and the lanes from member to member
    as the market   every lane to or from anybody outside S, and whatever outsiders do

With y a departure from the market's plan, x what is held, and scenarios s of probability p_s,

    cost(S) = loss of S in the market + least  holding @ x + sum_s p_s cost_s @ y_s
              subject to  lower_s <= tie_s @ x + matrix_s @ y_s <= upper_s       rows of members of S and of their pool
                          least_s <= y_s <= most_s,  0 <= x <= most              columns of members of S, lanes within S

Outsiders hold nothing, gain nothing and lose nothing by what S does, so a coalition's cost is its own. To depart by
nothing keeps every row (their sides enclose zero), and so do departures of two coalitions beside one another. Hence

    cost(S + T) <= cost(S) + cost(T)            for S and T that share nobody: pooling never costs more
    sum_k w_k cost(S_k) >= cost(S)              for parts S_k of S and weights that add up to 1 for each member:
                                                the core is never empty, of all members or of any coalition
    cost(S) >= sum of own terms + pair terms    for any duals: `Terms`, one product for all coalitions at once

Reference: G. Owen (1975), On the core of linear production games, Mathematical Programming 9; the second line is the
theorem of Bondareva (1963) and Shapley (1967) on balanced games, the third is weak duality.

When not to use it: to say what the world would gain. Here outsiders are left as they are, so what a reserve does for
them is not counted, and members save less than `size_reserve` finds, where the whole world's flows give way. Nor does it
take budgets, floors or a weighing of risk: a limit on all together is no coalition's own, and losses are means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from resilience.errors import AskError
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, Whole
from resilience.policy import Release, Reserve
from resilience.scenario import Scenario, ScenarioSet
from resilience.sharing.owners import COMMON, OUTSIDE, column_owners, row_owners
from resilience.sharing.terms import Terms
from resilience.sizing.ground import Ground, Use
from resilience.sizing.scope import Scope
from resilience.sizing.size import Stated, state_sizing
from resilience.sizing.without import HARMLESS as NOTHING
from resilience.sizing.without import without_reserve
from resilience.solver import LinearProgram, Method, signed, solve

INSIDE = Method(algorithm="ipm", crossover=False)  # where answers are many it takes their middle, not a corner
HARMLESS = 1e-7  # share of the members' largest loss in any scenario: below it, they lose nothing there
Say = Callable[[str], None]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reached:
    """What one coalition reaches on its own: yearly cost to its members, and what it holds.

    No reserve and no plan of theirs costs less than `bound_usd`. `loss_usd` is by member, in the order of `members`;
    `held` what stands in each store of the alliance, scaled.
    """

    members: tuple[str, ...]
    cost_usd: float
    bound_usd: float
    holding_usd: float
    loss_usd: tuple[float, ...]
    reserve: Reserve
    held: Floats
    terms: Terms
    seconds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Alliance:
    """The departures of all members from the market, as one program over all scenarios; what is held comes first.

    `first` and `second` tell whose each column is, `owner` whose each row; `shared` marks draws through the pool.
    The first rows keep rotation: of the members together (`turned`, a column a member, adds up to the sides) in a
    pool, and, marked `alone`, of each by itself where reserves are earmarked.
    """

    members: tuple[str, ...]
    program: LinearProgram
    first: Whole
    second: Whole
    owner: Whole
    shared: Mask
    alone: Mask
    turned: Floats
    market_usd: Floats  # per member: expected loss a year where nobody holds anything
    stated: Stated

    @property
    def usd(self) -> float:
        """USD in one unit of the program's money."""
        return self.stated.laws.usd

    @cached_property
    def stores(self) -> int:
        """How many columns are stores."""
        return len(self.stated.rows)

    def place(self, coalition: Iterable[str]) -> Mask:
        """Which members are in a coalition."""
        wanted = set(coalition)
        strangers = sorted(wanted - set(self.members))
        if strangers:
            raise AskError("A coalition is made of members", [f"{name!r} is none of {', '.join(self.members)}"
                                                              for name in strangers])  # fmt: skip
        return np.array([name in wanted for name in self.members])

    def of(self, inside: Mask, *, pooled: bool = True) -> tuple[LinearProgram, Whole, Whole]:
        """The program of a coalition, and which rows and columns of the whole it has."""
        columns = inside[self.first] & inside[self.second]
        columns &= pooled | ~self.shared
        rows = (inside[self.owner] | (self.owner == COMMON)) & ~(self.alone if pooled else self._together)
        whole, kept, chosen = self.program, np.flatnonzero(rows), np.flatnonzero(columns)
        upper = whole.row_upper.copy()
        upper[: len(self.turned)] = self.turned @ inside
        part = LinearProgram(
            cost=whole.cost[chosen],
            matrix=sparse.csc_matrix(whole.matrix[:, chosen][kept]),
            row_lower=whole.row_lower[kept],
            row_upper=upper[kept],
            column_lower=whole.column_lower[chosen],
            column_upper=whole.column_upper[chosen],
        )
        return part, kept, chosen

    @cached_property
    def _together(self) -> Mask:
        """The rows of rotation that members keep together."""
        return np.arange(len(self.owner)) < len(self.turned)

    def reached(
        self,
        coalition: Iterable[str],
        *,
        pooled: bool = True,
        held: Floats | None = None,
        refusing: Iterable[str] = (),
        method: Method | None = None,
    ) -> Reached:
        """What a coalition reaches, holding in common (or, where not `pooled`, each for itself).

        Not pooled, members still trade with one another as they please, but each store serves its own member alone.
        With `held`, that is what stands there already and cannot be changed. Members `refusing` send nothing from
        their stores when a crisis comes, and get nothing from others.
        """
        inside, shut = self.place(coalition), self.place(refusing)
        program, rows, columns = self.of(inside, pooled=pooled)
        least, most = program.column_lower.copy(), program.column_upper.copy()
        most[(self.shared & shut[self.first])[columns]] = 0.0
        if held is not None:
            stood = columns[columns < self.stores]
            least[: len(stood)] = most[: len(stood)] = held[stood]
        found = solve(replace(program, column_lower=least, column_upper=most), method)
        x, dual = np.zeros(len(self.first)), np.zeros(len(self.owner))
        x[columns], dual[rows] = found.x, found.row_dual
        return self.told(inside, x, dual, bound=found.bound, seconds=found.seconds)

    def told(self, inside: Mask, x: Floats, dual: Floats, *, bound: float | None = None, seconds: float) -> Reached:
        """A coalition's departure `x` in words; without a `bound` of its own, by what its duals say of it."""
        terms, market = self.terms(dual), float(self.market_usd[inside].sum())
        lost = self.market_usd + self.usd * np.bincount(
            self.first[self.stores :], weights=(self.program.cost * x)[self.stores :], minlength=len(self.members)
        )
        number = int(inside @ (1 << np.arange(len(inside))))
        return Reached(
            members=tuple(name for name, is_in in zip(self.members, inside, strict=True) if is_in),
            cost_usd=market + float(self.program.cost @ x) * self.usd,
            bound_usd=terms.of(number) if bound is None else market + bound * self.usd,
            holding_usd=float(self.program.cost[: self.stores] @ x[: self.stores]) * self.usd,
            loss_usd=tuple(lost[inside].tolist()),
            reserve=self.stated.reserve(x[: self.stores]),
            held=x[: self.stores],
            terms=terms,
            seconds=seconds,
        )

    def terms(self, row_dual: Floats) -> Terms:
        """What any duals of the rows say at least of the cost of every coalition, holding in common."""
        program, size = self.program, len(self.members)
        dual = signed(np.where(self.alone, 0.0, row_dual), program.row_lower, program.row_upper)
        reduced = program.cost - program.matrix.T @ dual
        of_column = np.minimum(reduced * program.column_lower, reduced * program.column_upper)
        sides = np.where(dual > 0, program.row_lower, program.row_upper)
        of_row = np.multiply(dual, sides, out=np.zeros_like(dual), where=(dual != 0) & (self.owner != COMMON))
        pair = np.zeros((size, size))
        np.add.at(pair, (np.minimum(self.first, self.second), np.maximum(self.first, self.second)), of_column)
        owned = self.owner >= 0
        own = np.bincount(self.owner[owned], weights=of_row[owned], minlength=size) + np.diag(pair)
        own = own + dual[: len(self.turned)] @ self.turned
        np.fill_diagonal(pair, 0.0)
        return Terms(own_usd=self.market_usd + own * self.usd, pair_usd=pair * self.usd)


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
    chosen = tuple(sorted({country for who in named for country in network.countries(who)}))
    bloc, network = _with_bloc(network, "+".join(named), chosen)
    stated = state_sizing(
        network, scenarios, weeks=weeks, members=bloc, goods=goods, release=release, periods=periods, scope=scope,
        say=say,
    )  # fmt: skip
    market = without_reserve(stated.cases, stated.blocks, method=method, say=say)
    say("what each coalition could do otherwise")
    live = [number for number, answer in enumerate(market) if answer.objective > NOTHING]
    return _departures(stated.only(live), chosen, [market[number].x for number in live])


def _with_bloc(network: Network, name: str, countries: tuple[str, ...]) -> tuple[str, Network]:
    """The network with these countries as a bloc, and what it is called."""
    if name in network.blocs and set(network.blocs[name]) == set(countries):
        return name, network
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
    lost: Floats  # per member, in the market


def _departures(stated: Stated, members: tuple[str, ...], market: Sequence[Floats]) -> Alliance:
    size = len(members)
    number = {name: n for n, name in enumerate(members)}
    parts = [_part(stated, k, plan, number) for k, plan in enumerate(market)]
    worst = max((float(part.lost.sum()) for part in parts), default=0.0)
    chances = stated.terms.probabilities[stated.terms.blocks].tolist()
    live = [(chance, part) for chance, part in zip(chances, parts, strict=True) if part.lost.sum() > HARMLESS * worst]
    stores = stated.rows["place"].map(stated.network.places.set_index("place")["country"]).map(number).to_numpy(int)
    together, turned = _rotation(stated, members, stores)
    own, limit = _split(together, turned, stores)
    rows = [[sparse.csr_matrix(together), *([None] * len(live))], [sparse.csr_matrix(own), *([None] * len(live))]]
    for n, (_, part) in enumerate(live):
        row: list[Any] = [part.tie, *([None] * len(live))]
        row[n + 1] = part.matrix
        rows.append(row)
    free = np.full(len(turned) + len(own), -np.inf)
    program = LinearProgram(
        cost=np.concatenate([stated.terms.holding, *(chance * part.cost for chance, part in live)]),
        matrix=sparse.csc_matrix(sparse.bmat(rows)) if live else sparse.csc_matrix(np.vstack([together, own])),
        row_lower=np.concatenate([free, *(part.low for _, part in live)]),
        row_upper=np.concatenate([turned.sum(axis=1), limit, *(part.high for _, part in live)]),
        column_lower=np.concatenate([np.zeros(len(stores)), *(part.least for _, part in live)]),
        column_upper=np.concatenate([stated.terms.most, *(part.most for _, part in live)]),
    )
    own_rows = np.argmax(own != 0, axis=1) if len(own) else np.zeros(0, dtype=np.int64)
    owner = [np.full(len(turned), COMMON), stores[own_rows], *(part.owner for _, part in live)]
    height = program.shape[0]
    lost = sum((chance * part.lost for chance, part in live), np.zeros(size))
    return Alliance(
        members=members,
        program=program,
        first=np.concatenate([stores, *(part.first for _, part in live)]),
        second=np.concatenate([stores, *(part.second for _, part in live)]),
        owner=np.concatenate(owner).astype(np.int64),
        shared=np.concatenate([np.zeros(len(stores), dtype=bool), *(part.shared for _, part in live)]),
        alone=(np.arange(height) >= len(turned)) & (np.arange(height) < len(turned) + len(own)),
        turned=turned,
        market_usd=lost * stated.laws.usd,
        stated=stated,
    )


def _part(stated: Stated, k: int, plan: Floats, number: dict[str, int]) -> _Part:
    """Scenario `k` as departures from the market's plan, without what no member decides."""
    case, block, recourse = stated.cases[k], stated.blocks[k], stated.two_stage.recourses[k]
    whole = recourse.program
    owner = case.physics.points["country"].map(number).fillna(OUTSIDE).to_numpy(dtype=np.int64)
    first, second = column_owners(block, case, owner)
    of_row = row_owners(whole.matrix, first, second)
    columns, rows = np.flatnonzero((first >= 0) & (second >= 0)), np.flatnonzero(of_row != OUTSIDE)
    there = whole.matrix @ plan
    shared = np.zeros(whole.shape[1], dtype=bool)
    for name in ("send", "receive"):
        shared[block.columns[name][0]] = True
    held = stated.first.columns["held"][0]
    plan = np.clip(plan, whole.column_lower, whole.column_upper)
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
        lost=np.bincount(first[columns], weights=(whole.cost * plan)[columns], minlength=len(number)),
    )


def _rotation(stated: Stated, members: tuple[str, ...], stores: Whole) -> tuple[Floats, Floats]:
    """For each perishable good that may be held: the stores that count, and what each member's use turns over."""
    ground = Ground(laws=stated.laws, rows=stated.rows, point=_points(stated))
    life = stated.network.goods.set_index("good")["shelf_life_weeks"].dropna()
    goods = [good for good in stated.rows["good"].unique() if good in life.index]
    counted = np.array([stated.rows["good"] == good for good in goods], dtype=np.float64).reshape(-1, len(stores))
    turned = [
        [Use().per_week(ground, good, name) * life[good] / stated.scale[stated.rows["good"] == good][0]
         for name in members]
        for good in goods
    ]  # fmt: skip
    return counted, np.array(turned, dtype=np.float64).reshape(-1, len(members))


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
    return np.array(rows).reshape(-1, len(stores)), np.array(sides, dtype=np.float64)
