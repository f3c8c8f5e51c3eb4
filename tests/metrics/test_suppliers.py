import pandas as pd
import pytest

from resilience.errors import AskError
from resilience.metrics import concentration, concentrations, dependence, dependence_through, effective_suppliers


def test_shares_may_come_in_any_unit():
    assert concentration(pd.Series([60, 40])) == pytest.approx(0.52)
    assert concentration(pd.Series([0.6, 0.4])) == pytest.approx(0.52)


def test_a_monopoly_is_one_supplier():
    assert effective_suppliers(pd.Series([0.0, 7.0])) == 1.0


@pytest.mark.parametrize("shares", [[], [0.0, 0.0], [0.5, -0.5], [0.5, float("nan")]])
def test_shares_that_make_no_whole_are_refused_with_their_values(shares):
    with pytest.raises(AskError, match=r"got \["):
        concentration(pd.Series(shares, dtype=float))


def test_firms_in_one_country_count_together(rivals):
    table = concentrations(rivals)
    assert table.loc["gas"].to_dict() == {
        "concentration": pytest.approx(0.52),  # X 6 of 10, Y 4 of 10
        "effective_suppliers": pytest.approx(1 / 0.52),
        "countries": 2,
        "largest": "X",
        "largest_share": pytest.approx(0.6),
    }


def test_direct_dependence_is_the_share_of_use_that_comes_from_there(chain, rivals):
    assert dependence(chain, "west", "A").to_dict() == pytest.approx({"gas": 0.6, "chip": 0.0})
    assert dependence(rivals, "P", "X")["gas"] == 1.0
    assert dependence(rivals, "Q", "X")["gas"] == pytest.approx(0.2)
    assert dependence(rivals, ["P", "Q"], "X")["gas"] == pytest.approx(0.6)


def test_goods_that_members_do_not_use_are_left_out(chain):
    assert list(dependence(chain, "C", "A").index) == ["chip"]


def test_dependence_through_the_network_reaches_back_to_the_gas(chain):
    assert dependence_through(chain, "C", "A")["chip"] == pytest.approx(0.6)
    assert dependence_through(chain, "C", "B")["chip"] == 1.0


def test_only_the_worst_input_counts_and_by_how_essential_it_is(recipe):
    # A sends all the gas (half essential: 0.5 * 1) and half the wafers (1 * 0.5); D the other wafers
    assert dependence_through(recipe, "B", "A")["chip"] == pytest.approx(0.5)
    assert dependence_through(recipe, "B", "D")["chip"] == pytest.approx(0.5)
    assert dependence_through(recipe, "B", ["A", "D"])["chip"] == 1.0


def test_tools_count_after_the_weeks_of_wear_that_are_asked_for(recipe):
    assert dependence_through(recipe, "B", "E")["chip"] == 0.0
    assert dependence_through(recipe, "B", "E", wear_weeks=26)["chip"] == pytest.approx(0.26)
    assert dependence_through(recipe, "B", "E", wear_weeks=float("inf"))["chip"] == 1.0


def test_unknown_names_are_answered_with_the_nearest(chain):
    with pytest.raises(AskError, match="Did you mean west"):
        dependence(chain, "wset", "A")
    with pytest.raises(AskError, match="No country or bloc 'Z'"):
        dependence_through(chain, "west", "Z")
