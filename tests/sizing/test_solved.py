"""Which way a sizing is answered, and what happens where the first way proves too little."""

import pytest
from ten_goods import outages, ten_goods

from resilience import size_reserve
from resilience.solver import Method


def test_what_one_program_leaves_unproved_is_taken_apart():
    """Interior points that stop at a gap of 30 % prove 4 % here."""
    network, rough = ten_goods(goods=4, places=4), Method(algorithm="ipm", crossover=False, gap=0.3)
    scenarios = outages(network, 6, seed=2)
    close, mended = (size_reserve(network, scenarios, weeks=16, method=method) for method in (None, rough))
    assert close.how.startswith("extensive form")
    assert mended.how.startswith("L-shaped decomposition")
    assert mended.gap <= 1e-4
    assert mended.objective_usd == pytest.approx(close.objective_usd, rel=1e-4)
