"""What behaviour wants held, beside what foresight would hold."""

from dataclasses import dataclass, field

import pytest

from resilience.disruption import Outage
from resilience.errors import AskError
from resilience.network import Network
from resilience.policy import Release, Reserve
from resilience.risk import Expectation
from resilience.scenario import Scenario
from resilience.simulate import simulate
from resilience.sizing.calibrate import beside, calibrate
from resilience.sizing.size import size_reserve

WEEKS = 12
GRID = (0.0, 7.0, 14.0, 28.0)


@pytest.fixture(scope="module")
def loyal() -> Network:
    """C buys ten units a week from each of A and B; either could make twice as much, but C's orders stay where they
    were. Where A stops for four weeks, foresight loses nothing and behaviour forty units.
    """
    return Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [1.0], "holding_share_per_year": [0.1]},
        producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 10.0], "surge": [2.0, 2.0]},
        lanes={"good": ["chip"] * 2, "origin": ["A", "B"], "destination": ["C", "C"]},
        demand={"good": ["chip"], "place": ["C"], "units_per_week": [20.0], "usd_per_unit_unmet": [50.0]},
        blocs={"club": ["C"]},
    )


@pytest.fixture(scope="module")
def stop() -> Scenario:
    return Scenario(name="stop", probability=0.1, disruptions=(Outage(place="A", weeks=4),))


def test_behaviour_wants_held_what_foresight_would_do_without(loyal, stop):
    sized = size_reserve(loyal, [stop], members="club", weeks=WEEKS)
    assert sized.reserve.usd == pytest.approx(0.0, abs=1e-6)
    found = calibrate(loyal, [stop], members="club", start=sized.reserve, weeks=WEEKS, days=GRID)
    assert found.reserve.table()["units"].tolist() == pytest.approx([40.0])
    assert found.without_usd == pytest.approx(0.1 * 40 * 50)
    assert found.start_usd == pytest.approx(found.without_usd)
    assert found.objective_usd == pytest.approx(0.1 * 40 * 1.0 + 0.1 * 40 * 1.0)  # held, and drawn once in ten years
    assert found.holding_usd_per_year == pytest.approx(4.0)


def test_the_search_on_one_good_finds_the_best_of_the_grid(loyal, stop):
    for stake in (0.5, 3.0, 50.0):
        network = loyal.with_table("demand", loyal.demand.assign(usd_per_unit_unmet=stake))
        costs = {}
        for days in GRID:
            held = Reserve.of(network, [{"good": "chip", "place": "C", "owner": "club", "units": days * 20 / 7}])
            loss = simulate(network, stop, weeks=WEEKS, reserve=held).expected_loss_usd
            costs[days] = 0.1 * held.usd + loss
        found = calibrate(network, [stop], members="club", weeks=WEEKS, days=GRID)
        assert found.objective_usd == pytest.approx(min(costs.values()))


def test_a_calibration_never_costs_more_than_its_start_and_keeps_to_the_budget(loyal, stop):
    rows = [{"good": "chip", "place": "C", "owner": "club", "units": 33.0}]
    start = Reserve.of(loyal, rows, release=Release(decision_weeks=1))
    free = calibrate(loyal, [stop], members="club", start=start, weeks=WEEKS, days=GRID)
    assert free.objective_usd <= free.start_usd
    assert free.reserve.release == start.release
    tight = calibrate(loyal, [stop], members="club", weeks=WEEKS, days=GRID, budget_usd=25.0)
    assert tight.reserve.usd == pytest.approx(20.0)
    assert free.objective_usd <= tight.objective_usd <= tight.without_usd
    with pytest.raises(AskError, match="costs 33 USD, more than the budget of 20"):
        calibrate(loyal, [stop], members="club", start=start, weeks=WEEKS, budget_usd=20.0)


def test_every_step_of_the_search_is_told(loyal, stop):
    steps = calibrate(loyal, [stop], members="club", weeks=WEEKS, days=GRID).steps
    assert list(steps.columns) == ["good", "days", "objective_usd"]
    assert set(steps["days"].round(9)) == set(GRID)
    assert steps.loc[steps["objective_usd"].idxmin(), "days"] == pytest.approx(14.0)


@dataclass(frozen=True, kw_only=True)
class Counting(Expectation):
    """The mean, and how often it was asked for."""

    asked: list[int] = field(default_factory=list)

    def mixture(self):
        self.asked.append(1)
        return super().mixture()


def test_no_reserve_is_priced_twice(loyal, stop):
    """Nothing, 20, 40 and 80 units, whichever round or question meets them."""
    risk = Counting()
    calibrate(loyal, [stop], members="club", weeks=WEEKS, days=GRID, risk=risk)
    assert len(risk.asked) == 4


def test_foresight_and_behaviour_stand_side_by_side(loyal, stop):
    sized = size_reserve(loyal, [stop], members="club", weeks=WEEKS)
    held = Reserve.of(loyal, [{"good": "chip", "place": "C", "owner": "club", "units": 40.0}])
    table = beside(loyal, sized.losses, held, [stop], weeks=WEEKS).set_index("scenario").loc["stop"]
    assert table["program_without_usd"] == pytest.approx(0.0, abs=1e-6)
    assert table["simulated_without_usd"] == pytest.approx(2000.0)
    assert table["simulated_usd"] == pytest.approx(40.0)
    assert table["program_usd"] <= table["simulated_usd"]


def test_a_grid_below_zero_is_refused(loyal, stop):
    with pytest.raises(AskError, match="days of cover are 0 or more"):
        calibrate(loyal, [stop], members="club", weeks=WEEKS, days=(-5.0, 10.0))
