import pytest

from resilience.metrics import betweenness


def test_all_chains_of_gas_pass_the_fab(chain):
    # gas A - gas B - chip B - chip C: of the 3 * 2 ordered pairs of other points, 2 pass gas B and 2 pass chip B
    found = betweenness(chain)
    assert found.to_dict() == pytest.approx(
        {("gas", "B"): 2 / 6, ("chip", "B"): 2 / 6, ("gas", "A"): 0.0, ("chip", "C"): 0.0}
    )
