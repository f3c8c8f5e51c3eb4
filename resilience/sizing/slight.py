"""What weighs so little, all together, that it need not be looked at one by one."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, Mask


def notable(weighed: Floats, allowed: float) -> Mask:
    """All but the least, those that together come to no more than `allowed`."""
    order = np.argsort(weighed, kind="stable")
    found = np.ones(len(weighed), dtype=bool)
    found[order[np.cumsum(weighed[order]) <= allowed]] = False
    return found
