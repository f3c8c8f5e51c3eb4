"""The program of each year by itself, and the names of what is written, where not every scenario has a block."""

import pytest
from small_networks import gas

from resilience import Outage, Scenario
from resilience.errors import AskError
from resilience.risk import WorstCase
from resilience.sizing.names import column_names, row_names
from resilience.sizing.single import CALM, singles
from resilience.sizing.stated import state_sizing
from resilience.solver import solve

# On `gas` ten units a week are lost for two weeks, but in every other year nothing is.
YEARS = [
    Scenario(name=f"year {number}", probability=0.01 * (number + 1), disruptions=(Outage(weeks=2, lost=number % 2),))
    for number in range(4)
]
STRUCK = ["year 1", "year 3"]


@pytest.fixture(scope="module")
def stated():
    return state_sizing(gas(), YEARS, weeks=4).only([1, 3])  # as simulation leaves them, where there are many


def test_scenarios_that_lose_nothing_are_calm_years(stated):
    found = list(singles(stated))
    assert [each.scenario for each in found] == [*STRUCK, CALM]
    assert [each.probability for each in found] == pytest.approx([0.02, 0.04, 0.94])


def test_the_mean_of_years_at_one_reserve_is_the_cost_of_the_sizing(stated):
    whole = solve(stated.joined.program)
    held = stated.joined.held(whole.x)
    assert held.sum() > 0
    cost = 0.0
    for each in singles(stated):
        each.program.column_lower[: each.shared] = each.program.column_upper[: each.shared] = held
        cost += each.probability * solve(each.program).objective
    assert cost == pytest.approx(whole.objective)


def test_names_are_those_of_the_scenarios_with_a_block(stated):
    columns, rows = column_names(stated), row_names(stated)
    assert columns.query("block == 'loss'")["of"].tolist() == STRUCK
    assert columns["scenario"].drop_duplicates().tolist() == ["", *STRUCK]
    assert rows["scenario"].drop_duplicates().tolist() == STRUCK  # nothing is asked of the first stage alone
    assert (len(rows), len(columns)) == stated.joined.program.shape


def test_a_measure_that_binds_years_together_has_no_program_a_year():
    with pytest.raises(AskError, match="expected loss"):
        next(singles(state_sizing(gas(), YEARS[:2], weeks=4, risk=WorstCase())))
