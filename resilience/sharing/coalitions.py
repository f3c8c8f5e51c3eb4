"""Costs of coalitions asked for one by one, with a floor and a ceiling for those that nobody asked for.

A floor comes from the duals of every coalition solved so far (`Terms`), a ceiling from parts whose costs are known: by
themselves, the parts of a coalition reach what their costs add up to. Where the two meet the cost is known without
being solved; so members who bring nothing double the coalitions, but not those to be solved.

What depends on few coalitions is settled on the floors: wherever the answer rests on a floor, that coalition is solved,
until it rests on none. That is exact: a coalition whose floor objects to nothing has a cost that objects even less.

Programs have the rows and columns that are `needed`, and their bounds are those of the whole program: see `needed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.physics import Floats, Mask, Whole
from resilience.sharing.alliances import INSIDE, Alliance, Reached
from resilience.sharing.core import SidePayments, side_payments
from resilience.sharing.game import FloatArray, Game, coalition_sums
from resilience.sharing.needed import Needed
from resilience.sharing.nucleoli import nucleolus_and_grounds
from resilience.sharing.power import sampled_shapley, shapley
from resilience.sharing.turning import Turning
from resilience.standing import UNLIMITED

MOST = 16  # members of whom floors are kept for every coalition
CLOSE = 1e-7  # share of the largest cost below which two costs are one
TRUSTED = 1e-6  # of what all lose in the market: how far above its bound a cost may lie
SMALL = 0.3  # part of all members up to which a coalition is solved by itself, without the others' columns
BATCH = 6  # coalitions solved before the answer is asked again
Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(kw_only=True, eq=False)
class Coalitions:
    """What is known so far of the coalitions of an alliance; grows as costs are asked for.

    Everybody together, each alone, and all but each are solved first.
    """

    alliance: Alliance
    say: Say = lambda text: None
    found: dict[int, Reached] = field(default_factory=dict)
    marks: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = len(self.alliance.members)
        if size > MOST:
            raise AskError(
                f"{size} members have {2**size:,} coalitions: floors are kept for {MOST} members at most. "
                "Ask `sampled_shapley` with `alliance.reached`, or let small members play as one"
            )
        self.floor: FloatArray = np.zeros(2**size)
        self.ceiling: FloatArray = np.where(np.arange(2**size) == 0, 0.0, np.inf)
        self._rest_on(self.alliance.needed)
        everyone = 2**size - 1
        for number in [everyone, *(1 << place for place in range(size)), *(everyone - (1 << n) for n in range(size))]:
            self.solve(number)

    @property
    def members(self) -> tuple[str, ...]:
        """Who plays."""
        return self.alliance.members

    @property
    def together(self) -> Reached:
        """What all members reach."""
        return self.found[2 ** len(self.members) - 1]

    def cost(self, coalition: Iterable[str]) -> float:
        """A coalition's cost, in USD a year; nothing for nobody."""
        inside = self.alliance.place(coalition)
        return self.at(int(inside @ (1 << np.arange(len(inside)))))

    def at(self, number: int) -> float:
        """The cost of the coalition with this number, in the order of a `Game`; solved where it is not yet known."""
        return float(self.floor[number]) if self.known()[number] else self.solve(number)

    def solve(self, number: int) -> float:
        """The same, solved even where it is known."""
        if number and number not in self.found:
            names = [name for place, name in enumerate(self.members) if number >> place & 1]
            self.say(f"{len(self.found) + 1} coalitions solved: {', '.join(names)}")
            reached = self._reached(number, names)
            self.found[number] = reached
            self.floor = np.maximum(self.floor, reached.terms.table())
            for known, at in self.found.items():
                self.floor[known] = at.cost_usd
            wider = np.flatnonzero(np.arange(len(self.floor)) & number == number)
            self.ceiling[wider] = np.minimum(self.ceiling[wider], reached.cost_usd + self.ceiling[wider - number])
        return self.found[number].cost_usd if number else 0.0

    def otherwise(
        self, coalition: Iterable[str], *, pooled: bool = True, held: Floats | None = None, refusing: Iterable[str] = ()
    ) -> Reached:
        """What a coalition reaches under other terms, as `Alliance.reached` takes them."""
        ask = partial(self.alliance.reached, coalition, pooled=pooled, held=held, refusing=refusing)
        found = ask(needed=self.needed)
        return found if self._proved(found) else ask()

    @property
    def width_usd(self) -> float:
        """How far the cost of a coalition that is known lies above what is proved of it at most, in USD a year."""
        solved = max(found.cost_usd - found.bound_usd for found in self.found.values())
        return max(solved, float((self.ceiling - self.floor)[self.known()].max()))

    def _rest_on(self, needed: Needed) -> None:
        self.needed = needed
        self.turning = Turning(self.alliance, needed)
        self.marks.clear()

    def _proved(self, found: Reached) -> bool:
        return found.cost_usd - found.bound_usd <= TRUSTED * float(self.alliance.market_usd.sum())

    def _reached(self, number: int, names: list[str]) -> Reached:
        """By what is needed; where that does not prove it, from here on with more stores, and at last by everything."""
        found = self._tried(number, names)
        while not (self._proved(found) or self.needed.columns.all()):
            more = self._missed(found)
            self.say(f"{int(more.sum()) or 'all'} stores more are needed")
            kept = self.needed.columns[: self.alliance.stores]
            self._rest_on(
                self.alliance.needing(kept | more) if more.any() else Needed.whole(self.alliance.program)
            )  # fmt: skip
            found = self._tried(number, names)
        return found

    def _missed(self, found: Reached) -> Mask:
        """The stores that are left out and wanted."""
        return found.wanted & ~self.needed.columns[: self.alliance.stores]

    def _tried(self, number: int, names: list[str]) -> Reached:
        """At a corner; where that proves too little though no store was missed, from within.

        At a corner each price may be off by the solver's tolerance. Beside a stock that could grow to hundreds of weeks
        of use that is at times more than a proof may miss, and then it is the answer that is poor, not what is kept.
        """
        found = self._at_corner(number, names)
        if self._proved(found) or self._missed(found).any():
            return found
        return self.alliance.reached(names, needed=self.needed, method=INSIDE)

    def _at_corner(self, number: int, names: list[str]) -> Reached:
        """By itself where few are in, else from the corner of the solved coalition that has fewest members more.

        Now and then such a start wanders; after as many steps as there are rows it is given up.
        """
        if len(names) <= SMALL * len(self.members):
            return self.alliance.reached(names, needed=self.needed)
        wider = [known for known in self.marks if known & number == number]
        self.turning.go(self.alliance.place(names))
        if wider:
            self.turning.back(self.marks[min(wider, key=lambda known: (known.bit_count(), known))])
        if self.turning.solve(most=self.turning.program.shape[0] if wider else UNLIMITED) is None:
            return self.alliance.reached(names, needed=self.needed)
        self.marks[number] = self.turning.mark()
        return self.turning.told()

    def floors(self) -> Game:
        """The game of costs: solved where they are, floors elsewhere."""
        return Game(players=self.members, values=self.floor)

    def known(self) -> Mask:
        """The coalitions whose cost is known: its floor and ceiling are one."""
        return np.asarray(self.ceiling - self.floor <= self.close())

    def close(self) -> float:
        """The difference below which two costs count as one, in USD."""
        return CLOSE * max(float(self.floor.max()), np.finfo(np.float64).tiny)


