from small_networks import gas, recipe

from resilience.disruption import Outage
from resilience.scenario import Scenario
from resilience.sizing.names import column_names
from resilience.sizing.stated import state_sizing


def named(network, good):
    stops = Scenario(name="stops", probability=0.1, disruptions=(Outage(good=good, weeks=2),))
    return column_names(state_sizing(network, [stops], weeks=4))


def test_an_input_that_is_not_essential_at_all_is_named_like_a_partly_essential_one():
    for essential in (0.0, 0.4):
        used = named(recipe(essential=essential), "gas").query("block == 'used'")
        assert used["of"].unique().tolist() == ["chip/KOR/gas/KOR"]


def test_a_unit_held_is_told_in_the_unit_of_its_good_and_a_loss_in_usd():
    found = named(gas(), "gas").dropna(subset="one_is").set_index("block")["one_is"]
    assert found.to_dict() == {"held": 0.01, "loss": 0.021}  # 10 a week count as 1,000; 10 x 21 USD a week as 10,000
