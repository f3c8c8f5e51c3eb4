import pytest

from resilience.errors import DataError
from resilience.network import Network

BASE = {
    "goods": {"good": ["chip", "gas"]},
    "producers": {"good": ["chip", "gas", "gas"], "place": ["TWN", "UKR", "CHN"], "share": [1.0, 0.6, 0.4]},
    "needs": {"good": ["chip"], "input": ["gas"], "units": [2.0]},
    "lanes": {"good": ["gas", "gas"], "origin": ["UKR", "CHN"], "destination": ["TWN", "TWN"]},
    "demand": {"good": ["chip"], "place": ["TWN"], "units_per_week": [1.0], "usd_per_unit_unmet": [9.0]},
}


def faults(**changed):
    with pytest.raises(DataError) as caught:
        Network.from_frames(**{**BASE, **changed})
    return [(fault.file, fault.row, fault.column, fault.value) for fault in caught.value.faults]


def test_the_base_breaks_no_rule():
    assert len(Network.from_frames(**BASE).goods) == 2


def test_a_producer_gives_an_output_or_a_share_and_not_both():
    producers = {**BASE["producers"], "output_per_week": [None, 3.0, None]}
    assert faults(producers=producers) == [("frame producers", 2, "share", 0.6)]


def test_a_producer_gives_an_output_or_a_share_and_not_neither():
    producers = {**BASE["producers"], "share": [1.0, 0.6, None]}
    assert faults(producers=producers) == [("frame producers", 3, "output_per_week", None)]


def test_a_broken_output_is_not_blamed_again_for_being_absent():
    producers = {**BASE["producers"], "share": [1.0, 0.6, "some"]}
    assert faults(producers=producers) == [("frame producers", 3, "share", "some")]


def test_producers_of_one_good_use_one_measure():
    producers = {**BASE["producers"], "share": [1.0, 0.6, None], "output_per_week": [None, None, 2.0]}
    assert faults(producers=producers) == [("frame producers", None, "share", "gas")]


def test_shares_of_world_output_stay_within_one():
    producers = {**BASE["producers"], "share": [1.0, 0.6, 0.7]}
    ((file, row, column, value),) = faults(producers=producers)
    assert (file, row, column) == ("frame producers", 3, "share")
    assert value == pytest.approx(1.3)


def test_shares_of_one_use_stay_within_one():
    lanes = {**BASE["lanes"], "share_of_use": [0.8, 0.8]}
    ((file, row, column, value),) = faults(lanes=lanes)
    assert (file, row, column) == ("frame lanes", 2, "share_of_use")
    assert value == pytest.approx(1.6)


def test_a_lane_starts_where_its_good_is_made():
    lanes = {**BASE["lanes"], "origin": ["UKR", "USA"]}
    assert faults(lanes=lanes) == [("frame lanes", 2, "origin", "USA")]


def test_a_lane_goes_somewhere_else():
    lanes = {**BASE["lanes"], "destination": ["TWN", "CHN"]}
    assert faults(lanes=lanes) == [("frame lanes", 2, "destination", "CHN")]


def test_what_is_wanted_is_made():
    goods = {"good": ["chip", "gas", "dust"]}
    demand = {"good": "dust", "place": ["TWN"], "units_per_week": 1, "usd_per_unit_unmet": 1}
    needs = {"good": ["chip", "chip"], "input": ["gas", "dust"], "units": 1}
    assert faults(goods=goods, needs=needs, demand=demand) == [
        ("frame demand", 1, "good", "dust"),
        ("frame needs", 2, "input", "dust"),
    ]


def test_goods_that_need_each_other_need_a_stock():
    needs = {"good": ["chip", "gas"], "input": ["gas", "chip"], "units": [0.1, 0.1]}
    assert faults(needs=needs) == [("frame needs", None, "input", "chip, gas")]
    stocks = {"good": ["gas"], "place": ["TWN"], "weeks": [4]}
    Network.from_frames(**{**BASE, "needs": needs, "stocks": stocks})


def test_a_good_that_needs_itself_needs_a_stock():
    assert faults(needs={"good": ["gas"], "input": ["gas"], "units": [0.1]}) == [("frame needs", None, "input", "gas")]


def test_a_tool_that_holds_chips_is_no_ring():
    needs = {"good": ["chip", "gas"], "input": ["gas", "chip"], "units": [0.1, 0.1], "kind": ["consumed", "capital"]}
    assert len(Network.from_frames(**{**BASE, "needs": needs}).needs) == 2


def test_where_places_are_listed_all_are():
    assert faults(places={"place": ["TWN", "UKR"]}) == [
        ("frame producers", 3, "place", "CHN"),
        ("frame lanes", 2, "origin", "CHN"),
    ]


def evidence(**changed):
    row = {"table": "producers", "key": "gas/UKR", "column": "share", "value": 0.6, "source_id": "usgs",
           "confidence": "reported"} | changed  # fmt: skip
    sources = {"source_id": ["usgs"], "title": ["Minerals"], "licence": ["public domain"]}
    return {"figures": {name: [value] for name, value in row.items()}, "sources": sources}


@pytest.mark.parametrize(
    ("changed", "column", "value"),
    [
        ({"value": 0.61}, "value", 0.61),
        ({"key": "gas/USA"}, "key", "gas/USA"),
        ({"column": "place"}, "column", "place"),
        ({"low": 0.7}, "low", 0.7),
        ({"high": 0.5}, "high", 0.5),
        ({"confidence": "assumed"}, "note", ""),
        ({"source_id": "usga"}, "source_id", "usga"),
        ({"value": "six"}, "value", "six"),
    ],
)
def test_a_figure_stands_for_a_cell_within_its_range_from_a_known_source(changed, column, value):
    assert faults(**evidence(**changed)) == [("frame figures", 1, column, value)]


def test_a_figure_that_agrees_is_no_fault():
    network = Network.from_frames(**BASE, **evidence(low=0.5, high=0.7))
    assert network.coverage()["reported"] == 1


def test_a_table_at_fault_does_not_blame_those_that_point_to_it():
    assert faults(goods={"god": ["chip", "gas"]}) == [
        ("frame goods", 1, "god", None),
        ("frame goods", None, "good", None),
    ]
    assert faults(producers=None) == [("frame producers", None, "", None)]
    assert faults(producers={"good": [], "place": [], "share": []}) == [("frame producers", None, "", None)]
