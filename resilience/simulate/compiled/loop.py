"""The weeks of a block in one compiled loop, so that a block's state stays in the cache from the first week to
the last.

Only this outermost function is kept on disk between runs. Numba would take what it kept for fresh as long as
this file has the
same date and size, whatever became of the functions it calls (a wheel's files all carry one date); so the kept
code also
bears a fingerprint of all the sources that went into it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from resilience.simulate.compiled.closing import close_week
from resilience.simulate.compiled.handing import hand_over
from resilience.simulate.compiled.jit import outer
from resilience.simulate.compiled.making import start
from resilience.simulate.compiled.moving import dispatch, serve
from resilience.simulate.compiled.opening import claim, claim_lanes, open_week, order
from resilience.simulate.compiled.refilling import refill
from resilience.simulate.compiled.releasing import draw
from resilience.simulate.compiled.tables import Asked, Block, Net, Out, Rules, State, Vault


def fingerprint() -> int:
    """One number for the sources of the compiled step: every file of this folder."""
    text = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")


def compiled_with(mark: int) -> Callable[..., None]:
    """The loop over weeks; `mark` enters the key of what numba keeps on disk, because the loop refers to it."""

    @outer
    def run(
        weeks: int, net: Net, rules: Rules, block: Block, vault: Vault, state: State, asked: Asked, out: Out
    ) -> None:  # fmt: skip
        """Every week, stage by stage."""
        if mark < 0:
            return
        for week in range(weeks):
            open_week(week, net, block, state)
            order(week, net, rules, block, state)
            claim(week, net, rules, block, state)
            claim_lanes(week, net, rules, block, state)
            for stage in range(len(net.stage_start) - 1):
                start(False, stage, week, net, rules, block, state, out)
                dispatch(stage, week, net, rules, block, state, asked, out)
                draw(stage, week, net, rules, block, vault, state, asked, out)
                serve(stage, week, net, rules, state, asked, out)
                if rules.tiered:
                    hand_over(stage, week, net, rules, vault, state, asked, out)
                start(True, stage, week, net, rules, block, state, out)
            if rules.refills:
                refill(week, net, block, vault, state, out)
            close_week(week, net, rules, state, out)

    return run


run = compiled_with(fingerprint())
