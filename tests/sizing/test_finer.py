"""What coarse periods hide, told by answering week by week."""

import pytest
from small_networks import one_good

from resilience import Outage, Scenario, best_response
from resilience.periods import Coarsening
from resilience.sizing.finer import in_finer_periods
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing

YEARS = [
    Scenario(name=f"{weeks} weeks", probability=chance, disruptions=(Outage(weeks=weeks),))
    for weeks, chance in ((2, 0.02), (6, 0.03), (3, 0.01), (9, 0.01))
]


def test_the_gravest_scenarios_are_answered_week_by_week_with_the_same_reserve():
    network = one_good(surge=1.5, stock_weeks=1.0)
    stated = state_sizing(network, YEARS, weeks=24, periods=Coarsening(steps=((1, 4), (1, 8))))
    sizing = solve_sizing(stated)
    found = in_finer_periods(stated, sizing, scenarios=2).set_index("scenario")
    assert set(found.index) <= {"6 weeks", "9 weeks"}
    losses = sizing.losses.set_index("scenario")
    for name, row in found.iterrows():
        year = next(year for year in YEARS if year.name == name)
        weekly = best_response(network, year, weeks=24, reserve=sizing.reserve).loss_usd
        assert row["finer_usd"] == pytest.approx(weekly, rel=1e-6, abs=1e-3)
        assert row["loss_usd"] == pytest.approx(losses.loc[name, "loss_usd"])
    weighed = losses["probability"] * losses["loss_usd"]
    assert found["share"].sum() == pytest.approx(weighed[found.index].sum() / weighed.sum())


def test_in_the_same_periods_nothing_is_hidden():
    network = one_good(surge=1.5, stock_weeks=1.0)
    stated = state_sizing(network, YEARS, weeks=16)
    found = in_finer_periods(stated, solve_sizing(stated))
    assert len(found) == 3
    assert found["finer_usd"].to_numpy() == pytest.approx(found["loss_usd"].to_numpy(), rel=1e-6, abs=1e-3)
