"""What else would do at little more cost, and what marginal values say: by hand, by differences and by search."""

import numpy as np
import pandas as pd
import pytest
from small_networks import gas
from two_stage_programs import random_two_stage

from resilience import Outage, Scenario, size_reserve
from resilience.sizing.lshaped import decompose, outline
from resilience.sizing.ranges import ALL, View, ranges, without_each
from resilience.sizing.size import solve_sizing
from resilience.sizing.solved import solved
from resilience.sizing.stated import state_sizing
from resilience.sizing.twostage import extensive
from resilience.solver import solve

# The gas of test_size: a unit held costs 0.5 a year, drawn 1, and saves 21. Ten a week are lost for k weeks.
CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
OUTAGES = [Scenario(name=f"{k} weeks", probability=p, disruptions=(Outage(weeks=k),)) for k, p in CHANCES.items()]
TWO = [
    Scenario(name=f"{good} {k}", probability=p / 2, disruptions=(Outage(good=good, weeks=k),))
    for good in ("neon", "xenon")
    for k, p in CHANCES.items()
]


def yearly_cost(units):
    drawn = {k: min(10 * k, units) for k in CHANCES}
    return 0.5 * units + sum(p * (drawn[k] + 21 * (10 * k - drawn[k])) for k, p in CHANCES.items())


def test_the_range_ends_where_the_cost_reaches_the_share():
    table = size_reserve(gas(), OUTAGES, weeks=12).ranges.set_index("within")
    best = yearly_cost(60.0)  # below 60 each unit less costs 0.04 * 20 - 0.5 = 0.3 more; above, each unit more 0.3
    for within in (0.01, 0.05):
        room = within * best / 0.3
        assert table.loc[within, "least_units"] == pytest.approx(60.0 - room, rel=1e-5)
        assert table.loc[within, "most_units"] == pytest.approx(60.0 + room, rel=1e-5)
    assert table["exact"].all()


def test_the_ends_of_a_range_cost_what_it_says_with_the_other_good_as_it_was():
    def cost(units):
        drawn = {k: min(10 * k, units) for k in CHANCES}
        return 0.5 * units + sum(p / 2 * (drawn[k] + 21 * (10 * k - drawn[k])) for k, p in CHANCES.items())

    sizing = size_reserve(gas(goods=("neon", "xenon")), TWO, weeks=12)
    assert sizing.ranges["units"].tolist() == pytest.approx([40.0] * 4)
    for row in sizing.ranges.itertuples():
        for end in (row.least_units, row.most_units):
            assert cost(end) + cost(40.0) == pytest.approx((1 + row.within) * sizing.objective_usd, rel=1e-5)


def test_doing_without_a_good_costs_what_sizing_without_it_does():
    network = gas(goods=("neon", "xenon"))
    stated = state_sizing(network, TWO, weeks=12)
    found = solved(stated, [], method=None, gap=1e-6, engine=None, say=lambda text: None)
    table = without_each(found.view, stated.rows, found.held, found.objective, stated.laws.usd).set_index("good")
    for good, other in (("neon", "xenon"), ("xenon", "neon")):
        alone = size_reserve(network, TWO, weeks=12, goods=[other])
        assert table.loc[good, "cost_usd"] == pytest.approx(alone.objective_usd)
    assert table["exact"].all()


@pytest.mark.parametrize("seed", range(4))
def test_an_outline_never_rules_out_what_the_whole_program_allows(seed):
    program = random_two_stage(seed)
    joined = extensive(program).program
    best = solve(joined)
    apart = decompose(program, gap=1e-4)
    rows = pd.DataFrame({"good": ["a", "a", "b", "c"], "place": list("PQPP"), "owner": "club"})
    held, scale = best.x[:4], np.ones(4)
    whole = View(program=joined, held=slice(0, 4), exact=True)
    cuts = View(program=apart.outline, held=slice(0, 4), exact=False)
    duals = {n: np.zeros(len(r.program.row_lower)) for n, r in enumerate(program.recourses)}
    loose = View(program=outline(program, [duals]), held=slice(0, 4), exact=False)
    inner, outer, outmost = (ranges(view, rows, held, scale, best.objective) for view in (whole, cuts, loose))
    for near, far in ((inner, outer), (inner, outmost)):
        assert (far["least_units"] <= near["least_units"] + 1e-6).all()
        assert (far["most_units"] >= near["most_units"] - 1e-6).all()
    exact = without_each(whole, rows, held, best.objective, 1.0).set_index("good")["cost_usd"]
    least = without_each(cuts, rows, held, best.objective, 1.0).set_index("good")["cost_usd"]
    assert (least <= exact[least.index] + 1e-6).all()
    assert (exact >= best.objective - 1e-6).all()


def test_a_wider_share_never_narrows_a_range_and_the_sized_quantity_lies_within():
    table = size_reserve(gas(goods=("neon", "xenon")), TWO, weeks=12).ranges
    assert table["units"].between(table["least_units"], table["most_units"]).all()
    near, far = (table[table["within"] == within].set_index("good") for within in (0.01, 0.05))
    assert (far["least_units"] <= near["least_units"]).all()
    assert (far["most_units"] >= near["most_units"]).all()


def test_the_marginal_value_of_what_is_held_is_the_difference_one_more_unit_makes():
    # A budget of 45 holds 45 units; one more saves 0.04 * 20 + (what weeks five to six are worth) before holding cost.
    sizing = size_reserve(gas(), OUTAGES, weeks=12, budget_usd=45.0)
    saved = sizing.marginal_value["saved_usd_per_unit"].iloc[0]
    less, more = (size_reserve(gas(), OUTAGES, weeks=12, budget_usd=45.0 + step).objective_usd for step in (-1.0, 1.0))
    assert saved == pytest.approx((less - more) / 2 + 0.5)
    assert saved == pytest.approx(0.04 * 20.0)


def test_the_marginal_value_of_what_is_not_held_is_a_ceiling():
    # At 0.5 for a chance of 0.02, neon is not worth holding; xenon is. The first unit of neon would save 0.02 * 20, and
    # duals as small as they may be say just that.
    scenarios = [
        Scenario(name="neon", probability=0.02, disruptions=(Outage(good="neon", weeks=2),)),
        Scenario(name="xenon", probability=0.2, disruptions=(Outage(good="xenon", weeks=2),)),
    ]
    sizing = size_reserve(gas(goods=("neon", "xenon")), scenarios, weeks=12)
    value = sizing.marginal_value.set_index("good")
    assert value.loc["neon", "units"] == 0.0
    assert value.loc["neon", "saved_usd_per_unit"] == pytest.approx(0.02 * 20.0)


def test_ranges_of_a_program_taken_apart_say_that_they_are_outer():
    stated = state_sizing(gas(), OUTAGES, weeks=12)
    apart = decompose(stated.two_stage, gap=1e-6)
    held = stated.first.block(apart.x, "held")
    view = View(program=apart.outline, held=stated.first.columns["held"][0], exact=False)
    table = ranges(view, stated.rows, held, stated.scale, apart.objective)
    exact = solve_sizing(stated).ranges
    assert not table["exact"].any()
    assert (table["least_units"] <= exact["least_units"] + 1e-6).all()
    assert (table["most_units"] >= exact["most_units"] - 1e-6).all()
    assert table["place"].tolist() == [ALL, ALL]
