"""Published tail means of a few equally likely outcomes.

Atoms: examples of R. T. Rockafellar and S. Uryasev (2002), Conditional value-at-risk for general loss distributions,
Journal of Banking and Finance 26, and of S. Sarykalin, G. Serraino and S. Uryasev (2008), Value-at-risk vs. conditional
value-at-risk in risk management and optimization, INFORMS Tutorials. Costs and rewards: mpisppy/tests/test_cvar.py of
Pyomo/mpi-sppy. Both were reproduced by hand and by the linear program of Rockafellar and Uryasev (2000).
"""

import pytest

from resilience.risk import CVaR, Expectation, measure, quantile

DIE = [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("losses", "alpha", "expected", "edge"),
    [
        (DIE, 2 / 3, 5.5, 4),
        (DIE, 7 / 12, 5.2, 4),  # splits the atom at 4
        ([1, 2, 3, 4], 7 / 8, 4.0, 4),
        (DIE, 1 / 2, 5.0, 3),
        (DIE, 9 / 10, 6.0, 6),
    ],
)
def test_tail_means_and_their_edges_of_atoms(losses, alpha, expected, edge):
    chances = [1 / len(losses)] * len(losses)
    assert quantile(losses, chances, alpha) == edge
    assert measure(CVaR(tail=1 - alpha), losses, chances) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("sign", "expected"), [(1, 36.25), (-1, -13.75)])
def test_tail_means_of_costs_and_of_rewards(sign, expected):
    losses, chances = [sign * value for value in (10, 20, 30, 40)], [0.25] * 4
    assert measure(Expectation(), losses, chances) == pytest.approx(sign * 25, abs=1e-9)
    assert measure(CVaR(tail=1 - 0.6), losses, chances) == pytest.approx(expected, abs=1e-9)
    assert quantile(losses, chances, 0.6) == (30 if sign > 0 else -20)
