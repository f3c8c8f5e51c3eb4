"""Cuts without coefficients that are rounding."""

import numpy as np
import pytest
from scipy import sparse

from resilience.sizing.lshaped.master import Master, Row
from resilience.sizing.lshaped.specks import without_specks
from resilience.solver import LinearProgram, refuse_poor_data


def test_a_cut_without_its_specks_allows_all_that_it_allowed_with_them():
    rng = np.random.default_rng(5)
    width = 6
    sizes = np.where(rng.random((40, width)) < 0.4, 1e-15, 1.0)
    rows = rng.uniform(1.0, 2.0, size=(40, width)) * rng.choice([-1.0, 1.0], size=(40, width)) * sizes
    sides = rng.normal(size=40)
    kept, eased = without_specks(rows, sides, np.full(width, -2.0), np.full(width, 7.0))
    assert (np.abs(kept[kept != 0]) > 1e-12).all()
    assert (kept == 0).sum() > (rows == 0).sum()
    points = rng.uniform(-2.0, 7.0, size=(2000, width))
    allowed = points @ rows.T >= sides
    assert (points @ kept.T >= eased - 1e-15)[allowed].all()


def test_a_master_keeps_no_coefficient_that_would_make_its_answers_doubtful():
    width = 6
    first = LinearProgram(
        cost=np.ones(width),
        matrix=sparse.csc_matrix((0, width)),
        row_lower=np.zeros(0),
        row_upper=np.zeros(0),
        column_lower=np.full(width, -2.0),
        column_upper=np.full(width, 7.0),
    )
    master = Master(first=first, gap=1e-6)
    values = np.array([1.0, 3e-15, 0.5, -2e-14, 0.0, 2.0])
    row = Row(structure=0, position=0, cut=0, columns=np.arange(width), values=values, side=4.0)
    assert master.add([row]) == 1
    program = master.program()
    refuse_poor_data(program)
    assert program.matrix.toarray()[0] == pytest.approx([1.0, 0.0, 0.5, 0.0, 0.0, 2.0], abs=0.0)
    assert program.row_lower[0] == pytest.approx(4.0 - 3e-15 * 7.0 - 2e-14 * 2.0, abs=1e-15)
    answer, bound = master.solve()
    assert bound == pytest.approx(float(np.ones(width) @ answer))
