import numpy as np
import pytest
from controlled import ALONE, STAR, star

from resilience.balance import balance
from resilience.controls import Control, OwnProduction, Reach
from resilience.controls.control import disruptions, exporters, ramp, widened
from resilience.errors import AskError
from resilience.scenario import Scenario


def opened(network, controls, reach=(), weeks=4):
    """The share of each lane that is open in the last week, by origin."""
    network = balance(network).network
    shock = Scenario(name="control", disruptions=disruptions(network, controls, reach)).shock(network, weeks)
    return dict(zip(network.lanes["origin"], shock.open[:, -1].round(12).tolist(), strict=True))


def control(coalition="USA", **changed):
    return Control(**{"coalition": coalition, "target": "CHN", "good": "tool", **changed})


def test_a_control_closes_its_members_lanes_to_what_is_licensed_and_what_leaks():
    assert opened(STAR, [control(licensed=0.25, leaked=0.1)]) == {"USA": 0.35, "JPN": 1.0}
    assert opened(STAR, [control("pair", licensed=0.25)]) == {"USA": 0.25, "JPN": 0.25}


def test_goods_may_have_licences_of_their_own():
    by_good = control(licensed={"tool": 0.75})
    assert opened(STAR, [by_good]) == {"USA": 0.75, "JPN": 1.0}
    assert by_good.share("tool") == 0.75


def test_controls_that_meet_on_one_lane_multiply():
    assert opened(STAR, [control(licensed=0.5), control(licensed=0.4)])["USA"] == 0.2


def test_a_control_begins_in_its_week_and_ends_after_its_weeks():
    network = balance(STAR).network
    closed = disruptions(network, [control(first_week=3, weeks=2)])
    shock = Scenario(name="control", disruptions=closed).shock(network, 6)
    usa = list(network.lanes["origin"]).index("USA")
    assert shock.open[usa].tolist() == [1, 1, 0, 0, 1, 1]


def test_a_reach_binds_the_part_that_members_firms_make_abroad():
    arm = Reach(country="USA", place="JPN", good="tool", share=0.5)
    assert opened(STAR, [control(licensed=0.2)], [arm]) == {"USA": 0.2, "JPN": pytest.approx(1 - 0.5 * 0.8)}


def test_a_reach_gives_way_to_the_control_of_the_place_itself():
    arm = Reach(country="USA", place="JPN", good="tool", share=0.5)
    assert opened(STAR, [control("pair", licensed=0.2)], [arm]) == {"USA": 0.2, "JPN": 0.2}


def test_members_without_exports_are_no_fault_but_bring_nothing():
    network = balance(ALONE).network
    assert exporters(network, [control("pair")]) == ("USA",)
    assert exporters(balance(STAR).network, [control("pair")]) == ("JPN", "USA")


def test_a_control_of_a_few_is_that_of_those_who_take_part():
    network = balance(STAR).network
    assert control("pair").of(network, {"JPN", "KOR"}).coalition == ("JPN",)
    assert control("pair").of(network, {"KOR"}) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"licensed": 1.2}, "licensed of tool is 1.2"),
        ({"licensed": {"etch": 0.5}}, "(?s)licensed says nothing of 'tool'.*licensed speaks of 'etch'"),
        ({"leaked": -0.1}, "leaked is -0.1"),
        ({"first_week": 0}, "first_week is 0"),
        ({"weeks": 0}, "weeks is 0"),
        ({"good": ()}, "good names nobody and nothing"),
    ],
)
def test_a_control_that_cannot_be_is_refused_with_its_value(changed, told):
    with pytest.raises(AskError, match=told):
        control(**changed)


def test_names_the_network_does_not_have_are_all_told_with_the_nearest():
    wrong = Control(coalition=("USA", "JAP"), target="CHN", good=("tol",))
    with pytest.raises(AskError, match=r"(?s)good 'tol'.*Did you mean tool.*'JAP'.*Did you mean JPN"):
        disruptions(balance(STAR).network, [wrong])


def test_new_plants_are_room_that_is_held_shut_until_they_stand():
    plan = OwnProduction(good="tool", share=0.2, build_weeks=2, ramp_weeks=2)
    network = balance(ALONE).network
    roomy = widened(network, [plan], "CHN")
    china = list(roomy.producers["place"]).index("CHN")
    assert roomy.producers["surge"].tolist()[china] == 3.0  # one tool a week today, and 0.2 x 10 more
    (built,) = ramp(network, [plan], "CHN", first_week=2, weeks=7)
    shock = Scenario(name="built", disruptions=(built,)).shock(roomy, 7)
    assert (shock.left[china] * 3.0).round(12).tolist() == [3, 1, 1, 2, 3, 3, 3]  # week 1 is calm: nothing departs yet


def test_plants_can_be_built_only_for_what_is_made_and_needs_no_tools():
    plan = OwnProduction(good="tool", share=0.2, build_weeks=2)
    with pytest.raises(AskError, match="CHN makes no tool"):
        widened(
            balance(
                star(producers={"good": ["tool"] * 2, "place": ["USA", "JPN"], "output_per_week": [7.0, 3.0]})
            ).network,
            [plan],
            "CHN",
        )
    with pytest.raises(AskError, match=r"(?s)share is -0.1.*build_weeks is 1.5.*ramp_weeks is 0"):
        OwnProduction(good="tool", share=-0.1, build_weeks=1.5, ramp_weeks=0)
    assert widened(balance(STAR).network, [], "CHN") == balance(STAR).network


def test_a_reach_is_a_share():
    with pytest.raises(AskError, match=r"Reach.share is 1.5"):
        Reach(country="USA", place="JPN", good="tool", share=1.5)
    assert np.isclose(Reach(country="USA", place=["JPN"], good=["tool"]).share, 1.0)
