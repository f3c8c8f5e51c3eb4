from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import members_first, physics

PER_WEEK = {
    "producers": ["output_per_week"],
    "lanes": ["flow_per_week", "limit_per_week"],
    "demand": ["units_per_week"],
}


def tables():
    """10 chips a week for America from Taiwan, each of 2 kg of gas, half from Japan, and a tool of Japan's."""
    return {
        "goods": pd.DataFrame(
            {"good": ["chip", "gas", "tool"], "usd_per_unit": [50.0, 3.0, 8.0], "cycle_weeks": [2, 1, 0],
             "storable": [True, True, False]}),
        "producers": pd.DataFrame(
            {"good": ["chip", "gas", "gas", "tool"], "place": ["TWN", "JPN", "UKR", "JPN"],
             "output_per_week": [10.0, 10.0, 10.0, 1.0], "surge": [1.5, 1.0, 1.2, 1.0]}),
        "needs": pd.DataFrame(
            {"good": ["chip", "chip"], "input": ["gas", "tool"], "units": [2.0, 0.1], "kind": ["consumed", "capital"],
             "essential": [0.5, 1.0], "wear_per_week": [0.0, 0.03], "regrow_per_week": [0.0, 0.02]}),
        "lanes": pd.DataFrame(
            {"good": ["gas", "gas", "tool", "chip"], "origin": ["JPN", "UKR", "JPN", "TWN"],
             "destination": ["TWN", "TWN", "TWN", "USA"], "flow_per_week": [10.0, 10.0, 1.0, 10.0],
             "transit_weeks": [1, 4, 0, 3], "limit_per_week": [np.nan, 11.0, np.nan, np.nan],
             "limit_factor": [np.nan, np.nan, np.nan, 1.2]}),
        "demand": pd.DataFrame({"good": ["chip", "chip"], "place": ["USA", "USA"], "tier": ["defence", "other"],
                                "units_per_week": [1.0, 9.0], "usd_per_unit_unmet": [900.0, 100.0]}),
        "stocks": pd.DataFrame({"good": ["gas", "chip", "gas", "tool"], "place": ["TWN", "USA", "JPN", "TWN"],
                                "weeks": [4.0, 2.0, 1.0, 9.0]}),
        "blocs": {"quad": ["USA", "JPN"]},
    }  # fmt: skip


def arrays(laws):
    """Every array of the physics that is in scaled units, by name."""
    skipped = ("network", "points", "scale", "usd", "swaps")
    found = {entry.name: getattr(laws, entry.name) for entry in fields(laws) if entry.name not in skipped}
    return found | {entry.name: getattr(laws.swaps, entry.name) for entry in fields(laws.swaps) if entry.name != "rows"}


def assert_alike(one, other):
    for name, values in arrays(one).items():
        assert values == pytest.approx(arrays(other)[name], rel=1e-9), name


def test_the_arrays_are_what_is_worked_out_by_hand():
    laws = physics(Network.from_frames(**tables()))
    points = list(laws.points[["good", "place"]].itertuples(index=False, name=None))
    assert points == [("chip", "TWN"), ("chip", "USA"), ("gas", "JPN"), ("gas", "TWN"), ("gas", "UKR"),
                      ("tool", "JPN"), ("tool", "TWN")]  # fmt: skip
    assert laws.scale.tolist() == pytest.approx(
        [0.01, 0.01, 0.02, 0.02, 0.02, 0.001, 0.001]
    )  # thousandths of world use
    assert laws.usd == pytest.approx((900 + 9 * 100) / 1e4)
    assert laws.use.tolist() == pytest.approx([0, 1000, 0, 1000, 0, 0, 1000])
    assert laws.stock.tolist() == pytest.approx(
        [0, 2000, 500, 4000, 0, 0, 0]
    )  # Japan's of what it ships; no tools kept
    underway = [2 * 1000, 3 * 1000, 500, 500 * 1 + 500 * 4, 500, 0, 0]
    assert (laws.position - laws.stock).tolist() == pytest.approx(underway)
    assert laws.output.tolist() == pytest.approx([1000, 500, 500, 1000])
    assert laws.cycle.tolist() == [2, 1, 1, 0]
    assert (laws.consumed.tolist(), laws.essential.tolist()) == (pytest.approx([1.0]), [0.5])
    assert (laws.partial.tolist(), laws.planners.tolist(), laws.toolers.tolist()) == ([0], [0], [0])
    assert (laws.worked.tolist(), laws.wear.tolist(), laws.regrow.tolist()) == (pytest.approx([1000.0]), [0.03], [0.02])
    by_lane = dict(zip(laws.network.lanes["origin"] + laws.network.lanes["good"], laws.limit, strict=True))
    assert by_lane == pytest.approx({"TWNchip": 1200, "JPNgas": 500, "UKRgas": 550, "JPNtool": 1000})
    assert laws.wanted.tolist() == pytest.approx([100, 900])
    assert (laws.at_stake * laws.usd / laws.scale[laws.wanted_at]).tolist() == pytest.approx([900, 100])
    assert (laws.price * laws.usd / laws.scale).tolist() == pytest.approx([50, 50, 3, 3, 3, 8, 8])


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_a_world_many_times_as_large_has_the_same_arrays(factor):
    larger = tables()
    for table, columns in PER_WEEK.items():
        larger[table][columns] *= factor
    plain, scaled = physics(Network.from_frames(**tables())), physics(Network.from_frames(**larger))
    assert_alike(plain, scaled)
    assert scaled.scale == pytest.approx(factor * plain.scale)
    assert scaled.usd == pytest.approx(factor * plain.usd)


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_dearer_money_changes_its_unit_only(factor):
    dearer = tables()
    dearer["goods"]["usd_per_unit"] *= factor
    dearer["demand"]["usd_per_unit_unmet"] *= factor
    plain, scaled = physics(Network.from_frames(**tables())), physics(Network.from_frames(**dearer))
    assert_alike(plain, scaled)
    assert scaled.usd == pytest.approx(factor * plain.usd)


