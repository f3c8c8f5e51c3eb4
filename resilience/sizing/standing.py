"""The least loss of one scenario on a whole network, from the smallest part of it that proves it.

A part is solved, what it left out is supplied to its plan (`supply`), and goods found wanting are kept from then on:
the repair of the theorem in `scope`. The plan that is supplied is not any best plan but the one *eased* towards starts
that are easy to supply, by weights too small to matter to the loss; how much they matter is in the stated gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from resilience.physics import Floats, Whole
from resilience.sizing.case import Case
from resilience.sizing.compiled import Compiler, column_masks, with_units
from resilience.sizing.scope import closed
from resilience.sizing.statement import Compiled
from resilience.sizing.supply import Link, Supplier, baseline, eased, easing, joined_again, links, scarcity
from resilience.solver import Method, solve

HARMLESS = 1e-6  # of the money of the physics: a ten-billionth of a week of all that is at stake
EASE = 1e-7  # money per scaled unit started above baseline
INNER = Method(algorithm="ipm", crossover=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A plan that stands in the whole network: what it loses, and the goods of the part that found it."""

    goods: frozenset[str]
    loss: float
    x: Floats  # over the whole program's columns

    @property
    def harmless(self) -> bool:
        """Whether it loses nothing, which no reserve can better."""
        return self.loss <= HARMLESS


@dataclass(frozen=True, kw_only=True, eq=False)
class Footing:
    """A whole network on which plans are to stand: its compiler, and the chains of goods of what that has stated."""

    compiler: Compiler
    chains: dict[tuple[object, ...], list[Link]] = field(default_factory=dict)

    def whole(self, case: Case, units: Floats) -> Compiled:
        """The whole program of `case` with `units` held in its stores."""
        return with_units(self.compiler.compile(case), case, units)

    def part(self, case: Case, goods: frozenset[str], units: Floats) -> tuple[Case, Compiled]:
        """The case and program of the part for `goods`, with its share of `units` (of the whole's stores) held."""
        part, cut = self.compiler.part(case, goods)
        return part, with_units(cut, part, units[np.isin(case.stores.rows["good"], list(goods))])

    def supplier(self, case: Case, units: Floats) -> Supplier:
        """Whatever supplies plans in `case`."""
        compiled, key = self.whole(case, units), case.structure()
        if key not in self.chains:
            self.chains[key] = links(case, compiled)
        return Supplier(case=case, compiled=compiled, links=self.chains[key], lacked=scarcity(case))

    def wanting(self, case: Case, units: Floats, goods: frozenset[str], plan: Floats) -> frozenset[str]:
        """The goods to keep beside `goods` because `plan`, of the part that concerns those, lacks them."""
        supplier = self.supplier(case, units)
        _, found = supplier.supplied(goods, plan, _columns(case, supplier.compiled, goods))
        return closed(case.physics.network, found) - goods

    def least_loss(self, case: Case, goods: frozenset[str], units: Floats) -> Standing:
        """The least loss, from the part for `goods`, closed downstream, and all that then proves wanting."""
        supplier, network = self.supplier(case, units), case.physics.network
        everything = frozenset(network.goods["good"])
        while True:
            columns = _columns(case, supplier.compiled, goods)
            plan = self._eased(supplier, goods, units, columns)
            x, wanting = supplier.supplied(goods, plan, columns)
            if not wanting or goods == everything:
                return Standing(goods=goods, loss=float(supplier.compiled.program.cost @ x), x=x)
            goods = closed(network, goods | wanting)

    def _eased(self, supplier: Supplier, goods: frozenset[str], units: Floats, columns: Whole) -> Floats:
        """The best plan of the part for `goods` that is easy to supply."""
        if not goods:
            return np.zeros(0)
        case, compiled = supplier.case, supplier.compiled
        _, cut = self.part(case, goods, units)
        where = cut.columns["start"][0]
        starts = np.arange(where.start, where.stop)
        makers = column_masks(case, goods)["start"]
        base = baseline(case, compiled)[columns][starts]
        weights = easing(case, supplier.lacked)[makers].ravel()
        return joined_again(solve(eased(cut.program, starts, base, weights, EASE), INNER).x, starts)


def _columns(case: Case, compiled: Compiled, goods: frozenset[str]) -> Whole:
    """The whole program's columns that the part for `goods` keeps, in order."""
    masks = column_masks(case, goods)
    kept = [
        np.arange(where.start, where.stop).reshape(shape)[masks[name]].ravel()
        for name, (where, shape) in compiled.columns.items()
    ]
    return np.concatenate(kept)
