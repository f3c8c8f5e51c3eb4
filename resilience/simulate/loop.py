"""The weeks of a block in one compiled loop, so that a block's state stays in the cache from the first week to the last."""

from __future__ import annotations

from numba import njit

from resilience.simulate.compiled import claim, claim_lanes, close_week, dispatch, open_week, order, serve, start
from resilience.simulate.drawn import draw
from resilience.simulate.tables import Asked, Block, Net, Out, Rules, State, Vault


@njit(cache=True, error_model="numpy", nogil=True)
def run(
    weeks: int, net: Net, rules: Rules, block: Block, vault: Vault, state: State, asked: Asked, out: Out
) -> None:  # fmt: skip
    """Every week, stage by stage."""
    for week in range(weeks):
        open_week(week, net, block, state)
        order(week, net, rules, block, state)
        claim(week, net, block, state)
        claim_lanes(week, net, rules, block, state)
        for stage in range(len(net.stage_start) - 1):
            start(net.early_row[net.early_start[stage] : net.early_start[stage + 1]], week, net, rules, block, state, out)
            dispatch(stage, week, net, rules, block, state, asked, out)
            draw(stage, week, net, rules, block, vault, state, out)
            serve(stage, week, net, rules, state, asked, out)
            start(net.late_row[net.late_start[stage] : net.late_start[stage + 1]], week, net, rules, block, state, out)
        close_week(week, net, rules, state, out)
