"""What the first unit in an empty store could save at most, by duals made as small as they may be.

Where nothing is held and nothing drawn, duals are not unique: a unit in the store, or passing through its pool, may be
priced at anything from what it would save up to what keeps it from being bought, and interior points end anywhere
between. Prices are lowered here as far as the program's other columns allow:

    pool rows   by the least that any member's receipt still lacks of being worth its place
    held rows   by the least that any draw, at home or through the pool, still lacks of being worth its price

Sides of both rows are zero where nothing is held, so lowered duals prove as much as those they came from.
"""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats
from resilience.sizing.case import Case
from resilience.sizing.extensive import block_worth, held_shares
from resilience.sizing.statement import Compiled


def least_worth(block: Compiled, case: Case, block_dual: Floats, weight: float) -> Floats:
    """`block_worth` of each store if it were empty; `weight` is what a unit of the block's loss adds to the objective.

    A reserve that refills prices its draws by more rows than these: there it is `block_worth`.
    """
    worth = block_worth(block, held_shares(case), block_dual)
    if case.refill or not len(case.stores):
        return worth
    lacking = weight * block.program.cost - block.program.matrix.T @ block_dual
    home, send, receive = (_open(block, lacking, name) for name in ("home", "send", "receive"))
    for pool in np.unique(case.stores.pool[case.stores.pool >= 0]):
        members = np.append(receive[case.stores.receiver_pool == pool], np.full((1, receive.shape[1]), np.inf), axis=0)
        send[case.stores.pool == pool] += np.maximum(members.min(axis=0), 0.0)
    least = np.minimum(home.min(axis=1), send.min(axis=1))
    price = np.maximum(-block_dual[block.rows["held"]], 0.0)
    return np.asarray(worth - np.clip(least, 0.0, price), dtype=np.float64)


def _open(block: Compiled, lacking: Floats, name: str) -> Floats:
    """Of the columns that may be used at all, what each lacks; rows x periods."""
    able = block.block(block.program.column_upper, name) > 0
    return np.where(able, block.block(lacking, name), np.inf)
