"""What years lose with a reserve that is given: exactly, or no less than that where few are solved."""

import pytest
from small_networks import gas

from resilience import Outage, Scenario, size_reserve
from resilience.policy import Reserve
from resilience.sizing.aided import with_reserve
from resilience.sizing.size import unaided
from resilience.sizing.stated import state_sizing

CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}  # of a stop of so many weeks


def test_years_that_a_reserve_hardly_helps_are_not_solved_again_and_cost_no_less_for_it():
    held = Reserve.of(gas(), [{"good": "gas", "place": "A", "owner": "A", "units": 60.0}])
    stops = [
        Scenario(name=f"{weeks} weeks", probability=chance, disruptions=(Outage(weeks=weeks),))
        for weeks, chance in CHANCES.items()
    ]
    stated = state_sizing(gas(), stops, weeks=12)
    without, exact = unaided(stated), with_reserve(stated, held).cost_usd
    assert with_reserve(stated, held, without=without).cost_usd == pytest.approx(exact, rel=1e-9)
    unhelped = 0.5 * 60 + float(stated.terms.probabilities @ without.most) * stated.laws.usd
    for gap in (0.01, 1.0, 10.0, 100.0):
        kept = with_reserve(stated, held, without=without, gap=gap).cost_usd
        assert exact * (1 - 1e-9) <= kept <= min(exact * (1 + gap), unhelped * (1 + 1e-9))
    assert with_reserve(stated, held, without=without, gap=100.0).cost_usd == pytest.approx(unhelped)


def test_the_cost_of_a_sized_reserve_is_that_of_its_sizing():
    scenarios = [Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))]
    sizing = size_reserve(gas(), scenarios, weeks=12)
    told = with_reserve(state_sizing(gas(), scenarios, weeks=12), sizing.reserve)
    assert told.cost_usd == pytest.approx(sizing.objective_usd)
    assert told.lost.tolist() == [answer.objective for answer in told.answers.values()]