def test_counting_a_good_in_another_unit_changes_its_scale_only():
    grams = tables()
    for table, columns in PER_WEEK.items():
        grams[table].loc[grams[table]["good"] == "gas", columns] *= 1000
    grams["needs"].loc[0, "units"] *= 1000
    grams["goods"].loc[1, "usd_per_unit"] /= 1000
    plain, scaled = physics(Network.from_frames(**tables())), physics(Network.from_frames(**grams))
    assert_alike(plain, scaled)
    assert (scaled.scale / plain.scale).tolist() == pytest.approx([1, 1, 1000, 1000, 1000, 1, 1])


def test_the_order_of_rows_changes_nothing():
    shuffled = {
        name: frame.sample(frac=1, random_state=3).reset_index(drop=True) if isinstance(frame, pd.DataFrame) else frame
        for name, frame in tables().items()
    }
    one, other = physics(Network.from_frames(**tables())), physics(Network.from_frames(**shuffled))
    for name, values in arrays(one).items():
        assert np.array_equal(values, arrays(other)[name]), name
    assert one.usd == other.usd


def test_part_of_a_network_keeps_the_scale_of_the_whole_when_told():
    network = Network.from_frames(**tables())
    part = network.only(["chip"])
    whole = physics(network)
    assert physics(part, usd=whole.usd).price == pytest.approx(whole.price[:2])


def test_members_first_counts_members_in_full():
    network = Network.from_frames(**tables())
    weights = members_first(network, "quad", others=0.1)
    assert list(weights) == sorted(weights)  # in every process: kept work is known by what was asked
    assert weights == {"USA": 1.0, "JPN": 1.0, "TWN": 0.1, "UKR": 0.1}
    laws = physics(network, weights=weights)
    assert dict(zip(laws.points["place"], laws.weight, strict=True)) == weights
    abroad = physics(network, weights=members_first(network, "TWN", others=0.1))
    assert abroad.at_stake == pytest.approx(0.1 * physics(network).at_stake)


def test_weights_go_by_country_or_bloc_and_the_later_rules():
    network = Network.from_frames(**tables())
    laws = physics(network, weights={"quad": 2.0, "JPN": 0.5})
    found = dict(zip(laws.points["place"], laws.weight, strict=True))
    assert found == {"USA": 2.0, "JPN": 0.5, "TWN": 1.0, "UKR": 1.0}


@pytest.mark.parametrize(
    ("weights", "message"), [({"USA": -1.0}, "weight of 'USA' is -1"), ({"USB": 1.0}, "Did you mean USA"),
                             ({"USA": float("nan")}, "weight of 'USA' is nan")]
)  # fmt: skip
def test_weights_that_make_no_sense_are_refused(weights, message):
    with pytest.raises(AskError, match=message):
        physics(Network.from_frames(**tables()), weights=weights)


@pytest.mark.parametrize("others", [-0.1, 1.5, float("nan")])
def test_others_count_between_nothing_and_in_full(others):
    with pytest.raises(AskError, match=r"others is .* between 0 and 1"):
        members_first(Network.from_frames(**tables()), "quad", others=others)
