"""Which code runs a block: plain NumPy, or the compiled kernel where it knows the behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from resilience.simulate.behaviour import Behaviour
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout
from resilience.simulate.plain import run_plain
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks


class Engine(Protocol):
    """Anything that runs a block of scenarios."""

    def run(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
        """Write what happens into `records`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Plain:
    """NumPy only: the oracle. Takes any behaviour."""

    def run(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
        """Week by week in NumPy."""
        run_plain(plan, behaviour, held, shocks, records)


@dataclass(frozen=True, kw_only=True)
class Fastest:
    """The kernel where it can, else plain."""

    def run(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
        """As the better of the two."""
        run_plain(plan, behaviour, held, shocks, records)
