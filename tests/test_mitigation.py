"""What measures make of a network, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest
from small_networks import two_gases

from resilience import Network, Outage, Scenario, best_response
from resilience.errors import AskError
from resilience.mitigation import (
    NewCapacity,
    SecondSource,
    SubstituteQualified,
    SurgeCapacity,
    offered,
    until_built,
    with_measures,
)
from resilience.physics import physics

COST = {"usd": 10.0, "usd_per_year": 1.0, "note": "assumed: a round number"}
SECOND = SecondSource(name="second", good="chip", origin="B", destinations="C", units_per_week=6.0, **COST)
STANDBY = SurgeCapacity(name="standby", good="chip", place="B", units_per_week=4.0, **COST)
PLANT = NewCapacity(name="plant", good="chip", place="B", units_per_week=2.0, modules=3, build_weeks=3, **COST)


def two_makers(**lane):
    """A ships ten chips a week to C; B makes five for itself."""
    return Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 5.0]},
        lanes={"good": ["chip"], "origin": ["A"], "destination": ["C"], **{key: [to] for key, to in lane.items()}},
        demand={"good": "chip", "place": ["B", "C"], "units_per_week": [5.0, 10.0], "usd_per_unit_unmet": [21.0, 21.0]},
    )


def stop(place, weeks, **ask):
    return Scenario(name="stop", probability=0.1, disruptions=(Outage(place=place, weeks=weeks),), **ask)


def test_a_measure_in_place_raises_surge_and_opens_lanes_by_the_part_that_is_bought():
    built = with_measures(two_makers(), [(SECOND, 0.5), (STANDBY, 0.25), (PLANT, 2)])
    assert built.producers.set_index("place")["surge"].to_dict() == pytest.approx({"A": 1.0, "B": 1 + (1 + 4) / 5})
    opened = built.lanes.set_index(["origin", "destination"]).loc[("B", "C")]
    assert (opened["flow_per_week"], opened["limit_per_week"]) == (0.0, 3.0)
    assert with_measures(two_makers(), []).producers.equals(offered(two_makers(), []).producers)


def test_a_lane_with_a_limit_is_widened_and_one_without_carries_what_its_maker_makes():
    widen = SecondSource(name="wide", good="chip", origin="A", destinations=["C"], units_per_week=6.0, **COST)
    more = SurgeCapacity(name="more", good="chip", place="A", units_per_week=8.0, **COST)
    for lane, most in (({"limit_per_week": 11.0}, 17.0), ({"limit_factor": 1.2}, 18.0), ({}, 18.0)):
        laws = physics(with_measures(two_makers(**lane), [(widen, 1), (more, 1)]))
        assert (laws.limit * laws.scale[laws.origin]).tolist() == pytest.approx([most]), lane


def test_measures_change_no_calm_week():
    network = two_makers()
    before, after = physics(network), physics(with_measures(network, [(SECOND, 1), (STANDBY, 1), (PLANT, 3)]))
    assert np.array_equal(before.stock, after.stock)
    assert np.array_equal(before.output, after.output)
    assert after.flow.tolist() == [*before.flow, 0.0]


def test_an_option_is_shut_until_it_is_built():
    # A is out for 6 weeks. Three modules at B make 6 a week once 3 weeks have passed, and the new lane carries them.
    network, bought = two_makers(), [(SECOND, 1), (PLANT, 3)]
    scenario = until_built(stop("A", 6), network, bought)
    response = best_response(with_measures(network, bought), scenario, weeks=8)
    unmet = response.table("unmet")
    assert unmet.loc[unmet["week"] <= 3, "units"].sum() == pytest.approx(3 * 10)
    assert unmet["units"].sum() == pytest.approx(3 * 10 + 3 * 4)
    assert until_built(stop("A", 6), network, [(STANDBY, 1)]) == stop("A", 6)
    with pytest.raises(AskError, match="gives notice"):
        until_built(stop("A", 6, notice_weeks=1), network, bought)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"good": "chp"}, "no good 'chp'. Did you mean chip?"),
        ({"origin": "C"}, "nobody at origin 'C' makes chip."),
        ({"destinations": ("B", "D")}, "nobody at destination 'B' uses chip"),
        ({"destinations": ()}, "destinations names nowhere"),
    ],
)
def test_a_measure_that_does_not_fit_names_what_is_wrong(changed, told):
    fields = {name: getattr(SECOND, name) for name in ("good", "origin", "destinations", "units_per_week")} | changed
    with pytest.raises(AskError) as caught:
        offered(two_makers(), [SecondSource(name="second", **fields, **COST)])
    assert told in str(caught.value)


def test_a_measure_tells_all_that_it_cannot_be():
    with pytest.raises(AskError) as caught:
        NewCapacity(name="", good="chip", place="B", units_per_week=0.0, modules=0, build_weeks=-1, usd=-1.0,
                    usd_per_year=1.0, note="")  # fmt: skip
    assert len(caught.value.faults) == 6


def test_two_measures_of_one_name_or_more_than_there_are_of_one_are_refused():
    with pytest.raises(AskError, match="two measures are called 'second'"):
        offered(two_makers(), [SECOND, SECOND])
    with pytest.raises(AskError, match="4 of plant: there are 0 to 3"):
        with_measures(two_makers(), [(PLANT, 4)])


def test_a_place_that_makes_none_of_a_good_is_refused():
    network = Network.from_frames(
        goods={"good": ["chip"]}, producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 0.0]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]},
    )  # fmt: skip
    with pytest.raises(AskError, match="makes no chip in a calm week"):
        offered(network, [STANDBY])


NEON = SubstituteQualified(name="neon", user="chip", input="gas", substitute="neon", units=2.0, share=0.5, **COST)


def test_a_qualified_substitute_stands_in_the_network_on_the_terms_that_are_bought():
    table = with_measures(two_gases(), [(NEON, 1)]).substitutes
    assert table[["substitute", "units", "most", "qualify_weeks"]].to_numpy().tolist() == [["neon", 2.0, 0.5, 0.0]]
    other = replace(NEON, user="final", input="neon", substitute="gas", qualify_weeks=3.0)
    assert with_measures(two_gases(), [(other, 0)]) == offered(two_gases(), [])
    assert with_measures(two_gases(), [(other, 1)]).substitutes["most"].tolist() == [0.5, 0.5]
    assert offered(two_gases(), [other]).substitutes["most"].tolist() == [0.5, 0.0]
    before, after = physics(two_gases()), physics(offered(two_gases(), [NEON]))
    assert np.array_equal(before.position, after.position)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"input": "gass"}, "no good 'gass'. Did you mean gas?"),
        ({"user": "neon"}, "neon consumes no gas."),
        ({"user": "final"}, "nobody wants gas: it has no demand."),
        ({"substitute": "gas"}, "gas would stand in for itself"),
        ({"units": 3.0}, "at 2 units for one: give units = 2"),
        ({"share": 0.4}, "for the share 0.5 in 4 weeks: state a larger share or fewer weeks"),
        ({"qualify_weeks": 4.0}, "for the share 0.5 in 4 weeks: state a larger share or fewer weeks"),
    ],
)
def test_a_substitute_that_does_not_fit_names_what_is_wrong(changed, told):
    with pytest.raises(AskError) as caught:
        offered(two_gases(), [replace(NEON, **changed)])
    assert told in str(caught.value)


def test_a_substitute_tells_all_that_it_cannot_be_and_comes_whole_and_once():
    with pytest.raises(AskError) as caught:
        replace(NEON, units=0.0, share=1.5, qualify_weeks=-1.0)
    assert len(caught.value.faults) == 3
    with pytest.raises(AskError, match=r"0\.5 of neon: it comes whole"):
        with_measures(two_gases(), [(NEON, 0.5)])
    with pytest.raises(AskError, match="two measures qualify neon for gas in chip"):
        offered(two_gases(), [NEON, replace(NEON, name="sooner", share=0.6)])
