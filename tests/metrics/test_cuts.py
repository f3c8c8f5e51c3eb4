import math

import pytest

from resilience.errors import AskError
from resilience.metrics import chokepoints
from resilience.network import Network


def test_the_chain_stops_with_its_only_fab_or_all_its_gas(chain):
    found = chokepoints(chain, "chip")
    assert list(found.goods.index) == ["gas"]
    assert found.goods.loc["gas", "countries"] == 2
    assert found.pairs.to_dict("list") == {"good": ["chip"], "country": ["B"]}
    assert found.cuts == (("B",),)
    assert found.searched == 1


def test_an_input_that_only_slows_is_no_chokepoint(recipe):
    found = chokepoints(recipe, "chip")
    assert list(found.goods.index) == ["wafer"]
    assert ("gas", "A") not in set(found.pairs.itertuples(index=False, name=None))


def test_a_tool_stops_the_chip_only_in_the_long_run(recipe):
    assert chokepoints(recipe, "chip").cuts == (("B",),)
    found = chokepoints(recipe, "chip", wear_weeks=math.inf)
    assert found.cuts == (("B",), ("E",))
    assert list(found.goods.index) == ["tool", "wafer"]


def test_the_smallest_set_of_countries_may_need_two(rivals):
    found = chokepoints(rivals, "gas")
    assert found.pairs.empty
    assert found.cuts == (("X", "Y"),)  # two firms in X are one country
    assert found.searched == 2


def test_where_sets_were_not_tried_the_answer_says_how_far(rivals):
    found = chokepoints(rivals, "gas", sets_at_most=2)
    assert found.cuts == ()
    assert found.searched == 1


def test_gates_count_what_reaches_the_chip_through_one_good_alone():
    # ore -> metal -> wafer -> chip, and gas -> chip, gas -> wafer: metal and ore only through wafer, gas through both
    goods = ["ore", "metal", "wafer", "gas", "chip"]
    network = Network.from_frames(
        goods={"good": goods},
        producers={"good": goods, "place": ["A"] * 5, "share": [1.0] * 5},
        needs={
            "good": ["metal", "wafer", "chip", "chip", "wafer"],
            "input": ["ore", "metal", "wafer", "gas", "gas"],
            "units": [1] * 5,
        },
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [1], "usd_per_unit_unmet": [1]},
    )
    assert chokepoints(network, "chip").goods["gates"].to_dict() == {"gas": 0, "metal": 1, "ore": 0, "wafer": 2}


def test_an_unknown_good_is_answered_with_the_nearest(chain):
    with pytest.raises(AskError, match="Did you mean chip"):
        chokepoints(chain, "chips")
