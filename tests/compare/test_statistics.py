"""What losses say together, against the measures of `risk` and by hand."""

import numpy as np
import pytest

from resilience.compare import statistics
from resilience.risk import CVaR, Expectation, TotalVariation, WorstCase, measure


@pytest.mark.parametrize(
    "risk", [Expectation(), CVaR(tail=0.05), CVaR(tail=0.3, weight=0.4), WorstCase(), TotalVariation(radius=0.1)]
)
def test_replicates_are_weighed_as_risk_weighs_years(risk):
    rng = np.random.default_rng(2)
    losses, chances = rng.exponential(10.0, (3, 9)), rng.dirichlet(np.ones(10), 150)[:, :9]
    wanted = [[measure(risk, loss, row) for loss in losses] for row in chances]
    assert statistics.replicated(risk, losses, chances) == pytest.approx(np.array(wanted))


def test_common_years_cancel_what_years_have_by_chance():
    """Policies that lose X and X + 1 differ by 1 in every replicate, however wide X is spread."""
    rng = np.random.default_rng(2)
    loss = rng.exponential(100.0, 50)
    totals = statistics.replicated(Expectation(), np.array([loss, loss + 1]), rng.dirichlet(np.ones(50), 200))
    low, high = statistics.intervals(totals[:, [1]] - totals[:, [0]], 0.95)
    assert (low[0], high[0]) == (pytest.approx(1.0), pytest.approx(1.0))
    assert totals[:, 0].std() > 5


def test_regret_is_what_the_best_in_each_case_would_have_saved():
    totals = np.array([[1.0, 3.0], [5.0, 3.0]])
    assert statistics.expected_regret(totals).tolist() == [1.0, 1.0]
    costs, losses = np.array([0.0, 4.0]), np.array([[10.0, 1.0], [2.0, 1.0]])
    assert statistics.largest_regret(costs, losses).tolist() == [4.0, 4.0]


def test_the_frontier_leaves_out_what_another_policy_beats_in_both():
    costs, losses = np.array([0.0, 1.0, 1.0, 2.0, 3.0]), np.array([9.0, 5.0, 5.0, 6.0, 1.0])
    assert statistics.on_frontier(costs, losses).tolist() == [True, True, True, False, True]
