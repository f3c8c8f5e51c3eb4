"""Whether a ranking stands: ratings, flips by hand, Sobol indices against SciPy, what measuring is worth."""

import numpy as np
import pytest
from scipy.stats import sobol_indices
from two_suppliers import YEARS, fragile, two_suppliers, uncertain

from resilience import ExportControl, Outage, RouteClosure, Scenario, ScenarioSet, compare
from resilience.compare import (
    Data,
    NationalReserves,
    Policy,
    Ratings,
    at_levels,
    data_flips,
    factors,
    flips,
    indices,
    sensitivity,
    stability,
)
from resilience.compare.stability import begins_in
from resilience.errors import AskError

NATIONAL = NationalReserves(days=28, goods=("gas",), members="club")
POLICIES = (Policy(name="nothing"), Policy(name="four weeks", actions=(NATIONAL,)))


@pytest.fixture(scope="module")
def found():
    """Nothing: 0 and 0.1 x 600 + 0.2 x 50 = 70 in all. Four weeks: 80 and 0.1 x 120 + 0.2 x 10 = 94 in all."""
    return compare(two_suppliers(), POLICIES, YEARS, weeks=12)


def test_flips_are_those_worked_by_hand(found):
    """The gap is 24: a stop more likely by 24 / 480, a reserve cheaper by 24, losses larger by 24 / 56."""
    rows = flips(found).set_index("assumption")
    assert rows["flips_at"].to_dict() == pytest.approx(
        {"chance of stop": 0.15, "chance of blip": 0.8, "cost of four weeks": 56.0, "all losses": 80 / 56}
    )
    assert set(rows["to"]) == {"four weeks"}
    assert set(rows.index[:2]) == {"cost of four weeks", "all losses"}  # by 0.7 and by 1 / 0.7: the nearest


def test_at_a_flip_the_two_policies_break_even(found):
    row = flips(found).set_index("assumption").loc["chance of stop"]
    moved = found.under(np.array([row["flips_at"], 0.2]))
    assert moved.total_usd[0] == pytest.approx(moved.total_usd[1])


def test_a_chance_cannot_flip_a_ranking_by_passing_what_the_undisturbed_year_has(found):
    crowded = found.under(np.array([0.1, 0.85]))  # four weeks is dearer by less: 0.05 of room is not enough
    assert "chance of stop" in set(flips(crowded)["assumption"])
    full = found.under(np.array([0.01, 0.99]))
    assert not {"chance of stop", "chance of blip"} & set(flips(full)["assumption"])


def test_causes_gather_the_scenarios_they_stand_behind(found):
    rows = flips(found, causes={"stop": ("AAA",), "blip": ("AAA",)}).set_index("assumption")
    assert rows.loc["chance of AAA", "factor"] == pytest.approx(1 + 24 / 56)


def test_ratings_scale_the_odds_of_what_begins_in_a_country(found):
    network = two_suppliers()
    grim = Ratings(name="grim", factors={"AAA": 2.0})
    chances = grim.chances(network, YEARS)
    assert chances == pytest.approx(np.array([0.2, 0.2]) / 1.1)
    table = stability(found, {"grim": found.under(chances)})
    assert table["under"].tolist() == ["as stated", "grim"]
    assert table["best"].tolist() == ["nothing", "four weeks"]
    assert table["agreement"].tolist() == [1.0, -1.0]
    with pytest.raises(AskError, match=r"unknown country 'AAB'\. Did you mean AAA"):
        Ratings(name="wrong", factors={"AAB": 2.0}).chances(network, YEARS)
    with pytest.raises(AskError, match="-1"):
        Ratings(name="wrong", factors={"AAA": -1})


def test_a_scenario_begins_where_its_disruptions_name_a_country_and_takes_the_worst():
    network = two_suppliers()
    both = Scenario(
        name="both",
        probability=0.1,
        disruptions=(ExportControl(exporter="AAA", importer="CCC"), Outage(bloc="wide"), RouteClosure(route="strait")),
    )
    assert begins_in(network, both) == {"AAA", "BBB", "CCC"}
    odds = Ratings(name="mixed", factors={"AAA": 0.5, "BBB": 3.0}).chances(network, ScenarioSet(scenarios=(both,)))
    assert odds == pytest.approx([0.3 / 1.2])


