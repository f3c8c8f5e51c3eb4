"""Cuts as rows of the first stage."""

import numpy as np
from scipy import sparse

from resilience.sizing.lshaped.outline import _without_specks
from resilience.solver import LinearProgram


def test_a_cut_without_its_specks_allows_all_that_it_allowed_with_them():
    rng = np.random.default_rng(5)
    width = 6
    first = LinearProgram(
        cost=np.ones(width),
        matrix=sparse.csc_matrix((0, width)),
        row_lower=np.zeros(0),
        row_upper=np.zeros(0),
        column_lower=np.full(width, -2.0),
        column_upper=np.full(width, 7.0),
    )
    sizes = np.where(rng.random((40, width)) < 0.4, 1e-15, 1.0)
    rows = rng.uniform(1.0, 2.0, size=(40, width)) * rng.choice([-1.0, 1.0], size=(40, width)) * sizes
    sides = rng.normal(size=40)
    kept, eased = _without_specks(rows, sides, first)
    assert (np.abs(kept[kept != 0]) > 1e-12).all()
    assert (kept == 0).sum() > (rows == 0).sum()
    points = rng.uniform(-2.0, 7.0, size=(2000, width))
    allowed = points @ rows.T >= sides
    assert (points @ kept.T >= eased - 1e-15)[allowed].all()
