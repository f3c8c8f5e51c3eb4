"""A study as a plain function of keywords."""

from dataclasses import replace

import pytest

from resilience import Study
from resilience.compare import as_function
from resilience.errors import AskError


@pytest.fixture(scope="module")
def function(tiny_kept):
    return as_function(Study.read(tiny_kept))


def test_without_keywords_it_is_the_study_with_nothing_done(function):
    """Gas out for four weeks, ten units a week; chips out for two: 18,000 USD a week, in 0.1 and 0.02 of years."""
    found = function()
    assert set(found) == set(function.outcomes)
    assert found["cost_usd_per_year"] == 0.0
    assert found["loss_usd_per_year"] == pytest.approx(0.1 * 4 * 18_000 + 0.02 * 2 * 18_000)
    assert found["unmet_defence_usd_per_year"] == pytest.approx((0.1 * 4 + 0.02 * 2) * 10_000)


def test_levers_act_and_uncertainties_scale_chances(function):
    held = function(national_days=28.0)
    assert held["cost_usd_per_year"] == pytest.approx(40 * 10 * 0.1)
    assert held["loss_usd_per_year"] < function()["loss_usd_per_year"]
    assert function(chance_of_gas_stops=0.0)["loss_usd_per_year"] == pytest.approx(0.02 * 2 * 18_000)
    assert function.uncertainties == {"chance_of_gas_stops": (0.0, 2.0), "chance_of_chips_stop": (0.0, 2.0)}


def test_levers_are_those_that_the_network_has(function):
    """Gas comes from AAA alone, which is no member: there is no second source, and no member's maker to surge."""
    assert function.levers == {"national_days": (0.0, 365.0)}
    own = replace(function, members=None)
    assert own.levers.keys() == {"national_days", "surge_factor"}
    assert own(surge_factor=2.0)["cost_usd_per_year"] > 0


def test_an_unknown_keyword_is_told_with_the_nearest(function):
    with pytest.raises(AskError, match=r"unknown keyword 'nationl_days'\. Did you mean national_days"):
        function(nationl_days=3.0)


def test_a_value_below_its_range_is_refused_and_not_taken_for_nothing_done(function):
    with pytest.raises(AskError) as caught:
        function(national_days=-3.0, chance_of_gas_stops=float("nan"), chance_of_chips_stop=-1)
    assert caught.value.faults == (
        "national_days is -3.0: it must be 0 or more",
        "chance_of_gas_stops is nan: it must be 0 or more",
        "chance_of_chips_stop is -1: it must be 0 or more",
    )
    assert repr(function).endswith("as a function of national_days, chance_of_gas_stops, chance_of_chips_stop")
