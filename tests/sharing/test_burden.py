"""Who pays, on networks worked by hand: two or three members who each make and want ten gas a week."""

import numpy as np
import pytest

from resilience import Network, Outage, Scenario
from resilience.errors import AskError
from resilience.sharing import (
    ByLeastCore,
    ByNucleolus,
    ByShapley,
    Coalitions,
    InProportion,
    alliance,
    arrangements,
    burden,
    departures,
    import_weights,
    joiners,
    to_keep_all,
    use_weights,
)


@pytest.fixture(scope="module")
def network():
    return Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": ["gas"] * 3, "place": ["A", "B", "C"], "output_per_week": [10.0] * 3},
        demand={"good": ["gas"] * 3, "place": ["A", "B", "C"], "units_per_week": [10.0] * 3,
                "usd_per_unit_unmet": [21.0] * 3},
        blocs={"club": ["A", "B"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def club(network):
    """A and B each stop for four weeks in one year of ten, C never: 24 alone, 28 together, C brings nothing."""
    stops = [Scenario(name=f"{place} stops", probability=0.1, disruptions=(Outage(place=place, weeks=4),))
             for place in ("A", "B")]  # fmt: skip
    return Coalitions(alliance=alliance(network, stops, members=["club", "C"], weeks=8))


@pytest.mark.parametrize("rule", [ByNucleolus(), ByShapley(), ByLeastCore()])
def test_two_alike_share_and_who_brings_nothing_pays_nothing(club, rule):
    found = burden(club, rule)
    cost = found.table.set_index("member")["cost_usd"]
    assert cost.sum() == pytest.approx(28)
    assert cost["C"] == pytest.approx(0, abs=1e-5)
    if not isinstance(rule, ByLeastCore):  # any division between A and B leaves each as firm: 4 to 24 for either
        assert cost.to_dict() == pytest.approx({"A": 14, "B": 14, "C": 0}, abs=1e-5)
    assert found.stable


def test_a_burden_says_what_each_bears_pays_and_saves(club):
    table = burden(club, ByNucleolus()).table.set_index("member")
    assert table["without_usd"].to_dict() == pytest.approx({"A": 84, "B": 84, "C": 0})
    assert table["alone_usd"].to_dict() == pytest.approx({"A": 24, "B": 24, "C": 0}, abs=1e-6)
    assert (table["loss_usd"] + table["pays_usd"]).to_numpy() == pytest.approx(table["cost_usd"].to_numpy())
    assert table["pays_usd"].sum() == pytest.approx(20)
    assert table["saves_usd"].to_dict() == pytest.approx({"A": 10, "B": 10, "C": 0}, abs=1e-5)


def test_who_pays_for_nothing_would_leave_and_side_payments_keep_it(club):
    found = burden(club, InProportion(weights={"A": 1, "B": 1, "C": 2}))
    assert not found.stable
    assert found.leavers.iloc[0]["coalition"] == ("C",)
    assert found.leavers.iloc[0]["gain_usd"] == pytest.approx(10)
    moved = to_keep_all(club, found.table.set_index("member")["cost_usd"])
    assert moved["C"] == pytest.approx(10, abs=1e-5)
    assert moved.sum() == pytest.approx(0, abs=1e-5)


def test_arrangements_fall_in_cost_from_none_to_pooled(club):
    table = arrangements(club)
    assert table["arrangement"].tolist() == ["no reserve", "autarky", "earmarked", "pooled"]
    assert table["cost_usd"].tolist() == pytest.approx([168, 48, 48, 28], rel=1e-6)
    assert table["reserve_usd"].tolist() == pytest.approx([0, 80, 80, 40], rel=1e-6)


def test_one_who_leaves_costs_the_rest_and_one_who_refuses_costs_all(club):
    shares = burden(club, ByNucleolus()).table.set_index("member")["cost_usd"]
    table = departures(club, shares).set_index("member")
    assert table["leaves_usd"].to_dict() == pytest.approx({"A": 10, "B": 10, "C": 0}, abs=1e-5)
    assert table["gains_usd"].to_dict() == pytest.approx({"A": -10, "B": -10, "C": 0}, abs=1e-5)
    # Of 40 units, those with the one who refuses fail the other, and the rest fail it: 20 net a unit, one year in ten.
    assert table["refuses_usd"][["A", "B"]].tolist() == pytest.approx([80, 80], abs=1e-4)


def test_joining_saves_what_one_store_for_two_saves(club):
    table = joiners(club, ["A"]).set_index("joins")
    assert table["saves_usd"].to_dict() == pytest.approx({"B": 20, "C": 0}, abs=1e-5)


def test_use_and_imports_count_what_each_uses_and_buys_abroad():
    network = Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [3.0]},
        producers={"good": ["gas"] * 2, "place": ["A", "B"], "output_per_week": [10.0, 6.0]},
        lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
        demand={"good": ["gas"] * 2, "place": ["A", "B"], "units_per_week": [6.0, 10.0], "usd_per_unit_unmet": [9, 9]},
    )
    assert use_weights(network, ["A", "B"], ["gas"]) == {"A": 18.0, "B": 30.0}
    assert import_weights(network, ["A", "B"], ["gas"]) == pytest.approx({"A": 0.0, "B": 12.0})


def test_a_member_without_a_weight_is_named(club):
    with pytest.raises(AskError, match="must say") as told:
        burden(club, InProportion(weights={"A": 1.0, "B": -1.0}))
    assert len(told.value.faults) == 2


def test_too_many_members_for_floors_are_refused():
    places = [f"P{n:02}" for n in range(17)]
    network = Network.from_frames(
        goods={"good": ["gas"]},
        producers={"good": ["gas"] * 17, "place": places, "output_per_week": [1.0] * 17},
        demand={"good": ["gas"] * 17, "place": places, "units_per_week": [1.0] * 17, "usd_per_unit_unmet": [2.0] * 17},
        blocs={"many": places},
    )
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(place="P00", weeks=1),))
    with pytest.raises(AskError, match="17 members"):
        Coalitions(alliance=alliance(network, [stop], members="many", weeks=2))
    assert np.isfinite(alliance(network, [stop], members="many", weeks=2).market_usd).all()