def settled(coalitions: Coalitions, ask: Callable[[Game], T], rests_on: Callable[[T], Whole]) -> T:
    """`ask` of the floors, again and again, until what the answer `rests_on` has been solved."""
    while True:
        answer = ask(coalitions.floors())
        grounds = rests_on(answer)
        open_ = grounds[~coalitions.known()[grounds]].tolist()
        if not open_:
            return answer
        coalitions.say(f"the answer rests on {len(open_)} coalitions not yet known")
        for number in open_[:BATCH]:
            coalitions.solve(number)


def nucleolus_of_costs(coalitions: Coalitions) -> pd.Series[float]:
    """Each member's share of the cost of all, in USD a year, by the nucleolus.

    What the nucleolus of the floors rests on is solved, until all of that is: `nucleolus_and_grounds` says why the
    others may cost what they will above their floors.
    """

    def asked(costs: Game) -> tuple[pd.Series[float], Whole]:
        return nucleolus_and_grounds(costs.negated())

    return -settled(coalitions, asked, lambda found: found[1])[0]


def least_transfers(coalitions: Coalitions, shares: pd.Series[float]) -> SidePayments:
    """The smallest side payments that leave no coalition a gain from going alone; paid to a member above zero."""
    return settled(coalitions, lambda costs: side_payments(costs.negated(), -shares), lambda found: found.grounds)


def would_leave(coalitions: Coalitions, shares: pd.Series[float], *, most: int = 40) -> tuple[pd.DataFrame, int]:
    """The coalitions that would pay less alone, and how many stay undecided once `most` more were solved.

    Columns coalition, alone_usd, shares_usd, gain_usd, the largest gain first. Coalitions whose floor does not object
    are settled without being solved; the likeliest objectors are solved first.
    """
    paid = coalition_sums(shares.to_numpy())
    for _ in range(most):
        gain = np.where(coalitions.known(), -np.inf, paid - coalitions.floor)
        number = int(np.argmax(gain))
        if gain[number] <= coalitions.close():
            break
        coalitions.solve(number)
    gain = paid - coalitions.floor
    gain[[0, -1]] = 0.0
    objecting = gain > coalitions.close()
    numbers = np.flatnonzero(objecting & coalitions.known()).tolist()
    numbers.sort(key=lambda number: (-gain[number], number))
    game = coalitions.floors()
    undecided = int(objecting.sum()) - len(numbers)
    table = pd.DataFrame(
        {
            "coalition": pd.Series([game.coalition(number) for number in numbers], dtype=object),
            "alone_usd": coalitions.floor[numbers],
            "shares_usd": paid[numbers],
            "gain_usd": gain[numbers],
        }
    )
    return table, undecided


def shapley_of_costs(
    coalitions: Coalitions, *, pairs: int | None = None, rng: np.random.Generator | None = None
) -> pd.DataFrame:
    """Each member's mean addition to the cost over all orders of joining: payoff, low and high, in USD a year.

    Exact without `pairs`: then every cost is made known. With `pairs` of orders drawn by `rng`, only how far costs lie
    above today's floors is sampled, for the Shapley value of the floors is known: intervals are a fraction as wide.
    """
    if pairs is None:
        for number in sorted(range(len(coalitions.floor)), key=int.bit_count):  # parts first: they give ceilings
            coalitions.at(number)
        exact = shapley(coalitions.floors())
        return pd.DataFrame({"payoff": exact, "low": exact, "high": exact})
    base = coalitions.floors()
    above = sampled_shapley(
        coalitions.members,
        lambda names: coalitions.cost(names) - base.worth(names),
        pairs=pairs,
        rng=rng or np.random.default_rng(0),
    )
    return above.add(shapley(base), axis=0)
