import math

import pandas as pd
import pytest

from resilience.errors import AskError
from resilience.metrics import days_of_cover, recovery_gaps, time_to_survive


def test_pipeline_stock_and_cycle_time_add_up_along_the_chain(chain):
    # gas from A: 2 weeks at sea; then 60 % is missing and 6 weeks of stock last 10; 3 in the fab, 2 at sea;
    # then 60 % of chips is missing and 1 week of stock lasts 1 / 0.6
    assert time_to_survive(chain, "gas", "A") == pytest.approx(2 + 10 + 3 + 2 + 1 / 0.6)
    # gas from B: no way to go, 40 % missing: 15 weeks; 3 + 2; 1 / 0.4
    assert time_to_survive(chain, "gas", "B") == pytest.approx(15 + 3 + 2 + 2.5)
    assert time_to_survive(chain, "chip", "B") == 3 + 2 + 1  # its work in process still comes out


def test_stock_shared_by_gaps_that_open_one_after_the_other(rivals):
    late = rivals.lanes.assign(transit_weeks=[1, 3, 0, 0]).drop(columns=["limit_factor"])
    network = rivals.with_table("lanes", late).with_table(
        "stocks", pd.DataFrame({"good": ["gas"], "place": ["P"], "weeks": [2]})
    )
    # P: 4 of 5 stop in week 1, the last fifth in week 3; by then 1.6 of 2 weeks are gone, and 0.4 is left: 3.4
    assert time_to_survive(network, "gas", "X", members="P") == pytest.approx(3.4)
    assert time_to_survive(network, "gas", "X1", members="P") == pytest.approx(1 + 2 / 0.8)  # one firm alone
    assert time_to_survive(network, "gas", "X") == 0.0  # Q holds nothing


def test_what_no_demand_hangs_on_is_survived_for_ever(recipe, rivals):
    assert time_to_survive(recipe, "tool", "E") == math.inf
    assert time_to_survive(rivals, "gas", "Y", members="P") == math.inf


def test_every_supplier_is_set_against_its_recovery_and_the_widest_gap_comes_first(chain):
    recover = pd.Series({("chip", "B"): 20.0, ("gas", "A"): 18.0, ("gas", "B"): 26.0})
    gaps = recovery_gaps(chain, recover)
    assert gaps[["good", "country"]].to_numpy().tolist() == [["chip", "B"], ["gas", "B"], ["gas", "A"]]
    assert gaps["exposed"].tolist() == [True, True, False]
    assert set(gaps["first_good"]) == {"chip"}
    assert set(gaps["first_place"]) == {"C"}
    by_good = recovery_gaps(chain, pd.Series({"chip": 20.0, "gas": 18.0})).set_index(["good", "country"])
    assert by_good.loc[("gas", "B"), "weeks_to_recover"] == 18.0


def test_a_missing_time_to_recover_is_named(chain):
    with pytest.raises(AskError, match="gas/A: nan"):
        recovery_gaps(chain, pd.Series({"chip": 20.0}))


def test_a_supplier_that_does_not_exist_is_answered_with_those_that_do(chain):
    with pytest.raises(AskError, match="It is made in A, B"):
        time_to_survive(chain, "gas", "C")


def test_cover_states_both_bases(chain):
    cover = days_of_cover(chain)
    assert cover.loc[("gas", "B")].to_dict() == pytest.approx(
        {"stock_units": 60, "use_per_week": 10, "net_imports_per_week": 6, "days_of_use": 42, "days_of_net_imports": 70}
    )


def test_a_place_that_imports_nothing_has_no_cover_of_net_imports(recipe):
    cover = days_of_cover(recipe)
    assert math.isnan(cover.loc[("chip", "B"), "days_of_net_imports"])
