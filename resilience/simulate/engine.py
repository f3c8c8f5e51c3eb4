"""Which code runs a block: plain NumPy, or the compiled kernel where it knows the behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from resilience.errors import AskError, MissingExtraError
from resilience.simulate.behaviour import Behaviour
from resilience.simulate.holdings import Holdings
from resilience.simulate.kernel import rules, run_kernel
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
class Kernel:
    """Compiled with numba. Takes the behaviours shipped here; `Fastest` falls back on `Plain` for others."""

    def run(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
        """All weeks in one compiled loop."""
        if rules(behaviour, held) is None:
            raise AskError("The kernel does not know this behaviour: use Plain() or Fastest()", [repr(behaviour)])
        if find_spec("numba") is None:
            raise MissingExtraError("numba", "fast")
        run_kernel(plan, behaviour, held, shocks, records)


@dataclass(frozen=True, kw_only=True)
class Fastest:
    """The kernel where it knows the behaviour and numba is installed, else plain."""

    def run(self, plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
        """As the better of the two."""
        known = rules(behaviour, held) is not None and find_spec("numba") is not None
        (run_kernel if known else run_plain)(plan, behaviour, held, shocks, records)
