"""Coalitions answered one after the other in the solver."""

from dear_and_cheap import dear_and_cheap

from resilience.sharing.turning import Turning


def test_a_corner_proves_its_cost_where_little_is_at_stake_in_a_rare_year():
    asked = dear_and_cheap(members=["JPN"])
    turning = Turning(asked, asked.needed)
    turning.solve()
    found = turning.told()
    assert found.cost_usd - found.bound_usd <= 1e-9 * asked.market_usd.sum()
