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
them is not counted, and members save less than `size_reserve` finds, where the whole world's flows give way. Nor does
it take budgets, floors or a weighing of risk: a limit on all together is no coalition's own, and losses are means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from resilience.errors import AskError
from resilience.physics import Floats, Mask, Whole
from resilience.policy import Reserve
from resilience.sharing.needed import FIRST, Needed, needed
from resilience.sharing.owners import COMMON
from resilience.sharing.terms import Terms
from resilience.sizing.stated import Stated
from resilience.solver import LinearProgram, Method, certified_bound, signed, solve

WORTHWHILE = 1e-6  # share of a store's cost by which a unit must save more
CLOSELY = Method(tolerance=1e-9)  # what each row may be missed by adds up over tens of thousands
# As quick as with looser ones. Where answers are many, interior points take their middle and not a corner.
INSIDE = Method(algorithm="ipm", crossover=False, gap=1e-9, tolerance=1e-9)
LARGE = 30_000  # columns past which interior points beat the simplex method from nowhere


@dataclass(frozen=True, kw_only=True, eq=False)
class Reached:
    """What one coalition reaches on its own: yearly cost to its members, and what it holds.

    No reserve and no plan of theirs costs less than `bound_usd`. `loss_usd` is by member, in the order of `members`;
    `held` what stands in each store of the alliance, scaled; `wanted` marks stores in which one unit more would save
    more than it costs by the duals: none where the bound meets the cost.
    """

    members: tuple[str, ...]
    cost_usd: float
    bound_usd: float
    holding_usd: float
    loss_usd: tuple[float, ...]
    reserve: Reserve
    held: Floats
    wanted: Mask
    terms: Terms
    seconds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Alliance:
    """The departures of all members from the market, as one program over all scenarios; what is held comes first.

    `first` and `second` tell whose each column is, `owner` whose each row; `shared` marks draws through the pool.
    `row_scenario` and `column_scenario` number the scenarios; `worth` are the market's duals of the scenarios' rows.
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
    row_scenario: Whole
    column_scenario: Whole
    worth: Floats
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
        return int((self.column_scenario == FIRST).sum())

    @cached_property
    def needed(self) -> Needed:
        """The rows and columns that answers are likely to rest on."""
        return self.needing(np.zeros(self.stores, dtype=bool))

    def needing(self, also: Mask) -> Needed:
        """The same, with some stores beside."""
        return needed(
            self.program, worth=self.worth, row_scenario=self.row_scenario, column_scenario=self.column_scenario,
            also=also,
        )  # fmt: skip

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
        needed: Needed | None = None,
        method: Method | None = None,
    ) -> Reached:
        """What a coalition reaches, holding in common (or, where not `pooled`, each for itself).

        Not pooled, members still trade with one another as they please, but each store serves its own member alone.
        With `held`, that is what stands there already and cannot be changed. Members `refusing` send nothing from
        their stores when a crisis comes, and get nothing from others. Where only what is `needed` is solved, the bound
        tells whether that was enough.
        """
        inside, shut = self.place(coalition), self.place(refusing)
        program, rows, columns = self.of(inside, pooled=pooled)
        least, most = program.column_lower.copy(), program.column_upper.copy()
        most[(self.shared & shut[self.first])[columns]] = 0.0
        if held is not None:
            stood = columns[columns < self.stores]
            least[: len(stood)] = most[: len(stood)] = held[stood]
        program = replace(program, column_lower=least, column_upper=most)
        if needed is None or (held is not None and held[~needed.columns[: self.stores]].any()):
            needed = Needed.whole(self.program)
        part, its_rows, its_columns = needed.cut(program, rows, columns)
        found = solve(part, method or (INSIDE if part.shape[1] > LARGE else CLOSELY))
        x, dual = np.zeros(len(self.first)), needed.dual(its_rows, found.row_dual)
        x[its_columns] = found.x
        bound = certified_bound(program, dual[rows])
        return self.told(inside, x, dual, bound=min(bound, found.objective), seconds=found.seconds)

    def told(self, inside: Mask, x: Floats, dual: Floats, *, bound: float | None = None, seconds: float) -> Reached:
        """A coalition's departure `x` in words; without a `bound` of its own, by what its duals say of it."""
        terms, market = self.terms(dual), float(self.market_usd[inside].sum())
        lost = self.market_usd + self.usd * np.bincount(
            self.first[self.stores :], weights=(self.program.cost * x)[self.stores :], minlength=len(self.members)
        )
        number = int(inside @ (1 << np.arange(len(inside))))
        worth = self.program.matrix[:, : self.stores].T @ dual
        return Reached(
            members=tuple(name for name, is_in in zip(self.members, inside, strict=True) if is_in),
            cost_usd=market + float(self.program.cost @ x) * self.usd,
            bound_usd=terms.of(number) if bound is None else market + bound * self.usd,
            holding_usd=float(self.program.cost[: self.stores] @ x[: self.stores]) * self.usd,
            loss_usd=tuple(lost[inside].tolist()),
            reserve=self.stated.reserve(x[: self.stores]),
            held=x[: self.stores],
            wanted=inside[self.first[: self.stores]] & (worth > self.program.cost[: self.stores] * (1.0 + WORTHWHILE)),
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
        priced = (dual != 0) & (np.arange(len(dual)) >= len(self.turned))
        of_row = np.multiply(dual, sides, out=np.zeros_like(dual), where=priced)
        pair = np.zeros((size, size))
        np.add.at(pair, (np.minimum(self.first, self.second), np.maximum(self.first, self.second)), of_column)
        owned = self.owner >= 0
        of_rows = np.bincount(self.owner[owned], weights=of_row[owned], minlength=size)
        nobodys = of_row[~owned].sum()  # a pool's rows cost nothing; had one a side, whoever is in would bear it once
        own = of_rows + nobodys + np.diag(pair) + dual[: len(self.turned)] @ self.turned
        np.fill_diagonal(pair, 0.0)
        return Terms(own_usd=self.market_usd + own * self.usd, pair_usd=pair * self.usd)