def test_indices_are_those_of_scipy_on_a_function_with_known_ones():
    """Ishigami's function, a = 7, b = 0.1: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    plan = indices.design(3, 1024, seed=1)
    x = np.pi * (2 * plan.points - 1)
    values = (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]
    first, total = indices.sobol(values, 3)
    assert first[:, 0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.04)
    assert total[:, 0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)
    parts = values.reshape(5, 1, 1024)
    theirs = sobol_indices(func={"f_A": parts[0], "f_B": parts[1], "f_AB": parts[2:]}, n=1024)
    assert first[:, 0] == pytest.approx(theirs.first_order.ravel())
    assert total[:, 0] == pytest.approx(theirs.total_order.ravel())
    low, high = indices.bootstrapped(values, 3, replicates=200, level=0.95, rng=np.random.default_rng(1))
    assert (low[0, :2, 0] < [0.3139, 0.4424]).all()
    assert (high[0, :2, 0] > [0.3139, 0.4424]).all()


def test_indices_without_some_points_rest_on_the_others():
    """A row that lacks a point in every part is as if it were not there; one that lacks one input's costs that."""
    plan = indices.design(2, 64, seed=1)
    values = (plan.points[:, 0] + plan.points[:, 1] ** 2)[:, None]
    parts = values.reshape(4, 64, 1).copy()
    parts[:, ::4] = np.nan
    kept = np.arange(64)[np.arange(64) % 4 != 0]
    for ours, theirs in zip(indices.sobol(parts.reshape(-1, 1), 2), indices.sobol(values, 2, rows=kept), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert indices.known(parts.reshape(-1, 1), 2).tolist() == [0.75, 0.75]
    lost = values.copy()
    lost[2 * 64 + 5] = np.nan  # of A with the first input of B
    assert indices.known(lost, 2).tolist() == [63 / 64, 1.0]
    np.testing.assert_array_equal(indices.sobol(lost, 2)[1][1], indices.sobol(values, 2)[1][1])
    low, high = indices.bootstrapped(parts.reshape(-1, 1), 2, replicates=50, level=0.9, rng=np.random.default_rng(1))
    assert np.isfinite([low, high]).all()


def test_where_too_few_points_remain_nothing_is_told_of_shares():
    data = Data(network=fragile(40), policies=POLICIES, scenarios=YEARS, weeks=12)
    found = sensitivity(data, factors=["producers_output_per_week_estimated"], points=2, replicates=50)
    assert "Too few points of the design remain" in found.refused
    assert found.refused in repr(found)
    assert found.indices.empty
    assert found.worth_measuring().empty
    turned = data_flips(data)
    assert turned.failures["point"].tolist() == ["producers_output_per_week_estimated, 100% of the way to its high end"]
    assert set(turned.table["factor"]) == {
        factor.name for factor in factors(uncertain())
    }  # both flip; the third cannot


def test_factors_move_their_figures_within_their_ranges_and_no_others():
    network = uncertain()
    names = [factor.name for factor in factors(network)]
    assert names == ["demand_usd_per_unit_unmet_assumed", "goods_holding_share_per_year_estimated"]
    high = at_levels(network, {names[0]: 1.0})
    assert high.demand["usd_per_unit_unmet"].tolist() == [15.0]
    assert high.goods["holding_share_per_year"].tolist() == network.goods["holding_share_per_year"].tolist()
    middle = at_levels(network, dict.fromkeys(names, 0.5))
    assert middle.demand["usd_per_unit_unmet"].tolist() == [pytest.approx(10.0)]
    with pytest.raises(AskError, match="unknown factor"):
        at_levels(network, {"demand": 0.5})
    with pytest.raises(AskError, match="no figures with a range"):
        factors(two_suppliers())


def test_sensitivity_tells_what_decides_and_what_to_measure():
    """Four weeks save 7 v - 14 - 160 h: v is the value of a chip, h what holding costs, and both are triangular."""
    data = Data(network=uncertain(), policies=POLICIES, scenarios=YEARS, weeks=12)
    found = sensitivity(data, points=16, replicates=200)
    of_value = 7.0**2 * _triangular_variance(5.0, 10.0, 15.0)
    of_holding = 160.0**2 * _triangular_variance(0.05, 0.5, 1.0)
    rows = found.indices.set_index("factor")
    whole = of_value + of_holding
    assert rows.loc["demand_usd_per_unit_unmet_assumed", "total"] == pytest.approx(of_value / whole, abs=0.05)
    assert rows.loc["goods_holding_share_per_year_estimated", "total"] == pytest.approx(of_holding / whole, abs=0.15)
    assert (rows["total_low"] <= rows["total"]).all()
    worth = found.worth.set_index("factor")["worth_usd_per_year"]
    assert worth["goods_holding_share_per_year_estimated"] > worth["demand_usd_per_unit_unmet_assumed"]
    assert set(found.worth_measuring()["confidence"]) <= {"assumed"}


def test_what_an_idle_input_is_worth_by_chance_is_not_taken_for_worth():
    """One of two inputs decides which policy is best; a cubic on 32 points finds something in the other too."""
    rng = np.random.default_rng(5)
    levels = rng.random((32, 2))
    totals = np.column_stack([levels[:, 0], 1.0 - levels[:, 0]])
    decides, idle = (indices.worth_knowing(column, totals) for column in levels.T)
    by_chance = indices.worth_by_chance(levels[:, 1], totals, level=0.95, rng=rng)
    assert 0.0 < idle < by_chance < decides
    assert decides == pytest.approx(0.25, abs=0.05)


def _triangular_variance(low, mode, high):
    return (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18


def test_data_flips_say_how_far_towards_which_end():
    """Breaks even where 160 h = 56 with v = 10, at h = 0.35: a third of the way from 0.5 down to 0.05."""
    data = Data(network=uncertain(), policies=POLICIES, scenarios=YEARS, weeks=12)
    found = data_flips(data, factors=["goods_holding_share_per_year_estimated"])
    (row,) = found.table.itertuples()
    assert found.failures.empty
    assert (row.end, row.to) == ("low", "four weeks")
    assert row.share == pytest.approx(1 / 3, abs=1 / 60)
