import pytest

from resilience.errors import AskError
from resilience.metrics import n_minus_1, n_minus_k


def test_single_losses_of_the_chain_worked_by_hand(chain):
    ranked = n_minus_1(chain)
    assert ranked.to_dict("list") == {
        "good": ["chip", "gas", "gas"],
        "country": ["B", "A", "B"],
        "usd_per_week": pytest.approx([50, 30, 20]),  # all, 60 % and 40 % of 10 chips at USD 5
        "share": pytest.approx([1.0, 0.6, 0.4]),
    }
    assert list(ranked.index) == [1, 2, 3]


def test_a_country_falls_with_all_it_makes(chain, recipe):
    assert n_minus_1(chain, whole_countries=True)["usd_per_week"].tolist() == pytest.approx([50, 30])
    by_country = n_minus_1(recipe, whole_countries=True).set_index("country")["usd_per_week"]
    assert by_country.to_dict() == pytest.approx({"A": 35, "B": 70, "D": 35, "E": 0})


def test_only_what_members_lose_is_counted(rivals):
    # X lost: P misses 5 at USD 1, Q misses 1 at USD 10; Y lost: Q misses 4 at USD 10
    assert n_minus_1(rivals).set_index("country")["usd_per_week"].to_dict() == pytest.approx({"X": 15, "Y": 40})
    assert n_minus_1(rivals, members="P").set_index("country")["usd_per_week"].to_dict() == pytest.approx(
        {"X": 5, "Y": 0}
    )
    assert n_minus_1(rivals, members="P")["share"].tolist() == pytest.approx([1.0, 0.0])


def test_two_halves_of_an_input_are_worth_more_than_either(recipe):
    pairs = n_minus_k(recipe, 2)
    assert pairs["exact"].all()
    worth = dict(zip(pairs["lost"], pairs["usd_per_week"], strict=True))
    assert worth[(("wafer", "A"), ("wafer", "D"))] == pytest.approx(70)
    assert worth[(("gas", "A"), ("wafer", "A"))] == pytest.approx(35)  # the worst counts, they do not add up


def test_beyond_the_limit_the_set_grows_by_the_costliest_next(rivals, recipe):
    greedy = n_minus_k(rivals, 2, sets_at_most=0)
    assert not greedy["exact"].any()
    assert greedy["usd_per_week"].iloc[0] == pytest.approx(55)
    assert n_minus_k(recipe, 3, sets_at_most=0)["usd_per_week"].iloc[0] == pytest.approx(70)


def test_sets_larger_than_the_harmful_suppliers_hold_them_all(chain):
    assert n_minus_k(chain, 9, whole_countries=True)["lost"].tolist() == [("A", "B")]


def test_sets_of_none_are_refused(chain):
    with pytest.raises(AskError, match="sets of 0"):
        n_minus_k(chain, 0)
