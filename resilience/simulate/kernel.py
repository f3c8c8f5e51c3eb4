"""The door to the compiled step: what a network, a behaviour and a block of shocks become is run and read back."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from resilience.simulate.alone import alone
from resilience.simulate.behaviour import Behaviour
from resilience.simulate.compiled.tables import Asked, Block, Out
from resilience.simulate.handed.alike import alike
from resilience.simulate.handed.net import net_of
from resilience.simulate.handed.state import state_of
from resilience.simulate.holdings import Holdings
from resilience.simulate.layout import Layout
from resilience.simulate.numbered import rules, vault
from resilience.simulate.records import Records
from resilience.simulate.shocks import Shocks
from resilience.substitution import none_of


def run_kernel(plan: Layout, behaviour: Behaviour, held: Holdings, shocks: Shocks, records: Records) -> None:
    """As `run_plain`, compiled. The behaviour must be one that `rules` knows.

    To compile takes most of a minute: of several processes that need it at once, one does and the others wait.
    """
    from resilience.simulate.compiled import loop  # compiles, or reads what an earlier run compiled

    chosen = rules(behaviour, held)
    assert chosen is not None
    swaps = plan.physics.swaps if chosen.replaces else none_of(plan.physics.swaps)
    net, stores = alike(net_of(plan, behaviour, held, swaps)), alike(vault(plan, held, shocks.scenarios))
    state = state_of(plan, held, shocks, chosen, swaps)
    widest = int(max(np.diff(net.out_start).max(initial=0) + 1, np.diff(net.claim_start).max(initial=0)))
    asked = Asked(
        amount=np.zeros((widest, shocks.scenarios)),
        usual=np.zeros(widest),
        rank=np.zeros(widest, dtype=np.int64),
        sated=np.zeros(widest, dtype=np.bool_),
    )
    ready = bool(loop.run.signatures)  # type: ignore[attr-defined]
    with nullcontext() if ready else alone(Path(loop.run.stats.cache_path)):  # type: ignore[attr-defined]
        loop.run(shocks.weeks, net, chosen, alike(_block(shocks)), stores, state, asked, _out(records))
    position = plan.physics.position[:, None]
    records.missing[:] = np.maximum(position - state.stock - state.onway, 0.0)
    records.drawn[:] = state.drawn


def compiled_before() -> bool:
    """Whether the step need not be compiled: this process did, or found what an earlier one left on the disk."""
    from resilience.simulate.compiled import loop

    run: Any = loop.run
    return bool(run.signatures) or any(Path(run.stats.cache_path).glob("loop.*run-*.nbi"))


def _block(shocks: Shocks) -> Block:
    found: dict[str, Any] = {}
    for name in ("left", "open", "added", "wanted", "lost", "hoarded"):
        change = getattr(shocks, name)
        found |= {f"{name}_slot": change.slot, name: change.values}
    return Block(weeks=shocks.weeks, onset=shocks.onset, **found)


def _out(records: Records) -> Out:
    none = np.zeros((0, 0, 0))
    full = records.full
    return Out(
        full=full is not None,
        short=records.short,
        flow=none if full is None else full.flow,
        start=none if full is None else full.start,
        plan=none if full is None else full.plan,
        used=none if full is None else full.used,
        supplied=none if full is None else full.supplied,
        health=none if full is None else full.health,
        stock=none if full is None else full.stock,
        making=none if full is None else full.making,
        late=none if full is None else full.late,
        waiting=none if full is None else full.waiting,
        replaced=none if full is None else full.replaced,
        home=none if records.home is None else records.home,
        send=none if records.send is None else records.send,
        receive=none if records.receive is None else records.receive,
        refill=none if records.refill is None else records.refill,
    )
