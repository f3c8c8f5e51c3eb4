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

from resilience.simulate.compiled import claim, claim_lanes, close_week, dispatch, open_week, order, serve, start
from resilience.simulate.drawn import draw
from resilience.simulate.jit import outer
from resilience.simulate.tables import Asked, Block, Net, Out, Rules, State, Vault

SOURCES = ("compiled.py", "drawn.py", "jit.py", "loop.py", "rationed.py", "tables.py")


def fingerprint() -> int:
    """One number for the sources of the compiled step."""
    text = b"".join((Path(__file__).parent / name).read_bytes() for name in SOURCES)
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
                draw(stage, week, net, rules, block, vault, state, out)
                serve(stage, week, net, rules, state, asked, out)
                start(True, stage, week, net, rules, block, state, out)
            close_week(week, net, rules, state, out)

    return run


run = compiled_with(fingerprint())
